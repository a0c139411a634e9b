"""The saturation: the sharpness at which an orbit on the edge of stability ends."""

from __future__ import annotations

from dataclasses import dataclass

from flint import arb

from ...numerics.compile.balls import compile_balls, evaluate, exact
from ...theory.models import ETA, P, Q
from ...theory.valleys import Valley
from ..measuring.aligned_curve import second_term_vanishes
from ..measuring.claims import Claim, Measurement
from ..measuring.orbit_claims import CoefficientClaim
from ..measuring.orbit_view import OrbitView
from ..measuring.plans import Plan
from ..statement import ALL_STARTS, BY_LADDER, PAPER, Form


@dataclass(frozen=True)
class SaturationClaim(CoefficientClaim):
    """(λ − 2/η) η/ε = coefficient + O(ε), λ the Hessian's largest eigenvalue at the orbit's end."""

    def error_order(self, plan: Plan, order: float) -> float:
        """λ is read as (…) η/ε: one ε more, one η less."""
        return super().error_order(plan, order) - 1

    def read(self, view: OrbitView) -> Measurement:
        last = len(view.orbit) - 1
        return view.measurement(last, **self.defect((scaled_sharpness(view) - 2) / view.epsilon))


def scaled_sharpness(view: OrbitView) -> arb:
    """ηλ at the orbit's end."""
    last = len(view.orbit) - 1
    sharpness = compile_balls(ETA * view.plan.model.reduced.sharpness, [P, Q, ETA])
    # Where the loss is not even the sharpness is off by a multiple of p, on both sides of 0.
    both = (last - 1, last) if isinstance(view.plan.model.response, Valley) else (last,)
    points = ((view.orbit.p[t], view.orbit.q[t], exact(view.eta)) for t in both)
    found = [evaluate(sharpness, point, view.bits)[0] for point in points]
    return sum(found, arb(0)) / len(found)


def _claim(label: str, plan: Plan) -> Claim:
    vanishes = second_term_vanishes(plan, lambda series: series.limiting_sharpness)
    return SaturationClaim(label, plan.curve.saturation_coefficient, vanishes=vanishes)


FORMS = (
    Form(
        "saturation",
        130,
        says=lambda laws: rf"the sharpness tends to ${laws.saturation}$",
        about=lambda laws: ALL_STARTS,
        claim=_claim,
        origin=PAPER,
        refuted_by=BY_LADDER,
        rests_on=("limit", "sharpness"),
        numbers={"coefficient": r"$(\taEta\taSharp_{*} - 2)/\taEps$ as $\taEps \to 0$"},
    ),
)
