"""One look at a run: p, q and Q₀ from products with the tangent kernel, the sharpness likewise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ..numerics.compile.floats import Floats
from ..numerics.networks.effective import effective_diagram, loss_derivative
from ..theory.responses import Loss

_TOLERANCE, _SHARPNESS_TOLERANCE = 1e-12, 1e-8
_DENSE = 4  # fewer rows are not for Lanczos


@dataclass(frozen=True)
class Look:
    """One look at step `step`: p and q; `rest`, the root mean square of w; `second`, κ₂/κ; the
    response Q₀(p; w), `off` = q/Q₀ − 1, and the `edge` ∂G/∂p (NaN where there is none); the mean
    loss; the `sharpness`, the largest eigenvalue of the Hessian (NaN where it was not asked for).
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
    """A model at some weights, with what is linear there; all vectors are flat, n data points."""

    @property
    def residuals(self) -> Floats:
        """z, the outputs minus the targets."""

    @property
    def size(self) -> int:
        """The number of weights."""

    def kernel_product(self, u: Floats) -> Floats:
        """J Jᵀu."""

    def hessian_product(self, slopes: Floats, curvatures: Floats, direction: Floats) -> Floats:
        """Jᵀ(c · J d) + Σ s_i ∇²f_i d, of slopes s and curvatures c of the points' losses."""


@dataclass(frozen=True, eq=False)
class Seen:
    """A look with the residuals z and the direction v that it rests on, ‖v‖² = n."""

    look: Look
    residuals: Floats
    leading: Floats


def look_at(model: Linearised, loss: Loss, step_size: float, step: int, sharp: bool) -> Seen:
    """Where a model is on the diagram of its data points; the sharpness only if `sharp`.

    The tangent kernel is not formed: Lanczos takes products with it. The sign of v is that of
    `coordinates`: its largest entry is positive.
    """
    z = model.residuals
    values, v = _largest_two(lambda u: model.kernel_product(u) / len(z), len(z))
    v = v * np.sqrt(len(z)) * (np.sign(v[np.argmax(np.abs(v))]) or 1.0)
    found = effective_diagram(loss, z, v)
    p, q, response = float(np.mean(v * z)), 2 / (step_size * values[0]), float(found.response)
    look = Look(
        step=step,
        p=p,
        q=q,
        rest=float(np.sqrt(np.mean((z - p * v) ** 2))),
        second=values[1] / values[0],
        response=response,
        off=q / response - 1,
        edge=float(found.edge),
        loss=float(np.mean(loss_derivative(loss, 0, z))),
        sharpness=_sharpness(model, loss, z) if sharp else float("nan"),
    )
    return Seen(look, z, v)


def _sharpness(model: Linearised, loss: Loss, z: Floats) -> float:
    """The largest eigenvalue of ∇²L, by Lanczos."""
    slopes, curvatures = (loss_derivative(loss, k, z) / len(z) for k in (1, 2))

    def product(direction: Floats) -> Floats:
        return model.hessian_product(slopes, curvatures, direction)

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
