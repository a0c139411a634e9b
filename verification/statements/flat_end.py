"""Where orbits end if r''(0) = 0: the limit and the saturation."""

from __future__ import annotations

from dataclasses import dataclass

from ...numerics.curve.flat import flat_constant
from ...theory.curve.flat import flat_edge
from ..measuring.claims import Claim, Measurement
from ..measuring.flat_claims import FlatClaim, computed, not_flat
from ..measuring.orbit_view import OrbitView
from ..measuring.plans import Plan
from ..statement import BY_LADDER, FLAT, FLAT_ORBITS, NEW, Form
from .saturation import scaled_sharpness


@dataclass(frozen=True)
class FlatLimitClaim(FlatClaim):
    """(q* − 1)/b = coefficient + O(a^m)."""

    def read(self, view: OrbitView) -> Measurement:
        last = len(view.orbit) - 1
        height = self.height(float(view.epsilon))
        return view.measurement(last, **self.defect((view.orbit.q[last] - 1) / height))


@dataclass(frozen=True)
class FlatSaturationClaim(FlatClaim):
    """(2 − ηλ)/b = coefficient + O(a^m), λ the Hessian's largest eigenvalue at the orbit's end."""

    def error_order(self, plan: Plan, order: float) -> float:
        """λ is read as (…)/η."""
        return super().error_order(plan, order) - 1

    def read(self, view: OrbitView) -> Measurement:
        last = len(view.orbit) - 1
        height = self.height(float(view.epsilon))
        return view.measurement(last, **self.defect((2 - scaled_sharpness(view)) / height))


def _limit(label: str, plan: Plan) -> Claim:
    edge = flat_edge(plan.model)
    end = computed(flat_constant(edge.beta) / 2)
    return FlatLimitClaim(label, end, edge=edge, power=edge.beta)


def _saturation(label: str, plan: Plan) -> Claim:
    edge = flat_edge(plan.model)
    constant = computed(flat_constant(edge.beta))
    return FlatSaturationClaim(label, constant, edge=edge, power=edge.beta)


FORMS = (
    Form(
        "flat-limit",
        146,
        says=lambda laws: (
            r"$(\taP_t, \taQ_t) \to (0, 1 + (C_\beta/2) b (1 + O(a^m)))$, "
            rf"$b = ({laws.flat}/\rho)^{{1/(\beta-1)}}$"
            if laws.flat
            else ""
        ),
        about=lambda laws: FLAT_ORBITS,
        claim=_limit,
        needs=lambda laws: FLAT,
        origin=NEW,
        refuted_by=BY_LADDER,
        rests_on=("flat-alignment", "flat-crossing", "bifurcation/flat-flip"),
        numbers={"coefficient": r"$(\taQ_{*} - 1)/b$ as $\taEta \to 0$: $C_\beta/2$"},
        silent=not_flat,
    ),
    Form(
        "flat-saturation",
        148,
        says=lambda laws: (
            r"the sharpness tends to $2/\taEta - C_\beta (b/\taEta)(1 + O(a^m))$"
            if laws.flat
            else ""
        ),
        about=lambda laws: FLAT_ORBITS,
        claim=_saturation,
        needs=lambda laws: FLAT,
        origin=NEW,
        refuted_by=BY_LADDER,
        rests_on=("flat-limit", "sharpness"),
        numbers={"coefficient": r"$(2 - \taEta\taSharp_{*})/b$ as $\taEta \to 0$: $C_\beta$"},
        silent=not_flat,
    ),
)
