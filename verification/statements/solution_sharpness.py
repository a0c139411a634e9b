"""The sharpness with which gradient flow would end: what a step of descent does to it, exactly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp
from flint import arb

from ...numerics.compile.balls import compile_balls
from ...theory.models import ETA, P, ParameterSpace, Q
from ...theory.models.solution import SolutionSharpness
from ..derivations.map_proofs import Proof, solution_proof
from ..measuring.claims import OFF, Claim, NotApplicableError, worst
from ..measuring.plans import Plan
from ..measuring.pointwise import Compared, PointwiseClaim, apart
from ..statement import NEW, Form


@dataclass(frozen=True)
class SolutionClaim(PointwiseClaim):
    """Gradient flow conserves `square`, and a step multiplies it by the square of `factor`.

    `generic` is what both are for an unspecified response, where exact algebra judges them.
    """

    square: sp.Expr
    factor: sp.Expr
    generic: SolutionSharpness

    def falsified_copies(self) -> list[Claim]:
        """A factor off by 1 %, one with half of η²ℓ'², and another weight of p²."""
        half = (1 + self.factor) / 2
        heavier = self.square - P**2
        return [
            self.wrong("factor off by 1 %", factor=OFF * self.factor),
            self.wrong("half of the fall in a step", factor=half),
            self.wrong("the square has 5 p² instead of 4 p²", square=heavier),
        ]

    def proof(self, plan: Plan) -> Proof:
        return solution_proof(plan.model, self.generic)

    def comparison(self, space: ParameterSpace) -> Callable[[list[arb], arb], Compared]:
        """The relative defects of the step, and of the square's rate along the flow."""
        gradient = [sp.diff(space.objective, t) for t in space.parameters]
        slopes = compile_balls(gradient, space.parameters)
        coordinates = compile_balls([space.p, space.q], [*space.parameters, ETA])
        claimed = compile_balls([self.square, self.factor], [P, Q, ETA])
        in_parameters = self.square.subs({P: space.p, Q: space.q}, simultaneous=True)
        rises = compile_balls(
            [sp.diff(in_parameters, t) for t in space.parameters], [*space.parameters, ETA]
        )

        def compare(point: list[arb], eta: arb) -> Compared:
            here = slopes(*point)
            moved = [t - eta * s for t, s in zip(point, here, strict=True)]
            square, factor = claimed(*coordinates(*point, eta), eta)
            after = claimed(*coordinates(*moved, eta), eta)[0]
            expected = factor**2 * square
            parts = [a * b for a, b in zip(rises(*point, eta), here, strict=True)]
            rate, size = sum(parts, arb(0)), sum(map(abs, parts), arb(0))
            sizes = [
                float(abs((after - expected) / after).upper()),
                float(abs(rate / size).upper()),
            ]
            excluded = apart(after, expected) or apart(rate, arb(0))
            return {"defect": worst(sizes), "excluded": float(excluded)}

        return compare


def _claim(label: str, plan: Plan) -> Claim:
    solution = plan.model.solution
    if solution is None:
        raise NotApplicableError("no such sharpness is known for this model")
    concrete = plan.model.concrete
    return SolutionClaim(label, concrete(solution.square), concrete(solution.factor), solution)


FORMS = (
    Form(
        "solution-sharpness",
        25,
        says=lambda laws: laws.solution,
        claim=_claim,
        needs=lambda laws: ("analytic", "symmetry", "normalised", "A2"),
        origin=NEW,
        refuted_by=(
            "a gradient step, at one of 12 random points, that certainly multiplies "
            r"$\taSharp_\infty^2$ by another factor"
        ),
        rests_on=("reduced-map", "sharpness"),
        numbers={
            "largest relative defect": r"of $\taSharp_\infty^2$ after a step, and of its rate "
            "along the flow, at random points"
        },
    ),
)
