"""The pairs of orbits whose limits are compared."""

import pytest
import sympy as sp
from mpmath import mp

from trajalign.theory import Activation, SingleNeuron
from trajalign.verification.measuring.plans import Plan
from trajalign.verification.statements import exponential_alignment
from trajalign.verification.statements.exponential_alignment import _compared, _partner

HALF_ROOT = SingleNeuron(Activation.parse("2*z/(1+sqrt(1+z**2))"))
TANH = SingleNeuron(Activation.parse("tanh"))
UNLUCKY = sp.Rational(-5, 8), sp.Rational(829, 1000)


def image(p: sp.Rational, q0: sp.Rational) -> mp.mpf:
    """One step at frozen q0, with r = 4/(s(1+s)²), s = √(1 + z²), for φ = 2z/(1 + s)."""
    p, q0 = (mp.mpf(int(x.p)) / int(x.q) for x in (p, q0))
    s = mp.sqrt(1 + p**2)
    return (1 - 2 * 4 / (s * (1 + s) ** 2) / q0) * p


def test_the_other_orbit_is_not_by_chance_the_same_after_a_step():
    """From ±5/8 and 3/4 of it the first step leads nearly to the same p."""
    p0, q0 = UNLUCKY
    usual = sp.Rational(3, 4) * p0
    assert abs(image(p0, q0) - image(usual, q0)) < 0.005
    other = _partner(HALF_ROOT, UNLUCKY)
    assert other != usual
    assert abs(image(p0, q0) - image(other, q0)) > 0.05


def test_where_nothing_coincides_it_is_three_quarters():
    p0, q0 = sp.Rational(1, 8), sp.Rational(9, 10)
    assert _partner(HALF_ROOT, (p0, q0)) == sp.Rational(3, 4) * p0


@pytest.mark.parametrize(("most", "runs"), [(50, False), (10_000, True)])
def test_more_digits_than_an_orbit_can_have_are_not_tried(monkeypatch, most, runs):
    monkeypatch.setattr(exponential_alignment, "_MOST_DIGITS", most)
    plan = Plan(TANH).with_runs(0.75, sp.Rational(1, 50))
    # reference.md §3: tanh, q0 = 0.85 has Λ = 0.5454…, so −log₁₀ Δq* ≈ 0.545·100/2.303 = 23.7;
    # 40 more are carried.
    start = sp.Rational(1, 2), sp.Rational(17, 20)
    found = _compared(plan, sp.Rational(1, 100), start)
    assert bool(found.values) is runs
    assert ("takes 63 digits" in found.where.get("trouble", "")) is not runs
