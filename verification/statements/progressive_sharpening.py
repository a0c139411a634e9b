"""The claim about progressive sharpening: how far the sharpness is from its surrogate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import sympy as sp
from flint import arb, ctx, fmpq

from ...numerics.compile.balls import BallFunction, compile_balls, evaluate, exact
from ...numerics.compile.jets import JetFunction, compile_jet, taylor_enclosure
from ...numerics.inverse_response import InverseResponse
from ...theory.models import ETA, Model, P, Q
from ..measuring.aligned_curve import largest_gap
from ..measuring.claims import OFF, Claim, Judgement, Measurement
from ..measuring.orbit_claims import OrbitClaim, coefficient_ladder, judgement, settled_or_open
from ..measuring.orbit_view import OrbitView
from ..measuring.plans import Plan
from ..numbers import ball
from ..quantities import Compared, Quantities
from ..statement import ALL_STARTS, DERIVED, PAPER, Form

_NEWTON = 8
_ROOT = arb(2) ** arb(-44)  # a relative step of Newton's, whose square is what the root is off by
_SHARE = 8  # of the steps beyond q = 1 one in so many is looked at until a bound does for the rest
_QUICK_BITS, _BITS = 100, 70  # in force and correct in ηλ and ηλ̃, which differ by ε


@dataclass(frozen=True)
class SharpeningClaim(OrbitClaim):
    """λ̃(q_t) increases, and sup |λ_t − λ̃(q_t)| = coefficient · ε/η + higher order.

    `surrogate` is ηλ̃ in terms of q and z = r̂(q); beyond q = 1, ηλ̃ = 2.
    """

    coefficient: sp.Expr
    surrogate: sp.Expr

    def falsified_copies(self) -> list[Claim]:
        """A wrong gap, wrong surrogates and a wrong order."""
        return [
            self.wrong("gap off by 1 %", coefficient=OFF * self.coefficient),
            self.wrong("surrogate 2/eta throughout", surrogate=sp.Integer(2) + 0 * P),
            self.wrong("surrogate falls", surrogate=4 - self.surrogate),
            self.wrong("order one too high", order=self.order + 1),
        ]

    def error_order(self, plan: Plan, order: float) -> float:
        """λ is read as (…) η/ε: one ε more, one η less."""
        return (1 + order) / float(plan.model.exponent) - 1

    def read(self, view: OrbitView) -> Measurement:
        gaps = _Gaps(view, self.surrogate)
        with ctx.workprec(_QUICK_BITS):
            falls, place = gaps.falls_and_largest()
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
        found: Quantities = {
            "coefficient": Compared.of(self.coefficient, ladder.extrapolated),
            "order": self.order_quantity(plan, ladder),
            "sup |sharpness - surrogate|": tuple(f"{gap:.6g}" for gap in gaps),
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
        self._scaled, self._jet = _sharpness(view.plan.model)
        self._surrogate = compile_balls(surrogate, [P, Q])
        self._slope = compile_balls([response, sp.diff(response, P)], [P])
        self._ratio = arb(1)  # of the last root to the p that it was sought from

    def falls_and_largest(self) -> tuple[int, int]:
        """How often λ̃ falls from t_a on, and the first step with the largest gap."""
        q, begin = self.view.orbit.q, self.view.settled
        steps = range(begin, len(self.view.orbit))
        beyond = [t for t in steps if not q[t] < 1]
        found = {t: self.at(t) for t in steps if q[t] < 1}
        height = dict.fromkeys(beyond, 2.0) | {t: surrogate for t, (surrogate, _) in found.items()}
        falls = sum(height[t] < height[t - 1] for t in steps[1:])
        largest = max((gap, -t) for t, (_, gap) in found.items()) if found else (0.0, 0)
        while beyond and not self.bound(beyond) < largest[0]:
            few = 1 + len(beyond) // _SHARE
            largest = max(largest, *((self.at(t)[1], -t) for t in beyond[:few]))
            beyond = beyond[few:]
        return falls, -largest[1] if largest[0] > 0 else self.view.crossing

    def bound(self, steps: Sequence[int]) -> float:
        """A bound of the gap at steps with q ≥ 1, good where all |p| are small; or NaN."""
        q = [self.view.orbit.q[t] for t in steps]
        size = arb(max(self.view.squares[t] for t in steps) * (1 + 2.0**-40)).sqrt().upper()
        around = (-size).union(size) / exact(self.view.plan.model.response.scale)
        values = (min(q).union(max(q)), arb(self.eta))
        (value,) = taylor_enclosure(self._jet, around, 0, *values, terms=2)
        return math.nextafter(float(abs(value - 2).upper()), math.inf)

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
        z = (p * self._ratio).mid()
        for _ in range(_NEWTON):
            r, slope = self._slope(z)
            step = ((r - q) / slope).mid()
            z = (z - step).mid()
            if abs(step) < z * _ROOT:
                self._ratio = z / p
                return z
        return self._inverse(q, 100, guess=p)

    def _value(self, function: BallFunction, point: tuple[arb | fmpq, ...]) -> arb:
        """At the precision in force if that is enough, else at a higher one."""
        value = function(*map(arb, point))[0]
        enough = value.is_finite() and value.rel_accuracy_bits() >= _BITS
        return value if enough else evaluate(function, point, 90)[0]


@lru_cache(maxsize=8)
def _sharpness(model: Model) -> tuple[BallFunction, JetFunction]:
    """ηλ in p, q and η, and its jets in p in its natural unit; the same for all orbits."""
    scaled, unit = ETA * model.reduced.sharpness, model.response.scale
    return compile_balls(scaled, [P, Q, ETA]), compile_jet(scaled.subs(P, unit * P), P, (Q, ETA))


def _claim(label: str, plan: Plan) -> Claim:
    log_slope_term = P * sp.diff(plan.family.response, P) / Q
    return SharpeningClaim(label, largest_gap(plan), 2 * (1 + log_slope_term))


FORMS = (
    Form(
        "progressive-sharpening",
        140,
        says=lambda laws: (
            r"from $t_a$ on, $\tilde{\taSharp}(\taQ_t)$ never falls and "
            rf"$|\taSharp_t - \tilde{{\taSharp}}(\taQ_t)| \le {laws.gap}$"
        ),
        about=lambda laws: ALL_STARTS,
        claim=_claim,
        origin=f"{PAPER} for the increase; the size of the gap is {DERIVED}",
        refuted_by=(
            r"a step after $t_a$ at which $\tilde{\taSharp}(\taQ_t)$ falls; or a ladder of "
            "step sizes on which the gap has settled on another size than the one derived"
        ),
        rests_on=("alignment", "sharpness"),
        numbers={
            "coefficient": r"$\sup |D|$, the gap to $\tilde{\taSharp}$ in units of "
            r"$\taEps/\taEta$"
        },
    ),
)
