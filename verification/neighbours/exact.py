"""Identities of a row: by exact algebra, and in ball arithmetic at random points."""

from __future__ import annotations

import math
import random

import sympy as sp
from flint import arb, ctx, fmpq

from ...numerics.compile.balls import compile_balls
from ...theory.algebra.exact_algebra import vanishes_exactly
from .row import Measured

_POINTS = 12
_BITS = 200
_SEED = 20230708


def identity(difference: sp.Expr) -> Measured:
    """0 if the difference vanishes by exact algebra and at random points; else its largest value
    there, or NaN where algebra and points do not agree.

    >>> x = sp.Symbol("x", real=True)
    >>> identity((x + 1) ** 2 - x**2 - 2 * x - 1).value, identity(x - x**2).value > 0
    (0.0, True)
    """
    unknowns = sorted(difference.free_symbols, key=str)
    rng = random.Random(_SEED)
    with ctx.workprec(_BITS):
        balls = compile_balls(difference, unknowns)
        points = [
            [arb(fmpq(rng.randrange(-200, 200), 100)) for _ in unknowns] for _ in range(_POINTS)
        ]
        found = [balls(*point)[0] for point in points]
    if any(not value.contains(0) for value in found):
        return Measured(max(float(abs(value).upper()) for value in found))
    return Measured(0.0 if vanishes_exactly(difference) is True else math.nan)
