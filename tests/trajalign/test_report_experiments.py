"""Studies of real networks in a report: judged again from what was kept."""

import json
import shutil
import sys

import pytest
from calling import one_line
from report_pages import Page, downloads_in, small_content, text_of
from small_study import SMALL

from trajalign.report.experiments import load
from trajalign.report.page import page
from trajalign.theory.errors import InputError

pytest.importorskip("jax")

TITLE = 'a "small" <one> & more'
ABOUT = "no <theorem> & no proof"


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A finished study that fails one of its criteria, with words that HTML has to escape."""
    from click.testing import CliRunner

    from trajalign.cli import commands

    folder = tmp_path_factory.mktemp("study")
    text = SMALL.replace("alignment = 0.01", "alignment = 1e-6")
    text = text.replace('title = "a small one"', f"title = '{TITLE}'\nabout = '{ABOUT}'")
    (folder / "mine.toml").write_text(text)
    arguments = ["experiment", str(folder / "mine.toml"), "-o", str(folder / "kept")]
    assert CliRunner().invoke(commands, arguments).exception is None
    return folder / "kept"


def test_what_was_kept_is_judged_and_drawn_again_without_jax(study, monkeypatch):
    monkeypatch.setitem(sys.modules, "jax", None)
    kept = load(study)
    report = json.loads((study / "report.json").read_text())
    assert kept.judgement.verdict == report["verdict"] == "fail"
    assert [f.measured for f in kept.judgement.findings] == pytest.approx(
        [c["measured"] for c in report["criteria"]]
    )
    assert len(kept.judgement.runs) == len(report["runs"])
    drawn = {picture.kind: picture.csv() for picture in kept.pictures}
    assert drawn == {path.stem: path.read_text() for path in study.glob("*.csv")}
    assert kept.command == "trajalign experiment mine.toml -o mine"


def test_a_failing_study_stands_in_plain_sight(study):
    source = page(small_content(), [load(study)], "x")
    assert Page(source).wrong == []
    assert "Study mine of real networks: ✗ fail, expected: pass" in text_of(source.split("<nav")[0])
    section = source.split('<section id="study-1"')[1].split("</section>")[0]
    assert TITLE in text_of(section)
    assert ABOUT in text_of(section)
    assert "<one>" not in source
    assert "<theorem>" not in source
    assert "expected: pass – not as expected" in text_of(section)
    assert "largest |q/r(p) − 1| after it≤ 1e-06" in text_of(section)
    assert section.count("<figure>") == len(list(study.glob("*.csv")))
    assert downloads_in(source)["mine.json"] == (study / "report.json").read_text()


def test_two_studies_of_one_name_do_not_share_ids(study):
    found = Page(page(small_content(), [load(study), load(study)], "x"))
    assert len(set(found.ids)) == len(found.ids)


def test_without_a_study_the_page_says_how_to_run_one():
    told = text_of(page(small_content(), (), "x"))
    assert "No study of real networks was given to this report." in told
    assert "trajalign experiment toy -o toy-study" in told


def edited(change):
    def edit(folder):
        place = folder / "report.json"
        report = json.loads(place.read_text())
        change(report)
        place.write_text(json.dumps(report))

    return edit


FORGED = {
    "no report": (lambda f: (f / "report.json").unlink(), "report.json: No such file"),
    "no JSON": (lambda f: (f / "report.json").write_text("{"), "report.json is not JSON"),
    "another schema": (edited(lambda r: r.update(schema="x/1")), "the schema of report.json"),
    "no parameters": (edited(lambda r: r.pop("parameters")), "has no 'parameters'"),
    "no trajectories": (lambda f: (f / "trajectories.npz").unlink(), "no finished study"),
    "damaged": (lambda f: (f / "trajectories.npz").write_bytes(b"x"), "is damaged"),
    "a verdict": (edited(lambda r: r.update(verdict="pass")), "verdict pass instead of fail"),
    "a criterion": (
        edited(lambda r: r["criteria"][2].update(measured=1e-9)), "give: criteria[3].measured",
    ),
    "a run": (edited(lambda r: r["runs"][1].update(worst=1e-9)), "give: runs[2].worst"),
    "the evidence": (edited(lambda r: r.update(evidence="proved")), "give: evidence"),
    "a bound": (
        edited(lambda r: r["parameters"]["criteria"].update(alignment=1.0)),
        "verdict fail instead of pass",
    ),
    "criteria": (edited(lambda r: r["criteria"].pop()), "4 criteria instead of 5"),
    "another study": (
        edited(lambda r: r["parameters"]["descent"].update(step_size="1/11")),
        "belongs to a study with other parameters",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", FORGED)
def test_a_folder_that_was_altered_is_refused(what, study, tmp_path, command):
    folder = tmp_path / "copy"
    shutil.copytree(study, folder)
    change, told = FORGED[what]
    change(folder)
    with pytest.raises(InputError, match=f"^--experiment {folder}: ") as caught:
        load(folder)
    assert told in str(caught.value)
    status, _, err = command("report", "--experiment", str(folder), "-o", str(tmp_path / "new"))
    assert (status, told in one_line(err)) == (2, True)
    assert not (tmp_path / "new").exists()
