"""The claims checked against parameter space: the reduced map, the sharpness, gradient flow."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp
from flint import arb, arb_mat, ctx, fmpq

from ..numerics.balls import compile_balls
from ..numerics.precision import working_bits
from ..theory.models import ETA, P, ParameterSpace, Q
from .claims import DirectClaim, Judgement, Measurement, worst
from .effort import Effort
from .plans import Plan
from .verdicts import Evidence

_TINY = 1e-12


@dataclass(frozen=True)
class PointwiseClaim(DirectClaim):
    """A claim compared with its definition at random points of parameter space."""

    def parameters(self, plan: Plan) -> dict[str, Any]:
        """Number of points, the seed they are drawn with, and digits."""
        effort = plan.effort
        return {"points": effort.points, "seed": effort.seed, **super().parameters(plan)}


@dataclass(frozen=True)
class MapClaim(PointwiseClaim):
    """One gradient step in parameter space gives (p', q') = (p_next, q_next).

    The map was derived symbolically; here the definition is differentiated entry by entry and both
    are compared in ball arithmetic at random rational parameters.
    """

    p_next: sp.Expr
    q_next: sp.Expr

    def measure(self, plan: Plan) -> list[Measurement]:
        """The relative defects of p' and q' at random points."""
        space = plan.model.parameter_space()
        gradient = [sp.diff(space.objective, t) for t in space.parameters]
        slopes = compile_balls(gradient, space.parameters)
        coordinates = compile_balls([space.p, space.q], [*space.parameters, ETA])
        reduced = compile_balls([self.p_next, self.q_next], [P, Q, ETA])
        runs = []
        with ctx.workprec(working_bits(plan.digits)):
            for point, eta in _random_points(plan.effort, len(space.parameters)):
                moved = [t - eta * s for t, s in zip(point, slopes(*point), strict=True)]
                before, after = coordinates(*point, eta), coordinates(*moved, eta)
                predicted = reduced(*before, eta)
                pairs = list(zip(after, predicted, strict=True))
                values = {
                    "defect": worst(float(abs((a - b) / a).upper()) for a, b in pairs),
                    "excluded": float(any(not a.overlaps(b) for a, b in pairs)),
                }
                runs.append(Measurement(float(eta), values, _place(space, point, eta)))
        return runs

    def judge(self, plan: Plan, runs: Sequence[Measurement]) -> Judgement:
        """Every relative defect must be a ball around 0 of size below 1e-12."""
        return _identity_judgement(runs)


@dataclass(frozen=True)
class SharpnessClaim(PointwiseClaim):
    """λ(p, q, η) is an eigenvalue of the Hessian in parameter space, and the largest one."""

    sharpness: sp.Expr

    def measure(self, plan: Plan) -> list[Measurement]:
        """det(H − λ) in balls, relative to det(H − 2λ); the largest eigenvalue by LAPACK."""
        space = plan.model.parameter_space()
        size = len(space.parameters)
        hessian = sp.hessian(space.objective, space.parameters)
        entries = compile_balls(list(hessian), space.parameters)
        coordinates = compile_balls([space.p, space.q], [*space.parameters, ETA])
        claimed = compile_balls(self.sharpness, [P, Q, ETA])
        runs = []
        with ctx.workprec(working_bits(plan.digits)):
            for point, eta in _random_points(plan.effort, size):
                p, q = coordinates(*point, eta)
                value = claimed(p, q, eta)[0]
                H = arb_mat(size, size, list(entries(*point)))
                # Shifting a copy away from the spectrum gives the determinant's natural size.
                defect = _shifted(H, value, size).det() / _shifted(H, 2 * value, size).det()
                dense = np.array([[float(H[i, j]) for j in range(size)] for i in range(size)])
                largest = float(np.linalg.eigvalsh(dense)[-1])
                values = {
                    "defect": float(abs(defect).upper()),
                    "excluded": float(not defect.contains(0)),
                    "largest": abs(largest / float(value) - 1),
                }
                runs.append(Measurement(float(eta), values, _place(space, point, eta)))
        return runs

    def judge(self, plan: Plan, runs: Sequence[Measurement]) -> Judgement:
        """Defects as for the map, and agreement with LAPACK's largest eigenvalue to 1e-9."""
        judgement = _identity_judgement(runs)
        wrong = next((run for run in runs if not run.values["largest"] < 1e-9), None)
        if not judgement.objection and wrong is not None:
            return Judgement("not the largest eigenvalue", wrong.where, judgement.quantities)
        return judgement


def _identity_judgement(runs: Sequence[Measurement]) -> Judgement:
    found = {
        "points": str(len(runs)),
        "largest relative defect": f"{max(run.values['defect'] for run in runs):.3g}",
    }
    for run in runs:
        if run.values["excluded"] or not run.values["defect"] < _TINY:
            objection = f"off by {run.values['defect']:.3g} (relative) at a random point"
            return Judgement(objection, run.where, found, Evidence.DERIVED)
    return Judgement("", None, found, Evidence.DERIVED)


def _random_points(effort: Effort, size: int) -> list[tuple[list[arb], arb]]:
    """Random rational parameters in [−2, 2] and step sizes in (0, 1/4), the same for one seed."""
    rng = random.Random(effort.seed)
    points = []
    for _ in range(effort.points):
        point = [arb(fmpq(rng.choice([-1, 1]) * rng.randrange(1, 200), 100)) for _ in range(size)]
        points.append((point, arb(fmpq(rng.randrange(1, 100), 400))))
    return points


def _place(space: ParameterSpace, point: list[arb], eta: arb) -> dict[str, str]:
    names = [*map(str, space.parameters), "eta"]
    return {n: t.str(12, radius=False) for n, t in zip(names, [*point, eta], strict=True)}


def _shifted(matrix: arb_mat, shift: arb, size: int) -> arb_mat:
    identity = arb_mat(size, size, [int(i == j) for i in range(size) for j in range(size)])
    return matrix - identity * shift
