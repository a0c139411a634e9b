"""A model that the project has never seen goes through the same checks, and can fail them."""

from collections import Counter
from dataclasses import replace

import pytest
import sympy as sp
from third_models import COSH, TANH, UNITS, FrozenWeight, wrong

from trajalign.numerics import grid
from trajalign.theory.models import ETA, Activation, Loss, P, R, SingleNeuron
from trajalign.verification import Outcome, standings, verify
from trajalign.verification.hypotheses.assumptions import Assumptions
from trajalign.verification.hypotheses.certificates import certificate, replay
from trajalign.verification.ledger import known_statements, statements_about
from trajalign.verification.running.options import Options
from trajalign.verification.running.runner import examine
from trajalign.verification.testing.conformance import parametrize_with_checks


class WrongHessian(FrozenWeight):
    def generic(self):
        right = super().generic()
        return replace(right, determinant=right.determinant + 8 * P**2 * R(P) ** 2)


class WrongDrift(FrozenWeight):
    """The plain neuron's map, q' = q/(1 − ηw)², for the model with the frozen weight."""

    def generic(self):
        return replace(super().generic(), q_next=SingleNeuron(self.response).generic().q_next)


def outcomes(model, *labels):
    verdicts = verify([model], Options(frozenset(labels)))
    return {verdict.label: verdict.outcome.value for verdict in verdicts}


def only(*labels):
    return Options(frozenset(labels))


def judged(model, *names):
    """Verdicts and controls, of some labels alone or of all."""
    known = [f"{model.name}/{name}" for name in model.hypotheses]
    known += [s.label for s in statements_about(model)]
    options = Options(frozenset(f"{model.name}/{name}" for name in names))
    found = examine([model], options)
    assert Counter(v.outcome for v in found.verdicts) == {Outcome.PASS: len(found.verdicts)}
    labels = [v.label for v in found.verdicts]
    assert labels == [label for label in known if label in labels]
    assert {v.model for v in found.verdicts} == {model.name}
    # Here h₃ changes its sign, so that 1 % of it has not settled on the ladder: left undecided.
    unsettled = ("frozen-weight/slow-curve-3", "h off by 1 % away from p = 0")
    missed = {(c.label, c.falsified) for c in found.controls if not c.refuted}
    assert missed <= {unsettled}
    return labels, found.controls


@pytest.mark.thorough
def test_a_right_model_passes_and_its_falsified_copies_are_refuted():
    labels, controls = judged(TANH)
    curved = [s.label for s in statements_about(TANH) if "/flat-" not in s.label]  # as tanh is
    assert len(labels) == len(TANH.hypotheses) + len(curved)
    assert {c.label for c in controls} == set(labels)
    assert "orbits of a wrong map: drift of q doubled" in {c.falsified for c in controls}


def test_a_model_with_a_loss_has_the_hypotheses_of_a_loss():
    labels, controls = judged(COSH, "A2", "sharpness", "saturation")
    assert labels[-2:] == ["scalars/sharpness", "scalars/saturation"]
    assert "scalars/A2" in {c.label for c in controls}


def test_the_second_order_is_this_models_own():
    """By hand: the frozen weight lowers h₂ by r h₁/2; at p = 0 that is −(1/2)(3/8) for tanh."""
    found = {v.label: v for v in verify([TANH], Options(frozenset({"frozen-weight/slow-curve-2"})))}
    row = found["frozen-weight/slow-curve-2"].quantities["coefficient"]
    neuron = verify([SingleNeuron(TANH.response)], Options(frozenset({"neuron/slow-curve-2"})))
    theirs = neuron[-1].quantities["coefficient"]
    assert sp.Rational(row.exact) == sp.Rational(theirs.exact) - sp.Rational(3, 16)


@pytest.mark.parametrize(
    ("wrong", "label"),
    [(WrongHessian, "frozen-weight/sharpness"), (WrongDrift, "frozen-weight/reduced-map")],
)
def test_a_slip_in_a_formula_is_found_against_the_definition(wrong, label):
    assert outcomes(TANH, label)[label] == "pass"
    assert outcomes(wrong(TANH.response), label)[label] == "fail"


# A factor 1 + o on p' or q' that twelve points at fifty digits do not see.
SUBTLE = {
    "p' by η p⁴⁰/10¹²⁰": {"p_next": 1 + ETA * P**40 / sp.Integer(10) ** 120},
    "p' by η p²/10³⁰": {"p_next": 1 + ETA * P**2 / sp.Integer(10) ** 30},
    "q' by η p²/10³⁰": {"q_next": 1 + ETA * P**2 / sp.Integer(10) ** 30},
    "q' by 10⁻³⁰⁰": {"q_next": 1 + sp.Integer(10) ** -300},
}


@pytest.mark.parametrize("factors", SUBTLE.values(), ids=SUBTLE)
def test_a_slip_that_fifty_digits_do_not_show_is_refuted(factors):
    label = "frozen-weight/reduced-map"
    (verdict,) = (v for v in verify([wrong(TANH, **factors)], only(label)) if v.label == label)
    assert verdict.outcome is Outcome.FAIL
    assert set(verdict.witness) == {"x", "y", "eta"}


