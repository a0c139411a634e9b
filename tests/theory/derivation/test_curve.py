"""The derived slow curve against reference.md §3, §4 and against orbits of the zoo's own maps."""

import json

import pytest
import sympy as sp
from derivations_helper import last_side
from mpmath import mp
from zoo import BY_NAME, PROBLEMS, Problem

from trajalign.theory.derivation.claims import Derivation, Identity, Solution
from trajalign.theory.derivation.curve import derivations
from trajalign.theory.derivation.neuron.exact import derivations as exact_derivations
from trajalign.theory.derivation.notation import EPSILON, ETA, KAPPA, H
from trajalign.theory.derivation.response import derivations as response_derivations
from trajalign.theory.derivation.serialization import derivation_of, to_json
from trajalign.theory.expressions.parsing import Z
from trajalign.theory.models import (
    PHI_SQUARED,
    Activation,
    Loss,
    P,
    R,
    SingleNeuron,
    TwoLayerLinear,
)

r, slope, w = R(P), sp.diff(R(P), P), PHI_SQUARED(P)
RATIONAL = [p for p in PROBLEMS if p.name in ("log-cosh", "pseudo-huber", "atan", "tanh")]


def chapter(problem: Problem, order: int) -> dict[str, Derivation]:
    model = problem.model
    chapters = (response_derivations, derivations, exact_derivations)
    found = [derivation for chapter in chapters for derivation in chapter(model, order)]
    return {derivation.label.partition("/")[2]: derivation for derivation in found}


def closed(derivation: Derivation, k: int) -> sp.Expr:
    """h_k as a function of P, its letters spelled out."""
    e = last_side(derivation, f"h{k}-closed")
    letters = [s.claim.sides for s in derivation.steps if s.name.startswith("letter-")]
    for _ in letters:
        e = e.subs(dict(letters))
    return e


def test_h1_is_that_of_theory_md() -> None:
    linear, neuron = (chapter(BY_NAME[name], 1)["alignment"] for name in ("log-cosh", "tanh"))
    expected = -(P * r**3 / slope + P**2 * r**2) / 2
    assert sp.cancel(last_side(linear, "h1") - expected) == 0
    assert sp.cancel(last_side(neuron, "h1") + w * r / (P * slope)) == 0
    for derivation in (linear, neuron):
        (step,) = (s for s in derivation.steps if s.name == "h1")
        assert isinstance(step.claim, Solution)
        assert step.claim.unknown == H[1](P)


def test_the_small_parameter_is_eta_squared_and_eta() -> None:
    assert last_side(chapter(BY_NAME["log-cosh"], 1)["alignment"], "eps") == sp.sqrt(EPSILON)
    assert last_side(chapter(BY_NAME["tanh"], 1)["alignment"], "eps") == EPSILON


@pytest.mark.parametrize("order", [1, 2, 3])
def test_each_order_has_its_step(order: int) -> None:
    curve = chapter(BY_NAME["pseudo-huber"], order)["slow-curve"]
    found = {step.name: step.claim.sides[0] for step in curve.steps if step.claim.sides}
    assert [k for k in range(2, 6) if f"h{k}" in found] == list(range(2, order + 1))
    assert all(found[f"h{k}"] == H[k](P) for k in range(2, order + 1))


@pytest.mark.thorough
def test_the_fourth_order_is_left_in_terms_of_the_lower_ones() -> None:
    curve = chapter(BY_NAME["algebraic"], 4)["slow-curve"]
    (step,) = (s for s in curve.steps if s.name == "h4")
    assert isinstance(step.claim, Solution)
    assert last_side(curve, "h4-closed") == sp.Rational(7, 128)


def test_the_closed_forms_of_pseudo_huber() -> None:
    curve = chapter(BY_NAME["pseudo-huber"], 2)["slow-curve"]
    expected = (1 / (2 * (1 + P**2)), (P**2 + 2) / (4 * (1 + P**2) ** 2))
    for k, h in enumerate(expected, start=1):
        assert sp.cancel(last_side(curve, f"h{k}-closed") - h) == 0


def test_the_values_of_log_cosh_at_zero() -> None:
    curve = chapter(BY_NAME["log-cosh"], 2)["slow-curve"]
    values = [last_side(curve, f"h{k}-series").subs(P, 0) for k in (1, 2)]
    assert values == [sp.Rational(3, 4), sp.Rational(63, 80)]


