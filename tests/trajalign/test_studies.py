"""Studies: their files, how they are run and resumed, and how their runs are judged."""

import re
from dataclasses import replace

import numpy as np
import pytest
from small_study import SMALL

from trajalign.figures.networks import diagram_picture, saturation_picture, spread_picture
from trajalign.figures.picture import ORBIT, PREDICTED
from trajalign.numerics.networks import Trajectories
from trajalign.studies.criteria import Criteria
from trajalign.studies.flow import gradient_flow
from trajalign.studies.judging import judge, residuals
from trajalign.studies.running import FINISHED, UNFINISHED, run_study
from trajalign.studies.study import load_study, shipped, study_of
from trajalign.theory.errors import InputError
from trajalign.theory.responses import Loss

pytest.importorskip("jax")

MANY_POINTS = {
    "breast-cancer", "breast-cancer-linear", "digits",
    "digits-early", "digits-elu", "digits-later", "digits-soft", "wine",
}  # fmt: skip
FINAL = {"saturation", "saturation-digits"}
SHIPPED = MANY_POINTS | FINAL | {
    "elu-depth3", "linear-depth2", "linear-depth3", "square-loss", "tanh-depth3", "toy",
}  # fmt: skip


@pytest.fixture
def study(tmp_path):
    path = tmp_path / "small.toml"
    path.write_text(SMALL)
    return load_study(str(path))


def changed(old, new):
    assert SMALL.count(old) == 1
    return SMALL.replace(old, new)


def test_the_studies_of_the_paper_are_shipped():
    assert set(shipped()) == SHIPPED | {"step-sizes-log-cosh", "three-step-sizes"}


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_a_shipped_study_has_runs_and_criteria(name):
    if name in MANY_POINTS | FINAL:
        pytest.importorskip("sklearn")
    study = load_study(name)
    assert (study.criteria.diagram is not None) == (name in MANY_POINTS)
    assert (study.criteria.saturation is not None) == (name in FINAL)
    assert len(study.starts) == len(study.weights[0]) >= study.criteria.edge_runs
    assert study.schedule.steps > study.criteria.transient
    assert study.expected == ("fail" if name == "square-loss" else "pass")


@pytest.mark.parametrize("loss", ["exp(z) - z", "25/4*(log(1+4*exp(z)) - 4/5*z)"])
def test_a_loss_that_is_not_even_has_a_diagram_and_no_curve_of_one_point(loss):
    parameters = dict(load_study("digits-soft").parameters)
    parameters["descent"] = {**parameters["descent"], "loss": loss}
    assert study_of("mine", parameters).task.loss.text == loss
    criteria = {"transient": 30, "edge_runs": 2} | dict.fromkeys(
        ("alignment", "spread", "sharpness"), 0.1
    )
    with pytest.raises(InputError, match="r must be even"):
        study_of("mine", {**parameters, "criteria": criteria})


def test_a_study_that_no_theorem_covers_says_so():
    pytest.importorskip("sklearn")
    beyond = MANY_POINTS | FINAL | {"elu-depth3", "linear-depth3", "tanh-depth3"}
    for name in SHIPPED:
        assert ("no theorem covers this" in load_study(name).about.lower()) == (name in beyond)


def test_the_toy_model_starts_where_the_paper_does():
    study = load_study("toy")
    assert study.task.step_size == 2 / 16
    x, y = (sorted({start[k] for start in study.starts}) for k in "xy")
    assert (x[0], x[-1], y[0], y[-1]) == (-0.5, 1.0, 4.0, 7.0)
    for start, first, last in zip(study.starts, *study.weights, strict=True):
        assert (start["x"], start["y"]) == (first[0, 0], last[0])


def test_a_study_of_many_points_says_when_its_criteria_were_fixed_and_runs_other_seeds():
    """Seeds from 100 on were tried before."""
    pytest.importorskip("sklearn")
    for name in MANY_POINTS | FINAL:
        study = load_study(name)
        assert re.search(r"The criteria were fixed on 2026-1[12]-\d\d", study.about)
        assert max(start["seed"] for start in study.starts) < 100
    for name in MANY_POINTS:
        study = load_study(name)
        assert study.criteria.diagram.other_loss != study.task.loss


