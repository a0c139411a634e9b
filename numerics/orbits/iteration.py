"""One orbit at one working precision, taken some steps at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

import sympy as sp
from flint import arb, ctx, fmpq

from ...theory.arguments import convert_fields, integer, rational
from ...theory.errors import InputError
from ..compile.program import exact
from ..precision import GUARD_BITS
from .loops import Loop, Watch

_FAR = sp.Integer(10**6)
CANCELLED = Fraction(3, 4)  # of the working bits: so many cancel in no step but one to p = 0
_MOST_WORK = 8  # times the working precision, for formulas that cancel


@dataclass(frozen=True)
class Stops:
    """When an orbit ends: after `max_steps`; at |p| ≤ `until` with q > 1 ("converged"); at
    |p| ≥ `escape`, or where the map has no value with q > 0 ("diverged"); if `at_crossing`, at the
    first q > 1; and where a step cancels p to 0 in all digits that count ("at the minimum").

    With q ≤ 1 a small p is no end: p = 0 repels. Raises InputError for numbers out of range.
    """

    max_steps: int
    until: sp.Rational = sp.S.Zero
    escape: sp.Rational = _FAR
    at_crossing: bool = False

    def __post_init__(self) -> None:
        convert_fields(self, ("max_steps",), integer)
        convert_fields(self, ("until", "escape"), rational)
        if self.max_steps < 1:
            raise InputError(f"orbit: need at least one step, got {self.max_steps}")
        if not 0 <= self.until < self.escape:
            raise InputError(f"orbit: need 0 <= until < escape, got {self.until}, {self.escape}")

    @classmethod
    def at_rest(
        cls,
        scale: sp.Rational,
        digits: int,
        max_steps: int,
        *,
        until: sp.Rational | None = None,
        at_crossing: bool = False,
    ) -> Stops:
        """Until `until`, or else where q* − q, which is of the order of p², is negligible.

        `scale` is the unit of p, and 10⁶ of it counts as flown away.

        >>> Stops.at_rest(sp.Integer(2), 30, 1000).until
        1/50000000000000000
        """
        size = scale / sp.Integer(10) ** (digits // 2 + 2) if until is None else until
        return cls(max_steps, size, max(_FAR * scale, 2 * size), at_crossing)

    @cached_property
    def bounds(self) -> tuple[arb, arb]:
        """`until` and `escape` as exact binary numbers of 64 bits."""
        with ctx.workprec(64):
            return arb(exact(self.until)).mid(), arb(exact(self.escape)).mid()


@dataclass(frozen=True)
class Moment:
    """Where an orbit is: p and u = 1/q at a step, the precision in force, what has happened.

    `outcome` is "" while it goes on; `crossing` is the first step with q > 1, or None.
    """

    step: int
    p: arb
    u: arb
    precision: int
    crossing: int | None = None
    outcome: str = ""


@dataclass(frozen=True)
class Iteration:
    """A compiled map with a step size, a working precision in bits, and when to stop."""

    loop: Loop
    eta: fmpq
    bits: int
    stops: Stops

    def begin(self, start: tuple[sp.Rational, sp.Rational]) -> Moment:
        """The first moment, from (p0, q0)."""
        with ctx.workprec(self.bits):
            p, u = (arb(x).mid() for x in (exact(start[0]), 1 / exact(start[1])))
        return self._judged(Moment(0, p, u, self.bits))

    def advance(self, now: Moment, count: int) -> Moment:
        """Up to `count` steps on; fewer where something happens."""
        return self._advance(now, count, record=False)[0]

    def record(self, now: Moment, count: int) -> tuple[Moment, Sequence[arb], Sequence[arb]]:
        """The same with p and u after every step."""
        return self._advance(now, count, record=True)

    def _advance(
        self, now: Moment, count: int, record: bool
    ) -> tuple[Moment, Sequence[arb], Sequence[arb]]:
        while True:
            ps, us = list[arb](), list[arb]()
            with ctx.workprec(now.precision):
                watch, eta = self._watch(now), arb(self.eta)
                if record:
                    state, done = self.loop.record((now.p, now.u), eta, count, watch, ps, us)
                else:
                    state, done = self.loop.advance((now.p, now.u), eta, count, watch)
                finite = state[0].is_finite() and state[1].is_finite()
                good = finite and self._is_accurate(state, eta)
            if good or now.precision >= _MOST_WORK * self.bits:
                break
            now = replace(now, precision=now.precision + self.bits)
        if not finite:  # the step that left the domain is not part of the orbit
            end = self._advance(now, done - 1, record=False)[0] if done > 1 else now
            return replace(end, outcome="diverged"), ps[:-1], us[:-1]
        moved = replace(now, step=now.step + done, p=state[0], u=state[1])
        if self._cancels(now, moved, ps):
            moved = replace(moved, p=arb(0))
            if record:
                ps[-1] = arb(0)
        return self._judged(moved), ps, us

    def _watch(self, now: Moment) -> Watch:
        """Beside an unstable p = 0, looks are taken at every step that brings p next to nothing."""
        near, far = self.stops.bounds
        floor = arb(1) if now.crossing is None else arb(0)
        return Watch(near if now.u < 1 else max(near, self._tiny), far, floor)

    @cached_property
    def _tiny(self) -> arb:
        """What p falls below when a step from anywhere cancels it."""
        with ctx.workprec(64):
            return (self.stops.bounds[1] * arb(2) ** -int(self.bits * CANCELLED)).mid()

    def _cancels(self, before: Moment, now: Moment, ps: Sequence[arb]) -> bool:
        """Whether the last step, from `before` or after, left of p no more than rounding does."""
        if not abs(now.p) <= max(self.stops.bounds[0], self._tiny):
            return False
        if len(ps) > 1:
            last = ps[-2]
        elif now.step - before.step > 1:
            with ctx.workprec(now.precision):
                start, count = (before.p, before.u), now.step - before.step - 1
                (last, _), _ = self.loop.advance(start, arb(self.eta), count, self._watch(before))
        else:
            last = before.p
        with ctx.workprec(64):
            return bool(abs(now.p) <= abs(last) * arb(2) ** -int(self.bits * CANCELLED))

    def _is_accurate(self, state: tuple[arb, arb], eta: arb) -> bool:
        """Whether the next step loses few bits; a formula may cancel more and more as p falls."""
        wanted = self.bits - GUARD_BITS + 10
        p, u = self.loop.step(*state, eta)
        if not (p.is_finite() and u.is_finite()):
            return False
        return bool(p.rel_accuracy_bits() >= wanted and u.rel_accuracy_bits() >= wanted)

    def _judged(self, now: Moment) -> Moment:
        if now.crossing is None and now.u < 1:
            now = replace(now, crossing=now.step)
        near, far = self.stops.bounds
        if not (abs(now.p) < far and now.u > 0):
            outcome = "diverged"
        elif now.p == 0:
            outcome = "at the minimum"
        elif abs(now.p) <= near and now.u < 1:
            outcome = "converged"
        elif self.stops.at_crossing and now.crossing is not None:
            outcome = "crossed"
        elif now.step >= self.stops.max_steps:
            outcome = "step limit"
        else:
            return now
        return replace(now, outcome=outcome)
