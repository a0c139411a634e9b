"""The derivatives that the law of the edge and the averaged flow take of a run, at flat weights."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Protocol

from ...theory.responses import Loss
from ..compile.floats import Floats
from ..extras import JAX, require
from .architecture import EXTRA, Weights
from .smooth import loss_function
from .tasks import Task, derivatives

_ORDER = 4  # derivatives that the law takes


class FlatFunctions(Protocol):
    """L = (1/n) Σ ℓ(z_i) of all weights θ in one array, z the residuals, and its derivatives.

    Every engine brings its own; what is made of them, `saturation` and `averaged`, is the same for
    all.
    """

    loss: Loss
    step_size: float

    def residuals(self, flat: Floats) -> Floats:
        """z."""

    def jacobian(self, flat: Floats) -> Floats:
        """∂z_i/∂θ_j, a row for each data point."""

    def gradient(self, flat: Floats) -> Floats:
        """∇L."""

    def product(self, flat: Floats, direction: Floats) -> Floats:
        """∇²L times a direction."""

    def third(self, flat: Floats, u: Floats) -> Floats:
        """∇(uᵀ∇²L u), u held fixed."""

    def fourth_along(self, flat: Floats, u: Floats) -> float:
        """The fourth derivative of t ↦ L(θ + tu) at 0."""


class InJax:
    """They for residuals that JAX differentiates; to be used inside `double_precision`."""

    def __init__(self, residuals: Callable[[Any], Any], loss: Loss, step_size: float) -> None:
        jax = require(JAX, EXTRA)
        self.loss, self.step_size = loss, step_size
        value = loss_function(loss, _ORDER).value

        def objective(flat: Any) -> Any:
            return jax.numpy.mean(value(residuals(flat)))

        gradient = jax.grad(objective)
        self.residuals = jax.jit(residuals)
        self.jacobian = jax.jit(jax.jacrev(residuals))
        self.gradient = jax.jit(gradient)
        self.product = jax.jit(lambda f, d: jax.jvp(gradient, (f,), (d,))[1])
        self.third = jax.jit(jax.grad(lambda f, u: _along(jax, objective, f, u, 2)))
        self.fourth_along = jax.jit(lambda f, u: _along(jax, objective, f, u, 4))


def flatten(weights: Weights) -> tuple[Any, Callable[[Any], Weights]]:
    """All weights of one run in one array, and what takes that apart again."""
    found: tuple[Any, Any] = require("jax.flatten_util", EXTRA).ravel_pytree(tuple(weights))
    return found


@lru_cache(maxsize=8)
def flat_functions(task: Task) -> InJax:
    """The same object for the same task, so that nothing is compiled twice."""
    jnp, about = require("jax.numpy", EXTRA), derivatives(task, _ORDER)
    restore = flatten(tuple(jnp.zeros(shape) for shape in task.network.shapes))[1]
    return InJax(lambda flat: about.residuals(restore(flat)), task.loss, task.step_size)


def _along(jax: Any, function: Any, flat: Any, u: Any, order: int) -> Any:
    """The derivative of that order of t ↦ function(flat + t·u) at 0."""

    def line(t: Any) -> Any:
        return function(flat + t * u)

    found: Callable[[Any], Any] = line
    for _ in range(order):
        found = _slope(jax, found)
    return found(0.0)


def _slope(jax: Any, line: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda t: jax.jvp(line, (t,), (jax.numpy.ones_like(t),))[1]
