"""The polynomial near tanh √x/√x."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import mpmath as mp
import pytest

from trajalign.verification.kernel.boxes.polynomial import near


def _ratio(x: mp.mpf) -> mp.mpf:
    return mp.tanh(mp.sqrt(x)) / mp.sqrt(x)


@pytest.mark.parametrize("end", [Fraction(1, 5), Fraction(3, 2)])
def test_it_is_as_near_as_it_says_with_its_slopes(end: Fraction) -> None:
    found = near(end)
    with mp.workdps(30):
        for k in range(1, 20):
            x = mp.mpf(end.numerator) / end.denominator * k / 20
            for order, value in enumerate(found.at(float(x))):
                exact = mp.diff(_ratio, x, order)
                assert abs(value - exact) <= float(found.distances[order]) + 1e-12


def test_another_coefficient_would_be_seen() -> None:
    found = near(Fraction(3, 2))
    first, *others = found.coefficients
    turned = replace(found, coefficients=(first + Fraction(1, 10**5), *others))
    assert abs(turned.at(1.0)[0] - float(mp.tanh(1))) > float(found.distances[0])


def test_too_far_out_there_is_none() -> None:
    with pytest.raises(ValueError, match="no polynomial"):
        near(Fraction(900))
