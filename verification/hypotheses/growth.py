"""sup |f| as far as samples tell, from |f| along z = ±2, ±2², ±2⁴, …, ±2⁴⁰⁹⁶.

Each point squares the one before: a logarithm doubles from one to the next, a power explodes, and
what converges like a power of 1/z has converged long before the end. Numerical evidence, and of one
thing alone, that the values seen have settled. It refutes nothing: a function may pass every number
that is looked at and be bounded, or settle as far as one looks and grow like an iterated logarithm.
So what has not settled is left open, and settled means that the gains shrink geometrically, their
ratios not rising towards 1 as those of the gains of log log z or 1/log log z do.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import sympy as sp
from flint import arb, ctx

from ...numerics.compile.balls import MAX_BITS, BallFunction, compile_balls, evaluate, exact
from ...theory.errors import UnresolvedError
from ...theory.expressions.parsing import Z

_SQUARINGS = 12
_BITS = 30
_HUGE = arb(2) ** 900
_GOLDEN = (math.sqrt(5) - 1) / 2
_SECTIONS = 30  # which leave 5·10⁻⁷ of the interval, and of a smooth peak a square of that
_SETTLED = 1e-9  # a last gain that small is all that is promised
_ROUNDING = 1e-14
_LARGEST_RATIO = 0.9
_RISE = 1e-3  # of the ratios of gains, by rounding: those of a function of 1/log z are constant


@dataclass(frozen=True)
class Growth:
    """`settled` where the last gains shrink geometrically.

    `seen` is the largest value seen, `supremum` that plus what the last gains still promise (∞ if
    not settled); `far` and `value` are the last point looked at and |f| there.
    """

    settled: bool
    seen: float
    supremum: float
    far: str
    value: str


def growth(expression: sp.Expr, scale: sp.Rational, grid: Sequence[sp.Rational]) -> Growth:
    """Whether sup |f| has settled, for an expression in Z whose natural unit of z and f is `scale`.

    Raises NotFiniteError where f is not real.
    """
    f = compile_balls(expression, [Z])
    record = _refined_maximum(f, scale, sorted(grid))
    records, size = [record], arb(0)
    for k in range(_SQUARINGS + 1):
        z = scale * sp.Integer(2) ** (2**k)
        size = _size(f, z, scale)
        if size > _HUGE:
            break
        record = max(record, float(size))
        records.append(record)
    value, unit = (size * exact(scale)).str(6, radius=False), float(scale)
    sign = "-" if abs(_value(f, -z)) > abs(_value(f, z)) else ""
    far = f"{sign}{scale} * 2^{2**k}"
    seen = unit * record if math.isfinite(record) and not size > _HUGE else math.inf
    gains = [b - a for a, b in pairwise(records[-4:])]
    if size > _HUGE or not _shrinking(gains, record):
        return Growth(False, seen, math.inf, far, value)
    if gains[-1] <= _SETTLED * record:
        return Growth(True, seen, unit * (record + gains[-1]), far, value)
    ratio = max(b / a for a, b in pairwise(gains))
    return Growth(True, seen, unit * (record + gains[-1] * ratio / (1 - ratio)), far, value)


def _shrinking(gains: Sequence[float], record: float) -> bool:
    """Whether each gain is well below the one before, by factors that do not rise."""
    if gains[-1] <= _ROUNDING * record:
        return True
    if not all(gain > 0 for gain in gains):
        return False
    ratios = [b / a for a, b in pairwise(gains)]
    return max(ratios) <= _LARGEST_RATIO and ratios[-1] <= ratios[0] * (1 + _RISE)


def _refined_maximum(f: BallFunction, scale: sp.Rational, grid: Sequence[sp.Rational]) -> float:
    """max |f|/scale over the grid, improved by a local search around the best point."""
    sizes = [_size(f, z, scale) for z in grid]
    best = max(range(len(grid)), key=lambda i: float(sizes[i]) if sizes[i] < _HUGE else math.inf)
    if sizes[best] > _HUGE or best == len(grid) - 1:
        return float(sizes[best]) if sizes[best] < _HUGE else math.inf
    low, high = (float(grid[i] / scale) for i in (max(best - 1, 0), best + 1))
    found = _golden(lambda t: float(_size(f, scale * sp.Rational(t), scale)), low, high)
    return max(float(sizes[best]), found)


def _golden(size: Callable[[float], float], low: float, high: float) -> float:
    """The maximum between two points by golden section, of a function with one peak there."""
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    here, there = size(left), size(right)
    for _ in range(_SECTIONS):
        if here < there:
            low, left, here = left, right, there
            right = low + _GOLDEN * (high - low)
            there = size(right)
        else:
            high, right, there = right, left, here
            left = high - _GOLDEN * (high - low)
            here = size(left)
    return max(here, there)


def _size(f: BallFunction, z: sp.Rational, scale: sp.Rational) -> arb:
    """The larger of |f(±z)|/scale."""
    left, right = (abs(_value(f, side)) / exact(scale) for side in (z, -z))
    return left.max(right)


def _value(f: BallFunction, z: sp.Rational) -> arb:
    try:
        return evaluate(f, (exact(z),), _BITS)[0]
    except UnresolvedError:  # an exact 0, or something too small to matter here: at most this
        with ctx.workprec(MAX_BITS):
            return f(arb(exact(z)))[0].abs_upper()
