"""Balls as bounds: the largest and the smallest of several, where NaN is never passed over."""

from __future__ import annotations

from collections.abc import Iterable

from flint import arb, fmpq

from .errors import NotProvedError

Interval = tuple[arb, arb]  # exact ends, the lower one first


def hull(a: arb | fmpq | int, b: arb | fmpq | int) -> arb:
    """The smallest ball with both."""
    return arb(a).union(arb(b))


def between(ends: Interval) -> arb:
    """The ball with everything between two ends."""
    return ends[0].union(ends[1])


def greatest(values: Iterable[arb]) -> arb:
    """An upper bound of all; exact. Raises NotProvedError where one is not finite, or for none.

    >>> greatest([arb(1, 0.5), arb(0)]) >= 1.5
    True
    """
    ends = [value.upper() for value in values]
    if not ends or not all(end.is_finite() for end in ends):
        raise NotProvedError("a bound is not finite")
    return max(ends)


def least(values: Iterable[arb]) -> arb:
    """A lower bound of all; exact. Raises as `greatest` does."""
    return -greatest(-value for value in values)
