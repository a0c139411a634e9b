"""`trajalign report`: what it writes, its exit status, and what it refuses."""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from browser import CHROMIUM, WANTED_IN_CI, complaints
from calling import one_line
from report_pages import Page, differences, downloads_in, shown_rows, small_content, text_of

from trajalign.commands import report as report_command
from trajalign.report.gathered import Content
from trajalign.report.proofs import Proofs
from trajalign.theory.models import TwoLayerLinear
from trajalign.verification.measuring.effort import QUICK, THOROUGH
from trajalign.verification.neighbours.row import Judgement
from trajalign.verification.neighbours.table import check, rows_of
from trajalign.verification.running.runner import Control
from trajalign.verification.verdicts import Outcome

REFUTED = Control("linear/limit", "log(cosh(z))", "off by 1 %", True, "off", None)


@pytest.fixture
def given(monkeypatch):
    """Let the command show this content, and tell what it asked for."""

    def give(content: Content) -> dict:
        asked: dict = {}

        def gather(models, options, **others):
            asked.update(others, models=models, options=options)
            return content

        monkeypatch.setattr(report_command.content, "gather", gather)
        return asked

    return give


@pytest.mark.thorough
def test_a_whole_report_on_a_loss_for_which_little_holds(command, tmp_path):
    folder = tmp_path / "new" / "report"
    loss = ("linear", "--loss", "cosh(z)-1")
    status, out, err = command("report", *loss, "-o", str(folder), "--jobs", "2")
    assert (status, err) == (1, "")
    assert out == f"{folder}/index.html: 9 pass, 4 fail, 18 not-applicable\n"
    assert [path.name for path in folder.iterdir()] == ["index.html"]
    source = (folder / "index.html").read_text(encoding="utf-8")
    assert Page(source).wrong == []
    _, out, _ = command("verify", *loss, "--json", "-")
    assert differences(source, json.loads(out)["results"]) == []
    assert len(json.loads(downloads_in(source)["1-linear-derivations.json"])["derivations"]) == 19
    assert source.count("<details><summary><h4>") == 19
    slow = next(row for row in shown_rows(source) if row.id == "r1-linear/slow-curve-3")
    assert "derived below (Theorem 11)" in slow.text
    assert "trajalign report linear --loss 'cosh(z)-1' -o" in text_of(source)
    if CHROMIUM is not None or WANTED_IN_CI:
        assert complaints(folder / "index.html") == []


def test_all_three_responses_are_the_default_and_verifies_options_are_passed_on(
    command, tmp_path, given
):
    asked = given(small_content())
    command("report", "-o", str(tmp_path), "--eta", "0.05", "--digits", "60")
    assert [m.response.text for m in asked["models"]] == ["log(cosh(z))", "sqrt(1+z**2)", "tanh(z)"]
    options = asked["options"]
    assert (str(options.top), options.digits, options.effort) == ("1/20", 60, QUICK)
    assert asked["controls"] is False
    told = text_of((tmp_path / "index.html").read_text(encoding="utf-8"))
    assert f"trajalign report --eta 1/20 --digits 60 -o {tmp_path}" in told
    command("report", "neuron", "-o", str(tmp_path), "--thorough")
    assert (asked["options"].effort, asked["controls"]) == (THOROUGH, True)


@pytest.mark.parametrize(
    ("change", "status", "told"),
    [
        (lambda c: replace(c, responses=c.responses[:1]), 0, "11 pass"),
        (lambda c: c, 1, "4 fail"),
        (lambda c: replace(c, responses=c.responses[:1], controls=(REFUTED,)), 0, "1 of 1 fals"),
        (
            lambda c: replace(
                c, responses=c.responses[:1], controls=(REFUTED, replace(REFUTED, refuted=False))
            ),
            1,
            "1 of 2 falsified statements refuted",
        ),
        (
            lambda c: replace(
                c, responses=(replace(c.responses[0], proofs=Proofs("no", wrong=True)),)
            ),
            1,
            "11 pass",
        ),
    ],
)
def test_the_exit_status_is_that_of_verify(change, status, told, command, tmp_path, given):
    given(change(small_content()))
    code, out, _ = command("report", "-o", str(tmp_path))
    assert code == status
    assert told in out
    assert (tmp_path / "index.html").exists()


