"""Grids of float64 orbits, against mpmath orbits and cases solved by hand."""

import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
import sympy as sp
from mpmath import mp
from zoo import BY_NAME, LINEAR, NEURON, PROBLEMS, LinearProblem

from trajalign.numerics import extras
from trajalign.numerics.extras import MissingExtraError
from trajalign.numerics.grids import grid as grids
from trajalign.numerics.grids.endings import (
    COLLAPSED,
    DIVERGED,
    EDGE_OF_STABILITY,
    GRADIENT_FLOW,
    OUTCOMES,
    UNDECIDED,
)
from trajalign.numerics.grids.grid import grid, linspace
from trajalign.numerics.pools import workers
from trajalign.theory.errors import InputError, NotEvenError, NotFiniteError, NoWeightsError
from trajalign.theory.models import SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import Activation, Loss

ENGINES = ["numpy", "jax"]
INTEGERS = ("outcome", "t_a", "t_b", "period", "steps")
REALS = ("q_limit", "limiting_sharpness", "p_last", "q_last")


@cache
def linear(text):
    return TwoLayerLinear(Loss.parse(text))


@cache
def neuron(text):
    return SingleNeuron(Activation.parse(text))


LOG_COSH = linear("log-cosh")
QUADRATIC = linear("z**2/2")  # r = 1: p' = (1 − 2u + η²p²) p, u' = u + η²p² (u − 2), u = 1/q


def only(dataset, name):
    """The value of a grid of one orbit."""
    return dataset[name].values.item()


# One orbit, step by step ------------------------------------------------------------------------


@dataclass(frozen=True)
class Reference:
    """An orbit followed by mpmath: what the grid is to report of it."""

    outcome: int
    t_a: int
    t_b: int
    q_limit: float


def reference(problem, eta, p0, q0, step=None):
    step = step or problem.step
    with mp.workdps(60):  # 3 (coth z − 1/z) loses 30 digits at z = 10⁻¹⁵
        eta, p, q = mp.mpf(eta), mp.mpf(p0), mp.mpf(q0)
        tolerance = 2 * abs(mp.mpf(sp.N(problem.h_at_zero, 30))) * eta**problem.epsilon_power
        t, t_a, t_b = 0, 0, None
        while abs(p) > 1e-15:
            if q > 1 and t_b is None:
                t_b = t
            if q <= 1 and abs(q / problem.r(p) - 1) > tolerance:
                t_a = t + 1
            p, q = step(p, q, eta)
            t += 1
        outcome = EDGE_OF_STABILITY if t_b else GRADIENT_FLOW
        return Reference(outcome, t_a if t_b and t_a < t_b else -1, t_b, float(q))


def moderate(problem):
    return 0.125 if isinstance(problem, LinearProblem) else 0.03125


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
@pytest.mark.parametrize("start", [(0.5, 0.875), (-0.75, 0.9375), (0.5, 2.5)])
def test_an_orbit_is_that_of_mpmath(problem, start, engine):
    eta = moderate(problem)
    found = grid(problem.model, [eta], [start[0]], [start[1]], engine=engine)
    expected = reference(problem, eta, *start)
    assert only(found, "outcome") == expected.outcome
    assert only(found, "t_b") == expected.t_b
    assert only(found, "t_a") == expected.t_a
    assert only(found, "q_limit") == pytest.approx(expected.q_limit, rel=1e-12)
    sharpness = 2 / (eta * expected.q_limit)
    assert only(found, "limiting_sharpness") == pytest.approx(sharpness, rel=1e-12)
    assert only(found, "period") == -1


def test_another_map_is_told_apart():
    """q' = q (1 + η² p² r (2q − r)) agrees with the true q' only to first order in η²."""
    problem, start = BY_NAME["log-cosh"], (0.5, 0.875)

    def wrong(p, q, eta):
        r = problem.r(p)
        return problem.step(p, q, eta)[0], q * (1 + eta**2 * p**2 * r * (2 * q - r))

    found = grid(problem.model, [0.125], [start[0]], [start[1]])
    expected = reference(problem, 0.125, *start, step=wrong)
    assert only(found, "q_limit") != pytest.approx(expected.q_limit, rel=1e-12)
    assert only(found, "q_limit") == pytest.approx(expected.q_limit, rel=1e-2)


