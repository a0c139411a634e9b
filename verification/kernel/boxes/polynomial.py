"""A polynomial near tanh √x/√x, and how near; what is chosen here Coq has to confirm."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import mpmath as mp

_BITS = 30  # of a coefficient
_SMALLEST, _LARGEST = 3, 16  # degrees
_NEAR = Fraction(1, 2000)  # how near the second slope has to be
_PLACES = 400  # at which bounds are looked for
_MARGIN = Fraction(11, 10)


@dataclass(frozen=True)
class Near:
    """A polynomial P with |u − P| ≤ d0 and so on for the slopes, on 0 < x ≤ end.

    `sizes` bound |P|, |P'| and |P''|; `residuals` bound 2xP' + P + xP² − 1 and its two slopes.
    """

    end: Fraction
    coefficients: tuple[Fraction, ...]  # from the constant on
    sizes: tuple[Fraction, ...]
    residuals: tuple[Fraction, ...]
    distances: tuple[Fraction, ...]

    def at(self, x: float) -> tuple[float, float, float]:
        """P, P' and P''."""
        slopes = derivatives(self.coefficients)
        value, slope, bend = (_value([float(a) for a in c], x) for c in slopes[:3])
        return value, slope, bend


def near(end: Fraction) -> Near:
    """One of the least degree that is near enough. Raises ValueError where none is."""
    for degree in range(_SMALLEST, _LARGEST + 1):
        found = _near(end, degree)
        if found.distances[2] <= _NEAR:
            return found
    raise ValueError(f"no polynomial is near tanh p/p for p² up to {float(end):.4g}")


def derivatives(coefficients: tuple[Fraction, ...]) -> tuple[tuple[Fraction, ...], ...]:
    """Coefficients of a polynomial and its first three derivatives.

    >>> derivatives((Fraction(1), Fraction(2), Fraction(3)))[1]
    (Fraction(2, 1), Fraction(6, 1))
    """
    found = [coefficients]
    for _ in range(3):
        slope = tuple(k * a for k, a in enumerate(found[-1]))[1:]
        found.append(slope or (Fraction(0),))
    return tuple(found)


def _near(end: Fraction, degree: int) -> Near:
    with mp.workdps(30):
        top = mp.mpf(end.numerator) / end.denominator
        fitted = mp.chebyfit(_ratio, [0, top], degree + 1)
    scale = 2**_BITS
    coefficients = tuple(Fraction(int(mp.nint(a * scale)), scale) for a in reversed(fitted))
    tables = [[float(a) for a in c] for c in derivatives(coefficients)]
    places = [float(end) * k / _PLACES for k in range(_PLACES + 1)]
    rows = [[_value(c, x) for c in tables] for x in places]
    sizes = tuple(_up(max(abs(row[k]) for row in rows), 3) for k in range(3))
    residuals = tuple(
        _up(max(abs(_residual(k, x, row)) for x, row in zip(places, rows, strict=True)), 2)
        for k in range(3)
    )
    return Near(end, coefficients, sizes, residuals, _distances(end, sizes, residuals))


def _ratio(x: mp.mpf) -> mp.mpf:
    return mp.tanh(mp.sqrt(x)) / mp.sqrt(x) if x > mp.mpf(10) ** -12 else 1 - x / 3


def _residual(k: int, x: float, row: list[float]) -> float:
    p, p1, p2, p3 = row
    return (
        2 * x * p1 + p + x * p * p - 1,
        2 * x * p2 + 3 * p1 + p * p + 2 * x * p * p1,
        2 * x * p3 + 5 * p2 + 4 * p * p1 + 2 * x * (p1 * p1 + p * p2),
    )[k]


def _distances(
    end: Fraction, sizes: tuple[Fraction, ...], residuals: tuple[Fraction, ...]
) -> tuple[Fraction, ...]:
    """By the lemmas near_0, near_1 and near_2 of TanhRatio.v."""
    (p0, p1, p2), (r0, r1, r2), third = sizes, residuals, Fraction(1, 3)
    d0 = r0
    d1 = _rounded((r1 + (1 + p0) * d0 + end * (third + p1) * d0) / 3)
    crude = (Fraction(4, 3) + Fraction(2, 9) * end) / 5
    d2 = r2 + 2 * (1 + p0) * d1 + 2 * (third + p1) * d0 + 2 * end * (third + p1) * d1
    d2 = (d2 + end * (crude + p2) * d0) / 5
    return d0, d1, _rounded(d2)


def _rounded(x: Fraction) -> Fraction:
    scale = 10**9
    return Fraction(int(x * scale) + 1, scale)


def _up(x: float, digits: int) -> Fraction:
    scale = 10 ** (digits + 8)
    return Fraction(int(x * float(_MARGIN) * scale) + 10, scale)


def _value(coefficients: list[float], x: float) -> float:
    total = 0.0
    for a in reversed(coefficients):
        total = total * x + a
    return total


def cut(end: Fraction, count: int) -> list[tuple[Fraction, Fraction]]:
    """(0, end] in equal parts."""
    return list(pairwise(end * k / count for k in range(count + 1)))
