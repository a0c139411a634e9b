"""The exact slow curve of some activations: a multiple of r, and the decay on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import sympy as sp
from flint import arb, ctx

from ...numerics.compile.balls import compile_balls, evaluate, exact
from ...numerics.orbits.iteration import Stops
from ...numerics.orbits.loops import compile_loop
from ...numerics.orbits.recorded import iterate
from ...numerics.precision import working_bits
from ...theory.curve.exact import exact_curve
from ...theory.models import EPSILON, P
from ..measuring.claims import OFF, Claim, DirectClaim, Judgement, Measurement, NotApplicableError
from ..measuring.orbit_view import FAR
from ..measuring.plans import Plan
from ..statement import NEW, Form
from ..verdicts import Evidence

_EXACT_STEPS = 500


@dataclass(frozen=True)
class ExactClaim(DirectClaim):
    """q = κ r(p) is invariant, and on it p_t = (−factor)ᵗ p_0: to all digits, at every step.

    `kappa` and `factor` are functions of EPSILON.
    """

    kappa: sp.Expr
    factor: sp.Expr
    on_orbits: ClassVar[bool] = True

    def falsified_copies(self) -> list[Claim]:
        """Wrong multiples of r, and a wrong decay."""
        linear = sp.series(self.kappa, EPSILON, 0, 2).removeO()
        return [
            self.wrong("kappa to first order only", kappa=linear),
            self.wrong("kappa off by 1 %", kappa=OFF * self.kappa),
            self.wrong("decay twice as fast", factor=self.factor**2),
            self.wrong("p does not change its sign", factor=-self.factor),
        ]

    def parameters(self, plan: Plan) -> dict[str, Any]:
        """Step sizes, heights p0 on the curve, steps and digits."""
        return {
            "eta": [str(eta) for eta in plan.etas],
            "p0": [str(p0) for p0, _ in plan.starts],
            "steps": _EXACT_STEPS,
            **super().parameters(plan),
        }

    def measure(self, plan: Plan) -> list[Measurement]:
        """The largest relative defects of p_t and q_t on orbits that start on the curve."""
        with ctx.workprec(working_bits(plan.digits + 20)):
            return [self._defects(plan, eta, p0) for p0, _ in plan.starts for eta in plan.etas]

    def _defects(self, plan: Plan, eta: sp.Rational, p0: sp.Rational) -> Measurement:
        curve = compile_balls([plan.family.response], [P])
        numbers = compile_balls([self.kappa, self.factor], [EPSILON])
        kappa, factor = numbers(arb(exact(plan.epsilon(eta))))
        # The start is rational, so it is on the curve only to some digits more than are compared.
        digits = plan.digits + 10
        q0 = _rounded(kappa * evaluate(curve, (exact(p0),), ctx.prec)[0], digits)
        stops = Stops(_EXACT_STEPS, escape=FAR * plan.model.response.scale)
        orbit = iterate(compile_loop(plan.model), eta, (p0, q0), stops, digits=digits)
        worst, place, predicted = arb(0), 0, arb(exact(p0))
        for t, (p, q) in enumerate(zip(orbit.p, orbit.q, strict=True)):
            height = kappa * evaluate(curve, (predicted.mid(),), ctx.prec)[0]
            defect = max(abs(p / predicted - 1), abs(q / height - 1))
            if defect > worst:
                worst, place = defect, t
            predicted = (-factor * predicted).mid()
        good = -worst.upper().log() / arb(10).log() if worst > 0 else arb(digits)
        where = {"eta": str(eta), "p0": str(p0), "q0": str(sp.N(q0, 20)), "t": str(place)}
        return Measurement(float(plan.epsilon(eta)), {"digits": float(good)}, where)

    def judge(self, plan: Plan, runs: Sequence[Measurement]) -> Judgement:
        """p_t and q_t must agree with their formulas to `digits` digits on every orbit."""
        worst = min(runs, key=lambda run: run.values["digits"])
        digits = worst.values["digits"]
        found = {
            "kappa": str(self.kappa),
            "factor": str(self.factor),
            "digits that agree": f"{digits:.1f}",
        }
        if not digits >= plan.digits:
            objection = f"agrees to {digits:.1f} digits only at t = {worst.where['t']}"
            return Judgement(objection, worst.where, found, Evidence.DERIVED)
        return Judgement("", None, found, Evidence.DERIVED)


def _rounded(x: arb, digits: int) -> sp.Rational:
    scale = sp.Integer(10) ** (digits + 5)
    return sp.Rational(int((x * int(scale)).mid().floor().fmpz()), scale)


def _claim(label: str, plan: Plan) -> Claim:
    curve = exact_curve(plan.model)
    if curve is None:
        raise NotApplicableError("the slow curve is not a multiple of r for this response")
    return ExactClaim(label, curve.kappa, curve.factor)


FORMS = (
    Form(
        "exact",
        100,
        says=lambda laws: laws.exact,
        claim=_claim,
        origin=NEW,
        refuted_by=(
            r"a step after which $\taQ$ is not $\kappa\taR(\taP)$, or $\taP$ not its multiple,"
            " to the digits that were carried"
        ),
        rests_on=("reduced-map",),
        numbers={
            "kappa": r"$\kappa$ as a function of $\taEps$",
            "factor": r"$|\taP'/\taP|$ on the curve",
            "digits that agree": r"of $\taP_t$ and $\taQ_t$ with their formulas, the fewest on any "
            "orbit",
        },
    ),
)
