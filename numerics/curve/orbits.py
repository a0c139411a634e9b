"""Orbits that start on the slow curve or come to it: single steps before, leaps from there on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, pairwise
from math import ceil

import sympy as sp
from flint import arb, ctx

from ...theory.errors import InputError
from ...theory.models import Model
from ..compile.balls import BallFunction, evaluate, exact
from ..orbits.iteration import CANCELLED
from ..orbits.recorded import compile_step
from ..precision import BITS_PER_DIGIT
from .invariant import FAR_OFF, InvariantCurve
from .motion import CurveMotion, Estimate, Place

State = tuple[Estimate, Estimate]  # p and q

_MAX_STEPS = 200_000  # to the curve
_FAR = 10**6  # in units of the curve's range
_ROUNDING_BITS = 8  # lost on the way to the curve
_DOUBLINGS = 5  # of the precision, where chaos comes before the curve
_CHECK_BITS = 32  # by which a second run is more precise


@dataclass(frozen=True)
class CurveOrbit:
    """`states` are the steps up to the first one on the curve; `place` is that one.

    `gap` is how far off the curve it still is, relative to q. The gap only shrinks later, but near
    p = 0 so slowly that it is charged to every step.
    """

    motion: CurveMotion
    states: tuple[State, ...]
    place: Place
    gap: arb

    @property
    def aligned(self) -> int:
        """The step from which on the orbit is on the curve."""
        return len(self.states) - 1

    def at(self, step: int) -> State:
        """p and q at a step ≥ 0."""
        if step <= self.aligned:
            return self.states[step]
        motion, steps = self.motion, step - self.aligned
        place = motion.step(self.place, steps)
        drift = steps * motion.curve.sensitivity * self.gap
        place = Place(place.log, (place.error + drift).upper())
        size, height = motion.size(place), self._apart(motion.height(place))
        negative = (self.states[-1][0].value < 0) ^ (steps % 2 == 1)  # p changes sign every step
        with ctx.workprec(motion.curve.precision):  # a change of sign rounds, too
            return (Estimate(-size.value, size.error) if negative else size), height

    def limit(self) -> Estimate:
        """q*."""
        return self._apart(self.motion.limit())

    @cached_property
    def crossing(self) -> int:
        """The first step with q > 1."""
        if self.states[-1][1].value > 1:
            return self.aligned
        return self.aligned + self.motion.first_above(self.place)

    @property
    def crossing_error(self) -> int:
        """By how many steps the crossing may be wrong."""
        (_, low), (_, high) = self.at(self.crossing - 1), self.at(self.crossing)
        with ctx.workprec(self.motion.curve.precision):
            rise, error = high.value - low.value, max(low.error, high.error)
            sure = error < 1 - low.value and error < high.value - 1
            return 0 if sure else ceil(float((error / rise).upper()))

    def _apart(self, q: Estimate) -> Estimate:
        return Estimate(q.value, (q.error + q.value * self.gap).upper())


def orbit_on_curve(motion: CurveMotion, q0: sp.Rational) -> CurveOrbit:
    """The orbit from the point of the curve at height q0 with p > 0.

    Raises InputError where the curve does not attract.

    >>> from trajalign.numerics.curve.invariant import curve_below
    >>> from trajalign.theory.models import TwoLayerLinear
    >>> from trajalign.theory.responses import Loss
    >>> model, height = TwoLayerLinear(Loss.parse("log-cosh")), sp.Rational(4, 5)
    >>> curve = curve_below(model, sp.Rational(1, 10**4), height, 80)
    >>> orbit_on_curve(CurveMotion(curve), height).at(0)[1].value.str(8, radius=False)
    '0.80000000'
    """
    curve = motion.curve
    with ctx.workprec(curve.precision):
        q, slope = arb(exact(q0)), curve.height.derivative()
        x, tiny = (curve.end * curve.end).mid(), arb(2) ** (20 - curve.precision)
        for _ in range(curve.precision):
            move = ((curve.height(x) - q) / slope(x)).mid()
            x = (x - move).mid()
            if not abs(move) > tiny * x:
                break
        if not 0 < x < curve.end * curve.end:
            raise InputError(f"fast-forward: the slow curve was not found at height q = {q0}")
        _require_attraction(curve.pull(x), q0)
        place = Place((x.log() / 2).mid(), abs(q * curve.height_error / (2 * x * slope(x))).upper())
        return CurveOrbit(motion, ((motion.size(place), motion.height(place)),), place, arb(0))


def orbit_to_curve(
    motion: CurveMotion,
    model: Model,
    eta: sp.Rational,
    start: tuple[sp.Rational, sp.Rational],
    bits: int,
) -> CurveOrbit:
    """The orbit from a start off the curve, iterated until it is on it or passes q = 1.

    Parameters: η > 0 and (p0, q0), p0 ≠ 0, 0 < q0 < 1, as exact numbers; steps are taken to `bits`
    bits. Being on the curve means as near as it is known. Raises InputError for an orbit that does
    not come near, and for one that a step takes to p = 0.
    """
    curve, step = motion.curve, compile_step(model)
    with ctx.workprec(bits):
        accurate = arb(2) ** (_ROUNDING_BITS - bits)
    for run_bits in (bits << k for k in range(_DOUBLINGS)):
        rough = _until_near(curve, _steps(step, eta, start, run_bits), accurate)
        _require_motion(rough, start, run_bits)
        gap, last = _gap(curve, *rough[-1]), [_shown(value) for value in rough[-1]]
        if not gap < FAR_OFF:
            raise InputError(
                f"fast-forward: the orbit from p = {start[0]}, q = {start[1]} does not come to the "
                f"slow curve; at step {len(rough) - 1} p = {last[0]}, q = {last[1]}"
            )
        fine = _steps(step, eta, start, run_bits + _CHECK_BITS)
        states = tuple(
            (_compared(rough_p, p, bits), _compared(rough_q, q, bits))
            for (rough_p, rough_q), (p, q) in zip(rough, fine, strict=False)
        )
        p = states[-1][0]
        if p.error < accurate * abs(p.value):
            break
    else:
        raise InputError(
            f"fast-forward: the orbit from p = {start[0]}, q = {start[1]} is chaotic for so long "
            f"that {run_bits} bits do not fix its place on the slow curve"
        )
    with ctx.workprec(curve.precision):
        _require_attraction(curve.pull(p.value * p.value), start[1])
        place = Place(abs(p.value).log().mid(), abs(p.error / p.value).upper())
    return CurveOrbit(motion, states, place, gap)


def _until_near(
    curve: InvariantCurve, orbit: Iterator[tuple[arb, arb]], accurate: arb
) -> list[tuple[arb, arb]]:
    """The orbit until it is as near the curve as can be told, or has q > 1, or is lost."""
    near, far = curve.height_error + accurate, _FAR * curve.end
    passed = []
    for p, q in islice(orbit, _MAX_STEPS):
        passed.append((p, q))
        if _gap(curve, p, q) < near or q > 1 or not (q > 0 and abs(p) < far):
            break
    return passed


def _require_motion(
    orbit: Sequence[tuple[arb, arb]], start: tuple[sp.Rational, sp.Rational], bits: int
) -> None:
    """Raises InputError where a step left of p no more than rounding does."""
    with ctx.workprec(64):
        least = arb(2) ** -int(bits * CANCELLED)
        for t, ((before, _), (p, _)) in enumerate(pairwise(orbit), start=1):
            if abs(p) <= least * abs(before):
                digits = int(bits * CANCELLED / BITS_PER_DIGIT)
                raise InputError(
                    f"fast-forward: the orbit from p = {start[0]}, q = {start[1]} is at the "
                    f"minimum from step {t} on, p = 0 to all {digits} digits: it never aligns"
                )


def _steps(
    step: BallFunction, eta: sp.Rational, start: tuple[sp.Rational, sp.Rational], bits: int
) -> Iterator[tuple[arb, arb]]:
    """The orbit as exact numbers, each step to `bits` bits."""
    fixed_eta = exact(eta)
    with ctx.workprec(bits):
        p, q = (arb(exact(value)).mid() for value in start)
    while True:
        yield p, q
        p, q = (value.mid() for value in evaluate(step, (p, q, fixed_eta), bits))


def _gap(curve: InvariantCurve, p: arb, q: arb) -> arb:
    """How far off the curve a point is, relative to q; 1 where the curve is not known."""
    with ctx.workprec(curve.precision):
        return abs(q / curve.height(p * p) - 1).upper() if abs(p) <= curve.end else arb(1)


def _compared(rough: arb, fine: arb, bits: int) -> Estimate:
    return Estimate(fine, (abs(rough - fine) + abs(fine) * arb(2) ** -bits).upper())


def _require_attraction(pull: arb, q0: sp.Rational) -> None:
    if not 0 < pull < 2:
        raise InputError(
            f"fast-forward: the slow curve does not attract at q = {q0}: a step multiplies a "
            f"displacement by {_shown(1 - pull)}, which must lie in (-1, 1)"
        )


def _shown(value: arb) -> str:
    return str(value.str(6, radius=False))
