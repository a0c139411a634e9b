"""p and q of a network: residual and step size in the units of the tangent kernel."""

from __future__ import annotations

from typing import Any, NamedTuple

from ...theory.arguments import real, takes
from ..extras import require
from .architecture import EXTRA


class Coordinates(NamedTuple):
    """p and q, and `rest`, the root mean square of the residual outside the leading direction v;
    `second`, the second eigenvalue of the kernel over the first; and v itself, `leading`."""

    p: Any
    q: Any
    rest: Any
    second: Any
    leading: Any


@takes(step_size=real)
def coordinates(residuals: Any, kernel: Any, step_size: float) -> Coordinates:
    """The generalised (p, q) of n data points, arrays of JAX.

    With the tangent kernel K = (1/n) J Jᵀ, J the Jacobian of the outputs, its largest eigenvalue κ
    and an eigenvector v of length √n: p = (1/n) Σ v_i z_i, z the residuals, and q = 2/(ηκ). For one
    point these are the residual and 2/(η‖∇f‖²).

    Why: with K fixed, a step takes z to z − ηK ℓ'(z). Where z = p v and all v_i are ±1, that is the
    frozen map p' = (1 − 2r(p)/q) p of the theory. Limits: real v_i differ in size, so that ℓ' does
    not act on p alone; residuals outside v (their size is `rest`) change ℓ'(z) as well: both are
    in the diagram of `effective_diagram`; and κ has to stay the largest eigenvalue. No theorem
    covers n > 1. The sign of v is chosen so that its
    largest entry is positive.

    Parameters: n residuals, the n×n kernel, η > 0.
    """
    jnp = require("jax.numpy", EXTRA)
    count = residuals.shape[0]
    if count == 1:
        q = 2 / (step_size * kernel[0, 0])
        return Coordinates(residuals[0], q, jnp.zeros(()), jnp.zeros(()), jnp.ones(1))
    values, vectors = jnp.linalg.eigh(kernel)
    leading = vectors[:, -1]
    leading = leading * jnp.sign(leading[jnp.argmax(jnp.abs(leading))]) * jnp.sqrt(count)
    p = jnp.mean(leading * residuals)
    rest = jnp.sqrt(jnp.mean((residuals - p * leading) ** 2))
    q, second = 2 / (step_size * values[-1]), values[-2] / values[-1]
    return Coordinates(p, q, rest, second, leading)
