"""`trajalign derive`: what it writes, what it checks, and what it refuses."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import sympy as sp
from calling import Called, environment, one_line
from flint import fmpq
from latex_tools import complaints, darkest_of_each_page, needs_latex
from small_appendix import CURVE, SMALL

import trajalign.commands.derive as derive_module
from trajalign.appendix import pdf
from trajalign.appendix.numbers import Numbers, Row
from trajalign.figures.bifurcation import bifurcation_picture
from trajalign.files import dump
from trajalign.theory.derivation.claims import Appendix, Identity, Step
from trajalign.theory.models import Model, P, TwoLayerLinear
from trajalign.verification.theorems.certificate import certificate, digest, rounded
from trajalign.verification.theorems.search import prove
from trajalign.verification.theorems.settings import Wanted

Derive = Callable[..., Called]
LATEX_FILES = {"a.tex", "a-standalone.tex", "trajalign-notation.tex", "trajalign.bib"}
NUMBERS_FILES = {"a-numbers.tex", "a-bifurcation.pdf"}
ROW = Row("linear/limit", "pass", "sampled", "3/4", "0.7500000021", "4", "4.002")


@pytest.fixture
def derive(command: Callable[..., Called]) -> Derive:
    return lambda *arguments: command("derive", *arguments)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two derivations by hand instead of all, and one number."""
    monkeypatch.setattr(derive_module, "appendix", lambda model, order: SMALL)

    def tried(model: Model, **_: object) -> Numbers:
        return Numbers(model, (), (ROW,), (bifurcation_picture(model),))

    monkeypatch.setattr(derive_module, "on_orbits", tried)