def test_the_negative_study_differs_from_its_twin_in_the_loss_alone():
    one, other = (dict(load_study(n).parameters) for n in ("linear-depth2", "square-loss"))
    assert one["descent"].pop("loss") != other["descent"].pop("loss")
    for parameters in (one, other):
        parameters.pop("title")
        parameters.pop("about")
        parameters.pop("expected_to_fail", None)
    assert one == other


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (changed("depth = 2", "depth = 2\ncolour = 1"), r"\[network\]: unknown key 'colour'"),
        (changed("depth = 2", ""), r"\[network\] depth is missing: need an integer"),
        (changed("[starts]", "[start]"), "the study starts is missing: need a table"),
        (changed("depth = 2", "depth = true"), r"depth = True: need an integer"),
        (changed('"log-cosh"', '"log-kosh"'), "did you mean the catalogue's log-cosh"),
        (changed('"1/10"', "0.1"), "step_size = 0.1: need text"),
        (changed('"1/10"', '"-1/10"'), "step_size"),
        (changed("steps = 600", "steps = 601"), "steps = 601"),
        (changed("transient = 60", "transient = 600"), "transient = 600"),
        (changed("alignment = 0.01", "alignment = 0"), "need positive numbers"),
        (changed("[0, 1]", '["a"]'), "seeds"),
        (changed('"one-point"', '"two-points"'), "two-points"),
        (changed("scales = [5.0, 6.0]", "x = {from = 0, to = 1, count = 2}"), "x and y are for"),
        (changed("flow = 5", "flow = 1"), r"\[figures\] flow = 1"),
        (changed("alignment = 0.01", "alignment = inf"), "alignment = inf: need a finite number"),
        (changed("[5.0, 6.0]", f"[1{400 * '0'}]"), "scales: need integers of 64 bits"),
        (changed("[5.0, 6.0]", "[5.0, 6.0, 5.0]"), r"scales: 5 stands there twice"),
        (changed("[0, 1]", "[3, 1, 3]"), r"seeds: 3 stands there twice"),
        (changed("[0, 1]", f"[1{400 * '0'}]"), "seeds: need integers of 64 bits"),
        (changed("inputs = 2", "inputs = -1"), "1 points of -1 inputs"),
        (changed("inputs = 2", "inputs = 1000000000000"), "1000000000000 inputs"),
        (changed("target = 0.0", "target = nan"), "target = nan: need a finite number"),
        (changed("target = 0.0", "target = 1.0"), "the reduced map needs .* y = 0"),
        (changed("depth = 2", "depth = 100").replace("width = 3", "width = 100000"), "weights: at"),
        (changed("steps = 600", "steps = 99999900"), "numbers to record: at most"),
        (SMALL + 'expected_to_fail = "edge_runs"', "unknown key 'expected_to_fail'"),
        ("expected_to_fail = ['luck']\n" + SMALL, "'luck' is none of edge_runs, alignment"),
        ("expected_to_fail = [1]\n" + SMALL, "need a list of texts"),
        ("title = 3", "title = 3: need text"),
        ("about = 3\n" + SMALL, "about = 3: need text"),
        ("[", "Invalid|Expected"),
    ],
)
def test_a_file_that_is_no_study(text, told, tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=told) as caught:
        load_study(str(path))
    assert "own.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_such_study(tmp_path):
    with pytest.raises(InputError, match=r"known are breast-cancer, .*digits, .*toy"):
        load_study("toys")
    with pytest.raises(InputError, match="cannot be read"):
        load_study(str(tmp_path / "none.toml"))


def test_an_interrupted_run_goes_on_to_the_same_end(study, tmp_path):
    def interrupt(done, _):
        if done == 300:
            raise KeyboardInterrupt

    whole = run_study(study).recorded
    with pytest.raises(KeyboardInterrupt):
        run_study(study, tmp_path, interrupt)
    assert (tmp_path / UNFINISHED).exists()
    assert not (tmp_path / FINISHED).exists()

    told = []
    resumed = run_study(study, tmp_path, lambda done, _: told.append(done))
    assert told == [400, 500, 600]
    for field in whole.__dataclass_fields__:
        assert np.array_equal(getattr(resumed.recorded, field), getattr(whole, field)), field
    assert not (tmp_path / UNFINISHED).exists()

    told.clear()
    again = run_study(study, tmp_path, lambda done, _: told.append(done))
    assert (again.kept, told) == (True, [])
    assert np.array_equal(again.recorded.q, whole.q)
    assert again.versions == resumed.versions


