"""The protocol of Cohen et al. (2021): what its file says, how runs are judged and kept."""

from dataclasses import replace

import numpy as np
import pytest
from networks_helper import descent_step, forward
from protocols import FILE, FLOW_STEP, SMALL, TOP, at_the_edge, descend_by_formula, flow_sharpness

from trajalign.figures.drawing import on_axes, with_figure
from trajalign.figures.protocol import protocol_picture
from trajalign.studies.protocol import is_protocol, load_protocol
from trajalign.studies.protocol_judging import hovering, judge_protocol
from trajalign.studies.protocol_runs import RUNS, Tracks, finished_protocol, run_protocol
from trajalign.studies.study import read_parameters, shipped
from trajalign.theory.errors import InputError

SHIPPED = {"step-sizes-log-cosh", "three-step-sizes"}
WHERE = "trajalign.studies.protocol_runs.descend"


@pytest.fixture
def small():
    return load_protocol(str(FILE))


@pytest.fixture
def by_formula(monkeypatch):
    monkeypatch.setattr(WHERE, descend_by_formula())


def verdicts(protocol, tracks):
    return {f.name: f.verdict for f in judge_protocol(protocol, tracks).findings}


# The file ---------------------------------------------------------------------------------------


def test_protocols_are_told_from_studies():
    found = {name for name in shipped() if is_protocol(read_parameters(name))}
    assert found == SHIPPED


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_a_shipped_one_says_when_its_criteria_were_fixed_and_runs_other_seeds(name):
    """Seeds from 100 on were tried before."""
    found = read_parameters(name)
    about = " ".join(found["about"].split())
    assert "The criteria were fixed on 2026-11-30" in about
    assert "No theorem covers this" in about
    assert max(found["protocol"]["seeds"]) < 100
    assert len(found["protocol"]["fractions"]) == 3
    assert found["criteria"]["data_sets"] >= 2 / 3 * len(found["data"])


@pytest.mark.thorough
@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_a_shipped_one_is_a_protocol(name):
    pytest.importorskip("sklearn")
    found = load_protocol(name)
    assert [len(one.data.targets) for one in found.data_sets] == [50] * 6
    assert (found.flow_step, found.flow_schedule.sharpness_steps[1]) == (1 / 20, 40)
    assert found.schedule(0.5).steps == 800


def test_the_two_shipped_ones_differ_in_the_loss_and_the_seeds_alone():
    one, other = (read_parameters(name) for name in sorted(SHIPPED))
    for parameters in (one, other):
        del parameters["title"], parameters["about"], parameters["data"][-1]["seed"]
        del parameters["protocol"]["loss"], parameters["protocol"]["seeds"]
    assert one == other


