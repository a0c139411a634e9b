"""Claims about edge-of-stability orbits: what they have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, TypeVar

import sympy as sp
from flint import arb, ctx

from ..numbers import ball, number
from ..quantities import Compared, Order, Quantities
from .claims import Claim, Judgement, Measurement, by_start, combined, wrong_coefficients
from .ladder import Finding, Ladder
from .orbit_view import REFUTING, OrbitView, contraction, is_silent
from .plans import Plan

T = TypeVar("T")

_NEAR_C = 50  # |μ| must be as many times q* − 1: by about that it changes in a step


@dataclass(frozen=True)
class OrbitClaim(Claim):
    """A claim measured on every orbit of the plan and judged separately for each start."""

    order: float = field(default=1, kw_only=True)
    on_orbits: ClassVar[bool] = True

    def error_order(self, plan: Plan, order: float) -> float:
        """The order in η, in the statement's own words, of an error of relative order ε^order."""
        return order / float(plan.model.exponent)

    def parameters(self, plan: Plan) -> dict[str, Any]:
        """Step sizes, starting points and digits."""
        return {
            "eta": [str(eta) for eta in plan.etas],
            "starts": [{"p0": str(p0), "q0": str(q0)} for p0, q0 in plan.starts],
            **super().parameters(plan),
        }

    def order_quantity(self, plan: Plan, ladder: Ladder) -> Order:
        """The claimed and the observed order of the statement's error term in η."""
        claimed = self.error_order(plan, self.order)
        return Order.of(claimed, self.error_order(plan, ladder.order))

    def measure(self, view: OrbitView) -> Measurement:
        """Measure one orbit; an orbit that diverges or never crosses 1 is itself a refutation."""
        if view.trouble:
            where = view.place(len(view.orbit) - 1) | {"trouble": view.trouble}
            return Measurement(float(view.epsilon), {}, where)
        with ctx.workprec(view.bits):
            return self.read(view)

    @abstractmethod
    def read(self, view: OrbitView) -> Measurement:
        """The numbers this claim needs from a usable orbit."""

    @abstractmethod
    def judge_ladder(self, plan: Plan, runs: Sequence[Measurement]) -> Judgement:
        """Judge the runs of one start, largest step size first."""

    def usable(self, runs: list[Measurement]) -> list[Measurement]:
        """The runs of one start that can be judged: all of them."""
        return runs

    def judge(self, plan: Plan, runs: Sequence[Measurement]) -> Judgement:
        """The first objection of any start, or the numbers of the first start it speaks of."""
        judged = []
        for _, group in spoken_of((None, group) for group in by_start(runs)):
            ladder = self.usable(group)
            lost = judge_lost(ladder)
            judged.append(lost or resolved(plan, ladder, self.judge_ladder(plan, ladder)))
        return combined(judged)


def spoken_of(
    pairs: Iterable[tuple[T, list[Measurement]]],
) -> list[tuple[T, list[Measurement]]]:
    """Those starts, each with something, of whose orbits a claim speaks; all if there are none."""
    found = list(pairs)
    return [pair for pair in found if not any(map(is_silent, pair[1]))] or found


def judge_lost(ladder: Sequence[Measurement]) -> Judgement | None:
    """What orbits of one start say off which nothing can be read; None if there are none.

    Where every orbit contradicts the theory it is refuted; one at a large ε refutes nothing.
    """
    lost = [run for run in ladder if not run.values]
    if not lost:
        return None
    last = lost[-1]
    if len(lost) == len(ladder) and all(r.where["trouble"].startswith(REFUTING) for r in lost):
        return Judgement(last.where["trouble"], last.where)
    at = f" (eta = {last.where['eta']})" if "eta" in last.where else ""
    return Judgement("", None, undecided=last.where["trouble"] + at)


def resolved(plan: Plan, ladder: Sequence[Measurement], judged: Judgement) -> Judgement:
    """The judgement, undecided if it refutes on step sizes that do not resolve the response."""
    last = ladder[-1]
    why = plan.unresolved(last.epsilon) if judged.objection else ""
    if judged.objection and not why and "q0" in last.where:
        left = contraction(plan, sp.Rational(last.where["q0"]))
        if _NEAR_C * plan.ending.rise(last.epsilon) > left:
            why = f"q0 = {last.where['q0']} is too near c for them: |μ| is {left:.3g}"
    if not why:
        return judged
    text = f"{judged.objection}; but {why}"
    return replace(judged, objection="", witness=None, undecided=text)


@dataclass(frozen=True)
class CoefficientClaim(OrbitClaim):
    """y(ε) = coefficient + O(ε^order) for a number y read off each orbit as y − coefficient.

    `vanishes` says that the coefficient of ε^order in it is known to be 0.
    """

    coefficient: sp.Expr
    vanishes: bool = field(default=False, kw_only=True)

    def ladder(self, runs: Sequence[Measurement]) -> Ladder:
        """y against the coefficient, in powers of ε."""
        return coefficient_ladder(self.coefficient, runs)

    def falsified_copies(self) -> list[Claim]:
        """Wrong coefficients, none at all, and a wrong order."""
        return [
            *wrong_coefficients(self, self.coefficient),
            self.wrong("without the correction", coefficient=sp.Integer(0)),
            self.wrong("order one too high", order=self.order + 1),
        ]

    def error_order(self, plan: Plan, order: float) -> float:
        """q* and q/r(p) are read as (…)/ε: one ε more."""
        return (1 + order) / float(plan.model.exponent)

    def judge_ladder(self, plan: Plan, runs: Sequence[Measurement]) -> Judgement:
        ladder = self.ladder(runs)
        finding = ladder.judge(self.order, vanishes=self.vanishes)
        found: Quantities = {
            "coefficient": Compared.of(self.coefficient, ladder.extrapolated),
            "order": self.order_quantity(plan, ladder),
            "values": tuple(f"{v:.10g}" for v in ladder.values),
            "constant": f"{max(map(abs, ladder.scaled(self.order))):.4g}",
        }
        return judgement(finding, runs, found)

    def defect(self, value: arb) -> dict[str, arb]:
        return {"value": value, "residual": value - ball(self.coefficient)}


def settled_or_open(text: str, certain: bool) -> Finding:
    """An objection where what was measured has settled; else a reason to leave it open."""
    return Finding(text) if certain else Finding(undecided=f"{text}, but not settled")


def judgement(finding: Finding, runs: Sequence[Measurement], found: Quantities) -> Judgement:
    """The judgement on one start, with the last run as the witness of a refutation."""
    witness = runs[-1].where if finding.objection else None
    return Judgement(finding.objection, witness, found, undecided=finding.undecided)


def coefficient_ladder(
    coefficient: sp.Expr,
    runs: Sequence[Measurement],
    small: Callable[[float], float] = lambda epsilon: epsilon,
    points: int = 3,
) -> Ladder:
    """The ladder of the measured "value" and "residual" against an exact coefficient, in powers of
    `small` of ε."""
    return Ladder(
        number(coefficient),
        tuple(small(run.epsilon) for run in runs),
        tuple(run.values["value"] for run in runs),
        tuple(run.values["residual"] for run in runs),
        points,
    )
