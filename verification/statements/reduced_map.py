"""The reduced map: a gradient step in parameter space, written in (p, q)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp
from flint import arb

from ...numerics.compile.balls import compile_balls
from ...theory.models import ETA, P, ParameterSpace, Q
from ..derivations.map_proofs import Proof, map_proof
from ..measuring.claims import OFF, Claim, worst
from ..measuring.plans import Plan
from ..measuring.pointwise import Compared, PointwiseClaim, apart
from ..statement import PAPER, Form


@dataclass(frozen=True)
class MapClaim(PointwiseClaim):
    """One gradient step in parameter space gives (p', q') = (p_next, q_next)."""

    p_next: sp.Expr
    q_next: sp.Expr

    def falsified_copies(self) -> list[Claim]:
        """A wrong drift, and p' off by 1 %."""
        return [
            self.wrong("wrong map: drift of q doubled", q_next=2 * self.q_next - Q),
            self.wrong("p' off by 1 %", p_next=OFF * self.p_next),
        ]

    def proof(self, plan: Plan) -> Proof:
        return map_proof(plan.model, self.p_next, self.q_next)

    def comparison(self, space: ParameterSpace) -> Callable[[list[arb], arb], Compared]:
        """The relative defects of p' and q', the definition differentiated entry by entry."""
        gradient = [sp.diff(space.objective, t) for t in space.parameters]
        slopes = compile_balls(gradient, space.parameters)
        coordinates = compile_balls([space.p, space.q], [*space.parameters, ETA])
        reduced = compile_balls([self.p_next, self.q_next], [P, Q, ETA])

        def compare(point: list[arb], eta: arb) -> Compared:
            moved = [t - eta * s for t, s in zip(point, slopes(*point), strict=True)]
            before, after = coordinates(*point, eta), coordinates(*moved, eta)
            pairs = list(zip(after, reduced(*before, eta), strict=True))
            sizes = [float(abs((a - b) / a).upper()) for a, b in pairs]
            return {
                "defect": worst(sizes),
                "excluded": float(any(apart(a, b) for a, b in pairs)),
            }

        return compare


def _claim(label: str, plan: Plan) -> Claim:
    return MapClaim(label, plan.model.reduced.p_next, plan.model.reduced.q_next)


FORMS = (
    Form(
        "reduced-map",
        10,
        says=lambda laws: laws.step,
        claim=_claim,
        needs=lambda laws: ("analytic",),
        origin=PAPER,
        refuted_by=(
            "a gradient step, at one of 12 random parameters and enclosed at 50 digits, that "
            "is not the one of the map"
        ),
        numbers={"largest relative defect": r"of $\taP'$ and $\taQ'$ at random points"},
    ),
)
