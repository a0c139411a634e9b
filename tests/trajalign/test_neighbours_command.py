"""`trajalign neighbours`: what it prints at several widths, writes, refuses and returns."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from calling import Called, one_line
from rich.cells import cell_len

from trajalign.commands import neighbours as module
from trajalign.figures.neighbours import links
from trajalign.neighbours_output import print_findings
from trajalign.terminal import Output
from trajalign.verification.neighbours.row import Judgement, Measured
from trajalign.verification.neighbours.table import Checked, check, rows, rows_of, sources
from trajalign.verification.verdicts import Outcome

FAST = ("--source", "damian", "--source", "agarwala", "--jobs", "1")


@pytest.fixture
def neighbours(command: Callable[..., Called]) -> Callable[..., Called]:
    return partial(command, "neighbours")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def begun(*arguments: object, **options: object) -> None:
        raise AssertionError("work was begun")

    monkeypatch.setattr(module, "check", begun)


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_every_number_is_shown_at_every_width(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = rows_of(["damian", "agarwala"])
    monkeypatch.setenv("COLUMNS", str(columns))
    print_findings(Output(), check(wanted), 0.5)
    out = capsys.readouterr().out
    assert max(map(cell_len, out.splitlines())) <= columns
    words = " ".join(out.split())
    for one in wanted:
        assert one.name in out
        for expected in one.predict():
            assert expected.shown in words
    assert "pass, sampled" in out
    assert "0.999464" in out  # (2 − ηλ*)/(ηλ₀ − 2)
    assert "2 pass, of 2 papers, in 0.5 s" in out


def test_json_has_what_was_found(neighbours: Callable[..., Called]) -> None:
    status, out, _ = neighbours(*FAST, "--json", "-")
    document = json.loads(out)
    assert status == 0
    assert document["schema"] == "trajalign.neighbours/1"
    first, second = document["results"]
    assert (first["label"], second["label"]) == ("agarwala/limit", "damian/reflection")
    (number,) = second["numbers"]
    assert number["predicted"] == "1"
    assert float(number["allowed"][0]) < float(number["measured"]) < float(number["allowed"][1])
    assert first["falsified"] == []


def test_controls_tell_that_each_was_refuted(neighbours: Callable[..., Called]) -> None:
    status, out, _ = neighbours(*FAST, "--controls")
    assert status == 0
    assert "5 of 5 falsified claims refuted" in out
    assert "NO" not in out


def test_the_list_has_the_words_of_every_row_and_runs_nothing(
    neighbours: Callable[..., Called], nothing_runs: None
) -> None:
    status, out, _ = neighbours("--list")
    words = " ".join(out.split())
    assert status == 0
    for source in sources():
        assert source.arxiv in out
    for row in rows():
        assert row.label in out
        assert " ".join(row.claim.split()) in words
        assert " ".join(row.partly.split()) in words


def found(outcome: Outcome, value: float) -> list[Checked]:
    (one,) = check(rows_of(["damian"]), controls=True)
    judged = Judgement(outcome, "some reason", {"eta": "1/40"})
    finding = replace(one.finding, judgement=judged, measured=(Measured(value),))
    return [replace(one, finding=finding)]


@pytest.mark.parametrize(
    ("outcome", "status"), [(Outcome.FAIL, 1), (Outcome.UNDECIDED, 3), (Outcome.PASS, 0)]
)
def test_the_exit_status_is_that_of_verify(
    neighbours: Callable[..., Called],
    monkeypatch: pytest.MonkeyPatch,
    outcome: Outcome,
    status: int,
) -> None:
    monkeypatch.setattr(module, "check", lambda *a, **k: found(outcome, 0.7))
    done, out, _ = neighbours("--source", "damian")
    assert done == status
    assert f"1 {outcome.value}" in out
    assert "some reason" in out
    assert "eta = 1/40" in out


@pytest.mark.parametrize("options", [("--controls",), ("--thorough",)])
def test_a_falsified_claim_that_is_not_refuted_fails(
    neighbours: Callable[..., Called], monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    (one,) = found(Outcome.PASS, 1.0)
    twins = tuple(replace(twin, refuted=False) for twin in one.falsified)
    monkeypatch.setattr(module, "check", lambda *a, **k: [replace(one, falsified=twins)])
    status, out, _ = neighbours("--source", "damian", *options)
    assert status == 1
    assert "0 of 2 falsified claims refuted" in out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--source", "zuh"), "did you mean zhu?"),
        (("--list", "--controls"), "--list runs nothing"),
        (("--list", "--json", "-"), "--list runs nothing"),
        (("--picture", "a.svg", "--list"), "it goes alone"),
        (("--picture", "a.svg", "--source", "zhu"), "it goes alone"),
        (("--picture", "a.gif"), "it ends in .pdf, .svg, .png"),
        (("--picture", "nowhere/a.svg"), "its directory is missing"),
        (("--json", "nowhere/a.json"), "its directory is missing"),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_run(
    neighbours: Callable[..., Called], nothing_runs: None, options: tuple[str, ...], said: str
) -> None:
    status, out, err = neighbours(*options)
    assert (status, out) == (2, "")
    assert said in one_line(err)
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize("suffix", ["svg", "pdf", "png"])
def test_the_picture_is_the_same_bytes_every_time(
    neighbours: Callable[..., Called], nothing_runs: None, suffix: str
) -> None:
    for name in ("one", "two"):
        assert neighbours("--picture", f"{name}.{suffix}") == (0, "", "")
    one, two = (Path(f"{name}.{suffix}").read_bytes() for name in ("one", "two"))
    assert one == two


def test_the_picture_has_every_row() -> None:
    joined = {(name, law) for name, law, _ in links()}
    assert joined == {(f"{r.source.key} {r.source.year}", r.law) for r in rows()}
