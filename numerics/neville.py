"""What a polynomial through some points is at 0."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TypeVar

from flint import arb

Number = TypeVar("Number", float, Fraction, arb)


def extrapolate(places: Sequence[Number], values: Sequence[Number]) -> Number:
    """Polynomial extrapolation to 0 by Neville's scheme.

    Parameters: different places, and the values there.

    >>> extrapolate([1.0, 2.0, 4.0], [6.0, 11.0, 27.0])  # 3 + 2x + x²
    3.0
    """
    row = list(values)
    for width in range(1, len(row)):
        row = [
            (places[i] * row[i + 1] - places[i + width] * row[i]) / (places[i] - places[i + width])
            for i in range(len(row) - 1)
        ]
    return row[0]
