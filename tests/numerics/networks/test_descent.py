"""Gradient descent, against NumPy step by step and against the reduced map of the theory."""

from dataclasses import replace

import numpy as np
import pytest
from networks_helper import descent_step
from scipy.special import expit

from trajalign.numerics.networks import (
    Network,
    Schedule,
    Task,
    descend,
    deviations,
    gaussian_points,
    one_point,
)
from trajalign.theory.errors import InputError, NotFiniteError
from trajalign.theory.responses import Loss

pytest.importorskip("jax")

LOG_COSH = Loss.parse("log-cosh")


SOFT = "25/4*(log(1+4*exp(z)) - 4/5*z)"  # not even: a sigmoid against 4/5, about its minimum
SLOPES = {"log-cosh": np.tanh, SOFT: lambda z: 25 / 4 * (expit(z + np.log(4)) - 4 / 5)}


@pytest.mark.parametrize("activation", ["tanh", "elu", "arctan"])
@pytest.mark.parametrize(("points", "every"), [(1, 1), (1, 3), (3, 1), (3, 2)])
@pytest.mark.parametrize("loss", list(SLOPES))
def test_steps_are_those_of_numpy(activation, points, every, loss):
    """For one point, but not for several, the gradient comes from the pass that gives p and q."""
    network, data = Network(3, 5, 4, activation), gaussian_points(4, points, 1)
    start = network.initial_weights([1.5, 2.0], [1, 2])
    end = descend(Task(network, data, Loss.parse(loss), 0.1), start, Schedule(6, every, 6))

    def by_numpy(run, step_size):
        weights = [w[run] for w in start]
        for _ in range(6):
            weights = descent_step(
                weights, data.inputs, data.targets, activation, SLOPES[loss], step_size
            )
        return weights

    for run in range(4):
        for found, expected in zip(end.weights, by_numpy(run, 0.1), strict=True):
            np.testing.assert_allclose(found[run], expected, rtol=1e-11, atol=1e-12)
        off = by_numpy(run, 0.1001)
        assert not np.allclose(end.weights[0][run], off[0], rtol=1e-6, atol=0)


@pytest.mark.parametrize("text", ["2*log(1+cosh(z))", "4*log(cosh(z/2))", "4*log(1+exp(z))-2*z"])
def test_residuals_beyond_where_exponentials_overflow(text):
    """Three spellings of one loss up to a constant, with the slope 2 tanh(z/2): from a residual of
    −800.0166096 on, by hand. log cosh 400 = 400 − log 2."""
    start = (np.array([[[-0.166096]]]), np.array([[0.1]]))
    task = Task(Network(2, 1, 1), one_point(1, 800.0), Loss.parse(text), 0.001)
    found = descend(task, start, Schedule(3, 1, 3)).recorded
    u, v, expected = -0.166096, 0.1, []
    for _ in range(4):
        expected.append(u * v - 800)
        slope = 2 * np.tanh(expected[-1] / 2)
        u, v = u - 0.001 * slope * v, v - 0.001 * slope * u
    np.testing.assert_allclose(found.p[0], expected, rtol=1e-14)
    assert np.round(found.p[0, :2], 7).tolist() == [-800.0166096, -800.0165345]
    constant = {"2": 2 * np.log(2), "4*log(c": 0.0, "4*log(1": 4 * np.log(2)}
    ours = next(value for key, value in reversed(constant.items()) if text.startswith(key))
    np.testing.assert_allclose(
        found.loss[0], 2 * np.abs(found.p[0]) - 4 * np.log(2) + ours, rtol=1e-14
    )
    assert np.isfinite(found.sharpness).all()


def test_a_residual_at_which_the_loss_is_not_known_is_refused_in_one_line():
    """1 − tanh² z is 0 in double precision from z = 19.06 on, and has few digits before."""
    loss = Loss.parse("log(1/(1-tanh(z)**2))/2")
    start = (np.array([[[0.1]]]), np.array([[0.1]]))
    with pytest.raises(NotFiniteError, match=r"double precision gives its values only up to"):
        descend(Task(Network(2, 1, 1), one_point(1, 800.0), loss, 0.001), start, Schedule(1, 1, 1))


@pytest.mark.parametrize(
    ("width", "loss"),
    [(1, "log-cosh"), (16, "log-cosh"), (5, "pseudo-huber"), (16, "atan"), (4, "z**2/2")],
)
def test_two_linear_layers_follow_the_reduced_map(width, loss):
    """Orbit by orbit to 1e-9; with the step size off by a millionth they do not."""
    task = Task(Network(2, width, 3), one_point(3), Loss.parse(loss), 0.05)
    start = task.network.initial_weights([4.0, 4.4], [3, 5])
    if loss == "z**2/2":  # where q < 1 most fly away
        start = tuple(0.5 * layer for layer in start)
    schedule = Schedule(1200, 1, 600)
    found = descend(task, start, schedule).recorded
    assert np.max(deviations(task, start, found)) < 1e-9
    shifted = descend(replace(task, step_size=0.05 * (1 + 1e-6)), start, schedule).recorded
    assert np.min(deviations(task, start, shifted)) > 1e-9


