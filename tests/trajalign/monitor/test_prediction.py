"""The predicted end of a user's run: the same from every engine, and that of the objective."""

import json
from dataclasses import replace

import mpmath as mp
import numpy as np
import pytest
from torch_models import torch_model
from watched_run import LEAVES, REACHED, saved

from trajalign.monitor import JaxMonitor, Monitor, load_record, watched
from trajalign.monitor.flat_torch import InTorch
from trajalign.monitor.prediction import predicted
from trajalign.numerics.compile.floats import double_precision
from trajalign.numerics.networks import Network, Task, gaussian_points
from trajalign.numerics.networks.averaged import flow
from trajalign.numerics.networks.flat import flat_functions, flatten
from trajalign.numerics.networks.saturation import below
from trajalign.theory.errors import InputError
from trajalign.theory.responses import Loss

jax, torch = pytest.importorskip("jax"), pytest.importorskip("torch")

# PyTorch scripts functions of its own when torch.func.jvp is first used
pytestmark = pytest.mark.filterwarnings(
    "ignore:.torch.jit.:DeprecationWarning", "ignore:.torch.jit.:FutureWarning"
)

ETA, DATA = 0.1, gaussian_points(4, 3, 1)
TASK = Task(Network(2, 4, 4, "tanh"), DATA, Loss.parse("log-cosh"), ETA)
START = [layer[0] for layer in TASK.network.initial_weights([3.0], [1])]
DATA_T = torch.tensor(DATA.inputs), torch.tensor(DATA.targets)
NUMBERS = ("flow", "second", "c", "law", "from_here", "margin")


def outputs(params, inputs):
    return jax.numpy.tanh(inputs @ params["first"].T) @ params["last"]


def in_torch(weights=START, dtype=None, loss="log-cosh"):
    dtype = dtype or torch.float64
    model = torch_model(torch, weights).to(dtype)
    inputs, targets = torch.tensor(DATA.inputs, dtype=dtype), torch.tensor(DATA.targets)
    return Monitor(model, loss, inputs, targets.to(dtype), ETA)


def in_jax(steps, dtype=np.float64, loss="log-cosh"):
    with jax.enable_x64(dtype is np.float64):
        params = dict(zip(("first", "last"), map(dtype, START), strict=True))
        monitor = JaxMonitor(outputs, loss, dtype(DATA.inputs), dtype(DATA.targets), ETA)
        return monitor.predict(params, steps)


def of_task(steps):
    with double_precision("jax"):
        return predicted(flat_functions(TASK), np.asarray(flatten(START)[0]), 0, steps)


def test_every_engine_predicts_the_same():
    """To 1e-10; some 1e-14 were measured. In single precision, taken to double, to 1e-4."""
    ours = of_task(40)
    single = in_torch(dtype=torch.float32).predict(40), in_jax(40, np.float32)
    for name in NUMBERS:
        expected = getattr(ours, name)
        for other in (in_torch().predict(40), in_jax(40)):
            assert getattr(other, name) == pytest.approx(expected, rel=1e-10)
        for other in single:
            assert getattr(other, name) == pytest.approx(expected, rel=1e-4)
            assert getattr(other, name) != pytest.approx(expected, rel=1e-10)


# Against the objective of a tiny network in many digits -----------------------------------------

INPUTS, TARGETS = np.array([[1.0, 0.5], [-0.5, 1.0]]), np.array([0.4, -0.3])
PLACE = np.array([0.21, -0.17, 1.9])
ALONG = np.array([0.6, -0.5, 0.3])


def tiny():
    model = torch_model(torch, [PLACE[None, :2], PLACE[2:]])
    data = torch.tensor(INPUTS), torch.tensor(TARGETS)
    return InTorch(model, *data, Loss.parse("pseudo-huber"), ETA)


def objective(*weights):
    """Of it, by hand."""
    a, b, v = weights
    z = [v * mp.tanh(x * a + y * b) - t for (x, y), t in zip(INPUTS, TARGETS, strict=True)]
    return mp.fsum(mp.sqrt(1 + r * r) for r in z) / 2


def line(at):
    return lambda t: objective(*(w + t * u for w, u in zip(at, ALONG, strict=True)))


