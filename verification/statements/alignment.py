"""The claims about the slow curve: alignment to first and higher order, and the exact curve."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp
from flint import arb, ctx

from ...numerics.balls import compile_balls, evaluate, exact
from ...numerics.iteration import Stops
from ...numerics.loops import compile_loop
from ...numerics.orbits import iterate
from ...numerics.precision import working_bits
from ...theory.models import EPSILON, P
from ..claims import DirectClaim, Judgement, Measurement, combined
from ..curve_scan import Scan
from ..ladder import Ladder
from ..orbit_claims import CoefficientClaim, judgement
from ..orbit_view import EARLY, FAR, OrbitView
from ..plans import Plan, number
from ..verdicts import Evidence

_EXACT_STEPS = 500
_FEWEST_RUNGS = 3  # as many as an extrapolation uses


@dataclass(frozen=True)
class AlignmentClaim(CoefficientClaim):
    """|q_t/r(p_t) − 1 − Σ_{k≤K} h_k(p_t) εᵏ| ≤ C ε^(K+order) for t ≥ t_a.

    `h` is h_K, `lower` are h_1, …, h_(K−1), in `curve_term(k)` and P or as functions of P, and
    `coefficient` is h_K(0), measured at the crossing.
    """

    h: sp.Expr = sp.S.Zero
    lower: tuple[sp.Expr, ...] = ()

    @property
    def top(self) -> int:
        """K."""
        return len(self.lower) + 1

    def error_order(self, plan: Plan, order: float) -> float:
        """q/r(p) is read as (…)/εᴷ."""
        return (self.top + order) / float(plan.model.exponent)

    def read(self, view: OrbitView) -> Measurement:
        begin = view.settled_to(self.top)
        if trouble := view.early(begin):
            where = view.place(view.crossing) | {"trouble": trouble}
            return Measurement(float(view.epsilon), {}, where)
        scan = Scan(view, (*self.lower, self.h))
        sizes = scan.sizes(begin)
        worst = max(sizes) if all(map(math.isfinite, sizes)) else math.nan
        place = begin + sizes.index(worst) if worst in sizes else view.crossing
        first = begin
        while first > 0 and abs(scan.misfit(first - 1)[1]) <= 2 * worst:
            first -= 1
        values = self.defect(scan.misfit(view.crossing)[0]) | {
            "worst": arb(worst),
            "steps": arb(len(sizes)),
            "settled": arb(begin),
            "first": arb(first),
        }
        return view.measurement(place, **values)

    def usable(self, runs: list[Measurement]) -> list[Measurement]:
        """Without the step sizes too large for t_a, if three smaller ones are left."""
        settled = [run for run in runs if not run.where.get("trouble", "").startswith(EARLY)]
        return settled if len(settled) >= _FEWEST_RUNGS else runs

    def judge_ladder(self, plan: Plan, runs: Sequence[Measurement]) -> Judgement:
        # At the crossing p² is only as near to its limit as a step brings it, and terms in p² and
        # in ε may cancel there: a higher order says nothing.
        at_crossing = replace(self, vanishes=True)
        judged = CoefficientClaim.judge_ladder(at_crossing, plan, runs)
        epsilons = [run.epsilon for run in runs]
        worst = [run.values["worst"] for run in runs]
        h0 = number(self.coefficient)
        ladder = Ladder(h0, tuple(epsilons), tuple(h0 + w for w in worst), tuple(worst))
        sizes = [w / e**self.order for w, e in zip(worst, epsilons, strict=True)]
        found = {
            **judged.quantities,
            "order": self.order_quantity(plan, ladder),
            "constant": f"{max(sizes):.4g}",
            "t_a": [f"{run.values['settled']:.0f}" for run in runs],
            "twice the constant holds from": [f"{run.values['first']:.0f}" for run in runs],
            "steps checked": f"{sum(run.values['steps'] for run in runs):.0f}",
        }
        everywhere = judgement(ladder.judge_order(self.order, vanishes=self.vanishes), runs, found)
        return replace(combined([judged, everywhere]), quantities=found)


@dataclass(frozen=True)
class ExactClaim(DirectClaim):
    """q = κ r(p) is invariant, and on it p_t = (−factor)ᵗ p_0: to all digits, at every step.

    `kappa` and `factor` are functions of EPSILON.
    """

    kappa: sp.Expr
    factor: sp.Expr

    def parameters(self, plan: Plan) -> dict[str, Any]:
        """Step sizes, heights p0 on the curve, steps and digits."""
        return {
            "eta": [str(eta) for eta in plan.etas],
            "p0": [str(p0) for p0, _ in plan.starts],
            "steps": _EXACT_STEPS,
            **super().parameters(plan),
        }

    def measure(self, plan: Plan) -> list[Measurement]:
        """The largest relative defects of p_t and q_t on orbits that start on the curve."""
        with ctx.workprec(working_bits(plan.digits + 20)):
            return [self._defects(plan, eta, p0) for p0, _ in plan.starts for eta in plan.etas]

    def _defects(self, plan: Plan, eta: sp.Rational, p0: sp.Rational) -> Measurement:
        curve = compile_balls([plan.family.response], [P])
        numbers = compile_balls([self.kappa, self.factor], [EPSILON])
        kappa, factor = numbers(arb(exact(plan.epsilon(eta))))
        # The start is rational, so it is on the curve only to some digits more than are compared.
        digits = plan.digits + 10
        q0 = _rounded(kappa * evaluate(curve, (exact(p0),), ctx.prec)[0], digits)
        stops = Stops(_EXACT_STEPS, escape=FAR * plan.model.response.scale)
        orbit = iterate(compile_loop(plan.model), eta, (p0, q0), stops, digits=digits)
        worst, place, predicted = arb(0), 0, arb(exact(p0))
        for t, (p, q) in enumerate(zip(orbit.p, orbit.q, strict=True)):
            height = kappa * evaluate(curve, (predicted.mid(),), ctx.prec)[0]
            defect = max(abs(p / predicted - 1), abs(q / height - 1))
            if defect > worst:
                worst, place = defect, t
            predicted = (-factor * predicted).mid()
        good = -worst.upper().log() / arb(10).log() if worst > 0 else arb(digits)
        where = {"eta": str(eta), "p0": str(p0), "q0": str(sp.N(q0, 20)), "t": str(place)}
        return Measurement(float(plan.epsilon(eta)), {"digits": float(good)}, where)

    def judge(self, plan: Plan, runs: Sequence[Measurement]) -> Judgement:
        """p_t and q_t must agree with their formulas to `digits` digits on every orbit."""
        worst = min(runs, key=lambda run: run.values["digits"])
        digits = worst.values["digits"]
        found = {
            "kappa": str(self.kappa),
            "factor": str(self.factor),
            "digits that agree": f"{digits:.1f}",
        }
        if not digits >= plan.digits:
            objection = f"agrees to {digits:.1f} digits only at t = {worst.where['t']}"
            return Judgement(objection, worst.where, found, Evidence.DERIVED)
        return Judgement("", None, found, Evidence.DERIVED)


def _rounded(x: arb, digits: int) -> sp.Rational:
    scale = sp.Integer(10) ** (digits + 5)
    return sp.Rational(int((x * int(scale)).mid().floor().fmpz()), scale)
