"""Studies that ask for the final sharpness: what is predicted, kept and judged."""

import json
from dataclasses import replace
from importlib import resources

import jsonschema
import numpy as np
import pytest
from small_study import SMALL

from trajalign.figures.networks import study_pictures
from trajalign.numerics.networks import Trajectories
from trajalign.studies.flow import gradient_flow
from trajalign.studies.judging import judge
from trajalign.studies.running import FINISHED, finished, run_study
from trajalign.studies.saturation import FIELDS
from trajalign.studies.study import load_study
from trajalign.theory.errors import InputError

pytest.importorskip("jax")

ASKED = "\n[criteria.saturation]\nstart = 20\nruns = 2\nflow = 0.02\nlaw = 0.03\n"
PLAIN = SMALL.replace("reduced_map = 1e-9\n", "").replace("scales = [5.0, 6.0]", "scales = [6.0]")


def load(tmp_path, text):
    (tmp_path / "final.toml").write_text(text)
    return load_study(str(tmp_path / "final.toml"))


@pytest.fixture
def study(tmp_path):
    return load(tmp_path, SMALL + ASKED)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("start = 20", "start = 600", "start = 600: need a multiple of record_every = 1 below"),
        ("start = 20", "start = 0", "start = 0: need a multiple"),
        ("runs = 2", "runs = 0", "need runs >= 1"),
        ("flow = 0.02", "flow = 1.0", "0 < flow, law < 1"),
        ("law = 0.03", "law = -1", "0 < flow, law < 1"),
        ("law = 0.03", "lawful = 1", "unknown key 'lawful'"),
        ("flow = 0.02", "", "flow is missing"),
    ],
)
def test_criteria_that_are_none(old, new, told, tmp_path):
    with pytest.raises(InputError, match=told) as caught:
        load(tmp_path, SMALL + ASKED.replace(old, new))
    assert "\n" not in str(caught.value)


def test_what_is_asked_does_not_change_what_is_computed(study, tmp_path):
    plain = load(tmp_path, SMALL)
    assert study.fingerprint == plain.fingerprint
    assert gradient_flow(study).criteria.saturation is None


GAP = 0.015


def made_up(study, **changes):
    """Four runs at the edge that end at 2 − ηλ = 0.015, and predictions 1 % off."""
    times, gaps = np.arange(601.0), np.full((4, 7), GAP)
    p = np.full((4, 601), 0.1)
    q = np.full_like(p, 0.9)
    zero, points = np.zeros_like(p), (p[:, None], np.ones_like(p)[:, None])
    sharpness = (2 - gaps) / study.task.step_size
    recorded = Trajectories(
        times, p, q, zero, zero, zero, *points, np.arange(0.0, 601, 100), sharpness
    )
    values = dict.fromkeys(FIELDS, np.full(4, 1.01 * GAP))
    values |= {"without_drift": np.full(4, -0.2), "bare_law": np.full(4, 1.5 * GAP)}
    values |= {"second": np.full(4, 0.5), "margin": np.full(4, 30.0), "start": np.array(20)}
    return recorded, values | {n: np.broadcast_to(value, 4) for n, value in changes.items()}


def verdicts(study, recorded, predictions):
    found = judge(study, recorded, predictions).findings
    return {f.name: (f.measured, f.verdict) for f in found if "saturation" in f.name}


def test_right_predictions_pass_and_each_falsified_twin_fails(study):
    measured = verdicts(study, *made_up(study))
    assert measured["saturation"] == (pytest.approx(0.01), "pass")
    assert measured["saturation_law"] == (pytest.approx(0.01), "pass")
    assert measured["wrong_saturations"] == (0, "pass")
    assert verdicts(study, *made_up(study, flow=1.03 * GAP))["saturation"][1] == "fail"
    assert verdicts(study, *made_up(study, law=0.96 * GAP))["saturation_law"][1] == "fail"
    wrong = verdicts(study, *made_up(study, without_drift=GAP, bare_law=GAP))
    assert wrong["wrong_saturations"] == (2, "fail")
    assert verdicts(study, *made_up(study, flow=np.nan))["saturation"][1] == "fail"


