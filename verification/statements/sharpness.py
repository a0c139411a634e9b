"""The sharpness: the Hessian's largest eigenvalue as a function of p, q and η."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import sympy as sp
from flint import arb, arb_mat

from ...numerics.compile.balls import compile_balls
from ...theory.models import ETA, P, ParameterSpace, Q
from ..derivations.map_proofs import Proof, sharpness_proof
from ..measuring.claims import OFF, Claim
from ..measuring.plans import Plan
from ..measuring.pointwise import Compared, PointwiseClaim, apart
from ..statement import DERIVED, Form


@dataclass(frozen=True)
class SharpnessClaim(PointwiseClaim):
    """λ(p, q, η) is an eigenvalue of the Hessian in parameter space, and the largest one."""

    sharpness: sp.Expr

    def falsified_copies(self) -> list[Claim]:
        """λ off by 1 %."""
        return [self.wrong("sharpness off by 1 %", sharpness=OFF * self.sharpness)]

    def proof(self, plan: Plan) -> Proof:
        return sharpness_proof(plan.model, self.sharpness)

    def comparison(self, space: ParameterSpace) -> Callable[[list[arb], arb], Compared]:
        """det(H − λ), relative to det(H − 2λ); and the distance to LAPACK's largest eigenvalue."""
        size = len(space.parameters)
        hessian = sp.hessian(space.objective, space.parameters)
        entries = compile_balls(list(hessian), space.parameters)
        coordinates = compile_balls([space.p, space.q], [*space.parameters, ETA])
        claimed = compile_balls(self.sharpness, [P, Q, ETA])

        def compare(point: list[arb], eta: arb) -> Compared:
            value = claimed(*coordinates(*point, eta), eta)[0]
            H = arb_mat(size, size, list(entries(*point)))
            # Shifting a copy away from the spectrum gives the determinant's natural size.
            defect = _shifted(H, value, size).det() / _shifted(H, 2 * value, size).det()
            dense = np.array([[float(H[i, j]) for j in range(size)] for i in range(size)])
            excess, largest = arb.nan(), math.nan
            if np.isfinite(dense).all():
                eigenvalues, vectors = np.linalg.eigh(dense)
                top = arb_mat(size, 1, vectors[:, -1].tolist())
                # vᵀHv/vᵀv is a lower bound of the largest eigenvalue, however v was found.
                excess = (top.transpose() * _shifted(H, value, size) * top)[0, 0]
                largest = abs(float(eigenvalues[-1]) / float(value) - 1)
            return {
                "defect": float(abs(defect).upper()),
                "excluded": float(apart(defect, arb(0))),
                "exceeded": float(bool(excess > 0)),
                "largest": largest,
            }

        return compare


def _shifted(matrix: arb_mat, shift: arb, size: int) -> arb_mat:
    identity = arb_mat(size, size, [int(i == j) for i in range(size) for j in range(size)])
    return matrix - identity * shift


FORMS = (
    Form(
        "sharpness",
        20,
        says=lambda laws: (
            r"the largest Hessian eigenvalue is the given function of "
            r"$(\taP, \taQ, \taEta)$, where $\taQ$ is finite"
        ),
        claim=lambda label, plan: SharpnessClaim(label, plan.model.reduced.sharpness),
        needs=lambda laws: laws.sharpness_needs,
        origin=DERIVED,
        refuted_by=(
            "a Hessian, at one of 12 random points, whose largest eigenvalue is certainly another"
        ),
        numbers={
            "largest relative defect": r"$\det(H - \taSharp)/\det(H - 2\taSharp)$ with the Hessian "
            "$H$, at random points"
        },
    ),
)
