"""The claims about edge-of-stability orbits: crossing, limit, saturation, sharpening."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import sympy as sp
from flint import arb, ctx

from ..numerics.balls import compile_balls, evaluate, exact
from ..numerics.roots import InverseResponse
from ..theory.models import ETA, P, Q
from .claims import Claim, Judgement, Measurement, by_start, quantity
from .ladder import COEFFICIENT_TOLERANCE, ORDER_SLACK, Ladder
from .orbit_view import REFUTING, OrbitView, ball, is_silent
from .plans import Plan


@dataclass(frozen=True)
class OrbitClaim(Claim):
    """A claim measured on every orbit of the plan and judged separately for each start."""

    order: float = field(default=1, kw_only=True)

    def error_order(self, plan: Plan, order: float) -> float:
        """The order in η, in the statement's own words, of an error of relative order ε^order."""
        return order / float(plan.model.exponent)

    def parameters(self, plan: Plan) -> dict[str, Any]:
        """Step sizes, starting points and digits."""
        return {
            "eta": [str(eta) for eta in plan.etas],
            "starts": [{"p0": str(p0), "q0": str(q0)} for p0, q0 in plan.starts],
            **super().parameters(plan),
        }

    def order_quantity(self, plan: Plan, ladder: Ladder) -> dict[str, str]:
        """The claimed and the observed order of the statement's error term in η."""
        claimed = self.error_order(plan, self.order)
        observed = self.error_order(plan, ladder.order)
        return {"claimed": f"{claimed:g}", "measured": f"{observed:.3f}", "in": "eta"}

    def measure(self, view: OrbitView) -> Measurement:
        """Measure one orbit; an orbit that diverges or never crosses 1 is itself a refutation."""
        if view.trouble:
            where = view.place(len(view.orbit) - 1) | {"trouble": view.trouble}
            return Measurement(float(view.epsilon), {}, where)
        with ctx.workprec(view.bits):
            return self.read(view)

    @abstractmethod
    def read(self, view: OrbitView) -> Measurement:
        """The numbers this claim needs from a usable orbit."""

    @abstractmethod
    def judge_ladder(self, plan: Plan, runs: Sequence[Measurement]) -> Judgement:
        """Judge the runs of one start, largest step size first."""

    def usable(self, runs: list[Measurement]) -> list[Measurement]:
        """The runs of one start that can be judged: all of them."""
        return runs

    def judge(self, plan: Plan, runs: Sequence[Measurement]) -> Judgement:
        """The first objection of any start, or the numbers of the first start it speaks of."""
        judged, groups = [], by_start(runs)
        spoken_of = [group for group in groups if not any(map(is_silent, group))]
        for group in spoken_of or groups:
            ladder = self.usable(group)
            lost = next((run for run in ladder if not run.values), None)
            if lost is not None and lost.where["trouble"].startswith(REFUTING):
                return Judgement(lost.where["trouble"], lost.where)
            if lost is not None:
                return Judgement("", None, undecided=lost.where["trouble"])
            judged.append(self.judge_ladder(plan, ladder))
        return next((j for j in judged if j.objection), judged[0])


@dataclass(frozen=True)
class CoefficientClaim(OrbitClaim):
    """y(ε) = coefficient + O(ε^order) for a number y read off each orbit as y − coefficient."""

    coefficient: sp.Expr

    def error_order(self, plan: Plan, order: float) -> float:
        """q* and q/r(p) are read as (…)/ε: one ε more."""
        return (1 + order) / float(plan.model.exponent)

    def judge_ladder(self, plan: Plan, runs: Sequence[Measurement]) -> Judgement:
        ladder = coefficient_ladder(self.coefficient, runs)
        objection = ladder.objection(self.order)
        found = {
            "coefficient": quantity(self.coefficient, ladder.extrapolated),
            "order": self.order_quantity(plan, ladder),
            "values": [f"{v:.10g}" for v in ladder.values],
            "constant": f"{max(abs(r) / e**self.order for r, e in _paired(runs)):.4g}",
        }
        return Judgement(objection, runs[-1].where if objection else None, found)

    def defect(self, value: arb) -> dict[str, arb]:
        return {"value": value, "residual": value - ball(self.coefficient)}