@pytest.mark.parametrize(
    ("name", "eta", "coefficient"),
    [
        ("log-cosh", "1/10", 0.75802085),
        ("log-cosh", "1/20", 0.75197786),
        ("log-cosh", "1/40", 0.75049276),
        ("pseudo-huber", "1/10", 0.50506313),
        ("pseudo-huber", "1/20", 0.50125392),
        ("tanh", "1/50", 0.38007916),
        ("tanh", "1/100", 0.37751764),
    ],
)
def test_limits_at_the_edge_of_stability(name, eta, coefficient):
    """(q* − 1)/ε of the theory's reference table."""
    problem, eta = BY_NAME[name], sp.Rational(eta)
    found = grid(problem.model, [eta], [-0.5, 0.75], [0.8], steps=200_000)
    epsilon = float(eta) ** problem.epsilon_power
    assert np.all(found.outcome == EDGE_OF_STABILITY)
    assert found.q_limit.values == pytest.approx(1 + coefficient * epsilon, abs=2e-8 * epsilon)


def test_alignment_comes_before_the_crossing_and_the_crossing_is_late():
    """t_a = O(ln 1/η); t_b grows like η⁻²."""
    found = grid(LOG_COSH, [0.1, 0.05, 0.025], [0.5], [0.8], steps=100_000)
    t_a, t_b = found.t_a.values.ravel(), found.t_b.values.ravel()
    assert np.all((t_a >= 0) & (t_a < 20))
    assert np.all(t_b[1:] > 3.9 * t_b[:-1])


# Each outcome, by hand --------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_every_outcome_of_the_quadratic_loss(engine):
    """η = 1. From q0 = 4 straight to 0. From q0 = 4/5, u = 5/4: u' − u = p²(u − 2) < 0, so that u
    falls below 1. From q0 = 2/5, u = 5/2: u and |p| grow. At u = 2, p = 2 nothing changes:
    p' = (1 − 4 + 4) p, u' = u + 4·0."""
    found = grid(QUADRATIC, [1], [0.125, 2], [4, 0.8, 0.4, 0.5], engine=engine, steps=3000)
    outcomes = found.outcome.values[0]
    assert list(outcomes[0, :3]) == [GRADIENT_FLOW, EDGE_OF_STABILITY, DIVERGED]
    assert outcomes[1, 3] == UNDECIDED
    still = found.isel(eta=0, p0=1, q0=3)
    assert (still.period, still.p_last, still.q_last, still.steps) == (1, 2.0, 0.5, 3000)
    assert found.t_b.values[0, 0, 0] == 0


@pytest.mark.parametrize("engine", ENGINES)
def test_what_does_not_exist_is_marked(engine):
    found = grid(QUADRATIC, [1], [0.125, 2], [4, 0.8, 0.4, 0.5], engine=engine, steps=3000)
    converged = np.isin(found.outcome, (GRADIENT_FLOW, EDGE_OF_STABILITY))
    for name in ("q_limit", "limiting_sharpness"):
        assert np.array_equal(np.isfinite(found[name]), converged)
    assert np.array_equal(found.period != -1, found.outcome == UNDECIDED)
    gone = found.outcome == DIVERGED
    assert gone.any()
    assert np.all(found.t_b.values[gone] == -1)
    assert np.all(found.t_a.values[gone] == -1)
    assert np.all(found.t_a.values[found.outcome == GRADIENT_FLOW] == -1)


@pytest.mark.parametrize("engine", ENGINES)
def test_diverged_orbits_stop_where_they_diverge(engine):
    """η = 1, u = 4: p = 3, 6, −42, −11802, and then (1 − 2·1306102 + 11802²)·(−11802) < −10⁶."""
    found = grid(QUADRATIC, [1], [3], [0.25], engine=engine)
    assert only(found, "steps") == 4
    assert only(found, "p_last") == (1 - 2 * 1306102 + 11802**2) * -11802


