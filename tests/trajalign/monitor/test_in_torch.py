"""The monitor of a PyTorch run, against the descent of the studies and against dense matrices."""

import sys

import numpy as np
import pytest
from torch_models import torch_model

from trajalign.monitor import Monitor, load_record, watched
from trajalign.numerics.extras import MissingExtraError
from trajalign.numerics.networks import Network, Schedule, Task, descend, gaussian_points
from trajalign.theory.errors import InputError
from trajalign.theory.responses import Loss

# PyTorch scripts functions of its own when torch.func.jvp is first used
pytestmark = pytest.mark.filterwarnings(
    "ignore:.torch.jit.:DeprecationWarning", "ignore:.torch.jit.:FutureWarning"
)

ETA = 0.1


def trained(torch, start, data, steps, lr=ETA, **options):
    model = torch_model(torch, start)
    inputs, targets = torch.tensor(data.inputs), torch.tensor(data.targets)
    monitor = Monitor(model, "log-cosh", inputs, targets, lr, **options)
    optimizer = torch.optim.SGD(model.parameters(), lr=ETA)
    for _ in range(steps):
        monitor.step()
        optimizer.zero_grad()
        torch.log(torch.cosh(model(inputs).squeeze(-1) - targets)).mean().backward()
        optimizer.step()
    return monitor


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


@pytest.mark.thorough
@pytest.mark.parametrize("points", [1, 3, 6])
def test_it_sees_what_the_studies_record(points, torch):
    """To 1e-11, PyTorch against JAX, matrix-free against dense; not with another learning rate."""
    pytest.importorskip("jax")
    network, data = Network(3, 5, 4, "tanh"), gaussian_points(4, points, 1)
    start = network.initial_weights([2.0], [1])
    task = Task(network, data, Loss.parse("log-cosh"), ETA)
    ours = descend(task, start, Schedule(8, 1, 8)).recorded
    own = [layer[0] for layer in start]
    found = trained(torch, own, data, 9, sharpness_every=4)
    for name in ("p", "q", "rest", "second", "loss"):
        seen = [getattr(look, name) for look in found.looks]
        np.testing.assert_allclose(seen, getattr(ours, name)[0], rtol=1e-11, atol=1e-13)
    seen = [look.sharpness for look in found.looks if not np.isnan(look.sharpness)]
    at = [list(ours.sharpness_times).index(step) for step in (0, 4, 8)]
    np.testing.assert_allclose(seen, ours.sharpness[0, at], rtol=1e-7)
    off = trained(torch, own, data, 1, lr=ETA * (1 + 1e-6)).looks[0]
    assert abs(off.q / ours.q[0, 0] - 1) > 1e-7


def test_q0_and_the_edge_are_those_of_the_diagram(torch):
    from trajalign.numerics.networks import effective_diagram

    data = gaussian_points(4, 5, 2)
    own = [layer[0] for layer in Network(2, 6, 4).initial_weights([2.0], [3])]
    monitor = trained(torch, own, data, 4, every=2)
    assert [look.step for look in monitor.looks] == [0, 2]
    model = torch_model(torch, own)
    z = model(torch.tensor(data.inputs)).detach().numpy()[:, 0] - data.targets
    jacobian = []
    for x in torch.tensor(data.inputs):
        model.zero_grad()
        model(x).squeeze().backward()
        jacobian.append(np.concatenate([w.grad.numpy().ravel() for w in model.parameters()]))
    _, vectors = np.linalg.eigh(np.array(jacobian) @ np.array(jacobian).T)
    expected = effective_diagram("log-cosh", z, np.sqrt(5) * vectors[:, -1])
    first = monitor.looks[0]
    assert first.response == pytest.approx(float(expected.response), rel=1e-9)
    assert first.edge == pytest.approx(float(expected.edge), rel=1e-9)
    assert first.off == pytest.approx(first.q / float(expected.response) - 1, rel=1e-6)


def test_single_precision_is_seen_to_six_digits(torch):
    data = gaussian_points(4, 5, 2)
    own = [layer[0] for layer in Network(2, 6, 4).initial_weights([2.0], [3])]
    inputs, targets = torch.tensor(data.inputs).float(), torch.tensor(data.targets).float()
    look = Monitor(torch_model(torch, own).float(), "log-cosh", inputs, targets, ETA).step()
    double = trained(torch, own, data, 1).looks[0]
    assert look.q == pytest.approx(double.q, rel=1e-5)
    assert look.response == pytest.approx(double.response, rel=1e-5)


