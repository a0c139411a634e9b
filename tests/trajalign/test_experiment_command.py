"""`trajalign experiment`: what it prints, keeps and refuses."""

import csv
import json
import sys
from importlib import resources
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from calling import one_line
from small_study import SMALL

pytest.importorskip("jax")

KINDS = ("network-diagram", "network-alignment", "network-spread", "network-sharpness")


@pytest.fixture
def files(tmp_path):
    """The small study; the same with a criterion that is not met, and expected not to be."""
    bad = SMALL.replace("alignment = 0.01", "alignment = 1e-6")
    said = 'about = """\nNo theorem [here],\n  and no proof."""\n'
    for name, text in (
        ("good", said + SMALL),
        ("bad", bad),
        ("negative", "expected_to_fail = ['alignment']\n" + bad),
        ("other", "expected_to_fail = ['edge_runs']\n" + bad),
    ):
        (tmp_path / f"{name}.toml").write_text(text)
    return tmp_path


def checked(text):
    document = json.loads(text)
    place = resources.files("trajalign") / "schemas" / "experiment-1.json"
    jsonschema.validate(document, json.loads(place.read_text(encoding="utf-8")))
    return document


def test_a_study_with_all_that_is_kept(command, files):
    folder = files / "kept"
    code, out, err = command("experiment", str(files / "good.toml"), "-o", str(folder))
    assert (code, err) == (0, "")
    assert "pass, evidence: sampled; 4 runs" in out
    assert "No theorem [here], and no proof.\n" in out
    suffixes = {f"{kind}.{s}" for kind in KINDS for s in ("pdf", "csv")}
    assert {p.name for p in folder.iterdir()} == suffixes | {
        "trajectories.npz", "report.json", "flow",
    }  # fmt: skip
    report = checked((folder / "report.json").read_text())
    assert (report["verdict"], report["evidence"]) == ("pass", "sampled")
    assert report["parameters"]["starts"]["seeds"] == [0, 1]
    # reference.md §4: the limit of q is 1 + 0.75802085 η² at η = 0.1, for every run at the edge
    limits = [run["typical"] for run in report["runs"] if run["outcome"] == "edge"]
    assert limits == pytest.approx([0.0075802085] * 3, rel=1e-3)
    assert {"jax", "numpy", "scipy", "trajalign"} <= set(report["computed_with"])
    with np.load(folder / "trajectories.npz") as data:
        assert data["q"].shape == (4, 601)
    assert (folder / f"{KINDS[0]}.pdf").read_bytes().startswith(b"%PDF")

    again, out, _ = command(
        "experiment", str(files / "good.toml"), "-o", str(folder), "--json", "-"
    )
    assert again == 0
    assert json.loads(out) == report


@pytest.mark.parametrize(
    ("name", "status", "told"),
    [
        ("bad", 1, ""),
        ("negative", 0, "(as expected)"),
        ("other", 1, "(expected to fail: edge_runs)"),
    ],
)
def test_a_criterion_that_is_not_met(name, status, told, command, files):
    code, out, _ = command(
        "experiment", str(files / f"{name}.toml"), "--json", str(files / "r.json")
    )
    assert code == status
    assert "fail" in out
    assert told in out
    (alignment,) = (
        c for c in checked((files / "r.json").read_text())["criteria"] if c["name"] == "alignment"
    )
    assert alignment["verdict"] == "fail"
    assert alignment["measured"] > alignment["asked"]


def test_the_runs_in_the_diagram_lie_on_its_branch_but_for_the_transient(command, files):
    folder = files / "kept"
    command("experiment", str(files / "good.toml"), "-o", str(folder), "--format", "svg")
    rows = list(csv.DictReader((folder / f"{KINDS[0]}.csv").read_text().splitlines()))
    branch = [(float(r["x"]), float(r["y"])) for r in rows if r["curve"] == "$q = r(p)$"]
    for p, q in branch:
        assert q == pytest.approx(np.tanh(p) / p if p else 1, rel=1e-12)
    points = [(float(r["x"]), float(r["y"])) for r in rows if "alpha" in r["curve"]]
    p, q = np.array([(p, q) for p, q in points if 0.5 < abs(p) < 1.5 and q < 1]).T
    assert np.mean(np.abs(q * p / np.tanh(p) - 1) < 0.01) > 0.7
    assert np.mean(np.abs(q * np.sqrt(1 + p**2) - 1) < 0.01) < 0.1  # another loss's branch


def test_the_list_of_studies(command, monkeypatch):
    for module in ("jax", "sklearn"):  # a list needs neither
        monkeypatch.setitem(sys.modules, module, None)
    code, out, _ = command("experiment", "--list")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == [
        "breast-cancer", "breast-cancer-linear", "digits", "digits-early", "digits-elu",
        "digits-later", "digits-soft", "elu-depth3", "linear-depth2", "linear-depth3", "saturation",
        "saturation-digits", "square-loss", "step-sizes-log-cosh", "tanh-depth3",
        "three-step-sizes", "toy", "wine",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "name a study"),
        (("toys",), "known are"),
        (("toy", "--json", "no/such/file"), "no/such/file"),
        (("toy", "-o", "file"), "-o file"),
        (("toy", "--format", "gif"), "gif"),
    ],
)
def test_bad_input_is_one_line(arguments, told, command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    code, out, err = command("experiment", *arguments)
    assert (code, out) == (2, "")
    assert told in one_line(err)


@pytest.mark.parametrize(("module", "study"), [("jax", "toy"), ("sklearn.datasets", "digits")])
def test_a_missing_extra_is_one_line_that_brings_it(module, study, command, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)
    code, out, err = command("experiment", study)
    assert (code, out) == (2, "")
    assert "pip install 'trajalign[networks]'" in one_line(err)


@pytest.mark.thorough
def test_a_study_of_many_points_with_its_wrong_diagrams(command, tmp_path):
    pytest.importorskip("sklearn")
    text = (Path(__file__).parents[1] / "small_points.toml").read_text()
    for old, new in (
        ("steps = 120", "steps = 6"),
        ("every = 60", "every = 6"),
        ("t = 30", "t = 3"),
    ):
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "points.toml").write_text(text)
    place = tmp_path / "report.json"
    code, _, err = command("experiment", str(tmp_path / "points.toml"), "--json", str(place))
    assert (code, err) == (1, "")
    report = checked(place.read_text())
    assert [c["name"] for c in report["criteria"]] == ["edge_runs", "diagram", "wrong_diagrams"]
    for run in report["runs"]:
        assert set(run["diagrams"]) == {"effective", "one_point", "unshifted", "other_loss"}
