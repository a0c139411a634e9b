"""The entry: from a box of starts into the funnel, for all ε of a range, step by step.

Two sequences enclose x of all orbits of a box; q only rises. Once |v| is within the funnel it
shrinks at the funnel's rate too, and then x lies where r(x) = q/(1 + Σ εᵏ h_k ± |v|).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from flint import arb, fmpq

from ...numerics.curve.taylor_models import OutOfRangeError
from .bounds import Interval, between, greatest, hull, least
from .errors import NotProvedError
from .funnel import Funnel
from .phase import Phase
from .step import Place, SlowCurveStep, Step

_MOST_STEPS = 400
_WIDE = fmpq(3, 10)  # |v| below which it tells where x is
_FINE = fmpq(1, 100)  # |v| below which that alone does
_SLICES = 4  # of the range of q
_TRIES = 12
_LONGEST = 5  # steps that are taken at once


@dataclass(frozen=True)
class Bounds:
    """At step `time` of all orbits of a box: x and q between exact ends, |v| ≤ `misfit`, or None
    where that is beyond the funnel."""

    time: int
    x: Interval
    q: Interval
    misfit: arb | None = None
    phase: arb | None = None  # what θ + εt has risen by since the start; None where not known
    side: int = 0  # of the step's sides, on which all the orbits are


@dataclass(frozen=True)
class Entry:
    """Follows boxes of orbits of a step into a funnel, for ε in `epsilon`."""

    step: SlowCurveStep
    funnel: Funnel
    epsilon: arb

    def follow(self, start: Bounds, target: arb) -> Bounds:
        """The first step at which |v| ≤ `target`. Raises NotProvedError if none is found."""
        bounds = self._sharpened(start)
        for _ in range(_MOST_STEPS):
            if bounds.misfit is not None and bounds.misfit <= target:
                return bounds
            if not bounds.q[1] < 1:  # too late to be on the tube before q passes 1
                break
            if bounds.misfit is not None and bounds.misfit <= arb(_FINE):
                bounds = self._stage(bounds, target)
            else:
                bounds = self._sharpened(self._advanced(bounds))
        raise _lost(bounds)

    @cached_property
    def phase(self) -> Phase:
        """What steps add to the phase, of a map that is odd in p."""
        assert isinstance(self.step, Step)
        return Phase(self.step, self.epsilon)

    def _side(self, b: Bounds, steps: int = 0) -> int:
        """The side after so many steps."""
        return (b.side + steps) % len(self.step.sides)

    def kept(self, q: Interval, misfit: arb) -> Interval:
        """x of orbits in the funnel for as long as |v| ≤ `misfit` and q is in a range.

        It is read off q where x is within the funnel; and no step leaves the funnel from there.
        Raises NotProvedError where that is not certain.
        """
        x = self._on_curve(q, misfit, self._heights, (arb(0), arb(self.funnel.end)))
        if x is None:
            raise NotProvedError(f"no x belongs to q in {between(q).str(4)}")
        x = self._where(q, misfit, x)
        if x is None or not self._moved(x, misfit)[1] <= arb(self.funnel.end):
            raise NotProvedError("a step may leave the funnel")
        return x

    def place(self, x: Interval, misfit: arb) -> tuple[Place, arb]:
        """The functions for x in a range, and S there."""
        at = self.step.place(between(x))
        return at, 1 + self.step.height(at, self.epsilon) + arb(0, misfit.upper())

    def floor(self, level: int) -> arb:
        """C₁ ε^(K+1), for the largest ε."""
        power = self.epsilon.upper() ** arb(self.funnel.power)
        return (self.funnel.constant(level) * power).upper()

    def _advanced(self, b: Bounds) -> Bounds:
        (q, phase), side = self._risen(b), self._side(b, 1)
        if b.misfit is None:
            return Bounds(b.time + 1, self._image(b), q, None, phase, side)
        misfit = self._shrunk(b.misfit, b.x)
        x = self._moved(b.x, b.misfit) if misfit <= arb(_FINE) else self._image(b)
        return Bounds(b.time + 1, x, q, misfit, phase, side)

    def _stage(self, b: Bounds, target: arb) -> Bounds:
        """As many steps as halve a small |v|, or bring it to `target`, at once."""
        assert b.misfit is not None
        level = self.funnel.level(b.misfit)
        floor = self.floor(level)
        goal = target.max(b.misfit / 2)
        if not goal > floor:
            raise NotProvedError(f"|v| is drawn to {float(floor):.3g} only")
        count = _steps((goal - floor) / (b.misfit - floor), self.funnel.rate(level, *b.x))
        while True:
            try:
                return self._taken(b, b.misfit, count)
            except NotProvedError:
                count //= 2
                if count == 0:
                    raise

    def _taken(self, b: Bounds, misfit: arb, count: int) -> Bounds:
        """So many steps at once, with |v| ≤ `misfit` all the way."""
        level = self.funnel.level(misfit)
        floor, places = self.floor(level), list[arb]()
        lows, highs, rises = list[arb](), list[arb](), list[arb]()
        for first, last in slices(b.q):
            at, s, pull, top = self._visited((first, last), misfit, count)
            lows.append(first * (1 + self.epsilon.lower() * pull[0]) ** arb(count))
            highs.append(top)
            places += [at.x.lower(), at.x.upper()]
            if b.phase is not None:
                rises += self.phase_rises((first, top), [(at, s)], [pull])
        q = least(lows), greatest(highs)
        rate = self.funnel.rate(level, least(places), greatest(places))
        misfit = (floor + rate ** arb(count) * (misfit - floor)).upper()
        phase = _added(b.phase, self.epsilon * count, rises)
        x, side = self.kept(q, misfit), self._side(b, count)
        return Bounds(b.time + count, x, q, misfit, phase, side)

    def _visited(self, q: Interval, misfit: arb, count: int) -> tuple[Place, arb, Interval, arb]:
        """x, S, bounds of xτ and the largest q of orbits with q in a range, over so many steps."""
        top = q[1]
        for _ in range(_TRIES):
            x = self.kept((q[0], top), misfit)
            at, s = self.place(x, misfit)
            pull = self.step.pull(at, s, self.epsilon)
            needed = (q[1] * (1 + self.epsilon.upper() * pull[1]) ** arb(count)).upper()
            if needed <= top:
                return at, s, pull, top
            top = (needed + (needed - q[1]) / 64).upper()
            if not top < 1:
                break
        raise NotProvedError(f"q rises too much in {count} steps from {float(q[1]):.4g}")

    def _sharpened(self, b: Bounds) -> Bounds:
        """With what x and q say of v, and v and q of x."""
        if not b.x[1] <= arb(self.step.curve.end):
            raise _lost(b)
        misfit = b.misfit
        if misfit is None or misfit > arb(_FINE):
            seen = self._misfit(b)
            misfit = seen if misfit is None else misfit.min(seen).upper()
        x: Interval | None = b.x
        if misfit <= arb(_WIDE):
            x = self._where(b.q, misfit, b.x, self.step.sides[b.side])
        if x is None:
            raise ArithmeticError("no orbit is left: a bound is false")
        inside = misfit <= arb(self.funnel.levels[0]) and x[1] <= arb(self.funnel.end)
        return replace(b, x=x, misfit=misfit if inside else None)

    def _shrunk(self, misfit: arb, x: Interval) -> arb:
        level = self.funnel.level(misfit)
        floor = self.floor(level)
        if misfit <= floor:
            return floor
        return (floor + self.funnel.rate(level, *x) * (misfit - floor)).upper()

    def _misfit(self, b: Bounds) -> arb:
        """sup |q/r − 1 − H|."""
        sizes, side = [], self.step.sides[b.side]
        for piece in _pieces(b.x):
            height = side.height(side.place(piece), self.epsilon)
            inverse = self.step.curve.value("inverse", piece)
            sizes += [b.q[1] * inverse - 1 - height, height + 1 - b.q[0] * inverse]
        return greatest(sizes)

    def _image(self, b: Bounds) -> Interval:
        """Bounds of x': at the ends of pieces where x' is monotone in x, else over them."""
        q, side, parts = between(b.q), self.step.sides[b.side], []
        for piece in _pieces(b.x):
            after, slope = side.image(piece, q, self.epsilon)
            if slope > 0 or slope < 0:
                ends = piece.lower(), piece.upper()
                parts += [side.image(end, q, self.epsilon)[0] for end in ends]
            else:
                parts.append(after)
        low, high = least(parts), greatest(parts)
        if not low > 0:
            raise _lost(b)
        return low, high

    def _moved(self, x: Interval, misfit: arb) -> Interval:
        """Bounds of x' = x (1 − γ)² from |v|."""
        at, s = self.place(x, misfit)
        factor = 1 - self.step.gamma(at, s - 1, self.epsilon)
        if not factor > 0:
            raise NotProvedError(f"p may change its sign twice for x in {at.x.str(4)}")
        low, high = factor.lower(), factor.upper()
        return (x[0] * low * low).lower(), (x[1] * high * high).upper()

    def _risen(self, b: Bounds) -> tuple[Interval, arb | None]:
        """Bounds of q' = q (1 + εxτ), and the phase after the step."""
        lows, highs, rises = list[arb](), list[arb](), list[arb]()
        for first, last in [b.q] if b.misfit is None else slices(b.q):
            parts = list(self._parts(b, (first, last)))
            pulls = [self.step.pull(at, s, self.epsilon) for at, s in parts]
            lows += [first * (1 + self.epsilon.lower() * low) for low, _ in pulls]
            highs += [last * (1 + self.epsilon.upper() * high) for _, high in pulls]
            if b.phase is not None:
                rises += self.phase_rises((first, last), parts, pulls)
        return (least(lows), greatest(highs)), _added(b.phase, self.epsilon, rises)

    def phase_rises(
        self, q: Interval, parts: list[tuple[Place, arb]], pulls: list[Interval]
    ) -> list[arb]:
        """What a step of the orbits in each part adds to the phase, divided by ε."""
        if not parts:
            return []
        try:
            rest = self.phase.rest(q, greatest([high for _, high in pulls]))
        except (NotProvedError, OutOfRangeError):
            return [arb.nan()]  # nothing else needs the phase
        return [
            self.phase.of_step(rest, at.x, s, pull)
            for (at, s), pull in zip(parts, pulls, strict=True)
        ]

    def _parts(self, b: Bounds, q: Interval) -> Iterator[tuple[Place, arb]]:
        """x and S of the orbits with q between two numbers, in pieces of x."""
        if b.misfit is None:
            for piece in _pieces(b.x):
                at = self.step.place(piece)
                yield at, between(q) / at.r
            return
        yield from self.parts(q, b.misfit, b.x)

    def parts(self, q: Interval, misfit: arb, known: Interval) -> Iterator[tuple[Place, arb]]:
        """x and S of the orbits with q between two numbers and |v| ≤ `misfit`; none if there are
        none."""
        x = self._where(q, misfit, known)
        if x is not None:
            yield self.place(x, misfit)

    def _where(
        self, q: Interval, misfit: arb, known: Interval, side: SlowCurveStep | None = None
    ) -> Interval | None:
        """Where x is by r(x) = q/(1 + H ± |v|), given bounds, on one side or on all; None where
        nowhere."""
        step = side or self.step
        height = step.height(step.place(between(known)), self.epsilon)
        return self._on_curve(q, misfit, height, known)

    def _on_curve(self, q: Interval, misfit: arb, height: arb, known: Interval) -> Interval | None:
        place_of = self.step.curve.place_of
        low = place_of((q[1] / (1 + height.lower() - misfit)).upper()).lower().max(known[0])
        try:
            high = place_of((q[0] / (1 + height.upper() + misfit)).lower()).upper().min(known[1])
        except OutOfRangeError:
            high = known[1]
        if low > high:
            return None
        if not (low.is_finite() and high.is_finite()):
            raise NotProvedError(f"where r is {between(q).str(4)} is not known")
        return low, high

    @cached_property
    def _heights(self) -> arb:
        """H wherever the funnel is."""
        found = [
            self.step.height(self.step.place(hull(row.low, row.high)), self.epsilon)
            for row in self.funnel.rows
        ]
        return least(found).union(greatest(found))


