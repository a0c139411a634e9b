"""One edge-of-stability orbit with what the claims about it read off it."""

from __future__ import annotations

import math
from functools import cached_property

import sympy as sp
from flint import arb, ctx

from ...numerics.compile.balls import exact
from ...numerics.curve.cells import CurveCells
from ...numerics.curve.two_sided import TwoSidedCurve
from ...numerics.diagram.two_cycles import two_cycles
from ...numerics.orbits.iteration import Stops
from ...numerics.orbits.loops import compile_loop
from ...numerics.orbits.recorded import Orbit, iterate
from ...numerics.precision import working_bits
from ...theory.errors import NotFiniteError
from ..numbers import ball
from .claims import Measurement
from .plans import Plan

REFUTING = "an orbit contradicts the theory"
EARLY = "an orbit passes q = 1"
SILENT = "the statement does not speak of this orbit"
FAR = 10**6  # in units of the response's scale


class OrbitView:
    """One orbit of a plan with what several claims read off it, computed once."""

    def __init__(
        self, plan: Plan, eta: sp.Rational, start: tuple[sp.Rational, sp.Rational]
    ) -> None:
        self.plan, self.eta, self.start = plan, eta, start
        self.bits = working_bits(plan.digits)
        self.excess: dict[int, arb] = {}  # q/r(p) − 1 at steps where some claim has found it
        self._values: dict[tuple[CurveCells | TwoSidedCurve, int], tuple[arb, ...]] = {}
        stops = Stops(plan.max_steps(), plan.until, FAR * plan.model.response.scale)
        # Unchecked: what is judged is how the ladder scales, at many more digits than it needs.
        self.orbit: Orbit = iterate(
            compile_loop(plan.model), eta, start, stops, digits=plan.digits, checked=False
        )

    @property
    def trouble(self) -> str:
        """Why nothing can be read off this orbit, or "".

        One that diverges, or converges without passing q = 1, contradicts the theory; one that has
        no time to (too few steps, or a passage before the transient is over) decides nothing, and
        of one that meets p = 0 nothing is said.
        """
        outcome, crossing = self.orbit.outcome, self.orbit.crossing
        if silent := meets_zero(self.orbit, self.plan.model.response.scale):
            return silent
        if outcome == "diverged" or (outcome == "converged" and crossing is None):
            return f"{REFUTING}: it {outcome} without passing q = 1"
        if outcome == "at the minimum":
            return f"a step takes an orbit to p = 0 at t = {self.orbit.steps}, which is excluded"
        if outcome == "step limit" or crossing is None:
            return f"an orbit did not converge in {len(self.orbit)} steps"
        return self.early(self.settled)

    def early(self, begin: int) -> str:
        """Why nothing can be read off from step `begin` on, or ""."""
        if self.crossing <= begin:
            return f"{EARLY} at t = {self.crossing}, before t_a = {begin}"
        return ""

    @cached_property
    def epsilon(self) -> arb:
        with ctx.workprec(self.bits):
            return ball(self.plan.epsilon(self.eta))

    @cached_property
    def natural_log(self) -> float:
        """ln(1/(q* − 1)), to leading order; where r''(0) ≠ 0 it is ln(1/(ε h(0))), which unlike
        ln(1/η) does not depend on the unit of p."""
        return -math.log(self.plan.ending.rise(float(self.epsilon)))

    @cached_property
    def crossing(self) -> int:
        """The first t with q_t > 1."""
        if self.orbit.crossing is None:
            raise NotFiniteError("the orbit does not pass q = 1")
        return self.orbit.crossing

    @cached_property
    def settled(self) -> int:
        """t_a: from here on the orbit is on the curve to first order."""
        return self.settled_to(1)

    def settled_to(self, order: int) -> int:
        """10 + (order + 2) ln(1/(q* − 1))/ln(1/m) steps, m the contraction of the 2-cycle at q0."""
        return 10 + math.ceil((order + 2) * self._memory)

    @cached_property
    def _memory(self) -> float:
        return self.natural_log / -math.log(min(contraction(self.plan, self.start[1]), 0.99))

    @cached_property
    def squares(self) -> list[float]:
        """p² in double precision at every step."""
        return [float(p) ** 2 for p in self.orbit.p]

    @cached_property
    def curve_scale(self) -> arb:
        """h(0), in the unit of 1/ε."""
        with ctx.workprec(self.bits):
            return ball(self.plan.curve.h_at_zero)

    def curve_values(self, curve: CurveCells, t: int, x: arb) -> tuple[arb, ...]:
        """r, h_1, h_2, … at step t, where p² = x, computed once for all claims."""
        if (curve, t) not in self._values:
            self._values[curve, t] = curve.at(x)
        return self._values[curve, t]

    def two_sided_values(self, curve: TwoSidedCurve, t: int) -> tuple[arb, ...]:
        """The same of a curve on both sides of p = 0: Q₀, h_1, h_2, …"""
        if (curve, t) not in self._values:
            self._values[curve, t] = curve.at(self.orbit.p[t]).values
        return self._values[curve, t]

    def place(self, t: int) -> dict[str, str]:
        """What a reader needs to find step t of this orbit again."""
        return {
            "eta": str(self.eta),
            "p0": str(self.start[0]),
            "q0": str(self.start[1]),
            "t": str(t),
            "p_t": self.orbit.p[t].str(12, radius=False),
            "q_t": self.orbit.q[t].str(12, radius=False),
        }

    def measurement(self, t: int, **values: arb | float) -> Measurement:
        numbers = {name: float(value) for name, value in values.items()}
        return Measurement(float(self.epsilon), numbers, self.place(t))


def meets_zero(orbit: Orbit, scale: sp.Rational) -> str:
    """Where p_t is 0, as far as the orbit's digits tell, before q passes 1; "" for most orbits.

    There 0 repels, so an orbit can only be thrown on it, by a step of which all digits cancel.
    """
    if orbit.crossing is not None:
        return ""
    small = arb(exact(scale / sp.Integer(10) ** orbit.digits))
    t = next((t for t, p in zip(orbit.times, orbit.p, strict=True) if abs(p) <= small), None)
    return "" if t is None else f"{SILENT}: p_t = 0 at t = {t}, to {orbit.digits} digits"


def is_silent(run: Measurement) -> bool:
    """Whether a claim says nothing of an orbit that was to be measured."""
    return not run.values and run.where["trouble"].startswith(SILENT)


def contraction(plan: Plan, q0: sp.Rational) -> float:
    """By how much a step shrinks the distance to the 2-cycle at q0, two of them by its multiplier:
    for even responses |1 + 2p r'/r| at p = r̂(q0)."""
    return math.sqrt(abs(float(two_cycles(plan.model).multiplier(exact(q0), 60))))
