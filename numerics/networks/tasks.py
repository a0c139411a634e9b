"""What a network is trained on: data and a loss, with η; and the derivatives JAX takes of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from ...theory.arguments import convert_fields, instance, real
from ...theory.errors import InputError
from ...theory.requirements import require_normalised
from ...theory.responses import Loss, response_of
from ..compile.floats import Floats
from ..extras import JAX, require
from .architecture import EXTRA, Network, Weights
from .data import Data
from .smooth import loss_function


@dataclass(frozen=True)
class Task:
    """L = (1/n) Σ ℓ(f(x_i) − y_i), trained by gradient descent with one step size.

    Parameters: a network; data with as many inputs; a loss of the theory; `step_size` η > 0.
    Raises InputError, also for a loss whose response is not 1 at 0.
    """

    network: Network
    data: Data
    loss: Loss
    step_size: float

    def __post_init__(self) -> None:
        convert_fields(self, ("network",), instance(Network))
        convert_fields(self, ("data",), instance(Data))
        convert_fields(self, ("loss",), response_of(Loss))
        convert_fields(self, ("step_size",), real)
        if self.data.inputs.shape[1] != self.network.inputs:
            raise InputError(
                f"inputs = {self.network.inputs}: the data have {self.data.inputs.shape[1]}"
            )
        if not (np.isfinite(self.step_size) and self.step_size > 0):
            raise InputError(f"step_size = {self.step_size}: need a positive number")
        require_normalised(self.loss)


class Local(NamedTuple):
    """What there is to know of one run where it is; JAX computes what is used of it."""

    residuals: Any
    kernel: Any
    loss: Any
    gradient: Any


class Derivatives:
    """A task's functions for JAX, of one run's weights; to be used inside `double_precision`.

    ℓ and φ can be differentiated up to `order` times."""

    def __init__(self, task: Task, order: int = 2) -> None:
        jax, jnp = require(JAX, EXTRA), require("jax.numpy", EXTRA)
        self._outputs = task.network.compiled(order)
        self._inputs, self._targets = task.data.inputs, task.data.targets
        self._evaluated = loss_function(task.loss, order)
        self._loss = self._evaluated.value
        self._slope = jax.grad(self._loss)
        self._jax, self._jnp = jax, jnp
        self.gradient = jax.grad(self.objective)

    def objective(self, weights: Weights) -> Any:
        """L."""
        return self._jnp.mean(self._loss(self.residuals(weights)))

    def residuals(self, weights: Weights) -> Any:
        """f(x_i) − y_i."""
        return self._outputs(weights, self._inputs) - self._targets

    def require(self, residuals: Any) -> None:
        """Raise NotFiniteError, in one line, if the loss cannot be evaluated at some residual."""
        self._evaluated.require(residuals)

    def kernel(self, weights: Weights) -> Any:
        """The tangent kernel (1/n) ∇f(x_i)·∇f(x_j)."""
        jnp = self._jnp
        jacobian = self._jax.jacrev(self.residuals)(weights)
        rows = [part.reshape(len(self._targets), -1) for part in jacobian]
        return sum(jnp.matmul(row, row.T) for row in rows) / len(self._targets)

    def local(self, weights: Weights) -> Local:
        """Residuals, tangent kernel, L and its gradient. For one point ∇L = ℓ'(z) ∇f, so that one
        pass through the network gives both ∇L and the kernel ‖∇f‖²."""
        if len(self._targets) > 1:
            return Local(
                self.residuals(weights),
                self.kernel(weights),
                self.objective(weights),
                self.gradient(weights),
            )
        jnp = self._jnp
        residual, slopes = self._jax.value_and_grad(lambda w: self.residuals(w)[0])(weights)
        size = sum(jnp.sum(slope * slope) for slope in slopes)
        factor = self._slope(residual)
        gradient = tuple(factor * slope for slope in slopes)
        return Local(residual[None], size[None, None], self._loss(residual), gradient)

    def hessian_product(self, weights: Weights, direction: Weights) -> Any:
        """The Hessian of L times a direction of the same shapes."""
        return self._jax.jvp(self.gradient, (weights,), (direction,))[1]


@lru_cache(maxsize=8)
def derivatives(task: Task, order: int = 2) -> Derivatives:
    """The same object for the same task, so that nothing is compiled twice."""
    return Derivatives(task, order)


def run_of(weights: Weights, index: int) -> tuple[Floats, ...]:
    """The weights of one run out of several."""
    return tuple(np.asarray(layer[index]) for layer in weights)
