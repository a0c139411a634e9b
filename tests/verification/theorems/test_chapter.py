"""A theorem with numbers as a chapter: what it says is what was replayed."""

import json
import re
from dataclasses import replace
from functools import cache

import pytest
from flint import fmpq

from trajalign.theory import TwoLayerLinear
from trajalign.theory.derivation.book import appendix
from trajalign.theory.derivation.claims import Derivation, Enclosed
from trajalign.theory.errors import InputError
from trajalign.theory.writing.inline import REFERENCE
from trajalign.verification.derivations.judging import check_appendix
from trajalign.verification.theorems.certificate import Replayed, certificate, replay, rounded
from trajalign.verification.theorems.chapter import LABEL, derivation, with_theorem
from trajalign.verification.theorems.search import prove
from trajalign.verification.theorems.settings import Wanted

MODEL = TwoLayerLinear("log-cosh")
WANTED = Wanted(fmpq(1, 900), (fmpq(21, 25), fmpq(17, 20)), (fmpq(1, 5), fmpq(2, 5)))


@cache
def found() -> Replayed:
    proof, theorem = prove(MODEL, WANTED)
    return replay(json.loads(json.dumps(certificate(MODEL, proof, rounded(theorem)))))


def said(chapter: Derivation) -> str:
    return chapter.statement + " ".join(step.text for step in chapter.steps)


def test_every_lemma_is_enclosed_under_the_whole_hash() -> None:
    chapter = derivation(found())
    assert len(found().sha256) == 64
    assert {step.claim for step in chapter.steps} == {Enclosed(found().sha256)}
    assert found().sha256 in chapter.statement.replace(r"} \texttt{", "")


def test_the_setting_is_told_exactly() -> None:
    """A range rounded outwards would be more than what is proved."""
    shown = {number(x) for x in re.findall(r"\d+\.\d+", said(derivation(found())))}
    s = found().proof.setting
    told = {s.delta, s.curve_end, s.funnel_end, s.tube_end, s.levels[0], s.levels[-1], *s.q, *s.p}
    assert told <= shown


def number(text: str) -> fmpq:
    whole, places = text.split(".")
    return fmpq(int(whole + places), 10 ** len(places))


def test_it_stands_at_the_end_and_its_references_lead_somewhere() -> None:
    book = with_theorem(appendix(MODEL), found())
    labels = {one.label for one in book.derivations}
    assert book.derivations[-1].label == LABEL
    for kind, name in REFERENCE.findall(said(book.derivations[-1])):
        assert kind == "thmref"
        assert name in labels


def test_what_was_done_is_said_of_its_steps() -> None:
    only = replace(appendix(MODEL), derivations=(derivation(found()),))
    (checked,) = check_appendix(only)
    assert {check.how for check in checked.checks} == {"enclosed"}
    assert {check.points for check in checked.checks} == {0}


def test_a_theorem_of_another_response_is_refused() -> None:
    other = appendix(TwoLayerLinear("pseudo-huber"))
    with pytest.raises(InputError, match="the certificate is of linear"):
        with_theorem(other, found())
