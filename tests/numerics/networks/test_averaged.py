"""The averaged flow against descent."""

import numpy as np
import pytest

from trajalign.numerics.networks import (
    Network,
    Schedule,
    Task,
    averaged_flow,
    descend,
    gaussian_points,
    one_point,
)
from trajalign.numerics.networks.averaged import _phi
from trajalign.numerics.networks.tasks import run_of
from trajalign.theory.errors import InputError
from trajalign.theory.responses import Loss

pytest.importorskip("jax")

PRODUCT = Task(Network(2, 1, 1), one_point(1), Loss.parse("pseudo-huber"), 0.125)
START = (np.array([[0.1]]), np.array([4.5]))


def gap_of_descent(task, start, steps):
    batch = tuple(layer[None] for layer in start)
    found = descend(task, batch, Schedule(steps, steps, steps)).recorded
    return 2 - task.step_size * found.sharpness[0, -1]


@pytest.mark.thorough
def test_it_comes_to_where_descent_comes_in_far_fewer_strides():
    ahead = averaged_flow(PRODUCT, START, 1000)
    gap = 2 - PRODUCT.step_size * ahead.sharpness
    assert gap == pytest.approx(gap_of_descent(PRODUCT, START, 1000), rel=0.005)
    assert ahead.strides < 200
    wrong = averaged_flow(PRODUCT, START, 1000, drift=False)  # the twin: nothing pulls λ down
    assert 2 - PRODUCT.step_size * wrong.sharpness < -0.3


@pytest.mark.thorough
@pytest.mark.parametrize("steps", [1, 7, 30])
def test_on_the_way_it_is_in_the_middle_of_two_steps(steps):
    ahead = averaged_flow(PRODUCT, START, steps)
    weights = tuple(layer[None] for layer in START)
    last = [descend(PRODUCT, weights, Schedule(n, n, n)).weights for n in range(steps, steps + 3)]
    for layer, a, b, c in zip(ahead.weights, *last, strict=True):
        middle = (a + 2 * b + c)[0] / 4
        assert layer == pytest.approx(middle, abs=0.02)


def test_the_functions_of_the_exponential_method():
    x = np.array([0.0, 1e-9, 1e-3, 0.5, 40.0])
    one, two = _phi(x)
    nodes, weights = np.polynomial.legendre.leggauss(60)
    t, w = (nodes + 1) / 2, weights / 2
    decay = np.exp(-np.outer(x, 1 - t))
    assert one == pytest.approx(decay @ w, rel=1e-9)
    assert two == pytest.approx((decay * t) @ w, rel=1e-7)


def test_what_it_refuses():
    with pytest.raises(InputError, match="steps = 0: need at least 1"):
        averaged_flow(PRODUCT, START, 0)
    still = (np.array([[0.0]]), np.array([4.0]))
    with pytest.raises(InputError, match="needs a point of an orbit that moves"):
        averaged_flow(PRODUCT, still, 10)


@pytest.mark.thorough
def test_a_network_with_several_points_and_one_of_two_directions_at_the_edge():
    network = Network(3, 8, 3, "elu")
    task = Task(network, gaussian_points(3, 3, 0), Loss.parse("pseudo-huber"), 0.05)
    starts = network.initial_weights([5.0], [3, 2])
    early = descend(task, starts, Schedule(64, 64, 64)).weights
    for index, second in ((0, False), (1, True)):
        run = run_of(early, index)
        ahead = averaged_flow(task, run, 12000)
        gap = gap_of_descent(task, run, 12000)
        near = 2 - task.step_size * ahead.sharpness == pytest.approx(gap, rel=0.01)
        assert (ahead.second > 1.9) == second
        assert near != second
