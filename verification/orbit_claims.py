"""The claims about edge-of-stability orbits: crossing, limit, saturation, sharpening."""

from __future__ import annotations

import itertools
import math
from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np
import sympy as sp
from flint import arb, ctx, fmpq

from ..numerics.balls import BallFunction, compile_balls, evaluate, exact
from ..numerics.roots import InverseResponse
from ..theory.models import ETA, P, Q
from .claims import Claim, Judgement, Measurement, by_start, combined, quantity
from .ladder import COEFFICIENT_TOLERANCE, ORDER_SLACK, Finding, Ladder
from .orbit_view import REFUTING, OrbitView, ball, is_silent
from .plans import Plan, number

T = TypeVar("T")

_NEWTON = 8
_ROOT = arb(2) ** arb(-60)  # relative, of a root
_QUICK_BITS, _BITS = 100, 70  # in force and correct in ηλ and ηλ̃, which differ by ε


@dataclass(frozen=True)
class OrbitClaim(Claim):
    """A claim measured on every orbit of the plan and judged separately for each start."""

    order: float = field(default=1, kw_only=True)

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

    def order_quantity(self, plan: Plan, ladder: Ladder) -> dict[str, str]:
        """The claimed and the observed order of the statement's error term in η."""
        claimed = self.error_order(plan, self.order)
        observed = self.error_order(plan, ladder.order)
        return {"claimed": f"{claimed:g}", "measured": f"{observed:.3f}", "in": "eta"}

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
    why = plan.unresolved(ladder[-1].epsilon) if judged.objection else ""
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

    def error_order(self, plan: Plan, order: float) -> float:
        """q* and q/r(p) are read as (…)/ε: one ε more."""
        return (1 + order) / float(plan.model.exponent)

    def judge_ladder(self, plan: Plan, runs: Sequence[Measurement]) -> Judgement:
        ladder = coefficient_ladder(self.coefficient, runs)
        finding = ladder.judge(self.order, vanishes=self.vanishes)
        found = {
            "coefficient": quantity(self.coefficient, ladder.extrapolated),
            "order": self.order_quantity(plan, ladder),
            "values": [f"{v:.10g}" for v in ladder.values],
            "constant": f"{max(abs(r) / e**self.order for r, e in _paired(runs)):.4g}",
        }
        return judgement(finding, runs, found)

    def defect(self, value: arb) -> dict[str, arb]:
        return {"value": value, "residual": value - ball(self.coefficient)}


@dataclass(frozen=True)
class LimitClaim(CoefficientClaim):
    """(q* − 1)/ε = coefficient + O(ε)."""

    def read(self, view: OrbitView) -> Measurement:
        last = len(view.orbit) - 1
        return view.measurement(last, **self.defect((view.orbit.q[last] - 1) / view.epsilon))


@dataclass(frozen=True)
class SaturationClaim(CoefficientClaim):
    """(λ − 2/η) η/ε = coefficient + O(ε), λ the Hessian's largest eigenvalue at the orbit's end."""

    def error_order(self, plan: Plan, order: float) -> float:
        """λ is read as (…) η/ε: one ε more, one η less."""
        return super().error_order(plan, order) - 1

    def read(self, view: OrbitView) -> Measurement:
        last = len(view.orbit) - 1
        sharpness = compile_balls(ETA * view.plan.model.reduced.sharpness, [P, Q, ETA])
        point = (view.orbit.p[last], view.orbit.q[last], exact(view.eta))
        scaled = evaluate(sharpness, point, view.bits)[0]
        return view.measurement(last, **self.defect((scaled - 2) / view.epsilon))


