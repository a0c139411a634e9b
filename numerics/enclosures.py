"""Rigorous orbits: boxes that contain every orbit from a box of initial conditions."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

import sympy as sp
from flint import arb, ctx

from ..theory.arguments import each, instance, integer, rational, takes
from ..theory.errors import InputError, UnresolvedError
from .enclosed_loops import BoxWatch, EnclosedLoop, Frame, frame_of
from .iteration import Stops
from .precision import BITS_PER_DIGIT
from .program import exact

_CHUNK = 1024  # steps between two looks at how far the orbit is
_GUARD_BITS = 50  # what radii grow by in 10⁵ steps
_ATTEMPTS = 6

Number: TypeAlias = sp.Rational | arb


@dataclass(frozen=True)
class EnclosedOrbit:
    """Balls that contain p_t and u_t = 1/q_t at the steps t in `times`, for every start in the box.

    `outcome` is one of `Stops`, true of every orbit of the box at the last step, or "lost" where
    the boxes grew until they said nothing; what was recorded before holds even then.
    No orbit has q_t > 1 at a step before `earliest_crossing` (None: at any step), and all orbits
    have q_t > 1 at the step `latest_crossing` (None: that is not known of any step).
    """

    eta: Number
    bits: int
    times: tuple[int, ...]
    p: tuple[arb, ...]
    u: tuple[arb, ...]
    outcome: str
    earliest_crossing: int | None
    latest_crossing: int | None

    def __len__(self) -> int:
        return len(self.p)

    @property
    def steps(self) -> int:
        """The number of steps taken."""
        return self.times[-1]

    @cached_property
    def q(self) -> tuple[arb, ...]:
        """Balls that contain q_t."""
        with ctx.workprec(self.bits):
            return tuple(1 / u for u in self.u)


@dataclass(frozen=True)
class _State:
    """Where the boxes are: the step, the frame, its p and u, and what is known so far."""

    step: int
    frame: Frame
    p: arb
    u: arb
    earliest: int | None = None
    latest: int | None = None
    outcome: str = ""


def _number(value: Any, name: str) -> Number:
    return value if isinstance(value, arb) else rational(value, name)


@takes(
    loop=instance(EnclosedLoop),
    eta=_number,
    start=each(_number, 2),
    stops=instance(Stops),
    bits=integer,
    every=integer,
)
def enclose(
    loop: EnclosedLoop,
    eta: Number,
    start: tuple[Number, Number],
    stops: Stops,
    *,
    bits: int = 256,
    every: int = 1,
) -> EnclosedOrbit:
    """Enclose all orbits from a box at one working precision.

    Parameters: `eta` and `start` = (p0, q0), exact rationals or balls (of any width); `bits` ≥ 32;
    `every`, the steps between two records (the first and the last box are always recorded).
    Raises InputError unless certainly η > 0 and q0 > 0, and for `bits` or `every` out of range.

    >>> from trajalign.numerics.enclosed_loops import compile_enclosed_loop
    >>> from trajalign.theory.models import TwoLayerLinear
    >>> from trajalign.theory.responses import Loss
    >>> loop, half = compile_enclosed_loop(TwoLayerLinear(Loss.parse("z**2/2"))), sp.Rational(1, 2)
    >>> orbit = enclose(loop, half, (half, sp.Integer(2)), Stops(2), bits=64)
    >>> orbit.p[1], orbit.q[1].str(9)  # (1 − 2/q + η²p²) p = 1/32, q/(1 − η²p²(2q − 1)) = 32/13
    (0.0312500000000000, '[2.46153846 +/- 1.54e-9]')
    """
    if bits < 32 or every < 1:
        raise InputError(f"enclose: need bits >= 32 and every >= 1, got {bits} and {every}")
    with ctx.workprec(bits):
        step_size = as_ball(eta)
        now = _judged(_begin(step_size, start), stops)
        last = _Row(now.step, now.p, now.u)
        kept = [last]
        while not now.outcome:
            ps, us, first = list[arb](), list[arb](), now.step + 1
            count = min(_CHUNK, stops.max_steps - now.step)
            frame = loop.run(now.frame, step_size, count, _watch(now, stops), ps, us)
            moved = replace(now, step=now.step + len(ps), frame=frame, p=ps[-1], u=us[-1])
            now = _judged(moved, stops)
            sound = len(ps) - (now.outcome == "lost")  # a lost box says nothing
            rows = [_Row(first + i, ps[i], us[i]) for i in range(sound)]
            kept += [row for row in rows if row.step % every == 0]
            last = rows[-1] if rows else last
    if kept[-1] is not last:
        kept.append(last)
    times, p, u = zip(*kept, strict=True)
    return EnclosedOrbit(eta, bits, times, p, u, now.outcome, now.earliest, now.latest)


@takes(
    loop=instance(EnclosedLoop),
    eta=_number,
    start=each(_number, 2),
    stops=instance(Stops),
    digits=integer,
    every=integer,
)
def enclose_accurately(
    loop: EnclosedLoop,
    eta: sp.Rational,
    start: tuple[sp.Rational, sp.Rational],
    stops: Stops,
    *,
    digits: int = 50,
    every: int = 1,
) -> EnclosedOrbit:
    """Enclose the orbit of a point, the precision raised until its last box is good to `digits`.

    That is, until both its radii are below 10^−digits times its midpoint. Parameters as for
    `enclose`. Raises InputError as that does, and UnresolvedError if no precision tried serves.

    >>> from trajalign.numerics.enclosed_loops import compile_enclosed_loop
    >>> from trajalign.theory.models import TwoLayerLinear
    >>> from trajalign.theory.responses import Loss
    >>> loop = compile_enclosed_loop(TwoLayerLinear(Loss.parse("log-cosh")))
    >>> start, eta = (sp.Integer(1), sp.Integer(2)), sp.Rational(1, 10)
    >>> orbit = enclose_accurately(loop, eta, start, Stops(1000), digits=200)
    >>> bool(orbit.q[-1].rad() < arb(10) ** -200)
    True
    """
    if digits < 1:
        raise InputError(f"enclose: need digits >= 1, got {digits}")
    wanted, guard = math.ceil(digits * BITS_PER_DIGIT), _GUARD_BITS
    for _ in range(_ATTEMPTS):
        orbit = enclose(loop, eta, start, stops, bits=wanted + guard, every=every)
        accuracy = min(x.rel_accuracy_bits() for x in (orbit.p[-1], orbit.u[-1]))
        if orbit.outcome != "lost" and accuracy > wanted:
            return orbit
        guard *= 3
    raise UnresolvedError(
        f"enclose: {orbit.bits} bits do not give {digits} digits (eta = {eta}, start = {start})"
    )


def as_ball(x: Number) -> arb:
    """A rational as a ball, at the precision in force; a ball as it is."""
    return arb(x if isinstance(x, arb) else exact(x))


class _Row(NamedTuple):
    step: int
    p: arb
    u: arb


def _begin(eta: arb, start: tuple[Number, Number]) -> _State:
    p, q = map(as_ball, start)
    if not (eta > 0 and q > 0 and p.is_finite() and q.is_finite() and eta.is_finite()):
        raise InputError(
            f"enclose: need finite p0, eta > 0, q0 > 0; got {eta = !s}, {p = !s}, {q = !s}"
        )
    return _State(0, frame_of(p, 1 / q), p, 1 / q)


def _watch(now: _State, stops: Stops) -> BoxWatch:
    near, far = stops.bounds
    undecided = now.earliest is not None and now.latest is None
    return BoxWatch(near, far, arb(1 if now.earliest is None else 0), arb(1 if undecided else -1))


def _judged(now: _State, stops: Stops) -> _State:
    near, far = stops.bounds
    if not (abs(now.p) < far and now.u > 0):
        return replace(now, outcome="diverged" if abs(now.p) >= far or now.u <= 0 else "lost")
    if now.earliest is None and not now.u >= 1:
        now = replace(now, earliest=now.step)
    if now.latest is None and now.u < 1:
        now = replace(now, latest=now.step)
    if abs(now.p) <= near:
        return replace(now, outcome="converged")
    if stops.at_crossing and now.latest is not None:
        return replace(now, outcome="crossed")
    return replace(now, outcome="step limit" if now.step >= stops.max_steps else "")
