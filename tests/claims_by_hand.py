"""The coefficients of the statements by hand, and claims made and judged on a plan's runs.

With k = r''(0), near p = 0 on the curve q = r(p)(1 + hε):

    flip          g₁(p) = (1 − 2r)p = −p − k p³ + …, so g₁(g₁(p)) = p + 2k p³ + …
    h(0)          −1/(2k) for the linear model, −1/k for the neuron (theory, section 3)
    limit         q* = 1 + h(0) ε
    saturation    at p = 0 the sharpness is 2/(ηq), hence 2/η − 2h(0) ε/η
    crossing      t_b ε → |k| ln(1/η) (linear), (|k|/4) ln(1/η) (neuron)
    gap           with x = k p²/2, q = (1+x)(1+hε): ηλ/2 = (1+3x)/q = 1 + 2x − hε and
                  ηλ̃/2 = 1 + 2(q − 1) = 1 + 2x + 2hε, so η(λ − λ̃) = −6 h(0) ε at p = 0,
                  the largest value for all responses here
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import mpmath as mp
import sympy as sp
from planned import planned

from trajalign.theory.models import of as model_of
from trajalign.verification.measuring.claims import Claim, Judgement
from trajalign.verification.measuring.plans import Plan
from trajalign.verification.running.trials import Trial, collect

# r''(0) by hand. Losses: ℓ''''(0)/3. Neurons: φ = z + a z³ gives r = 1 + 4a z² + …, k = 8a.
CURVATURE: dict[tuple[str, str], sp.Expr] = {
    ("linear", "log(cosh(z))"): sp.Rational(-2, 3),  # tanh z/z = 1 − z²/3
    ("linear", "sqrt(1+z**2)"): sp.Integer(-1),  # (1+z²)^(−1/2)
    ("linear", "z*atan(z) - log(1+z**2)/2"): sp.Rational(-2, 3),  # atan z/z = 1 − z²/3
    ("linear", "3*log(sinh(z)/z)"): sp.Rational(-2, 15),  # coth z − 1/z = z/3 − z³/45
    ("linear", "4*log(cosh(z/2))"): sp.Rational(-1, 6),  # log-cosh stretched by 2
    ("linear", "log(cosh(z))/2 + sqrt(1+z**2)/2"): sp.Rational(-5, 6),  # the mean
    ("neuron", "tanh(z)"): sp.Rational(-8, 3),
    ("neuron", "z/sqrt(1+z**2)"): sp.Integer(-4),
    ("neuron", "atan(z)"): sp.Rational(-8, 3),
    ("neuron", "2*atan(tanh(z/2))"): sp.Rational(-4, 3),  # gd z = z − z³/6
    ("neuron", "erf(sqrt(pi)*z/2)"): -2 * sp.pi / 3,  # z − πz³/12
    ("neuron", "4/(1+exp(-z)) - 2"): sp.Rational(-2, 3),  # 2 tanh(z/2) = z − z³/12
    ("neuron", "tanh(z)/2 + z/sqrt(1+z**2)/2"): sp.Rational(-10, 3),  # a = −(1/3 + 1/2)/2
}
RESPONSES = list(CURVATURE)


def expected_coefficients(kind: str, text: str) -> dict[str, sp.Expr]:
    k = CURVATURE[kind, text]
    h = -1 / (2 * k) if kind == "linear" else -1 / k
    return {
        "bifurcation/flip": 2 * k,
        f"{kind}/alignment": h,
        f"{kind}/limit": h,
        f"{kind}/saturation": -2 * h,
        f"{kind}/crossing": -k if kind == "linear" else -k / 4,
        f"{kind}/progressive-sharpening": 6 * h,
    }


@cache
def plan_of(kind: str, text: str, top: sp.Rational | None = None) -> Plan:
    return planned(model_of(kind, text), top)


@dataclass(frozen=True)
class Tried:
    claim: Claim
    judgement: Judgement

    @property
    def quantities(self) -> Any:
        return self.judgement.quantities


def tried(plan: Plan, claims: Sequence[Claim]) -> list[Tried]:
    """Judge claims on the same runs: orbit claims of one plan share every orbit."""
    found = collect([Trial(claim, plan) for claim in claims], None)
    return [
        Tried(claim, claim.judge(plan, entry.runs))
        for claim, entry in zip(claims, found, strict=True)
    ]


# The responses once more, for mpmath.
R_MPMATH = {
    "log(cosh(z))": lambda z: mp.tanh(z) / z,
    "sqrt(1+z**2)": lambda z: 1 / mp.sqrt(1 + z**2),
    "z*atan(z) - log(1+z**2)/2": lambda z: mp.atan(z) / z,
    "3*log(sinh(z)/z)": lambda z: 3 * (mp.coth(z) - 1 / z) / z,
    "4*log(cosh(z/2))": lambda z: 2 * mp.tanh(z / 2) / z,
    "log(cosh(z))/2 + sqrt(1+z**2)/2": lambda z: mp.tanh(z) / z / 2 + 1 / mp.sqrt(1 + z**2) / 2,
    "tanh(z)": lambda z: mp.tanh(z) * mp.sech(z) ** 2 / z,
    "z/sqrt(1+z**2)": lambda z: (1 + z**2) ** -2,
    "atan(z)": lambda z: mp.atan(z) / (z * (1 + z**2)),
    "2*atan(tanh(z/2))": lambda z: mp.atan(mp.sinh(z)) * mp.sech(z) / z,
    "erf(sqrt(pi)*z/2)": lambda z: mp.erf(mp.sqrt(mp.pi) * z / 2) * mp.exp(-mp.pi * z**2 / 4) / z,
    "4/(1+exp(-z)) - 2": lambda z: 2 * mp.tanh(z / 2) * mp.sech(z / 2) ** 2 / z,
    "tanh(z)/2 + z/sqrt(1+z**2)/2": lambda z: (
        (mp.tanh(z) + z / mp.sqrt(1 + z**2)) * (mp.sech(z) ** 2 + (1 + z**2) ** -1.5) / (4 * z)
    ),
}