@pytest.mark.parametrize(
    "text", [changed("[0, 1]", "[0, 2]"), changed("record_every = 1", "record_every = 2")]
)
def test_a_folder_of_another_study_is_left_alone(text, study, tmp_path):
    run_study(study, tmp_path)
    before = (tmp_path / FINISHED).read_bytes()
    path = tmp_path / "other.toml"
    path.write_text(text)
    with pytest.raises(InputError, match="other parameters"):
        run_study(load_study(str(path)), tmp_path)
    assert (tmp_path / FINISHED).read_bytes() == before


def test_other_criteria_are_asked_of_the_same_trajectories(study, tmp_path):
    run_study(study, tmp_path)
    path = tmp_path / "other.toml"
    path.write_text(changed("alignment = 0.01", "alignment = 0.02"))  # computes the same
    assert run_study(load_study(str(path)), tmp_path).kept


def test_a_damaged_file_is_not_taken_for_a_result(study, tmp_path):
    run_study(study, tmp_path)
    content = bytearray((tmp_path / FINISHED).read_bytes())
    content[len(content) // 2] ^= 255
    (tmp_path / FINISHED).write_bytes(content)
    with pytest.raises(InputError, match="damaged"):
        run_study(study, tmp_path)


def test_arrays_of_other_sizes_are_not_taken_for_a_result(study, tmp_path):
    run_study(study, tmp_path)
    with np.load(tmp_path / FINISHED) as found:
        arrays = dict(found)
    for name in ("p", "sharpness", "times", "weights_0"):
        np.savez(tmp_path / FINISHED, **arrays | {name: arrays[name][..., :1]})
        with pytest.raises(InputError, match="damaged"):
            run_study(study, tmp_path)
    np.save(tmp_path / "plain.npy", arrays["p"])
    (tmp_path / "plain.npy").replace(tmp_path / FINISHED)
    with pytest.raises(InputError, match="damaged"):
        run_study(study, tmp_path)


def test_gradient_flow_ends_where_its_conserved_product_says(study):
    """reference.md §5: a, b = ½‖u ± v‖² evolve as a' = −2ℓ'a, b' = 2ℓ'b under the flow, so that ab
    is kept; at the end a = b, and the sharpness is a + b = 2√(ab). The descent loses some of ab."""
    flow = gradient_flow(study)
    assert [dict(start) for start in flow.starts] == [
        {"scale": 5.0, "seed": 0}, {"scale": 6.0, "seed": 0},
    ]  # fmt: skip
    ends = run_study(flow).recorded.sharpness[:, -1]
    own = run_study(study).recorded.sharpness[[0, 2], -1]
    u, v = flow.weights[0][:, :, 0], flow.weights[1]
    a, b = (np.sum((u + sign * v) ** 2, axis=1) / 2 for sign in (1, -1))
    np.testing.assert_allclose(ends, 2 * np.sqrt(a * b), rtol=0.01)
    assert np.all(own < 0.9 * ends)
    assert flow.fingerprint != study.fingerprint


def test_the_figure_of_the_sharpness_has_it_in_units_of_two_over_the_step_size(study):
    recorded = made_up(study, [0.0, 0.0, 0.0, 0.0], share=0.5)
    recorded.sharpness[:, 4:] = 20.0  # 2/η
    picture = saturation_picture(study, recorded)
    reference, *runs = picture.curves
    assert set(reference.y) == {1.0}
    assert [curve.name for curve in runs] == [r"$\alpha = 5$", r"$\alpha = 6$"]
    for curve in runs:
        assert curve.x == (1, 101, 201, 301, 401, 501, 601) * 2  # t + 1
        assert curve.y == pytest.approx((0.5, 0.5, 0.5, 0.5, 1, 1, 1) * 2)
    assert [mark.kind for mark in picture.marks] == ["rise"]  # 601 is less than 3 times 401


def predicted(p):
    """h(p) = −½ (p r³/r' + p² r²) for r = tanh(p)/p (reference.md §3), differentiated by hand."""
    r = np.tanh(p) / p
    slope = (1 - np.tanh(p) ** 2) / p - np.tanh(p) / p**2
    return -(p * r**3 / slope + p**2 * r**2) / 2


def test_the_figure_of_the_spread_has_the_runs_at_the_edge_and_what_they_tend_to(study):
    picture = spread_picture(study, run_study(study).recorded)
    (theory,) = (curve for curve in picture.curves if curve.look == PREDICTED)
    x, y = np.array(theory.x), np.array(theory.y)
    np.testing.assert_allclose(y, 0.1**2 * predicted(x), rtol=1e-9)
    runs = [curve for curve in picture.curves if curve.look == ORBIT]
    assert [curve.name for curve in runs] == [r"$\alpha = 5$", r"$\alpha = 6$"]
    for curve in runs:
        p, off = np.array(curve.x), np.array(curve.y)
        late = (np.abs(p) < 0.5) & (p != 0) & (np.arange(len(p)) % (len(p) // 2) > len(p) // 4)
        assert late.sum() > 20
        assert np.max(np.abs(off[late] - 0.1**2 * predicted(p[late]))) < 3 * 0.1**4


def test_the_diagram_shows_where_runs_end_and_counts_those_that_it_cannot_show(study):
    recorded = made_up(study, [0.0, 0.0, 0.0, 0.0])
    picture = diagram_picture(study, recorded)
    assert picture.y_range == (0.0, 1.3)
    assert picture.caption.endswith(study.title)

    recorded.q[1, -1] = 2.0
    assert diagram_picture(study, recorded).y_range == (0.0, pytest.approx(2.1))
    recorded.q[2:, -1] = 3.0, np.nan
    picture = diagram_picture(study, recorded)
    assert picture.y_range == (0.0, 2.5)
    assert picture.caption.endswith("; in 1 of 4 runs q ends above 2.5")
    assert next(curve.y for curve in picture.curves if set(curve.x) == {0.0}) == (1.0, 2.5)


def test_the_figure_of_the_spread_leaves_out_runs_that_are_not_at_the_edge(study):
    recorded = made_up(study, [0.001, 0.002, 0.003, 0.004])
    recorded.q[2:, 60:] = 1.2
    runs = [curve for curve in spread_picture(study, recorded).curves if curve.look == ORBIT]
    assert [(curve.name, len(curve.x) > 0) for curve in runs] == [
        (r"$\alpha = 5$", True), ("", False),
    ]  # fmt: skip
    recorded.q[:, 60:] = 1.2  # then all are shown
    runs = [curve for curve in spread_picture(study, recorded).curves if curve.look == ORBIT]
    assert all(curve.x for curve in runs)


def made_up(study, off, q_start=0.5, share=1.0):
    """Four runs on q = (1 + off) r(p), r = tanh(p)/p, p from 2 to 0.001, q < 1 up to step 300."""
    times = np.arange(601.0)
    p = np.tile(np.where(times < 300, 2.0, 0.001), (4, 1))
    q = (1 + np.asarray(off)[:, None]) * np.tanh(p) / p
    q[:, 0] = q_start
    sharpness = np.full((4, 7), share * 2 / study.task.step_size)
    zero = np.zeros_like(p)
    points = p[:, None], np.ones_like(p)[:, None]
    return Trajectories(times, p, q, zero, zero, zero, *points, np.arange(0.0, 601, 100), sharpness)


def verdicts(study, recorded):
    return {f.name: f.verdict for f in judge(study, recorded).findings}


@pytest.fixture
def plain(study):
    criteria = Criteria(60, 4, alignment=0.01, spread=0.005, sharpness=0.02)
    return replace(study, criteria=criteria)


def test_aligned_runs_pass_and_each_falsified_twin_fails_where_it_should(plain):
    small = [0.002, 0.003, 0.004, 0.005]
    found = judge(plain, made_up(plain, small))
    assert found.verdict == "pass"
    run = found.runs[3]
    assert (run.outcome, run.aligned, run.crossing) == ("edge", 1, 300)
    assert (run.worst, run.typical) == pytest.approx((0.005, 0.005))
    assert found.findings[2].measured == pytest.approx(0.003)

    one_off = verdicts(plain, made_up(plain, [0.002, 0.003, 0.004, -0.011]))
    assert one_off == {
        "edge_runs": "pass", "alignment": "fail", "spread": "fail", "sharpness": "pass",
    }  # fmt: skip
    assert verdicts(plain, made_up(plain, small, share=1.021))["sharpness"] == "fail"
    assert verdicts(plain, made_up(plain, small, share=0.981))["sharpness"] == "pass"
    assert verdicts(plain, made_up(plain, [0.0, 0.0, 0.0, 0.006]))["spread"] == "fail"


def test_only_runs_at_the_edge_are_judged(plain):
    recorded = made_up(plain, [0.0, 0.0, 0.0, 0.0])
    recorded.q[1] += 0.6  # above 1 all the time
    recorded.q[1, 0] = 1.5
    recorded.q[2, 50:] = 1.3
    recorded.q[3, 500:] = np.nan
    found = judge(plain, recorded)
    assert [run.outcome for run in found.runs] == ["edge", "flow", "left", "diverged"]
    assert [f.verdict for f in found.findings] == ["fail", "pass", "undecided", "pass"]
    assert found.verdict == "fail"


def test_a_wrong_response_is_not_what_runs_align_to(study):
    """Twins: the trajectories of log-cosh judged with the r of other losses. That of the second,
    r = 1/(1 + p²/3), has the same curvature at 0."""
    recorded = run_study(study).recorded
    assert verdicts(study, recorded)["alignment"] == "pass"
    criteria = replace(study.criteria, reduced_map=None)
    for wrong in ("z**2/2", "3*log(1+z**2/3)/2"):
        twin = replace(study, task=replace(study.task, loss=Loss.parse(wrong)), criteria=criteria)
        assert verdicts(twin, recorded)["alignment"] == "fail", wrong


def test_a_negative_control_has_to_fail_where_it_says_and_nowhere_else(study):
    recorded = run_study(study).recorded
    none_at_the_edge = replace(recorded, q=recorded.q.copy())
    none_at_the_edge.q[:] = 1.5
    control = replace(study, expected_to_fail=("edge_runs",))
    plain = replace(control, criteria=replace(study.criteria, reduced_map=None))
    assert control.expected == "fail"
    assert judge(plain, none_at_the_edge).is_expected(plain)
    assert not judge(control, none_at_the_edge).is_expected(control)  # the reduced map fails too
    assert not judge(control, recorded).is_expected(control)  # nothing fails
    assert judge(study, recorded).is_expected(study)
    assert not judge(plain, none_at_the_edge).is_expected(replace(plain, expected_to_fail=()))
    broken = replace(recorded, p=np.full_like(recorded.p, np.nan))
    assert not judge(control, broken).is_expected(control)


def test_a_run_that_flies_away_has_to_do_so_in_the_reduced_map_too(study):
    recorded = run_study(study).recorded
    broken = replace(recorded, p=recorded.p.copy(), q=recorded.q.copy())
    broken.p[1, 50:] = broken.q[1, 50:] = np.nan
    found = judge(study, broken).findings[-1]
    assert (found.name, found.measured, found.verdict) == ("reduced_map", np.inf, "fail")
    # (z + z³ + …)/z has no bound: with z**4 in the loss large starts fly away, in both alike.
    data = replace(study.task, loss=Loss.parse("z**2/2 + z**4/4"))
    away = replace(study, task=data)
    found = judge(away, run_study(away).recorded)
    assert "diverged" in {run.outcome for run in found.runs}
    assert found.findings[-1].measured < 1e-9


def test_the_residual_of_a_loss():
    p = np.array([[1e-200, 0.5, -2.0]])
    loss = Loss.parse("pseudo-huber")  # r = 1/√(1 + p²)
    q = 1.03 / np.sqrt(1 + p**2)
    np.testing.assert_allclose(residuals(loss, p, q), 0.03, rtol=1e-13)