@pytest.fixture
def false(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same with a step that does not hold."""
    wrong = Step("wrong", "so that", Identity((P, 2 * P - P / sp.Integer(2))))
    steps = (*CURVE.steps[:3], wrong, *CURVE.steps[3:])
    appendix = replace(SMALL, derivations=(replace(CURVE, steps=steps),))
    monkeypatch.setattr(derive_module, "appendix", lambda model, order: appendix)


# What is written ---------------------------------------------------------------------------------


def written_to(path: Path) -> Called:
    """What the command says of the small appendix, as `--check` does."""
    return 0, f"{path}: 2 derivations with 12 steps check\n", ""


def test_a_theorem_that_is_replayed_is_the_last_chapter(derive: Derive, tmp_path: Path) -> None:
    model = TwoLayerLinear("log-cosh")
    wanted = Wanted(fmpq(1, 900), (fmpq(21, 25), fmpq(17, 20)), (fmpq(1, 5), fmpq(2, 5)))
    proof, theorem = prove(model, wanted)
    document = certificate(model, proof, rounded(theorem))
    file, page = tmp_path / "theorem.json", tmp_path / "a.html"
    file.write_text(dump(document), encoding="utf-8")
    arguments = ("linear", "--no-numbers", "--certificate", str(file), "-o", str(page))
    code, _, err = derive(*arguments)
    assert (code, err) == (0, "")
    last = page.read_text(encoding="utf-8").split("The theorem with numbers")[-1]
    assert last.count(f"certificate {document['sha256'][:16]}") == 8
    assert "8 lemmas proved in ball arithmetic over the whole box" in last
    # A number that is better than what is proved: nothing is written.
    page.unlink()
    document["theorem"]["alignment"] = "3/4"
    file.write_text(dump(document | {"sha256": digest(document)}), encoding="utf-8")
    code, out, err = derive(*arguments)
    assert (code, out) == (2, "")
    assert "alignment: 0.750000 is told" in one_line(err)
    assert not page.exists()


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("loss", "told"),
    [
        ("log(1+z**2)/2", "A2 fails"),
        ("cosh(z)-1", "A1 fails, A3 fails, A4 fails, A5 fails"),
        ("z*asinh(z) - sqrt(1+z**2) + sin(z)**4*exp(-z**2)/1000", "A5 is undecided"),
    ],
)
def test_a_hypothesis_that_does_not_hold_is_named(loss: str, told: str, derive: Derive) -> None:
    code, out, err = derive("linear", "--loss", loss)
    assert (code, out != "") == (0, True)
    assert told in one_line(err)
    assert one_line(err).endswith("what is derived from that does not apply")


@pytest.mark.usefixtures("small")
def test_text_goes_to_stdout(derive: Derive) -> None:
    code, out, err = derive()
    assert (code, err) == (0, "")
    assert out.startswith("Derivations for the two-layer linear network")
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("name", "layout", "start"),
    [
        ("a.txt", None, "Derivations for"),
        ("a.html", None, "<!DOCTYPE html>"),
        ("a.json", None, "{"),
        ("a.out", "html", "<!DOCTYPE html>"),
        ("a.out", None, "Derivations for"),
    ],
)
def test_the_format_follows_the_name_unless_it_is_said(
    derive: Derive, tmp_path: Path, name: str, layout: str | None, start: str
) -> None:
    options = () if layout is None else ("--format", layout)
    assert derive("-o", str(tmp_path / name), *options) == written_to(tmp_path / name)
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.usefixtures("small")
def test_latex_is_a_fragment_and_what_belongs_to_it(derive: Derive, tmp_path: Path) -> None:
    assert derive("-o", str(tmp_path / "a.tex")) == written_to(tmp_path / "a.tex")
    assert {path.name for path in tmp_path.iterdir()} == LATEX_FILES | NUMBERS_FILES
    numbers = (tmp_path / "a-numbers.tex").read_text(encoding="utf-8")
    assert r"\texttt{limit} & pass & sampled & $3/4$ & $0.7500000$ & $4$ & $4.002$" in numbers
    assert r"\input{a}" in (tmp_path / "a-standalone.tex").read_text(encoding="utf-8")
    assert derive("-o", str(tmp_path / "a.tex")) == written_to(
        tmp_path / "a.tex"
    )  # its own files it replaces
    _, out, _ = derive("--format", "latex")
    assert out == (tmp_path / "a.tex").read_text(encoding="utf-8")


@pytest.mark.usefixtures("small")
def test_the_numbers_can_be_left_out(derive: Derive, tmp_path: Path) -> None:
    assert derive("-o", str(tmp_path / "a.tex"), "--no-numbers")[0] == 0
    assert {path.name for path in tmp_path.iterdir()} == LATEX_FILES
    assert "numbers" not in (tmp_path / "a-standalone.tex").read_text(encoding="utf-8")


@needs_latex
@pytest.mark.usefixtures("small")
def test_what_was_written_compiles_where_it_lies(derive: Derive, tmp_path: Path) -> None:
    derive("-o", str(tmp_path / "a.tex"))
    done = subprocess.run(
        ["latexmk", "-norc", "-pdf", "-interaction=nonstopmode", "a-standalone.tex"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0
    log = (tmp_path / "a-standalone.log").read_text(encoding="utf-8", errors="replace")
    assert complaints(log) == []


@needs_latex
@pytest.mark.usefixtures("small")
def test_pdf_is_one_file(derive: Derive, tmp_path: Path) -> None:
    assert derive("-o", str(tmp_path / "a.pdf")) == written_to(tmp_path / "a.pdf")
    assert [path.name for path in tmp_path.iterdir()] == ["a.pdf"]
    assert max(darkest_of_each_page((tmp_path / "a.pdf").read_bytes(), tmp_path)) < 128


# The check ---------------------------------------------------------------------------------------


@pytest.fixture
def written(derive: Derive, tmp_path: Path, small: None) -> Path:
    file = tmp_path / "a.json"
    assert derive("-o", str(file)) == written_to(file)
    return file


def test_what_was_written_checks(derive: Derive, written: Path) -> None:
    code, out, err = derive("--check", str(written))
    assert (code, err) == (0, "")
    assert out == f"{written}: 2 derivations with 12 steps check\n"


@pytest.mark.parametrize(
    ("old", "new", "step"),
    [
        (r"\\taR''(0)} + O(\\taP^{2})", r"\\taR''(0)} + O(\\taP^{3})", "height: step start"),
        (r"1 - \\frac{2 \\taR}{\\taQ}", r"1 - \\frac{3 \\taR}{\\taQ}", "alignment: step p-next"),
        ("Insert the", "Put in the", "alignment: step curve"),
    ],
)
def test_the_first_wrong_step_is_named(
    derive: Derive, written: Path, old: str, new: str, step: str
) -> None:
    text = written.read_text(encoding="utf-8")
    assert text.count(old) == 1
    written.write_text(text.replace(old, new), encoding="utf-8")
    code, out, err = derive("--check", str(written))
    assert (code, out) == (1, "")
    assert f"{written}: linear/{step}" in one_line(err)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("Theorem 1 holds.", "it is not JSON"),
        ('{"schema": "trajalign.verify/1"}', "not a file of derivations"),
        ("[]", "not a file of derivations"),
    ],
)
def test_another_file_is_bad_input(
    derive: Derive, tmp_path: Path, content: str, complaint: str
) -> None:
    file = tmp_path / "x.json"
    file.write_text(content, encoding="utf-8")
    code, out, err = derive("--check", str(file))
    assert (code, out) == (2, "")
    assert complaint in one_line(err)


# What stops it -----------------------------------------------------------------------------------


@pytest.mark.usefixtures("false")
@pytest.mark.parametrize("name", ["a.txt", "a.tex", "a.pdf", "a.html", "a.json"])
def test_a_step_that_does_not_check_is_not_printed(
    derive: Derive, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "require_latexmk", lambda: None)
    code, out, err = derive("-o", str(tmp_path / name))
    assert (code, out) == (1, "")
    assert "linear/alignment: step wrong: two sides" in one_line(err)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--order", "9"), "9 is not in the range"),
        (("--order", "two"), "not a valid integer"),
        (("--format", "pdf"), "--format pdf needs -o FILE"),
        (("--format", "pdf", "-o", "-"), "--format pdf needs -o FILE"),
        (("--format", "latex", "-o", "x.txt"), "NAME.tex"),
        (("--format", "word"), "'word' is not one of"),
        (("-o", "missing/x.json"), "missing or not writable"),
        (("transformer",), "'transformer' is not one of"),
        (("linear", "--loss", "foo(z)"), "--loss: "),
        (("linear", "--activation", "tanh"), "--activation belongs to the neuron"),
        (("linear", "--loss", "z**2/2 + z**6"), "r''(0) must not vanish"),
        (("linear", "--loss", "abs(z)**3"), "smooth at 0"),
        (("linear", "--loss", "z + z**2/2 - z**4"), "r"),
        (("--check", "missing.json"), "No such file"),
        (("--check", "x.json", "--order", "2"), "no other option"),
        (("linear", "--check", "x.json"), "no other option"),
        (("linear", "--certificate", "x.json"), "--certificate x.json: No such file"),
        (("linear", "--certificate", "x.json", "--format", "json"), "every format but json"),
        (("--check", "x.json", "--certificate", "y.json"), "no other option"),
        (("--check", "x.json", "-o", "y.json"), "no other option"),
    ],
)
def test_bad_input_is_explained(
    derive: Derive,
    arguments: tuple[str, ...],
    complaint: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = derive(*arguments)
    assert (code, out) == (2, "")
    assert complaint in one_line(err)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("small")
def test_a_missing_latexmk_stops_before_any_work(
    derive: Derive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def begun(model: Model, order: int) -> Appendix:
        raise AssertionError("work was begun")

    monkeypatch.setattr(derive_module, "appendix", begun)
    monkeypatch.setenv("PATH", "")
    code, out, err = derive("-o", str(tmp_path / "a.pdf"))
    assert (code, out) == (2, "")
    assert "apt install latexmk" in one_line(err)
    assert list(tmp_path.iterdir()) == []


@needs_latex
@pytest.mark.usefixtures("small")
def test_a_failure_of_latex_keeps_its_log(
    derive: Derive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.pdf").write_bytes(b"old")
    monkeypatch.setattr("trajalign.appendix.latex_document.notation", lambda: r"\nonsense")
    code, out, err = derive("-o", str(tmp_path / "a.pdf"))
    assert (code, out) == (2, "")
    assert f"! Undefined control sequence. (the log is {tmp_path / 'a.log'})" in one_line(err)
    assert "nonsense" in (tmp_path / "a.log").read_text(encoding="utf-8")
    assert (tmp_path / "a.pdf").read_bytes() == b"old"


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_an_interrupt_ends_it_in_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    process = subprocess.Popen(
        [sys.executable, "-m", "trajalign", "derive", "--order", "4", "-o", str(file)],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert one_line(err.lstrip("\n")) == "trajalign: interrupted"  # below the ^C
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_an_interrupted_compilation_ends_all_it_started(tmp_path: Path) -> None:
    """latexmk is a stand-in here that starts a program of its own and waits for it."""
    mark, fake = tmp_path / "pid", tmp_path / "bin" / "latexmk"
    fake.parent.mkdir()
    fake.write_text(f"#!/bin/sh\nsleep 600 &\necho $! > {mark}\nwait\n", encoding="utf-8")
    fake.chmod(0o700)
    program = "from trajalign.appendix import pdf; pdf.compiled({'x.tex': ''}, 'x.tex')"
    path = f"{fake.parent}{os.pathsep}{os.environ['PATH']}"
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        env=environment(PATH=path, TMPDIR=str(tmp_path)),
        stderr=subprocess.DEVNULL,
    )
    while not mark.exists() or not mark.read_text().strip():
        assert process.poll() is None
        time.sleep(0.05)
    time.sleep(1)  # until it waits for latexmk
    process.send_signal(signal.SIGINT)
    process.wait(timeout=60)
    child = int(mark.read_text())
    for _ in range(100):
        if not Path(f"/proc/{child}").exists() or _is_zombie(child):
            break
        time.sleep(0.05)
    else:
        pytest.fail("the program that latexmk started is still there")
    assert {entry.name for entry in tmp_path.iterdir()} == {"bin", "pid"}


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True