def slopes(function):
    return [mp.diff(function, tuple(PLACE), tuple(row)) for row in np.eye(3, dtype=int)]


def test_derivatives_are_those_of_the_objective_in_many_digits():
    found = tiny()
    with mp.workdps(40):
        gradient, third = slopes(objective), slopes(lambda *at: mp.diff(line(at), 0, 2))
        fourth = mp.diff(line(PLACE), 0, 4)
        units = np.eye(3, dtype=int)
        rows = [[mp.diff(objective, tuple(PLACE), tuple(i + j)) for j in units] for i in units]
        product = np.array(rows, dtype=float) @ ALONG
    assert found.gradient(PLACE) == pytest.approx(np.array(gradient, dtype=float), rel=1e-10)
    assert found.product(PLACE, ALONG) == pytest.approx(product, rel=1e-10)
    assert found.third(PLACE, ALONG) == pytest.approx(np.array(third, dtype=float), rel=1e-10)
    assert found.fourth_along(PLACE, ALONG) == pytest.approx(float(fourth), rel=1e-10)
    wrong = tiny()  # the twin: another loss has the same minimum and another fourth derivative
    wrong.loss = Loss.parse("log-cosh")
    assert wrong.fourth_along(PLACE, ALONG) != pytest.approx(float(fourth), rel=1e-2)


# Against descent ----------------------------------------------------------------------------------


def dense_sharpness(model, loss):
    """By the whole Hessian."""
    weights = {name: weight.detach() for name, weight in model.named_parameters()}
    rows = torch.func.hessian(lambda w: loss(torch.func.functional_call(model, w, (DATA_T[0],))))
    parts = rows(weights)
    sizes = {name: weight.numel() for name, weight in weights.items()}
    blocks = [[parts[a][b].reshape(sizes[a], sizes[b]) for b in sizes] for a in sizes]
    return float(torch.linalg.eigvalsh(torch.cat([torch.cat(row, 1) for row in blocks]))[-1])


def test_it_tells_the_end_of_descent_and_wrong_predictions_do_not():
    """From step 20 of 1200, to 5 %."""
    step_size = 0.4
    start = Network(2, 6, 4, "tanh").initial_weights([4.0], [1])
    model = torch_model(torch, [layer[0] for layer in start])
    optimizer = torch.optim.SGD(model.parameters(), lr=step_size)

    def loss(outputs):
        return torch.log(torch.cosh(outputs.squeeze(-1) - DATA_T[1])).mean()

    for step in range(1200):
        if step == 20:
            told = InTorch(model, *DATA_T, Loss.parse("log-cosh"), step_size)
            found = Monitor(model, "log-cosh", *DATA_T, step_size).predict(1180)
        optimizer.zero_grad()
        loss(model(DATA_T[0])).backward()
        optimizer.step()
    measured = 2 - step_size * dense_sharpness(model, loss)
    assert 0 < measured < 0.1  # it has come down from the edge
    assert found.flow == pytest.approx(measured, rel=0.05)
    assert found.from_here == pytest.approx(measured, rel=0.05)
    still = flow(told, told.start, 1180, drift=False)  # the twin: nothing pulls λ down
    assert 2 - step_size * still.sharpness < -measured
    law = below(told, told.start).law
    bare = law.coefficient(np.zeros(len(law.rates), dtype=bool))  # the twin without stable modes
    assert law.k / (2 * bare) > 1.15 * measured


def product(params, inputs):
    return (inputs @ params["a"]) * params["b"]


def of_product(loss, a, b, lr, steps, n=1):
    monitor = JaxMonitor(product, loss, np.ones((n, 1)), np.zeros(n), lr)
    return monitor.predict({"a": np.array([[a]]), "b": np.array(b)}, steps)


