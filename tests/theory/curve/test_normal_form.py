"""The map about the slow curve against the model's own map, exactly at rational points.

By hand (reference.md §1, with S = q/r, x = p²): 1 − |p'/p| = 2(S − 1)/S + εf has f = xr² for the
linear model and 0 for the neuron; ηλ is the larger root of z² − Tz + D.
"""

from dataclasses import replace
from fractions import Fraction

import hypothesis.strategies as st
import pytest
import sympy as sp
from hypothesis import given, settings
from third_models import wrong
from uniform_cases import BY_NAME

from trajalign.theory.curve.epsilon_series import RESPONSE, X
from trajalign.theory.curve.normal_form import OMEGA, SIGMA, S, normal_form, scaled_sharpness
from trajalign.theory.errors import ReducedMapError
from trajalign.theory.models import (
    EPSILON,
    ETA,
    PHI_SQUARED,
    Model,
    P,
    Q,
    R,
    SingleNeuron,
    TwoLayerLinear,
)

MODELS = [BY_NAME[name].model for name in ("log-cosh", "tanh", "frozen-weight")]
IDS = ["linear", "neuron", "frozen-weight"]

# η is a square of a rational, so that ε, whatever power of η it is, is a rational too.
POINTS = st.tuples(*[st.fractions(Fraction(1, 9), Fraction(2), max_denominator=20)] * 5)


def exact(value: Fraction) -> sp.Rational:
    return sp.Rational(value.numerator, value.denominator)


def at_a_point(
    model: Model, point: tuple[Fraction, ...]
) -> tuple[dict[sp.Expr, sp.Expr], dict[sp.Expr, sp.Expr]]:
    """The same point in the symbols of a model, with r, r' and φ² any numbers, and of its form."""
    p, s, r, w, slope = map(exact, point)
    eta, q = sp.Rational(1, 49), s * r
    in_model = {
        sp.Derivative(R(P), P): slope,
        R(P): r,
        PHI_SQUARED(P): w,
        P: p,
        Q: q,
        ETA: eta,
    }
    of_form = {
        X: p**2,
        RESPONSE: r,
        OMEGA: w / p**2,
        SIGMA: p * slope / r,
        S: s,
        EPSILON: model.small_parameter(eta),
    }
    return in_model, of_form


def put(e: sp.Expr, values: dict[sp.Expr, sp.Expr]) -> sp.Expr:
    return sp.nsimplify(e.doit().subs(list(values.items())))


@pytest.mark.parametrize("model", MODELS, ids=IDS)
@settings(deadline=None, max_examples=8)
@given(point=POINTS)
def test_a_step_is_that_of_the_model(model: Model, point: tuple[Fraction, ...]) -> None:
    in_model, of_form = at_a_point(model, point)
    generic, form = model.generic(), normal_form(model)
    assert put(-generic.p_next / P, in_model) == put(1 - form.gamma, of_form)
    assert put(generic.q_next / Q, in_model) == put(form.growth, of_form)


@pytest.mark.parametrize("model", MODELS, ids=IDS)
@settings(deadline=None, max_examples=8)
@given(point=POINTS)
def test_the_sharpness_is_that_of_the_model(model: Model, point: tuple[Fraction, ...]) -> None:
    in_model, of_form = at_a_point(model, point)
    generic, form = model.generic(), scaled_sharpness(model)
    assert put(ETA * generic.trace, in_model) == put(form.trace, of_form)
    assert put(ETA**2 * generic.determinant, in_model) == put(form.determinant, of_form)


def test_the_forms_are_those_by_hand() -> None:
    linear, neuron = (normal_form(BY_NAME[name].model) for name in ("log-cosh", "tanh"))
    # q/q' = 1 − εxr(2q − r) and (1 − εφ²)², φ² = xω
    drop = EPSILON * X * RESPONSE**2 * (2 * S - 1)
    assert linear.forced - X * RESPONSE**2 == 0
    assert sp.simplify(linear.growth - 1 / (1 - drop)) == 0
    assert neuron.forced == 0
    assert sp.simplify(neuron.growth - (1 - EPSILON * X * OMEGA) ** -2) == 0


def altered(model: Model, **changes: sp.Expr) -> Model:
    """A copy of a model whose generic map has other parts."""

    class Altered(type(model)):
        def generic(self):
            return replace(super().generic(), **changes)

    return Altered(model.response)


LINEAR, NEURON = TwoLayerLinear("log-cosh"), SingleNeuron("tanh")


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(altered(LINEAR, p_next=P**2 * (1 - 2 * R(P) / Q)), id="p' not odd"),
        pytest.param(altered(LINEAR, p_next=P * (1 - 3 * R(P) / Q)), id="other 2-cycles"),
        pytest.param(altered(LINEAR, q_next=Q * (1 + ETA**2)), id="q drifts at p = 0"),
        pytest.param(altered(LINEAR, q_next=Q * (1 + P**2)), id="q drifts at step size 0"),
        pytest.param(altered(LINEAR, q_next=Q * sp.exp(ETA**2 * P**2)), id="not rational"),
        pytest.param(altered(NEURON, p_next=P * (1 - 2 * R(P) / Q) ** 3), id="a cube"),
        pytest.param(wrong(LINEAR, p_next=sp.Rational(101, 100)), id="1 % more"),
    ],
)
def test_a_map_of_another_form_is_refused_in_one_line(model: Model) -> None:
    with pytest.raises(ReducedMapError) as refused:
        normal_form(model)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(wrong(LINEAR, trace=sp.Rational(101, 100)), id="1 % more"),
        pytest.param(altered(NEURON, determinant=R(P) ** 2 / ETA**2), id="another block"),
        pytest.param(altered(LINEAR, trace=2 / (ETA * Q)), id="no bend"),
        pytest.param(altered(NEURON, trace=sp.exp(PHI_SQUARED(P))), id="not rational"),
    ],
)
def test_a_sharpness_with_another_surrogate_is_refused_in_one_line(model: Model) -> None:
    with pytest.raises(ReducedMapError) as refused:
        scaled_sharpness(model)
    assert "\n" not in str(refused.value)
