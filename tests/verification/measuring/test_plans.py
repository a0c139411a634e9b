"""Step sizes and starting points: inside the theorems' hypotheses, the same in every unit of z."""

import re
import time
from functools import cache

import pytest
import sympy as sp
from hypothesis import example, given, settings
from hypothesis import strategies as st
from zoo import linear, neuron

from trajalign.theory.errors import InputError
from trajalign.theory.models import Model
from trajalign.theory.responses import ACTIVATIONS, LOSSES
from trajalign.verification.hypotheses.assumptions import Assumptions
from trajalign.verification.ledger import claim_for
from trajalign.verification.measuring.plans import Plan
from trajalign.verification.numbers import number
from trajalign.verification.statements.crossing import CrossingClaim


@cache
def assumptions_of(model: Model) -> Assumptions:
    return Assumptions(model)


@cache
def plan_for(model: Model, top: sp.Rational | None = None) -> Plan:
    assumptions = assumptions_of(model)
    return Plan(model, 50, assumptions.lipschitz).with_runs(assumptions.z0_and_c[1], top)


MODELS = [
    *(pytest.param(linear(text), id=text) for text in (*LOSSES, "log(cosh(z))/2 + sqrt(1+z**2)/2")),
    *(pytest.param(neuron(text), id=text) for text in ACTIVATIONS),
]


def test_small_parameter_is_eta_squared_for_linear_and_eta_for_the_neuron() -> None:
    eta = sp.Rational(1, 20)
    assert Plan(linear("log-cosh")).epsilon(eta) == eta**2
    assert Plan(neuron("tanh")).epsilon(eta) == eta


@pytest.mark.parametrize("model", MODELS)
def test_ladder_descends_by_halves_and_is_exact(model: Model) -> None:
    plan = plan_for(model)
    assert len(plan.etas) >= 4  # a lone run, or two, proves nothing about an order
    assert all(eta.is_Rational and eta > 0 for eta in plan.etas)
    assert all(a == 2 * b for a, b in zip(plan.etas, plan.etas[1:], strict=False))


# The same response in another unit of z: r''(0) is divided by s², h(0) multiplied by s².
@pytest.mark.parametrize(
    ("one", "other"),
    [
        (linear("log(cosh(z))"), linear("4*log(cosh(z/2))")),
        (linear("log(cosh(z))"), linear("10**4*log(cosh(z/100))")),
        (linear("sqrt(1+z**2)"), linear("sqrt(1+2500*z**2)/2500")),
        (neuron("tanh(z)"), neuron("2*tanh(z/2)")),
        (neuron("tanh(z)"), neuron("tanh(30*z)/30")),
        (neuron("atan(z)"), neuron("10*atan(z/10)")),
    ],
)
def test_ladder_does_not_see_the_unit_of_z(one: Model, other: Model) -> None:
    first, second = plan_for(one), plan_for(other)
    tops = [plan.epsilon(plan.etas[0]) * plan.curve.h_at_zero for plan in (first, second)]
    # Both start at the same q* − 1 to first order, up to rounding 1/η to an integer.
    assert float(tops[0]) == pytest.approx(float(tops[1]), rel=0.25)
    assert len(first.etas) == len(second.etas)
    ratios = [float(plan.starts[0][1]) for plan in (first, second)]
    assert ratios[0] == pytest.approx(ratios[1], abs=2e-3)


@pytest.mark.parametrize("model", MODELS)
def test_starting_points_satisfy_the_hypotheses(model: Model) -> None:
    """q0 in (c, 1), 0 < |p0| ≤ 1 (the paper's L = 1; for another L, |p0| ≤ L after rescaling p)."""
    assumptions = assumptions_of(model)
    plan = plan_for(model)
    _, c = assumptions.z0_and_c
    largest = max(1.0, float(assumptions.lipschitz))
    assert len(plan.starts) >= 2
    for p0, q0 in plan.starts:
        assert p0.is_Rational
        assert q0.is_Rational
        assert c < q0 < 1
        assert 0 < abs(p0) <= largest


@pytest.mark.parametrize("model", MODELS)
def test_starting_points_lie_on_both_sides_and_off_the_curve(model: Model) -> None:
    plan = plan_for(model)
    assert {bool(p0 > 0) for p0, _ in plan.starts} == {True, False}
    assert len({q0 for _, q0 in plan.starts}) == len(plan.starts)
    z = sp.Symbol("z", real=True)
    r = sp.lambdify(z, model.response.response, "mpmath")
    # Alignment is then something the orbit does, not something it was given.
    gaps = [float(q0) / float(r(float(abs(p0)))) - 1 for p0, q0 in plan.starts]
    assert all(abs(gap) > 0.02 for gap in gaps)
    assert {gap > 0 for gap in gaps} == {True, False}