def changed(old, new):
    assert old in SMALL
    return SMALL.replace(old, new)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (changed("seeds = [0, 1]", "seeds = [0]"), "seeds: need one from 0 on for each of 2 data"),
        (changed("seeds = [0, 1]", "seeds = [0, -1]"), "seeds: need one from 0 on"),
        (changed("time = 20", "time = 0"), "time = 0: need a positive number"),
        (changed("flow_looks = 20", "flow_looks = 30"), "flow_steps = 200, flow_looks = 30: need"),
        (changed("[0.6, 0.8]", "[0.8, 0.6]"), "fractions: need numbers between 0 and 1"),
        (changed("[0.6, 0.8]", "[0.6, 1.0]"), "fractions: need numbers between 0 and 1"),
        (changed("[0.6, 0.8]", "[]"), "fractions: need numbers between 0 and 1"),
        (changed("control = 1.25", "control = 1"), "control = 1: need a number above 1"),
        (changed("look_every = 3", "look_every = 0"), "look_every = 0: need 1 to"),
        (changed('"three points"', '"two points"'), "'two points' stands there twice"),
        (changed('"three points"', '"a [/b] 50%"'), r"name = 'a \[/b\] 50%': need 1 to 40 letters"),
        (changed('"three points"', r'"a $\\frac{$ b"'), "name = .*: need 1 to 40 letters"),
        (changed("looks = 5\n", "looks = 22\n"), "looks = 22: need at most 21, those of the flow"),
        (changed("seed = 0", "seed = 0\ncolour = 1"), r"\[\[data\]\] 1: unknown key 'colour'"),
        (changed("count = 3", "count = 0"), "0 points of 3 inputs"),
        (changed("width = 4", "width = 0"), "width = 0: need 1 to"),
        (changed("scale = 1.0", "scale = 0.0"), "scale"),
        (changed('"z**2/2"', '"z**3"'), "z"),
        (changed("start = 0.8", "start = 1"), "need 0 < start < 1 < past"),
        (changed("past = 1.17", "past = 1"), "need 0 < start < 1 < past"),
        (changed("looks = 5\n", "looks = 0\n"), "looks >= 1"),
        (changed("[0.95, 1.1]", "[1.1, 0.95]"), "median = .*: need two numbers, around 1"),
        (changed("[0.7, 1.3]", "[0.7]"), "wider = .*: need two numbers, around 1"),
        (changed("data_sets = 1", "data_sets = 3"), "data_sets = 3: need 1 to 2"),
        (changed("[[data]]", "[[points]]"), "the protocol data is missing: need a list"),
        (SMALL + "[descent]\nsteps = 1\n", "unknown key 'descent'"),
    ],
)
def test_a_file_that_is_no_protocol(text, told, tmp_path):
    (tmp_path / "own.toml").write_text(text)
    with pytest.raises(InputError, match=told) as caught:
        load_protocol(str(tmp_path / "own.toml"))
    assert "own.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


# Judging ----------------------------------------------------------------------------------------


def test_hovering_begins_at_the_first_look_at_the_edge():
    ratio = np.array([0.4, 1.2, 0.6, 1.0, 1.1, 2.0])
    found = hovering(np.arange(6.0), ratio, (0.7, 1.3))
    assert (found.reached, found.looks, found.median) == (1.0, 5, 1.1)
    assert found.inside == pytest.approx(3 / 5)
    nothing = hovering(np.arange(2.0), np.array([0.4, 0.999]), (0.7, 1.3))
    assert (nothing.reached, nothing.looks) == (None, 0)


def test_runs_at_the_edge_show_it(small, by_formula):
    found = judge_protocol(small, run_protocol(small).tracks)
    assert found.verdict == "pass"
    assert [f.measured for f in found.findings] == [2, 0, 0]
    for run in (*found.runs, *found.controls):
        assert run.step_size == pytest.approx(2 / (run.fraction * TOP))
        assert run.start == pytest.approx(1 / (run.fraction * TOP))
        assert run.flow_end == pytest.approx(1 / run.fraction)
    first = found.runs[0]  # the flow is at 2.4 = 0.6 TOP at t = 14/3; a look is there or 3 η later
    assert 14 / 3 <= first.hovering.reached <= 14 / 3 + 3 * first.step_size
    assert first.hovering.median in (pytest.approx(1.05), pytest.approx(1.02))
    assert (first.rising, first.hovering.inside) == (0, 1)
    assert not any(run.shows for run in found.controls)


def spoilt(run, change):
    """The same tracks, one descent (the first is 0) of the first data set changed."""

    def of(tracks):
        first, *rest = tracks
        descents = list(first.descents)
        descents[run] = change(descents[run])
        return (replace(first, descents=tuple(descents)), *rest)

    return of


def with_sharpness(change):
    return lambda track: replace(track, sharpness=change(track))


def late(track, factor):
    """Its sharpness times a factor in the second half."""
    half = track.sharpness_times > 10
    return np.where(half, track.sharpness * factor, track.sharpness)