def test_frozen_weights_have_no_part_in_it(torch):
    """As if the layer that is frozen were part of the data."""
    torch.manual_seed(0)
    inputs, targets = torch.randn(3, 4).double(), torch.randn(3).double()
    first, last = torch.nn.Linear(4, 5).double(), torch.nn.Linear(5, 1, bias=False).double()
    model = torch.nn.Sequential(first, torch.nn.Tanh(), last)
    features = torch.tanh(first(inputs)).detach()

    def seen(model, inputs):
        monitor = Monitor(model, "log-cosh", inputs, targets, ETA, sharpness_every=1)
        look = monitor.step()
        return [look.p, look.q, look.second, look.sharpness, monitor.predict(3).flow]

    whole, expected = seen(model, inputs), seen(last, features)
    first.requires_grad_(False)
    assert seen(model, inputs) == pytest.approx(expected, rel=1e-9)
    assert whole != pytest.approx(expected, rel=1e-2)
    last.requires_grad_(False)
    monitor = Monitor(model, "log-cosh", inputs, targets, ETA)
    for ask in (monitor.step, lambda: monitor.predict(3)):
        with pytest.raises(InputError, match="no weight with requires_grad"):
            ask()


def test_a_model_with_dropout_is_refused_where_it_drops(torch):
    inputs, targets = torch.ones(3, 4), torch.ones(3)
    model = torch.nn.Sequential(torch.nn.Linear(4, 50), torch.nn.Dropout(), torch.nn.Linear(50, 1))
    with pytest.raises(InputError, match="other outputs when it is asked again, as with dropout"):
        Monitor(model, "log-cosh", inputs, targets, ETA)
    monitor = Monitor(model.eval(), "log-cosh", inputs, targets, ETA)
    assert monitor.step() is not None
    model.train()
    for ask in (monitor.step, lambda: monitor.predict(3)):
        with pytest.raises(InputError, match="other outputs when it is asked again"):
            ask()


def test_watching_does_not_count_as_a_batch(torch):
    model = torch.nn.Sequential(torch.nn.Linear(4, 1), torch.nn.BatchNorm1d(1))
    before = {name: buffer.clone() for name, buffer in model.named_buffers()}
    Monitor(model, "log-cosh", torch.ones(3, 4), torch.ones(3), ETA)
    after = dict(model.named_buffers())
    assert all(torch.equal(before[name], after[name]) for name in before)


@pytest.mark.parametrize("shape", [(1,), (1, 1)])
def test_one_data_point_with_or_without_an_axis_of_outputs(torch, shape):
    class One(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.ones(4))

        def forward(self, x):
            return (x @ self.weight).view(shape)

    assert Monitor(One(), "log-cosh", torch.ones(1, 4), torch.zeros(1), ETA).step().p == 4


def test_what_it_refuses(torch):
    data = gaussian_points(4, 5, 2)
    inputs, targets = torch.tensor(data.inputs), torch.tensor(data.targets)
    model = torch.nn.Linear(4, 2, dtype=torch.float64)
    with pytest.raises(InputError, match="one number for each target"):
        Monitor(model, "log-cosh", inputs, targets, ETA)
    good = torch.nn.Linear(4, 1, dtype=torch.float64)
    with pytest.raises(InputError, match="lr = 0"):
        Monitor(good, "log-cosh", inputs, targets, 0)
    with pytest.raises(InputError, match="every"):
        Monitor(good, "log-cosh", inputs, targets, ETA, every=0)


def test_a_run_that_has_flown_away_is_looked_at_without_an_error(torch, tmp_path):
    data = gaussian_points(4, 5, 2)
    inputs, targets = torch.tensor(data.inputs), torch.tensor(data.targets)
    model = torch.nn.Linear(4, 1, dtype=torch.float64)
    monitor = Monitor(model, "log-cosh", inputs, targets, ETA, sharpness_every=1)
    assert np.isfinite(monitor.step().q)
    with torch.no_grad():
        model.weight.fill_(float("nan"))
    look = monitor.step()
    assert look.step == 1
    assert np.isnan([look.p, look.q, look.response, look.off, look.sharpness]).all()
    monitor.save(tmp_path)
    assert watched(load_record(tmp_path)).verdict == "undecided"


def test_what_pytorch_cannot_compute_is_told_in_a_line(torch):
    data = gaussian_points(4, 5, 2)
    inputs, targets = torch.tensor(data.inputs), torch.tensor(data.targets)
    layers = (torch.nn.Linear(4, 3), torch.nn.BatchNorm1d(3), torch.nn.Linear(3, 1))
    model = torch.nn.Sequential(*layers).double()
    with pytest.raises(InputError, match="cannot compute what a look needs") as caught:
        Monitor(model, "log-cosh", inputs, targets, ETA).step()
    assert "\n" not in str(caught.value)


def test_without_pytorch_one_line_says_what_brings_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'trajalign\[torch\]'"):
        Monitor(None, "log-cosh", None, None, ETA)
