"""Intervals by their ends, against products and powers worked out by hand."""

from itertools import product

import pytest
import sympy as sp
from flint import arb, ctx

from trajalign.verification.hypotheses.tails.wide import (
    ONE,
    UNKNOWN,
    ZERO,
    Interval,
    compile_polynomial,
)


def interval(low, high) -> Interval:
    return Interval(arb(low), arb(high))


ENDS = [(-2, -1), (-1, 0), (-1, 3), (0, 0), (0, 4), (2, 5)]


@pytest.mark.parametrize(("x", "y"), [*product(ENDS, ENDS)])
def test_sums_and_products_have_the_ends_of_the_exact_range(x, y) -> None:
    total, times = interval(*x) + interval(*y), interval(*x) * interval(*y)
    assert (total.low, total.high) == (x[0] + y[0], x[1] + y[1])
    corners = [a * b for a in x for b in y]
    assert (times.low, times.high) == (min(corners), max(corners))


@pytest.mark.parametrize("x", ENDS)
@pytest.mark.parametrize("k", [0, 1, 2, 3, 4])
def test_powers(x, k) -> None:
    found, ends = interval(*x).power(k), [x[0] ** k, x[1] ** k]
    inside = [0] if x[0] <= 0 <= x[1] and k else []
    assert (found.low, found.high) == (min(ends + inside), max(ends + inside))


@pytest.mark.parametrize("x", ENDS)
def test_an_inverse_is_known_only_away_from_0(x) -> None:
    found = interval(*x).inverse
    assert found.known is (x in [(-2, -1), (2, 5)])
    assert not found.known or found.ball.contains(arb(1) / x[0])


def test_a_small_positive_end_is_kept_next_to_a_large_one() -> None:
    """A ball from 0 to 10⁹ plus 1 reaches below 1/2 or so: its radius has 30 bits."""
    wide = interval(0, 10**12) + interval(1, 1)
    assert wide.low == 1
    assert wide.sign == 1
    assert (wide * interval(0, 1)).low == 0
    assert not (arb(0).union(arb(10) ** 12) + 1) > 0


@pytest.mark.parametrize("other", [ZERO, ONE, interval(-1, 1), UNKNOWN])
def test_what_is_not_known_stays_so(other) -> None:
    for found in (UNKNOWN + other, UNKNOWN * other, other * UNKNOWN, UNKNOWN.inverse, -UNKNOWN):
        assert not found.known
        assert found.sign == 0
        assert not found.ball.is_finite()
    assert not UNKNOWN.power(2).known
    assert not UNKNOWN.power(3).known


@pytest.mark.parametrize("ball", [arb.nan(), arb.pos_inf(), arb.neg_inf(), arb(0, "inf")])
def test_of_a_ball_that_is_not_finite_nothing_is_known(ball) -> None:
    assert not Interval.of(ball).known


def test_ends_are_rounded_outward() -> None:
    with ctx.workprec(20):
        third = Interval.of(arb(1) / 3)
        total = third + third * third
        assert total.low < arb(4) / 9 or not total.low > arb(4) / 9
    with ctx.workprec(200):
        assert total.low < arb(4) / 9 < total.high


def test_a_polynomial() -> None:
    x, y = sp.symbols("x y")
    found = compile_polynomial(sp.Rational(1, 2) * x**2 * y - 3 * y + sp.pi, [x, y])
    value = found([interval(-1, 2), interval(0, 1)])
    # x² in [0, 4], so x² y/2 in [0, 2], less [0, 3]
    assert value.ball.overlaps(arb.pi() - 3)
    assert abs(value.low - (arb.pi() - 3)) < 1e-10
    assert abs(value.high - (arb.pi() + 2)) < 1e-10
    assert compile_polynomial(sp.sqrt(2), [])([]).ball.overlaps(arb(2).sqrt())
