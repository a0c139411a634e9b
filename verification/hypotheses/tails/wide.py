"""Wide intervals by their ends, rounded outward at the precision in force.

A ball will not do: it keeps few bits of its radius, so that a positive lower end far below the
upper one is lost in sums, and products by midpoint and radius are up to three times too wide.
What is not known has NaN for its ends, and every operation on it does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sympy as sp
from flint import arb

from ....numerics.compile.balls import BallFunction, compile_balls


@dataclass(frozen=True)
class Interval:
    """All numbers from `low` to `high`, which are exact; both NaN where nothing is known.

    >>> one = Interval(arb(0), arb(1))
    >>> (one * one).low, (one + one).sign
    (0, 0)
    """

    low: arb
    high: arb

    @staticmethod
    def of(ball: arb) -> Interval:
        """The interval that a ball is; nothing known of one that is not finite."""
        return Interval(ball.lower(), ball.upper()) if ball.is_finite() else UNKNOWN

    @property
    def known(self) -> bool:
        """Whether it has two finite ends."""
        return bool(self.low.is_finite() and self.high.is_finite())

    @property
    def ends(self) -> tuple[arb, arb]:
        """Both of them."""
        return self.low, self.high

    @property
    def ball(self) -> arb:
        """A ball that holds it; NaN where nothing is known."""
        return self.low.union(self.high) if self.known else arb.nan()

    @property
    def sign(self) -> int:
        """1 or −1 where all its numbers have that sign, else 0."""
        return (int(self.low > 0) - int(self.high < 0)) if self.known else 0

    def __add__(self, other: Interval) -> Interval:
        return _between([self.low + other.low], [self.high + other.high])

    def __mul__(self, other: Interval) -> Interval:
        products = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return _between(products, products)

    def __neg__(self) -> Interval:
        return self * _MINUS_ONE

    @property
    def inverse(self) -> Interval:
        """One over its numbers; nothing known where 0 is among them."""
        if not self.sign:
            return UNKNOWN
        return _between([1 / self.high], [1 / self.low])

    def power(self, k: int) -> Interval:
        """Its numbers to the power k ≥ 0."""
        if not self.known:
            return UNKNOWN
        ends = [self.low**k, self.high**k]
        if k % 2 == 0 and not self.sign and k:
            return _between([arb(0)], ends)
        return _between(ends, ends)


def _between(lows: Sequence[arb], highs: Sequence[arb]) -> Interval:
    """From the least lower end to the greatest upper one; nothing known if one is not finite."""
    if not all(x.is_finite() for x in (*lows, *highs)):
        return UNKNOWN
    low, high = lows[0].lower(), highs[0].upper()
    for x in lows[1:]:
        low = min(low, x.lower())
    for x in highs[1:]:
        high = max(high, x.upper())
    return Interval(low, high)


UNKNOWN = Interval(arb.nan(), arb.nan())
ZERO, ONE = Interval(arb(0), arb(0)), Interval(arb(1), arb(1))
_MINUS_ONE = Interval(arb(-1), arb(-1))


@dataclass(frozen=True)
class Polynomial:
    """Σ c V₁^k₁ V₂^k₂ … with numbers c, for wide V."""

    constants: BallFunction
    powers: tuple[tuple[int, ...], ...]

    def __call__(self, values: Sequence[Interval]) -> Interval:
        """Encloses the value at the precision in force."""
        total = ZERO
        for c, powers in zip(self.constants(), self.powers, strict=True):
            term = Interval.of(c)
            for value, k in zip(values, powers, strict=True):
                if k:
                    term *= value.power(k)
            total += term
        return total


def compile_polynomial(e: sp.Expr, symbols: Sequence[sp.Symbol]) -> Polynomial:
    """An expression that is a polynomial in the symbols, ready for wide intervals.

    >>> x = sp.Symbol("x")
    >>> compile_polynomial(x**2 - 2*x, [x])([Interval(arb(3), arb(3))]).ball
    3.00000000000000
    """
    if not symbols:
        return Polynomial(compile_balls([sp.sympify(e)], []), ((),))
    terms = sp.Poly(e, *symbols).terms()
    return Polynomial(compile_balls([c for _, c in terms], []), tuple(k for k, _ in terms))