@dataclass(frozen=True)
class CrossingClaim(OrbitClaim):
    """ε t_b = κ ln(1/η) + K(q0) + O(ε ln 1/ε); so t_b grows like ε^−order times a logarithm.

    `coefficient` is κ, and `constants` are K(q0) for the starts of the plan.
    """

    coefficient: sp.Expr
    constants: tuple[sp.Expr, ...]

    def read(self, view: OrbitView) -> Measurement:
        t = view.crossing
        before, after = view.orbit.q[t - 1], view.orbit.q[t]
        time = t - 1 + (1 - before) / (after - before)  # the crossing between the two steps
        log = arb(1 / exact(view.eta)).log()
        room = 1 - arb(exact(view.start[1]))
        scaled = time * view.epsilon
        numbers = {"scaled": scaled, "log": log, "growth": scaled / view.natural_log}
        numbers["unit log"] = arb(view.natural_log)
        return view.measurement(t, **numbers, bound=scaled / room)

    def judge_ladder(self, plan: Plan, runs: Sequence[Measurement]) -> Judgement:
        target, coefficient = number(self.coefficient), _log_coefficient(runs)
        heights = [str(q0) for _, q0 in plan.starts]
        expected = self.constants[heights.index(runs[0].where["q0"])]
        constant = _constant(runs, target)
        exponents = _exponents(runs)
        bounds = [run.values["bound"] for run in runs]
        found = {
            "coefficient": quantity(self.coefficient, coefficient),
            "order": {
                "claimed": f"{-self.error_order(plan, self.order):g}",
                "measured": f"{-self.error_order(plan, exponents[-1]):.3f}",
                "in": "eta",
            },
            "constant K(q0)": quantity(expected, constant) | {"at q0": runs[0].where["q0"]},
            "constant of the remainder": f"{max(_remainders(runs, target, number(expected))):.4g}",
            "t_b": [run.where["t"] for run in runs],
            "lower bound constant": f"{min(bounds):.4g}",
        }
        return judgement(self._finding(runs, number(expected)), runs, found)

    def _finding(self, runs: Sequence[Measurement], expected: float) -> Finding:
        """The first thing that does not fit: refuted if it has settled, else undecided."""
        target, coefficient = number(self.coefficient), _log_coefficient(runs)
        constant, exponents = _constant(runs, target), _exponents(runs)
        bounds = [run.values["bound"] for run in runs]
        allowed = COEFFICIENT_TOLERANCE * abs(target)
        off, off_constant = abs(coefficient - target), abs(constant - expected)
        if not off <= allowed:
            text = f"coefficient {coefficient:.8g} instead of {target:.8g}"
            return settled_or_open(text, abs(coefficient - _log_coefficient(runs[1:])) <= off / 2)
        if not off_constant <= allowed:
            text = f"K(q0) = {constant:.8g} instead of {expected:.8g}"
            moved = abs(constant - _constant(runs[:-1], target))
            return settled_or_open(text, moved <= off_constant / 2)
        if not abs(exponents[-1] - self.order) <= ORDER_SLACK:
            text = f"t_b grows like ε^-{exponents[-1]:.2f} instead of ε^-{self.order:g}"
            return settled_or_open(text, abs(exponents[-1] - exponents[-2]) <= ORDER_SLACK / 2)
        if min(bounds) < 0.99 * bounds[0]:
            text = "t_b falls below a constant times (1 − q0)/ε"
            return settled_or_open(text, bounds == sorted(bounds, reverse=True))
        return Finding()


def settled_or_open(text: str, certain: bool) -> Finding:
    """An objection where what was measured has settled; else a reason to leave it open."""
    return Finding(text) if certain else Finding(undecided=f"{text}, but not settled")


def _log_coefficient(runs: Sequence[Measurement]) -> float:
    """κ in ε t_b = κ ln(1/η) + K + ε (a ln(1/η) + b), through the last four rungs.

    Without b through three, if there are no more.
    """
    last = runs[-4:]
    rows = [[run.values["log"], 1.0, run.epsilon * run.values["log"], run.epsilon] for run in last]
    matrix = np.array(rows)[:, : len(last)]
    solution = np.linalg.solve(matrix, np.array([run.values["scaled"] for run in last]))
    return float(solution[0])


def _constant(runs: Sequence[Measurement], kappa: float) -> float:
    """K in ε t_b − κ ln(1/η) = K + ε (a ln(1/η) + b), through the last three rungs."""
    last = runs[-3:]
    rows = [[1.0, run.epsilon * run.values["log"], run.epsilon] for run in last]
    rest = [run.values["scaled"] - kappa * run.values["log"] for run in last]
    return float(np.linalg.solve(np.array(rows), np.array(rest))[0])


def _remainders(runs: Sequence[Measurement], kappa: float, constant: float) -> list[float]:
    """|ε t_b − κ ln(1/η) − K|/(ε ln(1/(ε h(0))))."""
    return [
        abs(run.values["scaled"] - kappa * run.values["log"] - constant)
        / (run.epsilon * run.values["unit log"])
        for run in runs
    ]


def _exponents(runs: Sequence[Measurement]) -> list[float]:
    """The exponents of t_b/ln(1/(ε h(0))) in 1/ε between neighbouring rungs."""
    return [
        1
        + math.log(after.values["growth"] / before.values["growth"])
        / math.log(before.epsilon / after.epsilon)
        for before, after in itertools.pairwise(runs)
    ]


