"""The linear network with an input of any norm, against matrices and as a rescaling of η."""

import numpy as np
import pytest
import sympy as sp

from trajalign.theory.errors import ArgumentError
from trajalign.theory.models import ETA, P, Q, TwoLayerLinear
from trajalign.theory.models.laws import GENERAL
from trajalign.verification import Options, verify

NORM = sp.Rational(5, 2)
ONE, OTHER = TwoLayerLinear("log-cosh"), TwoLayerLinear("log-cosh", input_norm=NORM)


def place(p, q, eta):
    return {P: p, Q: q, ETA: eta}


def test_a_step_and_the_hessian_are_those_of_the_matrices():
    rng = np.random.default_rng(20231123)
    x = np.array([1.5, 2.0, 0.0])  # of norm 5/2
    U, v, eta = rng.normal(size=(3, 2)), rng.normal(size=2), 0.05

    def coordinates(U, v):
        return x @ U @ v, 2 / (eta * (np.sum((U.T @ x) ** 2) + np.sum(x**2) * np.sum(v**2)))

    p, q = coordinates(U, v)
    slope, bend = np.tanh(p), np.cosh(p) ** -2
    after = coordinates(U - eta * slope * np.outer(x, v), v - eta * slope * (U.T @ x))
    reduced = OTHER.reduced
    for e, value in zip((reduced.p_next, reduced.q_next), after, strict=True):
        assert float(e.doit().subs(place(p, q, eta))) == pytest.approx(value, rel=1e-12)
    gradient = np.concatenate([np.outer(x, v).ravel(), U.T @ x])
    mixed = np.zeros((8, 8))  # of f = Σ x_i U_ij v_j
    for i in range(3):
        for j in range(2):
            mixed[2 * i + j, 6 + j] = mixed[6 + j, 2 * i + j] = x[i]
    largest = np.linalg.eigvalsh(bend * np.outer(gradient, gradient) + slope * mixed)[-1]
    found = float(reduced.sharpness.doit().subs(place(p, q, eta)))
    assert found == pytest.approx(largest, rel=1e-12)


def test_it_is_a_rescaling_of_the_step_size():
    """With η̃ = Nη the map is that of norm 1, and the sharpness N times its."""
    for name, factor in (("p_next", 1), ("q_next", 1), ("sharpness", NORM)):
        here, there = getattr(OTHER.reduced, name), getattr(ONE.reduced, name)
        assert sp.simplify(here.doit() - factor * there.doit().subs(ETA, NORM * ETA)) == 0
    assert OTHER.small_parameter(ETA) == ONE.small_parameter(NORM * ETA)
    assert sp.simplify(OTHER.step_size(OTHER.small_parameter(ETA)) - ETA) == 0
    assert OTHER.largest_p == ONE.largest_p.subs(ETA, NORM * ETA)


def test_what_was_proved_for_norm_1_is_not_said_of_another():
    assert ONE.about.from_paper
    assert not OTHER.about.from_paper
    assert OTHER.laws.limit == GENERAL.limit
    assert OTHER.laws.flow is None
    assert type(OTHER).about is ONE.about


def test_the_limiting_sharpness_is_that_of_the_true_step_size():
    """2/η − N²η/|r''(0)|: a coefficient of ε/η = N²η."""
    wanted = frozenset({"linear/limit", "linear/saturation", "linear/reduced-map"})
    found = {v.label: v for v in verify([OTHER], Options(wanted)) if v.label in wanted}
    assert {v.outcome.value for v in found.values()} == {"pass"}
    assert found["linear/saturation"].coefficient.exact == "-3/2"
    assert found["linear/limit"].options == {"input-norm": "5/2"}


@pytest.mark.parametrize("wrong", [0, -1, "x", float("nan"), "1/0"])
def test_a_norm_is_positive(wrong):
    with pytest.raises(ArgumentError, match="input-norm"):
        TwoLayerLinear("log-cosh", input_norm=wrong)
