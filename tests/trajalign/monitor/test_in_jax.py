"""The monitor of a JAX run, against the descent of the studies and against PyTorch's monitor."""

import sys

import numpy as np
import pytest
from torch_models import torch_model

from trajalign.monitor import JaxMonitor, Monitor
from trajalign.numerics.extras import MissingExtraError
from trajalign.numerics.networks import Network, Schedule, Task, descend, gaussian_points
from trajalign.theory.errors import InputError
from trajalign.theory.responses import Loss

jax = pytest.importorskip("jax")

ETA, POINTS = 0.1, 5
NETWORK, DATA = Network(3, 5, 4, "tanh"), gaussian_points(4, POINTS, 1)
START = [layer[0] for layer in NETWORK.initial_weights([2.0], [1])]
NUMBERS = ("p", "q", "rest", "second", "loss")


def outputs(params, inputs):
    """The same network as a user would write it."""
    first, second, last = (params[name] for name in ("first", "second", "last"))
    return jax.numpy.tanh(jax.numpy.tanh(inputs @ first.T) @ second.T) @ last


def objective(params, inputs, targets):
    residuals = outputs(params, inputs) - targets
    return jax.numpy.mean(jax.numpy.log(jax.numpy.cosh(residuals)))


def trained(steps, lr=ETA, dtype=float, **options):
    with jax.enable_x64(dtype is float):
        names = ("first", "second", "last")
        params = {n: jax.numpy.asarray(w, dtype) for n, w in zip(names, START, strict=True)}
        inputs, targets = (jax.numpy.asarray(part, dtype) for part in (DATA.inputs, DATA.targets))
        monitor = JaxMonitor(outputs, "log-cosh", inputs, targets, lr, **options)
        for _ in range(steps):
            monitor.step(params)
            slopes = jax.grad(objective)(params, inputs, targets)
            params = {n: params[n] - ETA * slopes[n] for n in params}
    return monitor


@pytest.mark.thorough
def test_it_sees_what_the_studies_record():
    """To 1e-11, matrix-free against dense; not with another learning rate."""
    task = Task(NETWORK, DATA, Loss.parse("log-cosh"), ETA)
    ours = descend(task, tuple(w[None] for w in START), Schedule(4, 1, 4)).recorded
    found = trained(5, sharpness_every=4).looks
    for name in NUMBERS:
        seen = [getattr(look, name) for look in found]
        np.testing.assert_allclose(seen, getattr(ours, name)[0], rtol=1e-11, atol=1e-13)
    seen = [look.sharpness for look in found if not np.isnan(look.sharpness)]
    np.testing.assert_allclose(seen, ours.sharpness[0, [0, -1]], rtol=1e-7)
    off = trained(1, lr=ETA * (1 + 1e-6)).looks[0]
    assert abs(off.q / ours.q[0, 0] - 1) > 1e-7


@pytest.mark.filterwarnings("ignore:.torch.jit.:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:.torch.jit.:FutureWarning")
def test_pytorch_sees_the_same():
    torch = pytest.importorskip("torch")
    inputs, targets = torch.tensor(DATA.inputs), torch.tensor(DATA.targets)
    other = Monitor(torch_model(torch, START), "log-cosh", inputs, targets, ETA).step()
    look = trained(1).looks[0]
    for name in (*NUMBERS, "response", "edge"):
        assert getattr(look, name) == pytest.approx(getattr(other, name), rel=1e-10)


def test_single_precision_is_seen_to_five_digits():
    look, double = trained(1, dtype=np.float32).looks[0], trained(1).looks[0]
    assert look.q == pytest.approx(double.q, rel=1e-5)
    assert look.response == pytest.approx(double.response, rel=1e-5)


def test_what_it_refuses():
    two = JaxMonitor(lambda w, x: x @ w, "log-cosh", DATA.inputs, DATA.targets, ETA)
    with pytest.raises(InputError, match="one number for each target"):
        two.step(np.ones((4, 2)))
    with pytest.raises(InputError, match="lr = -1"):
        JaxMonitor(outputs, "log-cosh", DATA.inputs, DATA.targets, -1)


def test_without_jax_one_line_says_what_brings_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "jax", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'trajalign\[networks\]'"):
        JaxMonitor(outputs, "log-cosh", None, None, ETA)