@pytest.mark.parametrize("steps", [30, 31])
def test_while_the_run_goes_back_and_forth_the_flow_tells_where_it_is(steps):
    """Of log cosh(ab), in plain Python: on the orbit λ is below 2/η, between its sides above."""
    a, b, lr = 0.4, 4.3, 1 / 8
    found = of_product("log-cosh", a, b, lr, steps)
    for _ in range(steps):
        before, slope = (a, b), np.tanh(a * b)
        a, b = a - lr * slope * b, b - lr * slope * a

    def gap(a, b):
        f = a * b
        bend = 1 / np.cosh(f) ** 2
        rows = [[bend * b * b, bend * f + np.tanh(f)], [bend * f + np.tanh(f), bend * a * a]]
        return 2 - lr * float(np.linalg.eigvalsh(np.array(rows))[-1])

    middle = gap(*((x + y) / 2 for x, y in zip((a, b), before, strict=True)))
    assert found.flow == pytest.approx(gap(a, b), rel=0.1)
    assert middle < 0 < found.flow


@pytest.mark.parametrize(("a", "lr"), [(0.1, 0.125), (0.01, 0.1), (0.1, 0.11)])
def test_where_c_is_0_to_rounding_there_is_no_law(a, lr):
    """Of the square loss of one product c is 0."""
    found = of_product("z**2/2", a, 4.5, lr, 100)
    assert (found.c, found.law, found.from_here, found.law_holds) == (None, None, None, False)
    assert "where c = 0 to rounding" in found.why[-1]
    assert of_product("log-cosh", a, 4.5, lr, 100).law is not None


def test_where_nothing_depends_on_the_weights_there_is_neither():
    found = of_product("log-cosh", 0.0, 0.0, 0.1, 100)
    assert (found.flow, found.c) == (None, None)
    assert found.why[-1] == "the law: the outputs do not depend on any weight here"


def test_a_single_weight():
    monitor = JaxMonitor(lambda w, x: w * x, "log-cosh", np.ones(1), np.zeros(1), 0.5)
    assert monitor.predict(np.array(0.3), 40).flow == pytest.approx(2 - 0.5, rel=1e-9)


# What it leaves alone, and what it refuses ------------------------------------------------------


def test_the_run_is_not_disturbed():
    monitor = in_torch()
    monitor.step()
    before = [weight.detach().clone() for weight in monitor._model.parameters()]
    random = torch.random.get_rng_state()
    monitor.predict(5)
    after = list(monitor._model.parameters())
    assert all(torch.equal(one, other) for one, other in zip(before, after, strict=True))
    assert all(weight.grad is None and weight.requires_grad for weight in after)
    assert torch.equal(random, torch.random.get_rng_state())
    assert len(monitor.looks) == 1
    assert [told.step for told in monitor.predictions] == [1]


def test_what_it_refuses():
    with pytest.raises(InputError, match="predict: need a loss of f − y"):
        in_torch(loss=torch.nn.functional.cross_entropy).predict(5)
    with pytest.raises(InputError, match="predict: need a loss of f − y"):
        in_jax(5, loss=lambda outputs, targets: jax.numpy.mean((outputs - targets) ** 2))
    with pytest.raises(InputError, match="steps = 0: need at least 1"):
        in_torch().predict(0)
    with pytest.raises(InputError, match=r"r\(0\) must be 1, but is 2"):
        in_torch(loss="z**2").predict(5)
    with pytest.raises(InputError, match="the run has flown away"):
        in_torch([layer * np.nan for layer in START]).predict(5)