@dataclass(frozen=True)
class LimitClaim(CoefficientClaim):
    """(q* − 1)/ε = coefficient + O(ε)."""

    def read(self, view: OrbitView) -> Measurement:
        last = len(view.orbit) - 1
        return view.measurement(last, **self.defect((view.orbit.q[last] - 1) / view.epsilon))


@dataclass(frozen=True)
class SaturationClaim(CoefficientClaim):
    """(λ − 2/η) η/ε = coefficient + O(ε), λ the Hessian's largest eigenvalue at the orbit's end."""

    def error_order(self, plan: Plan, order: float) -> float:
        """λ is read as (…) η/ε: one ε more, one η less."""
        return super().error_order(plan, order) - 1

    def read(self, view: OrbitView) -> Measurement:
        last = len(view.orbit) - 1
        sharpness = compile_balls(ETA * view.plan.model.reduced.sharpness, [P, Q, ETA])
        point = (view.orbit.p[last], view.orbit.q[last], exact(view.eta))
        scaled = evaluate(sharpness, point, view.bits)[0]
        return view.measurement(last, **self.defect((scaled - 2) / view.epsilon))


@dataclass(frozen=True)
class CrossingClaim(OrbitClaim):
    """ε t_b = κ ln(1/η) + K(q0) + O(ε ln 1/ε); so t_b grows like ε^−order times a logarithm.

    `coefficient` is κ, and `constants` are K(q0) for the starts of the plan.
    """

    coefficient: sp.Expr
    constants: tuple[sp.Expr, ...]

    def read(self, view: OrbitView) -> Measurement:
        t = view.crossing
        before, after = view.orbit.q[t - 1], view.orbit.q[t]
        time = t - 1 + (1 - before) / (after - before)  # the crossing between the two steps
        log = arb(1 / exact(view.eta)).log()
        room = 1 - arb(exact(view.start[1]))
        scaled = time * view.epsilon
        numbers = {"scaled": scaled, "log": log, "growth": scaled / view.natural_log}
        numbers["unit log"] = arb(view.natural_log)
        return view.measurement(t, **numbers, bound=scaled / room)

    def judge_ladder(self, plan: Plan, runs: Sequence[Measurement]) -> Judgement:
        target, coefficient = float(self.coefficient), _log_coefficient(runs)
        heights = [str(q0) for _, q0 in plan.starts]
        expected = self.constants[heights.index(runs[0].where["q0"])]
        remainders = [run.values["scaled"] - target * run.values["log"] for run in runs]
        constant = _constant(runs, remainders)
        sizes = [
            abs(rest - float(expected)) / (run.epsilon * run.values["unit log"])
            for rest, run in zip(remainders, runs, strict=True)
        ]
        # The exponent of t_b/ln(1/(ε h(0))) in 1/ε between the last two rungs.
        before, after = runs[-2:]
        growth = math.log(after.values["growth"] / before.values["growth"])
        exponent = 1 + growth / math.log(before.epsilon / after.epsilon)
        bounds = [run.values["bound"] for run in runs]
        found = {
            "coefficient": quantity(self.coefficient, coefficient),
            "order": {
                "claimed": f"{-self.error_order(plan, self.order):g}",
                "measured": f"{-self.error_order(plan, exponent):.3f}",
                "in": "eta",
            },
            "constant K(q0)": quantity(expected, constant) | {"at q0": runs[0].where["q0"]},
            "constant of the remainder": f"{max(sizes):.4g}",
            "t_b": [run.where["t"] for run in runs],
            "lower bound constant": f"{min(bounds):.4g}",
        }
        objection = ""
        if not abs(coefficient - target) <= COEFFICIENT_TOLERANCE * abs(target):
            objection = f"coefficient {coefficient:.8g} instead of {target:.8g}"
        elif not abs(constant - float(expected)) <= COEFFICIENT_TOLERANCE * abs(target):
            objection = f"K(q0) = {constant:.8g} instead of {float(expected):.8g}"
        elif not abs(exponent - self.order) <= ORDER_SLACK:
            objection = f"t_b grows like ε^-{exponent:.2f} instead of ε^-{self.order:g}"
        elif min(bounds) < 0.99 * bounds[0]:
            objection = "t_b falls below a constant times (1 − q0)/ε"
        return Judgement(objection, runs[-1].where if objection else None, found)


