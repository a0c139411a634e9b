"""The claim that the alignment is exponentially precise: limits differ by exp(−Λ(q0)/ε)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import sympy as sp
from flint import ctx

from ...numerics.compile.balls import compile_balls, evaluate, exact
from ...numerics.curve.long_times import alignment_exponent
from ...numerics.orbits.extrapolation import followed_to_limit
from ...numerics.orbits.iteration import Stops
from ...numerics.orbits.loops import compile_loop
from ...numerics.orbits.native import accelerated
from ...numerics.orbits.recorded import Orbit
from ...numerics.precision import working_bits
from ...theory.expressions.parsing import Z
from ...theory.models import Model
from ..measuring.aligned_curve import INTEGRAL_DIGITS, from_integral
from ..measuring.claims import OFF, Claim, DirectClaim, Judgement, Measurement, by_start, combined
from ..measuring.ladder import Ladder
from ..measuring.orbit_claims import judge_lost, judgement, resolved, spoken_of
from ..measuring.orbit_view import FAR, REFUTING, meets_zero
from ..measuring.plans import Plan
from ..numbers import number
from ..quantities import Compared, Order, Quantities
from ..statement import EACH_START, NEW, Form

_SPARE_DIGITS = 40  # beyond the zeros in front of the difference that is predicted
_MOST_DIGITS = 10_000  # what an orbit is still followed with
# The other orbit starts at one of these multiples of p0, the first unless it is by chance so near
# the orbit of p0 after these steps that their distance says more of that than of Λ.
_PARTNERS = (sp.Rational(3, 4), sp.Rational(1, 2), sp.Rational(1, 4))
_STEPS_APART, _NEAR = (1, 2, 3), 8.0


@dataclass(frozen=True)
class ExponentialClaim(DirectClaim):
    """−ε ln|Δq*| = Λ(q0) + O(ε^order) for two orbits with the same q0.

    `exponents` are Λ(q0) for the starts of the plan.
    """

    exponents: tuple[sp.Expr, ...]
    order: float = field(default=1, kw_only=True)
    on_orbits: ClassVar[bool] = True

    def falsified_copies(self) -> list[Claim]:
        """A wrong exponent, none at all, and a wrong order."""
        factors = {"exponent off by 1 %": OFF, "a power of eta only": sp.Integer(0)}
        return [
            *(
                self.wrong(text, exponents=tuple(a * e for e in self.exponents))
                for text, a in factors.items()
            ),
            self.wrong("order one too high", order=self.order + 1),
        ]

    def parameters(self, plan: Plan) -> dict[str, Any]:
        """Step sizes and starting points."""
        return {
            "eta": [str(eta) for eta in _step_sizes(plan)],
            "starts": [
                {"p0": f"{p0} and {_partner(plan.model, (p0, q0))}", "q0": str(q0)}
                for p0, q0 in plan.starts
            ],
        }

    @property
    def measured(self) -> ExponentialClaim:
        """What is expected of the orbits is not used to run them."""
        return replace(self, exponents=(), order=1, falsified="")

    def measure(self, plan: Plan) -> list[Measurement]:
        """−ε ln|Δq*| for every q0 and step size."""
        return [_compared(plan, eta, start) for start in plan.starts for eta in _step_sizes(plan)]

    def judge(self, plan: Plan, runs: Sequence[Measurement]) -> Judgement:
        """The first objection of any q0, or the numbers of the first."""
        pairs = spoken_of(zip(self.exponents, by_start(runs), strict=True))
        return combined([self._judge_height(plan, *pair) for pair in pairs])

    def _judge_height(
        self, plan: Plan, exponent: sp.Expr, runs: Sequence[Measurement]
    ) -> Judgement:
        if lost := judge_lost(runs):
            return lost
        exact = number(exponent)
        values = tuple(run.values["value"] for run in runs)
        residuals = tuple(value - exact for value in values)
        ladder = Ladder(exact, tuple(run.epsilon for run in runs), values, residuals)
        unit = float(plan.model.exponent)
        found: Quantities = {
            "coefficient": Compared.of(exponent, ladder.extrapolated, q0=runs[0].where["q0"]),
            "order": Order.of(self.order / unit, ladder.order / unit),
            "values": tuple(f"{value:.10g}" for value in values),
            "digits": tuple(f"{run.values['digits']:.0f}" for run in runs),
        }
        return resolved(plan, runs, judgement(ladder.judge(self.order), runs, found))


def _step_sizes(plan: Plan) -> list[sp.Rational]:
    """At about 1/2, 1/4, 1/8, … of the largest ε of the plan."""
    exponent = float(plan.model.exponent)
    halvings = range(1, plan.effort.pair_rungs + 1)
    return [plan.etas[0] * sp.Rational(round(100 * 2 ** (-k * exponent)), 100) for k in halvings]


def _partner(model: Model, start: tuple[sp.Rational, sp.Rational]) -> sp.Rational:
    """The p0 of the other orbit, by the map of frozen q0 in double precision."""
    p0, q0 = start
    response = compile_balls(model.response.response, [Z])

    def orbit(p: float) -> list[float]:
        points = []
        for _ in range(max(_STEPS_APART)):
            p *= 1 - 2 * float(evaluate(response, (exact(sp.Rational(p)),), 50)[0]) / float(q0)
            points.append(p)
        return points

    first = orbit(float(p0))
    gaps = {}
    for multiple in _PARTNERS:
        other = orbit(float(multiple * p0))
        gaps[multiple] = min(
            abs(first[k - 1] - other[k - 1]) / abs(1 - multiple) for k in _STEPS_APART
        )
    best = max(gaps.values())
    return next(multiple for multiple in _PARTNERS if _NEAR * gaps[multiple] >= best) * p0


def _compared(plan: Plan, eta: sp.Rational, start: tuple[sp.Rational, sp.Rational]) -> Measurement:
    p0, q0 = start
    partner = _partner(plan.model, start)
    where = {"eta": str(eta), "p0": f"{p0} and {partner}", "q0": str(q0)}
    exponent = float(alignment_exponent(plan.model, q0))
    epsilon = float(plan.epsilon(eta))
    digits = int(exponent / epsilon / math.log(10)) + _SPARE_DIGITS
    if digits > _MOST_DIGITS:
        trouble = f"to see the difference takes {digits} digits, more than {_MOST_DIGITS}"
        return Measurement(epsilon, {}, where | {"trouble": trouble})
    # What q still moves by after |p| has fallen to `until` is of the order of its square.
    scale = plan.model.response.scale
    until = scale / sp.Integer(10) ** (digits // 2 + 5)
    # As many as `Plan.steps_needed` says for |p| = 1e-10, times how much further |p| has to fall.
    stops = Stops(
        2 * (1 + digits // 20) * plan.steps_needed(float(eta)) + 10_000, until, FAR * scale
    )
    loop = accelerated(compile_loop(plan.model))
    ends = [followed_to_limit(loop, eta, (p, q0), stops, digits) for p in (p0, partner)]
    orbits = [orbit for orbit, _ in ends]
    silent = (meets_zero(orbit, scale) for orbit in orbits)
    if trouble := next(filter(None, [*silent, *map(_trouble, orbits)]), ""):
        return Measurement(epsilon, {}, where | {"trouble": trouble})
    with ctx.workprec(working_bits(digits)):
        gap = abs(ends[0][1] - ends[1][1])
        if gap == 0:
            return Measurement(epsilon, {}, where | {"trouble": f"{REFUTING}: equal limits"})
        value = -epsilon * float(gap.log())
    numbers = {"value": value, "digits": float(digits)}
    return Measurement(epsilon, numbers, where | {"q* difference": gap.str(6, radius=False)})


def _trouble(orbit: Orbit) -> str:
    if orbit.outcome == "converged" and orbit.crossing is not None:
        return ""
    if orbit.outcome == "step limit":
        return f"an orbit did not converge in {orbit.steps} steps"
    return f"{REFUTING}: it {orbit.outcome} without passing q = 1"


def _claim(label: str, plan: Plan) -> Claim:
    exponents = (alignment_exponent(plan.model, q0, INTEGRAL_DIGITS) for _, q0 in plan.starts)
    return ExponentialClaim(label, tuple(map(from_integral, exponents)))


FORMS = (
    Form(
        "exponential-alignment",
        90,
        says=lambda laws: (
            r"limits from the same $\taQ_0$ and different $|\taP_0|$ differ, in general, by "
            rf"$\exp(-(\Lambda(\taQ_0) + O({laws.epsilon()}))/{laws.epsilon()})$"
        ),
        about=lambda laws: EACH_START,
        claim=_claim,
        origin=NEW,
        refuted_by=(
            r"a ladder of step sizes on which $\taEps \ln|\Delta\taQ_{*}|$, of two starts with"
            r" one $\taQ_0$, has settled on another number than $-\Lambda(\taQ_0)$"
        ),
        rests_on=("alignment",),
        numbers={"coefficient": r"$\Lambda(\taQ_0)$"},
    ),
)
