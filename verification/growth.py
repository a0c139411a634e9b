"""Whether sup |f| is finite, judged from the growth of |f| along z = ±2, ±2², ±2⁴, …, ±2⁴⁰⁹⁶.

Each point squares the one before: a logarithm doubles from one to the next, a power explodes, and
what converges like a power of 1/z has converged long before the end. Numerical evidence both ways.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import sympy as sp
from flint import arb, ctx

from ..numerics.balls import BallFunction, compile_balls, evaluate, exact
from ..theory.errors import UnresolvedError
from ..theory.expressions import Z

_SQUARINGS = 12
_BITS = 30
_HUGE = arb(2) ** 900


@dataclass(frozen=True)
class Growth:
    """`bounded` is None where the records have neither settled nor kept growing.

    `supremum` is the largest value seen plus what the last gains still promise (∞ if unbounded);
    `far` and `value` are the last point looked at and |f| there.
    """

    bounded: bool | None
    supremum: float
    far: str
    value: str


def growth(expression: sp.Expr, scale: sp.Rational, grid: Sequence[sp.Rational]) -> Growth:
    """Judge sup |f| for an expression in Z whose natural unit of z and f is `scale`.

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
    if size > _HUGE:
        return Growth(False, math.inf, far, value)
    gains = [b - a for a, b in pairwise(records[-4:])]
    if gains[-1] <= 1e-9 * record:
        return Growth(True, unit * (record + gains[-1]), far, value)
    ratios = [b / a if a > 0 else math.inf for a, b in pairwise(gains)]
    if max(ratios) <= 0.9:
        rest = gains[-1] * max(ratios) / (1 - max(ratios))
        return Growth(True, unit * (record + rest), far, value)
    return Growth(False if min(ratios) >= 0.99 else None, math.inf, far, value)


def _refined_maximum(f: BallFunction, scale: sp.Rational, grid: Sequence[sp.Rational]) -> float:
    """max |f|/scale over the grid, improved by a local search around the best point."""
    sizes = [_size(f, z, scale) for z in grid]
    best = max(range(len(grid)), key=lambda i: float(sizes[i]) if sizes[i] < _HUGE else math.inf)
    if sizes[best] > _HUGE or best == len(grid) - 1:
        return float(sizes[best]) if sizes[best] < _HUGE else math.inf
    from scipy.optimize import minimize_scalar  # slow to import, and seldom needed

    low, high = (float(grid[i] / scale) for i in (max(best - 1, 0), best + 1))
    found = minimize_scalar(
        lambda t: -float(_size(f, scale * sp.Rational(t), scale)),
        bounds=(low, high),
        method="bounded",
    )
    return max(float(sizes[best]), -float(found.fun))


def _size(f: BallFunction, z: sp.Rational, scale: sp.Rational) -> arb:
    """The larger of |f(±z)|/scale."""
    left, right = (abs(_value(f, side)) / exact(scale) for side in (z, -z))
    return left.max(right)


def _value(f: BallFunction, z: sp.Rational) -> arb:
    try:
        return evaluate(f, (exact(z),), _BITS)[0]
    except UnresolvedError:  # an exact 0, or something too small to matter here
        with ctx.workprec(256):
            return f(arb(exact(z)))[0].mid()