def test_the_constants_of_the_exactly_solvable_neuron() -> None:
    curve = chapter(BY_NAME["algebraic"], 3)["slow-curve"]
    values = [last_side(curve, f"h{k}-closed") for k in (1, 2, 3)]
    assert values == [sp.Rational(1, 4), sp.Rational(1, 8), sp.Rational(5, 64)]


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_h1_in_closed_form_is_that_of_the_zoo(problem: Problem) -> None:
    h = closed(chapter(problem, 1)["slow-curve"], 1)
    with mp.workdps(30):
        for p in (mp.mpf("0.3"), mp.mpf("0.9")):
            value = mp.mpf(sp.N(h.subs(P, sp.Float(str(p), 40)), 30))
            assert abs(value - problem.h(p)) < mp.mpf(10) ** -18 * (1 + abs(value))


@pytest.mark.parametrize("problem", RATIONAL, ids=str)
def test_a_step_of_the_zoo_stays_on_the_curve_to_third_order(problem: Problem) -> None:
    curve = chapter(problem, 2)["slow-curve"]
    h = [sp.lambdify(P, closed(curve, k), "mpmath") for k in (1, 2)]

    def height(p: mp.mpf, epsilon: mp.mpf) -> mp.mpf:
        return problem.r(p) * (1 + epsilon * h[0](p) + epsilon**2 * h[1](p))

    def defect(epsilon: mp.mpf) -> mp.mpf:
        p, eta = mp.mpf("0.6"), epsilon ** (mp.mpf(1) / problem.epsilon_power)
        p_next, q_next = problem.step(p, height(p, epsilon), eta)
        return q_next - height(p_next, epsilon)

    with mp.workdps(60):
        ratio = defect(mp.mpf("1e-6")) / defect(mp.mpf("0.5e-6"))
    assert abs(ratio - 8) < 1e-3


def test_the_exact_curve_of_theory_md() -> None:
    exact = chapter(BY_NAME["algebraic"], 1)["exact"]
    assert last_side(exact, "kappa") == 2 / (1 + sp.sqrt(1 - ETA))
    assert last_side(exact, "p-next") == -sp.sqrt(1 - ETA) * P
    (step,) = (s for s in exact.steps if s.name == "q-next")
    assert step.claim.sides[1].func == sp.Mul
    assert step.claim.sides[1].has(KAPPA)


def test_a_stretched_algebraic_neuron_has_one_too_and_others_have_none() -> None:
    stretched = SingleNeuron(Activation.parse("z/sqrt(1+4*z**2)"))
    exact = exact_derivations(stretched, 1)[-1]
    assert exact.label == "neuron/exact"
    assert last_side(exact, "constant") == sp.Rational(1, 16)
    assert last_side(exact, "p-next") == -sp.sqrt(4 - ETA) / 2 * P
    for name in ("tanh", "pseudo-huber"):
        assert "exact" not in chapter(BY_NAME[name], 1)


def test_without_a_closed_form_there_is_the_series() -> None:
    mixed = TwoLayerLinear(Loss.parse("(sqrt(1+z**2) + log(cosh(z)))/2"))
    curve = derivations(mixed, 2)[1]
    names = {step.name for step in curve.steps}
    assert "h1-closed" not in names
    assert last_side(curve, "h1-series").subs(P, 0) == sp.Rational(3, 5)  # −1/(2 r''(0)), −5/6


def test_without_rational_coefficients_there_are_the_general_formulas() -> None:
    half = sp.sqrt(2) / 2
    e = half * sp.log(sp.cosh(Z)) + (1 - half) * sp.sqrt(1 + Z**2)
    curve = derivations(TwoLayerLinear(Loss(e, "mixed")), 2)[1]
    assert curve.steps[-1].name == "invariant"


@pytest.mark.parametrize("name", ["log-cosh", "algebraic"])
def test_every_derivation_survives_json(name: str) -> None:
    for derivation in chapter(BY_NAME[name], 2).values():
        assert derivation_of(json.loads(json.dumps(to_json(derivation)))) == derivation


def test_a_closed_form_rests_on_the_letters_it_is_written_in() -> None:
    curve = chapter(BY_NAME["log-cosh"], 2)["slow-curve"]
    (step,) = (s for s in curve.steps if s.name == "h2-closed")
    assert isinstance(step.claim, Identity)
    assert "letter-tanh" in step.uses
