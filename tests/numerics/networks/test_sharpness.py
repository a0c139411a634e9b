"""The sharpness by Lanczos, against dense Hessians and the theory's closed form."""

import numpy as np
import pytest
from networks_helper import forward, output_gradient

from trajalign.numerics.compile.floats import double_precision
from trajalign.numerics.networks import Network, Task, gaussian_points, one_point, sharpness
from trajalign.theory.responses import Loss

jax = pytest.importorskip("jax")


def dense(network, data, weights):
    """The largest eigenvalue of the Hessian from central differences of a NumPy gradient."""
    sizes = np.cumsum([w.size for w in weights])[:-1]

    def gradient(flat):
        parts = [v.reshape(w.shape) for v, w in zip(np.split(flat, sizes), weights, strict=True)]
        total = np.zeros_like(flat)
        for x, y in zip(data.inputs, data.targets, strict=True):
            slope = np.tanh(forward(parts, x, network.activation)[0] - y)
            rows = output_gradient(parts, x, network.activation)
            total += slope * np.concatenate([g.ravel() for g in rows]) / len(data.targets)
        return total

    place, h = np.concatenate([w.ravel() for w in weights]), 1e-5
    columns = [(gradient(place + h * e) - gradient(place - h * e)) / (2 * h)
               for e in np.eye(place.size)]  # fmt: skip
    return float(np.linalg.eigvalsh((np.array(columns) + np.array(columns).T) / 2)[-1])


@pytest.mark.parametrize("activation", ["linear", "tanh", "elu", "arctan"])
@pytest.mark.parametrize("count", [1, 4])
def test_small_networks_against_the_dense_hessian(activation, count):
    network = Network(3, 4, 3, activation)
    data = one_point(3, 1.0) if count == 1 else gaussian_points(3, count, 0)
    start = network.initial_weights([1.5, 2.5], [5])
    found = sharpness(Task(network, data, Loss.parse("log-cosh"), 0.1), start)
    expected = [dense(network, data, [w[i] for w in start]) for i in range(2)]
    assert found == pytest.approx(expected, rel=1e-7)
    moved = [dense(network, data, [1.001 * w[i] for w in start]) for i in range(2)]
    assert found != pytest.approx(moved, rel=1e-5)


@pytest.mark.parametrize("width", [1, 2, 300])
def test_two_linear_layers_against_the_closed_form(width):
    """reference.md §1: λ = ½ [ℓ'' S + √(ℓ''² S² + 4 ℓ'² + 8 ℓ' ℓ'' p)], S = ‖Uᵀx‖² + ‖v‖²."""
    network = Network(2, width, 2)
    start = network.initial_weights([2.0], [2])
    u, v = start[0][0][:, 0], start[1][0]
    p, s = u @ v, u @ u + v @ v
    first, second = np.tanh(p), 1 / np.cosh(p) ** 2
    root = np.sqrt(second**2 * s**2 + 4 * first**2 + 8 * first * second * p)
    task = Task(network, one_point(2), Loss.parse("log-cosh"), 0.1)
    assert sharpness(task, start) == pytest.approx([(second * s + root) / 2], rel=1e-9)


def test_weights_that_flew_away_have_none():
    network = Network(2, 2, 1)
    start = network.initial_weights([1.0, 2.0], [0])
    start[0][0, 0, 0] = np.inf
    found = sharpness(Task(network, one_point(1), Loss.parse("log-cosh"), 0.1), start)
    assert list(np.isnan(found)) == [True, False]


def test_a_network_whose_units_are_all_saturated_has_sharpness_zero():
    """z < −800 in every unit: e^z underflows, so that f is constant near there."""
    network = Network(3, 3, 1, "elu")
    start = (np.full((1, 3, 1), -1e3), np.full((1, 3, 3), 1e3), np.full((1, 3), -1.0))
    task = Task(network, one_point(1), Loss.parse("log-cosh"), 0.1)
    saturated = dense(network, task.data, [w[0] for w in start])
    # The last layer still has a Hessian, ℓ''(f) = sech²(3) times its inputs (−1, −1, −1) squared.
    assert sharpness(task, start) == pytest.approx([3 / np.cosh(3) ** 2], rel=1e-9)
    assert saturated == pytest.approx(3 / np.cosh(3) ** 2, rel=1e-4)
    start[2][:] = -1e3  # and there ℓ'' underflows
    assert sharpness(task, start) == [0.0]


def test_no_global_flag_is_left_switched_on():
    network = Network(2, 2, 1)
    sharpness(
        Task(network, one_point(1), Loss.parse("log-cosh"), 0.1),
        network.initial_weights([1.0], [0]),
    )
    assert jax.numpy.ones(1).dtype == np.float32
    with double_precision("jax"):
        assert jax.numpy.ones(1).dtype == np.float64
