"""The tube as a Coq project, and mistakes planted in one."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import pytest
from coq_tools import needs_coq

from trajalign.theory import models
from trajalign.verification.kernel.boxes import project as boxes
from trajalign.verification.kernel.boxes.responses import on_x
from trajalign.verification.kernel.boxes.statement import Tube
from trajalign.verification.kernel.calling import CoqMissing
from trajalign.verification.kernel.files import Changed

ROOT = models.of("linear", "sqrt(1+z**2)")
TUBE = Tube(Fraction(1, 400), Fraction(3, 5), Fraction(14, 25))
BOXES = "Boxes_linear.v"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in boxes.project(ROOT, TUBE, "0" * 64).texts.items():
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def changed(folder: Path, old: str, new: str, file: str = BOXES) -> Path:
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), "utf-8")
    return folder


def test_the_statement_has_the_map_and_h_of_the_model() -> None:
    says = boxes.project(ROOT, TUBE, "").said.says()
    assert "h p = - (p ^ 2 * r p ^ 2 / 2) - p * r p ^ 3 / (2 * Derive r p)" in says
    assert "p_ (S t) = p * (p ^ 2 * eta ^ 2 * r p ^ 2 + 1 - 2 * r p / q)" in says
    assert "<= (14 / 25) * (eta ^ 2) ^ 2" in says


def test_a_tube_that_is_too_narrow_is_written_wider_and_says_so() -> None:
    said = boxes.project(ROOT, Tube(TUBE.largest, TUBE.end, Fraction(1, 2)), "").said
    assert said.tube.constant > Fraction(1, 2)
    assert (
        f"{said.tube.constant}"
        in json.loads(boxes.project(ROOT, said.tube, "").texts["manifest.json"])["tube"].values()
    )


def test_half_of_the_constant_is_said_not_to_do() -> None:
    made = boxes.project(ROOT, TUBE, "")
    *_, last = json.loads(made.texts["manifest.json"])["lemmas"]
    assert last["lemma"] == "linear__tube_kept__twin_4"
    text = made.texts[BOXES]
    said = text[text.index("Lemma linear__tube_kept__twin_4") :].partition("Proof.")[0]
    assert said.count("<= (7 / 25) * (eta ^ 2) ^ 2") == 2


def test_a_folder_without_that_copy_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boxes.calling, "require_coq", lambda: "8.16.1")
    file = folder / "manifest.json"
    data = json.loads(file.read_text("utf-8"))
    data["lemmas"].pop()
    file.write_text(json.dumps(data), "utf-8")
    with pytest.raises(Changed, match="not those of its numbers"):
        boxes.check(folder)


def test_where_coq_does_not_refute_half_of_the_constant_nothing_is_claimed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (folder / BOXES).read_text("utf-8")
    line = text[: text.index("Lemma linear__tube_kept__twin_4")].count("\n") + 9
    error = f'File "./{BOXES}", line {line}, characters 0-5:\nError: The orbit stays.\n'

    def coqc(here: Path, file: str) -> SimpleNamespace:
        refused = file == BOXES
        return SimpleNamespace(returncode=int(refused), stdout=error if refused else "")

    monkeypatch.setattr(boxes.calling, "require_coq", lambda: "8.16.1")
    monkeypatch.setattr(boxes.calling, "coqc", coqc)
    with pytest.raises(Changed, match=rf"Coq refuses {BOXES}, line {line}: .*The orbit stays"):
        boxes.check(folder)


def test_a_folder_is_known_by_its_manifest(folder: Path, tmp_path: Path) -> None:
    assert boxes.is_tube(folder)
    assert not boxes.is_tube(tmp_path / "nothing")


@pytest.mark.parametrize(
    ("file", "old", "new", "why"),
    [
        ("manifest.json", '"constant": "14/25"', '"constant": "7/25"', "not those of its numbers"),
        ("manifest.json", '"largest": "1/400"', '"largest": "1/40"', "not those of its numbers"),
        (BOXES, "Open Scope R_scope.", "Redirect a Print nat.", "says Redirect"),
    ],
)
def test_what_is_about_something_else_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, file: str, old: str, new: str, why: str
) -> None:
    monkeypatch.setattr(boxes.calling, "require_coq", lambda: "8.16.1")
    with pytest.raises(Changed, match=why):
        boxes.check(changed(folder, old, new, file))


def test_without_coq_the_packages_are_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(CoqMissing, match="apt install coq"):
        boxes.check(folder)


@needs_coq
@pytest.mark.thorough
@pytest.mark.parametrize(
    ("model", "response", "tube"),
    [
        ("linear", "sqrt(1+z**2)", TUBE),
        ("linear", "log-cosh", Tube(Fraction(1, 400), Fraction(213, 250), Fraction(8821, 10000))),
        ("neuron", "tanh", Tube(Fraction(1, 200), Fraction(903, 5000), Fraction(2796, 10000))),
    ],
)
def test_coq_accepts_all_of_it(model: str, response: str, tube: Tube, tmp_path: Path) -> None:
    for name, text in boxes.project(models.of(model, response), tube, "").texts.items():
        (tmp_path / name).write_text(text, "utf-8")
    found = boxes.check(tmp_path)
    assert found.said.tube == tube
    assert found.twins == 4


@needs_coq
@pytest.mark.thorough
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("destruct (Rle_dec x (3 / 10))", "destruct (Rle_dec x (2 / 5))"),  # a part is not covered
        ("Rabs (p_ (S t)) <= Rabs p", "Rabs (p_ (S t)) >= Rabs p"),
        ("- p * r p ^ 3 / (2 * Derive r p)", "- p * r p ^ 3 / (3 * Derive r p)"),  # h_1
        ("q_ (S t) = q / (- (2 * q", "q_ (S t) = q / (- (3 * q"),
        ("(7 / 25)", "(14 / 25)"),  # the copy with half of C, which would then be accepted
    ],
)
def test_planted_mistakes_are_refused(folder: Path, old: str, new: str) -> None:
    with pytest.raises(Changed, match="Coq refuses"):
        boxes.check(changed(folder, old, new))


@needs_coq
@pytest.mark.thorough
def test_half_of_the_constant_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right = boxes.plan(on_x(ROOT), TUBE.end, TUBE.largest, TUBE.constant)
    half = TUBE.constant / 2
    monkeypatch.setattr(boxes, "plan", lambda *_: replace(right, constant=half))
    made = boxes.project(ROOT, replace(TUBE, constant=half), "")
    assert made.said.tube.constant == half
    for name, text in made.texts.items():
        (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(Changed, match=r"Coq refuses Boxes_linear\.v"):
        boxes.check(tmp_path)


@needs_coq
@pytest.mark.thorough
def test_a_proof_by_a_recursion_that_coq_was_told_not_to_check_is_refused(folder: Path) -> None:
    file = folder / BOXES
    text = file.read_text("utf-8")
    begin = text.rindex("\n", 0, text.index("linear__tube_kept")) + 1
    proof = text.index("Proof.", begin)
    end = text.index("Qed.", proof)
    forged = "#[bypass_check(guard)] Fixpoint forged (n : nat) {struct n} : False := forged n.\n"
    by_it = "Proof. destruct (forged 0). "
    file.write_text(text[:begin] + forged + text[begin:proof] + by_it + text[end:], "utf-8")
    with pytest.raises(Changed, match=r"rests on .*forged"):
        boxes.check(folder)
