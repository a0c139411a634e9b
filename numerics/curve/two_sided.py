"""The slow curve's Q₀ and h_k at points, for a map that is not odd in p.

The recursion is run on balls: on Taylor coefficients about both points of the 2-cycle, so that no
formula for h_k is formed. A point is to some bits what it is said to be, and no enclosure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sympy as sp
from flint import arb, ctx

from ...theory.curve.epsilon_series import CurveSolver
from ...theory.curve.two_sided import CycleRing, Expansions
from ...theory.errors import NotFiniteError
from ...theory.expressions.parsing import Z
from ...theory.models import Model
from ...theory.requirements import require_curved
from ...theory.series import taylor
from ..compile.balls import compile_balls
from ..compile.jets import compile_jet
from ..compile.program import exact

_BITS, _MOST_BITS = 256, 1 << 14
_FINE = arb(2) ** arb(-100)
_SPARE_BITS = 24  # of g, that may cancel
_NEWTON_STEPS = 100


class _Solver(CurveSolver[Expansions]):
    """The recursion over balls, and over irrational numbers, which stand as balls."""

    def require_cycles(self, growth: Expansions, height: Expansions) -> None:
        """What holds by algebra balls can only fail to contradict."""
        defects = [*growth.parts, *(height - self.ring.base).parts]
        if not all(c.contains(0) for part in defects for c in part[:1]):
            super().require_cycles(growth, height)


class _BallRing(CycleRing):
    def number(self, value: sp.Expr) -> Expansions:
        return self.constant(_ball(value))


def _ball(value: sp.Expr) -> arb:
    return arb(exact(value)) if value.is_Rational else compile_balls(value, [])()[0]


@dataclass(frozen=True)
class Place:
    """A point p of the curve and p̃: `values` are Q₀, h_1, …, h_order at p."""

    p: arb
    opposite: arb
    values: tuple[arb, ...]


class TwoSidedCurve:
    """Q₀, h_1, …, h_order of a model at points on both sides of p = 0.

    Raises what `require_curved` raises.

    >>> from trajalign.theory.models import Product
    >>> curve = TwoSidedCurve(Product("(1-z**2)**2/4", minimum=1), 1)
    >>> [h.str(8, radius=False) for h in curve.at(arb(0)).values]  # h_1(0) = 1/(2·8)
    ['1.0000000', '0.062500000']
    """

    def __init__(self, model: Model, order: int) -> None:
        require_curved(model.response)
        self.model, self.order = model, order
        self._scale = arb(exact(model.response.scale))
        self._jet = compile_jet(model.response.slope, Z)

    def at(self, p: arb) -> Place:
        """The curve at an exact p, to 100 bits or more where that can be had.

        Raises NotFiniteError where there is no p̃, which is looked for from the minimum outwards.
        """
        bits = _BITS
        if not p.is_zero():  # every order divides by p², as r does by p
            small = float((abs(p) / self._scale).log()) / math.log(2)
            bits += 2 * (self.order + 1) * max(0, -round(small))
        while True:
            with ctx.workprec(bits):
                found = self._zero() if p.is_zero() else self._at(p)
            if all(v.rad() < _FINE * (1 + abs(v)) for v in found.values):
                return found
            if bits > _MOST_BITS:
                at = p.str(8, radius=False)
                raise NotFiniteError(f"the slow curve at p = {at} could not be computed")
            bits *= 2

    def opposite(self, p: arb) -> arb:
        """p̃ with g(p̃) = −g(p), to the precision in force. Raises NotFiniteError."""
        target = -self._jet(p, 0)[0]
        z = -p if self._jet(-p, 1)[1] > 0 else -p / 8
        tolerance = self._scale * arb(2) ** (_SPARE_BITS - ctx.prec)
        for _ in range(_NEWTON_STEPS):
            value, slope = self._jet(z.mid(), 1)[:2]
            if not slope > 0:
                break
            step = ((value - target) / slope).mid()
            reach = abs(z) / 2
            step = min(max(step, -reach), reach)
            z = (z - step).mid()
            if abs(step) < tolerance:
                return z
        raise NotFiniteError(f"no point is opposite to p = {p.str(8, radius=False)}")

    def _at(self, p: arb) -> Place:
        other, size = self.opposite(p), self.order + 2
        slopes = [tuple(self._jet(z, size - 1)[:size]) for z in (p, other)]
        return Place(p, other, self._solved([p, other], slopes))

    def _zero(self) -> Place:
        slopes = taylor(self.model.response.slope, 2 * self.order + 4)
        return Place(arb(0), arb(0), self._solved([arb(0)], [tuple(map(_ball, slopes))]))

    def _solved(self, points: list[arb], slopes: list[tuple[Any, ...]]) -> tuple[arb, ...]:
        solver = _Solver(self.model, _BallRing(points, slopes, _ball, lambda a: 1 / a))
        found = [solver.ring.base, *(solver.advance() for _ in range(self.order))]
        return tuple(e.parts[0][0] for e in found)


@lru_cache(maxsize=8)
def two_sided_curve(model: Model, order: int) -> TwoSidedCurve:
    """The same object for the same arguments. Raises as it does."""
    return TwoSidedCurve(model, order)
