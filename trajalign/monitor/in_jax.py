"""The monitor of a run in JAX."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..numerics.compile.floats import Floats, double_precision
from ..numerics.extras import JAX, require
from ..numerics.networks.architecture import EXTRA
from ..numerics.networks.effective import EffectiveDiagram
from ..numerics.networks.flat import InJax
from ..theory.errors import InputError
from ..theory.responses import Loss
from .looks import Look
from .objective import AlongLine, Objective, Theory, loss_or_function, require_numbers
from .prediction import Prediction
from .record import Plan, Watch


class JaxMonitor(Watch):
    """p, q and Q₀ of a function (params, inputs) ↦ outputs, trained by full-batch gradient descent.

    Parameters: the function, which JAX can differentiate (for Flax `model.apply`; for Equinox
    `lambda params, x: jax.vmap(eqx.combine(params, static))(x)`); the `loss`: as the theory has
    it, ℓ of f − y, a text or a Loss, for one output (the objective has to be its mean), or any
    function of (outputs, targets) that gives the objective, for outputs of any shape with the data
    points first; all inputs and targets; the learning rate; `every` how many steps to look, and at
    which to compute the sharpness (0: never). Precision is that of the parameters, and of JAX's
    `jax_enable_x64`.

    The tangent kernel is never formed: its first two eigenvalues come from Lanczos on products
    J Jᵀu/n, one backward and one forward pass each. Raises MissingExtraError without JAX; `step`
    raises InputError for a loss of the theory and outputs that are not one number for each target.

    ```text
    monitor = JaxMonitor(model.apply, "log-cosh", inputs, targets, lr=0.05, every=5)
    for _ in range(1000):
        monitor.step(params)
        params = update(params)
    monitor.save("run")
    ```
    """

    def __init__(
        self,
        function: Callable[[Any, Any], Any],
        loss: Any,
        inputs: Any,
        targets: Any,
        lr: float,
        *,
        every: int = 1,
        sharpness_every: int = 0,
    ) -> None:
        require(JAX, EXTRA)
        plan, given = Plan(lr, every, sharpness_every), loss_or_function(loss)
        objective: Objective
        if isinstance(given, Loss):
            objective, subtracted = Theory(given, len(targets)), targets
        else:
            objective, subtracted = _OfOutputs(given, targets), None
        super().__init__(objective, plan)
        self._products = _Products(function, inputs, subtracted)
        self._wide = _Wide(function, inputs, subtracted)

    def step(self, params: Any) -> Look | None:
        """To be called with the parameters before each update; the look, if there is one now."""
        if not self._is_due():
            return None
        if isinstance(self._objective, _OfOutputs):
            self._objective.shape = self._products.shape(params)
        return self._look(_Linearised(self._products, params))

    def predict(self, params: Any, steps: int) -> Prediction:
        """Where the sharpness will be after `steps` ≥ 1 more steps, from these parameters.

        To be called where `step` is, before it; the looks do not change. A Jacobian is formed for
        each stride of the averaged flow, outputs times parameters, in double precision; of
        parameters in single precision a copy is taken to double.
        Raises InputError for an objective that is no loss of f − y, for one whose response is not 1
        at 0, for parameters that have flown away, for a function that keeps to single precision.
        """
        loss = self._loss()
        with double_precision(JAX):
            flat, functions = self._wide.at(params, loss, self._plan.lr)
            return self._predict(functions, flat, steps)


class _Wide:
    """A function in double precision, at flat parameters; compiled once for parameters of a kind.

    Its methods are to be used inside `double_precision`."""

    def __init__(self, function: Callable[[Any, Any], Any], inputs: Any, subtracted: Any) -> None:
        self._of = (function, inputs, subtracted)
        self._found: dict[Any, InJax] = {}

    def at(self, params: Any, loss: Loss, step_size: float) -> tuple[Floats, InJax]:
        """The parameters as one array, and what is differentiated. Raises InputError."""
        jax = require(JAX, EXTRA)
        flat, restore = require("jax.flatten_util", EXTRA).ravel_pytree(_widened(params))
        leaves, tree = jax.tree_util.tree_flatten(params)
        kind = (tree, tuple(np.shape(leaf) for leaf in leaves))
        if kind not in self._found:
            function, inputs, subtracted = self._of
            data = _widened(inputs)
            given = jax.eval_shape(function, restore(flat), data).dtype
            if given != np.float64:
                raise InputError(f"predict: needs double precision, the function gives {given}")
            outputs = _Products(function, data, _widened(subtracted)).outputs
            self._found[kind] = InJax(lambda f: outputs(restore(f)), loss, step_size)
        return np.asarray(flat), self._found[kind]


def _widened(tree: Any) -> Any:
    jax, jnp = require(JAX, EXTRA), require("jax.numpy", EXTRA)

    def wide(leaf: Any) -> Any:
        kept = np.asarray(leaf)
        return jnp.asarray(kept, float) if jnp.issubdtype(kept.dtype, jnp.floating) else leaf

    return jax.tree_util.tree_map(wide, tree)


class _Products:
    """What is compiled once for a function and its inputs."""

    def __init__(self, function: Callable[[Any, Any], Any], inputs: Any, subtracted: Any) -> None:
        jax = require(JAX, EXTRA)

        def outputs(params: Any) -> Any:
            found = function(params, inputs)
            if subtracted is None:
                return found.reshape(-1)
            shape = found.shape
            own = shape[:-1] if len(shape) > 1 and shape[-1] == 1 else shape
            require_numbers("the function", own, subtracted.shape)
            return found.reshape(-1) - subtracted

        def shape(params: Any) -> tuple[int, ...]:
            return tuple(jax.eval_shape(function, params, inputs).shape)

        def forward(params: Any, direction: Any) -> Any:
            return jax.jvp(outputs, (params,), (direction,))[1]

        def backward(params: Any, u: Any) -> Any:
            return jax.vjp(outputs, params)[1](u)[0]

        def curved(params: Any, slopes: Any, direction: Any) -> Any:
            return jax.jvp(lambda at: backward(at, slopes), (params,), (direction,))[1]

        self.shape = shape
        self.outputs, self.curved = jax.jit(outputs), jax.jit(curved)
        self.forward, self.backward = jax.jit(forward), jax.jit(backward)
        self.kernel = jax.jit(lambda params, u: forward(params, backward(params, u)))


class _Linearised:
    """The function at some parameters."""

    def __init__(self, products: _Products, params: Any) -> None:
        self._products, self._params = products, params
        self._jnp = require("jax.numpy", EXTRA)
        self._flatten = require("jax.flatten_util", EXTRA).ravel_pytree
        flat, self._shaped = self._flatten(params)
        found = products.outputs(params)
        self.outputs, self.size, self._kind = np.asarray(found, float), flat.size, found.dtype

    def forward(self, direction: Floats) -> Floats:
        """J d."""
        moved = self._shaped(self._array(direction))
        return np.asarray(self._products.forward(self._params, moved), float)

    def backward(self, u: Floats) -> Floats:
        """Jᵀu."""
        return self._joined(self._products.backward(self._params, self._array(u)))

    def kernel_product(self, u: Floats) -> Floats:
        """J Jᵀu."""
        return np.asarray(self._products.kernel(self._params, self._array(u)), float)

    def curved(self, slopes: Floats, direction: Floats) -> Floats:
        """Σ s_i ∇²z_i d."""
        moved = self._shaped(self._array(direction))
        return self._joined(self._products.curved(self._params, self._array(slopes), moved))

    def _array(self, values: Floats) -> Any:
        return self._jnp.asarray(values, dtype=self._kind)

    def _joined(self, params: Any) -> Floats:
        return np.asarray(self._flatten(params)[0], float)


class _OfOutputs:
    """An objective of the user's, in double precision; `shape` is that of the outputs."""

    centred = False
    shape: tuple[int, ...]

    def __init__(self, function: Callable[[Any, Any], Any], targets: Any) -> None:
        jax, self._jnp = require(JAX, EXTRA), require("jax.numpy", EXTRA)
        self.points = len(targets)
        self._targets = np.asarray(targets)

        def objective(z: Any) -> Any:
            return function(z.reshape(self.shape), self._targets)

        def along(order: int) -> Callable[..., Any]:
            def line(t: Any, place: Any, v: Any) -> Any:
                return objective(place + t * v)

            for _ in range(order):
                line = jax.grad(line)
            compiled: Callable[..., Any] = jax.jit(line)
            return compiled

        gradient = jax.grad(objective)
        self._mean, self._gradient = jax.jit(objective), jax.jit(gradient)
        self._product = jax.jit(lambda z, u: jax.jvp(gradient, (z,), (u,))[1])
        self._along = {order: along(order) for order in range(1, 5)}

    def mean(self, z: Floats) -> float:
        """L."""
        with double_precision(JAX):
            return float(self._mean(self._jnp.asarray(z)))

    def slopes(self, z: Floats) -> Floats:
        """∂L/∂z."""
        with double_precision(JAX):
            return np.asarray(self._gradient(self._jnp.asarray(z)))

    def curvature_product(self, z: Floats, u: Floats) -> Floats:
        """(∂²L/∂z²) u."""
        with double_precision(JAX):
            return np.asarray(self._product(self._jnp.asarray(z), self._jnp.asarray(u)))

    def diagram(self, z: Floats, v: Floats) -> EffectiveDiagram:
        """Along v, by derivatives of L in p."""

        def derivative(place: Floats, order: int) -> float:
            with double_precision(JAX):
                at, along = self._jnp.asarray(place), self._jnp.asarray(v)
                return float(self._along[order](0.0, at, along))

        return AlongLine(z, v, self.points, derivative).diagram
