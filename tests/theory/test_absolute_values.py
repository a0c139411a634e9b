"""Formulas in |z|: one that is smooth loses its bars, its falsified twin keeps them."""

import pytest
import sympy as sp

from trajalign.theory import Activation, Loss, SingleNeuron, TwoLayerLinear, curve_series
from trajalign.theory.absolute_values import without_absolute_values
from trajalign.theory.errors import NoExpansionError
from trajalign.theory.expressions.parsing import Z, parse_expression

SMOOTH = [
    ("abs(z)+log(1+exp(-2*abs(z)))-log(2)", "log(cosh(z))"),
    ("|z| + log1p(exp(-2|z|))".replace("-2|", "-2*|") + " - log(2)", "log(cosh(z))"),
    ("sqrt(z**2)*tanh(sqrt(z**2))/2", "z*tanh(z)/2"),
    ("4*(abs(z)/2+log((1+exp(-abs(z)))/2))", "4*log(cosh(z/2))"),
    ("3*(abs(z)+log((1-exp(-2*abs(z)))/(2*abs(z))))", "3*log(sinh(z)/z)"),
    ("abs(z)*atan(abs(z)) - log(1+z**2)/2", "z*atan(z) - log(1+z**2)/2"),
    ("z*(1-exp(-2*abs(z)))/(abs(z)*(1+exp(-2*abs(z))))", "tanh(z)"),
    ("z*tanh(abs(z))/abs(z)", "tanh(z)"),
]
KINKED = [
    "abs(z)",
    "z/(1+abs(z))",
    "abs(z)**3",
    "abs(z)+log(1+exp(-2*abs(z)))-log(2)+abs(z)**3/10**9",
    "abs(z)+log(1+exp(-2*abs(z)))-log(2)+abs(z)**63/10**40",
    "abs(z)+log(1+exp(-2*abs(z))*(1+1/10**50))-log(2)",
    "abs(z)+log(1+exp(-(2+1/10**30)*abs(z)))-log(2)",
    "z**2*atan(1/abs(z))",
    "abs(sin(z))",
]


@pytest.mark.parametrize(("text", "same"), SMOOTH)
def test_smooth_spellings_lose_their_bars(text: str, same: str) -> None:
    typed = parse_expression(text)
    found = without_absolute_values(typed)
    assert typed.has(sp.Abs)
    assert not found.has(sp.Abs)
    for z in (-3, -sp.Rational(1, 5), sp.Rational(2, 7), 4):
        for other in (typed, parse_expression(same)):
            assert abs(sp.N((found - other).subs(Z, z), 40)) < 1e-35


@pytest.mark.parametrize("text", KINKED)
def test_what_has_a_kink_keeps_it(text: str) -> None:
    typed = parse_expression(text)
    assert without_absolute_values(typed) == typed


@pytest.mark.parametrize(("text", "same"), SMOOTH[:3])
def test_a_loss_in_bars_is_the_loss_without(text: str, same: str) -> None:
    bars, plain = Loss.parse(text), Loss.parse(same)
    assert bars.text == text
    assert [
        sp.simplify(a - b) for a, b in zip(bars.response_series, plain.response_series, strict=True)
    ] == [0] * 6
    if plain.response_series[0] == 1:
        limits = [curve_series(TwoLayerLinear(loss), 2).limit for loss in (bars, plain)]
        assert limits[0] == limits[1]


def test_an_activation_in_bars_is_the_one_without() -> None:
    stable = Activation.parse("z*(1-exp(-2*abs(z)))/(abs(z)*(1+exp(-2*abs(z))))")
    tanh = Activation.parse("tanh")
    assert curve_series(SingleNeuron(stable), 2).limit == curve_series(SingleNeuron(tanh), 2).limit


def test_a_kink_still_has_no_series() -> None:
    with pytest.raises(NoExpansionError):
        _ = Loss.parse(KINKED[3]).response_series
