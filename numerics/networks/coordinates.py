"""p and q of a network: residual and step size in the units of the tangent kernel."""

from __future__ import annotations

from typing import Any, NamedTuple

from ...theory.arguments import real, takes
from ..extras import require
from .architecture import EXTRA


class Coordinates(NamedTuple):
    """p and q, and `rest`, the root mean square of the residual outside the leading direction."""

    p: Any
    q: Any
    rest: Any


@takes(step_size=real)
def coordinates(residuals: Any, kernel: Any, step_size: float) -> Coordinates:
    """The generalised (p, q) of n data points, arrays of JAX.

    With the tangent kernel K = (1/n) J Jᵀ, J the Jacobian of the outputs, its largest eigenvalue κ
    and an eigenvector v of length √n: p = (1/n) Σ v_i z_i, z the residuals, and q = 2/(ηκ). For one
    point these are the residual and 2/(η‖∇f‖²).

    Why: with K fixed, a step takes z to z − ηK ℓ'(z). Where z = p v and all v_i are ±1, that is the
    frozen map p' = (1 − 2r(p)/q) p of the theory. Limits: real v_i differ in size, so that ℓ' does
    not act on p alone; residuals outside v (their size is `rest`) change ℓ'(z) as well; and κ has
    to stay the largest eigenvalue. No theorem covers n > 1. The sign of v is chosen so that its
    largest entry is positive.

    Parameters: n residuals, the n×n kernel, η > 0.
    """
    jnp = require("jax.numpy", EXTRA)
    count = residuals.shape[0]
    if count == 1:
        return Coordinates(residuals[0], 2 / (step_size * kernel[0, 0]), jnp.zeros(()))
    values, vectors = jnp.linalg.eigh(kernel)
    leading = vectors[:, -1]
    leading = leading * jnp.sign(leading[jnp.argmax(jnp.abs(leading))]) * jnp.sqrt(count)
    p = jnp.mean(leading * residuals)
    rest = jnp.sqrt(jnp.mean((residuals - p * leading) ** 2))
    return Coordinates(p, 2 / (step_size * values[-1]), rest)
