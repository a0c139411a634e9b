"""The step about the slow curve as derived, against the zoo's own maps and formulas by hand."""

import json

import pytest
import sympy as sp
from derivations_helper import derivations_of, last_side
from mpmath import mp
from third_models import TANH, TIED, wrong
from zoo import BY_NAME

from trajalign.theory.derivation import Definition, Derivation
from trajalign.theory.derivation.notation import (
    INVERSE,
    MISFIT,
    MISFIT_NEXT,
    P_NEXT,
    PACE,
    Q_NEXT,
    SIGMA,
    SQUARED,
    H,
    S,
)
from trajalign.theory.derivation.serialization import derivation_of, to_json
from trajalign.theory.derivation.uniform import derivations
from trajalign.theory.models import EPSILON, PHI_SQUARED, Model, P, Q, R
from trajalign.verification.derivations.judging import check_derivation

x = P**2
# r, φ², h_1, h_2 and h_3(0) of reference.md §3, of the two responses for which they are short.
CLOSED = {
    "pseudo-huber": (
        1 / sp.sqrt(1 + x),
        sp.S.Zero,
        1 / (2 * (1 + x)),
        (x + 2) / (4 * (1 + x) ** 2),
    ),
    "algebraic": ((1 + x) ** -2, x / (1 + x), sp.Rational(1, 4), sp.Rational(1, 8)),
}


def chapters(model: Model) -> tuple[Derivation, Derivation]:
    about, uniform = derivations(model, 2)
    return about, uniform


def in_full(e: sp.Expr, name: str) -> sp.Expr:
    """With ι, r, φ², h_1 and h_2 put in."""
    functions, values = (INVERSE, R, PHI_SQUARED, H[1], H[2]), (1 / R(P), *CLOSED[name])
    for function, value in zip(functions, values, strict=True):
        e = e.replace(function, lambda at, value=value: sp.sympify(value).subs(P, at))
    return e


@pytest.mark.parametrize("name", CLOSED)
def test_a_step_of_the_zoo_changes_v_by_x_phi(name: str) -> None:
    problem = BY_NAME[name]
    about, _ = chapters(problem.model)
    epsilon, p, q = sp.Rational(1, 100), sp.Rational(3, 5), sp.Rational(4, 5)
    with mp.workdps(40):
        eta = mp.mpf(1) / 100 if problem.epsilon_power == 1 else mp.mpf(1) / 10
        p_next, q_next = problem.step(mp.mpf(3) / 5, mp.mpf(4) / 5, eta)
        known = {P_NEXT: sp.Float(p_next, 40), Q_NEXT: sp.Float(q_next, 40)}
        for step in about.steps[: [s.name for s in about.steps].index("step")]:
            if isinstance(step.claim, Definition):
                value = in_full(step.claim.value, name).xreplace(known)
                known[step.claim.name] = value.xreplace({EPSILON: epsilon, P: p, Q: q})
        change = known[MISFIT_NEXT] - known[MISFIT]
        derived = (last_side(about, "step") - MISFIT).xreplace(known)
        assert abs(sp.N(change - derived, 40)) < sp.Float("1e-33")
        assert abs(sp.N(change, 40)) > sp.Float("1e-3")


def test_the_normal_forms_are_those_of_the_reference() -> None:
    (linear, _), (neuron, _) = (chapters(BY_NAME[name].model) for name in ("log-cosh", "tanh"))
    omega = sp.Symbol("omega", nonnegative=True)
    growth = R(P) ** 2 * (2 * S - 1)
    epsilon_x = EPSILON * SQUARED
    expected = {
        linear: (2 * (S - 1) / S + epsilon_x * R(P) ** 2, growth / (1 - epsilon_x * growth)),
        neuron: (2 * (S - 1) / S, (1 / (1 - epsilon_x * omega) ** 2 - 1) / epsilon_x),
    }
    for about, (gamma, tau) in expected.items():
        assert sp.cancel(last_side(about, "gamma-form") - gamma) == 0
        assert sp.cancel(last_side(about, "tau") - tau) == 0


