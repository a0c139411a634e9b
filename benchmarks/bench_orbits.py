"""One orbit at 50 digits: the package's loops against a C loop on FLINT and against mpmath.

All ratios come from one run; see README.md beside this file.
"""

from __future__ import annotations

import ctypes
import math
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import pytest
import sympy as sp
from flint import arb, ctx
from flint.types import arb as extension
from mpmath import libmp, mp

from trajalign.numerics.compile.flint_memory import dumped
from trajalign.numerics.compile.program import exact
from trajalign.numerics.orbits.enclosed_loops import compile_enclosed_loop
from trajalign.numerics.orbits.enclosures import enclose
from trajalign.numerics.orbits.iteration import Stops
from trajalign.numerics.orbits.loops import Loop, compile_loop
from trajalign.numerics.orbits.native import accelerated
from trajalign.numerics.orbits.recorded import iterate
from trajalign.numerics.precision import working_bits
from trajalign.theory.models import TwoLayerLinear
from trajalign.theory.responses import Loss

DIGITS, STEPS = 50, 20_000
BITS = working_bits(DIGITS)
ETA = sp.Rational(1, 50)
START = P0, Q0 = sp.Rational(7, 20), sp.Rational(4, 5)

Point = tuple[Any, Any]  # p and q after STEPS steps
PURE = compile_loop(TwoLayerLinear(Loss.parse("log-cosh")))
FAST = accelerated(PURE)
ENCLOSED = compile_enclosed_loop(PURE.model)
GUARD_BITS = 50  # for the radii, which grow on the way
PLAIN, FUSED = 0, 1  # variants of the C loop
ROUNDS = 15

ends: dict[str, Point] = {}
ratios: dict[str, float] = {}  # to the C loop
microseconds: dict[str, float] = {}  # a step, at best

BARS = (  # the slower, the faster, and between what their ratio is to be, if that is asked
    ("pure", "C", 0, 2.7),
    ("accelerated", "C", 0, 1.3),
    ("enclosed", "pure", 0, 4),
    ("enclosed", "accelerated", 0, math.inf),
    ("mpmath, p and q", "pure", 8, math.inf),
    ("mpmath, p and q", "accelerated", 18, math.inf),
    ("mpmath, p and q", "C", 0, math.inf),
    ("mpmath, p and 1/q", "pure", 0, math.inf),
    ("mpmath, p and 1/q", "accelerated", 0, math.inf),
    ("mpmath, p and 1/q", "C", 0, math.inf),
)


def ours(loop: Loop) -> Point:
    """The package's orbit, of which it keeps the last point."""
    stops = Stops(STEPS)
    orbit = iterate(loop, ETA, START, stops, digits=DIGITS, every=STEPS, checked=False)
    assert orbit.steps == STEPS
    return mp.mpf(orbit.p[-1].mid()), mp.mpf(orbit.q[-1].mid())


def enclosed() -> Point:
    """The package's rigorous orbit; its last box is good to all digits."""
    orbit = enclose(ENCLOSED, ETA, START, Stops(STEPS), bits=BITS + GUARD_BITS, every=STEPS)
    p, q = orbit.p[-1], orbit.q[-1]
    assert min(p.rel_accuracy_bits(), q.rel_accuracy_bits()) > DIGITS * math.log2(10)
    return mp.mpf(p.mid()), mp.mpf(q.mid())


def as_in_the_paper() -> Point:
    """mpmath: the map in (p, q) as it is written, the response computed once a step."""
    eta, p, q = (mp.mpf(int(x.p)) / int(x.q) for x in (ETA, *START))
    for _ in range(STEPS):
        r = mp.tanh(p) / p
        p, q = (
            (1 - 2 * r / q + eta**2 * p**2 * r**2) * p,
            q / (1 - eta**2 * p**2 * r * (2 * q - r)),
        )
    return p, q


def without_division() -> Point:
    """mpmath: (p, u) with u = 1/q, t = tanh p and s = 1 + η²t²."""
    eta2, p, u = (mp.mpf(int(x.p)) / int(x.q) for x in (ETA**2, P0, 1 / Q0))
    for _ in range(STEPS):
        t = mp.tanh(p)
        s = 1 + eta2 * t * t
        p, u = p * s - 2 * t * u, u * s - 2 * eta2 * p * t
    return p, 1 / u


