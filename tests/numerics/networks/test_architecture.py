"""Networks: their shapes, their initial weights, and what they compute."""

import numpy as np
import pytest
from networks_helper import SLOPES, forward

from trajalign.numerics.compile.floats import double_precision
from trajalign.numerics.networks import Network
from trajalign.theory.errors import InputError

pytest.importorskip("jax")


def values(network, weights, inputs):
    with double_precision("jax"):
        return np.asarray(network.compiled()(weights, inputs))


@pytest.mark.parametrize("activation", SLOPES)
@pytest.mark.parametrize(("depth", "width"), [(2, 1), (2, 7), (3, 5), (5, 4)])
def test_outputs_are_those_of_numpy(depth, width, activation):
    network = Network(depth, width, 3, activation)
    weights = tuple(w[0] for w in network.initial_weights([2.5], [4]))
    inputs = np.random.default_rng(0).standard_normal((6, 3))
    expected = [forward(weights, x, activation)[0] for x in inputs]
    found = values(network, weights, inputs)
    np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-14)
    if depth > 2 or activation != "linear":
        turned = tuple(np.flip(w) for w in weights)
        assert not np.allclose(values(network, turned, inputs), expected)


def test_the_variance_of_initial_weights_is_that_of_the_scale_over_the_fan_in():
    network = Network(3, 200, 50, "tanh")
    weights = network.initial_weights([3.0], [1])
    for layer, fan_in in zip(weights, (50, 200, 200), strict=True):
        samples = layer.size
        measured = np.mean(layer**2) * fan_in / 9
        assert abs(measured - 1) < 5 * np.sqrt(2 / samples)
        assert abs(1.3 * measured - 1) > 5 * np.sqrt(2 / samples) or samples < 500


def test_a_seed_has_the_same_directions_at_every_scale_and_seeds_differ():
    network = Network(2, 4, 3)
    hidden, last = network.initial_weights([1.0, 2.0], [7, 8])
    assert (hidden.shape, last.shape) == ((4, 4, 3), (4, 4))  # scale 1: 7, 8; scale 2: 7, 8
    assert np.array_equal(2 * hidden[:2], hidden[2:])
    assert np.array_equal(2 * last[:2], last[2:])
    assert not np.allclose(hidden[0], hidden[1])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((1, 4, 3), "depth = 1"),
        ((2, 0, 3), "width = 0"),
        ((2, 4, 0), "inputs = 0"),
        ((2, 4, 3, "relu6"), "relu6"),
        ((2, 4, 3, "1/("), "1/("),
    ],
)
def test_no_such_network(arguments, told):
    with pytest.raises(InputError, match=told.replace("(", r"\(")):
        Network(*arguments)


@pytest.mark.parametrize(
    ("scales", "seeds"),
    [([], [1]), ([1.0], []), ([0.0], [1]), ([float("nan")], [1]), ([1.0], [-1]), ([1.0], [0.5])],
)
def test_no_such_start(scales, seeds):
    with pytest.raises(InputError, match=r"scales|seeds"):
        Network(2, 4, 3).initial_weights(scales, seeds)
