"""Objectives that are functions of (outputs, targets), with one output a point or several."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import logsumexp, softmax

from trajalign.monitor import JaxMonitor, Monitor, load_record, watched
from trajalign.monitor.objective import AlongLine, Theory
from trajalign.theory.responses import Loss

pytestmark = pytest.mark.filterwarnings(
    "ignore:.torch.jit.:DeprecationWarning", "ignore:.torch.jit.:FutureWarning"
)

ETA, POINTS, CLASSES = 3.0, 6, 3
RANDOM = np.random.default_rng(4)
INPUTS = RANDOM.standard_normal((POINTS, 4))
LABELS = np.array([0, 1, 2, 0, 1, 2])
FIRST, LAST = RANDOM.standard_normal((5, 4)) / 2, RANDOM.standard_normal((CLASSES, 5)) / 4


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


def model(torch):
    layers = [torch.nn.Linear(4, 5, bias=False), torch.nn.Linear(5, CLASSES, bias=False)]
    found = torch.nn.Sequential(layers[0], torch.nn.Tanh(), layers[1]).double()
    with torch.no_grad():
        layers[0].weight.copy_(torch.tensor(FIRST))
        layers[1].weight.copy_(torch.tensor(LAST))
    return found


def monitored(torch, **options):
    inputs, labels = torch.tensor(INPUTS), torch.tensor(LABELS)
    loss = torch.nn.functional.cross_entropy
    return Monitor(model(torch), loss, inputs, labels, ETA, **options)


def dense():
    """Outputs, Jacobian (outputs × weights), by hand."""
    hidden = np.tanh(INPUTS @ FIRST.T)
    z = hidden @ LAST.T
    rows = []
    for x, h in zip(INPUTS, hidden, strict=True):
        for k in range(CLASSES):
            first = np.outer(LAST[k] * (1 - h**2), x)
            last = np.zeros_like(LAST)
            last[k] = h
            rows.append(np.concatenate([first.ravel(), last.ravel()]))
    return z, np.array(rows)


def entropy(z):
    return float(np.mean(logsumexp(z, axis=1) - z[np.arange(POINTS), LABELS]))


def slope_along(z, v):
    """d/dp of the mean cross-entropy, by hand."""
    off = softmax(z, axis=1)
    off[np.arange(POINTS), LABELS] -= 1
    return float(np.sum(off * v)) / POINTS


def test_cross_entropy_of_several_outputs_against_dense_matrices(torch):
    look = monitored(torch, sharpness_every=1).step()
    z, jacobian = dense()
    values, vectors = np.linalg.eigh(jacobian @ jacobian.T / POINTS)
    v = vectors[:, -1] * np.sqrt(POINTS)
    v = (v * np.sign(v[np.argmax(np.abs(v))])).reshape(z.shape)
    along = np.sum(v * z) / POINTS
    rest = z - along * v
    centre = brentq(lambda p: slope_along(rest + p * v, v), along - 60, along + 60, xtol=1e-13)
    here = slope_along(z, v)
    far = centre - 100 * np.sign(along - centre)
    partner = brentq(lambda p: slope_along(rest + p * v, v) + here, centre, far, xtol=1e-13)
    assert look.p == pytest.approx(along - centre, rel=1e-8)
    assert look.q == pytest.approx(2 / (ETA * values[-1]), rel=1e-10)
    assert look.second == pytest.approx(values[-2] / values[-1], rel=1e-9)
    assert look.response == pytest.approx(2 * here / (along - partner), rel=1e-8)
    off = softmax(rest + centre * v, axis=1)
    spread = np.sum(off * v**2, axis=1) - np.sum(off * v, axis=1) ** 2
    assert look.edge == pytest.approx(np.mean(spread), rel=1e-8)
    assert look.loss == pytest.approx(entropy(z), rel=1e-12)


def test_the_sharpness_is_that_of_the_whole_hessian(torch):
    look = monitored(torch, sharpness_every=1).step()

    def objective(flat):
        first, last = flat[:20].reshape(5, 4), flat[20:].reshape(3, 5)
        return entropy(np.tanh(INPUTS @ first.T) @ last.T)

    size, step = 35, 1e-4
    at = np.concatenate([FIRST.ravel(), LAST.ravel()])
    moves = np.eye(size) * step
    hessian = np.array(
        [
            [
                objective(at + a + b) - objective(at + a - b) - objective(at - a + b)
                + objective(at - a - b)
                for b in moves
            ]
            for a in moves
        ]
    ) / (4 * step**2)  # fmt: skip
    assert look.sharpness == pytest.approx(np.linalg.eigvalsh(hessian)[-1], rel=1e-5)


@pytest.mark.thorough
def test_jax_sees_the_same(torch):
    jax = pytest.importorskip("jax")

    def outputs(params, inputs):
        return jax.numpy.tanh(inputs @ params[0].T) @ params[1].T

    def loss(z, labels):
        chosen = jax.nn.log_softmax(z)[jax.numpy.arange(POINTS), labels]
        return -jax.numpy.mean(chosen)

    with jax.enable_x64(True):
        params = (jax.numpy.asarray(FIRST), jax.numpy.asarray(LAST))
        own = JaxMonitor(outputs, loss, INPUTS, LABELS, ETA, sharpness_every=1).step(params)
    other = monitored(torch, sharpness_every=1).step()
    for name in ("p", "q", "rest", "second", "response", "edge", "loss"):
        assert getattr(own, name) == pytest.approx(getattr(other, name), rel=1e-8)
    assert own.sharpness == pytest.approx(other.sharpness, rel=1e-6)


def test_a_loss_of_the_theory_is_the_same_as_a_function(torch):
    """p from the zero of G, which is not 0 about a rest w; Q₀ and the edge alike."""
    torch.manual_seed(0)
    inputs, targets = torch.tensor(INPUTS), torch.tensor(LABELS, dtype=torch.float64)
    layers = (torch.nn.Linear(4, 5), torch.nn.Tanh(), torch.nn.Linear(5, 1))
    one = torch.nn.Sequential(*layers).double()
    given = Monitor(one, "log-cosh", inputs, targets, ETA, sharpness_every=1).step()

    def mean(outputs, y):
        return torch.log(torch.cosh(outputs.squeeze(-1) - y)).mean()

    found = Monitor(one, mean, inputs, targets, ETA, sharpness_every=1).step()
    for name in ("q", "second", "response", "off", "edge", "loss", "sharpness"):
        assert getattr(found, name) == pytest.approx(getattr(given, name), rel=1e-7)
    assert found.p != pytest.approx(given.p, rel=1e-3)


def test_where_no_centre_is_there_is_no_diagram():
    """G = 1 + exp(p) has no zero."""

    def derivative(place, order):
        return float(np.exp(place[0])) + (order == 1)

    found = AlongLine(np.zeros(1), np.ones(1), 1, derivative).diagram
    assert np.isnan([found.centre, found.response, found.edge]).all()


def test_along_a_line_it_is_the_diagram_of_the_theory():
    z, v = np.array([0.4, -1.0, 0.3]), np.array([1.0, 1.2, -np.sqrt(3 - 2.44)])

    def derivative(place, order):
        t = np.tanh(place)
        ways = (t, 1 - t**2, -2 * t * (1 - t**2), (1 - t**2) * (6 * t**2 - 2))
        return float(np.mean(ways[order - 1] * v**order))

    found, given = AlongLine(z, v, 3, derivative).diagram, Theory(Loss.parse("log-cosh"), 3)
    expected = given.diagram(z, v)
    for name in ("partner", "response", "centre", "edge", "flip"):
        assert float(getattr(found, name)) == pytest.approx(float(getattr(expected, name)))


@pytest.mark.thorough
def test_it_is_saved_and_judged_against_its_own_diagram_alone(torch, tmp_path, command):
    monitor = monitored(torch, sharpness_every=2)
    optimizer = torch.optim.SGD(monitor._model.parameters(), lr=ETA)
    for _ in range(6):
        monitor.step()
        optimizer.zero_grad()
        z = monitor._model(torch.tensor(INPUTS))
        torch.nn.functional.cross_entropy(z, torch.tensor(LABELS)).backward()
        optimizer.step()
    monitor.save(tmp_path / "run")
    record = load_record(tmp_path / "run")
    assert record.loss is None
    assert record.residuals.shape == (6, POINTS * CLASSES)
    assert list(watched(record).fits) == ["effective"]
    code, out, err = command("experiment", "--from", str(tmp_path / "run"))
    assert code in (0, 1, 3)
    assert err == ""
    assert "another loss, η = 3, 18 outputs" in out