def test_starts_that_no_weights_have_are_marked_and_not_run():
    """|p| η q ≤ 1 for all weights; at p = 3, η = q = 1 u' would be 1 + 9·(−1) = −8."""
    found = grid(QUADRATIC, [1], [3, sp.Rational(1, 2), -1], [1, sp.Rational(3, 2)])
    none = found.outcome.values[0] == OUTCOMES.index("no_weights")
    assert none.tolist() == [[True, True], [False, False], [False, True]]
    alone = grid(QUADRATIC, [1], [sp.Rational(1, 2)], [1, sp.Rational(3, 2)])
    for name in found.data_vars:
        missing = found[name].values[0][none]
        integers = np.issubdtype(missing.dtype, np.integer)
        expected = {"outcome": OUTCOMES.index("no_weights"), "steps": 0}.get(name, -1)
        assert np.all(missing == expected) if integers else np.all(np.isnan(missing))
        np.testing.assert_array_equal(found[name].values[0, 1], alone[name].values[0, 0])
    with pytest.raises(NoWeightsError, match=r"allowed here: \|p\| <= 1, or eta <= 0.3333"):
        grid(QUADRATIC, [1], [3], [1, 2])


@pytest.mark.parametrize("engine", ENGINES)
def test_overflow_is_divergence(engine):
    """sinh overflows beyond 710, and an orbit of cosh z − 1 gets there in two steps."""
    found = grid(linear("cosh(z) - 1"), [0.01], [30], [0.5], engine=engine)
    assert only(found, "outcome") == DIVERGED
    assert only(found, "steps") < 3


@pytest.mark.parametrize("engine", ENGINES)
def test_a_neuron_whose_output_weight_dies_has_collapsed(engine):
    """From x = 3, where tanh' is small, y shrinks by 1 − η tanh² x ≈ 0.98 a step and x stays."""
    found = grid(neuron("tanh"), [0.02], [3.0], [1.25], steps=10**5, engine=engine)
    assert only(found, "outcome") == COLLAPSED
    with mp.workdps(30):
        x, y = mp.mpf(3), mp.sqrt(2 / (mp.mpf("0.02") * mp.mpf("1.25")))
        for _ in range(only(found, "steps")):
            slope = mp.tanh(x) * mp.sech(x) ** 2
            x, y = x - mp.mpf("0.02") * slope * y**2, y * (1 - mp.mpf("0.02") * mp.tanh(x) ** 2)
        assert only(found, "p_last") == pytest.approx(float(x), rel=1e-12)
        assert y < mp.mpf(10) ** -70
    assert np.isnan(only(found, "q_limit"))
    assert only(found, "q_last") > 1e150


def test_landing_on_the_unstable_point_is_no_convergence():
    """η = 1, p0 = 1, u = 1: p' = (1 − 2 + 1) p = 0, u' = 1 + (1 − 2) = 0: an infinite q."""
    assert only(grid(QUADRATIC, [1], [1], [1]), "outcome") == DIVERGED
    # u = 5/8, p = 1/2: p' = (1 − 5/4 + 1/4) p = 0 with u' = 5/8 − 11/32 = 9/32 < 1.
    assert only(grid(QUADRATIC, [1], [0.5], [1.6]), "outcome") == GRADIENT_FLOW
    # u = 13/8, p = 3/2: p' = (1 − 13/4 + 9/4) p = 0 with u' = 13/8 − 27/32 = 25/32 < 1.
    found = grid(QUADRATIC, [1], [1.5], [sp.Rational(8, 13)])
    assert only(found, "outcome") == EDGE_OF_STABILITY
    assert only(found, "q_limit") == pytest.approx(32 / 25)


