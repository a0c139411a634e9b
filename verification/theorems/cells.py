"""Boxes of starts and step sizes, and what is proved of all orbits from one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from flint import arb, fmpq

from ..numbers import above, below
from .approach import Approach
from .bounds import Interval, greatest, hull, least
from .crossing import Arrival, Clock
from .entry import Bounds, Entry, slices
from .errors import NotProvedError
from .exit import Tube
from .funnel import Funnel
from .step import SlowCurveStep

_SETTLED = fmpq(1, 50)
_CAPS = [fmpq(1, k) for k in (64, 32, 16, 8, 4)]  # by how much of 1 − q it may rise meanwhile


@dataclass(frozen=True)
class Cell:
    """q0 and |p0| in intervals, and low < ε ≤ high; low may be 0."""

    q: tuple[fmpq, fmpq]
    p: tuple[fmpq, fmpq]
    epsilon: tuple[fmpq, fmpq]


@dataclass(frozen=True)
class Followed:
    """What is proved of a cell: |v| ≤ δε² from step t_a ≤ `time` + `per_log` ln(1/ε) on, and
    ε t_b − ρ₀ ln(1/ε) lies between the two `crossing`, where a crossing is told."""

    time: fmpq
    per_log: fmpq
    crossing: tuple[fmpq, fmpq] | None


@dataclass(frozen=True)
class Method:
    """What cells are followed with; all of it for ε ≤ the tube's largest. Without a clock nothing
    is told of the crossing."""

    step: SlowCurveStep
    funnel: Funnel
    tube: Tube
    clock: Clock | None

    def follow(self, cell: Cell, approach: Approach) -> Followed:
        """All orbits of a cell, onto the tube and past q = 1, from both sides of p = 0.

        Raises NotProvedError.
        """
        entry = Entry(self.step, self.funnel, hull(*cell.epsilon))
        found = [
            self._followed(entry, cell, self._start(cell, approach, side))
            for side in range(len(self.step.sides))
        ]
        return reduce(_either, found)

    def _start(self, cell: Cell, approach: Approach, side: int) -> Bounds:
        """Bounds of the starts of a cell on a side, and of orbits that come there from smaller
        |p0|."""
        step, every = self.step.sides[side], hull(*cell.epsilon)
        first, last = (arb(p * p) for p in cell.p)
        low, high = step.started(cell.q, first.union(last), every)
        if not (step.two_sided and first > approach.reached):
            # These may have begun on either side.
            least_q, most_q = self.step.started(cell.q, hull(0, first), every)
            low, high = low.min(least_q), high.max((most_q * approach.rise).upper())
        return Bounds(0, (first.lower(), last.upper()), (low, high), None, self._phase_at(), side)

    def _phase_at(self) -> arb | None:
        """Of a start."""
        return None if self.clock is None else arb(0)

    def _followed(self, entry: Entry, cell: Cell, start: Bounds) -> Followed:
        low = cell.epsilon[0]
        if low > 0:
            target = (arb(self.tube.delta) * arb(low) * arb(low)).lower()
            bounds = entry.follow(start, target)
            self._check(bounds.x[1])
            time = arb(bounds.time)
            phase = self._phase(entry, cell, bounds.q, bounds.x, bounds.misfit, bounds.phase)
            arrival = Arrival((time, time), bounds.x, entry.epsilon, phase)
            return self._told(time, arb(0), arrival)
        bounds = entry.follow(start, arb(settled(self.funnel.levels)))
        return self._settled(entry, cell, bounds)

    def _check(self, x: arb) -> None:
        if not x <= arb(self.tube.end):
            raise NotProvedError(f"x = p² may be past the tube's end {float(self.tube.end):.4g}")

    def _phase(
        self,
        entry: Entry,
        cell: Cell,
        q: Interval,
        x: Interval,
        misfit: arb | None,
        risen: arb | None,
    ) -> arb | None:
        """θ + εt on arrival, where the way there is known."""
        if self.clock is None or risen is None or misfit is None or not q[1] < 1:
            return None
        place_of, theta = self.step.curve.place_of, self.clock.theta
        first, last = (place_of(arb(end)) for end in cell.q)
        start = theta(first).union(theta(last))
        shifts = [
            entry.phase.of_arrival(part, where.x, s)
            for part in slices(q)
            for where, s in entry.parts(part, misfit, x)
        ]
        found = start + risen + least(shifts).union(greatest(shifts))
        return found if found.is_finite() else None

    def _settled(self, entry: Entry, cell: Cell, b: Bounds) -> Followed:
        """The last steps for all ε ≤ `high`: the misfit shrinks by a factor, n(ε) times.

        n(ε) ≤ B ln(1/ε) + A, and as ε n(ε) rises for ε < 1/e, q rises most for the largest ε.
        """
        largest, tube = arb(cell.epsilon[1]), self.tube
        if b.misfit is None:
            raise NotProvedError("the orbits are not in the funnel")
        level = self.funnel.level(b.misfit)
        misfit = b.misfit.max(entry.floor(level))  # below which |v| is kept, but may grow to it
        if not misfit <= arb(self.funnel.levels[level]):
            raise NotProvedError("the funnel is too narrow for these step sizes")
        room = arb(tube.delta) - self.funnel.constant(level) * largest
        if not (room > 0 and largest * arb.const_e() < 1):
            raise NotProvedError("the tube is too narrow for these step sizes")
        for cap in _CAPS:
            top = (b.q[1] + (1 - b.q[1]) * arb(cap)).upper()
            x = entry.kept((b.q[0], top), misfit)
            rate = self.funnel.rate(level, *x)
            if not 0 < rate < 1:
                continue
            shrinking = (1 / rate).log()
            per_log = (2 / shrinking).upper()
            rest = ((misfit / room).log() / shrinking).upper().max(arb(0)) + 1
            steps = per_log * (1 / largest).log() + rest
            pull = self.step.pull(*entry.place(x, misfit), entry.epsilon)[1]
            if b.q[1] * (largest * pull * steps).exp() <= top:
                small = (arb(tube.delta) * largest * largest).upper()
                end = entry.kept((b.q[0], top), small)
                self._check(end[1])
                # ε t_a lies between its value at ε = 0 and that for the largest ε.
                phase = self._drifted(entry, (b.q[0], top), x, misfit, b.phase, largest * steps)
                phase = self._phase(entry, cell, (b.q[0], top), end, small, phase)
                arrival = Arrival(
                    (arb(b.time), (b.time + steps).upper()), end, entry.epsilon, phase
                )
                return self._told(b.time + rest, per_log, arrival)
        raise NotProvedError("q rises too much while the misfit shrinks")

    def _drifted(
        self, entry: Entry, q: Interval, x: Interval, misfit: arb, phase: arb | None, elapsed: arb
    ) -> arb | None:
        """The phase after steps in which ε·time rises by at most `elapsed`."""
        if phase is None or not q[1] < 1:
            return None
        rises = list[arb]()
        for piece in slices(q):
            parts = list(entry.parts(piece, misfit, x))
            pulls = [self.step.pull(at, s, entry.epsilon) for at, s in parts]
            rises += entry.phase_rises(piece, parts, pulls)
        if not all(rise.is_finite() for rise in rises):
            return None
        return phase + hull(0, elapsed.upper()) * least(rises).union(greatest(rises))

    def _told(self, time: arb, per_log: arb, arrival: Arrival) -> Followed:
        return _rounded(time, per_log, self.clock.constants(arrival) if self.clock else None)


def _rounded(time: arb, per_log: arb, crossing: Interval | None) -> Followed:
    """Outwards to rationals."""
    if crossing is None:
        return Followed(above(time), above(per_log), None)
    low, high = crossing
    return Followed(above(time), above(per_log), (below(low), above(high)))


def settled(levels: Sequence[fmpq]) -> fmpq:
    """The |v| from which the last steps are counted for all small ε at once: well in the funnel."""
    return min(_SETTLED, levels[0] / 2)


def _either(a: Followed, b: Followed) -> Followed:
    """What holds of orbits of which one of two is proved, where no crossing is told."""
    return Followed(max(a.time, b.time), max(a.per_log, b.per_log), None)
