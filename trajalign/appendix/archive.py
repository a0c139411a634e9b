"""Derivations as JSON, and the check of such a file: judged, printed and derived again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from importlib.metadata import version
from itertools import zip_longest
from pathlib import Path
from typing import Any

from .. import __version__
from ..theory import models
from ..theory.derivation.book import appendix
from ..theory.derivation.claims import Appendix, Derivation
from ..theory.derivation.serialization import derivation_of, to_json
from ..theory.errors import InputError
from ..theory.models import Model
from ..theory.models.options import with_options
from ..theory.responses import Activation, Loss, Response
from ..verification.derivations.judging import Checked, check_derivation
from .document import Document, evidence
from .formulas import formula

SCHEMA = "trajalign.derivation/1"
MAX_BYTES = 20_000_000
_KEYS = {"schema", "versions", "model", "response", "order", "derivations"}
_UNFIT = (ArithmeticError, AttributeError, KeyError, RecursionError, TypeError, ValueError)


class ArchiveError(InputError):
    """A file of derivations that does not check."""


def archive(document: Document) -> dict[str, Any]:
    """The document in the layout of schema trajalign.derivation/1.

    Raises InputError for a copy of a built-in model, which the file would name as if it were that,
    and for a model that takes losses and activations alike.
    """
    appendix = document.appendix
    if appendix.model in models.names() and not models.is_built_in(document.model):
        raise InputError(
            f"derivations as JSON: {appendix.model} is the name of a built-in model, and this is "
            "another; text, HTML and LaTeX take any"
        )
    if not issubclass(document.model.kind, Loss | Activation):
        raise InputError(
            f"derivations as JSON: the kind of {appendix.model} is neither Loss nor Activation, so "
            "that the file would not tell which; text, HTML and LaTeX take any"
        )
    libraries = {name: version(name) for name in ("sympy", "python-flint")}
    return {
        "schema": SCHEMA,
        "versions": {"trajalign": __version__} | libraries,
        "model": appendix.model,
        **with_options(appendix.options),
        "response": appendix.response,
        "order": appendix.order,
        "derivations": [_stored(entry.derivation, entry.evidence) for entry in document.entries],
    }


def _stored(derivation: Derivation, found: str) -> dict[str, Any]:
    try:
        values: dict[str, Any] = to_json(derivation)
    except TypeError as error:
        raise InputError(f"{derivation.label}: JSON cannot hold it: {error}") from None
    for step, data in zip(derivation.steps, values["steps"], strict=True):
        data["latex"] = formula(step.claim)
    return values | {"evidence": found}


def read(path: Path) -> Any:
    """The JSON of a file. Raises InputError for one that is none, or too large."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    if len(content) > MAX_BYTES:
        raise InputError(f"{path}: it is larger than {MAX_BYTES // 10**6} MB")
    try:
        return json.loads(content, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise InputError(f"{path}: it is not JSON") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_number(text: str) -> Any:
    raise ValueError(text)


def check(
    data: Any,
    derive: Callable[[Model, int], Appendix] = appendix,
    own: type[Model] | None = None,
) -> tuple[Checked, ...]:
    """Check what `archive` wrote; returns the derivations, judged.

    `own` is the model that it is of where that is no built-in one.

    From the file alone: every claim is read (nothing is evaluated as code), printed and compared
    with the LaTeX in the file, and judged. Then everything, the words too, is compared with what
    `derive` gives for this model, response and order.

    Raises InputError for data of another schema, and ArchiveError, with the first wrong step, for
    a file that does not check.
    """
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise InputError(f"it is not a file of derivations (schema {SCHEMA})")
    if set(data) - {"options"} != _KEYS or not isinstance(data["derivations"], list):
        raise ArchiveError(f"its parts must be {', '.join(sorted(_KEYS))}")
    model, order = _model(data, own), data["order"]
    if type(order) is not int:
        raise ArchiveError(f"its order must be a number, not {str(order)[:60]}")
    derivations = [_read(stored) for stored in data["derivations"]]
    checked = tuple(_judged(derivations, model.kind))
    for found, stored in zip(checked, data["derivations"], strict=True):
        if stored["evidence"] != evidence(found):
            raise ArchiveError(f"{found.derivation.label}: the evidence is another than it says")
    try:
        expected = derive(model, order).derivations
    except InputError as error:
        raise ArchiveError(f"nothing is derived for it: {error}") from None
    for mine, theirs in zip_longest(expected, derivations):
        _compare(mine, theirs, data["versions"])
    return checked


def _model(data: dict[str, Any], own: type[Model] | None) -> Model:
    try:
        return models.recalled(data, own)
    except InputError as error:
        raise ArchiveError(f"what it is about: {error}") from None


def _read(stored: Any) -> Derivation:
    """One derivation, the LaTeX of its steps compared."""
    label = str(stored.get("label", "?"))[:60] if isinstance(stored, dict) else "a derivation"
    try:
        steps = [{k: v for k, v in step.items() if k != "latex"} for step in stored["steps"]]
        values = {k: v for k, v in stored.items() if k != "evidence"}
        derivation = derivation_of(values | {"steps": steps})
        texts = [step["latex"] for step in stored["steps"]]
        stored["evidence"]
    except _UNFIT as error:
        raise ArchiveError(f"{label}: it cannot be read: {error}") from None
    for step, text in zip(derivation.steps, texts, strict=True):
        try:
            printed = formula(step.claim)
        except _UNFIT as error:
            raise ArchiveError(f"{label}: step {step.name} cannot be printed: {error}") from None
        if printed != text:
            raise ArchiveError(f"{label}: step {step.name}: its claim does not print as its LaTeX")
    return derivation


def _judged(derivations: list[Derivation], kind: type[Response]) -> Iterator[Checked]:
    earlier: dict[str, Derivation] = {}
    for derivation in derivations:
        if derivation.label in earlier:
            raise ArchiveError(f"{derivation.label} stands twice")
        try:
            yield check_derivation(derivation, kind, earlier)
        except InputError as error:
            raise ArchiveError(str(error)) from None
        except _UNFIT as error:
            raise ArchiveError(f"{derivation.label}: it cannot be judged: {error}") from None
        earlier[derivation.label] = derivation


def _compare(mine: Derivation | None, theirs: Derivation | None, versions: Any) -> None:
    if mine == theirs:
        return
    written = versions.get("trajalign") if isinstance(versions, dict) else None
    by = f"trajalign {__version__}" + (f" (it was written by {written})" * (written != __version__))
    if mine is None or theirs is None or mine.label != theirs.label:
        label = theirs.label if theirs else mine.label if mine else ""
        raise ArchiveError(f"{label}: its place is not that which {by} gives it")
    for a, b in zip_longest(mine.steps, theirs.steps):
        if a != b:
            name = b.name if b else a.name
            raise ArchiveError(f"{mine.label}: step {name} is not what {by} derives")
    raise ArchiveError(f"{mine.label}: its title or statement is not what {by} derives")
