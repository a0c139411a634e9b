"""What Coq accepts of right and of wrong translations. A wrong one is never kernel-checked."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import sympy as sp
from coq_tools import needs_coq

from trajalign.theory.derivation.claims import Identity, Sign, Step
from trajalign.theory.derivation.serialization import derivative_at
from trajalign.theory.derivation.substitution import Equation
from trajalign.theory.models import R
from trajalign.verification.kernel import calling, lemmas, running, supposed, translate
from trajalign.verification.kernel.calling import build_library
from trajalign.verification.kernel.lemmas import Block, Lemma, lemma
from trajalign.verification.kernel.project import Chapter, written
from trajalign.verification.kernel.running import Read, read

p, s = sp.Symbol("p", real=True), sp.Symbol("s", real=True)
q, eps = sp.Symbol("q", positive=True), sp.Symbol("epsilon", positive=True)
eta = sp.Symbol("eta", positive=True)

SQUARE = (Step("square", "", Identity((s, p**2 + 2 * p + 1))), ((s, (p + 1) ** 2),))
QUOTIENT = (Step("quotient", "", Identity((s / p + 1, (s + p) / p))), ())
SLOPE = (Step("slope", "", Identity((sp.Derivative(s, p), 2 * p))), ((s, p**2),))
REST = (Step("rest", "", Identity((q + eta, q), at=((eps, sp.S.Zero),))), ((eta, sp.sqrt(eps)),))
POSITIVE = (Step("positive", "", Sign((q * (q - 1),), ">", ((q - 1, ">"),))), ())
CHAIN = (
    Step("chain", "", Identity((sp.Derivative(p * R(p), p), R(p) + p * sp.Derivative(R(p), p)))),
    (),
)
BEND = (
    Step("bend", "", Identity((1 / derivative_at(R, 2, sp.S.Zero), sp.S.NegativeOne))),
    ((R(p), 1 / sp.sqrt(p**2 + 1)),),
)
Claimed = tuple[Step, tuple[Equation, ...]]
RIGHT = (SQUARE, QUOTIENT, SLOPE, REST, POSITIVE, CHAIN, BEND)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("coq")
    build_library(made)
    return made


def read_one(folder: Path, *found: Lemma) -> tuple[Read, ...]:
    return read(Chapter("a/chapter", "A chapter", found, ()), folder)


def made(claimed: Claimed) -> Lemma:
    step, equations = claimed
    return lemma("a/chapter", step, equations)


@needs_coq
def test_right_translations_are_kernel_checked(folder: Path) -> None:
    found = read_one(folder, *map(made, RIGHT))
    assert [one.lemma.step for one in found if not one.checked] == []
    assert all(one.axioms <= running.AXIOMS for one in found)


def test_a_witness_is_told_the_slope_of_a_formula_with_a_root() -> None:
    found = made(BEND).opened
    assert found is not None
    assert any("second_derivative (fun p => - " in line for line in found.lines)


def _wrong_power(monkeypatch: pytest.MonkeyPatch) -> None:
    power = translate._power
    monkeypatch.setattr(translate, "_power", lambda e, names: power(e * e.base, names))


def _wrong_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    right = translate._sum
    monkeypatch.setattr(
        translate, "_sum", lambda e, names: right(e, names).replace(" + ", " - ", 1)
    )


def _no_conditions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supposed, "conditions", lambda *_: ())


def _dependent_symbol(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supposed.Supposed, "_without", lambda self, e, variable: e)


def _contradiction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        supposed.Supposed,
        "_positive",
        lambda self, reals: (
            ("positive", f"0 < {self.names.real(x)}", x) for x in reals if x.is_positive
        ),
    )


def _no_smoothness(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supposed.Supposed, "_smooth", lambda self, functions: ())


def _wrong_relation(monkeypatch: pytest.MonkeyPatch) -> None:
    swapped = {**supposed.RELATIONS, ">": "{} < 0"}
    monkeypatch.setattr(supposed, "RELATIONS", swapped)


PLANTED: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], Claimed]] = {
    "a power too high": (_wrong_power, SQUARE),
    "a sign turned": (_wrong_sign, SQUARE),
    "a side condition dropped": (_no_conditions, QUOTIENT),
    "a dependent symbol under a derivative": (_dependent_symbol, SLOPE),
    "hypotheses that contradict one another": (_contradiction, REST),
    "differentiability dropped": (_no_smoothness, CHAIN),
    "a relation turned": (_wrong_relation, POSITIVE),
}


@pytest.mark.thorough
@needs_coq
@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_mistranslation_is_caught(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant, claimed = PLANTED[name]
    plant(monkeypatch)
    (found,) = read_one(folder, made(claimed))
    assert not found.checked


@needs_coq
def test_a_quotient_by_0_has_no_witness(folder: Path) -> None:
    claimed = (Step("zero", "", Identity((p / s, sp.S.Zero), at=((s, sp.S.Zero),))), ())
    found = made(claimed)
    assert found.witness is None
    assert not read_one(folder, found)[0].checked


@needs_coq
def test_a_false_claim_is_refused_and_what_stands_beside_it_is_not(folder: Path) -> None:
    wrong = (Step("wrong", "", Identity((s, p**2 + p + 1))), SQUARE[1])
    first, second = read_one(folder, made(wrong), made(SQUARE))
    assert (first.accepted, first.twins, second.checked) == (False, False, True)


@needs_coq
def test_what_a_folder_leaves_out_is_not_kernel_checked(folder: Path) -> None:
    whole, cut = made(SQUARE), made(CHAIN)
    chapter = Chapter("a/chapter", "A chapter", (whole, cut), ())
    left_out = frozenset({cut.main.name, *(twin.name for twin in cut.twins)})
    found = read(chapter, folder, lambda one, without: written(one, without | left_out))
    assert [one.checked for one in found] == [True, False]
    assert found[1].refused == dict.fromkeys(left_out, "not in the file")


def test_without_coq_the_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling.shutil, "which", lambda _: None)
    with pytest.raises(calling.CoqMissing, match="apt install coq"):
        calling.require_coq()


def test_the_words_of_the_page_cannot_end_a_comment() -> None:
    step = Step("a", 'so "it" ends *) Axiom bad : False. (* here', SQUARE[0].claim)
    assert "*)" not in lemmas.words(step)
    assert '"' not in lemmas.words(step)


@needs_coq
def test_an_axiom_that_is_not_usual_is_foreign_to_its_chapter_only(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    classic = "Classical_Prop.classic"
    monkeypatch.setattr(running, "AXIOMS", running.AXIOMS - {classic})
    chapters = [Chapter("a/slope", "", (made(CHAIN),), ()), Chapter("a/plain", "", (plain(),), ())]
    found = running.read_all(chapters, folder)
    assert [(one.foreign, one.checked) for one in found] == [({classic}, False), (set(), True)]


def plain() -> Lemma:
    """A lemma that needs no axiom at all."""
    names = ("plain", "plain__witness", "plain__twin_1")
    one, witness, twin = (Block(name, "True", ("exact I.",)) for name in names)
    return replace(made(SQUARE), main=one, witness=witness, twins=(twin,), opened=None)
