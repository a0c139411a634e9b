"""The largest eigenvalues and the gradient's share along descent, against dense matrices."""

import numpy as np
import pytest

from trajalign.numerics.networks import Network, Schedule, Task, gaussian_points, spectra
from trajalign.theory.errors import InputError
from trajalign.theory.responses import Loss

pytest.importorskip("jax")

NETWORK, DATA = Network(2, 3, 2), gaussian_points(2, 3, 1)
TASK = Task(NETWORK, DATA, Loss.parse("z**2/2"), 0.2)
START = NETWORK.initial_weights([1.5], [2])


def gradient(flat):
    """Of ½ mean (v·Ux − y)², by hand."""
    u, v = flat[:6].reshape(3, 2), flat[6:]
    z = DATA.inputs @ u.T @ v - DATA.targets
    pulled = z @ DATA.inputs / len(z)
    return np.concatenate([np.outer(v, pulled).ravel(), u @ pulled])


def dense(flat, h=1e-5):
    """The Hessian by central differences."""
    columns = [(gradient(flat + h * e) - gradient(flat - h * e)) / (2 * h) for e in np.eye(9)]
    return (np.array(columns) + np.array(columns).T) / 2


def test_they_are_those_of_dense_matrices_at_every_look():
    found = spectra(TASK, START, Schedule(4, 1, 2), 3)
    assert found.times.tolist() == [0, 1, 2, 4]
    flat = np.concatenate([layer[0].ravel() for layer in START])
    for step in range(5):
        if step in found.times:
            k = found.times.tolist().index(step)
            values, vectors = np.linalg.eigh(dense(flat))
            np.testing.assert_allclose(found.eigenvalues[0, :, k], values[::-1][:3], atol=1e-8)
            slope = gradient(flat)
            share = (vectors[:, -1] @ slope) ** 2 / (slope @ slope)
            assert found.alignment[0, k] == pytest.approx(share, abs=1e-7)
        flat = flat - 0.2 * gradient(flat)
    assert not np.allclose(found.eigenvalues[..., 0], found.eigenvalues[..., -1], rtol=1e-3)


def test_a_run_that_flies_away_has_none():
    far = tuple(40 * layer for layer in START)
    found = spectra(TASK, far, Schedule(60, 1, 30), 1)
    assert np.isfinite(found.eigenvalues[0, 0, 0])
    assert np.isnan(found.eigenvalues[0, 0, -1])
    assert np.isnan(found.alignment[0, -1])


@pytest.mark.parametrize("count", [0, 8, 30])
def test_a_count_out_of_range_is_refused(count):
    with pytest.raises(InputError, match="need 1 to 7 eigenvalues"):
        spectra(TASK, START, Schedule(1, 1, 1), count)
