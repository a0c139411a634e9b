"""`trajalign experiment` of a protocol: what it prints, keeps and refuses, and the report of it."""

import io
import json
import shutil
import sys
from importlib import resources

import jsonschema
import pytest
from calling import one_line
from protocols import FILE, SMALL, descend_by_formula, flow_sharpness
from report_pages import Page, downloads_in, small_content, text_of
from rich.console import Console

from trajalign.protocol_output import show
from trajalign.report.experiments import load
from trajalign.report.page import page
from trajalign.studies.protocol import load_protocol
from trajalign.studies.protocol_judging import judge_protocol
from trajalign.studies.protocol_runs import run_protocol
from trajalign.theory.errors import InputError

pytest.importorskip("jax")

WHERE = "trajalign.studies.protocol_runs.descend"


@pytest.fixture
def by_formula(monkeypatch):
    monkeypatch.setattr(WHERE, descend_by_formula())


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A finished protocol that passes, and what was printed."""
    from click.testing import CliRunner

    from trajalign.cli import commands

    folder = tmp_path_factory.mktemp("protocol") / "kept"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WHERE, descend_by_formula())
        done = CliRunner().invoke(commands, ["experiment", str(FILE), "-o", str(folder)])
    return folder, done.output


@pytest.fixture
def kept(finished, tmp_path):
    """A copy of it."""
    return shutil.copytree(finished[0], tmp_path / "kept")


def checked(text):
    document = json.loads(text)
    place = resources.files("trajalign") / "schemas" / "protocol-1.json"
    schema = json.loads(place.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(document)
    return document


def test_a_protocol_with_all_that_is_kept(command, finished):
    folder, out = finished
    assert "pass, evidence: sampled; 6 runs" in out
    assert {p.name for p in folder.iterdir()} == {
        "runs", "report.json", "protocol.pdf", "protocol.csv",
    }  # fmt: skip
    report = checked((folder / "report.json").read_text())
    assert (report["verdict"], report["evidence"]) == ("pass", "sampled")
    assert [one["shows"] for one in report["data_sets"]] == [True, True]
    assert [run["shows"] for run in report["controls"]] == [False, False]
    code, out, err = command("experiment", str(FILE), "-o", str(folder), "--json", "-")
    assert (code, json.loads(out), err) == (0, report, "")  # nothing is run


def test_a_descent_that_follows_the_flow_fails(command, tmp_path, monkeypatch):
    monkeypatch.setattr(WHERE, descend_by_formula(lambda t, _: flow_sharpness(t)))
    code, out, _ = command("experiment", str(FILE), "--json", str(tmp_path / "r.json"))
    assert code == 1
    assert "fail, evidence: sampled" in out
    report = checked((tmp_path / "r.json").read_text())
    assert [c["verdict"] for c in report["criteria"]] == ["fail", "pass", "pass"]


@pytest.mark.parametrize("columns", ["60", "80"])
def test_the_table_is_no_wider_than_the_terminal(columns, by_formula):
    protocol, out = load_protocol(str(FILE)), io.StringIO()
    judgement = judge_protocol(protocol, run_protocol(protocol).tracks)
    show(Console(file=out, width=int(columns)), protocol, judgement, 1.0)
    out = out.getvalue()
    assert max(map(len, out.splitlines())) <= int(columns)
    (line,) = (line for line in out.splitlines() if line.split()[:3] == ["two", "points", "0.6"])
    assert line.split()[-1] == "yes"
    (line,) = (line for line in out.splitlines() if line.split()[:3] == ["two", "points", "1.25"])
    assert line.split()[-1] == "no"


def test_bad_input_is_one_line_and_leaves_nothing(command, tmp_path):
    (tmp_path / "bad.toml").write_text(SMALL.replace("control = 1.25", "control = 0.5"))
    code, out, err = command("experiment", str(tmp_path / "bad.toml"), "-o", str(tmp_path / "k"))
    assert (code, out) == (2, "")
    assert "bad.toml: [protocol] control = 0.5: need a number above 1" in one_line(err)
    assert not (tmp_path / "k").exists()


def test_without_jax_it_says_what_to_install(command, monkeypatch):
    monkeypatch.setitem(sys.modules, "jax", None)
    code, _, err = command("experiment", str(FILE))
    assert code == 2
    assert "pip install 'trajalign[networks]'" in one_line(err)


# In the report ----------------------------------------------------------------------------------


def test_the_report_judges_and_draws_it_again_without_jax(kept, monkeypatch):
    monkeypatch.setitem(sys.modules, "jax", None)
    found = load(kept)
    assert (found.judgement.verdict, found.as_expected) == ("pass", True)
    (picture,) = found.pictures
    assert picture.csv() == (kept / "protocol.csv").read_text()
    assert found.command == "trajalign experiment small_protocol.toml -o small_protocol"
    assert [len(row) for row in found.run_cells] == [len(found.run_heads)] * 6


@pytest.mark.thorough
def test_the_report_shows_table_figure_and_download(kept):
    found = load(kept)
    source = page(small_content(), [found], "x")
    assert Page(source).wrong == []
    section = text_of(source.split('<section id="study-1"')[1].split("</section>")[0])
    assert "data sets that show it≥ 12pass" in section.replace("✓ ", "")
    assert "three points" in section
    report = downloads_in(source)["small_protocol.json"]
    assert report == (kept / "report.json").read_text()


def edited(change):
    def edit(folder):
        place = folder / "report.json"
        report = json.loads(place.read_text())
        change(report)
        place.write_text(json.dumps(report))

    return edit


FORGED = {
    "a verdict": (edited(lambda r: r.update(verdict="fail")), "verdict fail instead of pass"),
    "a criterion": (
        edited(lambda r: r["criteria"][0].update(measured=1)), r"criteria\[1\]\.measured",
    ),
    "a run": (edited(lambda r: r["runs"][1].update(met=[])), r"runs\[2\]\.met"),
    "a step": (edited(lambda r: r["runs"][0].update(step_size=1)), r"runs\[1\]\.step_size"),
    "a median": (
        edited(lambda r: r["runs"][0]["hovering"].update(median=1)), r"runs\[1\]\.hovering\.median",
    ),
    "controls": (edited(lambda r: r.update(controls=[])), "give: controls"),
    "what is shown": (
        edited(lambda r: r["data_sets"][0].update(shows=False)), r"data_sets\[1\]\.shows",
    ),
    "the evidence": (edited(lambda r: r.update(evidence="proved")), "give: evidence"),
    "runs exchanged": (
        lambda f: (f / "runs" / "1-0.8.npz").write_bytes((f / "runs" / "2-0.8.npz").read_bytes()),
        "holds another run of this protocol",
    ),
    "runs": (edited(lambda r: r["runs"].pop()), "the number of runs"),
    "no name": (edited(lambda r: r.pop("protocol")), "has no 'protocol'"),
    "a bound": (edited(lambda r: r["parameters"]["criteria"].update(start=0.2)), "verdict pass"),
    "another": (
        edited(lambda r: r["parameters"]["protocol"].update(time=30)), "other parameters",
    ),
    "a lost run": (lambda f: (f / "runs" / "1-0.6.npz").unlink(), "runs are missing"),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGED)
def test_a_report_that_its_runs_do_not_give_is_refused(name, kept):
    spoil, told = FORGED[name]
    spoil(kept)
    with pytest.raises(InputError, match=told) as caught:
        load(kept)
    assert "\n" not in str(caught.value)
