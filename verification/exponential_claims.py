"""The claim that the alignment is exponentially precise: limits differ by exp(−Λ(q0)/ε)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import sympy as sp
from flint import ctx

from ..numerics.integrals import alignment_exponent
from ..numerics.iteration import Stops
from ..numerics.loops import compile_loop
from ..numerics.native import accelerated
from ..numerics.orbits import Orbit, iterate
from ..numerics.precision import working_bits
from .claims import DirectClaim, Judgement, Measurement, quantity
from .ladder import Ladder
from .orbit_view import FAR, REFUTING
from .plans import Plan

_SPARE_DIGITS = 40  # beyond the zeros in front of the difference that is predicted
_PARTNER = sp.Rational(3, 4)  # the other orbit starts at this multiple of p0


@dataclass(frozen=True)
class ExponentialClaim(DirectClaim):
    """−ε ln|Δq*| = Λ(q0) + O(ε^order) for two orbits with the same q0.

    `exponents` are Λ(q0) for the starts of the plan.
    """

    exponents: tuple[sp.Expr, ...]
    order: float = field(default=1, kw_only=True)

    def parameters(self, plan: Plan) -> dict[str, Any]:
        """Step sizes and starting points."""
        return {
            "eta": [str(eta) for eta in _step_sizes(plan)],
            "starts": [
                {"p0": f"{p0} and {_PARTNER * p0}", "q0": str(q0)} for p0, q0 in plan.starts
            ],
        }

    def measure(self, plan: Plan) -> list[Measurement]:
        """−ε ln|Δq*| for every q0 and step size."""
        return [_compared(plan, eta, start) for start in plan.starts for eta in _step_sizes(plan)]

    def judge(self, plan: Plan, runs: Sequence[Measurement]) -> Judgement:
        """The first objection of any q0, or the numbers of the first."""
        lost = next((run for run in runs if not run.values), None)
        if lost is not None and lost.where["trouble"].startswith(REFUTING):
            return Judgement(lost.where["trouble"], lost.where)
        if lost is not None:
            return Judgement("", None, undecided=lost.where["trouble"])
        groups = [list(group) for _, group in groupby(runs, key=lambda run: run.where["q0"])]
        pairs = zip(self.exponents, groups, strict=True)
        judged = [self._judge_height(plan, exponent, group) for exponent, group in pairs]
        return next((j for j in judged if j.objection), judged[0])

    def _judge_height(
        self, plan: Plan, exponent: sp.Expr, runs: Sequence[Measurement]
    ) -> Judgement:
        exact = float(exponent)
        values = tuple(run.values["value"] for run in runs)
        residuals = tuple(value - exact for value in values)
        ladder = Ladder(exact, tuple(run.epsilon for run in runs), values, residuals)
        objection = ladder.objection(self.order)
        unit = float(plan.model.exponent)
        found = {
            "coefficient": quantity(exponent, ladder.extrapolated) | {"at q0": runs[0].where["q0"]},
            "order": {
                "claimed": f"{self.order / unit:g}",
                "measured": f"{ladder.order / unit:.3f}",
                "in": "eta",
            },
            "values": [f"{value:.10g}" for value in values],
            "digits": [f"{run.values['digits']:.0f}" for run in runs],
        }
        return Judgement(objection, runs[-1].where if objection else None, found)


def _step_sizes(plan: Plan) -> list[sp.Rational]:
    """Three, at about 1/2, 1/4 and 1/8 of the largest ε of the plan."""
    exponent = float(plan.model.exponent)
    return [plan.etas[0] * sp.Rational(round(100 * 2 ** (-k * exponent)), 100) for k in (1, 2, 3)]


def _compared(plan: Plan, eta: sp.Rational, start: tuple[sp.Rational, sp.Rational]) -> Measurement:
    p0, q0 = start
    exponent = float(alignment_exponent(plan.model, q0))
    epsilon = float(plan.epsilon(eta))
    digits = int(exponent / epsilon / math.log(10)) + _SPARE_DIGITS
    # What q still moves by after |p| has fallen to `until` is of the order of its square.
    scale = plan.model.response.scale
    until = scale / sp.Integer(10) ** (digits // 2 + 5)
    # As many as `Plan.steps_needed` says for |p| = 1e-10, times how much further |p| has to fall.
    stops = Stops(
        2 * (1 + digits // 20) * plan.steps_needed(float(eta)) + 10_000, until, FAR * scale
    )
    loop = accelerated(compile_loop(plan.model))
    orbits = [
        iterate(loop, eta, (p, q0), stops, digits=digits, every=stops.max_steps, checked=False)
        for p in (p0, _PARTNER * p0)
    ]
    where = {"eta": str(eta), "p0": f"{p0} and {_PARTNER * p0}", "q0": str(q0)}
    if trouble := next(filter(None, map(_trouble, orbits)), ""):
        return Measurement(epsilon, {}, where | {"trouble": trouble})
    with ctx.workprec(working_bits(digits)):
        gap = abs(orbits[0].q[-1] - orbits[1].q[-1])
        if gap == 0:
            return Measurement(epsilon, {}, where | {"trouble": f"{REFUTING}: equal limits"})
        value = -epsilon * float(gap.log())
    numbers = {"value": value, "digits": float(digits)}
    return Measurement(epsilon, numbers, where | {"q* difference": gap.str(6, radius=False)})


def _trouble(orbit: Orbit) -> str:
    if orbit.outcome == "converged" and orbit.crossing is not None:
        return ""
    if orbit.outcome == "step limit":
        return f"an orbit did not converge in {orbit.steps} steps"
    return f"{REFUTING}: it {orbit.outcome} without passing q = 1"
