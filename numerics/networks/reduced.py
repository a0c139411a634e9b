"""Two-layer linear networks against the exact reduced map of the theory, orbit by orbit."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import sympy as sp

from ...theory.arguments import instance, takes
from ...theory.errors import InputError
from ...theory.models import TwoLayerLinear
from ...theory.requirements import require_response
from ..compile.floats import Floats
from ..orbits.iteration import Stops
from ..orbits.loops import compile_loop
from ..orbits.recorded import iterate
from .architecture import Weights
from .descent import Trajectories
from .tasks import Task, run_of

_DIGITS = 30
_FAR = sp.Integer(10) ** 300
_LARGE = 1e100  # beyond it, squares may overflow in double precision


@takes(task=instance(Task))
def is_reducible(task: Task) -> bool:
    """Whether the reduced map describes the task: depth 2, linear, one point of length 1, y = 0."""
    points = task.data.inputs
    return (
        (task.network.depth, task.network.activation) == (2, "linear")
        and len(points) == 1
        and float(np.sum(points**2)) == 1.0
        and float(task.data.targets[0]) == 0.0
    )


def require_reducible(task: Task) -> None:
    """Raise InputError for a task that the reduced map does not describe."""
    require_response(task.loss)
    if not is_reducible(task):
        raise InputError(
            "the reduced map needs depth 2, a linear activation, one point of length 1 and y = 0"
        )


@takes(task=instance(Task), recorded=instance(Trajectories))
def deviations(task: Task, start: Weights, recorded: Trajectories) -> Floats:
    """For each run, how far it is at worst from the reduced map's orbit: the larger of
    |p − p̂|/max(1, |p̂|) and |q/q̂ − 1| over the recorded steps. A run that flies away is compared
    up to there, and infinitely far if the orbit does not fly away with it.

    The orbit p̂, q̂ starts from the weights as exact numbers and is computed to 30 digits.
    Raises InputError for a task that the reduced map does not describe.
    """
    require_reducible(task)
    times = recorded.times.astype(int)
    every = int(times[1])
    found = []
    for i, (p, q) in enumerate(zip(recorded.p, recorded.q, strict=True)):
        exact_p, exact_q = _orbit(task, run_of(start, i), int(times[-1]), every)
        found.append(_deviation(p, q, exact_p, exact_q))
    return np.array(found)


def _deviation(p: Floats, q: Floats, exact_p: Floats, exact_q: Floats) -> float:
    gone = np.flatnonzero(~(np.isfinite(p) & np.isfinite(q)))
    end = int(gone[0]) if gone.size else len(p)
    if end == 0 or (end < len(exact_p) and abs(exact_p[end]) < _LARGE):
        return np.inf
    end = min(end, len(exact_p))  # the orbit ends where it is beyond _FAR
    off_p = np.abs(p[:end] - exact_p[:end]) / np.maximum(1.0, np.abs(exact_p[:end]))
    return float(max(np.max(off_p), np.max(np.abs(q[:end] / exact_q[:end] - 1))))


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