@given(st.floats(0.5, 0.99))
@example(0.5)
@settings(deadline=None, max_examples=25)
def test_starting_points_fit_whatever_c_is(c: float) -> None:
    plan = Plan(linear("log-cosh"), 50, sp.Integer(1)).with_runs(c)
    for p0, q0 in plan.starts:
        assert c < q0 < 1
        assert 0 < abs(p0) <= 1


def refused(model: Model, top: sp.Rational) -> tuple[float, float]:
    """The range that the refusal of `top` allows."""
    with pytest.raises(InputError) as caught:
        plan_for(model, top)
    message = str(caught.value)
    assert "\n" not in message
    assert str(top) in message
    assert model.response.text in message
    number = r"(\d[\d.]*(?:e-?\d+)?)"
    match = re.search(rf"between {number} and {number}", message)
    assert match is not None, message
    return float(match[1]), float(match[2])


REFUSED = [sp.Rational(1, 10**9), sp.Integer(1), sp.Integer(10) ** 9, sp.Rational(1, 10**60)]


@pytest.mark.parametrize("top", REFUSED)
@pytest.mark.parametrize("model", MODELS[:1] + MODELS[-1:])
def test_bad_top_is_refused_at_once_with_the_allowed_range(model: Model, top: sp.Rational) -> None:
    assert assumptions_of(model).lipschitz  # what every command has to know first
    begin = time.perf_counter()
    low, high = refused(model, top)
    assert time.perf_counter() - begin < 2  # one orbit at η = 10⁻⁹ would take 10²¹ steps
    assert 0 < low < high
    assert not low <= float(top) <= high


@pytest.mark.parametrize("model", MODELS[2:4] + MODELS[-2:])
def test_tiny_top_is_told_its_cost(model: Model) -> None:
    with pytest.raises(InputError, match=r"needs about \de\+\d+ steps an orbit"):
        plan_for(model, sp.Rational(1, 10**9))


@pytest.mark.parametrize("model", MODELS[1:2] + MODELS[-2:-1])
def test_every_number_in_the_allowed_range_is_allowed(model: Model) -> None:
    """The message must keep its word, its own end points included."""
    low, high = refused(model, sp.Rational(1, 10**9))
    for end in (low, high, (low * high) ** 0.5):
        top = sp.Rational(f"{end:.6g}")
        assert plan_for(model, top).etas[0] == top


@pytest.mark.parametrize("model", MODELS[:2])
def test_chosen_top_is_taken_exactly(model: Model) -> None:
    assert plan_for(model, sp.Rational(1, 10)).etas[:2] == (sp.Rational(1, 10), sp.Rational(1, 20))


def test_without_runs_there_is_nothing_to_run() -> None:
    plan = Plan(linear("cosh(z) - 1"))
    assert plan.etas == ()
    assert plan.starts == ()


@pytest.mark.parametrize("model", MODELS)
def test_orbit_length_is_foreseen(model: Model) -> None:
    """t_b ≈ κ ln(1/η)/ε, then |p| falls like exp(−h(0)·2εt) or so: more steps for smaller η."""
    plan = plan_for(model)
    needed = [plan.steps_needed(float(eta)) for eta in plan.etas]
    assert needed == sorted(needed)
    assert plan.max_steps() >= needed[-1]


def test_float_inside_a_number_counts_as_the_rational_that_it_is() -> None:
    """3/4 + 1/(300π) and 2⁻⁶⁰ = (1 + 2⁻⁶⁰) − 1, which double precision loses."""
    mixed = sp.Float("0.75") + 1 / (300 * sp.pi)
    assert number(mixed) == pytest.approx(0.75106103295395, rel=1e-14)
    nearly = sp.Float(1, 40) + sp.Float(2, 40) ** -60
    assert number(sp.Add(nearly, -1, evaluate=False)) == 2.0**-60


@pytest.mark.parametrize("model", MODELS)
def test_constants_of_right_and_falsified_crossings_have_values(model: Model) -> None:
    """They are 15 digits of an integral, the coefficient is exact: 1/(3 c) with π in c for erf."""
    right = claim_for(f"{model.name}/crossing", plan_for(model))
    assert isinstance(right, CrossingClaim)
    for claim in (right, *right.falsified_copies()):
        assert isinstance(claim, CrossingClaim)
        for constant in claim.constants:
            exactly = float(sp.N(constant, 20))
            assert number(constant) == pytest.approx(exactly, rel=1e-12)
