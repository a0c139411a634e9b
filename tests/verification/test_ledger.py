"""The ledger is complete: every statement has a check, and every check a control."""

import pickle
from pathlib import Path

import pytest
import sympy as sp
from zoo import BY_NAME, linear, neuron

from trajalign.theory.errors import ArgumentError
from trajalign.theory.models import HYPOTHESES
from trajalign.theory.writing.plain_text import plain_text
from trajalign.verification.ledger import (
    claim_for,
    dependency_graph,
    forms,
    known_statements,
    silent_about,
)
from trajalign.verification.measuring.plans import Plan

MODELS = {"linear": "log-cosh", "neuron": "algebraic"}
FLAT = {
    "linear": linear("4*log(cosh(z))/3 - log(cosh(2*z))/12"),
    "neuron": neuron("z/(1+z**4)**(1/4)"),
}
DOCS = Path(__file__).parents[2] / "docs"
ALL = [s for model in MODELS for s in known_statements(model)]
CONCLUSIONS = (
    "gradient-flow",
    "alignment",
    "alignment-time",
    "crossing",
    "limit",
    "saturation",
    "progressive-sharpening",
)
NEW = ("slow-curve-2", "slow-curve-3", "exponential-alignment", "one-orbit")
ON_FLAT = ("flat-alignment", "flat-crossing", "flat-limit", "flat-saturation")
OWN = (
    *NEW,
    *ON_FLAT,
    "bifurcation/flat-flip",
    "exact",
    "solution-sharpness",
)  # of one model, the last two


SHARED = ("bifurcation/", "theorem/")  # headings of labels that all models have


def short(label):
    return label if label.startswith(SHARED) else label.split("/", 1)[1]


@pytest.fixture(scope="module")
def plans():
    """What every claim of the ledger is made from; nothing is run."""
    return {
        model: (plan_of(BY_NAME[name].model), plan_of(FLAT[model]))
        for model, name in MODELS.items()
    }


def plan_of(model):
    return Plan(
        model,
        lipschitz=sp.Integer(1),
        etas=(sp.Rational(1, 10), sp.Rational(1, 20)),
        starts=((sp.Rational(1, 2), sp.Rational(4, 5)),),
    )


@pytest.mark.parametrize("model", MODELS)
def test_the_ledger_has_the_labels_of_the_theory(model):
    labels = {s.label for s in known_statements(model)}
    names = ("reduced-map", "sharpness", *CONCLUSIONS, *NEW, *ON_FLAT)
    expected = {f"{model}/{name}" for name in names}
    assert expected | {"bifurcation/flip", "bifurcation/two-cycle"} <= labels


@pytest.mark.parametrize("model", MODELS)
def test_labels_are_unique(model):
    labels = [s.label for s in known_statements(model)]
    assert len(labels) == len(set(labels))


def test_labels_differ_between_models_except_for_the_shared_headings():
    by_model = [{s.label for s in known_statements(model)} for model in MODELS]
    both = by_model[0] & by_model[1]
    assert both == {label for label in by_model[0] if label.startswith(SHARED)}
    assert {"bifurcation/flip", "bifurcation/two-cycle", "theorem/limit"} <= both


@pytest.mark.parametrize("statement", ALL, ids=lambda s: f"{s.model}:{s.label}")
def test_a_statement_says_what_it_claims_assumes_and_rests_on(statement):
    assert statement.conclusion
    assert statement.origin.startswith(("Song & Yun 2023", "re-derived here", "new here"))
    assert (statement.origin == "new here") == (short(statement.label) in OWN)
    assert statement.hypotheses
    assert set(statement.hypotheses) <= set(HYPOTHESES[statement.model])
    assert len(set(statement.hypotheses)) == len(statement.hypotheses)


@pytest.mark.parametrize("model", MODELS)
def test_every_hypothesis_is_needed_by_a_statement(model):
    used = {h for s in known_statements(model) for h in s.hypotheses}
    assert used == set(HYPOTHESES[model])


def test_the_neuron_does_not_assume_a2():
    # tanh: z r'/r → −∞
    assert "A2" not in HYPOTHESES["neuron"]
    needed = {s.label for s in known_statements("linear") if "A2" in s.hypotheses}
    assert {f"linear/{name}" for name in CONCLUSIONS} <= needed


def test_the_sharpness_of_the_linear_model_assumes_a_convex_loss():
    # for ℓ'' < 0 another eigenvalue is larger: see tests/theory/models/test_sharpness.py
    (sharpness,) = (s for s in known_statements("linear") if s.label == "linear/sharpness")
    assert "A2" in sharpness.hypotheses


def test_an_unknown_model_has_no_ledger():
    with pytest.raises(ArgumentError, match="known are linear and neuron"):
        known_statements("transformer")


