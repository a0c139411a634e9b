"""Functions of the theory as smooth functions of JAX, each derivative compiled by itself.

Automatic differentiation of a float64 formula that is patched near 0 goes wrong at the patches.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import sympy as sp

from ...theory.division_free import tidy
from ...theory.expressions import Z
from ...theory.responses import Loss
from ..extras import JAX, require
from ..floats import compile_floats

Function = Callable[[Any], Any]


def derivatives_of(expression: sp.Expr, order: int) -> tuple[sp.Expr, ...]:
    """The expression in z and its derivatives up to the order.

    >>> derivatives_of(Z**3, 2)
    (z**3, 3*z**2, 6*z)
    """
    return tuple(sp.diff(expression, Z, k) for k in range(order + 1))


@lru_cache(maxsize=32)
def smooth_function(
    expressions: tuple[sp.Expr, ...], odd: Sequence[bool], scale: float = 1.0
) -> Function:
    """The first expression as a function whose derivative is the second, and so on.

    Parameters: expressions in z, each the derivative of the one before; which of them are odd; the
    natural unit of z. To be called inside `double_precision("jax")`; it can be differentiated as
    often as there are further expressions.
    Raises what `compile_floats` raises.
    """
    compiled = compile_floats(expressions[:1], odd[:1], scale=scale, engine=JAX)

    def value(z: Any) -> Any:
        return compiled(z)[0]

    if len(expressions) == 1:
        return value
    return _with_slope(value, smooth_function(expressions[1:], odd[1:], scale))


def loss_function(loss: Loss) -> Function:
    """ℓ, of which only ℓ' and ℓ'' matter for the descent; ℓ is evaluated as it is written."""
    jnp = require("jax.numpy", "networks")
    written = sp.lambdify([Z], tidy(loss.expression), modules="jax")
    slopes = derivatives_of(loss.slope, 1)

    def value(z: Any) -> Any:
        return jnp.asarray(written(z), dtype=float)

    return _with_slope(value, smooth_function(slopes, (True, False), float(loss.scale)))


def _with_slope(value: Function, slope: Function) -> Function:
    jax = require(JAX, "networks")
    function = jax.custom_jvp(value)

    def rule(place: tuple[Any], change: tuple[Any]) -> tuple[Any, Any]:
        return function(place[0]), slope(place[0]) * change[0]

    function.defjvp(rule)
    found: Function = function
    return found
