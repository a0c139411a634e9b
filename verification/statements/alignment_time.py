"""The claim that alignment takes a time logarithmic in η, with the factor of the 2-cycle."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
import sympy as sp
from flint import ctx

from ...numerics.compile.balls import compile_balls, evaluate
from ...numerics.orbits.iteration import Stops
from ...numerics.orbits.loops import compile_loop
from ...numerics.orbits.recorded import Orbit, iterate
from ...numerics.precision import working_bits
from ...theory.models import P
from ..measuring.claims import (
    HALF,
    OFF,
    Claim,
    DirectClaim,
    Judgement,
    Measurement,
    by_start,
    combined,
)
from ..measuring.ladder import COEFFICIENT_TOLERANCE, ORDER_SLACK, Finding
from ..measuring.orbit_claims import judge_lost, judgement, resolved, settled_or_open, spoken_of
from ..measuring.orbit_view import FAR, REFUTING, contraction, meets_zero
from ..measuring.plans import Plan
from ..numbers import ball, number
from ..quantities import Compared, Order, Quantities
from ..statement import BY_LADDER, DERIVED, EACH_START, PAPER, Form

_RUNGS = 4
_RATIO = 10**8  # of ε between two rungs: only the transient is run, so ε may be tiny
_AFTER = 100  # steps after the transient, which show the constant C
_FAR_ABOVE = 1000


@dataclass(frozen=True)
class AlignmentTimeClaim(DirectClaim):
    """t_a = slope · ln(1/η) + O(1), and so t_a/ln(1/η) grows like η^−growth with growth = 0.

    t_a is the first t from which on |q_t/r(p_t) − 1 − h(p_t) ε| ≤ 2 C ε², with C the largest value
    of the left side over ε² long after. `slopes` are those of the starts of the plan.
    """

    h: sp.Expr
    slopes: tuple[sp.Expr, ...]
    growth: float = field(default=0, kw_only=True)
    on_orbits: ClassVar[bool] = True

    def falsified_copies(self) -> list[Claim]:
        """Wrong factors of the logarithm, a power instead of it, and a wrong curve."""
        factors = {"factor off by 1 %": OFF, "half the factor": HALF}
        return [
            *(
                self.wrong(text, slopes=tuple(a * k for k in self.slopes))
                for text, a in factors.items()
            ),
            self.wrong("a power of 1/eta", growth=1),
            self.wrong("h off by 1 %", h=OFF * self.h),
        ]

    def parameters(self, plan: Plan) -> dict[str, Any]:
        """Step sizes and starting points."""
        return {
            "eta": [str(eta) for eta in _step_sizes(plan)],
            "starts": [{"p0": str(p0), "q0": str(q0)} for p0, q0 in plan.starts],
        }

    @property
    def measured(self) -> AlignmentTimeClaim:
        """What is expected of t_a is not used to measure it."""
        return replace(self, slopes=(), growth=0, falsified="")

    def measure(self, plan: Plan) -> list[Measurement]:
        """t_a, and between two steps when the transient passes 2C, for all starts and η."""
        return [self._run(plan, eta, s) for s in plan.starts for eta in _step_sizes(plan)]

    def _run(
        self, plan: Plan, eta: sp.Rational, start: tuple[sp.Rational, sp.Rational]
    ) -> Measurement:
        # In ε h(0) no unit of p is left; misalignments of its square are to be seen.
        log = -math.log(float(plan.epsilon(eta) * plan.curve.h_at_zero))
        shrink = min(contraction(plan, start[1]), 0.99)
        settled = 10 + math.ceil(3 * log / -math.log(shrink))
        digits = plan.digits + math.ceil(2 * log / math.log(10))
        stops = Stops(settled + _AFTER, escape=FAR * plan.model.response.scale)
        orbit = iterate(compile_loop(plan.model), eta, start, stops, digits=digits, checked=False)
        where = {"eta": str(eta), "p0": str(start[0]), "q0": str(start[1])}
        if silent := meets_zero(orbit, plan.model.response.scale):
            return Measurement(float(plan.epsilon(eta)), {}, where | {"trouble": silent})
        if orbit.outcome != "step limit":
            trouble = f"{REFUTING}: it {orbit.outcome} before it can be aligned"
            return Measurement(float(plan.epsilon(eta)), {}, where | {"trouble": trouble})
        sizes = self._misalignment(plan, orbit)
        constant = max(sizes[settled:])
        t = next(t for t in range(settled, -1, -1) if t == 0 or sizes[t - 1] > 2 * constant)
        numbers = {
            "time": _passage(sizes, 2 * constant),
            "log": log * float(plan.model.exponent),
            "constant": constant,
        }
        return Measurement(float(plan.epsilon(eta)), numbers, where | {"t": str(t)})

    def _misalignment(self, plan: Plan, orbit: Orbit) -> list[float]:
        """|q_t/r(p_t) − 1 − h(p_t) ε|/ε² at every step."""
        curve = compile_balls([plan.family.response, self.h], [P])
        with ctx.workprec(working_bits(orbit.digits)):
            epsilon, sizes = ball(plan.epsilon(orbit.eta)), []
            for p, q in zip(orbit.p, orbit.q, strict=True):
                r, h = evaluate(curve, (abs(p),), ctx.prec)
                sizes.append(float(abs((q / r - 1) / epsilon - h) / epsilon))
        return sizes

    def judge(self, plan: Plan, runs: Sequence[Measurement]) -> Judgement:
        """The first objection of any start, or the numbers of the first it speaks of."""
        pairs = spoken_of(zip(self.slopes, by_start(runs), strict=True))
        return combined([self._judge_start(plan, *pair) for pair in pairs])

    def _judge_start(self, plan: Plan, slope: sp.Expr, runs: Sequence[Measurement]) -> Judgement:
        if lost := judge_lost(runs):
            return lost
        logs = [run.values["log"] for run in runs]
        times = [run.values["time"] for run in runs]
        found, target, growth = _slope(logs, times), number(slope), _growths(logs, times)
        quantities: Quantities = {
            "coefficient": Compared.of(slope, found, q0=runs[0].where["q0"]),
            "growth": Order.of(self.growth, growth[-1], "1/eta"),
            "t_a": tuple(run.where["t"] for run in runs),
            "t_a less the logarithm": f"{times[-1] - target * logs[-1]:.4g}",
            "constant": f"{max(run.values['constant'] for run in runs):.4g}",
        }
        finding = Finding()
        if not abs(found - target) <= COEFFICIENT_TOLERANCE * abs(target):
            text = f"t_a grows by {found:.6g} ln(1/η) instead of {target:.6g} ln(1/η)"
            finding = settled_or_open(text, _steady(logs, times, abs(found - target)))
        elif not abs(growth[-1] - self.growth) <= ORDER_SLACK:
            text = f"t_a/ln(1/η) grows like η^-{growth[-1]:.2f} instead of η^-{self.growth:g}"
            finding = settled_or_open(text, abs(growth[-1] - growth[-2]) <= ORDER_SLACK / 2)
        return resolved(plan, runs, judgement(finding, runs, quantities))


def _slope(logs: Sequence[float], times: Sequence[float]) -> float:
    return float(np.polyfit(logs, times, 1)[0]) if all(map(math.isfinite, times)) else math.nan


def _steady(logs: Sequence[float], times: Sequence[float], gap: float) -> bool:
    """Whether the slopes between the last three rungs differ by much less than a gap."""
    one, two = _slope(logs[-3:-1], times[-3:-1]), _slope(logs[-2:], times[-2:])
    return abs(one - two) <= gap / 5


def _growths(logs: Sequence[float], times: Sequence[float]) -> list[float]:
    """The exponents of t_a/ln(1/η) in 1/η between neighbouring rungs; 0 where there is no t_a."""
    found = []
    for (log, time), (further, later) in pairwise(zip(logs, times, strict=True)):
        rates = time / log, later / further
        found.append(math.log(rates[1] / rates[0]) / (further - log) if min(rates) > 0 else 0.0)
    return found


def _step_sizes(plan: Plan) -> list[sp.Rational]:
    return [plan.smaller(plan.etas[0], _RATIO**k) for k in range(1, _RUNGS + 1)]


def _passage(sizes: Sequence[float], level: float) -> float:
    """When the transient, a geometric decay, passes the level; 0 where there is none.

    It is read off two sizes far above the level, next to which the rest does not count.
    """
    t = max((t for t, size in enumerate(sizes) if size > _FAR_ABOVE * level), default=0)
    if t == 0 or not sizes[t - 1] > sizes[t]:
        return float(t)
    return t + math.log(sizes[t] / level) / math.log(sizes[t - 1] / sizes[t])


def _claim(label: str, plan: Plan) -> Claim:
    # A misalignment of the order of 1 has shrunk to ε² when |μ|ᵗ = ε², and ε = η^(1/exponent).
    rates = (-math.log(contraction(plan, q0)) for _, q0 in plan.starts)
    power = 2 / float(plan.model.exponent)
    return AlignmentTimeClaim(label, plan.curve.h, tuple(sp.Float(power / rate) for rate in rates))


FORMS = (
    Form(
        "alignment-time",
        70,
        says=lambda laws: (
            rf"$t_a = {laws.log_epsilon(2)}/|\ln\,\mu| + O(1)$, "
            r"$\mu = 1 + 2\taP\taR'/\taR$ at $\taP = \hat{\taR}(\taQ_0)$, for a start whose orbit "
            r"with $\taQ$ frozen is never at $0$ or $\pm\hat{\taR}(\taQ_0)$"
        ),
        about=lambda laws: EACH_START,
        claim=_claim,
        origin=f"{PAPER} for the logarithm; its factor is {DERIVED}",
        refuted_by=BY_LADDER,
        rests_on=("alignment", "bifurcation/two-cycle"),
        numbers={
            "coefficient": r"factor of $\ln(1/\taEta)$ in $t_a$, a multiple of $1/|\ln\,\mu|$"
        },
    ),
)
