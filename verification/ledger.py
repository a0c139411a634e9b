"""The ledger: the statements, each from its own file, in their order, and what they rest on.

A file in `statements/` is all that a statement needs to be in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from ..theory.arguments import one_of, takes
from ..theory.models import Model, Response, named, names
from ..theory.writing.plain_text import plain_text
from . import statements
from .measuring.claims import Claim
from .measuring.plans import Plan
from .quantities import Quantities
from .statement import Form, Statement

GLUE = "\N{NO-BREAK SPACE}"


@cache
def forms() -> tuple[Form, ...]:
    """What the files in `statements/` say, in the order in which it is checked."""
    names = [module.name for module in iter_modules(statements.__path__)]
    found = [
        form for name in names for form in import_module(f"{statements.__name__}.{name}").FORMS
    ]
    return tuple(sorted(found, key=lambda form: form.place))


@takes(model=one_of(names()))
def known_statements(model: str) -> tuple[Statement, ...]:
    """The ledger of a built-in model, in the order in which it is checked.

    >>> [s.label for s in known_statements("linear")][:2]
    ['linear/reduced-map', 'linear/sharpness']
    """
    kind = named(model)
    return _statements(kind, kind.seen)


def statements_about(model: Model) -> tuple[Statement, ...]:
    """The same for any model, a third one too."""
    return _statements(model, type(model.response))


def _statements(model: type[Model] | Model, response: type[Response]) -> tuple[Statement, ...]:
    known = tuple(hypothesis.name for hypothesis in response.hypotheses)
    laws = model.laws
    return tuple(
        form.statement(model, known)
        for form in forms()
        if form.says(laws) and (form.name in laws.only or not laws.only)
    )


def numbers_of(label: str, model: str) -> Mapping[str, str]:
    """What the numbers under a label mean, for a model of any name; none for no statement's."""
    form = _by_label(model).get(label)
    return {} if form is None else form.numbers


def told(label: str, model: str, parameters: Mapping[str, Any], quantities: Quantities) -> str:
    """What a verdict says with its numbers, in plain text with GLUE for the spaces in a formula; ""
    where it has no such words."""
    form = _by_label(model).get(label)
    return "" if form is None else unbroken(form.told(parameters, quantities))


def unbroken(words: str) -> str:
    """A text with formulas in LaTeX as plain text, with GLUE for the spaces in a formula.

    >>> unbroken("$p + q$ of it").replace(GLUE, "_")
    'p_+_q of it'
    """
    return "".join(
        plain_text(f"${part}$").replace(" ", GLUE) if k % 2 else part
        for k, part in enumerate(words.split("$"))
    )


@cache
def _by_label(model: str) -> dict[str, Form]:
    return {form.label(model): form for form in forms()}


def claim_for(label: str, plan: Plan) -> Claim:
    """The claim behind a label.

    Raises KeyError for a label that is no statement's, and NotApplicableError where the statement
    says nothing of the response.
    """
    by_label = {form.label(plan.model.name): form for form in forms()}
    return by_label[label].claim(label, plan)


def silent_about(label: str, model: Model) -> str:
    """Why a label says nothing of a model, whatever holds of its response; "" where it does.

    Raises KeyError for a label that is no statement's.
    """
    return {form.label(model.name): form for form in forms()}[label].silent(model)


def rests_on(model: str) -> dict[str, tuple[str, ...]]:
    """For every label of a model, of any name, those that its argument uses.

    >>> rests_on("mine")["mine/saturation"]
    ('mine/limit', 'mine/sharpness')
    """
    return {form.label(model): form.below(model) for form in forms()}


def dependency_graph(model: str) -> str:
    """The ledger of one model as a Mermaid flowchart, with arrows from what a label rests on.

    >>> print(*dependency_graph("neuron").splitlines()[:3], sep="\\n")
    graph TD
      neuron_reduced_map["neuron/reduced-map"]
      neuron_sharpness["neuron/sharpness"]
    """
    rows = known_statements(model)
    nodes = [f'  {_identifier(row.label)}["{row.label}"]' for row in rows]
    arrows = [
        f"  {_identifier(below)} --> {_identifier(row.label)}"
        for row in rows
        for below in row.rests_on
    ]
    return "\n".join(["graph TD", *nodes, *arrows])


def _identifier(label: str) -> str:
    return label.replace("/", "_").replace("-", "_")