def _log_coefficient(runs: Sequence[Measurement]) -> float:
    """κ in ε t_b = κ ln(1/η) + K + ε (a ln(1/η) + b), through the last four rungs."""
    last = runs[-4:]
    rows = [[run.values["log"], 1.0, run.epsilon * run.values["log"], run.epsilon] for run in last]
    solution = np.linalg.solve(np.array(rows), np.array([run.values["scaled"] for run in last]))
    return float(solution[0])


def _constant(runs: Sequence[Measurement], remainders: Sequence[float]) -> float:
    """K in ε t_b − κ ln(1/η) = K + ε (a ln(1/η) + b), through the last three rungs."""
    rows = [[1.0, run.epsilon * run.values["log"], run.epsilon] for run in runs[-3:]]
    return float(np.linalg.solve(np.array(rows), np.array(remainders[-3:]))[0])


@dataclass(frozen=True)
class SharpeningClaim(OrbitClaim):
    """λ̃(q_t) increases, and sup |λ_t − λ̃(q_t)| = coefficient · ε/η + higher order.

    `surrogate` is ηλ̃ in terms of q and z = r̂(q); beyond q = 1, ηλ̃ = 2.
    """

    coefficient: sp.Expr
    surrogate: sp.Expr

    def error_order(self, plan: Plan, order: float) -> float:
        """λ is read as (…) η/ε: one ε more, one η less."""
        return (1 + order) / float(plan.model.exponent) - 1

    def read(self, view: OrbitView) -> Measurement:
        inverse = InverseResponse(view.plan.model.response)
        scaled = compile_balls(ETA * view.plan.model.reduced.sharpness, [P, Q, ETA])
        predicted = compile_balls(self.surrogate, [P, Q])
        eta, two = exact(view.eta), arb(2)
        worst, place, previous, falls = arb(0), view.crossing, arb(0), 0
        for t in view.steps:
            p, q = abs(view.orbit.p[t]), view.orbit.q[t]
            surrogate = two
            if q < 1:
                surrogate = evaluate(predicted, (inverse(q, 100, guess=p), q), 90)[0]
            gap = abs(evaluate(scaled, (p, q, eta), 90)[0] - surrogate)
            if gap > worst:
                worst, place = gap, t
            falls += bool(surrogate < previous)
            previous = surrogate
        value = worst / view.epsilon
        return view.measurement(
            place, value=value, residual=value - ball(self.coefficient), falls=float(falls)
        )

    def judge_ladder(self, plan: Plan, runs: Sequence[Measurement]) -> Judgement:
        ladder = coefficient_ladder(self.coefficient, runs)
        etas = [float(sp.Rational(run.where["eta"])) for run in runs]
        gaps = [
            v * run.epsilon / eta for v, run, eta in zip(ladder.values, runs, etas, strict=True)
        ]
        found = {
            "coefficient": quantity(self.coefficient, ladder.extrapolated),
            "order": self.order_quantity(plan, ladder),
            "sup |sharpness - surrogate|": [f"{gap:.6g}" for gap in gaps],
        }
        objection = ladder.objection(self.order)
        if any(run.values["falls"] for run in runs):
            objection = "the surrogate falls somewhere after t_a"
        return Judgement(objection, runs[-1].where if objection else None, found)


def coefficient_ladder(coefficient: sp.Expr, runs: Sequence[Measurement]) -> Ladder:
    """The ladder of the measured "value" and "residual" against an exact coefficient."""
    return Ladder(
        float(coefficient),
        tuple(run.epsilon for run in runs),
        tuple(run.values["value"] for run in runs),
        tuple(run.values["residual"] for run in runs),
    )


def _paired(runs: Iterable[Measurement]) -> list[tuple[float, float]]:
    return [(run.values["residual"], run.epsilon) for run in runs]
