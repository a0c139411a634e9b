"""Rational expressions over balls and power series, against fractions."""

from fractions import Fraction

import hypothesis.strategies as st
import pytest
import sympy as sp
from flint import arb, arb_series, ctx, fmpq
from hypothesis import given, settings

from trajalign.numerics.compile.ring_functions import compile_rational

X, Y = sp.symbols("x y")
EXPRESSIONS = [
    sp.Integer(3),
    sp.Rational(1, 3),
    X + Y,
    X * Y / 7 - Y**3,
    (X**2 + 1) / (3 * Y),
    X**-2 * (1 - Y) ** 4,
    1 / (1 - X / (2 + Y**2)),
]
NUMBERS = st.fractions(Fraction(-3), Fraction(3), max_denominator=50)


def by_hand(e: sp.Expr, x: Fraction, y: Fraction) -> Fraction:
    value = sp.nsimplify(e).subs({X: sp.Rational(x), Y: sp.Rational(y)})
    return Fraction(int(value.p), int(value.q))


def ball(x: Fraction) -> arb:
    return arb(fmpq(x.numerator, x.denominator))


@pytest.mark.parametrize("e", EXPRESSIONS, ids=str)
@settings(deadline=None, max_examples=40)
@given(x=NUMBERS, y=NUMBERS)
def test_at_balls_it_has_the_value_of_fractions(e: sp.Expr, x: Fraction, y: Fraction) -> None:
    if any(d.subs({X: sp.Rational(x), Y: sp.Rational(y)}) == 0 for d in (X, Y, Y**2 + 2 - X)):
        return
    value = compile_rational(e, [X, Y])(ball(x), ball(y))
    assert value.overlaps(ball(by_hand(e, x, y)))
    assert value.rad() < arb(10) ** arb(-6)
    assert not (value + arb(10) ** arb(-5)).overlaps(ball(by_hand(e, x, y)))


@settings(deadline=None, max_examples=40)
@given(x=NUMBERS, y=NUMBERS, share=st.fractions(-1, 1, max_denominator=9))
def test_over_a_box_all_values_are_in_it(x: Fraction, y: Fraction, share: Fraction) -> None:
    e, radius = X * Y / 7 - Y**3 + X**2, Fraction(1, 8)
    box = compile_rational(e, [X, Y])(ball(x) + arb(0, 0.125), ball(y) + arb(0, 0.125))
    inside = by_hand(e, x + share * radius, y - share * radius)
    assert box.overlaps(ball(inside))
    assert box.rad() < 20


def test_around_zero_an_even_power_is_finite() -> None:
    value = compile_rational(X**2, [X])(arb(0, 1))
    assert value.is_finite()
    assert value.contains(1)


def test_a_rational_is_as_exact_as_the_precision_in_force() -> None:
    third = compile_rational(sp.Rational(1, 3) + 0 * X, [X])
    with ctx.workprec(300):
        assert third(arb(1)).rad() < arb(2) ** arb(-290)
        assert third(arb(1)).overlaps(arb(1) / 3)


def test_over_power_series_the_coefficients_are_those_of_the_quotient() -> None:
    # 1/(1 − x/(2 + y²)) at x = t, y = 0 is Σ (t/2)^k
    quotient = compile_rational(1 / (1 - X / (2 + Y**2)), [X, Y])
    series = quotient(arb_series([0, 1], 6), arb_series([0], 6))
    for k in range(6):
        assert series[k].overlaps(arb(1) / 2**k)
        assert series[k].rad() < 1e-12


def test_roots_are_those_of_what_is_positive() -> None:
    # √(1 + t) = 1 + t/2 − t²/8 + t³/16 − …
    root = compile_rational(sp.sqrt(1 + X), [X])
    series = root(arb_series([0, 1], 4))
    for k, expected in enumerate((arb(1), arb(1) / 2, -arb(1) / 8, arb(1) / 16)):
        assert series[k].overlaps(expected)
        assert series[k].rad() < 1e-12
    assert not root(arb(-1, 2)).is_finite()


@pytest.mark.parametrize("e", [sp.exp(X), X**Y, sp.pi * X, X + sp.Symbol("z")])
def test_what_is_not_rational_is_refused(e: sp.Expr) -> None:
    with pytest.raises(TypeError, match="not a rational function"):
        compile_rational(e, [X, Y])
