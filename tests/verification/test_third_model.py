"""A model that the project has never seen goes through the same checks, and can fail them."""

from collections import Counter
from dataclasses import dataclass, replace
from typing import ClassVar

import pytest
import sympy as sp

from trajalign.numerics.grids import grid
from trajalign.theory.expressions import Z
from trajalign.theory.models import (
    ETA,
    PHI_SQUARED,
    Activation,
    Loss,
    Model,
    P,
    ParameterSpace,
    Q,
    R,
    ReducedModel,
    SingleNeuron,
    TwoLayerLinear,
)
from trajalign.theory.responses import Response
from trajalign.theory.statements import general_statements, hypotheses, ledger, statements
from trajalign.verification import Outcome, standings, verify
from trajalign.verification.assumptions import Assumptions
from trajalign.verification.certificates import certificate, replay
from trajalign.verification.conformance import parametrize_with_checks
from trajalign.verification.preparation import Options
from trajalign.verification.runner import examine


@dataclass(frozen=True)
class FrozenWeight(Model):
    """L = ½ φ(x)² (1 + y²): a neuron read by two weights, one trained, one frozen at 1.

    With w = φ², φφ' = p r and q = 2/(η(1 + y²)): x' = x − η φφ'(1 + y²) = (1 − 2r/q) p and
    y' = (1 − ηw) y, so that 2/(ηq') = 1 + (1 − ηw)² (2/(ηq) − 1). The Hessian is
    [[(pr)'(1 + y²), 2pry], [2pry, w]].
    """

    response: Response
    name: ClassVar[str] = "frozen-weight"
    exponent: ClassVar[sp.Rational] = sp.S.One

    def generic(self):
        w, slope, size = PHI_SQUARED(P), P * R(P), 2 / (ETA * Q)
        bend = sp.diff(slope, P)
        return ReducedModel(
            P * (1 - 2 * R(P) / Q),
            2 / (ETA + (1 - ETA * w) ** 2 * (2 / Q - ETA)),
            bend * size + w,
            bend * w * size - 4 * slope**2 * (size - 1),
        )

    def parameter_space(self):
        x, y = sp.symbols("x y", real=True)
        phi = self.response.expression.subs(Z, x)
        return ParameterSpace((x, y), phi**2 * (1 + y**2) / 2, x, 2 / (ETA * (1 + y**2)))


@dataclass(frozen=True)
class Scalars(Model):
    """L = ℓ(uv), the linear model with d = m = 1, under a name of its own."""

    response: Response
    name: ClassVar[str] = "scalars"
    exponent: ClassVar[sp.Rational] = sp.Rational(1, 2)

    def generic(self):
        return TwoLayerLinear(self.response).generic()

    def parameter_space(self):
        u, v = sp.symbols("u v", real=True)
        loss = self.response.expression.subs(Z, u * v)
        return ParameterSpace((u, v), loss, u * v, 2 / (ETA * (u**2 + v**2)))


class WrongHessian(FrozenWeight):
    def generic(self):
        right = super().generic()
        return replace(right, determinant=right.determinant + 8 * P**2 * R(P) ** 2)


class WrongDrift(FrozenWeight):
    """The plain neuron's map, q' = q/(1 − ηw)², for the model with the frozen weight."""

    def generic(self):
        return replace(super().generic(), q_next=SingleNeuron(self.response).generic().q_next)


TANH = FrozenWeight(Activation.parse("tanh"))
COSH = Scalars(Loss.parse("log-cosh"))


def outcomes(model, *labels):
    verdicts = verify([model], Options(frozenset(labels)))
    return {verdict.label: verdict.outcome.value for verdict in verdicts}


def judged(model, *names):
    """Verdicts and controls, of some labels alone or of all."""
    known = [f"{model.name}/{name}" for name in hypotheses(model)]
    known += [s.label for s in ledger(model)]
    options = Options(frozenset(f"{model.name}/{name}" for name in names))
    found = examine([model], options)
    assert Counter(v.outcome for v in found.verdicts) == {Outcome.PASS: len(found.verdicts)}
    labels = [v.label for v in found.verdicts]
    assert labels == [label for label in known if label in labels]
    assert {v.model for v in found.verdicts} == {model.name}
    assert [c.falsified for c in found.controls if not c.refuted] == []
    return labels, found.controls


@pytest.mark.slow
def test_a_right_model_passes_and_its_falsified_copies_are_refuted():
    labels, controls = judged(TANH)
    assert len(labels) == len(hypotheses(TANH)) + len(ledger(TANH))
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
    assert sp.Rational(row["exact"]) == sp.Rational(theirs["exact"]) - sp.Rational(3, 16)


@pytest.mark.parametrize(
    ("wrong", "label"),
    [(WrongHessian, "frozen-weight/sharpness"), (WrongDrift, "frozen-weight/reduced-map")],
)
def test_a_slip_in_a_formula_is_found_against_the_definition(wrong, label):
    assert outcomes(TANH, label)[label] == "pass"
    assert outcomes(wrong(TANH.response), label)[label] == "fail"


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
    names = {s.label.split("/", 1)[-1] for s in general_statements("mine", ())}
    for model in ("linear", "neuron"):
        own = {s.label.split("/", 1)[-1] for s in statements(model)}
        assert own - names <= {"gradient-flow", "exact"}
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
