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
_HUGE = 2**900


@dataclass(frozen=True)
class Growth:
    """`bounded` is None where the records have neither settled nor kept growing.

    `supremum` is the largest value seen plus what the last gains still promise (∞ if unbounded);
    `far` and `value` are the last point looked at.
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
    record = max((_size(f, z, scale) for z in grid), default=0.0)
    records = [record]
    for k in range(_SQUARINGS + 1):
        far = f"{scale} * 2^{2**k}"
        size = _size(f, scale * sp.Integer(2) ** (2**k), scale)
        if size > _HUGE:
            return Growth(False, math.inf, far, "more than 2^900")
        record = max(record, size)
        records.append(record)
    gains = [b - a for a, b in pairwise(records[-4:])]
    value = f"{float(scale) * size:.6g}"
    if gains[-1] <= 1e-9 * record:
        return Growth(True, float(scale) * (record + gains[-1]), far, value)
    ratios = [b / a if a > 0 else math.inf for a, b in pairwise(gains)]
    if max(ratios) <= 0.9:
        rest = gains[-1] * max(ratios) / (1 - max(ratios))
        return Growth(True, float(scale) * (record + rest), far, value)
    return Growth(False if min(ratios) >= 0.99 else None, math.inf, far, value)


def _size(f: BallFunction, z: sp.Rational, scale: sp.Rational) -> float:
    """The larger of |f(±z)|/scale; infinite where a double cannot hold it."""
    sizes = [abs(_value(f, side)) / exact(scale) for side in (z, -z)]
    return max(math.inf if size > _HUGE else float(size) for size in sizes)


def _value(f: BallFunction, z: sp.Rational) -> arb:
    try:
        return evaluate(f, (exact(z),), _BITS)[0]
    except UnresolvedError:  # an exact 0, or something too small to matter here
        with ctx.workprec(256):
            return f(arb(exact(z)))[0].mid()
