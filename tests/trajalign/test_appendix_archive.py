"""A file of derivations: what it contains, and that nothing in it can be changed unnoticed."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sympy as sp
from small_appendix import CURVE, MODEL, SIGN, SMALL, digits, small_document, with_another_digit

from trajalign.appendix.archive import MAX_BYTES, ArchiveError, archive, check, read
from trajalign.appendix.document import Document
from trajalign.theory.derivation.claims import Appendix, Derivation, Expansion, Sign, Step
from trajalign.theory.errors import InputError
from trajalign.theory.models import EPSILON, Model, P


@cache
def text() -> str:
    return json.dumps(archive(small_document()))


def stored() -> Any:
    return json.loads(text())


def derive_small(model: Model, order: int) -> Appendix:
    assert (model, order) == (MODEL, 2)
    return SMALL


def test_what_was_written_checks() -> None:
    checked = check(stored(), derive_small)
    assert [one.derivation for one in checked] == [CURVE, SIGN]


def test_the_file_says_what_it_is() -> None:
    data = stored()
    assert data["schema"] == "trajalign.derivation/1"
    assert (data["model"], data["response"], data["order"]) == ("linear", "log(cosh(z))", 2)
    assert set(data["versions"]) == {"trajalign", "sympy", "python-flint"}
    step = data["derivations"][0]["steps"][3]
    assert step["latex"] == r"\taQ = \taR (1 + \taEps \taH_{1})"
    assert step["claim"]["value"]["tree"][0] == "*"


def test_no_digit_of_any_formula_can_be_changed() -> None:
    data = stored()
    places = list(digits(data["derivations"], ("derivations",)))
    kinds = {next((k for k in ("tree", "latex", "order") if k in place), "") for place, _ in places}
    assert kinds >= {"tree", "latex", "order"}
    assert len(places) > 100
    for place, position in places:
        with pytest.raises(ArchiveError, match="linear/"):
            check(with_another_digit(data, place, position), derive_small)


def falsified(step: Step) -> Step:
    """The step with a coefficient of its last side changed; for a sign, with the other sign."""
    claim = step.claim
    match claim:
        case Sign():
            return replace(step, claim=replace(claim, sides=(-claim.sides[0],)))
        case Expansion():
            return replace(step, claim=replace(claim, right=claim.right + EPSILON * P / 7 + P / 7))
    name = "sides" if hasattr(claim, "at") else "value"
    value = claim.sides[-1] * sp.Rational(101, 100)
    return replace(
        step,
        claim=replace(claim, **{name: (*claim.sides[:-1], value) if name == "sides" else value}),
    )


def forged(derivation: Derivation, name: str) -> Document:
    """A document with one false step, as if it had been checked."""
    steps = tuple(falsified(s) if s.name == name else s for s in derivation.steps)
    false = replace(derivation, steps=steps)
    document = small_document()
    entries = tuple(
        replace(e, derivation=false) if e.derivation == derivation else e for e in document.entries
    )
    appendix = replace(SMALL, derivations=tuple(e.derivation for e in entries))
    return replace(document, appendix=appendix, entries=entries)


@pytest.mark.parametrize("name", ["mirror", "q-there", "h", "start", "sign", "multiplier"])
def test_a_false_step_that_prints_as_it_says_is_judged(name: str) -> None:
    derivation = CURVE if any(s.name == name for s in CURVE.steps) else SIGN
    document = forged(derivation, name)
    data = json.loads(json.dumps(archive(document)))
    with pytest.raises(ArchiveError, match=f"{derivation.label}: step {name}: "):
        check(data, lambda model, order: document.appendix)


@pytest.mark.parametrize("name", ["p-next", "q-next", "curve"])
def test_a_false_definition_is_seen_where_it_is_used_or_by_deriving_again(name: str) -> None:
    data = json.loads(json.dumps(archive(forged(CURVE, name))))
    with pytest.raises(ArchiveError, match="linear/alignment: step"):
        check(data, derive_small)


def first_step(data: Any) -> Any:
    return data["derivations"][0]["steps"][0]


def put(holder: Callable[[Any], Any], key: Any, value: object) -> Callable[[Any], None]:
    return lambda data: holder(data).__setitem__(key, value)


def derivation(data: Any) -> Any:
    return data["derivations"][0]


WRONG: dict[str, tuple[Callable[[Any], None], str]] = {
    "words": (put(first_step, "text", "Two steps give"), "step p-next is not what trajalign"),
    "a title": (put(derivation, "title", "The fast curve"), "title or statement"),
    "a statement": (put(derivation, "statement", "Nothing is known."), "title or statement"),
    "what is used": (lambda d: d["derivations"][0]["steps"][4]["uses"].pop(), "step mirror"),
    "evidence": (put(derivation, "evidence", "1000 formulas checked."), "the evidence"),
    "a label": (put(derivation, "label", "linear/limit"), "linear/"),
    "a missing step": (lambda d: d["derivations"][0]["steps"].pop(), "linear/alignment"),
    "a missing derivation": (lambda d: d["derivations"].pop(), "linear/height"),
    "a derivation twice": (
        lambda d: d["derivations"].append(d["derivations"][0]),
        "linear/alignment stands twice",
    ),
    "the order of the derivations": (
        lambda d: d["derivations"].reverse(),
        "linear/height: step start",
    ),
    "the response": (put(lambda d: d, "response", "log(cosh(z"), "what it is about: did you mean"),
    "the model": (put(lambda d: d, "model", "transformer"), "unknown model"),
    "the order": (put(lambda d: d, "order", "2"), "its order"),
    "more than it should have": (put(lambda d: d, "proof", "trust me"), "its parts"),
    "an unknown head": (
        put(lambda d: first_step(d)["claim"]["value"], "tree", ["eval", "p"]),
        "it cannot be read",
    ),
    "an unknown symbol": (
        put(lambda d: first_step(d)["claim"]["value"], "tree", "__import__"),
        "it cannot be read",
    ),
    "a text for a formula": (put(lambda d: first_step(d)["claim"], "value", "p"), "linear/"),
    "a list for a step": (put(lambda d: d["derivations"][0]["steps"], 0, []), "cannot be read"),
    "no LaTeX": (lambda d: first_step(d).pop("latex"), "cannot be read"),
    "a number for a derivation": (put(lambda d: d["derivations"], 0, 7), "cannot be read"),
    "a relation that is none": (
        put(lambda d: d["derivations"][1]["steps"][1]["claim"], "relation", "!"),
        "linear/height",
    ),
    "a negative order": (
        put(lambda d: d["derivations"][0]["steps"][4]["claim"], "order", -3),
        "step mirror",
    ),
}


@pytest.mark.parametrize(("change", "complaint"), WRONG.values(), ids=WRONG)
def test_what_was_changed_is_named(change: Callable[[Any], None], complaint: str) -> None:
    data = stored()
    change(data)
    assert data != stored()
    with pytest.raises(ArchiveError, match=re.escape(complaint)) as caught:
        check(data, derive_small)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("data", [None, [], {}, {"schema": "trajalign.verify/1"}, "derivations"])
def test_another_kind_of_file_is_refused(data: Any) -> None:
    with pytest.raises(InputError, match="not a file of derivations") as caught:
        check(data, derive_small)
    assert not isinstance(caught.value, ArchiveError)


@pytest.mark.parametrize(
    "content",
    ["", "derivations", text()[:-2], '{"a": 1, "a": 2}', '{"a": NaN}', "[" * 100_000, "1" * 5000],
    ids=["empty", "words", "truncated", "a key twice", "NaN", "too deep", "a huge number"],
)
def test_what_is_not_json_is_refused(content: str, tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"x\.json: it is not JSON"):
        read(file)


def test_what_is_not_utf8_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_bytes(b'{"schema": "\xff"}')
    with pytest.raises(InputError, match="it is not JSON"):
        read(file)


def test_a_huge_file_is_refused_before_it_is_read_whole(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    with file.open("wb") as stream:
        stream.truncate(50 * MAX_BYTES)
    with pytest.raises(InputError, match="larger than 20 MB"):
        read(file)


@pytest.mark.parametrize(
    "tree",
    [
        ["^", "9", ["^", "9", ["^", "9", "9"]]],
        ["^", ["^", ["^", "99", "9999"], "9999"], "9999"],
        ["d", "1000000000", "p", ["r", "p"]],
    ],
)
@pytest.mark.timeout(20)
def test_a_number_too_large_to_write_down_is_refused(tree: Any) -> None:
    data = stored()
    first_step(data)["claim"]["value"]["tree"] = tree
    with pytest.raises(ArchiveError):
        check(data, derive_small)