FALSIFIED = {
    "it starts too near": ("sharpens", with_sharpness(lambda t: np.maximum(t.sharpness, 2.2))),
    "it never gets there": ("sharpens", with_sharpness(lambda t: t.sharpness * 0.9)),
    "it falls below": ("hovers", with_sharpness(lambda t: late(t, 0.8))),
    "it goes on rising": ("hovers", with_sharpness(lambda t: late(t, 1.4))),
    "it follows the flow": (
        "hovers", with_sharpness(lambda t: flow_sharpness(t.sharpness_times)),
    ),
    "it flies away": ("hovers", with_sharpness(lambda t: late(t, np.nan))),
    "it comes there at the end": (
        "hovers", with_sharpness(lambda t: np.where(t.sharpness_times > 18, t.sharpness, 1.0)),
    ),
    "the loss rises": ("falls", lambda t: replace(t, loss=t.loss[::-1])),
    "the loss is lost": ("falls", lambda t: replace(t, loss=np.full_like(t.loss, np.nan))),
}  # fmt: skip


@pytest.mark.parametrize("name", FALSIFIED)
@pytest.mark.parametrize("asked", [1, 2])
def test_a_run_that_does_something_else_does_not_show_it(name, asked, small, by_formula):
    missed, change = FALSIFIED[name]
    tracks = spoilt(0, change)(run_protocol(small).tracks)
    asking = replace(small, criteria=replace(small.criteria, data_sets=asked))
    found = judge_protocol(asking, tracks)
    assert missed not in found.runs[0].met
    assert not found.runs[0].shows
    assert (found.shown("two points"), found.shown("three points")) == (False, True)
    assert found.verdict == ("pass" if asked == 1 else "fail")


def test_a_flow_that_ends_lower_is_not_past(small, by_formula):
    def lowered(one: Tracks) -> Tracks:
        flow = replace(one.flow, sharpness=one.flow.sharpness * 1.0)
        flow.sharpness[-1] = 0.6 * TOP
        return replace(one, flow=flow)

    found = judge_protocol(small, [lowered(one) for one in run_protocol(small).tracks])
    assert all("flow_goes_past" not in run.met for run in found.runs)
    assert found.verdict == "fail"


def test_a_control_that_shows_it_fails_the_protocol(small, by_formula):
    above = with_sharpness(lambda t: at_the_edge(t.sharpness_times * 2, t.step_size * 1.4) * 1.4)
    tracks = spoilt(-1, above)(run_protocol(small).tracks)
    assert verdicts(small, tracks) == {"data_sets": "pass", "controls": "fail", "flows": "pass"}


def test_a_flow_that_hovers_fails_the_protocol(small, by_formula):
    tracks = [
        replace(one, flow=replace(one.flow, sharpness=np.where(
            one.flow.sharpness_times < 19, np.minimum(one.flow.sharpness, 0.81 * TOP), TOP)))
        for one in run_protocol(small).tracks
    ]  # fmt: skip
    assert verdicts(small, tracks) == {"data_sets": "pass", "controls": "pass", "flows": "fail"}


# Running and keeping ----------------------------------------------------------------------------


def test_what_is_finished_is_not_run_again(small, by_formula, tmp_path, monkeypatch):
    once = run_protocol(small, tmp_path)
    assert sorted(p.name for p in (tmp_path / RUNS).iterdir()) == [
        f"{k}-{what}.npz" for k in (1, 2) for what in ("0.6", "0.8", "1.25", "flow")
    ]
    (tmp_path / RUNS / "2-0.8.npz").unlink()
    counted, told = [], []
    monkeypatch.setattr(WHERE, lambda *given: counted.append(1) or descend_by_formula()(*given))
    again = run_protocol(small, tmp_path, lambda done, total: told.append((done, total)))
    assert (len(counted), told[-1]) == (1, (8, 8))
    monkeypatch.setattr(WHERE, None)
    kept = run_protocol(small, tmp_path)
    assert (once.kept, again.kept, kept.kept) == (False, False, True)
    assert kept.versions == once.versions
    for one, other in zip(once.tracks, finished_protocol(small, tmp_path).tracks, strict=True):
        for a, b in zip((one.flow, *one.descents), (other.flow, *other.descents), strict=True):
            for name in a.__dataclass_fields__:
                np.testing.assert_array_equal(getattr(a, name), getattr(b, name))


