"""When q passes 1, for all ε up to a number: ε t_b = ρ₀ ln(1/ε) + [k₋, k₊].

On the tube the clock θ(x) = ∫ dx/(2x g₀), with γ = ε(g₀ + O(ε)) and ρ₀ = 1/(2 g₀(0)), falls by
ε(1 + O(ε)) in every step. The factor is bounded over boxes of x; q = 1 is passed at x = ε[ζ₋, ζ₊].
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from flint import arb, arb_series

from ...numerics.compile.jet_compiler import sharper
from .bounds import Interval, greatest, hull, least
from .errors import NotProvedError
from .exit import Tube, widest_crossing
from .step import Place

_TRIES = 6


@dataclass(frozen=True)
class Arrival:
    """All orbits of a box are on the tube from step `time` on, with x there, for ε in `epsilon`:
    bounds of time and x over all these orbits, and of θ + εt where it is known."""

    time: Interval
    x: Interval
    epsilon: arb
    phase: arb | None = None


@dataclass(frozen=True)
class _Box:
    x: arb
    pace: tuple[arb, arb, arb]  # a step takes ε(1 + εa)(1 + εb)(1 + εc) off θ
    bent: arb  # the integral over the box of (1/g₀(x) − 1/g₀(0))/(2x)


class Clock:
    """θ on boxes of x up to the tube's end. Raises NotProvedError where it is not known to run."""

    def __init__(self, tube: Tube) -> None:
        self.tube = tube
        self.boxes = [self._box(x) for x in tube.boxes()]
        self.start = 1 / (2 * self._rate(tube.step.place(arb(0)))[0])  # ρ₀

    @cached_property
    def crossing(self) -> tuple[arb, arb]:
        """ζ₋ and ζ₊: q ≤ 1 only where x ≥ ζ₋ε, q > 1 only where x ≤ ζ₊ε."""
        tube, widest = self.tube, widest_crossing(self.tube)
        end = (widest * arb(tube.largest)).upper()
        near = [x for x in tube.boxes() if x.lower() <= end]
        bend = least(tube.bend(tube.step.place(x), tube.every) for x in near)
        narrowest = (
            bend / greatest(tube.step.curve.over("inverse", x, 2)[1] for x in near)
        ).lower()
        if not narrowest > 0:
            raise NotProvedError("where q passes 1 is not bounded from below")
        return narrowest, widest

    def constants(self, arrival: Arrival) -> Interval:
        """k₋ and k₊ for the orbits of an arrival: ε t_b = phase − θ(ζε) + what the pace adds."""
        low, high = self.crossing
        if not arrival.x[0] > high * arrival.epsilon.upper():
            raise NotProvedError("q may have passed 1 before the tube is reached")
        e = arrival.epsilon
        late = [e * arrival.time[1] + self.theta(arrival.x[1])]
        early = [e * arrival.time[0] + self.theta(arrival.x[0])]
        if arrival.phase is not None:
            late.append(arrival.phase)
            early.append(arrival.phase)
        added = self._added(arrival.x[0], high, e).union(self._added(arrival.x[1], low, e))
        first = max(value.lower() for value in early) - self._theta_scaled(high).upper()
        last = min(value.upper() for value in late) - self._theta_scaled(low).lower()
        return (first + added.lower()).lower(), (last + added.upper() + e.upper()).upper()

    def theta(self, x: arb) -> arb:
        """θ(x) = ρ₀ ln x + J(x), J(0) = 0, at an exact x on the tube."""
        return self.start * x.log() + self._bend(x)

    def _theta_scaled(self, zeta: arb) -> arb:
        """θ(ζε) + ρ₀ ln(1/ε) for all ε."""
        far = (zeta * arb(self.tube.largest)).upper()
        bends = [arb(0), self._bend(far), *(self._bend(e) for e in self._ends if e < far)]
        return self.start * zeta.log() + least(bends).union(greatest(bends))

    def _bend(self, x: arb) -> arb:
        """J(x), which is monotone or nearly so on a box: between ends what the box can add."""
        total, low = arb(0), arb(0)
        for box, end in zip(self.boxes, self._ends, strict=True):
            if x <= low:
                break
            # Boxes are rounded outwards: each counts from where the one before ends.
            width = box.x.upper() - box.x.lower().max(arb(0))
            total += box.bent * ((end.min(x) - low) / width)
            low = end
        return total

    @cached_property
    def _ends(self) -> list[arb]:
        return [box.x.upper() for box in self.boxes]

    def _added(self, x: arb, zeta: arb, e: arb) -> arb:
        """∫ (1/pace − 1) dθ from ζε to x, for x ≥ ζε."""
        last, further = self._last_boxes((zeta * e).upper())
        total, low = arb(0), last.x.upper()
        for box in further:  # each from where the one before ends: none is counted twice
            high = box.x.upper().min(x)
            if not high > low:
                break
            total -= self._between(low, high, box) * e * _excess(box, e) / _pace(box, e)
            low = box.x.upper()
        # Through what has ζε and as far as that: θ falls by ρ₀ ln(x/ζ) + ρ₀ ln(1/ε) and its bend.
        top = last.x.upper().min(x)
        fall = self.start * ((top / zeta).log() * e + _times_log(e)) + e * last.bent
        return total - fall * _excess(last, e) / _pace(last, e)

    def _last_boxes(self, x: arb) -> tuple[_Box, list[_Box]]:
        """All boxes up to one that ends past x as one of which a part is passed, and the others."""
        count = next((i for i, box in enumerate(self.boxes, 1) if box.x.upper() >= x), None)
        if count is None:
            raise NotProvedError(f"q may pass 1 before the tube, whose x end at {self.tube.end}")
        pace, bent = self.boxes[0].pace, arb(0)
        for box in self.boxes[:count]:
            a, b, c = (known.union(part) for known, part in zip(pace, box.pace, strict=True))
            pace, bent = (a, b, c), bent + box.bent.union(arb(0))
        return _Box(self.boxes[count - 1].x, pace, bent), self.boxes[count:]

    def _between(self, low: arb, high: arb, box: _Box) -> arb:
        share = (high - low) / (box.x.upper() - box.x.lower())
        return self.start * (high / low).log() + box.bent * share.min(arb(1))

    def _box(self, x: arb) -> _Box:
        # A step that ends in the box begins a little above it: how far is supposed, and confirmed.
        tube, e, supposed = self.tube, self.tube.every, x.upper()
        for _ in range(_TRIES):
            at = tube.step.place(hull(x.lower().max(arb(0)), supposed))
            g = self._rate(at)
            u = e * (g[0] + e * g[1])
            if not (g[0] > 0 and u < 1):
                raise NotProvedError(f"that p falls is not certain for x in {x.str(4)}")
            kept = ((1 - u).lower() * (1 - u).lower()).lower()  # of x, and more than 0
            if not kept > 0:
                raise NotProvedError(f"a step is not bounded for x in {x.str(4)}")
            high = (x.upper() / kept).upper()
            if high <= supposed:
                break
            supposed = (high + (high - x.upper()) / 8).upper()
        else:
            raise NotProvedError(f"a step is not bounded for x in {x.str(4)}")
        reached = (x.lower().max(arb(0)) * kept).lower().max(arb(0))
        g0, slope = self._resting(hull(reached, supposed))
        whole = g0 + e * g[1]
        # −ln(1 − u)/u = 1 + u m with m between 1/2 and 1/(2(1 − u)²).
        bulge = whole * hull(1, 1 / kept) / 2
        moved = at.x * whole * (2 - u)  # (x − x')/ε
        return _Box(x, (g[1] / g0, bulge, hull(0, 1) * moved * slope / g0), self._bent(x))

    def _rate(self, at: Place) -> tuple[arb, arb]:
        """γ/ε = g₀ + εg₁: g₀, and g₁ over the tube."""
        tube = self.tube
        e = arb_series([tube.every, 1], 2)
        bend = at.h[0] + e * (at.h[1] + tube.room)
        s = 1 + e * bend
        rate = 2 * bend / s + tube.even.forced(at, s, e)
        rest = 2 * at.h[0] + tube.even.forced(at, arb(1), arb(0))
        return rest, rate[1]

    def _resting(self, x: arb) -> tuple[arb, arb]:
        """g₀ and its derivative over a box of x."""
        curve = self.tube.step.curve
        names = ("r", "omega", "h1")
        r, omega, first = (arb_series(curve.over(name, x, 2), 2) for name in names)
        at = Place(arb_series([x, 1], 2), r, omega, (first,))
        rest = 2 * first + self.tube.even.forced(at, arb(1), arb(0))
        return rest[0], rest[1]

    def _bent(self, x: arb) -> arb:
        """The integral over a box of (1/g₀(x) − 1/g₀(0))/(2x), a mean of (1/g₀)'/2 from 0 to x."""
        g0, slope = self._resting(hull(0, x.upper()))
        found = -slope / (g0 * g0) / 2
        if x.lower() > 0:
            here, start = self._resting(x)[0], self._resting(arb(0))[0]
            quotient = (1 / here - 1 / start) / (2 * x)
            found = sharper(quotient, found)
        return found * (x.upper() - x.lower().max(arb(0)))


def _excess(box: _Box, e: arb) -> arb:
    """(pace − 1)/ε."""
    a, b, c = box.pace
    return a + b + c + e * (a * b + a * c + b * c) + e * e * a * b * c


def _pace(box: _Box, e: arb) -> arb:
    pace = 1 + e * _excess(box, e)
    if not pace > 0:
        raise NotProvedError("the clock of the crossing may stand still")
    return pace


def _times_log(e: arb) -> arb:
    """ε ln(1/ε), which rises for ε < 1/e."""
    top = e.upper()
    if not top * arb.const_e() < 1:
        raise NotProvedError("the step size is too large for the clock of the crossing")
    low = arb(0) if not e.lower() > 0 else e.lower() * (1 / e.lower()).log()
    return low.union(top * (1 / top).log())
