"""The claim about the time of crossing: t_b = (κ ln(1/η) + K(q0))/ε and what remains."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import sympy as sp
from flint import arb

from ...numerics.compile.balls import exact
from ...numerics.curve.long_times import crossing_constant
from ...theory.errors import NotFiniteError
from ...theory.valleys import Valley
from ..measuring.aligned_curve import from_integral
from ..measuring.claims import Claim, Judgement, Measurement, wrong_coefficients
from ..measuring.ladder import COEFFICIENT_TOLERANCE, ORDER_SLACK, Finding
from ..measuring.orbit_claims import OrbitClaim, judgement, settled_or_open
from ..measuring.orbit_view import OrbitView
from ..measuring.plans import Plan
from ..numbers import number
from ..quantities import Compared, Order, Quantities
from ..statement import ALL_STARTS, BY_LADDER, DERIVED, PAPER, Form


@dataclass(frozen=True)
class CrossingClaim(OrbitClaim):
    """ε t_b = κ ln(1/η) + K(q0) + O(ε ln 1/ε); so t_b grows like ε^−order times a logarithm.

    `coefficient` is κ, and `constants` are K(q0) for the starts of the plan.
    """

    coefficient: sp.Expr
    constants: tuple[sp.Expr, ...]

    def falsified_copies(self) -> list[Claim]:
        """Wrong factors of the logarithm, a wrong constant and a wrong order."""
        off = tuple(K + self.coefficient / 100 for K in self.constants)
        return [
            *wrong_coefficients(self, self.coefficient),
            self.wrong("constant off by 1 % of the coefficient", constants=off),
            self.wrong("order one too high", order=self.order + 1),
        ]

    def read(self, view: OrbitView) -> Measurement:
        t, time = passage(view)
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
        found: Quantities = {
            "coefficient": Compared.of(self.coefficient, coefficient),
            "order": Order.of(
                -self.error_order(plan, self.order), -self.error_order(plan, exponents[-1])
            ),
            "constant K(q0)": Compared.of(expected, constant, q0=runs[0].where["q0"]),
            "constant of the remainder": f"{max(_remainders(runs, target, number(expected))):.4g}",
            "t_b": tuple(run.where["t"] for run in runs),
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


def passage(view: OrbitView) -> tuple[int, arb]:
    """The step and the time at which q passes 1, between two steps. Where the map is not odd in p
    q goes up and down with the side of p by much more than it rises; there it is the mean of two
    successive q that passes."""
    q, t = view.orbit.q, view.crossing
    if not isinstance(view.plan.model.response, Valley):
        return t, t - 1 + (1 - q[t - 1]) / (q[t] - q[t - 1])
    means = ((t, (q[t] + q[t + 1]) / 2) for t in range(t - 2, len(q) - 1))
    for (_, before), (step, after) in itertools.pairwise(means):
        if before <= 1 < after:
            return step, step - arb(1) / 2 + (1 - before) / (after - before)
    raise NotFiniteError("the mean of two successive q does not pass 1")


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


def _claim(label: str, plan: Plan) -> Claim:
    constants = (crossing_constant(plan.model, q0) for _, q0 in plan.starts)
    coefficient = plan.curve.crossing_coefficient(plan.model)
    return CrossingClaim(label, coefficient, tuple(map(from_integral, constants)))


FORMS = (
    Form(
        "crossing",
        110,
        says=lambda laws: (
            rf"{laws.passing} passes 1 at $t_b = {laws.crossing_time} + O(t_a + \log\,1/\taEta)$"
        ),
        about=lambda laws: ALL_STARTS,
        claim=_claim,
        origin=f"{PAPER} for the lower bound; the law is {DERIVED}",
        refuted_by=BY_LADDER,
        rests_on=("alignment",),
        numbers={
            "coefficient": r"factor of $\ln(1/\taEta)$ in $\taEps t_b$",
            "constant K(q0)": r"$K(\taQ_0)$",
        },
    ),
)