def test_a_slip_that_no_point_shows_is_not_called_derived():
    """By exact algebra the sides differ; at 10⁻³⁰⁰⁰⁰ of them, thousands of digits show nothing."""
    label = "frozen-weight/reduced-map"
    model = wrong(TANH, p_next=1 + P**2 / sp.Integer(10) ** 30_000)
    (verdict,) = (v for v in verify([model], only(label)) if v.label == label)
    assert (verdict.outcome, verdict.evidence) == (Outcome.UNDECIDED, None)
    assert "not zero" in verdict.quantities["exact algebra"]


def test_a_slip_in_the_block_of_the_hessian_is_refuted_however_small():
    label = "scalars/sharpness"
    model = wrong(COSH, determinant=1 + P**2 / sp.Integer(10) ** 500)
    (verdict,) = (v for v in verify([model], only(label)) if v.label == label)
    assert verdict.outcome is Outcome.FAIL


def test_with_more_than_two_parameters_the_largest_eigenvalue_is_sampled():
    """The map is an identity all the same; 12 points are named in the verdict."""
    names = ("two-units/reduced-map", "two-units/sharpness")
    step, sharpness = (v for v in verify([UNITS], only(*names)) if v.label in names)
    assert (step.outcome.value, step.evidence.value) == ("pass", "derived")
    assert (sharpness.outcome.value, sharpness.evidence.value) == ("pass", "sampled")
    assert sharpness.quantities["points"] == "12"
    assert sharpness.quantities["exact algebra"] == "not decided"


def test_the_smaller_eigenvalue_is_not_taken_for_the_largest():
    """A block with the roots λ₋ and λ₋ − 1: an eigenvalue exactly, but not the largest."""

    class Smaller(type(COSH)):
        def generic(self):
            right = super().generic()
            root = sp.sqrt(right.trace**2 - 4 * right.determinant)
            smaller = (right.trace - root) / 2
            return replace(right, trace=2 * smaller - 1, determinant=smaller * (smaller - 1))

    label = "scalars/sharpness"
    (verdict,) = (v for v in verify([Smaller(COSH.response)], only(label)) if v.label == label)
    assert (verdict.outcome, verdict.reason) == (Outcome.FAIL, "not the largest eigenvalue")


def test_a_map_without_a_curve_is_judged_and_the_rest_does_not_apply():
    """With a term η p² and ε = η² there is no first order in ε; the map itself is refuted."""
    found = outcomes(wrong(COSH, q_next=1 + ETA * P**2))
    assert found["scalars/reduced-map"] == "fail"
    assert found["scalars/sharpness"] == "pass"
    assert found["scalars/limit"] == "not-applicable"


def test_a_response_that_breaks_a_hypothesis_makes_the_statements_not_applicable():
    found = outcomes(FrozenWeight(Activation.parse("asinh(z)")))
    assert found["frozen-weight/A5"] == "fail"
    assert found["frozen-weight/limit"] == "not-applicable"
    assert found["frozen-weight/reduced-map"] == "pass"


def test_standings_follow_what_a_statement_rests_on():
    label = "frozen-weight/limit"
    alone = [v for v in verify([TANH], Options(frozenset({label}))) if v.label == label]
    (standing,) = standings(alone)
    assert standing.outcome == "not-checked"
    assert "frozen-weight/reduced-map" in standing.because


def test_the_general_ledger_names_what_the_two_models_have_in_common():
    names = {s.label.split("/", 1)[-1] for s in statements_about(TANH)}
    for model in ("linear", "neuron"):
        own = {s.label.split("/", 1)[-1] for s in known_statements(model)}
        assert own - names <= {"gradient-flow", "exact", "solution-sharpness"}
        assert names <= own


def test_certificates_are_about_the_response_and_replay():
    rows = replay(certificate([Assumptions(TANH)]))
    assert "neuron/A1" in {row.label for row in rows}


def test_every_label_becomes_a_test_of_the_users():
    mark = parametrize_with_checks([TANH, Loss.parse("log-cosh")])
    labels = [case.label for case in mark.args[0]]
    assert "frozen-weight/saturation" in labels
    assert "linear/saturation" in labels


def test_grids_and_their_limiting_sharpness():
    """At p = 0 the Hessian is diag(1 + y², 0), and 1 + y² = 2/(ηq)."""
    pytest.importorskip("xarray")
    eta = sp.Rational(1, 50)
    found = grid(TANH, [eta], [sp.Rational(1, 4)], [sp.Rational(4, 5)], engine="numpy")
    q = float(found["q_limit"].item())
    assert q == pytest.approx(1 + 3 / 8 / 50 + 159 / 2560 / 2500, abs=2 * 0.02**3)
    assert float(found["limiting_sharpness"].item()) == pytest.approx(2 / (0.02 * q), rel=1e-12)
