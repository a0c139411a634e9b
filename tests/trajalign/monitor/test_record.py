"""What a monitor saves, and what is read again."""

import json
from dataclasses import replace

import numpy as np
import pytest
from watched_run import ETA, JACOBIAN, KERNEL, LOSS, Linear, watching

from trajalign.monitor import load_record
from trajalign.monitor.looks import look_at
from trajalign.monitor.objective import Theory
from trajalign.monitor.record import ARRAYS, REPORT
from trajalign.theory.errors import InputError


@pytest.fixture
def watched():
    return watching(steps=6, every=2, sharpness_every=4)


def test_a_look_is_that_of_dense_matrices():
    residuals = np.random.default_rng(1).standard_normal(5)
    found = look_at(Linear(residuals), Theory(LOSS, 5), ETA, 0, True)
    values, vectors = np.linalg.eigh(KERNEL / 5)
    v = vectors[:, -1] * np.sqrt(5)
    assert abs(found.look.p) == pytest.approx(abs(np.mean(v * residuals)), rel=1e-10)
    assert found.look.q == pytest.approx(2 / (ETA * values[-1]), rel=1e-10)
    assert found.look.second == pytest.approx(values[-2] / values[-1], rel=1e-10)
    curved = JACOBIAN.T @ (JACOBIAN / np.cosh(residuals)[:, None] ** 2) / 5
    assert found.look.sharpness == pytest.approx(np.linalg.eigvalsh(curved)[-1], rel=1e-7)


def test_looks_are_at_the_steps_asked_for(watched):
    assert [look.step for look in watched.looks] == [0, 2, 4]
    assert [np.isnan(look.sharpness) for look in watched.looks] == [False, True, False]


def test_what_is_saved_is_read_again(watched, tmp_path):
    watched.save(tmp_path / "new" / "run")
    report = json.loads((tmp_path / "new" / "run" / REPORT).read_text())
    assert (report["schema"], report["outputs"]) == ("trajalign.monitor/1", 5)
    assert report["looks"][1]["q"] == watched.looks[1].q
    assert report["looks"][1]["sharpness"] is None
    with np.load(tmp_path / "new" / "run" / ARRAYS) as found:
        assert found["times"].tolist() == [0, 2, 4]
        assert found["residuals"].shape == found["leading"].shape == (1, 5, 3)
        assert found["q"].tolist() == [[look.q for look in watched.looks]]
    again, record = load_record(tmp_path / "new" / "run"), watched.record
    assert repr(again.looks) == repr(record.looks)
    assert (again.loss, again.step_size) == (record.loss, ETA)
    assert np.array_equal(again.residuals, record.residuals)
    assert np.array_equal(again.leading, record.leading)
    assert again.column("step").tolist() == [0, 2, 4]
    for file in (ARRAYS, REPORT):
        assert repr(load_record(tmp_path / "new" / "run" / file).looks) == repr(record.looks)


def test_nothing_seen_is_nothing_to_save(tmp_path):
    with pytest.raises(InputError, match="step"):
        watching(steps=0).save(tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_a_file_is_refused(watched, tmp_path):
    (tmp_path / "run").write_text("mine")
    with pytest.raises(InputError, match="cannot write"):
        watched.save(tmp_path / "run")
    assert (tmp_path / "run").read_text() == "mine"


def edit(**changes):
    def change(place):
        report = json.loads((place / REPORT).read_text()) | changes
        (place / REPORT).write_text(json.dumps(report))

    return change


def cut_arrays(place):
    (place / ARRAYS).write_bytes((place / ARRAYS).read_bytes()[:100])


def drop_points(place):
    with np.load(place / ARRAYS) as found:
        arrays = dict(found)
    np.savez(place / ARRAYS, **arrays | {"leading": arrays["leading"][:, :2]})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda place: (place / REPORT).unlink(), "no report.json"),
        (lambda place: (place / REPORT).write_text("[]"), "not what a monitor"),
        (lambda place: (place / REPORT).write_text("{"), "no report.json"),
        (edit(schema="trajalign.experiment/1"), "not what a monitor"),
        (edit(step_size=-1), "lr = -1"),
        (edit(loss=3), "loss = 3"),
        (edit(loss="nothing(z)"), "nothing"),
        (cut_arrays, "no report.json"),
        (drop_points, "damaged"),
    ],
)
def test_what_is_damaged_is_refused(watched, tmp_path, change, words):
    watched.save(tmp_path)
    change(tmp_path)
    with pytest.raises(InputError, match=words) as caught:
        load_record(tmp_path)
    assert "\n" not in str(caught.value)


def test_rows_that_differ_would_be_seen(watched):
    """A control of the comparison above."""
    one = watched.looks[0]
    assert repr(replace(one, q=one.q * (1 + 1e-15))) != repr(one)