# Undecided orbits -------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_the_period_of_a_motion_in_which_q_hardly_drifts(engine):
    """The Cauchy loss with η = 10⁻⁹, solved by hand in test_continuation: ±√(1/q − 1) for q from ½
    on, {a, −1/a} for q from 2/5 on, then a cascade. For tanh at q = 0.46 there is chaos."""
    cauchy = grid(
        linear("log(1 + z**2)/2"), [1e-9], [0.3], [0.8, 0.45, 0.39], steps=20_000, engine=engine
    )
    assert list(cauchy.period.values.ravel()) == [2, 2, 4]
    assert cauchy.p_last.values[0, 0, 0] ** 2 == pytest.approx(1 / 0.8 - 1)
    chaotic = grid(neuron("tanh"), [1e-9], [0.3], [0.46], steps=20_000, engine=engine)
    assert only(chaotic, "period") == 0
    assert np.all(cauchy.outcome == UNDECIDED)


def test_the_slow_drift_has_period_two():
    found = grid(LOG_COSH, [0.02, 0.01], [0.1, 0.5, 1], [0.75, 0.9], steps=1500)
    assert np.all(found.outcome == UNDECIDED)
    assert np.all(found.period == 2)
    assert np.all(found.t_b == -1)
    assert np.all(found.t_a >= 0)


# The grid as a whole ----------------------------------------------------------------------------

AXES = ([0.1, 0.2], linspace(sp.Rational(1, 10), sp.Integer(1), 7), [0.8, 0.95, 1.5, 4])


def test_every_orbit_has_its_place():
    """A grid is its orbits one by one."""
    found = grid(LOG_COSH, *AXES)
    assert found.outcome.dims == ("eta", "p0", "q0")
    for i, eta in enumerate(AXES[0]):
        for j in (0, 3, 6):
            for k, q0 in enumerate(AXES[2]):
                alone = grid(LOG_COSH, [eta], [AXES[1][j]], [q0])
                for name in INTEGERS + REALS:
                    assert only(alone, name) == found[name].values[i, j, k], name


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("problem", [LINEAR[0], LINEAR[4], NEURON[0], NEURON[4]], ids=str)
def test_mirrored_starts_give_mirrored_orbits(problem, engine):
    eta, p0s, q0s = [moderate(problem)], [0.2, 0.7, 1], [0.85, 2.5]
    right = grid(problem.model, eta, p0s, q0s, engine=engine)
    left = grid(problem.model, eta, [-p for p in p0s], q0s, engine=engine)
    for name in INTEGERS + REALS:
        sign = -1 if name == "p_last" else 1
        assert np.array_equal(right[name].values, sign * left[name].values), name


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_the_engines_agree(problem):
    axes = ([moderate(problem)], [0.2, -0.6, 0.9], [0.85, 0.97, 2.5])
    numpy, jax = (grid(problem.model, *axes, engine=engine) for engine in ENGINES)
    for name in ("outcome", "t_a", "t_b", "period"):
        assert np.array_equal(numpy[name], jax[name]), name
    assert np.allclose(numpy.q_limit, jax.q_limit, rtol=1e-12, atol=0)
    assert not np.allclose(numpy.q_limit, jax.q_limit * (1 + 1e-11), rtol=1e-12, atol=0)


SEVERAL_BLOCKS = ([0.1], linspace(sp.Rational(1, 10), sp.Integer(1), 180), AXES[2] * 25)


@pytest.mark.parametrize("engine", ENGINES)
def test_executors_change_nothing(engine):
    serial = grid(LOG_COSH, *SEVERAL_BLOCKS, steps=60, engine=engine)
    with ThreadPoolExecutor(2) as threads:
        spread = grid(LOG_COSH, *SEVERAL_BLOCKS, steps=60, engine=engine, executor=threads)
        assert threads.submit(len, "abc").result() == 3  # it stays open
    assert serial.identical(spread)


@pytest.mark.thorough
def test_processes_change_nothing():
    serial = grid(LOG_COSH, *SEVERAL_BLOCKS, steps=60)
    with workers(2) as processes:
        assert serial.identical(grid(LOG_COSH, *SEVERAL_BLOCKS, steps=60, executor=processes))


