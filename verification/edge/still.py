"""A flip where nothing drifts: of an isolated minimum, or of one at which λ does not change along
the minima. There the law is the bifurcation diagram alone: 2-cycles with P = μ/c."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import mpmath as mp

from ...numerics.edge.flip import offset
from ...numerics.edge.lines import plus
from ..measuring.claims import Judgement
from .claims import FALSIFIED, TRUE, Law, on_ladder
from .rungs import Rung

_HEIGHTS = (0.08, 0.04, 0.02, 0.01)  # |μ|
_TURNS = 25  # steps in units of 1/μ; what is left of the start is e^(−2·25)
_HALVINGS = 14
_FAR = 4.0  # times the P of the cycle: an orbit there has left


@dataclass(frozen=True)
class Cycle:
    """P of the 2-cycle at μ; NaN where there is none."""

    mu: float
    square: float


def cycles(rung: Rung) -> tuple[Cycle, ...]:
    """The 2-cycles near a flip, the farthest first.

    With c > 0 they attract, and descent is followed to them. With c < 0 they are there for μ < 0
    and part what comes to rest from what leaves: P is bisected.
    """
    if rung.flip.c > 0:
        return tuple(Cycle(mu, _attracting(rung, mu)) for mu in _HEIGHTS)
    return tuple(Cycle(-mu, _parting(rung, -mu)) for mu in _HEIGHTS)


def _ends(rung: Rung, mu: float, square: float) -> float:
    """P after many steps from a start with this P; ∞ or NaN where descent leaves."""
    flip = rung.flip
    eta = (2 + mu) / float(flip.minimum.sharpness)
    with mp.workdps(rung.lines.digits):
        start = plus(flip.minimum.point, offset(flip, mp.sqrt(square)))
    point = tuple(map(float, start))
    for _ in range(_TURNS):
        before, point = rung.steps(point, eta, max(1, round(1 / abs(mu))))
        found = math.dist(before, point) ** 2 / 4
        if not found < _FAR * abs(mu / float(flip.c)):
            return math.inf
    return found


def _attracting(rung: Rung, mu: float) -> float:
    found = _ends(rung, mu, mu / float(rung.flip.c) / 2)
    return found if math.isfinite(found) else math.nan


def _parting(rung: Rung, mu: float) -> float:
    cycle = mu / float(rung.flip.c)
    low, high = cycle / 2, 2 * cycle
    if _ends(rung, mu, low) > low or _ends(rung, mu, high) < high:
        return math.nan
    for _ in range(_HALVINGS):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if _ends(rung, mu, middle) < middle else (low, middle)
    return math.sqrt(low * high)


@dataclass(frozen=True)
class StillClaim:
    """P = μ/c of the 2-cycle, up to O(μ)."""

    label: str
    law: Law = TRUE
    falsified: str = ""

    def falsified_copies(self, rung: Rung) -> list[StillClaim]:
        """Copies with another c, where it is another."""
        c = self.law.c(rung.flip)
        return [
            replace(self, law=law, falsified=words)
            for words, law in FALSIFIED
            if abs(law.c(rung.flip) - c) > abs(c) / 100
        ]

    def judge(self, rung: Rung, found: Sequence[Cycle]) -> Judgement:
        """The claim against the cycles that were found: stable where c > 0, else unstable."""
        c = self.law.c(rung.flip)
        lost = next((cycle for cycle in found if math.isnan(cycle.square)), None)
        if lost is not None:
            objection = f"no 2-cycle of about P = μ/c was found at μ = {lost.mu:g}"
            return Judgement(objection, self._witness(rung, lost))
        values = tuple(cycle.square * c / cycle.mu for cycle in found)
        heights = tuple(abs(cycle.mu) for cycle in found)
        judged = on_ladder(heights, values, "mu")
        if not judged.objection:
            return judged
        return replace(judged, witness=self._witness(rung, found[-1]))

    def _witness(self, rung: Rung, cycle: Cycle) -> Mapping[str, str]:
        return {"at": rung.where, "mu": f"{cycle.mu:g}", "P": f"{cycle.square:.8g}"}


TWO_CYCLE = StillClaim("edge/two-cycle")
