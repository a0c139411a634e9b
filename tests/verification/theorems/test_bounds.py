"""The largest and smallest of balls: outward, and no NaN passed over."""

from fractions import Fraction

import hypothesis.strategies as st
import pytest
from flint import arb, fmpq
from hypothesis import given

from trajalign.verification.theorems.bounds import between, greatest, hull, least
from trajalign.verification.theorems.errors import NotProvedError

NUMBERS = st.fractions(-100, 100)
NOT_FINITE = [arb.nan(), arb.pos_inf(), arb.neg_inf(), arb(0, arb.pos_inf()), arb(0) / arb(0, 1)]


def rational(x: Fraction) -> fmpq:
    return fmpq(x.numerator, x.denominator)


@given(values=st.lists(NUMBERS, min_size=1), radius=st.floats(0, 1))
def test_they_bound_all_points_of_all_balls(values: list[Fraction], radius: float) -> None:
    balls = [arb(rational(x)) + arb(0, radius) for x in values]
    top, bottom = greatest(balls), least(balls)
    assert top.is_exact()
    assert bottom.is_exact()
    assert not top < arb(rational(max(values))) + arb(radius)
    assert not bottom > arb(rational(min(values))) - arb(radius)
    assert top <= arb(rational(max(values))) + arb(radius) + 1e-6
    assert bottom >= arb(rational(min(values))) - arb(radius) - 1e-6


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("bad", NOT_FINITE, ids=str)
@pytest.mark.parametrize("bound", [greatest, least])
def test_what_is_not_finite_is_never_passed_over(bound, bad: arb, place: int) -> None:
    values = [arb(1), arb(2)]
    values.insert(place, bad)
    with pytest.raises(NotProvedError, match="not finite"):
        bound(values)


@pytest.mark.parametrize("bound", [greatest, least])
def test_of_nothing_there_is_no_bound(bound) -> None:
    with pytest.raises(NotProvedError):
        bound([])


@given(a=NUMBERS, b=NUMBERS, share=st.fractions(0, 1))
def test_a_hull_has_all_that_lies_between(a: Fraction, b: Fraction, share: Fraction) -> None:
    inside = arb(rational(a + share * (b - a)))
    assert hull(rational(a), rational(b)).overlaps(inside)
    assert between((arb(rational(a)), arb(rational(b)))).overlaps(inside)
    assert not hull(rational(a), rational(b)).overlaps(arb(rational(max(a, b) + 1)))
