"""The scales of the edge where r''(0) = 0, against expansions by hand."""

import pytest
import sympy as sp
from zoo import linear, neuron

from trajalign.theory.curve.flat import first_terms, flat_edge, is_flat
from trajalign.theory.errors import ReducedMapError
from trajalign.theory.models import P
from trajalign.theory.models.deep import Deep
from trajalign.theory.models.frozen_weight import FrozenWeight
from trajalign.theory.responses import Loss

QUARTIC = "4*log(cosh(z))/3 - log(cosh(2*z))/12"
SEXTIC = "3*log(cosh(z))/2 - 3*log(cosh(2*z))/20 + log(cosh(3*z))/90"
NEURON = "z/(1+z**4)**(1/4)"


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        # tanh z/z = 1 − z²/3 + 2z⁴/15 − 17z⁶/315 + …, and (4 f(z) − f(2z))/3 has no z² and −4 times
        # the z⁴, (4 − 64)/3 = −20 times the z⁶.
        (QUARTIC, (4, sp.Rational(32, 15), 2)),
        # Σ c_k k⁶ = 36 for c = 3/2, −3/5, 1/10 at k = 1, 2, 3; −17·36/315 is −ρ/6.
        (SEXTIC, (6, sp.Rational(6 * 17 * 36, 315), 2)),
        ("atan(z**2)/2", (4, 4, 4)),  # r = 1/(1 + z⁴)
        ("z**2/2 + z**6/6", (4, -4, 4)),  # r = 1 + z⁴, which rises
        ("z**2/2 - z**8/8 + z**10/10", (6, 6, 2)),
    ],
)
def test_the_first_terms_of_r(loss: str, expected: tuple[int, sp.Expr, int]) -> None:
    assert first_terms(Loss.parse(loss)) == expected


@pytest.mark.parametrize(("text", "flat"), [("log-cosh", False), (QUARTIC, True), ("z**2/2", True)])
def test_which_responses_are_flat(text: str, flat: bool) -> None:
    assert is_flat(Loss.parse(text)) is flat


def test_drifts_of_the_models() -> None:
    """q' = q/(1 − η²p²r(2q − r)), q/(1 − ηφ²)², q/(1 − εp²q^(1/m)r)^(2m) at q = r = 1, φ² = p²."""
    assert flat_edge(linear(QUARTIC)).drift == 1
    assert flat_edge(neuron(NEURON)).drift == 2
    assert [flat_edge(Deep(QUARTIC, depth)).drift for depth in (2, 3, 5)] == [2, 4, 8]


def test_a_model_whose_drift_is_no_power_of_the_weights() -> None:
    """2/(ηq') = 1 + (1 − ηφ²)²(2/(ηq) − 1): 1/q' = 1/q − 2ηφ²(1/q − η/2) + …, so d = 2."""
    assert flat_edge(FrozenWeight(NEURON)).drift == 2


def test_the_scales_are_those_of_the_flow() -> None:
    """With |p| = aX, q − 1 = bY a step changes X by −2bX(X^β/β + Y) and Y by bX²."""
    epsilon = sp.Symbol("epsilon", positive=True)
    for edge in (flat_edge(linear(SEXTIC)), flat_edge(neuron(NEURON))):
        a, b = edge.width(epsilon), edge.height(epsilon)
        assert sp.simplify(edge.rho * a**edge.beta / b) == 1
        assert sp.simplify(edge.drift * epsilon * a**2 / b**2) == 1


def test_h_and_the_delay_of_the_neuron_by_hand() -> None:
    """r = (1 + p⁴)^(−3/2), φ² = p²/√(1 + p⁴): h = −φ²r/(p r') = √(1 + p⁴)/(6p²), whose pole is
    1/(6p²), and |r'|/(2φ²r) = 3p/√(1 + p⁴)."""
    edge = flat_edge(neuron(NEURON))
    root = sp.sqrt(1 + P**4)
    for found, wanted in (
        (edge.h, root / (6 * P**2)),
        (edge.profile, root),
        (edge.delay, 3 * P / root),
    ):
        for at in (sp.Rational(1, 7), sp.Rational(4, 3)):
            assert float(sp.N((found - wanted).subs(P, at), 20)) == pytest.approx(0, abs=1e-15)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("log-cosh", "is not 0"),
        ("z**2/2", "r = 1 to order 24"),
        ("z**2/2 + z**6/6", "r rises from 0"),
    ],
)
def test_where_there_is_none(text: str, why: str) -> None:
    with pytest.raises(ReducedMapError, match=why):
        flat_edge(linear(text))