@pytest.mark.parametrize("name", ["log-cosh", "tanh"])
def test_h2_is_the_formula_in_derivatives_with_respect_to_x(name: str) -> None:
    """[(4h₁² + g₀²)ρ' + 2x g₀²ρ'' − κ − 2g₀h₁']/(4ρ') with ρ = ln r and ' for d/dx, by hand."""
    about, _ = chapters(BY_NAME[name].model)

    def by_x(f: sp.Expr) -> sp.Expr:
        return sp.diff(f, P) / (2 * P)

    r, w, h = R(P), PHI_SQUARED(P), H[1](P)
    g = x * r**2 + 2 * h if name == "log-cosh" else 2 * h
    kappa = r**2 * (2 * h + x * r**2 / 2) if name == "log-cosh" else w**2 / x
    steep = by_x(sp.log(r))
    above = (4 * h**2 + g**2) * steep + 2 * x * g**2 * by_x(steep) - kappa - 2 * g * by_x(h)
    found = last_side(about, "h2").subs({PACE(P): g, SIGMA(P): P * sp.diff(r, P) / r}).doit()
    found = found.subs(sp.Symbol("omega", nonnegative=True), w / x).subs(SQUARED, x)
    assert sp.simplify(found - above / (4 * steep)) == 0


@pytest.mark.parametrize("name", CLOSED)
def test_h2_has_the_value_of_the_reference(name: str) -> None:
    about, _ = chapters(BY_NAME[name].model)
    e = last_side(about, "h2")
    for step in ("pace", "sigma", *(["omega"] if name == "algebraic" else [])):
        (claim,) = (s.claim for s in about.steps if s.name == step)
        e = e.subs(*claim.sides)
    value = in_full(e.subs(SQUARED, x).doit(), name).doit()
    assert sp.simplify(value - CLOSED[name][3]) == 0


def test_at_third_order_v_moves_towards_the_next_coefficient() -> None:
    """x Φ = 2σ (w − h_3) ε³ + O(ε⁴): h_k = 1/4, 1/8, 5/64, σ = −4x/(1 + x) for this neuron."""
    problem = BY_NAME["algebraic"]

    def change(epsilon: mp.mpf, w: mp.mpf) -> mp.mpf:
        p, curve = mp.mpf("0.6"), 1 + epsilon / 4 + epsilon**2 / 8
        q = problem.r(p) * (curve + epsilon**3 * w)
        p_next, q_next = problem.step(p, q, epsilon)
        return (q_next / problem.r(p_next) - curve) / epsilon**3 - w

    with mp.workdps(60):
        sigma = -4 * mp.mpf("0.36") / mp.mpf("1.36")
        for w in (mp.mpf(0), mp.mpf(5) / 64, mp.mpf(1)):
            expected = 2 * sigma * (w - mp.mpf(5) / 64)
            assert abs(change(mp.mpf(10) ** -8, w) - expected) < 1e-6


@pytest.mark.parametrize(
    ("name", "value"), [("log-cosh", "1/3"), ("pseudo-huber", "1/2"), ("tanh", "2/3")]
)
def test_the_clock_begins_as_by_hand(name: str, value: str) -> None:
    problem = BY_NAME[name]
    _, uniform = chapters(problem.model)
    second = next(iter(last_side(uniform, "slowness").atoms(sp.Subs)))
    found = last_side(uniform, "slowness").xreplace({second: problem.curvature})
    assert sp.nsimplify(found) == sp.Rational(value)


def test_another_model_of_the_form_has_the_chapter_too() -> None:
    earlier = derivations_of(TANH)
    for derivation in derivations(TANH, 2):
        assert check_derivation(derivation, type(TANH.response), earlier)
        names = {step.name for step in derivation.steps}
        assert not names & {"second-vanishes", "law"}  # which rest on chapters that it has not


def test_a_map_with_a_root_has_them_too() -> None:
    about, number = derivations(TIED, 2)
    assert (about.label, number.label) == ("tied/step-about-curve", "tied/up-to-a-number")
    forms = {step.name: step.claim for step in about.steps}
    assert any(e.exp.q == 2 for e in forms["gamma-form"].sides[-1].atoms(sp.Pow))


def test_a_map_of_another_form_has_none() -> None:
    assert derivations(wrong(TIED, p_next=sp.Rational(101, 100)), 2) == ()


def test_to_first_order_there_is_no_second_coefficient_to_compare_with() -> None:
    about, _ = derivations(BY_NAME["log-cosh"].model, 1)
    assert "second-vanishes" not in {step.name for step in about.steps}


@pytest.mark.parametrize("name", ["log-cosh", "tanh"])
def test_the_derivations_survive_json(name: str) -> None:
    for derivation in derivations(BY_NAME[name].model, 2):
        assert derivation_of(json.loads(json.dumps(to_json(derivation)))) == derivation
