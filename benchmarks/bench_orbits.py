"""Time per step of an orbit against a plain mpmath loop; see README.md beside this file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import pytest
import sympy as sp
from flint import arb

from trajalign.numerics.orbits import compile_step, iterate
from trajalign.theory.models import TwoLayerLinear
from trajalign.theory.responses import Loss

DIGITS = 50
STEPS = 2000
ETA = sp.Rational(1, 50)
START = (sp.Rational(7, 20), sp.Rational(4, 5))
FAR_AWAY = sp.Rational(1, 10**100)  # never reached: both orbits are to have STEPS steps

STEP = compile_step(TwoLayerLinear(Loss.parse("log-cosh")))
seconds_per_step: dict[str, float] = {}


def trajalign_orbit() -> tuple[arb, arb]:
    """The last point of the package's orbit."""
    orbit = iterate(STEP, ETA, START, digits=DIGITS, until=FAR_AWAY, max_steps=STEPS)
    assert len(orbit) == STEPS + 1
    return orbit.p[-1], orbit.q[-1]


def mpmath_orbit() -> tuple[Any, Any]:
    """Without a division in the loop: u = 1/q, t = tanh(p), s = 1 + η² t²."""
    with mpmath.workdps(DIGITS):
        eta_squared = mpmath.mpf(int(ETA.p)) ** 2 / mpmath.mpf(int(ETA.q)) ** 2
        p, q0 = (mpmath.mpf(int(x.p)) / int(x.q) for x in START)
        u = 1 / q0
        for _ in range(STEPS):
            t = mpmath.tanh(p)
            s = 1 + eta_squared * t * t
            p, u = p * s - 2 * t * u, u * s - 2 * eta_squared * p * t
        return p, 1 / u


@pytest.mark.parametrize("orbit", [trajalign_orbit, mpmath_orbit])
def test_seconds_per_step(benchmark: Any, orbit: Callable[[], tuple[Any, Any]]) -> None:
    """The benchmark itself."""
    benchmark.group = f"{STEPS} steps, log-cosh, {DIGITS} digits"
    benchmark.pedantic(orbit, rounds=10, warmup_rounds=1)
    seconds_per_step[orbit.__name__] = benchmark.stats.stats.min / STEPS


def test_both_compute_the_same_orbit() -> None:
    """To 40 of the 50 digits."""
    with mpmath.workdps(DIGITS):
        for ours, theirs in zip(trajalign_orbit(), mpmath_orbit(), strict=True):
            difference = mpmath.mpf(ours.str(DIGITS, radius=False)) - theirs
            assert abs(difference) <= abs(theirs) * mpmath.mpf(10) ** (10 - DIGITS)


def test_ratio(capsys: pytest.CaptureFixture[str]) -> None:
    """Needs both timings, so it comes last."""
    ours, theirs = (seconds_per_step[f.__name__] for f in (trajalign_orbit, mpmath_orbit))
    with capsys.disabled():
        print(f"\ntrajalign: {ours * 1e6:.2f} µs a step")
        print(f"mpmath:    {theirs * 1e6:.2f} µs a step")
        print(f"ratio:     {theirs / ours:.1f}")
