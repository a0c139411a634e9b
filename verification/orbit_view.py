"""One edge-of-stability orbit with what the claims about it read off it."""

from __future__ import annotations

import math
from functools import cached_property

import sympy as sp
from flint import arb, ctx

from ..numerics.balls import compile_balls, evaluate, exact
from ..numerics.iteration import Stops
from ..numerics.loops import compile_loop
from ..numerics.orbits import Orbit, iterate
from ..numerics.precision import working_bits
from ..numerics.roots import InverseResponse
from ..theory.errors import NotFiniteError
from ..theory.models import P
from .claims import Measurement
from .plans import Plan

REFUTING = "an orbit contradicts the theory"
EARLY = "an orbit passes q = 1"
FAR = 10**6  # in units of the response's scale
_SAMPLES = 300  # steps looked at before the crossing, and again after it


class OrbitView:
    """One orbit of a plan with what several claims read off it, computed once."""

    def __init__(
        self, plan: Plan, eta: sp.Rational, start: tuple[sp.Rational, sp.Rational]
    ) -> None:
        self.plan, self.eta, self.start = plan, eta, start
        self.bits = working_bits(plan.digits)
        stops = Stops(plan.max_steps(), plan.until, FAR * plan.model.response.scale)
        # Unchecked: what is judged is how the ladder scales, at many more digits than it needs.
        self.orbit: Orbit = iterate(
            compile_loop(plan.model), eta, start, stops, digits=plan.digits, checked=False
        )

    @property
    def trouble(self) -> str:
        """Why nothing can be read off this orbit, or "".

        One that diverges, or converges without passing q = 1, contradicts the theory; one that has
        no time to (too few steps, or a passage before the transient is over) decides nothing.
        """
        outcome, crossing = self.orbit.outcome, self.orbit.crossing
        if outcome == "diverged" or (outcome == "converged" and crossing is None):
            return f"{REFUTING}: it {outcome} without passing q = 1"
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
        """ln(1/(ε h(0))), which unlike ln(1/η) does not depend on the unit of p."""
        with ctx.workprec(self.bits):
            return -math.log(float(self.epsilon * ball(self.plan.curve.h_at_zero)))

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
        """10 + (order + 2) ln(1/(ε h(0)))/ln(1/m) steps, m the contraction of the 2-cycle at q0."""
        return 10 + math.ceil((order + 2) * self._memory)

    @cached_property
    def _memory(self) -> float:
        return self.natural_log / -math.log(min(contraction(self.plan, self.start[1]), 0.99))

    @cached_property
    def steps(self) -> list[int]:
        """The steps looked at: all of the first hundred from t_a on, then evenly spread ones."""
        return self.steps_from(self.settled)

    def steps_from(self, begin: int) -> list[int]:
        """The same with another step in the place of t_a."""
        last = len(self.orbit) - 1
        first = range(begin, min(begin + 100, self.crossing))
        before = _spread(begin, self.crossing - 1, _SAMPLES)
        after = _spread(self.crossing, last, _SAMPLES)
        return sorted({*first, *before, *after, self.crossing - 1, self.crossing, last})

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


def contraction(plan: Plan, q0: sp.Rational) -> float:
    """|μ|, μ = 1 + 2p r'/r at p = r̂(q0): by how much a step shrinks the distance to the 2-cycle."""
    inverse = InverseResponse(plan.model.response)
    squared = compile_balls(plan.family.cycle_multiplier, [P])
    return math.sqrt(float(evaluate(squared, (inverse(exact(q0), 60),), 50)[0]))


def ball(value: sp.Expr) -> arb:
    """An exact number as a ball at the precision in force."""
    return compile_balls(sp.sympify(value), [])()[0]


def _spread(first: int, last: int, count: int) -> list[int]:
    if last <= first:
        return [first] if last == first else []
    return [first + round(i * (last - first) / count) for i in range(count + 1)]