@pytest.mark.thorough
def test_a_dask_cluster_changes_nothing():
    from dask.distributed import Client, LocalCluster

    serial = grid(LOG_COSH, *SEVERAL_BLOCKS, steps=60)
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
        ) as c,
        Client(c) as client,
    ):
        spread = grid(LOG_COSH, *SEVERAL_BLOCKS, steps=60, executor=client.get_executor())
    assert serial.identical(spread)


@pytest.mark.parametrize(
    ("engine", "orbits", "steps", "kind"),
    [
        ("jax", 10, 10**6, type(None)),
        ("jax", 10**6, 2000, ThreadPoolExecutor),
        ("numpy", 10**6, 2000, ThreadPoolExecutor),
        ("numpy", 10**6, 10**5, ProcessPoolExecutor),
        ("jax", 10**6, 10**5, ProcessPoolExecutor),
    ],
)
def test_where_the_work_is_done_by_default(monkeypatch, engine, orbits, steps, kind):
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    with grids._local(engine, orbits, steps) as pool:
        assert type(pool) is kind


def test_progress_is_told():
    seen = []
    grid(
        LOG_COSH, *SEVERAL_BLOCKS, steps=2, progress=lambda done, total: seen.append((done, total))
    )
    assert seen == [(16384, 18000), (18000, 18000)]


class Recording(ThreadPoolExecutor):
    """Keeps what was submitted."""

    def submit(self, *args, **kwargs):
        future = super().submit(*args, **kwargs)
        self.futures = [*getattr(self, "futures", []), future]
        return future


def test_an_interrupt_cancels_the_blocks_that_wait():
    def interrupt(done, total):
        raise KeyboardInterrupt

    axes = (SEVERAL_BLOCKS[0] * 20, *SEVERAL_BLOCKS[1:])
    with Recording(1) as threads:
        with pytest.raises(KeyboardInterrupt):
            grid(LOG_COSH, *axes, steps=1000, executor=threads, progress=interrupt)
        assert sum(future.cancelled() for future in threads.futures) > len(threads.futures) / 2


@pytest.mark.parametrize("engine", ENGINES)
def test_no_orbit_decays_to_denormal_numbers(engine):
    """Converged orbits stand still: in 10⁵ steps p would fall below 10⁻³⁰⁸ long before the end.

    At q = 2 the multiplier 1 − 2/q vanishes and p falls fastest."""
    q0s = [2, *linspace(sp.Rational(11, 10), sp.Integer(9), 30)]
    found = grid(LOG_COSH, [0.1], [1e-3, 1e-90, 0.3], q0s, steps=100_000, engine=engine)
    last = np.abs(found.p_last.values)
    assert np.all(found.outcome == GRADIENT_FLOW)
    assert not np.any((last > 0) & (last < 1e-100))
    assert found.steps.max() < 1000


def test_exact_numbers_equally_spaced():
    assert linspace(sp.Integer(0), sp.Integer(1), 3) == (0, sp.Rational(1, 2), 1)
    assert linspace(sp.Rational(1, 3), sp.Integer(9), 1) == (sp.Rational(1, 3),)
    with pytest.raises(InputError, match="an axis of 0 values"):
        linspace(sp.Integer(0), sp.Integer(1), 0)


