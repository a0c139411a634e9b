"""`trajalign check --kernel` and `derive --coq`, as they are typed."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from calling import Called
from coq_tools import needs_coq

from trajalign.verification.kernel import calling

Command = Callable[..., Called]
SCHEMA = Path(__file__).parents[2] / "trajalign" / "schemas" / "check-1.json"


@pytest.mark.thorough
def test_without_coq_the_files_are_written_and_the_check_names_the_packages(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling.shutil, "which", lambda _: None)
    place = tmp_path / "proofs"
    code, out, err = command("derive", "neuron", "--order", "1", "--coq", str(place))
    assert (code, err) == (0, "")
    assert "lemmas in" in out
    assert {"Generic.v", "Tactics.v", "Makefile", "_CoqProject", "manifest.json"} < {
        file.name for file in place.iterdir()
    }
    code, out, err = command("check", "--kernel", str(place))
    assert (code, out) == (2, "")
    assert "apt install coq" in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("check", "--kernel", "nowhere"), "neither a folder nor a model"),
        (("check", "--kernel", "."), "manifest.json"),
        (("check", "--kernel", "linear", "--activation", "tanh"), "--activation"),
        (("derive", "linear", "--coq", "x", "-o", "y.tex"), "--coq goes with no"),
        (("derive", "linear", "--coq", "x", "--kernel"), "--coq goes with no"),
        (("derive", "linear", "--kernel", "-o", "y.json"), "--kernel goes with every format but"),
        (("derive", "linear", "--coq", "pyproject.toml"), "not a directory"),
        (("assumptions", "linear", "--coq", "x", "--json", "-"), "--coq goes with no"),
        (("assumptions", "--replay", "x", "--coq", "y"), "goes with no other option"),
    ],
)
def test_bad_input_is_one_line(command: Command, arguments: tuple[str, ...], words: str) -> None:
    code, out, err = command(*arguments)
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert words in err


@pytest.mark.parametrize(
    "arguments",
    [("verify", "linear"), ("derive", "linear"), ("report", "linear", "-o", "page")],
)
def test_what_shows_a_reading_names_the_packages_that_it_needs(
    command: Command,
    arguments: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(calling.shutil, "which", lambda _: None)
    code, out, err = command(*arguments, "--kernel")
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert "apt install coq" in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.thorough
@needs_coq
def test_verify_tells_what_coq_read(command: Command, tmp_path: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    file, label = tmp_path / "read.json", "bifurcation/two-cycle"
    code, out, _ = command(
        *("verify", "linear", "--loss", "log-cosh", "--statement", label),
        *("--kernel", "--json", str(file)),
    )
    assert code == 0
    told = rf"read by Coq \S+ linear/A1, {label} 12 of 12 and words"
    assert re.search(told, " ".join(out.split()))
    document = json.loads(file.read_text("utf-8"))
    jsonschema.validate(document, json.loads((SCHEMA.parent / "verify-1.json").read_text("utf-8")))
    (row,) = (row for row in document["results"] if row["label"] == label)
    assert row["kernel"]["checked"] == row["kernel"]["steps"] == 12
    assert (row["kernel"]["argued"], row["evidence"]) == (True, "sampled")


@pytest.mark.thorough
@needs_coq
@pytest.mark.timeout(1500)
def test_a_model_is_read_and_a_changed_folder_refused(command: Command, tmp_path: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    file, place = tmp_path / "read.json", tmp_path / "proofs"
    code, out, _ = command("check", "--kernel", "neuron", "--order", "1", "--json", str(file))
    assert code == 3
    assert "read by Coq" in out
    found = json.loads(file.read_text("utf-8"))
    jsonschema.validate(found, json.loads(SCHEMA.read_text("utf-8")))
    checked = [one for one in found["lemmas"] if one["evidence"] == "kernel-checked"]
    assert len(checked) >= 0.8 * len(found["lemmas"])
    assert all(one["witness"] is not None and one["twins_refuted"] for one in checked)

    assert command("derive", "neuron", "--order", "1", "--coq", str(place))[0] == 0
    chapter = place / "bifurcation_two_cycle.v"
    text = chapter.read_text("utf-8")
    chapter.write_text(
        text.replace("frozen (- p) = - frozen p", "frozen (- p) = frozen p"), "utf-8"
    )
    code, out, err = command("check", "--kernel", str(place))
    assert (code, out) == (1, "")
    assert "not that of the current step" in err


@pytest.mark.thorough
@needs_coq
@pytest.mark.timeout(600)
def test_hypotheses_alone_are_read_and_another_loss_is_refused(
    command: Command, tmp_path: Path
) -> None:
    place, file = tmp_path / "proofs", tmp_path / "read.json"
    arguments = ("assumptions", "linear", "--loss", "pseudo-huber", "--coq", str(place))
    assert command(*arguments)[0] == 0
    code, out, _ = command("check", "--kernel", str(place), "--json", str(file))
    assert (code, "4 of 4 steps are kernel-checked" in out) == (0, True)
    assert re.search(r"\((library compiled|compiled library from .+)\)$", out.splitlines()[0])
    found = json.loads(file.read_text("utf-8"))["lemmas"]
    assert [one["step"] for one in found] == ["A1", "A2", "A3", "A4"]
    assert {one["evidence"] for one in found} == {"kernel-checked"}
    assert not any(axiom.startswith("Prim") for one in found for axiom in one["axioms"])

    chapter = place / "linear_hypotheses.v"
    text = chapter.read_text("utf-8")
    chapter.write_text(text.replace("ell z = sqrt (z ^ 2 + 1)", "ell z = z ^ 2"), "utf-8")
    code, out, err = command("check", "--kernel", str(place))
    assert (code, out) == (1, "")
    assert "not that of the current step" in err


@pytest.mark.thorough
@needs_coq
@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
@pytest.mark.timeout(1500)
def test_a_project_builds_with_make(command: Command, tmp_path: Path) -> None:
    assert command("derive", "neuron", "--order", "1", "--coq", str(tmp_path))[0] == 0
    called = ["make", "recheck"]  # coqc, then coqchk of what it wrote
    done = subprocess.run(called, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-500:]
    assert "coqchk -silent" in done.stdout
    # A compiled file in which one byte is another is no proof.
    compiled = tmp_path / "bifurcation_two_cycle.vo"
    content = bytearray(compiled.read_bytes())
    content[len(content) // 2] ^= 1
    compiled.write_bytes(content)
    done = subprocess.run(
        ["make", "-o", "all", "recheck"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
