"""Two-layer linear networks against the exact reduced map of the theory, orbit by orbit."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import sympy as sp

from ...theory.errors import InputError
from ...theory.models import TwoLayerLinear
from ..floats import Floats
from ..iteration import Stops
from ..loops import compile_loop
from ..orbits import iterate
from .architecture import Weights
from .descent import Trajectories
from .tasks import Task, run_of

_DIGITS = 30
_FAR = sp.Integer(10) ** 300


def is_reducible(task: Task) -> bool:
    """Whether the reduced map describes the task: depth 2, linear, one point of length 1, y = 0."""
    points = task.data.inputs
    return (
        (task.network.depth, task.network.activation) == (2, "linear")
        and len(points) == 1
        and float(np.sum(points**2)) == 1.0
        and float(task.data.targets[0]) == 0.0
    )


def deviations(task: Task, start: Weights, recorded: Trajectories) -> Floats:
    """For each run, how far it is at worst from the reduced map's orbit: the larger of
    |p − p̂|/max(1, |p̂|) and |q/q̂ − 1| over the recorded steps; NaN for a run that flew away.

    The orbit p̂, q̂ starts from the weights as exact numbers and is computed to 30 digits.
    Raises InputError for a task that the reduced map does not describe.
    """
    if not is_reducible(task):
        raise InputError(
            "the reduced map needs depth 2, a linear activation, one point of length 1 and y = 0"
        )
    times = recorded.times.astype(int)
    every = int(times[1])
    found = []
    for i, (p, q) in enumerate(zip(recorded.p, recorded.q, strict=True)):
        if not (np.isfinite(p).all() and np.isfinite(q).all()):
            found.append(np.nan)
            continue
        exact_p, exact_q = _orbit(task, run_of(start, i), int(times[-1]), every)
        off_p = np.abs(p - exact_p) / np.maximum(1.0, np.abs(exact_p))
        found.append(float(max(np.max(off_p), np.max(np.abs(q / exact_q - 1)))))
    return np.array(found)


def _orbit(task: Task, run: Weights, steps: int, every: int) -> tuple[Floats, Floats]:
    hidden = [sum(Fraction(w) * Fraction(x) for w, x in zip(row, task.data.inputs[0], strict=True))
              for row in run[0].tolist()]  # fmt: skip
    last = [Fraction(v) for v in run[1].tolist()]
    eta = Fraction(task.step_size)
    p0 = sum(u * v for u, v in zip(hidden, last, strict=True))
    q0 = 2 / (eta * sum(x * x for x in (*hidden, *last)))
    loop = compile_loop(TwoLayerLinear(task.loss))
    rational = [sp.Rational(x.numerator, x.denominator) for x in (eta, Fraction(p0), q0)]
    stops = Stops(steps, sp.S.Zero, _FAR)
    orbit = iterate(
        loop,
        rational[0],
        (rational[1], rational[2]),
        stops,
        digits=_DIGITS,
        every=every,
        checked=False,
    )
    return np.array([float(p) for p in orbit.p]), np.array([float(q) for q in orbit.q])
