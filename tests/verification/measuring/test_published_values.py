"""What is measured, against the numbers of reference.md and a descent in NumPy."""

from dataclasses import replace
from functools import cache

import mpmath as mp
import numpy as np
import pytest
import sympy as sp
from claims_by_hand import plan_of, tried

from trajalign.verification.ledger import claim_for
from trajalign.verification.measuring.plans import Plan

# theory, section 4: (q* − 1)/ε at the step sizes given.
PUBLISHED = [
    ("linear", "log(cosh(z))", "1/10", (0.75802085, 0.75197786, 0.75049276)),
    ("linear", "sqrt(1+z**2)", "1/10", (0.50506313, 0.50125392, 0.50031274)),
    ("neuron", "tanh(z)", "1/50", (0.38007916, 0.37751764, 0.37625341)),
]


@cache
def limit_values(plan: Plan, kind: str) -> list[float]:
    (entry,) = tried(plan, [claim_for(f"{kind}/limit", plan)])
    assert entry.judgement.objection == ""
    return [float(value) for value in entry.quantities["values"]]


@pytest.mark.parametrize(("kind", "text", "top", "values"), PUBLISHED)
def test_limits_agree_with_the_reference_values(
    kind: str, text: str, top: str, values: tuple[float, ...]
) -> None:
    # What is left of the start at η = 1/50 is some exp(−Λ/η)/η ~ 10⁻⁸.
    plan = plan_of(kind, text, sp.Rational(top))
    assert limit_values(plan, kind)[:3] == pytest.approx(values, abs=3e-8)


def test_algebraic_neuron_ends_at_kappa() -> None:
    """q* = κ = 2/(1 + √(1−η)) to every power of η (theory, section 3)."""
    plan = plan_of("neuron", "z/sqrt(1+z**2)")
    kappas = [2 / (1 + mp.sqrt(1 - mp.mpf(eta.p) / eta.q)) for eta in plan.etas]
    expected = [float((k - 1) * eta.q / eta.p) for k, eta in zip(kappas, plan.etas, strict=True)]
    # What is left of the start is exp(−Λ/η) with Λ ≈ 0.1 and more: nothing at η < 1/100.
    assert limit_values(plan, "neuron")[2:] == pytest.approx(expected[2:], rel=1e-9)
    assert limit_values(plan, "neuron") == pytest.approx(expected, rel=1e-4)


def test_plain_gradient_descent_in_numpy_ends_where_the_orbits_do() -> None:
    """No reduced map, no balls: U, v of width 3 in doubles, ℓ = log cosh, η = 1/10, x = e₁."""
    eta, rng = 0.1, np.random.default_rng(0)
    a, b = rng.normal(size=3), rng.normal(size=3)  # Uᵀx and v; the rest of U never moves
    b -= a * (a @ b) / (a @ a)  # a·b = 0, then tilt so that p0 = 0.4 at ‖a‖² + ‖b‖² = 2/(ηq0)
    size = 2 / (eta * 0.87)
    a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
    angle = 0.5 * np.arcsin(2 * 0.4 / size)
    a, b = np.cos(angle) * a + np.sin(angle) * b, np.sin(angle) * a + np.cos(angle) * b
    a, b = a * np.sqrt(size / 2), b * np.sqrt(size / 2)
    assert a @ b == pytest.approx(0.4)
    for _ in range(5000):
        slope = np.tanh(a @ b)
        a, b = a - eta * slope * b, b - eta * slope * a
    assert abs(a @ b) < 1e-9
    q_end = 2 / (eta * (a @ a + b @ b))
    plan = plan_of("linear", "log(cosh(z))", sp.Rational(1, 10))
    assert (q_end - 1) / eta**2 == pytest.approx(limit_values(plan, "linear")[0], abs=1e-8)
    assert (q_end - 1) / eta**2 == pytest.approx(0.75802085, abs=1e-7)


def test_gap_of_a_stretched_neuron_exceeds_one() -> None:
    """φ = 2 tanh(z/2) has k = −2/3, h(0) = 3/2: sup |λ − λ̃| tends to 9.

    So "|λ − λ̃| ≤ 1 + O(η)", true of the linear model where the gap is O(η), is false here.
    """
    plan = plan_of("neuron", "2*tanh(z/2)")
    claim = claim_for("neuron/progressive-sharpening", plan)
    one = replace(claim, coefficient=sp.Integer(1), falsified="1 + O(eta)")
    entry, bounded_by_one = tried(plan, [claim, one])
    assert entry.judgement.objection == ""
    gaps = [float(gap) for gap in entry.quantities["sup |sharpness - surrogate|"]]
    assert gaps[-1] == pytest.approx(9, rel=0.01)
    assert [abs(gap - 9) for gap in gaps] == sorted((abs(gap - 9) for gap in gaps), reverse=True)
    assert bounded_by_one.judgement.objection
