"""The limit: where an orbit on the edge of stability ends."""

from __future__ import annotations

from dataclasses import dataclass

from ..measuring.aligned_curve import second_term_vanishes
from ..measuring.claims import Claim, Measurement
from ..measuring.orbit_claims import CoefficientClaim
from ..measuring.orbit_view import OrbitView
from ..measuring.plans import Plan
from ..statement import ALL_STARTS, BY_LADDER, PAPER, Form


@dataclass(frozen=True)
class LimitClaim(CoefficientClaim):
    """(q* − 1)/ε = coefficient + O(ε)."""

    def read(self, view: OrbitView) -> Measurement:
        last = len(view.orbit) - 1
        return view.measurement(last, **self.defect((view.orbit.q[last] - 1) / view.epsilon))


def _claim(label: str, plan: Plan) -> Claim:
    vanishes = second_term_vanishes(plan, lambda series: series.limit)
    return LimitClaim(label, plan.curve.h_at_zero, vanishes=vanishes)


FORMS = (
    Form(
        "limit",
        120,
        says=lambda laws: rf"$(\taP_t, \taQ_t) \to (0, 1 {laws.limit} + O({laws.epsilon(2)}))$",
        about=lambda laws: ALL_STARTS,
        claim=_claim,
        origin=PAPER,
        refuted_by=BY_LADDER,
        rests_on=("alignment", "crossing", "bifurcation/flip"),
        numbers={"coefficient": r"$(\taQ_{*} - 1)/\taEps$ as $\taEps \to 0$"},
    ),
)
