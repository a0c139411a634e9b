"""How far an orbit is from a curve q = Q₀(p)(1 + Σ e_k(p) εᵏ) where the map is not odd in p.

The curve is computed at each step by itself, which costs milliseconds; so of a long orbit a part
of the steps is looked at: all at first, then neighbours that lie ever further apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import sympy as sp
from flint import arb, ctx

from ...numerics.compile.balls import BallFunction, compile_balls
from ...numerics.curve.two_sided import TwoSidedCurve, two_sided_curve
from ...theory.valleys import Valley
from .curve_scan import Scan, curve_term
from .orbit_view import OrbitView

_FIRST = 10  # steps that are all looked at
_RATIO = 1.25  # from one pair of steps to the next


@dataclass(frozen=True)
class TwoSidedScan:
    """Misfits |q/Q₀ − 1 − Σ e_k εᵏ|/εᴷ along one orbit, for the `terms` e_1, …, e_K."""

    view: OrbitView
    terms: tuple[sp.Expr, ...]

    def steps(self, begin: int) -> list[int]:
        """The steps that are looked at, from `begin` to the last."""
        return shown_steps(len(self.view.orbit) - begin, begin)

    def sizes(self, begin: int) -> list[float]:
        """The misfits at these steps."""
        return [float(abs(self.misfit(t)[1])) for t in self.steps(begin)]

    def at_crossing(self) -> arb:
        """(q/Q₀ − 1 − Σ_{k<K} e_k εᵏ)/εᴷ where q passes 1: the mean of two steps, on both sides of
        p = 0, in which what is odd in p cancels."""
        t = self.view.crossing
        with ctx.workprec(self.view.bits):
            return (self.misfit(t - 1)[0] + self.misfit(t)[0]) / 2

    def misfit(self, t: int) -> tuple[arb, arb]:
        """(q/Q₀ − 1 − Σ_{k<K} e_k εᵏ)/εᴷ at one step, and what it is off e_K by."""
        with ctx.workprec(self.view.bits):
            base, *h = self.view.two_sided_values(self._curve, t)
            terms = self._formulas(*h)
            epsilon, size = self.view.epsilon, len(self.terms)
            known = sum((e * epsilon**k for k, e in enumerate(terms[:-1], start=1)), arb(0))
            scaled = (1 / (self.view.orbit.u[t] * base) - 1 - known) / epsilon**size
            return scaled, scaled - terms[-1]

    @cached_property
    def _curve(self) -> TwoSidedCurve:
        return two_sided_curve(self.view.plan.model, 2)

    @cached_property
    def _formulas(self) -> BallFunction:
        return compile_balls(list(self.terms), [curve_term(k) for k in (1, 2)])


def scan_of(view: OrbitView, terms: tuple[sp.Expr, ...]) -> Scan | TwoSidedScan:
    """The scan that serves the model of the orbit. Raises InputError as `Scan` does."""
    two_sided = isinstance(view.plan.model.response, Valley)
    return (TwoSidedScan if two_sided else Scan)(view, terms)


def shown_steps(count: int, begin: int = 0) -> list[int]:
    """Steps from `begin` on: all of the first, then pairs, for both signs of p, and the last.

    >>> shown_steps(4, 5)
    [5, 6, 7, 8]
    >>> shown_steps(10**5, 5)[-1]
    100004
    """
    chosen: list[int] = list(range(_FIRST))
    place = float(_FIRST)
    while place < count:
        chosen += [int(place), int(place) + 1]
        place *= _RATIO
    return sorted({begin + t for t in [*chosen, count - 1] if 0 <= t < count})
