"""The 2-cycle: with q frozen below 1, ±p with r(p) = q, or p and p̃, and its multiplier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sympy as sp
from flint import arb, ctx

from ...numerics.compile.balls import compile_balls, evaluate, exact
from ...numerics.diagram.two_cycles import two_cycles
from ...numerics.precision import working_bits
from ...theory.curve.two_sided_first_order import OPPOSITE
from ...theory.errors import NotFiniteError
from ...theory.models import P, Q
from ..measuring.claims import OFF, Claim, DirectClaim, Judgement, Measurement
from ..measuring.frozen_map import NUDGE, STEPS, iterated
from ..measuring.ladder import COEFFICIENT_TOLERANCE
from ..measuring.plans import Plan
from ..quantities import Compared, Quantities
from ..statement import PAPER, REGULAR, Form

# Those after the eighth fill gaps; as many are taken from the front as the effort says.
_LEVELS = [sp.Rational(n, 40) for n in (38, 36, 34, 32, 28, 24, 20, 16, 39, 35, 30, 18)]


@dataclass(frozen=True)
class CycleClaim(DirectClaim):
    """The 2-cycle at level·q, ±p with r(p) = q or p and p̃, has the given `multiplier`, an
    expression in P and OPPOSITE, and is stable iff that is below 1 in size."""

    multiplier: sp.Expr
    level: sp.Expr = sp.S.One

    def falsified_copies(self) -> list[Claim]:
        """A wrong multiplier, and a cycle at another height."""
        return [
            self.wrong("multiplier off by 1 %", multiplier=OFF * self.multiplier),
            self.wrong("cycle at r(p) = 0.99 q", level=sp.Rational(99, 100)),
        ]

    def measure(self, plan: Plan) -> list[Measurement]:
        """Closure, multiplier by central differences, and stability by iteration, at several q."""
        g = compile_balls(plan.family.step, [P, Q])
        multiplier = compile_balls(self.multiplier, [P, OPPOSITE])
        cycles = two_cycles(plan.model)
        bits = working_bits(plan.digits)
        runs = []
        with ctx.workprec(bits):
            for q in _LEVELS[: plan.effort.levels]:
                try:
                    p, other = cycles(arb(exact(q * self.level)).mid(), bits)
                except NotFiniteError:
                    continue  # r does not come down to this level
                at, predicted = arb(exact(q)), evaluate(multiplier, (p, other), bits - 40)[0]
                nudge = p * arb(2) ** (-bits // 4)
                low, high = (iterated(g, p + s * nudge, at, 2) for s in (-1, 1))
                measured = (high - low) / (2 * nudge)
                drift = abs(iterated(g, p * (1 + NUDGE), at, STEPS) - p)
                values = {
                    "closure": float(abs(iterated(g, p, at, 1) - other) / p),
                    "predicted": float(predicted),
                    "measured": float(measured),
                    "attracted": float(drift < p * NUDGE),
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
        predicted, measured = (f"{shown.values[name]:.10g}" for name in ("predicted", "measured"))
        found: Quantities = {
            "coefficient": Compared(predicted, measured, at=(("q", str(shown.where["q"])),)),
            "levels": tuple(str(run.where["q"]) for run in runs),
            "multipliers": tuple(f"{run.values['measured']:.10g}" for run in runs),
        }
        for run in runs:
            objection = _cycle_objection(run)
            if objection:
                return Judgement(objection, run.where, found)
        return Judgement("", None, found)


def _cycle_objection(run: Measurement) -> str:
    predicted, measured = run.values["predicted"], run.values["measured"]
    if not run.values["closure"] <= 1e-12:
        off = f"{run.values['closure']:.3g}"
        return f"g_q(p) is not the other point at q = {run.where['q']}: off by {off}"
    if not abs(measured - predicted) <= COEFFICIENT_TOLERANCE * max(abs(predicted), 1e-3):
        return f"multiplier {measured:.8g} instead of {predicted:.8g} at q = {run.where['q']}"
    if abs(abs(predicted) - 1) > 0.05 and (abs(predicted) < 1) != bool(run.values["attracted"]):
        return f"stability of the 2-cycle contradicts its multiplier at q = {run.where['q']}"
    return ""


FORMS = (
    Form(
        "bifurcation/two-cycle",
        40,
        says=lambda laws: rf"with $\taQ$ frozen, {laws.cycle}",
        claim=lambda label, plan: CycleClaim(label, plan.family.cycle_multiplier),
        needs=lambda laws: (*REGULAR, "A1"),
        origin=PAPER,
        refuted_by=(
            r"one of eight $\taQ$ at which the solution of $\taR(\taP) = \taQ$ is not taken to"
            r" $-\taP$, or the 2-cycle has another multiplier, or attracts where that says it "
            "should not"
        ),
        rests_on=("reduced-map",),
        numbers={"coefficient": r"multiplier of the 2-cycle, $(1 + 2\taP\taR'/\taR)^2$ if even"},
    ),
)
