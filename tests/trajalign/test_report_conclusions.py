"""The typeset conclusions say what the ledger says."""

import pytest

from trajalign.appendix.inline import Style, rendered
from trajalign.appendix.plain_math import plain_math
from trajalign.report.conclusions import conclusion, orbits
from trajalign.theory.errors import InputError
from trajalign.theory.models import of
from trajalign.theory.statements import HYPOTHESES, Statement, statements

MODELS = {"linear": of("linear", "log-cosh"), "neuron": of("neuron", "tanh")}
LEDGER = [
    *(
        (s.model, s.label, s.conclusion)
        for model in ("linear", "neuron")
        for s in statements(model)
    ),
    *((m, f"{m}/{name}", text) for m, known in HYPOTHESES.items() for name, text in known.items()),
]


SAME = (("q_t", "qₜ"), ("p_t", "pₜ"), ("λ_t", "λₜ"), (")^t", ")ᵗ"), ("q0", "q₀"), ("p0", "p₀"))


def spoken(text: str) -> str:
    """Without spaces, and with one way to write each sign."""
    plain = rendered(text, Style(str, plain_math, lambda _, inside: inside, refuse, refuse))
    return flattened(plain)


def flattened(text: str) -> str:
    for written, same in (*SAME, ("-", "−"), (" ", ""), ("\xa0", "")):
        text = text.replace(written, same)
    return text


def refuse(*_: object) -> str:
    raise AssertionError("a conclusion refers to nothing")


@pytest.mark.parametrize(("model", "label", "text"), LEDGER)
def test_the_typeset_conclusion_is_the_ledgers(model: str, label: str, text: str) -> None:
    assert spoken(conclusion(MODELS[model], label)) == flattened(text)
    assert "$" in conclusion(MODELS[model], label)


STATEMENTS = [s for model in ("linear", "neuron") for s in statements(model)]
BY_LABEL = {s.label: s for s in STATEMENTS}


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda s: f"{s.model}:{s.label}")
def test_the_typeset_orbits_are_the_ledgers(statement: Statement) -> None:
    assert spoken(orbits(MODELS[statement.model], statement.label)) == flattened(statement.orbits)


def test_another_condition_would_be_seen() -> None:
    said = orbits(MODELS["linear"], "linear/limit")
    assert spoken(said.replace(r"\ne", "=")) != flattened(BY_LABEL["linear/limit"].orbits)


def test_an_unknown_label_is_refused() -> None:
    with pytest.raises(InputError, match="linear/nothing"):
        conclusion(MODELS["linear"], "linear/nothing")
