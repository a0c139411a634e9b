"""Rationals on the safe side of balls."""

from fractions import Fraction

import hypothesis.strategies as st
import pytest
from flint import arb, fmpq
from hypothesis import given

from trajalign.theory.errors import NotFiniteError
from trajalign.verification.numbers import above, below

NUMBERS = st.fractions(-1000, 1000)
RADII = st.fractions(0, 2)


def rational(x: Fraction) -> fmpq:
    return fmpq(x.numerator, x.denominator)


@given(x=NUMBERS, radius=RADII, bits=st.integers(1, 60))
def test_they_lie_outside_of_the_ball_and_near_it(x: Fraction, radius: Fraction, bits: int) -> None:
    low, high = rational(x - radius), rational(x + radius)
    ball = arb(low).union(arb(high))
    found = below(ball, bits), above(ball, bits)
    assert found[0] <= low
    assert high <= found[1]
    step = fmpq(1, 2**bits) + fmpq(1, 2**25)  # the rounding of radii
    assert low - found[0] <= step
    assert found[1] - high <= step


@given(x=NUMBERS)
def test_a_multiple_of_the_unit_is_itself(x: Fraction) -> None:
    number = fmpq(int(x * 16), 16)
    assert below(arb(number), 4) == number == above(arb(number), 4)


def test_the_sign_of_what_is_a_little_off_is_kept() -> None:
    assert above(arb(1, 1e-30)) > 1
    assert below(arb(1, 1e-30)) < 1
    assert above(-(arb(10) ** arb(-30))) == 0
    assert below(-(arb(10) ** arb(-30))) == -fmpq(1, 2**40)


@pytest.mark.parametrize("x", [arb.nan(), arb.pos_inf(), arb.neg_inf(), arb(0, arb.pos_inf())])
@pytest.mark.parametrize("side", [below, above])
def test_what_is_not_finite_has_no_bound(side, x: arb) -> None:
    with pytest.raises(NotFiniteError):
        side(x)