class Single(torch.nn.Module):
    """It keeps to single precision, whatever its weights are."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(4))

    def forward(self, x):
        return x.float() @ self.weight.float()


def test_what_keeps_to_single_precision_is_refused():
    with pytest.raises(InputError, match=r"needs double precision, the model gives torch.float32"):
        Monitor(Single(), "log-cosh", *DATA_T, ETA).predict(5)
    single = JaxMonitor(
        lambda w, x: (x @ w).astype("float32"), "log-cosh", DATA.inputs, DATA.targets, ETA
    )
    with pytest.raises(InputError, match="needs double precision, the function gives float32"):
        single.predict(np.ones(4), 5)


def test_a_model_that_is_linear_in_its_weights_has_no_law():
    model = torch.nn.Linear(4, 1, bias=False).double()
    found = Monitor(model, "z**2/2", *DATA_T, ETA).predict(5)
    sharpness = np.linalg.eigvalsh(DATA.inputs.T @ DATA.inputs / 3)[-1]
    assert found.flow == pytest.approx(2 - ETA * sharpness, rel=1e-9)
    assert (found.c, found.law, found.from_here) == (None, None, None)
    assert "does not change along the minima" in found.why[0]


def test_where_pytorch_differentiates_wrongly_there_is_no_law():
    """LayerNorm, of which PyTorch 2.13 has wrong third derivatives; its like by hand has a law."""
    torch.manual_seed(0)
    first, last = torch.nn.Linear(4, 5), torch.nn.Linear(5, 1)
    found = {}
    for norm in (torch.nn.LayerNorm(5, elementwise_affine=False), Normed()):
        model = torch.nn.Sequential(first, norm, torch.nn.Tanh(), last).double()
        told = Monitor(model, "log-cosh", *DATA_T, ETA).predict(5)
        found[type(norm).__name__] = told
    right, wrong = found["Normed"], found["LayerNorm"]
    assert wrong.flow == pytest.approx(right.flow, rel=1e-8)
    assert right.law is not None
    assert wrong.law is None
    assert wrong.why == ("no law: PyTorch's higher derivatives of the model are not right",)


class Normed(torch.nn.Module):
    """What LayerNorm does at its start."""

    def forward(self, x):
        centred = x - x.mean(-1, keepdim=True)
        return centred / torch.sqrt((centred**2).mean(-1, keepdim=True) + 1e-5)


# In words, kept, and judged -----------------------------------------------------------------------


def test_its_words():
    assert str(REACHED).splitlines() == [
        "step 30, 25 steps ahead: 2 − ηλ = 0.2 by the averaged flow, ηλ₂ ≤ 0.7 on the way",
        "supercritical flip: 2 − ηλ* = 0.1 by the law, 0.12 from here; margin 20",
    ]
    assert "a second direction is at the edge" in str(replace(REACHED, second=1.95))
    assert "too slow, do not rely on it" in str(replace(REACHED, margin=9.0))
    for far in ({"mu": 0.6}, {"mu": -1.5}, {"law": 0.6}):
        assert "the edge is far, do not rely on it" in str(replace(REACHED, **far))
    lost = replace(REACHED, flow=None)
    assert (REACHED.law_holds, lost.law_holds) == (True, False)
    assert "the averaged flow has no number, do not rely on it" in str(lost)
    assert LEAVES.law_holds  # a flow that does not get there is no objection to that
    assert (
        str(LEAVES)
        .splitlines()[0]
        .startswith("subcritical flip, c = -1: the run is predicted to jump or to leave")
    )
    assert str(LEAVES).splitlines()[1] == "the flow does not get there"
    rests = replace(LEAVES, from_here=0.3)
    assert (LEAVES.leaves, rests.leaves) == (True, False)
    assert "not met: 2 − ηλ* = 0.3" in str(rests)


def test_it_is_kept_and_held_against_what_was_measured(command, tmp_path, monkeypatch):
    monkeypatch.chdir(saved(tmp_path / "run", REACHED, LEAVES).parent)
    record = load_record("run")
    assert record.predictions == (REACHED, LEAVES)
    reached, far = watched(record).predictions
    look = next(look for look in record.looks if look.step == 60)
    assert (reached.step, reached.gap) == (60, 2 - record.step_size * look.sharpness)
    assert (far.step, far.gap) == (None, None)
    code, out, err = command("experiment", "--from", "run")
    assert (code, err) == (0, "")
    assert "leaves" in out
    assert "not reached" in out
    _, out, _ = command("experiment", "--from", "run", "--json", "-")
    kept = json.loads(out)["predictions"]
    assert (kept[0]["flow"], kept[0]["measured_at"]) == (0.2, 60)
    assert kept[1]["measured"] is None


@pytest.mark.parametrize("change", [{"flow": "much"}, {"steps": 1.5}, {"why": 3}])
def test_a_prediction_that_was_changed_is_refused(tmp_path, change):
    place = saved(tmp_path / "run", REACHED) / "report.json"
    report = json.loads(place.read_text())
    report["predictions"][0] |= change
    place.write_text(json.dumps(report))
    with pytest.raises(InputError):
        load_record(tmp_path / "run")
