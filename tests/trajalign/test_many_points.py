"""Studies of many data points: how runs are held against their own diagram and wrong ones."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import brentq

from trajalign.figures.networks import diagram_picture, study_pictures
from trajalign.figures.picture import ORBIT, REFERENCE, STABLE
from trajalign.numerics.networks import Trajectories
from trajalign.studies.judging import judge
from trajalign.studies.many_points import WRONG, many_points
from trajalign.studies.running import run_study
from trajalign.studies.study import load_study
from trajalign.theory.errors import InputError
from trajalign.theory.responses import Loss

pytest.importorskip("jax")
pytest.importorskip("sklearn")

FILE = Path(__file__).parents[1] / "small_points.toml"
TEXT = FILE.read_text(encoding="utf-8")
PHASE = 30  # recorded steps until the crossing


@pytest.fixture(scope="module")
def study():
    return load_study(str(FILE))


def section(loss_slope, w, v):
    return lambda x: float(np.mean(v * loss_slope(w + x * v)))


def response(loss_slope, p, w, v):
    """2G(p)/(p − p̃) and ∂G/∂p at the zero of G, by SciPy's brentq and differences."""
    g = section(loss_slope, w, v)
    partner = brentq(lambda x: g(x) + g(p), -50, 50, xtol=1e-14)
    return 2 * g(p) / (p - partner)


def made_up(study, off=0.003, second=0.5, slope=np.tanh):
    """Four runs on q = (1 + off) Q₀(p; w) for 30 recorded steps, then above the edge."""
    random = np.random.default_rng(1)
    times = 3.0 * np.arange(81)
    p = np.where(np.arange(81) < PHASE, 1.5, 1e-3) * np.where(np.arange(81) % 2, -1, 1)
    z, v, q = np.empty((4, 8, 81)), np.empty((4, 8, 81)), np.empty((4, 81))
    for i in range(4):
        direction = random.standard_normal(8)
        direction *= np.sqrt(8) / np.linalg.norm(direction)
        w = 0.6 * random.standard_normal(8)
        w -= direction * np.mean(direction * w)
        for k in range(81):
            z[i, :, k], v[i, :, k] = w + p[k] * direction, direction
        found = {x: response(slope, x, w, direction) for x in (1.5, -1.5)}
        q[i] = [(1 + off) * found.get(x, 0) for x in p]
        q[i, PHASE:] = 1.5
    many, zero = np.tile(p, (4, 1)), np.zeros((4, 81))
    sharpness = np.full((4, len(study.schedule.sharpness_steps)), 8.0)
    times_of = np.array(study.schedule.sharpness_steps, dtype=float)
    return Trajectories(times, many, q, zero, zero + second, zero, z, v, times_of, sharpness)


def verdicts(study, recorded):
    return {f.name: f.verdict for f in judge(study, recorded).findings}


def test_runs_on_their_diagram_pass_and_the_wrong_ones_do_not(study):
    found = judge(study, made_up(study))
    assert {f.name: (f.measured, f.verdict) for f in found.findings} == {
        "edge_runs": (4, "pass"), "diagram": (1.0, "pass"), "wrong_diagrams": (0, "pass"),
    }  # fmt: skip
    run = found.runs[0]
    assert (run.outcome, run.aligned, run.crossing) == ("edge", 30, 3 * PHASE)
    assert (run.worst, run.typical) == pytest.approx((0.003, 0.003))
    fit = run.diagrams["effective"]
    assert (fit.median, fit.most) == pytest.approx((0.003, 0.003))
    for name in WRONG:
        assert run.diagrams[name].median > 0.02


@pytest.mark.parametrize(
    ("change", "failing"),
    [
        ({"off": 0.03}, {"diagram"}),
        ({"slope": lambda z: z / np.sqrt(1 + z * z)}, {"diagram", "wrong_diagrams"}),
        ({"second": 0.95}, {"diagram"}),
    ],
)
def test_falsified_trajectories_fail(change, failing, study):
    """3 % off; on the diagram of the other loss; where no step may be judged."""
    found = judge(study, made_up(study, **change))
    assert set(found.failing) == failing


def test_a_twentieth_of_the_steps_may_be_farther_off(study):
    recorded = made_up(study)
    judged = many_points(study, recorded).judged[0]
    assert np.flatnonzero(judged).tolist() == list(range(10, PHASE))
    for many, fits in ((1, True), (2, False)):  # of twenty
        q = recorded.q.copy()
        q[:, 12 : 12 + many] *= 0.9
        found = judge(study, replace(recorded, q=q))
        assert found.runs[0].diagrams["effective"].median == pytest.approx(0.003)
        assert ("diagram" not in found.failing) == fits


