"""Rigorous orbits: boxes that contain every orbit from a box of initial conditions."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

import sympy as sp
from flint import arb, ctx

from ...theory.arguments import each, instance, integer, rational, takes
from ...theory.errors import InputError, NoWeightsError, UnresolvedError
from ...theory.models import ETA, Model, Q
from ...theory.models.weights import require_weights
from ...theory.requirements import require_normalised
from ..compile.balls import compile_balls
from ..compile.program import exact
from ..precision import BITS_PER_DIGIT
from .enclosed_loops import BoxWatch, EnclosedLoop, Frame, frame_of
from .iteration import Stops

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
    `maybe_zero` is the first step after the start at which p_t is 0 or cannot be told from it,
    beside q_t ≤ 1, where p = 0 repels; or None.
    """

    eta: Number
    bits: int
    times: tuple[int, ...]
    p: tuple[arb, ...]
    u: tuple[arb, ...]
    outcome: str
    earliest_crossing: int | None
    latest_crossing: int | None
    maybe_zero: int | None = None

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
    maybe_zero: int | None = None
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
    Raises InputError unless certainly η > 0 and q0 > 0, and for `bits` or `every` out of range;
    NoWeightsError unless every point of the box has weights of the model, at every η; what
    `require_normalised` raises (the edge is q = 1).

    >>> from trajalign.numerics.orbits.enclosed_loops import compile_enclosed_loop
    >>> from trajalign.theory.models import TwoLayerLinear
    >>> from trajalign.theory.responses import Loss
    >>> loop, half = compile_enclosed_loop(TwoLayerLinear(Loss.parse("z**2/2"))), sp.Rational(1, 2)
    >>> orbit = enclose(loop, half, (half, sp.Integer(2)), Stops(2), bits=64)
    >>> orbit.p[1], orbit.q[1].str(9)  # (1 − 2/q + η²p²) p = 1/32, q/(1 − η²p²(2q − 1)) = 32/13
    (0.0312500000000000, '[2.46153846 +/- 1.54e-9]')
    """
    if bits < 32 or every < 1:
        raise InputError(f"enclose: need bits >= 32 and every >= 1, got {bits} and {every}")
    require_normalised(loop.model.response)
    with ctx.workprec(bits):
        step_size = as_ball(eta)
        _require_start(step_size, start)
        _require_weights(loop.model, eta, start)
        now = _judged(_begin(start), stops)
        last = _Row(now.step, now.p, now.u)
        kept = [last]
        while not now.outcome:
            ps, us, first = list[arb](), list[arb](), now.step + 1
            count = min(_CHUNK, stops.max_steps - now.step)
            frame = loop.run(now.frame, step_size, count, _watch(now, stops), ps, us)
            moved = replace(now, step=now.step + len(ps), frame=frame, p=ps[-1], u=us[-1])
            now = _judged(_looked_at(moved, ps, us), stops)
            sound = len(ps) - (now.outcome == "lost")  # a lost box says nothing
            rows = [_Row(first + i, ps[i], us[i]) for i in range(sound)]
            kept += [row for row in rows if row.step % every == 0]
            last = rows[-1] if rows else last
    if kept[-1] is not last:
        kept.append(last)
    times, p, u = zip(*kept, strict=True)
    return EnclosedOrbit(
        eta, bits, times, p, u, now.outcome, now.earliest, now.latest, now.maybe_zero
    )


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

    >>> from trajalign.numerics.orbits.enclosed_loops import compile_enclosed_loop
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
    about = f"(eta = {eta}, p0 = {start[0]}, q0 = {start[1]})"
    if orbit.maybe_zero is not None:
        raise UnresolvedError(
            f"enclose: at step {orbit.maybe_zero} p cannot be told from 0 with {orbit.bits} bits; "
            f"whether the orbit stays there, at the minimum, or leaves it is open {about}"
        )
    lost = f"; the boxes say nothing after step {orbit.steps}" if orbit.outcome == "lost" else ""
    raise UnresolvedError(f"enclose: {orbit.bits} bits do not give {digits} digits {about}{lost}")


def as_ball(x: Number) -> arb:
    """A rational as a ball, at the precision in force; a ball as it is."""
    return arb(x if isinstance(x, arb) else exact(x))


class _Row(NamedTuple):
    step: int
    p: arb
    u: arb


def _begin(start: tuple[Number, Number]) -> _State:
    p, q = map(as_ball, start)
    return _State(0, frame_of(p, 1 / q), p, 1 / q)


def _require_start(eta: arb, start: tuple[Number, Number]) -> None:
    p, q = map(as_ball, start)
    if not (eta > 0 and q > 0 and p.is_finite() and q.is_finite() and eta.is_finite()):
        raise InputError(
            f"enclose: need finite p0, eta > 0, q0 > 0; got {eta = !s}, {p = !s}, {q = !s}"
        )


def _require_weights(model: Model, eta: Number, start: tuple[Number, Number]) -> None:
    """Every point of the box has weights, or the box is refused."""
    p, q = start
    if not any(isinstance(x, arb) for x in (eta, p, q)):
        require_weights(model, eta, p, q)
    elif model.largest_p is not None:
        largest = compile_balls(model.largest_p, [Q, ETA])(as_ball(q), as_ball(eta))[0]
        if not abs(as_ball(p)) <= largest:
            raise NoWeightsError(
                f"not every point of the box p0 = {p!s}, q0 = {q!s} at eta = {eta!s} has weights "
                f"of the {model.name} model: they have |p| <= {model.largest_p} = {largest!s}"
            )


def _looked_at(now: _State, ps: list[arb], us: list[arb]) -> _State:
    """The state with the first step, so far, at which p may be 0 beside q ≤ 1."""
    if now.maybe_zero is not None or now.latest is not None:
        return now
    # Tiny, unlike a box that grew until it says nothing; and NaN contains 0, too.
    first, tiny = now.step - len(ps) + 1, arb(2) ** -(ctx.prec // 2)
    steps = (
        first + i
        for i, (p, u) in enumerate(zip(ps, us, strict=True))
        if p.contains(0) and abs(p) < tiny and not u < 1
    )
    return replace(now, maybe_zero=next(steps, None))


def _watch(now: _State, stops: Stops) -> BoxWatch:
    """A small |p| is no end before q > 1 is certain."""
    near, far = stops.bounds
    near = -arb(1) if now.latest is None else near
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
    if now.p == 0:  # exactly, and from then on
        return replace(now, outcome="at the minimum")
    if abs(now.p) <= near and now.u < 1:
        return replace(now, outcome="converged")
    if stops.at_crossing and now.latest is not None:
        return replace(now, outcome="crossed")
    return replace(now, outcome="step limit" if now.step >= stops.max_steps else "")
