"""Alignment: once aligned, orbits follow the slow curve q = r(p)(1 + h(p) ε) to first order.

The claim takes any number of terms; those with more are in `slow_curve`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import sympy as sp
from flint import arb

from ...numerics.curve.cells import curve_cells
from ...theory.errors import InputError
from ...theory.valleys import Valley
from ..measuring.claims import OFF, Claim, Judgement, Measurement, combined
from ..measuring.curve_scan import curve_term
from ..measuring.ladder import Ladder
from ..measuring.orbit_claims import CoefficientClaim, judgement
from ..measuring.orbit_view import EARLY, OrbitView
from ..measuring.plans import Plan
from ..measuring.two_sided_scan import scan_of
from ..numbers import number
from ..quantities import Quantities
from ..statement import ALL_STARTS, BY_LADDER, PAPER, Form

_FEWEST_RUNGS = 3  # as many as an extrapolation uses


@dataclass(frozen=True)
class AlignmentClaim(CoefficientClaim):
    """|q_t/r(p_t) − 1 − Σ_{k≤K} h_k(p_t) εᵏ| ≤ C ε^(K+order) for t ≥ t_a.

    `h` is h_K, `lower` are h_1, …, h_(K−1), in `curve_term(k)` and P or as functions of P, and
    `coefficient` is h_K(0), measured at the crossing.
    """

    h: sp.Expr = sp.S.Zero
    lower: tuple[sp.Expr, ...] = ()

    def falsified_copies(self) -> list[Claim]:
        """Wrong terms at p = 0 and away from it, and a wrong order."""
        a = self.coefficient
        return [
            self.wrong("h has the wrong sign", h=-self.h, coefficient=-a),
            self.wrong("h off by 1 % away from p = 0", h=OFF * self.h),
            self.wrong("h(0) off by 1 %", coefficient=OFF * a),
            self.wrong("order one too high", order=self.order + 1),
            *self._wrong_lower_terms(),
        ]

    def _wrong_lower_terms(self) -> list[Claim]:
        if not self.lower:
            return []
        *kept, last = self.lower
        return [self.wrong("the term before off by 1 %", lower=(*kept, OFF * last))]

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
        scan = scan_of(view, (*self.lower, self.h))
        steps, sizes = scan.steps(begin), scan.sizes(begin)
        worst = max(sizes) if all(map(math.isfinite, sizes)) else math.nan
        place = steps[sizes.index(worst)] if worst in sizes else view.crossing
        first = begin
        while first > 0 and abs(scan.misfit(first - 1)[1]) <= 2 * worst:
            first -= 1
        values = self.defect(scan.at_crossing()) | {
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
        found: Quantities = {
            **judged.quantities,
            "order": self.order_quantity(plan, ladder),
            "constant": f"{max(sizes):.4g}",
            "t_a": tuple(f"{run.values['settled']:.0f}" for run in runs),
            "twice the constant holds from": tuple(f"{run.values['first']:.0f}" for run in runs),
            "steps checked": f"{sum(run.values['steps'] for run in runs):.0f}",
        }
        everywhere = judgement(ladder.judge_order(self.order, vanishes=self.vanishes), runs, found)
        return replace(combined([judged, everywhere]), quantities=found)


def _claim(label: str, plan: Plan) -> Claim:
    return AlignmentClaim(label, plan.curve.h_at_zero, h=_first_term(plan))


def _first_term(plan: Plan) -> sp.Expr:
    """h as a term of a curve; spelled out where the recursion for all h_k does not apply."""
    try:
        if not isinstance(plan.model.response, Valley):
            curve_cells(plan.model, 1)
    except InputError:
        return plan.curve.h
    return curve_term(1)


# (p_s, q_s) is where |p_t| is least: a start at p0 = 10⁻²⁰ grows by 2/q0 − 1 a step. A start may
# also be thrown next to p = 0, and q moves meanwhile: q0 in the place of q_s would be wrong.
_T_A = (
    r"for $t \ge t_a$, $t_a \le A + B \ln(1/\taEta) + \ln(1/|\taP_s|)/\ln(2/\taQ_s - 1)$, "
    r"$|\taP_s|$ the least up to $t_a$"
)
FORMS = (
    Form(
        "alignment",
        60,
        says=lambda laws: (
            rf"$|\taQ_t/{laws.height}(\taP_t) - 1 - \taH(\taP_t){laws.epsilon()}| "
            rf"\le C{laws.epsilon(2)}$ {_T_A}"
        ),
        about=lambda laws: ALL_STARTS,
        claim=_claim,
        origin=PAPER,
        refuted_by=BY_LADDER,
        rests_on=("reduced-map", "bifurcation/two-cycle"),
        numbers={"coefficient": r"$\taH_1(0)$"},
    ),
)