def test_the_edge_is_that_of_the_section(study):
    """q between ∂G/∂p and 1 is past the edge, though below r(0) = 1."""
    recorded = made_up(study)
    edge = many_points(study, recorded).edge
    assert np.all(edge < 1 / 1.01)
    past = replace(recorded, q=np.broadcast_to(1.01 * edge[:, :1], edge.shape))
    assert {run.outcome for run in judge(study, past).runs} == {"flow"}
    assert verdicts(study, past)["diagram"] == "undecided"
    before = replace(recorded, q=np.broadcast_to(0.99 * edge[:, :1], edge.shape))
    assert {run.outcome for run in judge(study, before).runs} == {"edge"}


def test_a_diagram_that_is_not_there_counts_against(study):
    """The slope of log(1 + eᶻ) − 4z/5 goes from −4/5 to 1/5: with all v_i = 1 a residual far below
    has no partner."""
    recorded = made_up(study)
    task = replace(study.task)
    loss = Loss.parse("log(1+exp(z))-4*z/5")
    object.__setattr__(task, "loss", loss)  # a Task asks for even losses
    z, v = np.full_like(recorded.residuals, -3.0), np.ones_like(recorded.leading)
    p, q = np.full_like(recorded.p, -3.0), np.full_like(recorded.q, 0.01)
    placed = replace(recorded, p=p, q=q, residuals=z, leading=v)
    assert np.isnan(many_points(replace(study, task=task), placed).misfits["effective"]).all()
    found = judge(replace(study, task=task), placed)
    assert {run.outcome for run in found.runs} == {"edge"}
    assert {run.diagrams["effective"].most for run in found.runs} == {np.inf}
    assert "diagram" in found.failing


@pytest.mark.thorough
def test_a_small_network_by_descent(study):
    """Its misfit is less than half of that with r(p) or with w = 0, in each run at the edge."""
    recorded = run_study(study).recorded
    found = judge(study, recorded)
    edge = [run for run in found.runs if run.outcome == "edge"]
    assert len(edge) >= 2
    for run in edge:
        fits = run.diagrams
        assert fits["effective"].median < 0.5 * fits["one_point"].median
        assert fits["effective"].median < 0.5 * fits["unshifted"].median
    pictures = study_pictures(study, recorded)
    assert "Q_0" in pictures[1].y_label


def changed(old, new):
    assert TEXT.count(old) == 1
    return TEXT.replace(old, new)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (changed("median = 0.02", "median = 0.1"), "median <= most"),
        (changed("share = 0.8", "share = 1.5"), "share <= 1"),
        (changed("share = 0.8\n", ""), r"\[diagram\] share is missing"),
        (changed('other_loss = "pseudo-huber"', 'other_loss = "z"'), "z"),
        (changed("edge_runs = 2", "edge_runs = 2\nspread = -1"), "need positive numbers"),
        (changed('kind = "breast-cancer"', 'kind = "iris"'), "known are .*breast-cancer, wine"),
        ("expected_to_fail = ['spread']\n" + TEXT, "'spread' is none of edge_runs, diagram, wrong"),
    ],
)
def test_a_file_that_is_no_such_study(text, told, tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=told):
        load_study(str(path))


def test_the_diagram_has_the_branch_of_the_run_that_is_shown_and_that_of_one_point(study):
    """Runs on their diagram are on the first, and not on the second."""
    recorded = made_up(study, 0.0)
    picture = diagram_picture(study, recorded)
    groups = len(study.groups())
    own = [curve for curve in picture.curves if curve.look == STABLE]
    (one,) = (curve for curve in picture.curves if curve.look == REFERENCE)
    runs = [curve for curve in picture.curves if curve.look == ORBIT]
    assert (len(own), len(runs)) == (2 * groups, groups)
    for curve in own:
        assert list(curve.x) == sorted(curve.x)
        assert len({x > 0 for x in curve.x}) <= 1
    branch = {(x, y) for curve in own for x, y in zip(curve.x, curve.y, strict=True)}
    for k in (PHASE - 1, PHASE - 2):  # both sides
        p, q = recorded.p[0, k], recorded.q[0, k]
        assert min(abs(x - p) + abs(y - q) for x, y in branch) < 1e-9
        assert abs(q / np.interp(p, one.x, one.y) - 1) > 0.01
    assert min(abs(y - recorded.q[0, -1]) for _, y in branch) > 0.1  # past the edge it is on none