@pytest.mark.parametrize("statement", ALL, ids=lambda s: f"{s.model}:{s.label}")
def test_every_statement_has_a_check_and_every_check_a_control(statement, plans):
    claim = claim_for(statement.label, plans[statement.model]["/flat-" in statement.label])
    assert claim.label == statement.label
    assert claim.falsified == ""
    twins = claim.falsified_copies()
    assert twins
    for twin in twins:
        assert type(twin) is type(claim)
        assert twin.label == claim.label
        assert twin.falsified  # it says what is wrong with it
        assert twin != claim
    assert len({twin.falsified for twin in twins}) == len(twins)


@pytest.mark.parametrize("statement", ALL, ids=lambda s: f"{s.model}:{s.label}")
def test_every_statement_is_documented(statement):
    verdicts = (DOCS / "verdicts.md").read_text(encoding="utf-8")
    page = (DOCS / "ledger.md").read_text(encoding="utf-8")
    name = short(statement.label)
    assert f"`{name.removeprefix('bifurcation/').removeprefix('theorem/')}`" in verdicts
    assert any(f"`{label}`" in page for label in (statement.label, f"…/{name}"))


@pytest.mark.parametrize("model", MODELS)
def test_a_statement_rests_on_earlier_statements_of_its_model(model):
    seen = set()
    for statement in known_statements(model):
        assert set(statement.rests_on) <= seen
        assert statement.label not in statement.rests_on
        seen.add(statement.label)


def test_what_the_saturation_rests_on():
    # The limit of q gives 2/(η q*), which is the sharpness at p = 0.
    (row,) = (s for s in known_statements("linear") if s.label == "linear/saturation")
    assert row.rests_on == ("linear/limit", "linear/sharpness")


@pytest.mark.parametrize("model", MODELS)
def test_the_documented_dependency_graph_is_current(model):
    shown = (DOCS / "ledger.md").read_text(encoding="utf-8")
    assert f"```mermaid\n{dependency_graph(model)}\n```" in shown


def test_the_dependency_graph_has_an_arrow_for_every_dependency():
    graph = dependency_graph("linear")
    assert "  linear_limit --> linear_saturation" in graph.splitlines()
    assert "  linear_saturation --> linear_limit" not in graph.splitlines()
    assert graph.count("-->") == sum(len(s.rests_on) for s in known_statements("linear"))


def test_every_form_is_a_statement_about_some_model():
    assert {short(s.label) for s in ALL} == {form.name for form in forms()}


def test_the_order_of_the_ledger_is_not_left_to_chance():
    places = [form.place for form in forms()]
    assert places == sorted(set(places))


@pytest.mark.parametrize("statement", ALL, ids=lambda s: f"{s.model}:{s.label}")
def test_a_statement_says_what_its_numbers_mean(statement):
    assert statement.numbers
    for text in (statement.words, statement.about, *statement.numbers.values()):
        assert "\\" not in plain_text(text)
        assert "$" not in plain_text(text)
    assert "$" in statement.words


def test_the_words_in_plain_text():
    """Read off the LaTeX by hand."""
    said = {s.label: s.conclusion for s in known_statements("linear")}
    assert said["linear/limit"] == "(pₜ, qₜ) → (0, 1 − η²/(2r''(0)) + O(η⁴))"
    assert said["linear/saturation"] == "the sharpness tends to 2/η − η/|r''(0)| + O(η³)"
    assert said["linear/slow-curve-2"].startswith("|qₜ/r(pₜ) − 1 − h(pₜ)η² − h₂(pₜ)η⁴| ≤ Cη⁶")
    assert said["linear/alignment-time"].startswith("t_a = 4 ln(1/η)/|ln μ| + O(1)")
    orbits = {s.label: s.orbits for s in known_statements("neuron")}
    assert orbits["neuron/limit"].startswith("c < q₀ ≤ 1 − δ, |p₀| ≤ P and pₜ ≠ 0 for all t;")
    assert orbits["neuron/one-orbit"] == ""


def test_a_label_without_a_check_is_an_error(plans):
    with pytest.raises(KeyError):
        claim_for("linear/convexity", plans["linear"][0])


@pytest.mark.parametrize("model", MODELS)
def test_what_is_said_of_flat_responses_is_said_of_no_other(model, plans):
    curved, flat = plans[model]
    for statement in known_statements(model):
        of_flat = "/flat-" in statement.label
        assert silent_about(statement.label, flat.model) == ""
        assert silent_about(statement.label, curved.model) == ("r''(0) is not 0" if of_flat else "")
        assert ("A4" in statement.hypotheses) <= (not of_flat)


@pytest.mark.parametrize("model", MODELS)
def test_a_statement_passes_from_one_process_to_another(model):
    assert len(pickle.loads(pickle.dumps(known_statements(model)))) == len(known_statements(model))
