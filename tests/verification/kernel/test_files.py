"""A folder is read only if it says what the current steps say."""

import json
from pathlib import Path

import pytest

from trajalign.theory import models
from trajalign.theory.derivation import frozen
from trajalign.theory.derivation.claims import Appendix
from trajalign.theory.errors import InputError
from trajalign.verification.kernel.files import Changed, read_folder
from trajalign.verification.kernel.project import Chapter, chapters, chapters_of, library, project


@pytest.fixture(scope="module")
def made() -> tuple[Chapter, ...]:
    """The hypotheses and one derivation."""
    model = models.of("neuron", "algebraic")
    derived = frozen.derivations(model, 1)
    book = Appendix(model.name, model.response.text, 1, derived, type(model.response))
    return (*chapters(model, None), *chapters_of(book, {"bifurcation/two-cycle"}))


@pytest.fixture
def folder(made: tuple[Chapter, ...], tmp_path: Path) -> Path:
    for name, text in project(models.of("neuron", "algebraic"), 1, made, {}).items():
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def chapter(made: tuple[Chapter, ...]) -> Chapter:
    return next(one for one in made if one.label == "bifurcation/two-cycle")


def change(folder: Path, before: str, after: str) -> None:
    file = folder / "bifurcation_two_cycle.v"
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), "utf-8")


def test_what_was_written_is_read(folder: Path, made: tuple[Chapter, ...]) -> None:
    text = read_folder(folder).proofs()(chapter(made), frozenset())
    assert text == (folder / "bifurcation_two_cycle.v").read_text("utf-8")


def test_a_proof_may_be_another(folder: Path, made: tuple[Chapter, ...]) -> None:
    change(folder, "  finish.\n", "  first [ finish | idtac ].\n")
    assert "idtac" in read_folder(folder).proofs()(chapter(made), frozenset())


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("frozen (- p) = - frozen p", "frozen (- p) = frozen (- p)", "statement of"),
        ("  finish.\nQed.", "  Admitted.\nQed.", "says Admitted"),
        ("  finish.\nQed.", '  Infix "+" := Rminus.\n  finish.\nQed.', "says Infix"),
        ("  finish.\nQed.", "  { Inductive a := . }\n  finish.\nQed.", "says Inductive"),
        ("  finish.\nQed.", "  finish. (* b *) Qed. Fact a : True.\nQed.", "says Qed"),
        ("  finish.\nQed.", "  (* a (* b *) c *) finish.\nQed.", r"says \(\*"),
        ("  finish.\nQed.", "  finish.\nQed.\nAxiom bad : False.\n", "something else"),
        ("Open Scope R_scope.", "Open Scope R_scope. Axiom bad : False.", "something else"),
    ],
)
def test_another_statement_or_an_axiom_is_refused(
    folder: Path, made: tuple[Chapter, ...], before: str, after: str, words: str
) -> None:
    change(folder, before, after)
    with pytest.raises(Changed, match=words):
        read_folder(folder).proofs()(chapter(made), frozenset())


def test_another_library_is_refused(folder: Path) -> None:
    (folder / "Tactics.v").write_text(library()["Tactics.v"] + "Axiom bad : False.\n", "utf-8")
    with pytest.raises(Changed, match=r"Tactics\.v"):
        read_folder(folder)


def test_a_folder_without_a_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="manifest"):
        read_folder(tmp_path)
    (tmp_path / "manifest.json").write_text(json.dumps({"schema": "another"}), "utf-8")
    with pytest.raises(InputError):
        read_folder(tmp_path)


def test_every_lemma_of_the_manifest_has_its_hash_and_witness(folder: Path) -> None:
    data = json.loads((folder / "manifest.json").read_text("utf-8"))
    lemmas = data["lemmas"]
    assert len({one["lemma"] for one in lemmas}) == len(lemmas) > 8
    assert all(len(one["sha256"]) == 64 for one in lemmas)
    assert all(one["twins"] or one["missing"] for one in lemmas)
