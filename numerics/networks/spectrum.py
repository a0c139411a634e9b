"""The top of the Hessian's spectrum along descent, and how much of the gradient is along it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from ...theory.arguments import instance, integer, takes
from ...theory.errors import InputError
from ..compile.floats import Floats, double_precision
from ..extras import JAX, require
from .architecture import EXTRA, Weights
from .descent import Descent, Schedule, descend
from .sharpness import top_eigenvectors
from .tasks import Task, derivatives, run_of

_MOST = 20


@dataclass(frozen=True, eq=False)
class Spectra:
    """Of each run at `times`: the largest `eigenvalues` of ∇²L, largest first, with an axis for
    them before that of times, and `alignment`, the share (u·∇L)²/|∇L|² of the gradient that is
    along the first eigenvector; NaN where a run has flown away or the gradient is 0."""

    times: Floats
    eigenvalues: Floats
    alignment: Floats


@takes(task=instance(Task), schedule=instance(Schedule), count=integer)
def spectra(task: Task, start: Weights, schedule: Schedule, count: int = 3) -> Spectra:
    """The `count` largest eigenvalues, and the gradient's share along the first, at the steps at
    which a schedule asks for the sharpness.

    Parameters: as of `descend`; at most 20 eigenvalues, fewer than there are weights. A cluster
    may be missed by as much as its own width. Raises InputError, MissingExtraError without JAX.

    >>> from trajalign.numerics.networks import Network, one_point
    >>> from trajalign.theory.responses import Loss
    >>> task = Task(Network(2, 2, 1), one_point(1), Loss.parse("log-cosh"), 0.1)
    >>> start = (np.array([[[1.0], [0.0]]]), np.array([[2.0, 0.0]]))
    >>> spectra(task, start, Schedule(1, 1, 1), 2).eigenvalues.shape
    (1, 2, 2)
    """
    if not 1 <= count <= _MOST or count >= task.network.size - 1:
        most = min(_MOST, task.network.size - 2)
        raise InputError(f"count = {count}: need 1 to {most} eigenvalues of this network")
    seen: list[tuple[float, Floats, Floats]] = []

    def keep(now: Descent) -> None:
        seen.append((float(now.step), *_spectrum(task, now.weights, count)))

    seen.append((0.0, *_spectrum(task, start, count)))
    descend(task, start, schedule, keep=keep)
    times, values, shares = zip(*seen, strict=True)
    return Spectra(np.array(times), np.stack(values, axis=-1), np.stack(shares, axis=-1))


def _spectrum(task: Task, weights: Weights, count: int) -> tuple[Floats, Floats]:
    """The eigenvalues of each run, and the gradient's share."""
    values, shares = [], []
    for k in range(len(weights[0])):
        run = run_of(weights, k)
        top, vectors = top_eigenvectors(task, run, count)
        values.append(top)
        with double_precision(JAX):
            slope = np.asarray(_flat_gradient(task)(run))
        with np.errstate(all="ignore"):
            shares.append(float((vectors[:, 0] @ slope) ** 2 / (slope @ slope)))
    return np.array(values), np.array(shares)


@lru_cache(maxsize=8)
def _flat_gradient(task: Task) -> Callable[[Weights], Any]:
    jax = require(JAX, EXTRA)
    flatten = require("jax.flatten_util", EXTRA).ravel_pytree
    gradient = derivatives(task).gradient
    found: Callable[[Weights], Any] = jax.jit(lambda weights: flatten(gradient(weights))[0])
    return found
