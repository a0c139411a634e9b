"""What is run for one model and response: step sizes, starting points, predictions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Context
from functools import cached_property

import sympy as sp
from flint import arb

from ...numerics.compile.balls import exact
from ...numerics.curve.cells import CurveCells, curve_cells
from ...numerics.diagram.two_cycles import two_cycles
from ...theory.curve.first_order import SlowCurve, slow_curve
from ...theory.diagram.frozen_family import FrozenFamily, frozen_family
from ...theory.errors import InputError, ReducedMapError
from ...theory.models import Model, P
from ...theory.valleys import Valley
from ..numbers import number
from .effort import QUICK, Effort
from .endings import Curved, Flat, ending

_SMALL = sp.Rational(1, 10**10)  # orbits stop at this |p|/scale; q* is then known to its square
MAX_STEPS = 2_000_000
_ROOM = 0.25  # 1 − c of the catalogue's losses, about
_TERMS = 3  # up to this h_k a response is looked at for layers that no step size resolves,
_LEVEL, _DEEPEST = 4, 36  # on cells of p² that are 2^−4 to 2^−36 natural units wide
_TOP_ALLOWED = 0.0125  # above it the transient and the passage of q = 1 are not yet apart


@dataclass(frozen=True)
class Plan:
    """A model with its derived predictions and the runs that test them.

    `lipschitz` (a bound on sup |ℓ'| or sup |φ|) is there when A5 passes; `etas` and `starts` when
    all hypotheses of the edge-of-stability statements do. The other statements need neither.
    """

    model: Model
    digits: int = QUICK.digits
    lipschitz: sp.Rational | None = None
    etas: tuple[sp.Rational, ...] = ()
    starts: tuple[tuple[sp.Rational, sp.Rational], ...] = ()
    effort: Effort = QUICK

    @cached_property
    def curve(self) -> SlowCurve:
        """The first-order predictions; needs r''(0) ≠ 0."""
        return slow_curve(self.model)

    @cached_property
    def ending(self) -> Curved | Flat:
        """Where orbits end, and when, to leading order."""
        return ending(self.model)

    @cached_property
    def family(self) -> FrozenFamily:
        """The frozen-q family."""
        return frozen_family(self.model)

    def epsilon(self, eta: sp.Rational) -> sp.Expr:
        """The small parameter at a step size, an exact number but not always rational."""
        return self.model.small_parameter(eta)

    def smaller(self, eta: sp.Rational, factor: int) -> sp.Rational:
        """A step size with ε smaller by a factor; by nearly that where it would not be rational."""
        size = eta / sp.Integer(factor) ** self.model.exponent
        return size if size.is_Rational else sp.Rational(f"{float(size):.6g}")

    @property
    def until(self) -> sp.Rational:
        """The |p| at which an orbit counts as converged."""
        return _SMALL * self.model.response.scale

    def unresolved(self, epsilon: float) -> str:
        """Why step sizes down to this ε are too large to refute what is said for ε → 0, or "".

        On all of the aligned curve ε h_k(p) must be small next to h(0)^(k−1) for k = 2 and 3: where
        the response bends in a layer thinner than a step of the orbit, it is not. Where r''(0) = 0
        it is looked at where q passes 1.
        """
        if isinstance(self.ending, Flat):
            return self.ending.unresolved(epsilon)
        try:
            curve = curve_cells(self.model, _TERMS)
        except InputError:
            return ""
        natural = number(self.curve.h_at_zero)
        limits = [abs(natural) ** (k - 1) / (4 * epsilon) for k in range(2, _TERMS + 1)]
        lowest = min(exact(q0) for _, q0 in self.starts)
        end = float(two_cycles(self.model)(lowest, 60)[0]) ** 2
        place = _exceeded(curve, limits, end)
        if place is None:
            return ""
        return (
            f"the step sizes do not resolve the response near p = {math.sqrt(place):.6g}, where it "
            "bends too fast or is not known to be smooth"
        )

    def steps_needed(self, eta: float) -> int:
        """About how many steps an orbit takes to pass q = 1 and to bring |p| down to `until`."""
        epsilon = (eta / self.model.step_unit) ** (1 / float(self.model.exponent))
        decay = 2 * self.ending.rise(epsilon)
        return int(self.ending.crossing(eta, epsilon) + math.log(float(1 / _SMALL)) / decay)

    def _lopsided(self, c: float) -> float:
        """How many times smaller ε has to be at the top of the ladder where h is not even.

        h has a part that is odd in p: it comes from the output at p = 0, by which a step to one
        side differs from one back; at the height c it counts as h(0) does. And where c is so near
        to 1, orbits have less room to align before they pass it.
        """
        if not isinstance(self.model.response, Valley) or isinstance(self.ending, Flat):
            return 1.0
        p, other = two_cycles(self.model)(arb(c), 60)
        odd = abs(number(self.model.output.subs(P, 0))) * float(p - other) / 2
        return max(1.0, odd / self.ending.h_at_zero, _ROOM / (1 - c))

    def max_steps(self) -> int:
        """Steps after which an orbit at the bottom of the ladder should long have converged."""
        return 2 * self.steps_needed(float(self.etas[-1])) + 10_000

    def with_runs(self, c: float, top: sp.Rational | None = None) -> Plan:
        """The plan with starts at q0 in (c, 1) and a ladder of step sizes from `top` down.

        Raises InputError where `top` is out of the range that can be run, saying what is allowed,
        and ReducedMapError for a third model whose orbits cannot do what the theory says.
        """
        if isinstance(self.ending, Curved) and not self.ending.h_at_zero > 0:
            # for the two models it is, by A4
            raise ReducedMapError(
                f"h(0) = {self.curve.h_at_zero}: aligned orbits do not pass q = 1"
            )
        rungs = self.effort.linear_rungs if self.model.exponent < 1 else self.effort.neuron_rungs
        if isinstance(self.ending, Flat):
            rungs = self.effort.linear_rungs + 1
        if top is None:
            size = self._size(self.ending.inverse(self.ending.top) * self._lopsided(c))
            top = sp.Rational(1, math.ceil(size)) if size > 1 else sp.Integer(int(1 / size))
        else:
            self._check_top(top, 1 / self._size(self.ending.inverse(_TOP_ALLOWED)), rungs)
        etas = tuple(self._rung(top, k) for k in range(rungs))
        return replace(self, etas=etas, starts=self._starting_points(c))

    def _rung(self, top: sp.Rational, k: int) -> sp.Rational:
        return self.smaller(top, 4**k) if self.ending.quartered else top / 2**k

    def _size(self, inverse: float) -> float:
        """1/η from 1/ε."""
        return float(inverse ** float(self.model.exponent)) / self.model.step_unit

    def _starting_points(self, c: float) -> tuple[tuple[sp.Rational, sp.Rational], ...]:
        """Points on both sides of the curve and of 0, at different heights in (c, 1)."""
        points, cycles = [], two_cycles(self.model)
        scale = self.model.response.scale
        largest = scale if self.lipschitz is None else self.lipschitz
        for fraction, side in self.effort.starts:
            q0 = sp.Rational(math.ceil(1000 * (c + fraction * (1 - c))), 1000)
            right, left = (float(p / exact(scale)) for p in cycles(exact(q0), 60))
            p0 = scale * sp.Rational(round(64 * abs(side) * (right if side > 0 else left)), 64)
            points.append((max(-largest, min(largest, p0)), q0))
        return tuple(points)

    def _check_top(self, top: sp.Rational, highest: float, rungs: int) -> None:
        lowest = highest
        fall = float(self._rung(sp.S.One, 1))
        while self.steps_needed(lowest * fall**rungs) <= MAX_STEPS:
            lowest /= 2
        if lowest <= top <= highest:
            return
        steps = self.steps_needed(float(top) * fall ** (rungs - 1))
        cost = f"; this one needs about {steps:.0e} steps an orbit" if top < lowest else ""
        raise InputError(
            f"--eta {top}: for {self.model.given} the largest step size of the ladder must "
            f"lie between {_rounded(lowest, up=True)} and {_rounded(highest, up=False)}{cost}"
        )


def _exceeded(curve: CurveCells, limits: Sequence[float], end: float) -> float | None:
    """A p² ≤ end about which |h_2|, |h_3|, … are not known to be below the limits, or None."""
    pending = [(_LEVEL, index) for index in range(int(end / curve.width(_LEVEL)) + 1)]
    while pending:
        level, index = pending.pop()
        cell = curve.cell(level, index)
        if float(cell.low) > end or all(
            float(size) < limit for size, limit in zip(cell.sizes[2:], limits, strict=True)
        ):
            continue
        middle = ((cell.low + cell.high) / 2).mid()
        values = [abs(float(h)) for h in curve.at(middle)[2:]]
        if level >= _DEEPEST or any(v > limit for v, limit in zip(values, limits, strict=True)):
            return float(middle)
        pending += [(level + 1, 2 * index), (level + 1, 2 * index + 1)]
    return None


def _rounded(value: float, *, up: bool) -> str:
    """Three digits, rounded so that the number printed is itself allowed."""
    digits = Context(prec=3, rounding=ROUND_CEILING if up else ROUND_FLOOR)
    return f"{digits.create_decimal_from_float(value):g}"