# Refusals ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("axes", "options", "message"),
    [
        (([0.1, 0], [1], [1]), {}, r"eta\[1\] = 0: need eta > 0"),
        (([-0.1], [1], [1]), {}, r"eta\[0\] = -.*: need eta > 0"),
        (([0.1], [1, 0.0], [1]), {}, r"p0\[1\] = 0: need p0 != 0"),
        (([0.1], [1], [1, 2, -1]), {}, r"q0\[2\] = -1: need q0 > 0"),
        (([0.1], [float("nan")], [1]), {}, r"p0\[0\] = nan: need a finite rational number"),
        (([0.1], [1], [float("inf")]), {}, r"q0\[0\] = inf: need a finite rational number"),
        (([0.1], [1], [sp.sqrt(2)]), {}, r"q0\[0\] = sqrt\(2\): need a finite rational number"),
        (([0.1], ["one"], [1]), {}, r"p0\[0\]: .one. is not a number"),
        (([True], [1], [1]), {}, r"eta\[0\] = True: need a finite rational number"),
        (([0.1], [], [1]), {}, "p0: need at least one value"),
        (([0.1], [sp.Rational(1, 10**200)], [1]), {}, r"p0\[0\] = 1e-200: need a size of"),
        (([0.1], [1], [sp.Integer(10) ** 400]), {}, r"q0\[0\] = .*: need a size of"),
        (([0.1], [2e6], [1]), {}, r"p0\[0\] = 2000000: orbits count as diverged from 1e\+06 on"),
        (([0.1], [1], [1]), {"steps": 0}, "steps = 0: need 1 to"),
        (([0.1], [1], [1]), {"steps": 10**10}, "steps = 10000000000: need 1 to"),
        (([0.1], [1], [1]), {"alignment": 0}, "alignment = 0: need a positive number"),
        (([0.1], [1], [1]), {"engine": "torch"}, "engine 'torch': known are jax and numpy"),
        (([0.1] * 1000, [1] * 1000, [1] * 1000), {}, "a grid of 1000000000 orbits: at most"),
    ],
)
def test_bad_input(axes, options, message):
    with pytest.raises(InputError, match=message) as caught:
        grid(LOG_COSH, *axes, **options)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("model", "error"),
    [
        (linear("z**2/2 + z**3/6"), NotEvenError),
        (linear("-log(1 - z**2)/2"), NotFiniteError),
    ],
    ids=["odd", "complex"],
)
def test_bad_responses(model, error):
    with pytest.raises(error):
        grid(model, [0.1], [0.5], [2])


@pytest.mark.parametrize("missing", ["xarray", "jax"])
def test_a_missing_extra_is_named(monkeypatch, missing):
    original = extras.import_module

    def refuse(name):
        if name.split(".")[0] == missing:
            raise ImportError(name)
        return original(name)

    monkeypatch.setattr(extras, "import_module", refuse)
    with pytest.raises(
        MissingExtraError, match=rf"^{missing} is not installed: pip install"
    ) as caught:
        grid(LOG_COSH, [0.1], [0.5], [2], engine="jax")
    assert "trajalign[sweeps]" in str(caught.value)
    if missing == "jax":
        assert only(grid(LOG_COSH, [0.1], [0.5], [2], engine="numpy"), "outcome") == GRADIENT_FLOW


def test_without_jax_numpy_is_the_default(monkeypatch):
    monkeypatch.setattr(extras, "find_spec", lambda name: None)
    assert grid(LOG_COSH, [0.1], [0.5], [2]).attrs["engine"] == "numpy"


def test_importing_the_room_imports_no_extra():
    program = "import sys, trajalign.numerics.grids.grid; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "trajalign.numerics.grids.grid" in loaded
    assert loaded.isdisjoint({"jax", "xarray", "zarr", "h5netcdf", "h5py", "dask"})


@pytest.mark.parametrize("engine", ["numpy", "jax"])
@pytest.mark.parametrize("text", ["2*log(1+cosh(z))", "4*log(cosh(z/2))"])
def test_starts_beyond_where_exponentials_overflow(text, engine):
    """Both spellings have ℓ' = 2 tanh(z/2), here stepped by hand from p = 800, q = 6/5."""
    if engine == "jax":
        pytest.importorskip("jax")
    eta, p, u = 0.001, 800.0, 1 / 1.2
    for _ in range(50):
        s = 2 * np.tanh(p / 2)
        grown = 1 + (eta * s) ** 2
        p, u = p * grown - 2 * s * u, u * grown - 2 * eta**2 * p * s
    model = TwoLayerLinear(Loss.parse(text))
    found = grid(model, ["1/1000"], [800], [1.2], steps=50, engine=engine)
    assert found.outcome.values.ravel() == [OUTCOMES.index("undecided")]
    assert found.p_last.values.ravel() == pytest.approx([p], rel=1e-12)
    assert found.q_last.values.ravel() == pytest.approx([1 / u], rel=1e-12)
    assert p != pytest.approx(800, rel=1e-2)