@pytest.mark.parametrize(
    ("activation", "scale", "step_size", "expected"),
    [
        ("elu", 3.0, 0.02, {100: 0.037, 200: 0.015}),
        ("tanh", 2.0, 0.05, {5: 0.012, 50: 0.013}),
        ("linear", 4.0, 0.01, {200: 0.016, 500: 0.007}),
    ],
)
def test_alignment_of_three_layers(activation, scale, step_size, expected):
    """q/r − 1 of networks of width 64 with 10 inputs, x = e₁, y = 1, as measured independently."""
    task = Task(Network(3, 64, 10, activation), one_point(10, 1.0), LOG_COSH, step_size)
    start = task.network.initial_weights([scale], [0])
    steps = max(expected)
    recorded = descend(task, start, Schedule(steps, 1, steps)).recorded
    for step, value in expected.items():
        p, q = recorded.p[0, step], recorded.q[0, step]
        assert q * p / np.tanh(p) - 1 == pytest.approx(value, abs=5e-4)


def test_it_goes_on_where_it_stopped():
    task = Task(Network(3, 6, 4, "tanh"), one_point(4, 1.0), LOG_COSH, 0.05)
    start = task.network.initial_weights([2.0, 3.0], [0])
    kept = []
    whole = descend(task, start, Schedule(60, 3, 15), keep=kept.append)
    assert [moment.step for moment in kept] == [3, 6, 12, 15, 30, 45, 60]
    for moment in kept:
        resumed = descend(task, start, Schedule(60, 3, 15), after=moment)
        for name in whole.recorded.__dataclass_fields__:
            ours, theirs = (getattr(d.recorded, name) for d in (resumed, whole))
            assert np.array_equal(ours, theirs), name
    assert list(whole.recorded.times) == list(range(0, 61, 3))
    assert list(whole.recorded.sharpness_times) == [0, 3, 6, 12, 15, 30, 45, 60]


@pytest.mark.parametrize(
    ("schedule", "steps"),
    [
        (Schedule(2, 1, 1), (0, 1, 2)),
        (Schedule(4, 1, 4), (0, 1, 2, 4)),
        (Schedule(10, 1, 5), (0, 1, 2, 4, 5, 10)),
        (Schedule(40, 5, 20), (0, 5, 10, 20, 40)),
    ],
)
def test_the_sharpness_is_computed_more_often_at_the_start(schedule, steps):
    assert schedule.sharpness_steps == steps


def test_a_run_that_flies_away_does_not_disturb_the_others():
    task = Task(Network(2, 1, 1), one_point(1), Loss.parse("z**2/2"), 0.5)
    both = (np.array([[[1.0]], [[50.0]]]), np.array([[0.5], [40.0]]))
    recorded = descend(task, both, Schedule(30, 1, 30)).recorded
    alone = descend(task, tuple(w[:1] for w in both), Schedule(30, 1, 30)).recorded
    assert not np.isfinite(recorded.q[1, -1])
    assert np.isnan(recorded.sharpness[1, -1])
    np.testing.assert_allclose(recorded.q[0], alone.q[0], rtol=1e-13)


def test_the_reduced_map_is_refused_where_it_is_not_that_of_the_network():
    task = Task(Network(2, 1, 1), one_point(1, 1.0), LOG_COSH, 0.1)
    start = task.network.initial_weights([1.0], [0])
    with pytest.raises(InputError, match="y = 0"):
        deviations(task, start, descend(task, start, Schedule(1, 1, 1)).recorded)


@pytest.mark.parametrize(
    ("schedule", "told"),
    [((0, 1, 1), "steps"), ((10, 0, 5), "every"), ((10, 2, 5), "multiple"), ((10, 1, 4), "steps")],
)
def test_no_such_schedule(schedule, told):
    with pytest.raises(InputError, match=told):
        Schedule(*schedule)


def test_what_a_task_refuses():
    network = Network(2, 2, 3)
    with pytest.raises(InputError, match="inputs = 3: the data have 2"):
        Task(network, one_point(2), LOG_COSH, 0.1)
    with pytest.raises(InputError, match="step_size"):
        Task(network, one_point(3), LOG_COSH, 0.0)
    with pytest.raises(InputError, match=r"r\(0\) must be 1, but is 2"):
        Task(network, one_point(3), Loss.parse("z**2"), 0.1)
    task = Task(network, one_point(3), LOG_COSH, 0.1)
    with pytest.raises(InputError, match="weights of shapes"):
        descend(task, Network(2, 3, 3).initial_weights([1.0], [0]), Schedule(1, 1, 1))
