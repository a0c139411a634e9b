"""One look at a run: p, q and Q₀ from products with the tangent kernel, the sharpness likewise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ..numerics.compile.floats import Floats
from .objective import Objective

_TOLERANCE, _SHARPNESS_TOLERANCE = 1e-12, 1e-8
_DENSE = 4  # fewer rows are not for Lanczos


@dataclass(frozen=True)
class Look:
    """One look at step `step`: p and q; `rest`, the root mean square of w; `second`, κ₂/κ; the
    response Q₀(p; w), `off` = q/Q₀ − 1, and the `edge` ∂G/∂p (NaN where there is none); the mean
    loss; the `sharpness`, the largest eigenvalue of the Hessian (NaN where it was not asked for).

    Where the loss is not one of f − y, p is measured from the zero of G (NaN where there is none),
    and w is what the outputs have besides v.
    """

    step: int
    p: float
    q: float
    rest: float
    second: float
    response: float
    off: float
    edge: float
    loss: float
    sharpness: float


class Linearised(Protocol):
    """A model at some weights, with what is linear there; all vectors are flat."""

    @property
    def outputs(self) -> Floats:
        """z: all outputs, or, where the loss is one of f − y, these minus the targets."""

    @property
    def size(self) -> int:
        """The number of weights."""

    def forward(self, direction: Floats) -> Floats:
        """J d."""

    def backward(self, u: Floats) -> Floats:
        """Jᵀu."""

    def kernel_product(self, u: Floats) -> Floats:
        """J Jᵀu."""

    def curved(self, slopes: Floats, direction: Floats) -> Floats:
        """Σ s_i ∇²z_i d."""


@dataclass(frozen=True, eq=False)
class Seen:
    """A look with the outputs or residuals z and the direction v that it rests on, ‖v‖² = n."""

    look: Look
    residuals: Floats
    leading: Floats


def look_at(
    model: Linearised, objective: Objective, step_size: float, step: int, sharp: bool
) -> Seen:
    """Where a model is on the diagram of its data points; the sharpness only if `sharp`.

    The tangent kernel is not formed: Lanczos takes products with it. The sign of v is that of
    `coordinates`: its largest entry is positive. All is NaN where z or the kernel is not finite.
    """
    z, points = model.outputs, objective.points
    if not (np.isfinite(z).all() and np.isfinite(model.kernel_product(np.ones(len(z)))).all()):
        return _lost(step, z)
    values, v = _largest_two(lambda u: model.kernel_product(u) / points, len(z))
    v = v * np.sqrt(points) * (np.sign(v[np.argmax(np.abs(v))]) or 1.0)
    found = objective.diagram(z, v)
    along = float(np.sum(v * z) / points)
    p = along if objective.centred else along - float(found.centre)
    q, response = 2 / (step_size * values[0]), float(found.response)
    look = Look(
        step=step,
        p=p,
        q=q,
        rest=float(np.sqrt(np.mean((z - along * v) ** 2))),
        second=values[1] / values[0],
        response=response,
        off=q / response - 1,
        edge=float(found.edge),
        loss=objective.mean(z),
        sharpness=_sharpness(model, objective) if sharp else float("nan"),
    )
    return Seen(look, z, v)


def _lost(step: int, z: Floats) -> Seen:
    """Where a run has flown away."""
    numbers = {name: float("nan") for name in Look.__dataclass_fields__ if name != "step"}
    return Seen(Look(step, **numbers), z, np.full(len(z), np.nan))


def _sharpness(model: Linearised, objective: Objective) -> float:
    """The largest eigenvalue of ∇²L = Jᵀ(∂²L/∂z²)J + Σ (∂L/∂z_i) ∇²z_i, by Lanczos."""
    z = model.outputs
    slopes = objective.slopes(z)

    def product(direction: Floats) -> Floats:
        pushed = objective.curvature_product(z, model.forward(direction))
        return model.backward(pushed) + model.curved(slopes, direction)

    values, _ = _top(product, model.size, 1, _SHARPNESS_TOLERANCE)
    return float(values[-1])


def _largest_two(
    product: Callable[[Floats], Floats], count: int
) -> tuple[tuple[float, float], Floats]:
    """The two largest eigenvalues (the second 0 where there is one point) and the unit eigenvector
    of the first."""
    values, vectors = _top(product, count, 2, _TOLERANCE)
    second = float(values[-2]) if count > 1 else 0.0
    return (float(values[-1]), second), np.asarray(vectors[:, -1])


def _top(
    product: Callable[[Floats], Floats], size: int, many: int, tolerance: float
) -> tuple[Floats, Floats]:
    """The largest eigenvalues of a symmetric operator, rising, with eigenvectors as columns."""
    from scipy.sparse.linalg import LinearOperator, eigsh

    if size < _DENSE:
        dense = np.linalg.eigh(np.array([product(row) for row in np.eye(size)]))
        return dense.eigenvalues, dense.eigenvectors
    operator = LinearOperator((size, size), matvec=lambda u: product(u.ravel()), dtype=float)
    start = np.random.default_rng(0).standard_normal(size)  # the same every time
    values, vectors = eigsh(operator, k=many, which="LA", v0=start, tol=tolerance)
    order = np.argsort(values)
    return values[order], vectors[:, order]
