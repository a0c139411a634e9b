"""The law of the edge of a network, against the law of its objective in 50 digits, and descent."""

from dataclasses import replace

import mpmath as mp
import numpy as np
import pytest

from trajalign.numerics.edge.landscape import Landscape
from trajalign.numerics.networks import Data, Network, Schedule, Task, descend, flip_law, settle
from trajalign.numerics.networks.data import one_point
from trajalign.numerics.networks.tasks import run_of
from trajalign.theory.edge.objective import Objective
from trajalign.theory.errors import InputError
from trajalign.theory.responses import Loss

pytest.importorskip("jax")

POINTS = Data(np.array([[1.0, 0.5], [-0.5, 1.0]]), np.array([0.4, -0.3]))
TINY = Task(Network(2, 1, 2, "tanh"), POINTS, Loss.parse("pseudo-huber"), 0.1)
NEAR = (np.array([[0.2, -0.15]]), np.array([2.0]))
LOSSES = {  # with the objective of TINY for it, by hand
    "sqrt(1+z**2)": (
        "sqrt(1 + (v*tanh(s + t/2) - 2/5)**2)/2 + sqrt(1 + (v*tanh(t - s/2) + 3/10)**2)/2"
    ),
    "25/4*(log(1+4*exp(z)) - 4/5*z)": (
        "25/8*(log(1 + 4*exp(v*tanh(s + t/2) - 2/5)) - 4/5*(v*tanh(s + t/2) - 2/5))"
        "+ 25/8*(log(1 + 4*exp(v*tanh(t - s/2) + 3/10)) - 4/5*(v*tanh(t - s/2) + 3/10))"
    ),
}


@pytest.fixture(scope="module", params=list(LOSSES))
def at_flip(request):
    """A minimum of TINY, with η = 2/λ."""
    task = replace(TINY, loss=Loss.parse(request.param))
    place = settle(task, NEAR)
    return replace(task, step_size=2 / flip_law(task, place).sharpness), place


def outputs(place):
    """Of TINY in plain NumPy."""
    return np.tanh(POINTS.inputs @ place[0][0]) * place[1][0]


def test_settled_weights_fit_the_data_and_have_not_moved_along_the_minima(at_flip):
    _, place = at_flip
    assert outputs(place) == pytest.approx(POINTS.targets, abs=1e-11)
    moved = settle(TINY, place)
    for one, other in zip(moved, place, strict=True):
        assert one == pytest.approx(other, abs=1e-11)


def test_the_coefficients_are_those_of_the_objective_in_many_digits(at_flip):
    task, place = at_flip
    law = flip_law(task, place)
    landscape = Landscape.of(Objective.parse(LOSSES[task.loss.text]))
    point = dict(zip("stv", (*place[0][0], place[1][0]), strict=True))
    exact = landscape.flip_near([mp.mpf(float(point[name])) for name in landscape.names])
    assert law.sharpness == pytest.approx(float(exact.minimum.sharpness), rel=1e-11)
    assert abs(law.third) == pytest.approx(abs(float(exact.third)), rel=1e-9)
    assert law.fourth == pytest.approx(float(exact.fourth), rel=1e-9)
    ((rate, coupling),) = exact.stable
    assert law.rates == pytest.approx([float(rate)], rel=1e-11)
    assert abs(law.couplings[0]) == pytest.approx(abs(float(coupling)), rel=1e-9)
    assert (law.c, law.k) == pytest.approx((float(exact.c), float(exact.k)), rel=1e-9)
    assert law.kappa == pytest.approx(float(exact.kappa), rel=1e-9)
    bare = law.coefficient(np.array([False]))  # the twin: without the stable mode it is another c
    assert bare != pytest.approx(float(exact.c), rel=1e-3)


def test_the_force_is_the_slope_of_the_sharpness_along_the_minima(at_flip):
    task, place = at_flip
    law, small = flip_law(task, place), 1e-4
    heights = []
    for side in (1, -1):
        step = side * small * law.force / np.linalg.norm(law.force)
        moved = (place[0] + step[:2][None], place[1] + step[2:])
        heights.append(flip_law(task, settle(task, moved)).sharpness)
    slope = (heights[0] - heights[1]) / (2 * small)
    assert slope == pytest.approx(float(np.linalg.norm(law.force)), rel=1e-6)


def test_the_margin_looks_at_modes_that_are_slow_and_at_modes_near_the_edge(at_flip):
    law = flip_law(*at_flip)
    for pace, distance in ((0.01, 0.01), (1.99, 0.01), (1.0, 1.0)):
        other = replace(law, rates=np.array([pace / law.step_size]))
        assert other.margin * other.kappa == pytest.approx(distance)
    assert replace(law, rates=np.zeros(0), couplings=np.zeros(0)).margin == np.inf


def test_weights_that_do_not_fit_the_data_are_refused():
    with pytest.raises(InputError, match="about weights that fit all data"):
        flip_law(TINY, NEAR)
    out_of_reach = replace(TINY, data=Data(np.eye(2)[:1].repeat(2, 0), np.array([1.0, -1.0])))
    with pytest.raises(InputError, match="no weights found that fit all data: a residual is"):
        settle(out_of_reach, NEAR)


# Where the flip is subcritical ------------------------------------------------------------------

SUBCRITICAL = Loss.parse("z**2/2 + z**4/24")  # ℓ'''' > 0 and an even network about 0


def from_the_edge(task, place, height, shares):
    """η with ηλ − 2 = `height` |κ|, and a run for each share: from the minimum, pushed along u by
    p with |c|p² = share · |κ|."""
    task = replace(task, step_size=2 / flip_law(task, place).sharpness)
    kappa = abs(flip_law(task, place).kappa)
    task = replace(task, step_size=task.step_size * (1 + height * kappa / 2))
    law = flip_law(task, place)
    squares = [share * kappa / abs(law.c) for share in shares]
    cuts = np.cumsum([layer.size for layer in place])[:-1]
    sides = np.split(law.direction, cuts)
    pushed = [
        np.stack([layer + np.sqrt(s) * side.reshape(layer.shape) for s in squares])
        for layer, side in zip(place, sides, strict=True)
    ]
    return task, law, squares, tuple(pushed)


def check_subcritical(task, place, steps):
    task, law, squares, start = from_the_edge(task, place, 0.6, (0.01, 0.8))
    assert law.c < 0
    rests, leaves = (law.gap_from(law.mu, square) for square in squares)
    assert leaves is None  # 0.6 + 0.8 > 1: a jump, or divergence
    found = descend(task, start, Schedule(steps, 10, steps // 10)).recorded
    assert 2 - task.step_size * found.sharpness[0, -1] == pytest.approx(rests, rel=0.02)
    largest = np.nanmax(np.abs(found.p), axis=1)
    assert largest[1] > 10 * largest[0]
    assert not abs(2 - task.step_size * found.sharpness[1, -1]) < 10 * abs(law.kappa)


@pytest.mark.thorough
def test_past_a_subcritical_flip_two_weights_leave_or_rest_as_the_law_says():
    task = Task(Network(2, 1, 1), one_point(1), SUBCRITICAL, 0.1)
    check_subcritical(task, (np.array([[0.0]]), np.array([4.0])), 2000)


@pytest.mark.thorough
def test_past_a_subcritical_flip_a_network_leaves_or_rests_as_the_law_says():
    network = Network(3, 8, 3, "linear")
    task = Task(network, one_point(3, 1.0), SUBCRITICAL, 1e-4)
    place = settle(task, run_of(network.initial_weights([2.5], [0]), 0))
    check_subcritical(task, place, 3000)
