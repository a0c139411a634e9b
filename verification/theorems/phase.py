"""The phase θ + εt of an orbit on its way, for all ε of a range: nearly constant on the slow curve.

θ as a function of q, with r(x̄) = q, has dθ/dq = −1/(q x̄ τ₀), τ₀ = τ at S = 1 and ε = 0. A step
raises q by q ε xτ, so that θ + εt rises by ε (1 − (q/ξ) xτ/(x̄ τ₀)) with ξ between q and q' and x̄ at
ξ. The quotient is had along the line from (x̄, 1, 0) to (x, S, ε): of what is far from 1 little
depends on q.
"""

from __future__ import annotations

from dataclasses import dataclass

from flint import arb, arb_series

from .bounds import Interval, hull
from .errors import NotProvedError
from .step import Place, Step


@dataclass(frozen=True)
class Rest:
    """x̄ for ξ from q to q' of orbits with q in a range, and x̄ τ₀ there."""

    x: arb
    pull: arb


@dataclass(frozen=True)
class Phase:
    """What a step, or the last look at x, adds to the phase; for ε in `epsilon`."""

    step: Step
    epsilon: arb

    def rest(self, q: Interval, most: arb) -> Rest:
        """For q in a range and xτ up to `most`. Raises NotProvedError where q may pass 1."""
        top = (q[1] * (1 + self.epsilon.upper() * most)).upper()
        if not top < 1:
            raise NotProvedError("q may pass 1 on the way")
        place_of = self.step.curve.place_of
        x = place_of(q[0]).union(place_of(top))
        return Rest(x, x * self.step.drift(self.step.place(x), arb(1), arb(0)))

    def of_step(self, rest: Rest, x: arb, s: arb, pull: Interval) -> arb:
        """(1 − (q/ξ) xτ/(x̄ τ₀)), for x and S in ranges and xτ between two numbers."""
        moved = 1 / (1 + self.epsilon * hull(0, pull[1]))  # q/ξ
        ratio = moved.log() - s.log()  # ln r(x) − ln r(x̄)
        found: arb = 1 - moved * self._quotient(rest, x, s, ratio)
        return found

    def of_arrival(self, q: Interval, x: arb, s: arb) -> arb:
        """θ(x) − θ(x̄) with r(x̄) = q and r(x) = q/S."""
        place = self.rest(q, arb(0)).x.union(x)
        at = self.step.place(place)
        # dθ/d ln r = −1/(x τ₀), and ln r(x) − ln r(x̄) = −ln S.
        found: arb = s.log() / (place * self.step.drift(at, arb(1), arb(0)))
        return found

    def _quotient(self, rest: Rest, end: arb, s: arb, ratio: arb) -> arb:
        """xτ(x, S, ε)/(x̄ τ₀(x̄)), where ln r(x) − ln r(x̄) = `ratio`."""
        u = hull(0, 1)
        place = rest.x.union(end)
        r, omega = self.step.sources(place, 2)
        away = ratio * r[0] / r[1]  # x − x̄
        at = Place(arb_series([place, away], 2), _along(r, away), _along(omega, away), ())
        height = arb_series([1 + u * (s - 1), s - 1], 2)
        epsilon = arb_series([u * self.epsilon, self.epsilon], 2)
        along = at.x * self.step.drift(at, height, epsilon)
        found: arb = 1 + along[1] / rest.pull
        return found


def _along(coefficients: list[arb], away: arb) -> arb_series:
    return arb_series([coefficients[0], coefficients[1] * away], 2)
