"""The sharpness of a network's loss: the largest eigenvalue of its Hessian, by Lanczos."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from ...theory.arguments import instance, takes
from ...theory.errors import InputError
from ..compile.floats import Floats, double_precision
from ..extras import JAX, require
from .architecture import EXTRA, Weights
from .tasks import Task, derivatives, run_of

_TOLERANCE = 1e-10


@takes(task=instance(Task))
def sharpness(task: Task, weights: Weights) -> Floats:
    """The largest (not the largest in size) eigenvalue of ∇²L for each run; NaN where the weights
    or the Hessian are not finite.

    Implicitly restarted Lanczos (SciPy's ARPACK) on Hessian-vector products. A cluster at the top
    of the spectrum may be missed by as much as its own width.
    Raises InputError where Lanczos does not converge.
    """
    runs = (run_of(weights, i) for i in range(len(weights[0])))
    return np.array([_largest(task, run) for run in runs])


def _largest(task: Task, run: Weights) -> float:
    return float(top_eigenvectors(task, run, 1)[0][0])


def top_eigenvectors(task: Task, run: Weights, count: int) -> tuple[Floats, Floats]:
    """The `count` largest eigenvalues of ∇²L at the weights of one run, largest first, and unit
    eigenvectors as columns; NaN where the weights or the Hessian are not finite. Raises InputError
    where Lanczos does not converge."""
    size = sum(layer.size for layer in run)
    nothing = np.full(count, np.nan), np.full((size, count), np.nan)
    if not all(np.isfinite(layer).all() for layer in run):
        return nothing
    product = _flat_product(task)
    with double_precision(JAX):
        found = top_of(lambda v: np.asarray(product(run, v)), size, count)
    return nothing if found is None else found


def top_of(
    product: Callable[[Floats], Floats], size: int, count: int
) -> tuple[Floats, Floats] | None:
    """The `count` largest eigenvalues of a symmetric operator, largest first, and unit eigenvectors
    as columns; None where it is not finite. Raises InputError where Lanczos does not converge."""
    from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigsh

    start = np.random.default_rng(0).standard_normal(size)  # the same every time
    first = product(start)
    if not np.isfinite(first).all():
        return None
    if not first.any():  # a network all of whose units are saturated has no Hessian
        return np.zeros(count), np.eye(size, count)
    if size <= count:  # too small for Lanczos
        return _dense(product, size, count)
    operator = LinearOperator((size, size), matvec=lambda v: product(v.ravel()), dtype=float)
    try:
        values, vectors = eigsh(operator, k=count, which="LA", v0=start, tol=_TOLERANCE)
    except ArpackNoConvergence:
        raise InputError("the sharpness: Lanczos did not converge for these weights") from None
    order = np.argsort(-values)
    return values[order], vectors[:, order]


def _dense(product: Callable[[Floats], Floats], size: int, count: int) -> tuple[Floats, Floats]:
    """All eigenvalues of a small operator; NaN for those that it does not have."""
    values, vectors = np.linalg.eigh(np.stack([product(row) for row in np.eye(size)]))
    padding = np.full(count - size, np.nan)
    columns = np.hstack([vectors[:, ::-1], np.full((size, count - size), np.nan)])
    return np.concatenate([values[::-1], padding]), columns


@lru_cache(maxsize=8)
def _flat_product(task: Task) -> Callable[[Weights, Any], Any]:
    """(weights, flat vector) ↦ Hessian times vector, flat."""
    jax = require(JAX, EXTRA)
    flatten = require("jax.flatten_util", EXTRA).ravel_pytree
    about = derivatives(task)

    def product(weights: Weights, vector: Any) -> Any:
        direction = flatten(weights)[1](vector)
        return flatten(about.hessian_product(weights, direction))[0]

    found: Callable[[Weights, Any], Any] = jax.jit(product)
    return found
