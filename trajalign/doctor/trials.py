"""Small computations that tell which path is fast here and whether it computes the right thing."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

import numpy as np
import sympy as sp
from flint import arb, ctx

from ..numerics.compile.program import exact
from ..numerics.extras import JAX, NUMPY, require
from ..numerics.grids.stepping import Stepper, compile_stepper
from ..numerics.orbits.loops import Loop, State, Watch, compile_loop
from ..numerics.orbits.native import accelerated
from ..theory.models import Model, SingleNeuron
from ..theory.responses import Activation
from .findings import Path, Trouble

_STEPS, _BITS, _DIGITS = 1000, 256, 60
_ORBITS, _SHORT = 512, 200
_TIMES = 5  # the shortest of so many runs counts
_PURE = "TRAJALIGN_PURE"
# The exactly solvable neuron on its slow curve at η = 19/100, where p_t = (−9/10)^t p_0:
# q = κ (1 + p²)⁻² with κ = 2/(1 + √(1 − η)) = 20/19.
_ETA, _P0, _Q0, _RATE = (sp.Rational(*n) for n in ((19, 100), (1, 2), (64, 95), (-9, 10)))


def orbits() -> Path:
    """An orbit whose closed form is known, in Python and in the machine code of `native`."""
    loop = compile_loop(_model())
    state, seconds = _timed(loop)
    digits = _good_digits(state)
    troubles = []
    if digits < _DIGITS:
        what = f"an orbit in balls agrees with its closed form to {max(digits, 0)} digits only"
        troubles.append(Trouble(what, "pip install --force-reinstall python-flint", True))
    measured = f"closed form met to {digits} digits"
    if os.environ.get(_PURE) == "1":
        return Path("orbits", "python-flint", f"{measured}; {_PURE}=1 is set", None, (*troubles,))
    with _log_lines() as lines:
        fast = accelerated(loop)
    if fast is loop:
        if find_spec("llvmlite") is not None:
            what = (
                f"no machine code, so orbits run in Python: {' '.join(lines) or 'reason unknown'}"
            )
            remedy = "pip install --force-reinstall 'trajalign[fast]'"
            troubles.append(Trouble(what, remedy, False))
        return Path("orbits", "python-flint", measured, None, (*troubles,))
    found, quicker = _timed(fast)
    if found != state:
        what = "machine code and Python give orbits that differ"
        troubles.append(Trouble(what, f"set {_PURE}=1, and please report it", True))
    ratio = seconds / quicker
    measured += f", {ratio:.1f} times as fast as Python, the same to the last bit"
    return Path("orbits", "LLVM and FLINT machine code", measured, ratio, (*troubles,))


def sweeps() -> Path:
    """Short orbits in double precision, with JAX where it is installed, and with NumPy."""
    plain = _run(compile_stepper(_model(), NUMPY))
    measured = f"{_ORBITS} orbits of {_SHORT} steps in {_milliseconds(plain[1])}"
    if find_spec(JAX) is None:
        return Path("sweeps", "NumPy", measured, None)
    try:
        devices = [device.device_kind for device in require(JAX).devices()]
        backend = require(JAX).default_backend()
        fast = _run(compile_stepper(_model(), JAX))
    except Exception as error:  # an installation that does not fit raises anything
        what = f"JAX is installed but does not work: {' '.join(str(error).split())[:200]}"
        remedy = "pip install --force-reinstall 'trajalign[sweeps]', or sweep with --engine numpy"
        return Path("sweeps", "NumPy", measured, None, (Trouble(what, remedy, False),))
    seen = "no GPU seen" if backend == "cpu" else ", ".join(dict.fromkeys(devices))
    ratio = plain[1] / fast[1]
    measured = (
        f"{_ORBITS} orbits of {_SHORT} steps in {_milliseconds(fast[1])}, "
        f"{ratio:.1f} times as fast as NumPy; {seen}"
    )
    return Path("sweeps", f"JAX on {backend}", measured, ratio)


def _model() -> Model:
    return SingleNeuron(Activation.parse("algebraic"))


def _timed(loop: Loop) -> tuple[State, float]:
    """Where the orbit ends, and in how many seconds."""
    with ctx.workprec(_BITS):
        start, eta = (_ball(_P0), _ball(1 / _Q0)), _ball(_ETA)
        watch = Watch(arb(0), arb(9), arb(0))
        runs = []
        for _ in range(_TIMES):
            begin = time.perf_counter()
            state, _ = loop.advance(start, eta, _STEPS, watch)
            runs.append(time.perf_counter() - begin)
    return state, min(runs)


def _ball(number: sp.Rational) -> arb:
    """The exact number nearest to it at the precision in force."""
    return arb(exact(number)).mid()


def _good_digits(state: State) -> int:
    """To how many digits p and q are on the closed form."""
    with ctx.workprec(2 * _BITS):
        p = arb(exact(_P0 * _RATE**_STEPS))
        u = (1 + p**2) ** 2 * exact(1 / (_Q0 * (1 + _P0**2) ** 2))
        off = max(abs(found / true - 1) for found, true in zip(state, (p, u), strict=True))
        return int(-float(off.mid().log().mid()) / np.log(10)) if off.is_finite() else 0


def _run(stepper: Stepper) -> tuple[Any, float]:
    """Where a few hundred orbits end, and in how many seconds once everything is compiled."""
    ones = np.ones(_ORBITS)
    arrays = 0.05 * ones, 0.3 * ones, np.linspace(0.7, 1.3, _ORBITS), 0.1 * ones
    runs = []
    for _ in range(3):
        begin = time.perf_counter()
        state = stepper.run(*arrays, _SHORT)
        runs.append(time.perf_counter() - begin)
    return state, min(runs)


def _milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:.1f} ms"


@contextmanager
def _log_lines() -> Iterator[list[str]]:
    """The lines that the package logs meanwhile."""
    lines: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    logger, handler = logging.getLogger("trajalign"), Kept()
    logger.addHandler(handler)
    try:
        yield lines
    finally:
        logger.removeHandler(handler)