def test_runs_of_which_the_predictions_do_not_speak_are_not_judged(study):
    two = verdicts(study, *made_up(study, second=1.95, flow=9.0))
    assert two["saturation"] == (None, "undecided")
    assert two["saturation_law"][1] == "pass"
    slow = verdicts(study, *made_up(study, margin=9.0, law=9.0))
    assert slow["saturation_law"] == (None, "undecided")
    assert slow["saturation"][1] == "pass"
    recorded, predictions = made_up(study)
    moving = recorded.sharpness.copy()
    moving[:, -2] -= 0.01
    unsteady = verdicts(study, replace(recorded, sharpness=moving), predictions)
    assert unsteady["saturation"] == unsteady["saturation_law"] == (None, "undecided")
    near = verdicts(study, replace(recorded, q=recorded.q + 0.08), predictions)  # 2/q − 2 < 5κ
    assert (near["saturation"][1], near["saturation_law"][1]) == ("pass", "undecided")
    flow = verdicts(study, replace(recorded, q=recorded.q + 0.2), predictions)
    assert flow["saturation"][1] == "undecided"


def test_the_figure_has_the_judged_runs_and_the_line_where_they_agree(study):
    recorded, predictions = made_up(study, second=np.array([0.5, 0.5, 0.5, 1.95]))
    picture = study_pictures(study, recorded, None, predictions)[-1]
    assert (picture.kind, picture.log) == ("network-final-sharpness", "xy")
    curves = {curve.name: curve for curve in picture.curves}
    assert curves["equal"].x == curves["equal"].y
    assert curves["averaged flow"].x == pytest.approx([GAP] * 3)
    assert curves["averaged flow"].y == pytest.approx([1.01 * GAP] * 3)
    assert len(curves["law of the edge"].x) == 4
    assert len(study_pictures(study, recorded)) == 4


@pytest.mark.thorough
def test_predictions_of_a_run_and_what_is_kept_of_them(tmp_path):
    """The limit is 1/q* of reference.md §4, q* = 1 + 0.75802085 η² at η = 1/10."""
    text = PLAIN + ASKED.replace("runs = 2", "runs = 1")
    study, folder = load(tmp_path, text), tmp_path / "kept"
    folder.mkdir()
    first = run_study(study, folder)
    found = judge(study, first.recorded, first.predictions)
    assert {f.name: f.verdict for f in found.findings if "saturation" in f.name} == {
        "saturation": "pass", "saturation_law": "pass", "wrong_saturations": "pass",
    }  # fmt: skip
    end = found.runs[0].saturation
    assert end.measured == pytest.approx(2 - 2 / 1.0075802085, rel=0.01)
    assert end.flow == pytest.approx(end.measured, rel=0.01)
    again = finished(study, folder)
    for name in FIELDS:
        np.testing.assert_array_equal(again.predictions[name], first.predictions[name])

    later = load(tmp_path, text.replace("start = 20", "start = 40"))
    with pytest.raises(InputError, match="lacks the predictions: run trajalign experiment"):
        finished(later, folder)
    assert run_study(later, folder).kept
    assert int(finished(later, folder).predictions["start"]) == 40
    with np.load(folder / FINISHED) as content:
        arrays = dict(content)
    np.savez(folder / FINISHED, **arrays | {"predicted_flow": np.zeros(7)})
    with pytest.raises(InputError, match="damaged"):
        finished(later, folder)


@pytest.mark.thorough
def test_the_command_shows_them_and_its_report_has_them(command, tmp_path):
    (tmp_path / "final.toml").write_text(PLAIN + ASKED.replace("runs = 2", "runs = 1"))
    report = tmp_path / "report.json"
    code, out, _ = command("experiment", str(tmp_path / "final.toml"), "--json", str(report))
    assert code == 0
    assert "2 - eta*lambda at the end" in out
    document = json.loads(report.read_text())
    schema = resources.files("trajalign") / "schemas" / "experiment-1.json"
    jsonschema.validate(document, json.loads(schema.read_text(encoding="utf-8")))
    (end, _) = (run["saturation"] for run in document["runs"])
    assert end["of_flow"]
    assert end["margin"] is None  # one point: no stable modes
