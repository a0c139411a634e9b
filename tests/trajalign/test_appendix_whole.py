"""All derivations, for several responses, in every format."""

import json
import random
import re
from functools import cache
from importlib import resources
from pathlib import Path

import jsonschema
import pytest
from latex_tools import complaints, darkest_of_each_page, needs_latex
from small_appendix import digits, with_another_digit
from zoo import BY_NAME

from trajalign.appendix import html, latex_document, pdf, text
from trajalign.appendix.archive import ArchiveError, archive, check
from trajalign.appendix.document import Document, document
from trajalign.theory.derivation.book import appendix
from trajalign.verification.derivations.judging import check_appendix
from trajalign.verification.ledger import known_statements

pytestmark = pytest.mark.thorough
CASES = [("log-cosh", 2), ("atan", 2), ("tanh", 2), ("algebraic", 1), ("erf", 3)]
every_case = pytest.mark.parametrize(("name", "order"), CASES)


@cache
def whole(name: str, order: int) -> Document:
    model = BY_NAME[name].model
    found = appendix(model, order)
    return document(model, found, check_appendix(found))


@needs_latex
@every_case
def test_the_appendix_compiles_without_complaint(name: str, order: int, tmp_path: Path) -> None:
    files = latex_document.files(whole(name, order), "appendix")
    content, log = pdf.compiled(files, "appendix-standalone.tex")
    assert complaints(log) == []
    pages = darkest_of_each_page(content, tmp_path)
    assert len(pages) > 10
    assert max(pages) < 128


@every_case
def test_text_and_page_have_no_latex_left(name: str, order: int) -> None:
    shown = text.page(whole(name, order))
    assert max(map(len, shown.splitlines())) <= 80
    assert not re.search(r"\\[a-zA-Z]|[\ue000-\uf8ff]", shown)
    assert not re.search(r"\\[a-zA-Z]", html.page(whole(name, order)))


@every_case
def test_every_label_of_the_ledger_is_derived(name: str, order: int) -> None:
    made = whole(name, order)
    labels = {s.label for s in known_statements(made.model.name)}
    # These hold for one orbit or one activation, are parts of linear/slow-curve and the like, or
    # come from a certificate; of the laws where r''(0) = 0 the last has the derivation.
    others = ("alignment-time", "one-orbit", "exact", "slow-curve-2", "slow-curve-3")
    flat = ("flat-flip", "flat-alignment", "flat-crossing", "flat-limit")
    wanted = {label for label in labels if label.split("/")[1] not in (*others, *flat)}
    wanted = {label for label in wanted if not label.startswith("theorem/")}
    chapters = {"slow-curve", "step-about-curve", "up-to-a-number"}
    assert wanted | {f"{made.model.name}/{chapter}" for chapter in chapters} <= set(made.by_label)
    assert ("neuron/exact" in made.by_label) == (name == "algebraic")


@every_case
def test_the_file_is_in_the_layout_of_its_schema(name: str, order: int) -> None:
    schema = resources.files("trajalign") / "schemas" / "derivation-1.json"
    data = json.loads(json.dumps(archive(whole(name, order))))
    jsonschema.validate(data, json.loads(schema.read_text(encoding="utf-8")))


def test_no_digit_can_be_changed() -> None:
    data = json.loads(json.dumps(archive(whole("algebraic", 1))))
    assert [c.derivation for c in check(data)] == list(whole("algebraic", 1).appendix.derivations)
    places = list(digits(data["derivations"], ("derivations",)))
    assert len(places) > 1000
    for place, position in random.Random(2307).sample(places, 40):
        with pytest.raises(ArchiveError):
            check(with_another_digit(data, place, position))
