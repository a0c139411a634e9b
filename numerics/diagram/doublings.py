"""The period doublings of any smooth map of one variable, as its parameter rises or falls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import sympy as sp
from flint import arb, ctx

from ...theory.arguments import each, instance, integer, rational, symbolic, takes
from ...theory.diagram.branches import FLIP
from ...theory.errors import InputError
from ..compile.balls import compile_balls, exact
from ..precision import working_bits
from .continuation import Continuation, Cycle, CycleBranch, Flip

_STEPS = 60
_FALLING = sp.Symbol("q", positive=True)  # the reciprocal of a parameter that rises


@dataclass(frozen=True)
class PeriodDoublings:
    """Successive flips of a map and the branches between them; `outcome` says why they end there.

    `q` of a flip and of a cycle is the parameter.
    """

    digits: int
    flips: tuple[Flip, ...]
    branches: tuple[CycleBranch, ...]
    outcome: str

    @property
    def feigenbaum_ratios(self) -> tuple[float, ...]:
        """(a_k − a_{k−1})/(a_{k+1} − a_k), which tend to 4.6692…; one for every three flips."""
        return ratios([flip.q for flip in self.flips], self.digits)


def ratios(parameters: Sequence[Any], digits: int = 15) -> tuple[float, ...]:
    """The ratios of successive distances, of balls with so many digits or of floats.

    >>> ratios([0.0, 5.0, 6.0])
    (5.0,)
    """
    with ctx.workprec(working_bits(digits)):
        gaps = [b - a for a, b in pairwise(parameters)]
        return tuple(float(a / b) for a, b in pairwise(gaps))


@takes(
    step=symbolic,
    variable=instance(sp.Symbol),
    parameter=instance(sp.Symbol),
    near=each(rational, 2),
    flips=integer,
    digits=integer,
)
def period_doublings(
    step: sp.Expr,
    variable: sp.Symbol,
    parameter: sp.Symbol,
    near: tuple[sp.Rational, sp.Rational],
    flips: int = 5,
    *,
    rising: bool = True,
    digits: int = 30,
) -> PeriodDoublings:
    """Follow the period doublings of a map from the flip of a fixed point on.

    Parameters: the map as an expression in `variable` and `parameter` > 0; `near`, about where the
    fixed point is and at which parameter it flips; how many flips to find; whether the parameter
    rises; decimal digits of each parameter.
    Returns the flips found, fewer than asked for if one is subcritical or the continuation is lost.
    Raises InputError if there is no flip near by, or `flips` < 1.

    >>> from trajalign.theory.diagram.scalar_maps import STEP, U, balanced_map
    >>> found = period_doublings(balanced_map(2), U, STEP, (1, 1), 3, digits=20)
    >>> [flip.q.str(12, radius=False) for flip in found.flips]  # 1 and √5 − 1
    ['1.00000000000', '1.23606797750', '1.28803175448']
    """
    if flips < 1:
        raise InputError(f"period doublings: need at least 1 flip, got {flips}")
    fixed, start = near
    if not start > 0:
        raise InputError(f"period doublings: the parameter is positive, not {start}")
    if rising:
        step, start = step.subs(parameter, 1 / _FALLING), 1 / start
        parameter = _FALLING
    with ctx.workprec(working_bits(digits + 15)):
        cycles = Continuation(step, variable, parameter, digits)
        first = _first(step, variable, parameter, (fixed, start), digits)
        found, branches, outcome = cycles.doublings(first, flips)
        if rising:
            found = [Flip(f.kind, (1 / f.q).mid(), _risen(f.cycle)) for f in found]
            branches = [CycleBranch(b.period, tuple(map(_risen, b.cycles))) for b in branches]
    return PeriodDoublings(digits, tuple(found), tuple(branches), outcome)


def _risen(cycle: Cycle) -> Cycle:
    return Cycle((1 / cycle.q).mid(), cycle.points, cycle.multiplier)


def _first(
    step: sp.Expr,
    variable: sp.Symbol,
    parameter: sp.Symbol,
    near: tuple[sp.Rational, sp.Rational],
    digits: int,
) -> Flip:
    """Newton's method on F(x) = x, F'(x) = −1, in x and the parameter."""
    slope = sp.diff(step, variable)
    rows = [step - variable, slope + 1]
    partial = [sp.diff(row, s) for row in rows for s in (variable, parameter)]
    system = compile_balls([*rows, *partial], [variable, parameter])
    x, q = (arb(exact(value)).mid() for value in near)
    for _ in range(_STEPS):
        e, f, a, b, c, d = system(x, q)
        pivot = a * d - b * c
        moves = ((e * d - b * f) / pivot, (a * f - c * e) / pivot)
        x, q = (x - moves[0]).mid(), (q - moves[1]).mid()
        if not (x.is_finite() and q.is_finite() and q > 0):
            break
        if max(abs(moves[0]), abs(moves[1]) / q) < arb(10) ** (-digits - 5):
            return Flip(FLIP, q, Cycle(q, (x,), arb(-1)))
    at = f"{variable} = {near[0]}, {parameter} = {near[1]}"
    raise InputError(f"period doublings: no fixed point with multiplier −1 was found near {at}")
