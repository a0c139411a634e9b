"""The claims about the frozen-q family: the flip at q = 1 and the 2-cycle below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sympy as sp
from flint import arb, ctx

from ...numerics.balls import BallFunction, compile_balls, evaluate, exact
from ...numerics.precision import working_bits
from ...numerics.roots import InverseResponse
from ...theory.errors import NotFiniteError
from ...theory.models import P, Q
from ..claims import DirectClaim, Judgement, Measurement, quantity, worst
from ..ladder import COEFFICIENT_TOLERANCE, Finding, Ladder
from ..plans import Plan, number

# Those after the eighth fill gaps; as many are taken from the front as the effort says.
_LEVELS = [sp.Rational(n, 40) for n in (38, 36, 34, 32, 28, 24, 20, 16, 39, 35, 30, 18)]
_FROZEN_STEPS = 400
_NUDGE = arb(2) ** arb(-40)  # relative: so near that only derivatives count


@dataclass(frozen=True)
class FlipClaim(DirectClaim):
    """g₁(g₁(p)) = p + a p³ + O(p⁵), g_q'(0) = `multiplier`; the cycle is born stable iff a < 0.

    `vanishes` says that the coefficient of p⁵ is known to be 0.
    """

    coefficient: sp.Expr
    multiplier: sp.Expr
    order: float = 2
    vanishes: bool = False

    def measure(self, plan: Plan) -> list[Measurement]:
        """(g₁(g₁(p)) − p)/p³ on a ladder of p, and the worst error of the multiplier."""
        g = compile_balls(plan.family.step, [P, Q])
        multiplier = compile_balls(self.multiplier, [Q])
        scale = plan.model.response.scale / 8
        runs = []
        with ctx.workprec(working_bits(plan.digits)):
            for k in range(plan.effort.halvings):
                p = arb(exact(scale / 2**k)).mid()
                twice, near = _iterate(g, p, arb(1), 2), (p * _NUDGE).mid()
                value = (twice - p) / p**3
                errors = [
                    abs(_iterate(g, p, q, 1) / p - multiplier(q)[0])
                    for q in (arb(2), arb(3) / 2, arb(3) / 4, arb(1) / 2)
                ]
                values = {
                    "value": float(value),
                    "residual": float(value - compile_balls(self.coefficient, [])()[0]),
                    "multiplier": worst(map(float, errors)),
                    "inside": float(abs(_iterate(g, near, arb(21) / 20, _FROZEN_STEPS)) < near),
                    "outside": float(abs(_iterate(g, near, arb(19) / 20, 10)) > near),
                }
                where = {"p": str(scale / 2**k), "q": "1", "g(g(p))": twice.str(12, radius=False)}
                runs.append(Measurement(float(p), values, where))
        return runs

    def judge(self, plan: Plan, runs: Sequence[Measurement]) -> Judgement:
        """Coefficient and order of the normal form; stability on both sides of q = 1."""
        sizes = tuple(run.epsilon for run in runs)
        ladder = Ladder(
            number(self.coefficient),
            tuple(p**2 for p in sizes),
            tuple(run.values["value"] for run in runs),
            tuple(run.values["residual"] for run in runs),
        )
        errors = tuple(run.values["multiplier"] for run in runs)
        multiplier = Ladder(1.0, sizes, errors, errors)
        supercritical = bool(self.coefficient < 0)
        found = {
            "coefficient": quantity(self.coefficient, ladder.extrapolated),
            "order": {
                "claimed": f"{3 + self.order:g}",
                "measured": f"{3 + 2 * ladder.order:.3f}",
                "in": "p",
            },
            "order of the multiplier's error": f"{multiplier.order:.3f}",
            "criticality": "supercritical" if supercritical else "subcritical",
        }
        finding = ladder.judge(self.order / 2, vanishes=self.vanishes)
        off = multiplier.judge_order(2)
        if not finding and off:
            text = f"g_q'(0) is not {self.multiplier}: off by {errors[-1]:.3g}"
            finding = Finding(text if off.objection else "", "" if off.objection else text)
        # Far below the cycle's size, so that only the sign of the multiplier's excess decides.
        if not finding and not (runs[-1].values["inside"] and runs[-1].values["outside"]):
            finding = Finding("p = 0 does not change stability at q = 1")
        witness = runs[-1].where if finding.objection else None
        return Judgement(finding.objection, witness, found, undecided=finding.undecided)


@dataclass(frozen=True)
class CycleClaim(DirectClaim):
    """r(p) = level·q gives the 2-cycle ±p with the given multiplier, stable iff it is below 1."""

    multiplier: sp.Expr
    level: sp.Expr = sp.S.One

    def measure(self, plan: Plan) -> list[Measurement]:
        """Closure, multiplier by central differences, and stability by iteration, at several q."""
        g = compile_balls(plan.family.step, [P, Q])
        multiplier = compile_balls(self.multiplier, [P])
        inverse = InverseResponse(plan.model.response)
        bits = working_bits(plan.digits)
        runs = []
        with ctx.workprec(bits):
            for q in _LEVELS[: plan.effort.levels]:
                try:
                    p = inverse(arb(exact(q * self.level)).mid(), bits)
                except NotFiniteError:
                    continue  # r does not come down to this level
                at, predicted = arb(exact(q)), evaluate(multiplier, (p,), bits - 40)[0]
                nudge = p * arb(2) ** (-bits // 4)
                low, high = (_iterate(g, p + s * nudge, at, 2) for s in (-1, 1))
                measured = (high - low) / (2 * nudge)
                drift = abs(abs(_iterate(g, p * (1 + _NUDGE), at, _FROZEN_STEPS)) - p)
                values = {
                    "closure": float(abs(_iterate(g, p, at, 1) + p) / p),
                    "predicted": float(predicted),
                    "measured": float(measured),
                    "attracted": float(drift < p * _NUDGE),
                }
                where = {
                    "q": str(q),
                    "p": p.str(15, radius=False),
                    "multiplier": f"{float(measured):.10g}",
                }
                runs.append(Measurement(float(q), values, where))
        return runs

    def judge(self, plan: Plan, runs: Sequence[Measurement]) -> Judgement:
        """Every level must close up, with the predicted multiplier and the stability it implies."""
        if not runs:
            return Judgement("", None, undecided="r(p) comes down to none of the levels tried")
        shown = runs[min(1, len(runs) - 1)]
        found = {
            "coefficient": {
                "exact": f"{shown.values['predicted']:.10g}",
                "measured": f"{shown.values['measured']:.10g}",
                "at q": str(shown.where["q"]),
            },
            "levels": [str(run.where["q"]) for run in runs],
            "multipliers": [f"{run.values['measured']:.10g}" for run in runs],
        }
        for run in runs:
            objection = _cycle_objection(run)
            if objection:
                return Judgement(objection, run.where, found)
        return Judgement("", None, found)


def _cycle_objection(run: Measurement) -> str:
    predicted, measured = run.values["predicted"], run.values["measured"]
    if not run.values["closure"] <= 1e-12:
        return f"g_q(p) = -p fails at q = {run.where['q']} by {run.values['closure']:.3g}"
    if not abs(measured - predicted) <= COEFFICIENT_TOLERANCE * max(abs(predicted), 1e-3):
        return f"multiplier {measured:.8g} instead of {predicted:.8g} at q = {run.where['q']}"
    if abs(predicted - 1) > 0.05 and (predicted < 1) != bool(run.values["attracted"]):
        return f"stability of the 2-cycle contradicts its multiplier at q = {run.where['q']}"
    return ""


def _iterate(g: BallFunction, p: arb, q: arb, steps: int) -> arb:
    for _ in range(steps):
        p = g(p.mid(), q)[0]
    return p.mid()
