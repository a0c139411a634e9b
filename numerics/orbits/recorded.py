"""Orbits of a reduced map at high precision, with the number of digits that are good."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import sympy as sp
from flint import arb, ctx

from ...theory.arguments import each, instance, integer, rational, takes
from ...theory.errors import InputError, UnresolvedError
from ...theory.models import ETA, MODEL, Model, P, Q
from ...theory.models.weights import require_weights
from ...theory.requirements import require_normalised
from ..compile.balls import BallFunction, compile_balls
from ..compile.program import exact
from ..precision import BITS_PER_DIGIT, working_bits
from .iteration import CANCELLED, Iteration, Moment, Stops
from .loops import Loop

_CHUNK = 1 << 21  # steps times bits between two looks at accuracy, interrupts and progress
_RECORDED_CHUNK = 1 << 18  # the same where most steps are recorded
_SPARSE = 64  # steps between two records from which on those between are not kept in lists
_ATTEMPTS = 8
_MORE_BITS = 64
_MOST_DIGITS = 100_000

Watcher = Callable[[Moment], None]


@dataclass(frozen=True)
class Orbit:
    """(p_t, q_t) at the steps t in `times`; each entry is an exact binary number held in an `arb`.

    `u` is 1/q. `outcome` is "converged", "crossed", "diverged", "step limit", "at the minimum" (see
    `Stops`) or "unfinished"; `crossing` is the first t with q_t > 1, or None. `good_digits` is the
    number of digits in which every entry agrees with a run at higher precision, None if there was
    none. At the minimum the last p is 0: the terms of p_t cancel in all their first `zero_digits`
    digits, which no precision tells from exactly 0.
    """

    eta: sp.Rational
    digits: int
    times: Sequence[int]
    p: tuple[arb, ...]
    u: tuple[arb, ...]
    outcome: str
    crossing: int | None
    good_digits: int | None = None
    zero_digits: int | None = None

    def __len__(self) -> int:
        return len(self.p)

    @property
    def steps(self) -> int:
        """The number of steps taken."""
        return self.times[-1]

    @cached_property
    def q(self) -> tuple[arb, ...]:
        """The values of q, to the precision of u."""
        with ctx.workprec(max(working_bits(self.digits), *(x.bits() for x in self.u))):
            return tuple((1 / u).mid() for u in self.u)


@dataclass(frozen=True)
class Stretch:
    """A stretch of an orbit: the entries it adds, and where the one or two runs then are.

    `bits` is the working precision of the first run; `agreement` the worst relative agreement of
    the two so far, in bits.
    """

    bits: int
    now: tuple[Moment, ...]
    times: tuple[int, ...]
    p: tuple[arb, ...]
    u: tuple[arb, ...]
    agreement: float = math.inf


class Keeper(Protocol):
    """What keeps the parts of an orbit while it runs, so that it can go on after an interrupt."""

    def found(self) -> list[Stretch]:
        """What an earlier run of the same orbit has kept."""

    def keep(self, parts: Sequence[Stretch], *, at_once: bool) -> None:
        """Keep what is new in `parts`: at once, or when it is time to."""

    def clear(self) -> None:
        """Forget everything; the orbit begins anew."""


@takes(model=MODEL)
def compile_step(model: Model) -> BallFunction:
    """The reduced map (p, q, η) ↦ (p', q') in balls, for single steps."""
    return compile_balls([model.reduced.p_next, model.reduced.q_next], [P, Q, ETA])


@takes(
    loop=instance(Loop),
    eta=rational,
    start=each(rational, 2),
    stops=instance(Stops),
    digits=integer,
    every=integer,
)
def iterate(
    loop: Loop,
    eta: sp.Rational,
    start: tuple[sp.Rational, sp.Rational],
    stops: Stops,
    *,
    digits: int = 50,
    every: int = 1,
    checked: bool = True,
    progress: Watcher | None = None,
    keeper: Keeper | None = None,
) -> Orbit:
    """Iterate the reduced map from an exact (p0, q0), to at least `digits` decimal digits.

    The working precision follows from the digits and the largest number of steps. If `checked`, a
    second run at higher precision goes along; where the two do not agree to `digits` digits in
    every entry, both begin anew with more. So does an orbit of which a step cancels p to 0, until
    twice the digits asked for say so. Every
    `every`-th step is recorded, and the last. `progress` is called from time to time; an interrupt
    leaves the orbit so far with the `keeper`, from where the same call goes on.
    Raises InputError for p0 = 0, q0 ≤ 0, η ≤ 0, `digits` or `every` out of range; NoWeightsError
    for a start that no weights of the model have; what `require_normalised` raises (the edge is
    q = 1); and UnresolvedError if no precision tried gives the digits.

    >>> from trajalign.numerics.orbits.loops import compile_loop
    >>> from trajalign.theory.models import TwoLayerLinear
    >>> from trajalign.theory.responses import Loss
    >>> loop, half = compile_loop(TwoLayerLinear(Loss.parse("z**2/2"))), sp.Rational(1, 2)
    >>> orbit = iterate(loop, half, (half, sp.Integer(2)), Stops(2))
    >>> orbit.p[1], orbit.u[1]  # (1 − 2/q + η²p²) p and 1/q' = 1/q − η²p²(2 − 1/q)
    (0.0312500000000000, 0.406250000000000)
    """
    _require(loop.model, eta, start, digits, every)
    wanted = digits * BITS_PER_DIGIT
    parts = [] if keeper is None else keeper.found()
    spare = stops.max_steps.bit_length() if checked else 0
    for _ in range(_ATTEMPTS):
        bits = parts[0].bits if parts else working_bits(digits) + spare
        runs = tuple(Iteration(loop, exact(eta), b, stops) for b in _precisions(bits, checked))
        parts = parts or [_first(runs, start)]
        try:
            while parts[-1].agreement >= wanted and not parts[-1].now[0].outcome:
                parts.append(_next(runs, parts[-1], every))
                if progress is not None:
                    progress(parts[-1].now[0])
                if keeper is not None:
                    keeper.keep(parts, at_once=False)
        finally:
            if keeper is not None:
                keeper.keep(parts, at_once=True)
        agreed, cancelled = parts[-1].agreement >= wanted, parts[-1].now[0].p == 0
        if agreed and not (cancelled and bits < 2 * working_bits(digits)):
            return assembled(eta, digits, parts)
        spare = max(2 * spare + _MORE_BITS, working_bits(digits) if agreed else 0)
        parts = []
        if keeper is not None:
            keeper.clear()
    raise UnresolvedError(
        f"orbit: {digits} digits cannot be had with {bits} bits (eta = {eta}, start = {start})"
    )


def assembled(eta: sp.Rational, digits: int, parts: Sequence[Stretch]) -> Orbit:
    """The orbit that consists of the parts; "unfinished" if it goes on after them."""
    last, agreement = parts[-1].now[0], parts[-1].agreement
    good = None if math.isinf(agreement) else int(agreement / BITS_PER_DIGIT)
    times, p, u = (
        tuple(x for part in parts for x in getattr(part, n)) for n in ("times", "p", "u")
    )
    outcome = last.outcome or "unfinished"
    zero = int(parts[-1].bits * CANCELLED / BITS_PER_DIGIT) if last.p == 0 else None
    return Orbit(eta, digits, times, p, u, outcome, last.crossing, good, zero)


def _require(
    model: Model, eta: sp.Rational, start: tuple[sp.Rational, sp.Rational], digits: int, every: int
) -> None:
    p0, q0 = start
    if eta <= 0 or q0 <= 0 or p0 == 0:
        raise InputError(f"orbit: need eta > 0, q0 > 0, p0 != 0; got eta={eta}, q0={q0}, p0={p0}")
    if not 1 <= digits <= _MOST_DIGITS:
        raise InputError(f"orbit: need between 1 and {_MOST_DIGITS} digits, got {digits}")
    if every < 1:
        raise InputError(f"orbit: need every >= 1, got {every}")
    require_weights(model, eta, p0, q0)
    require_normalised(model.response)


def _precisions(bits: int, checked: bool) -> tuple[int, ...]:
    return (bits, bits + 64 + bits // 8) if checked else (bits,)


def _first(runs: Sequence[Iteration], start: tuple[sp.Rational, sp.Rational]) -> Stretch:
    now = tuple(run.begin(start) for run in runs)
    return _part(runs, now, [((m.p,), (m.u,)) for m in now], 1, math.inf)


def _next(runs: Sequence[Iteration], before: Stretch, every: int) -> Stretch:
    """Some steps on, or to the next one that is recorded where these are far apart."""
    step = before.now[0].step
    chunk = (_CHUNK if every >= _SPARSE else _RECORDED_CHUNK) // runs[0].bits + 1
    count = min(chunk, runs[0].stops.max_steps - step)
    moments = list(zip(runs, before.now, strict=True))
    if every < _SPARSE:
        found = [run.record(m, count) for run, m in moments]
        now, tracks = tuple(f[0] for f in found), [f[1:] for f in found]
    else:
        count = min(count, every - step % every)
        now = tuple(run.advance(m, count) for run, m in moments)
        tracks = [((m.p,), (m.u,)) for m in now]
    return _part(runs, now, tracks, every, before.agreement)


def _part(
    runs: Sequence[Iteration],
    now: tuple[Moment, ...],
    tracks: Sequence[tuple[Sequence[arb], Sequence[arb]]],
    every: int,
    agreement: float,
) -> Stretch:
    """What to keep of the last entries of each run (p and u up to where it now is)."""
    last, (ps, us) = now[-1], tracks[-1]
    first = last.step - len(ps) + 1
    kept = [i for i, t in enumerate(range(first, last.step + 1)) if t % every == 0]
    if last.outcome and last.step % every and ps:
        kept.append(len(ps) - 1)
    if len(now) > 1:
        agreement = min(agreement, _agreement(runs, now, tracks))
    with ctx.workprec(runs[-1].bits):  # a run may carry more bits than its entries are to have
        p, u = (tuple((track[i] + 0).mid() for i in kept) for track in (ps, us))
    return Stretch(runs[0].bits, now, tuple(first + i for i in kept), p, u, agreement)


def _agreement(
    runs: Sequence[Iteration],
    now: Sequence[Moment],
    tracks: Sequence[tuple[Sequence[arb], Sequence[arb]]],
) -> float:
    """The bits in which two runs agree at worst; 0 if different things happened to them."""
    if len({(m.step, m.crossing, m.outcome) for m in now}) > 1:
        return 0.0
    worst = arb(0)
    with ctx.workprec(runs[-1].bits):
        for which in (0, 1):  # p and u
            for x, better in zip(*(track[which] for track in tracks), strict=True):
                if x == better:
                    continue
                if better == 0:
                    return 0.0
                worst = max(worst, abs(x / better - 1))
        # Entries that agree to the last bit say no more than the precision does.
        return runs[0].bits if worst == 0 else min(runs[0].bits, -float(worst.log()) / math.log(2))
