"""The flip: where q passes 1 with q frozen, p = 0 changes stability and a 2-cycle is born."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sympy as sp
from flint import arb, ctx

from ...numerics.compile.balls import compile_balls, exact
from ...numerics.precision import working_bits
from ...theory.curve.flat import first_terms
from ...theory.models import P, Q
from ...theory.series import taylor
from ..measuring.claims import Claim, DirectClaim, Judgement, Measurement, worst, wrong_coefficients
from ..measuring.flat_claims import not_flat
from ..measuring.frozen_map import NUDGE, STEPS, iterated
from ..measuring.ladder import Finding, Ladder
from ..measuring.plans import Plan
from ..numbers import number
from ..quantities import Compared, Order, Quantities
from ..statement import NEW, PAPER, REGULAR, Form


@dataclass(frozen=True)
class FlipClaim(DirectClaim):
    """g₁(g₁(p)) = p + a pᵈ + O(p^(d+order)), d = `degree`, g_q'(0) = `multiplier`; the cycle is
    born stable iff a < 0.

    `vanishes` says that the coefficient of p^(d+order) is known to be 0. `power`: of p, in which
    g_q(p)/p is a series; 2 where g_q is odd.
    """

    coefficient: sp.Expr
    multiplier: sp.Expr
    order: float = 2
    vanishes: bool = False
    power: int = 2
    degree: int = 3

    def falsified_copies(self) -> list[Claim]:
        """A wrong coefficient, multiplier or order."""
        return [
            *wrong_coefficients(self, self.coefficient),
            self.wrong("multiplier 1 - 1/q", multiplier=1 - 1 / Q),
            self.wrong("order one too high", order=self.order + 2),
        ]

    def measure(self, plan: Plan) -> list[Measurement]:
        """(g₁(g₁(p)) − p)/pᵈ on a ladder of p, and the worst error of the multiplier."""
        g = compile_balls(plan.family.step, [P, Q])
        multiplier = compile_balls(self.multiplier, [Q])
        scale = plan.model.response.scale / 8
        runs = []
        with ctx.workprec(working_bits(plan.digits)):
            for k in range(plan.effort.halvings):
                p = arb(exact(scale / 2**k)).mid()
                twice, near = iterated(g, p, arb(1), 2), (p * NUDGE).mid()
                value = (twice - p) / p**self.degree
                errors = [
                    abs(iterated(g, p, q, 1) / p - multiplier(q)[0])
                    for q in (arb(2), arb(3) / 2, arb(3) / 4, arb(1) / 2)
                ]
                values = {
                    "value": float(value),
                    "residual": float(value - compile_balls(self.coefficient, [])()[0]),
                    "multiplier": worst(map(float, errors)),
                    "inside": float(abs(iterated(g, near, arb(21) / 20, STEPS)) < near),
                    "outside": float(abs(iterated(g, near, arb(19) / 20, 10)) > near),
                }
                where = {"p": str(scale / 2**k), "q": "1", "g(g(p))": twice.str(12, radius=False)}
                runs.append(Measurement(float(p), values, where))
        return runs

    def judge(self, plan: Plan, runs: Sequence[Measurement]) -> Judgement:
        """Coefficient and order of the normal form; stability on both sides of q = 1."""
        sizes = tuple(run.epsilon for run in runs)
        ladder = Ladder(
            number(self.coefficient),
            tuple(p**self.power for p in sizes),
            tuple(run.values["value"] for run in runs),
            tuple(run.values["residual"] for run in runs),
        )
        errors = tuple(run.values["multiplier"] for run in runs)
        multiplier = Ladder(1.0, sizes, errors, errors)
        supercritical = bool(self.coefficient < 0)
        found: Quantities = {
            "coefficient": Compared.of(self.coefficient, ladder.extrapolated),
            "order": Order.of(
                self.degree + self.order, self.degree + self.power * ladder.order, "p"
            ),
            "order of the multiplier's error": f"{multiplier.order:.3f}",
            "criticality": "supercritical" if supercritical else "subcritical",
        }
        finding = ladder.judge(self.order / self.power, vanishes=self.vanishes)
        off = multiplier.judge_order(self.degree - 1 if self.power == 2 else 1)
        if not finding and off:
            text = f"g_q'(0) is not {self.multiplier}: off by {errors[-1]:.3g}"
            finding = Finding(text if off.objection else "", "" if off.objection else text)
        # Far below the cycle's size, so that only the sign of the multiplier's excess decides.
        if not finding and not (runs[-1].values["inside"] and runs[-1].values["outside"]):
            finding = Finding("p = 0 does not change stability at q = 1")
        witness = runs[-1].where if finding.objection else None
        return Judgement(finding.objection, witness, found, undecided=finding.undecided)


def _claim(label: str, plan: Plan) -> Claim:
    family = plan.family
    bend, fourth, fifth = _beyond(plan)
    order, leading = (2, fifth) if fourth == 0 else (1, fourth)
    return FlipClaim(
        label,
        family.flip_coefficient,
        family.trivial_multiplier,
        order,
        vanishes=leading == 0,
        power=2 if bend == 0 else 1,
    )


def _beyond(plan: Plan) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
    """The coefficient of p² in g₁, and those of p⁴ and p⁵ in g₁∘g₁."""
    once = sp.Poly(P - 2 * _truncated(plan.model.response.slope), P)
    twice = sp.Poly(0, P)
    for c in once.all_coeffs():  # Horner's rule
        twice = twice * once + sp.Poly(c, P)
    bend, *others = (
        sp.expand(poly.coeff_monomial(P**k)) for poly, k in ((once, 2), (twice, 4), (twice, 5))
    )
    return bend, others[0], others[1]


def _truncated(slope: sp.Expr) -> sp.Expr:
    return sp.Add(*(c * P**k for k, c in enumerate(taylor(slope, 6))))


def _flat(label: str, plan: Plan) -> Claim:
    """g₁ = −p + (2ρ/β) p^(β+1) + …, so that g₁∘g₁ = p − (4ρ/β) p^(β+1) + …, and next comes what r
    has next, or the square of the first."""
    beta, rho, following = first_terms(plan.model.response)
    multiplier = plan.family.trivial_multiplier
    return FlipClaim(label, -4 * rho / beta, multiplier, following, degree=beta + 1)


FORMS = (
    Form(
        "bifurcation/flip",
        30,
        says=lambda laws: (
            r"with $\taQ$ frozen, $\taP = 0$ has multiplier $1 - 2/\taQ$; the flip at $\taQ = 1$ "
            rf"is supercritical iff ${laws.flip}$"
        ),
        claim=_claim,
        needs=lambda laws: (*REGULAR, "curved"),
        origin=PAPER,
        refuted_by=(
            r"another limit of $(g_1(g_1(\taP)) - \taP)/\taP^3$ as $\taP \to 0$ than the one "
            r"derived; or near 0 an orbit that grows at $\taQ = 21/20$, or shrinks at $\taQ = "
            "19/20$"
        ),
        rests_on=("reduced-map",),
        numbers={
            "coefficient": r"the cubic term of $g_1 \circ g_1$; $2\taR''(0)$ where $\taR$ is even"
        },
    ),
    Form(
        "bifurcation/flat-flip",
        35,
        says=lambda laws: (
            r"with $\taQ$ frozen and $\taR''(0) = 0$, the flip at $\taQ = 1$ is supercritical iff "
            r"the first derivative of $\taR$ at $0$ that is not $0$ is negative"
            if laws.flat
            else ""
        ),
        claim=_flat,
        needs=lambda laws: REGULAR,
        origin=NEW,
        refuted_by=(
            r"another limit of $(g_1(g_1(\taP)) - \taP)/\taP^{\beta+1}$ as $\taP \to 0$ than "
            "the one derived"
        ),
        rests_on=("reduced-map",),
        numbers={
            "coefficient": r"of $\taP^{\beta+1}$ in $g_1 \circ g_1$: $-4\rho/\beta$, where "
            r"$\taR = 1 - \rho|\taP|^\beta/\beta + \dots$"
        },
        silent=not_flat,
    ),
)