def test_fractions_that_are_nearly_the_same_are_two_runs(by_formula, tmp_path):
    (tmp_path / "own.toml").write_text(changed("[0.6, 0.8]", "[0.6, 0.6000004]"))
    tracks = run_protocol(load_protocol(str(tmp_path / "own.toml")), tmp_path / "kept").tracks
    one, other = (track.step_size for track in tracks[0].descents[:2])
    assert one / other == pytest.approx(1 + 0.0000004 / 0.6, rel=1e-12)


def test_runs_that_were_exchanged_are_refused(small, by_formula, tmp_path):
    run_protocol(small, tmp_path)
    places = [tmp_path / RUNS / f"{k}-0.8.npz" for k in (1, 2)]
    places[1].write_bytes(places[0].read_bytes())
    for take_up in (run_protocol, finished_protocol):
        with pytest.raises(InputError, match="holds another run of this protocol"):
            take_up(small, tmp_path)


def test_runs_of_another_flow_are_refused(small, by_formula, tmp_path, monkeypatch):
    run_protocol(small, tmp_path)
    (tmp_path / RUNS / "1-flow.npz").unlink()
    monkeypatch.setattr("protocols.TOP", 1.01 * TOP)
    with pytest.raises(InputError, match="two points: the kept step sizes are not those"):
        run_protocol(small, tmp_path)


def test_runs_of_other_versions_are_not_mixed_with_these(small, by_formula, tmp_path, monkeypatch):
    run_protocol(small, tmp_path)
    (tmp_path / RUNS / "2-0.8.npz").unlink()
    monkeypatch.setattr("trajalign.studies.protocol_runs.version", lambda name: "0.0")
    counted = []
    monkeypatch.setattr(WHERE, lambda *given: counted.append(1) or descend_by_formula()(*given))
    assert "jax=0.0" in run_protocol(small, tmp_path).versions
    assert len(counted) == 8


def test_other_criteria_are_judged_on_the_same_runs(small, by_formula, tmp_path, monkeypatch):
    run_protocol(small, tmp_path)
    (tmp_path / "other.toml").write_text(changed("start = 0.8", "start = 0.2"))
    monkeypatch.setattr(WHERE, None)
    other = load_protocol(str(tmp_path / "other.toml"))
    assert judge_protocol(other, run_protocol(other, tmp_path).tracks).verdict == "fail"


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda place: place.write_bytes(place.read_bytes()[:90]), "is damaged"),
        (lambda place: place.write_bytes(b""), "is damaged"),
        (lambda place: place.unlink(), "no finished protocol: runs are missing"),
    ],
)
def test_runs_that_are_not_whole_are_refused(spoil, told, small, by_formula, tmp_path):
    run_protocol(small, tmp_path)
    spoil(tmp_path / RUNS / "1-0.6.npz")
    with pytest.raises(InputError, match=told):
        finished_protocol(small, tmp_path)


def test_runs_of_another_protocol_are_refused(small, by_formula, tmp_path):
    run_protocol(small, tmp_path)
    (tmp_path / "other.toml").write_text(changed("[0.6, 0.8]", "[0.6, 0.7]"))
    with pytest.raises(InputError, match="belongs to a protocol with other parameters"):
        run_protocol(load_protocol(str(tmp_path / "other.toml")), tmp_path)


def test_a_flow_in_steps_too_large_is_refused(tmp_path, monkeypatch):
    """0.5 times 4 is more than 1: the fastest mode would change its sign at every step."""
    (tmp_path / "coarse.toml").write_text(changed("flow_steps = 200", "flow_steps = 40"))
    monkeypatch.setattr("protocols.FLOW_STEP", 5 * FLOW_STEP)
    monkeypatch.setattr(WHERE, descend_by_formula())
    with pytest.raises(InputError, match=r"two points: the flow's step 0.5 times .* at most 1"):
        run_protocol(load_protocol(str(tmp_path / "coarse.toml")))


