"""The derived bifurcation diagram against reference.md §2 and against mpmath."""

import json
from typing import Any

import pytest
import sympy as sp
from derivations_helper import last_side
from mpmath import mp
from zoo import BY_NAME, PROBLEMS, Problem

from trajalign.theory.derivation.frozen import derivations
from trajalign.theory.derivation.notation import FOURTH, SECOND, THIRD, X
from trajalign.theory.derivation.serialization import derivation_of, derivative_at, to_json
from trajalign.theory.models import P, Q, R

curvature = derivative_at(R, 2, sp.S.Zero)
FLIP, CRITERION, CYCLE = derivations(BY_NAME["log-cosh"].model, 2)


def test_the_multiplier_and_the_normal_form_at_the_flip() -> None:
    assert last_side(FLIP, "multiplier") == 1 - 2 / Q
    assert sp.expand(last_side(FLIP, "square") - (P + 2 * curvature * P**3)) == 0


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_the_coefficient_of_the_flip_is_twice_the_curvature(problem: Problem) -> None:
    flip, *_ = derivations(problem.model, 2)
    (verdict,) = (step for step in flip.steps if step.name == "verdict")
    assert verdict.claim.sides[-1] == 2 * problem.curvature
    assert verdict.claim.relation == "<"
    assert "supercritical" in verdict.text


def test_the_criterion_is_that_of_theory_md() -> None:
    cubic = last_side(CRITERION, "twice").coeff(X, 3)
    expected = -2 * (3 * THIRD**2 - SECOND * FOURTH) / (3 * SECOND**2)
    assert sp.cancel(cubic - expected) == 0
    assert last_side(CRITERION, "frozen") == -3 * curvature


@pytest.mark.parametrize("name", ["log-cosh", "pseudo-huber", "tanh", "algebraic"])
def test_the_multiplier_of_the_2_cycle_is_the_slope_of_two_steps(name: str) -> None:
    problem = BY_NAME[name]
    multiplier: Any = last_side(CYCLE, "multiplier")
    with mp.workdps(40):
        p = mp.mpf(3) / 5
        q = problem.r(p)

        def step(z: Any) -> Any:
            return (1 - 2 * problem.r(z) / q) * z

        slope = sp.Float(problem.r_slope(p), 30)
        value = multiplier.subs(sp.diff(R(P), P), slope).subs(R(P), sp.Float(q, 30))
        found = mp.mpf(str(value.subs(P, sp.Rational(3, 5))))
        assert mp.almosteq(step(step(p)), p)
        assert mp.almosteq(found, mp.diff(lambda z: step(step(z)), p), rel_eps=mp.mpf("1e-15"))


@pytest.mark.parametrize("derivation", [FLIP, CRITERION, CYCLE], ids=lambda d: d.label)
def test_they_come_back_from_json(derivation: object) -> None:
    assert derivation_of(json.loads(json.dumps(to_json(derivation)))) == derivation
