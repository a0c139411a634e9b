"""A1 to A4 as theorems: what Coq accepts of right ones, and of such as something is wrong with."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import sympy as sp
from coq_tools import needs_coq

from trajalign.theory import models
from trajalign.theory.responses import Loss, Response
from trajalign.verification.kernel.chapter import Chapter
from trajalign.verification.kernel.hypotheses import facts, field, ladders, said, signs
from trajalign.verification.kernel.hypotheses.theorems import hypotheses
from trajalign.verification.kernel.running import AXIOMS, build_library, read

A1_TO_A4, A1_A3_A4 = ["A1", "A2", "A3", "A4"], ["A1", "A3", "A4"]
COMPLETE = [
    ("linear", "log-cosh", A1_TO_A4),
    ("linear", "pseudo-huber", A1_TO_A4),
    ("linear", "atan", A1_TO_A4),
    ("linear", "log-cosh-half", A1_TO_A4),
    ("linear", "langevin", ["A1", "A2", "A3"]),
    ("linear", "z*asinh(z) - sqrt(1+z**2)", A1_TO_A4),
    ("neuron", "tanh", A1_A3_A4),
    ("neuron", "algebraic", A1_A3_A4),
    ("neuron", "arctan", A1_A3_A4),
    ("neuron", "gudermannian", A1_A3_A4),
    ("neuron", "logistic", A1_A3_A4),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("coq")
    build_library(made)
    return made


def made(model: str, response: str) -> Chapter:
    return hypotheses(models.of(model, response))


def checked(chapter: Chapter, folder: Path) -> list[str]:
    return [one.lemma.step for one in read(chapter, folder) if one.checked]


# What they say ------------------------------------------------------------------------------------


def test_the_loss_stands_in_them_as_it_is_given() -> None:
    first, *_, last = made("linear", "log-cosh").lemmas
    assert first.main.says == (
        "forall (z : R) (ell r : R -> R),\n"
        "    (forall z, ell z = ln (cosh z)) ->\n"
        "    (forall z, z <> 0 -> r z = Derive ell z / z) ->\n"
        "    (0 < z) ->\n"
        "    ex_derive r z /\\ Derive r z < 0"
    )
    assert "continuous r 0" in last.main.says
    assert last.main.says.endswith("Derive (Derive r) 0 = - (2 / 3) /\\ Derive (Derive r) 0 < 0")


def test_a3_of_a_neuron_speaks_of_where_r_is_at_least_c() -> None:
    (a3,) = (one for one in made("neuron", "algebraic").lemmas if one.step == "A3")
    for part in ("(1 / 2 <= c)", "(x < y)", "(c <= r x)", "(c <= r y)"):
        assert part in a3.main.says
    assert a3.main.says.endswith("y * Derive r y / r y < x * Derive r x / r x")


# What fails, and what cannot be said, is listed with its reason -----------------------------------


@pytest.mark.parametrize(
    ("model", "response", "step", "words"),
    [
        ("linear", "log(1+z**2)/2", "A2", "no derivatives with evident signs"),  # it is false
        ("linear", "cosh(z) - 1", "A1", "no derivatives with evident signs"),  # so is this
        ("product", "log(cosh(u-1))", "A1", "is another one"),
        ("linear", "atan(z**2)/2", "A4", "r''(0) is 0"),
        ("linear", "langevin", "A4", "0/0 at 0"),
        ("neuron", "erf", "A1", "erf has no counterpart"),
        ("neuron", "sin(z)", "A1", "no place in the field"),
        ("neuron", "tanh(100*z)/1000 + 9*tanh(z)/10", "A3", "too far apart"),
    ],
)
def test_the_reason_is_told(model: str, response: str, step: str, words: str) -> None:
    reasons = {name: why for name, _, why in made(model, response).left_out}
    assert words in reasons[step]


# What Coq says ------------------------------------------------------------------------------------


@needs_coq
def test_the_kernel_reads_those_of_sqrt(folder: Path) -> None:
    found = read(made("linear", "pseudo-huber"), folder)
    assert [one.lemma.step for one in found if one.checked] == A1_TO_A4
    assert all(one.axioms <= AXIOMS for one in found)


@pytest.mark.thorough
@needs_coq
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("model", "response", "steps"), COMPLETE)
def test_the_kernel_reads_those_of_the_catalogue(
    model: str, response: str, steps: list[str], folder: Path
) -> None:
    assert checked(made(model, response), folder) == steps


def _wrong_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    right = ladders.shifted

    def turned(*arguments: object) -> ladders.Shift | None:
        found = right(*arguments)  # type: ignore[arg-type]  # one of several functions, planted in
        return None if found is None else replace(found, sign=-found.sign)

    monkeypatch.setattr(ladders, "shifted", turned)


def _wrong_response(monkeypatch: pytest.MonkeyPatch) -> None:
    right = said.given

    def other(_: Response) -> list[tuple[str, str]]:
        return right(Loss.parse("pseudo-huber"))

    monkeypatch.setattr(said, "given", other)
    monkeypatch.setattr(facts, "given", other)


def _wrong_slope(monkeypatch: pytest.MonkeyPatch) -> None:
    right = field.Field.slope
    monkeypatch.setattr(field.Field, "slope", lambda self, f: right(self, f) * 2)


def _too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    """e^(cz) were more than a series that it is less than."""
    right = ladders.least
    monkeypatch.setattr(ladders, "least", lambda atom, terms: right(atom, terms) + T_SQUARED)
    monkeypatch.setattr(signs, "least", lambda atom, terms: right(atom, terms) + T_SQUARED)


T_SQUARED = field.T**2
PLANTED: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], str, str]] = {
    "every sign turned": (_wrong_sign, "log-cosh", "A3"),
    "another response": (_wrong_response, "log-cosh", "A1"),
    "a slope twice as large": (_wrong_slope, "log-cosh", "A2"),
    "a series that e^z is below": (_too_much, "log-cosh", "A1"),
}


@pytest.mark.thorough
@needs_coq
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_mistake_is_refused(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant, loss, step = PLANTED[name]
    plant(monkeypatch)
    chapter = made("linear", loss)
    kept = tuple(one for one in chapter.lemmas if one.step == step)
    assert kept  # it is Coq that refuses it
    assert checked(replace(chapter, lemmas=kept), folder) == []


@needs_coq
def test_what_falls_from_above_0_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """1/2 − z is not negative for all z > 0 though its derivative is."""
    half = sp.Rational(1, 2) - field.T
    plain = field.field_of([])
    assert ladders.ladder(plain, half) is None
    monkeypatch.setattr(field.Field, "at_zero", lambda self, f: -sp.S.One)
    writer = signs.Writer(plain, "planted", everywhere=True)
    writer.negative("claim", half)
    *before, main = writer.taken()
    a1 = made("linear", "pseudo-huber").lemmas[0]
    wrong = replace(a1, main=main, before=tuple(before), witness=None, twins=())
    chapter = Chapter("planted", "Planted", (wrong,), ())
    (found,) = read(chapter, folder)
    assert not found.accepted


@pytest.mark.thorough
@needs_coq
def test_another_point_than_0_is_refused(folder: Path) -> None:
    """r continuous at 1 in place of 0: the hypothesis that makes r(0) what it is, is missing."""
    chapter = made("linear", "pseudo-huber")
    a4 = chapter.lemmas[-1]
    text = a4.main.says.replace("continuous r 0", "continuous r 1")
    wrong = replace(a4, main=replace(a4.main, says=text))
    found = read(replace(chapter, lemmas=(*chapter.lemmas[:-1], wrong)), folder)
    assert [one.lemma.step for one in found if one.checked] == A1_TO_A4[:-1]
