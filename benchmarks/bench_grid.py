"""A grid of float64 orbits against C and against plain NumPy; see README.md beside this file."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy as sp
from numpy.typing import NDArray

from trajalign.numerics.extras import JAX
from trajalign.numerics.grids.grid import grid, linspace
from trajalign.numerics.pools import workers
from trajalign.theory.models import TwoLayerLinear
from trajalign.theory.responses import Loss

Floats = NDArray[np.float64]

SIDE, STEPS = 1000, 2000
FEWER = 20  # plain NumPy takes these steps only; its time is scaled
# All orbits are still on the slow curve after STEPS steps: none stops early.
ETA = sp.Rational(1, 50)
P0S = linspace(sp.Rational(1, 10), sp.Integer(1), SIDE)
Q0S = linspace(sp.Rational(3, 4), sp.Rational(49, 50), SIDE)
MODEL = TwoLayerLinear(Loss.parse("log-cosh"))
FLAGS = ("-O3", "-march=native", "-ffast-math", "-fopenmp", "-shared", "-fPIC")

DEFAULT = "no executor given"
seconds: dict[str, float] = {}


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., None]:
    """The C loop, compiled here; its tanh must be the vector library's."""
    compiler = shutil.which("gcc")
    if compiler is None:
        pytest.skip("needs gcc")
    library = tmp_path_factory.mktemp("grid") / "grid.so"
    source = Path(__file__).with_name("grid.c")
    subprocess.run([compiler, *FLAGS, source, "-o", library, "-lm"], check=True)
    assert b"_ZGVeN8v_tanh" in library.read_bytes() or b"_ZGVdN4v_tanh" in library.read_bytes()
    function = ctypes.CDLL(str(library)).grid
    pointer = np.ctypeslib.ndpointer(dtype=np.float64, flags="C_CONTIGUOUS")
    function.argtypes = [pointer, pointer, ctypes.c_size_t, ctypes.c_long, ctypes.c_double]
    function.restype = None

    def run(p: Floats, u: Floats, steps: int) -> None:
        function(p, u, p.size, steps, float(ETA))

    return run


@pytest.fixture(scope="module")
def pool() -> Iterator[Executor | None]:
    """Processes that have done some work before, as in a session with several grids."""
    with workers(2) as found:
        once = linspace(sp.Integer(1), sp.Integer(2), 400)
        grid(MODEL, [ETA], once, once, steps=100, engine=JAX, executor=found)
        yield found


def start() -> tuple[Floats, Floats]:
    """p0 and u0 = 1/q0 of the whole grid, flat."""
    p, q = np.meshgrid([float(x) for x in P0S], [float(x) for x in Q0S], indexing="ij")
    return p.ravel(), 1 / q.ravel()


def as_in_the_paper(p: Floats, u: Floats, steps: int) -> tuple[Floats, Floats]:
    """The whole grid, array by array, by the reduced map in (p, q)."""
    epsilon, q = float(ETA) ** 2, 1 / u
    for _ in range(steps):
        r = np.tanh(p) / p
        p, q = (
            (1 - 2 * r / q + epsilon * p**2 * r**2) * p,
            q / (1 - epsilon * p**2 * r * (2 * q - r)),
        )
    return p, 1 / q


def division_free(p: Floats, u: Floats, steps: int) -> tuple[Floats, Floats]:
    """The whole grid, array by array, in (p, 1/q)."""
    epsilon = float(ETA) ** 2
    for _ in range(steps):
        s = np.tanh(p)
        a = 1 + epsilon * s * s
        p, u = p * a - 2 * s * u, u * a - 2 * epsilon * p * s
    return p, u


def timed(benchmark: Any, name: str, function: Callable[[], Any], rounds: int = 3) -> Any:
    """The function's result; its least time is remembered."""
    benchmark.group = f"{SIDE}×{SIDE} orbits, {STEPS} steps, log-cosh"
    found = benchmark.pedantic(function, rounds=rounds, warmup_rounds=1)
    seconds[name] = benchmark.stats.stats.min
    return found


def test_c(benchmark: Any, reference: Callable[..., None]) -> None:
    """Two threads, vector mathematics, no bookkeeping."""
    timed(benchmark, "C", lambda: reference(*start(), STEPS), rounds=5)


@pytest.mark.parametrize("name", ["1 thread", "2 threads", "2 processes", DEFAULT])
def test_grid(benchmark: Any, name: str, request: pytest.FixtureRequest) -> None:
    """The package's grid, with all that it reports of every orbit."""
    if name == "2 processes":
        executor = request.getfixturevalue("pool")
    else:
        executor = None if name == DEFAULT else ThreadPoolExecutor(int(name[0]))
    found = timed(
        benchmark,
        name,
        lambda: grid(MODEL, [ETA], P0S, Q0S, steps=STEPS, engine=JAX, executor=executor),
    )
    assert (found.steps == STEPS).all()  # nobody stopped early


@pytest.mark.parametrize("loop", [division_free, as_in_the_paper], ids=lambda loop: loop.__name__)
def test_plain_numpy(benchmark: Any, loop: Callable[..., Any]) -> None:
    """Scaled to STEPS from FEWER steps."""
    p, u = start()
    name = f"NumPy, {loop.__name__}"
    timed(benchmark, name, lambda: loop(p, u, FEWER))
    seconds[name] *= STEPS / FEWER


def test_all_compute_the_same(reference: Callable[..., None]) -> None:
    """C and the package, after all steps, to 10 digits."""
    p, u = start()
    reference(p, u, STEPS)
    found = grid(MODEL, [ETA], P0S[::50], Q0S[::50], steps=STEPS, engine=JAX)
    ours = found.p_last.values.ravel(), found.q_last.values.ravel()
    theirs = (a.reshape(SIDE, SIDE)[::50, ::50].ravel() for a in (p, 1 / u))
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10)


def test_report(capsys: pytest.CaptureFixture[str]) -> None:
    """The bars, with what was measured; comes last because it needs all of the above."""
    with capsys.disabled():
        print(f"\n{'':28} {'seconds':>8} {'/ C':>6} {'NumPy /':>8} {'paper /':>8}")
        for name, time in seconds.items():
            numpy, paper = (
                seconds[f"NumPy, {f.__name__}"] for f in (division_free, as_in_the_paper)
            )
            row = f"{time / seconds['C']:6.2f} {numpy / time:8.1f} {paper / time:8.1f}"
            print(f"{name:28} {time:8.2f} {row}")
        print(f"bars: / C at most 2.5, NumPy / at least 8; {os.cpu_count()} cores;")
        print(f"NumPy's times are scaled from {FEWER} of {STEPS} steps")