@dataclass(frozen=True)
class SharpeningClaim(OrbitClaim):
    """λ̃(q_t) increases, and sup |λ_t − λ̃(q_t)| = coefficient · ε/η + higher order.

    `surrogate` is ηλ̃ in terms of q and z = r̂(q); beyond q = 1, ηλ̃ = 2.
    """

    coefficient: sp.Expr
    surrogate: sp.Expr

    def error_order(self, plan: Plan, order: float) -> float:
        """λ is read as (…) η/ε: one ε more, one η less."""
        return (1 + order) / float(plan.model.exponent) - 1

    def read(self, view: OrbitView) -> Measurement:
        gaps, falls = _Gaps(view, self.surrogate), 0
        worst, place, previous = 0.0, view.crossing, -math.inf
        with ctx.workprec(_QUICK_BITS):
            for t in range(view.settled, len(view.orbit)):
                surrogate, gap = gaps.at(t)
                if gap > worst:
                    worst, place = gap, t
                falls += surrogate < previous
                previous = surrogate
        exact = gaps.exactly(place) / view.epsilon
        steps = len(view.orbit) - view.settled
        return view.measurement(
            place,
            value=exact,
            residual=exact - ball(self.coefficient),
            falls=float(falls),
            steps=float(steps),
        )

    def judge_ladder(self, plan: Plan, runs: Sequence[Measurement]) -> Judgement:
        ladder = coefficient_ladder(self.coefficient, runs)
        etas = [float(sp.Rational(run.where["eta"])) for run in runs]
        gaps = [
            v * run.epsilon / eta for v, run, eta in zip(ladder.values, runs, etas, strict=True)
        ]
        found = {
            "coefficient": quantity(self.coefficient, ladder.extrapolated),
            "order": self.order_quantity(plan, ladder),
            "sup |sharpness - surrogate|": [f"{gap:.6g}" for gap in gaps],
            "steps checked": f"{sum(run.values['steps'] for run in runs):.0f}",
        }
        finding, falls = ladder.judge(self.order), [bool(run.values["falls"]) for run in runs]
        if any(falls):
            text = "the surrogate falls somewhere after t_a"
            finding = settled_or_open(text, all(falls[-2:]))
        return judgement(finding, runs, found)


class _Gaps:
    """η|λ_t − λ̃(q_t)| along an orbit: quickly at every step, and exactly at one."""

    def __init__(self, view: OrbitView, surrogate: sp.Expr) -> None:
        self.view, self.eta = view, exact(view.eta)
        response = view.plan.family.response
        self._inverse = InverseResponse(view.plan.model.response)
        self._scaled = compile_balls(ETA * view.plan.model.reduced.sharpness, [P, Q, ETA])
        self._surrogate = compile_balls(surrogate, [P, Q])
        self._slope = compile_balls([response, sp.diff(response, P)], [P])

    def at(self, t: int) -> tuple[float, float]:
        """ηλ̃ and the gap, to ten digits of ε or more."""
        p, q = abs(self.view.orbit.p[t]).mid(), self.view.orbit.q[t].mid()
        if not q < 1:
            return 2.0, abs(float(self._value(self._scaled, (p, q, self.eta)) - 2))
        surrogate = self._value(self._surrogate, (self._solved(p, q), q))
        return float(surrogate), abs(float(self._value(self._scaled, (p, q, self.eta)) - surrogate))

    def exactly(self, t: int) -> arb:
        """The gap with the root found by a method that cannot miss it."""
        p, q = abs(self.view.orbit.p[t]).mid(), self.view.orbit.q[t].mid()
        surrogate = arb(2)
        if q < 1:
            root = self._inverse(q, 100, guess=p)
            surrogate = evaluate(self._surrogate, (root, q), 90)[0]
        return abs(evaluate(self._scaled, (p, q, self.eta), 90)[0] - surrogate)

    def _solved(self, p: arb, q: arb) -> arb:
        """r̂(q) by Newton's method from p, which is near it once the orbit is aligned."""
        z = p
        for _ in range(_NEWTON):
            r, slope = self._slope(z)
            step = ((r - q) / slope).mid()
            z = (z - step).mid()
            if abs(step) < z * _ROOT:
                return z
        return self._inverse(q, 100, guess=p)

    def _value(self, function: BallFunction, point: tuple[arb | fmpq, ...]) -> arb:
        """At the precision in force if that is enough, else at a higher one."""
        value = function(*map(arb, point))[0]
        enough = value.is_finite() and value.rel_accuracy_bits() >= _BITS
        return value if enough else evaluate(function, point, 90)[0]


def judgement(finding: Finding, runs: Sequence[Measurement], found: Mapping[str, Any]) -> Judgement:
    """The judgement on one start, with the last run as the witness of a refutation."""
    witness = runs[-1].where if finding.objection else None
    return Judgement(finding.objection, witness, found, undecided=finding.undecided)


def coefficient_ladder(coefficient: sp.Expr, runs: Sequence[Measurement]) -> Ladder:
    """The ladder of the measured "value" and "residual" against an exact coefficient."""
    return Ladder(
        number(coefficient),
        tuple(run.epsilon for run in runs),
        tuple(run.values["value"] for run in runs),
        tuple(run.values["residual"] for run in runs),
    )


def _paired(runs: Iterable[Measurement]) -> list[tuple[float, float]]:
    return [(run.values["residual"], run.epsilon) for run in runs]