@pytest.mark.thorough
def test_runs_are_those_of_descent_written_out(tmp_path):
    """In plain NumPy: the losses, and the sharpness at the start as the largest eigenvalue of
    differences of gradients."""
    pytest.importorskip("jax")
    text, *more = changed("[0.6, 0.8]", "[0.8]").partition('[[data]]\nname = "three')
    text += "[criteria]" + "".join(more).partition("[criteria]")[2]
    (tmp_path / "one.toml").write_text(text.replace("seeds = [0, 1]", "seeds = [0]"))
    protocol = load_protocol(str(tmp_path / "one.toml"))
    on, found = protocol.data_sets[0], run_protocol(protocol).tracks[0]
    start = [np.asarray(layer[0]) for layer in protocol.weights(on)]
    inputs, targets = on.data.inputs, on.data.targets

    def step(weights, eta):
        return descent_step(weights, inputs, targets, "tanh", lambda z: z, eta)

    for track in (found.flow, *found.descents):
        here, losses = start, []
        for _ in range(round(track.times[-1] / track.step_size) + 1):
            z = [forward(here, x, "tanh")[0] - y for x, y in zip(inputs, targets, strict=True)]
            losses.append(np.mean(np.square(z)) / 2)
            here = step(here, track.step_size)
        every = round(track.times[1] / track.step_size)
        np.testing.assert_allclose(track.loss, losses[::every], rtol=1e-8, atol=1e-18)

    def gradient(flat):
        parts = np.split(flat, [start[0].size])
        here = [p.reshape(w.shape) for p, w in zip(parts, start, strict=True)]
        return flat - np.concatenate([w.ravel() for w in step(here, 1.0)])

    flat, h = np.concatenate([w.ravel() for w in start]), 1e-5
    rows = [(gradient(flat + h * e) - gradient(flat - h * e)) / (2 * h) for e in np.eye(len(flat))]
    largest = np.linalg.eigvalsh((np.array(rows) + np.array(rows).T) / 2)[-1]
    assert found.flow.sharpness[0] == pytest.approx(largest, rel=1e-6)


# Drawing ----------------------------------------------------------------------------------------


def test_each_data_set_has_a_column_of_loss_and_sharpness(small, by_formula):
    picture = protocol_picture(small, run_protocol(small).tracks)
    assert (len(picture.panels), picture.columns) == (4, 2)
    assert [panel.marks[0].label for panel in picture.panels] == ["two points", "three points"] * 2
    for panel in picture.panels[2:]:
        edges = {c.y for c in panel.curves if c.look == "reference"}
        assert sorted(edges) == [pytest.approx((f * TOP, f * TOP)) for f in (0.6, 0.8)]
        (flow,) = (c for c in panel.curves if c.name == "gradient flow")
        assert max(flow.y) == TOP
    assert "mark: data set" in picture.csv()


def test_the_columns_stand_side_by_side(small, by_formula):
    pytest.importorskip("matplotlib")
    places = []
    picture = protocol_picture(small, run_protocol(small).tracks)
    with_figure(picture, lambda f: places.extend(axes.get_position() for axes in f.axes))
    (a, b, c, d) = places
    assert a.y0 == pytest.approx(b.y0)
    assert a.y0 > c.y1
    assert (a.x0, b.x0) == pytest.approx((c.x0, d.x0), abs=0.05)
    assert a.x1 < b.x0
    single = replace(picture, columns=1)
    with_figure(single, lambda f: places.extend(axes.get_position() for axes in f.axes))
    assert [p.y0 for p in places[4:]] == sorted((p.y0 for p in places[4:]), reverse=True)
    assert len({round(p.y0, 6) for p in places[4:]}) == 4


def test_so_they_do_on_axes_of_a_notebook(small, by_formula, monkeypatch):
    pytest.importorskip("matplotlib")
    monkeypatch.setenv("MPLBACKEND", "agg")
    from matplotlib import pyplot

    a, b, c, d = on_axes(protocol_picture(small, run_protocol(small).tracks))
    rows = [axes.get_subplotspec().rowspan.start for axes in (a, b, c, d)]
    assert rows == [0, 0, 1, 1]
    pyplot.close(a.get_figure())