@pytest.fixture(scope="module")
def c_loop(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Point]:
    """The C loop, built against the FLINT of python-flint; its argument is the variant."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("needs a C compiler called cc")
    source, library = Path(__file__).with_name("orbit.c"), tmp_path_factory.mktemp("c") / "orbit.so"
    command = [compiler, "-O3", "-shared", "-fPIC", str(source), "-o", str(library)]
    subprocess.run(command, check=True)
    ctypes.CDLL(extension.__file__, mode=ctypes.RTLD_GLOBAL)  # lends its functions to the loop
    orbit = ctypes.CDLL(str(library)).orbit
    word, text = ctypes.c_long, ctypes.c_char_p
    orbit.argtypes = [ctypes.c_int, text, text, text, word, word, text, text]
    with ctx.workprec(BITS):
        numbers = [dumped(arb(exact(x)).mid()) for x in (P0, 1 / Q0, ETA**2)]

    def run(variant: int) -> Point:
        p, u = (ctypes.create_string_buffer(10 * BITS) for _ in range(2))
        assert orbit(variant, *numbers, STEPS, BITS, p, u) == 0
        return _number(p.value), 1 / _number(u.value)

    return run


def _number(text: bytes) -> Any:
    mantissa, exponent = (int(n, 16) for n in text.split()[:2])
    return mp.ldexp(mantissa, exponent)


@pytest.fixture
def measured(benchmark: Any, c_loop: Callable[[int], Point]) -> Callable[..., None]:
    """Times some work, right after the C loop in each round so that both have the same noise.

    It keeps the median ratio of the two and where the work ends.
    """

    def run(name: str, work: Callable[..., Point], *arguments: Any) -> None:
        reference: list[float] = []

        def take_reference() -> None:
            begin = time.perf_counter()
            c_loop(PLAIN)
            reference.append(time.perf_counter() - begin)

        benchmark.group = f"{STEPS} steps, log-cosh, {DIGITS} digits"
        with mp.workprec(BITS):
            ends[name] = benchmark.pedantic(
                work, args=arguments, setup=take_reference, rounds=ROUNDS, warmup_rounds=1
            )
        taken = benchmark.stats.stats.data
        ratios[name] = median(t / c for t, c in zip(taken, reference[-ROUNDS:], strict=True))
        microseconds[name] = min(taken) / STEPS * 1e6

    return run


Measure = Callable[..., None]


def test_c_plain(measured: Measure, c_loop: Callable[[int], Point]) -> None:
    """The reference against itself: how far a ratio can be trusted."""
    measured("C", c_loop, PLAIN)
    assert abs(ratios["C"] - 1) < 0.03


def test_c_fused(measured: Measure, c_loop: Callable[[int], Point]) -> None:
    """The C loop with FLINT's fused operations."""
    measured("C, fused", c_loop, FUSED)


def test_pure(measured: Measure) -> None:
    """The package on python-flint alone."""
    measured("pure", ours, PURE)


def test_accelerated(measured: Measure) -> None:
    """The package with machine code."""
    if FAST is PURE:
        pytest.skip("needs llvmlite, which is in trajalign[fast]")
    measured("accelerated", ours, FAST)


def test_enclosed(measured: Measure) -> None:
    """The package's rigorous orbit."""
    measured("enclosed", enclosed)


def test_mpmath_as_in_the_paper(measured: Measure) -> None:
    """The map in (p, q)."""
    measured("mpmath, p and q", as_in_the_paper)


def test_mpmath_without_division(measured: Measure) -> None:
    """The map in (p, 1/q)."""
    measured("mpmath, p and 1/q", without_division)


def test_all_compute_the_same_orbit() -> None:
    """To 50 digits; the two loops of the package to the last bit."""
    p, q = ends["pure"]
    for name, (other_p, other_q) in ends.items():
        assert abs(other_p / p - 1) < mp.mpf(10) ** -DIGITS, name
        assert abs(other_q / q - 1) < mp.mpf(10) ** -DIGITS, name
    assert ends.get("accelerated", (p, q)) == (p, q)


def test_report(capsys: pytest.CaptureFixture[str]) -> None:
    """The bars, with what was measured; comes last because it needs all of the above."""
    assert libmp.BACKEND == "gmpy", "the bars for mpmath are for its gmpy2 backend"
    missed = []
    with capsys.disabled():
        print()
        for name, time_of_a_step in microseconds.items():
            print(f"{name:33} {time_of_a_step:8.2f} µs a step")
        for slow, fast, low, high in BARS:
            if slow in ratios and fast in ratios:
                ratio = ratios[slow] / ratios[fast]
                bar = f"(at least {low})" if low else f"(at most {high})" if high < math.inf else ""
                missed += [] if low <= ratio <= high else [(slow, fast)]
                print(f"{slow + ' / ' + fast:33} {ratio:8.2f}   {bar}")
    assert not missed