def test_neighbours_stand_on_the_page_where_they_are_asked_for(
    command, tmp_path, given, monkeypatch
):
    given(replace(small_content(), responses=small_content().responses[:1]))
    monkeypatch.setattr(report_command, "rows", lambda: rows_of(["damian"]))
    code, _, _ = command("report", "-o", str(tmp_path))
    assert code == 0
    assert "Neighbouring papers" not in (tmp_path / "index.html").read_text(encoding="utf-8")
    code, _, _ = command("report", "--neighbours", "--jobs", "1", "-o", str(tmp_path))
    source = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert code == 0
    assert Page(source).wrong == []
    told = text_of(source)
    for words in ("Neighbouring papers", "damian/reflection", "0.999464", "arXiv:2209.15594"):
        assert words in told
    assert f"trajalign report --neighbours -o {tmp_path}" in told
    assert "data:image/svg+xml;base64," in source


def test_a_neighbour_that_fails_fails_the_report(command, tmp_path, given, monkeypatch):
    given(replace(small_content(), responses=small_content().responses[:1]))
    (one,) = check(rows_of(["damian"]))
    judged = Judgement(Outcome.FAIL, "off")
    wrong = replace(one, finding=replace(one.finding, judgement=judged))
    monkeypatch.setattr(report_command, "check", lambda *a, **k: [wrong])
    code, _, _ = command("report", "--neighbours", "-o", str(tmp_path))
    assert code == 1
    assert "✗ fail" in text_of((tmp_path / "index.html").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("linear",), "Missing option '-o'"),
        (("linear", "--loss", "z +", "-o", "new"), "--loss"),
        (("linear", "--activation", "tanh", "-o", "new"), "--activation belongs to the neuron"),
        (("-o", "new", "--eta", "-1"), "--eta -1"),
        (("-o", "new", "--digits", "5"), "--digits"),
        (("-o", "new", "--experiment", "missing"), "--experiment missing"),
        (("-o", "new", "--certificate", "missing"), "--certificate missing: No such file"),
        (("-o", "file"), "-o file"),
        (("-o", "file/below"), "-o file/below"),
        (("-o", "taken"), "index.html in it is a directory"),
    ],
)
def test_bad_input_is_told_in_one_line_and_nothing_is_written(
    arguments, told, command, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    Path("file").touch()
    (Path("taken") / "index.html").mkdir(parents=True)
    status, out, err = command("report", *arguments)
    assert (status, out) == (2, "")
    assert told in one_line(err)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "index.html", "taken"]


def test_a_theorem_is_passed_on_and_belongs_to_a_response(command, tmp_path, given, monkeypatch):
    model = TwoLayerLinear("log-cosh")
    found = SimpleNamespace(model=model)
    monkeypatch.setattr(report_command, "replayed", lambda file, option, **_: found)
    asked = given(small_content())
    arguments = ("-o", str(tmp_path), "--certificate", "a.json")
    status, _, err = command("report", "linear", "--loss", "log-cosh", *arguments)
    assert (status, err) == (1, "")  # as that content has a failure
    assert asked["theorems"] == [found]
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "--certificate a.json" in text_of(page)
    status, out, err = command("report", "neuron", *arguments)
    assert (status, out) == (2, "")
    assert "it is of linear log(cosh(z)), which the report is not about" in one_line(err)


def test_an_interrupted_run_leaves_nothing(command, tmp_path, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(report_command.content, "gather", interrupted)
    status, _, err = command("report", "-o", str(tmp_path / "new"))
    assert status == 130
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_a_page_that_cannot_be_written_leaves_the_old_one(command, tmp_path, given, monkeypatch):
    given(small_content())
    (tmp_path / "index.html").write_text("old", encoding="utf-8")
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "full")))
    status, _, err = command("report", "-o", str(tmp_path))
    assert status == 2
    assert "cannot write" in one_line(err)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]
