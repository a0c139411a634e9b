"""Claims compared with their definition at random points of parameter space.

Each is compared in ball arithmetic, and by exact algebra. Only where both agree is it `derived`;
where exact algebra does not decide it is `sampled`.
"""

from __future__ import annotations

import math
import random
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import arb, ctx, fmpq

from ...numerics.precision import working_bits
from ...theory.models import ParameterSpace
from ..derivations.map_proofs import Proof
from ..quantities import Quantity
from ..verdicts import Evidence
from .claims import DirectClaim, Judgement, Measurement
from .effort import Effort
from .plans import Plan

_TINY = 1e-12  # how far two sides may be apart that their balls do not tell apart
_NEAR = 1e-9  # the accuracy asked of LAPACK
_FINE_BITS = 1 << 14  # at which points are compared where exact algebra finds no identity
_HOLDS: dict[bool | None, float] = {True: 1.0, False: 0.0, None: math.nan}

Point = tuple[tuple[fmpq, ...], fmpq]  # parameters and η
Compared = dict[str, float]


@dataclass(frozen=True)
class PointwiseClaim(DirectClaim):
    """A claim compared with its definition at random points of parameter space."""

    def parameters(self, plan: Plan) -> dict[str, Any]:
        """Number of points, the seed they are drawn with, and digits."""
        effort = plan.effort
        return {"points": effort.points, "seed": effort.seed, **super().parameters(plan)}

    @abstractmethod
    def comparison(self, space: ParameterSpace) -> Callable[[list[arb], arb], Compared]:
        """A function of parameters and η: "defect", relative, and whether 0 is "excluded"."""

    @abstractmethod
    def proof(self, plan: Plan) -> Proof:
        """What exact algebra says of the claim."""

    def measure(self, plan: Plan) -> list[Measurement]:
        """The defects at random points; and, if none is seen there, what exact algebra says.

        Where that finds no identity, the points are compared once more at thousands of digits.
        """
        space = plan.model.parameter_space()
        compare, points = self.comparison(space), _points(plan.effort, len(space.parameters))
        found = _compared(compare, points, working_bits(plan.digits))
        proof = Proof(None, "not asked: the points tell")
        if not any(map(_refutes, found)):
            proof = self.proof(plan)
            if not proof.holds or not all(map(_agrees, found)):
                found = _compared(compare, points, _FINE_BITS)
        runs = []
        for (parameters, eta), values in zip(points, found, strict=True):
            where = _place(space, parameters, eta) | {"exact algebra": proof.how}
            numbers = values | {"identity": _HOLDS[proof.holds]}
            runs.append(Measurement(float(eta), numbers, where))
        return runs

    def judge(self, plan: Plan, runs: Sequence[Measurement]) -> Judgement:
        """No point may tell the sides apart; `derived` if exact algebra says so too."""
        identity = runs[0].values["identity"]
        found: dict[str, Quantity] = {
            "points": str(len(runs)),
            "largest relative defect": f"{np.max([run.values['defect'] for run in runs]):.3g}",
            "exact algebra": runs[0].where["exact algebra"],
        }
        for run in runs:
            if _refutes(run.values):
                objection, where = _objection(run.values), dict(run.where)
                del where["exact algebra"], found["exact algebra"]
                return Judgement(objection, where, found, Evidence.DERIVED)
        if not all(_agrees(run.values) for run in runs):
            return Judgement("", None, found, undecided="a random point does not tell")
        if identity == _HOLDS[False]:
            digits = int(_FINE_BITS * math.log10(2))
            doubt = f"it is not so for every response, though no point tells to {digits} digits"
            return Judgement("", None, found, undecided=doubt)
        derived = identity == _HOLDS[True]
        return Judgement("", None, found, Evidence.DERIVED if derived else Evidence.SAMPLED)


def _compared(
    compare: Callable[[list[arb], arb], Compared], points: Sequence[Point], bits: int
) -> list[Compared]:
    with ctx.workprec(bits):
        return [compare([arb(t) for t in parameters], arb(eta)) for parameters, eta in points]


def _refutes(values: Mapping[str, float]) -> bool:
    """Whether the point proves the claim wrong."""
    return bool(values["excluded"] or values.get("exceeded"))


def _agrees(values: Mapping[str, float]) -> bool:
    """Whether the point shows no difference, as far as it can be told there."""
    return values["defect"] < _TINY and values.get("largest", 0.0) < _NEAR


def _objection(values: Mapping[str, float]) -> str:
    if values["excluded"]:
        size = f"{values['defect']:.3g}" if values["defect"] else "less than 1e-300"
        return f"off by {size} (relative) at a random point"
    return "not the largest eigenvalue"


def apart(a: arb, b: arb) -> bool:
    """Whether two numbers are certainly different."""
    return bool(a.is_finite() and b.is_finite() and not a.overlaps(b))


def _points(effort: Effort, size: int) -> list[Point]:
    """Random rational parameters in [−2, 2] and step sizes in (0, 1/4), the same for one seed."""
    rng = random.Random(effort.seed)
    points = []
    for _ in range(effort.points):
        point = tuple(fmpq(rng.choice([-1, 1]) * rng.randrange(1, 200), 100) for _ in range(size))
        points.append((point, fmpq(rng.randrange(1, 100), 400)))
    return points


def _place(space: ParameterSpace, parameters: Sequence[fmpq], eta: fmpq) -> dict[str, str]:
    names = [*map(str, space.parameters), "eta"]
    return {name: str(t) for name, t in zip(names, [*parameters, eta], strict=True)}
