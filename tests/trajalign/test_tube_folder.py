"""`prove --coq` and `check --kernel` of what it wrote, as they are typed."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import jsonschema
import pytest
from calling import Called, one_line
from coq_tools import needs_coq

from trajalign.commands import prove as module
from trajalign.theory.models import of
from trajalign.tube_folder import write_tube
from trajalign.verification.kernel import calling

Command = Callable[..., Called]
BOX = ("--eta0", "1/20", "--q0", "4/5,81/100", "--p0", "3/10,1/2", "--jobs", "1")
ROOT = ("prove", "linear", "--loss", "sqrt(1+z**2)", *BOX)
CHECK = Path(module.__file__).parents[1] / "schemas" / "check-1.json"


@pytest.mark.thorough
def test_without_coq_the_files_are_written_and_the_packages_named(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling.shutil, "which", lambda _: None)
    code, out, err = command(*ROOT, "--coq", str(tmp_path))
    assert (code, err) == (0, "")
    assert "cells of x, joined; if p₀² ≤" in " ".join(out.split())
    assert "apt install coq" in out
    assert {"Tube.v", "Boxes_linear.v", "Makefile", "_CoqProject", "manifest.json"} < {
        file.name for file in tmp_path.iterdir()
    }
    code, out, err = command("check", "--kernel", str(tmp_path))
    assert (code, out) == (2, "")
    assert "apt install coq" in one_line(err)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("prove", "linear", "--loss", "atan", *BOX, "--coq", "x"), "the tube in Coq is written"),
        (("prove", "--replay", "x.json", "--coq", "y"), "--replay takes a certificate"),
        ((*ROOT, "--coq", "pyproject.toml"), "not a directory"),
    ],
)
def test_what_cannot_be_written_is_told_before_work_begins(
    command: Command, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], words: str
) -> None:
    def begun(*given: object, **options: object) -> None:
        raise AssertionError("work was begun")

    monkeypatch.setattr(module, "searched", begun)
    code, out, err = command(*arguments)
    assert (code, out) == (2, "")
    assert words in one_line(err)


@pytest.mark.parametrize(("constant", "told"), [("14/25", False), ("2/5", True)])
def test_a_tube_that_had_to_be_widened_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], constant: str, told: bool
) -> None:
    model = of("linear", "sqrt(1+z**2)")
    setting = SimpleNamespace(largest=Fraction(1, 400), tube_end=Fraction(3, 5))
    # No tube with C below sup |h_2| = h_2(0) = 1/2 is kept; up to 3/2 of what is asked is tried.
    theorem = SimpleNamespace(setting=setting, alignment=Fraction(constant))
    write_tube(model, theorem, "0" * 64, tmp_path, quiet=False)  # type: ignore[arg-type]  # its numbers
    assert ("wider than the theorem's tube" in capsys.readouterr().out) is told


@needs_coq
@pytest.mark.thorough
def test_what_was_written_is_checked_and_a_change_is_not(command: Command, tmp_path: Path) -> None:
    assert command(*ROOT, "--coq", str(tmp_path))[0] == 0
    code, out, err = command("check", "--kernel", str(tmp_path), "--json", "-")
    assert (code, err) == (0, "")
    found = json.loads(out)
    jsonschema.validate(found, json.loads(CHECK.read_text("utf-8")))
    assert found["lemmas"][0]["evidence"] == "kernel-checked"
    file = tmp_path / "manifest.json"
    file.write_text(file.read_text("utf-8").replace('"1/400"', '"1/40"'), "utf-8")
    code, out, err = command("check", "--kernel", str(tmp_path))
    assert (code, out) == (1, "")
    assert "nothing is claimed" in err
