"""The generalised p and q, against kernels worked out by hand."""

import numpy as np
import pytest
from networks_helper import forward, output_gradient

from trajalign.numerics.compile.floats import double_precision
from trajalign.numerics.networks import Data, Network, Schedule, Task, coordinates, descend
from trajalign.theory.responses import Loss

pytest.importorskip("jax")


def placed(residuals, kernel, step_size):
    with double_precision("jax"):
        found = coordinates(np.array(residuals), np.array(kernel), step_size)
        return *(float(v) for v in found[:-1]), np.asarray(found.leading)


def at_the_start(network, data, step_size, seed):
    task = Task(network, data, Loss.parse("log-cosh"), step_size)
    start = network.initial_weights([2.0], [seed])
    recorded = descend(task, start, Schedule(1, 1, 1)).recorded
    return recorded.p[0, 0], recorded.q[0, 0], recorded.rest[0, 0], [w[0] for w in start]


@pytest.mark.parametrize("activation", ["tanh", "elu"])
def test_of_one_point_they_are_residual_and_gradient_norm(activation):
    x, y, eta = np.array([0.6, 0.0, 0.8]), 0.25, 0.05
    p, q, rest, weights = at_the_start(
        Network(3, 5, 3, activation), Data(x[None], np.array([y])), eta, 3
    )
    norm = sum(np.sum(g**2) for g in output_gradient(weights, x, activation))
    assert p == pytest.approx(forward(weights, x, activation)[0] - y, rel=1e-13)
    assert q == pytest.approx(2 / (eta * norm), rel=1e-13)
    assert q != pytest.approx(1 / (eta * norm), rel=1e-3)
    assert rest == 0


def test_copies_of_a_point_change_nothing():
    x, y = np.array([0.6, 0.0, 0.8]), 0.25
    network = Network(3, 5, 3, "tanh")
    one = at_the_start(network, Data(x[None], np.array([y])), 0.05, 3)
    four = at_the_start(network, Data(np.tile(x, (4, 1)), np.full(4, y)), 0.05, 3)
    assert four[:3] == pytest.approx(one[:3], rel=1e-12, abs=1e-12)


def test_a_kernel_with_a_known_leading_direction():
    """K = 5 u uᵀ/2 + w wᵀ/2, u = (1, −1), w = (1, 1): κ = 5, κ₂ = 1, v = (1, −1) up to its sign;
    z = 3 u + 0.5 w."""
    kernel = [[3.0, -2.0], [-2.0, 3.0]]
    p, q, rest, second, leading = placed([3.5, -2.5], kernel, 0.1)
    assert (abs(p), q, rest, second) == pytest.approx((3.0, 4.0, 0.5, 0.2))
    assert (p * leading).tolist() == pytest.approx([3.0, -3.0])


def test_entries_of_different_size():
    """v ∝ (2, 1, 0, 0), scaled to length 2: v = (4, 2, 0, 0)/√5; p = v·z/4."""
    direction = np.array([2.0, 1.0, 0.0, 0.0])
    kernel = 2 * np.outer(direction, direction) + np.diag([0.0, 0.0, 1.0, 1.0])
    p, q, rest, _, _ = placed([1.0, 0.0, 0.0, 0.0], kernel, 0.5)
    assert (p, q) == pytest.approx((1 / np.sqrt(5), 0.4))
    assert rest == pytest.approx(np.sqrt(((1 - 4 / 5) ** 2 + (2 / 5) ** 2) / 4))
