"""Lines about matrices of any size: their terms, and that a wrong one is never kernel-checked."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sympy as sp
from coq_tools import needs_coq

from trajalign.theory import models
from trajalign.theory.derivation.book import appendix
from trajalign.theory.derivation.notation import ETA, INPUT, OUTER, STEP_MATRIX, WEIGHTS
from trajalign.verification.kernel import matrix_terms
from trajalign.verification.kernel.calling import build_library
from trajalign.verification.kernel.lemmas import Lemma
from trajalign.verification.kernel.names import Names
from trajalign.verification.kernel.project import Chapter, chapters_of
from trajalign.verification.kernel.running import Read, read
from trajalign.verification.kernel.translate import same, term

x, U, v = INPUT, WEIGHTS, OUTER
MAPS, DIAGONAL = "linear/reduced-map", "linear/diagonal-form"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("coq")
    build_library(made)
    return made


def chapter(label: str) -> Chapter:
    book = appendix(models.of("linear", "log-cosh"), 1)
    return chapters_of(book, {label})[0]


def lemma(label: str, step: str) -> Lemma:
    return next(one for one in chapter(label).lemmas if one.step == step)


def read_one(folder: Path, *found: Lemma) -> tuple[Read, ...]:
    return read(Chapter("a/chapter", "A chapter", found, ()), folder)


# Terms --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (x.T * U, "x^T *[d] U"),
        (sp.Trace(x.T * U * v), "trace 1 (x^T *[d] U *[m] v)"),
        (sp.Trace(x * v.T * U.T), "trace d (x *[1] v^T *[m] U^T)"),
        (U - ETA * x * v.T, "U -m eta *: (x *[1] v^T)"),
        (2 * U.T * x + v, "2 *: (U^T *[d] x) +m v"),
        (sp.ImmutableMatrix([[1, ETA / 2]]) * STEP_MATRIX, "(rows [[1; eta / 2]]) *[2] M"),
    ],
)
def test_a_term_says_the_same_in_coq(expression: sp.Expr, text: str) -> None:
    assert term(expression, Names()) == text


def test_matrices_are_the_same_within_their_size() -> None:
    assert same(U.T * x, v, Names()) == "same m 1 (U^T *[d] x) v"


def test_the_page_says_what_happens_to_the_hidden_layer() -> None:
    found = lemma(MAPS, "hidden")
    assert found.statement.binders == ("(d m : nat) (eta slope : R) (U U_next x v : matrix)")
    assert found.statement.goals == (
        "same m 1 (U_next^T *[d] x) (U^T *[d] x -m (slope * eta * trace 1 (x^T *[d] x)) *: v)",
    )
    assert [h.text for h in found.statement.hypotheses if h.kind == "matrix"] == [
        "same d m U_next (U -m (slope * eta) *: (x *[1] v^T))"
    ]


def test_a_witness_says_which_numbers_a_side_is() -> None:
    found = lemma(MAPS, "gradient-in-v")
    assert found.witness is not None
    assert "f + trace 1 (x^T *[d] U *[m] v_change) = 193 / 60" in found.witness.says


# Coq ----------------------------------------------------------------------------------------------


@needs_coq
def test_the_reduced_map_is_kernel_checked_and_that_of_the_network(folder: Path) -> None:
    found = read(chapter(MAPS), folder)
    assert {one.lemma.step: one.refused for one in found if not one.checked} == {}
    assert len(found) == 9
    assert [block.name for one in found for block in one.lemma.further] == [
        "linear_reduced_map__network_step",
        "linear_reduced_map__network_values",
        "linear_reduced_map__network",
    ]


def _transposes_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    right = matrix_terms._matrix

    def wrong(e: sp.Expr, names: Names, scalar: matrix_terms.Scalar) -> tuple[str, int]:
        return right(e.arg if isinstance(e, sp.Transpose) else e, names, scalar)

    monkeypatch.setattr(matrix_terms, "_matrix", wrong)


def _one_transpose_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    right = matrix_terms._matrix

    def wrong(e: sp.Expr, names: Names, scalar: matrix_terms.Scalar) -> tuple[str, int]:
        text, binding = right(e, names, scalar)
        return (f"{text}^T", 0) if e == U else (text, binding)

    monkeypatch.setattr(matrix_terms, "_matrix", wrong)


def _products_turned_round(monkeypatch: pytest.MonkeyPatch) -> None:
    right = matrix_terms._product

    def wrong(e: sp.MatMul, names: Names, scalar: matrix_terms.Scalar) -> str:
        product = right(e, names, scalar)
        first, between, rest = product.partition(" *[d] ")
        return f"{rest}{between}{first}" if between and ":" not in product else product

    monkeypatch.setattr(matrix_terms, "_product", wrong)


def _first_entry_for_a_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(e: sp.Trace, names: Names, scalar: matrix_terms.Scalar) -> str:
        return f"({matrix_terms.matrix(e.arg, names, scalar)}) 0%nat 0%nat"

    monkeypatch.setattr(matrix_terms, "trace", wrong)


def _sizes_confused(monkeypatch: pytest.MonkeyPatch) -> None:
    right = matrix_terms.size
    swapped = {"d": "m", "m": "d"}

    def wrong(n: object, names: Names) -> str:
        return swapped.get(right(n, names), right(n, names))

    monkeypatch.setattr(matrix_terms, "size", wrong)


PLANTED: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], str]] = {
    "transposes dropped": (_transposes_dropped, "gradient-in-v"),
    "transposes dropped in a step": (_transposes_dropped, "hidden"),
    "one matrix transposed": (_one_transpose_too_many, "hidden"),
    "products turned round": (_products_turned_round, "gradient-in-u"),
    "the first entry for a trace": (_first_entry_for_a_trace, "gradient-in-u"),
    "one size for the other": (_sizes_confused, "f-next"),
}


@pytest.mark.thorough
@needs_coq
@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_mistranslation_is_caught(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant, step = PLANTED[name]
    plant(monkeypatch)
    (found,) = read_one(folder, lemma(MAPS, step))
    assert not found.checked