def slices(q: Interval) -> Iterator[Interval]:
    """Parts of a range of q: where q is higher, x is lower on the curve, and q rises less."""
    width = (q[1] - q[0]) / _SLICES
    cuts = ((q[0] + width * i).mid() for i in range(1, _SLICES))
    return pairwise([q[0], *cuts, q[1]])


def _added(phase: arb | None, times: arb, rises: list[arb]) -> arb | None:
    """The phase with what the steps add; None where that is not known."""
    if phase is None or not all(rise.is_finite() for rise in rises):
        return None
    return phase + times * least(rises).union(greatest(rises))


def _steps(share: arb, rate: arb) -> int:
    """About as many steps as shrink by a share at a rate."""
    if not 0 < rate < 1:
        return 1
    return min(_LONGEST, max(1, math.ceil(math.log(float(share)) / math.log(float(rate)))))


def _lost(b: Bounds) -> NotProvedError:
    x, q = (f"[{float(low):.4g}, {float(high):.4g}]" for low, high in (b.x, b.q))
    return NotProvedError(f"the orbits are lost at step {b.time}: x in {x}, q in {q}")


def _pieces(x: Interval) -> Iterator[arb]:
    """More pieces of a wider interval."""
    low, high = x
    if low == high:
        yield low
        return
    ratio = (high - low) / high
    count = 2 if ratio < 0.05 else 8 if ratio < 0.3 else 24
    cuts = ((low + (high - low) * fmpq(i, count)).mid() for i in range(1, count))
    for a, b in pairwise([low, *cuts, high]):
        yield a.union(b)
