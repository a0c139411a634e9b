"""Roots of many increasing functions at once, between brackets."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..compile.floats import Floats

_MOST = 100  # steps of Newton's method or of bisection
_DOUBLINGS = 60
_ULP = 2.0**-52

Values = Callable[[Floats, np.ndarray], tuple[Floats, Floats]]  # (x, which of them) ↦ F, F'


def opposite(values: Values, start: Floats, step: Floats) -> Floats:
    """Beyond each start, the first start + step·2ᵏ where F has the other sign or is 0; NaN where
    none of 60 is, or where F(start) is not finite."""
    first = values(start, np.arange(len(start)))[0]
    found = np.full_like(start, np.nan)
    left = np.flatnonzero(np.isfinite(first) & np.isfinite(step))
    for k in range(_DOUBLINGS):
        place = start[left] + step[left] * 2.0**k
        value = values(place, left)[0]
        crossed = np.sign(value) * np.sign(first[left]) <= 0
        found[left[crossed]] = place[crossed]
        left = left[~crossed & np.isfinite(value)]
        if not left.size:
            break
    return found


def between(
    values: Values, one: Floats, other: Floats, unit: Floats, first: Floats | None = None
) -> Floats:
    """A root between `one` and `other`, where F has different signs, to rounding in the larger of
    |x| and `unit`; NaN where an end is. Newton's method, and bisection where that leaves the
    bracket; it begins at `first` if that is inside."""
    low, high = np.minimum(one, other), np.maximum(one, other)
    low, high = np.where(np.isnan(one + other), np.nan, low), np.where(np.isnan(low), np.nan, high)
    x = (low + high) / 2
    if first is not None:
        x = np.where((first >= low) & (first <= high), first, x)
    left = np.flatnonzero(np.isfinite(x))
    rising = np.ones(len(x), dtype=bool)
    rising[left] = values(low[left], left)[0] <= values(high[left], left)[0]
    for _ in range(_MOST):
        value, slope = values(x[left], left)
        below = (value < 0) == rising[left]
        low[left] = np.where(below, x[left], low[left])
        high[left] = np.where(below, high[left], x[left])
        with np.errstate(all="ignore"):
            there = x[left] - value / slope
        inside = (there > low[left]) & (there < high[left])
        there = np.where(value == 0, x[left], there)
        there = np.where(inside | (value == 0), there, (low[left] + high[left]) / 2)
        moved = np.abs(there - x[left])
        x[left] = there
        left = left[moved > 2 * _ULP * np.maximum(np.abs(there), unit[left])]
        if not left.size:
            break
    return x
