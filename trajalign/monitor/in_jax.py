"""The monitor of a run in JAX."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..numerics.compile.floats import Floats
from ..numerics.extras import JAX, require
from ..numerics.networks.architecture import EXTRA
from ..theory.arguments import takes
from ..theory.errors import InputError
from ..theory.responses import Loss, response_of
from .looks import Look
from .record import Plan, Watch


class JaxMonitor(Watch):
    """p, q and Q₀ of a function (params, inputs) ↦ outputs, trained by full-batch gradient descent.

    Parameters: the function, one output for each input, which JAX can differentiate (for Flax
    `model.apply`; for Equinox `lambda params, x: jax.vmap(eqx.combine(params, static))(x)`); its
    `loss` as the theory has it, ℓ of f − y, a text or a Loss (the objective has to be its mean);
    all inputs and targets; the learning rate; `every` how many steps to look, and at which to
    compute the sharpness (0: never). Precision is that of the parameters, and of JAX's
    `jax_enable_x64`.

    The tangent kernel is never formed: its first two eigenvalues come from Lanczos on products
    J Jᵀu/n, one backward and one forward pass each. Raises MissingExtraError without JAX; `step`
    raises InputError where the outputs are not one number for each target.

    ```text
    monitor = JaxMonitor(model.apply, "log-cosh", inputs, targets, lr=0.05, every=5)
    for _ in range(1000):
        monitor.step(params)
        params = update(params)
    monitor.save("run")
    ```
    """

    @takes(loss=response_of(Loss))
    def __init__(
        self,
        function: Callable[[Any, Any], Any],
        loss: Loss,
        inputs: Any,
        targets: Any,
        lr: float,
        *,
        every: int = 1,
        sharpness_every: int = 0,
    ) -> None:
        require(JAX, EXTRA)
        super().__init__(loss, Plan(lr, every, sharpness_every))
        self._products = _Products(function, inputs, targets)

    def step(self, params: Any) -> Look | None:
        """To be called with the parameters before each update; the look, if there is one now."""
        if not self._is_due():
            return None
        return self._look(_Linearised(self._products, params))


class _Products:
    """What is compiled once for a function, its inputs and targets."""

    def __init__(self, function: Callable[[Any, Any], Any], inputs: Any, targets: Any) -> None:
        jax, jnp = require(JAX, EXTRA), require("jax.numpy", EXTRA)

        def residuals(params: Any) -> Any:
            outputs = function(params, inputs)
            if outputs.size != targets.size or targets.ndim != 1:
                raise InputError(
                    f"the function gives {outputs.shape} for targets of shape {targets.shape}: "
                    "need one number for each target"
                )
            return outputs.reshape(-1) - targets

        def kernel_product(params: Any, u: Any) -> Any:
            _, back = jax.vjp(residuals, params)
            return jax.jvp(residuals, (params,), back(u))[1]

        def hessian_product(params: Any, slopes: Any, curvatures: Any, direction: Any) -> Any:
            def gradient(at: Any) -> Any:
                outputs, back = jax.vjp(residuals, at)
                return back(slopes)[0], outputs

            curved, along = jax.jvp(gradient, (params,), (direction,))[1]
            pushed = jax.vjp(residuals, params)[1](curvatures * along)[0]
            return jax.tree_util.tree_map(jnp.add, curved, pushed)

        self.residuals, self.kernel = jax.jit(residuals), jax.jit(kernel_product)
        self.hessian = jax.jit(hessian_product)


class _Linearised:
    """The function at some parameters."""

    def __init__(self, products: _Products, params: Any) -> None:
        self._products, self._params = products, params
        self._jnp = require("jax.numpy", EXTRA)
        flatten = require("jax.flatten_util", EXTRA).ravel_pytree
        self._flatten = flatten
        flat, self._shaped = flatten(params)
        found = products.residuals(params)
        self.residuals, self.size, self._kind = np.asarray(found, float), flat.size, found.dtype

    def kernel_product(self, u: Floats) -> Floats:
        """J Jᵀu."""
        return np.asarray(self._products.kernel(self._params, self._array(u)), float)

    def hessian_product(self, slopes: Floats, curvatures: Floats, direction: Floats) -> Floats:
        """Jᵀ(c · J d) + Σ s_i ∇²f_i d."""
        rows = self._array(slopes), self._array(curvatures)
        moved = self._shaped(self._array(direction))
        found = self._products.hessian(self._params, *rows, moved)
        return np.asarray(self._flatten(found)[0], float)

    def _array(self, values: Floats) -> Any:
        return self._jnp.asarray(values, dtype=self._kind)
