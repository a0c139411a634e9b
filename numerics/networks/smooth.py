"""Functions of the theory as smooth functions of JAX, each derivative compiled by itself.

Automatic differentiation of a float64 formula that is patched near 0 goes wrong at the patches.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import sympy as sp
from flint import arb, ctx

from ...theory.expressions.parsing import Z
from ...theory.responses import Loss
from ..compile.balls import compile_balls, exact
from ..compile.floats import FloatFunction, Parity, compile_floats
from ..extras import JAX, require

Function = Callable[[Any], Any]
_PLACES = (sp.Rational(1, 3), sp.Rational(7, 5), sp.Rational(9, 2))
_BITS = 300


def derivatives_of(expression: sp.Expr, order: int) -> tuple[sp.Expr, ...]:
    """The expression in z and its derivatives up to the order.

    >>> derivatives_of(Z**3, 2)
    (z**3, 3*z**2, 6*z)
    """
    return tuple(sp.diff(expression, Z, k) for k in range(order + 1))


def parts(expression: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """The odd and the even part of an expression in z.

    >>> parts(Z**3 + Z**2)
    (z**3, z**2)
    >>> parts(sp.log(1 + sp.exp(Z)))[0]
    z/2
    """
    mirrored = expression.subs(Z, -Z)
    odd, even = ((expression + sign * mirrored) / 2 for sign in (-1, 1))
    return (_straightened(odd), even) if _is_not_zero(even) else (expression, sp.S.Zero)


def parity_of(expression: sp.Expr) -> Parity:
    """Whether it is odd, None where it is neither odd nor even.

    >>> parity_of(Z**2), parity_of(Z**3), parity_of(Z**2 + Z**3)
    (False, True, None)
    """
    odd, even = parts(expression)
    if odd == 0:
        return False
    return True if even == 0 else None


def _straightened(odd: sp.Expr) -> sp.Expr:
    """The same, written as a multiple of z if it is one: that of the softplus function is z/2, but
    its formula as it stands gives no digits of the second derivative."""
    slope, curvature = derivatives_of(odd, 2)[1:]
    return odd if _is_not_zero(curvature) else sp.simplify(slope.subs(Z, 0)) * Z


def _is_not_zero(expression: sp.Expr) -> bool:
    value = compile_balls(expression, [Z])
    with ctx.workprec(_BITS):
        return any(not value(arb(exact(z)))[0].contains(0) for z in _PLACES)


@lru_cache(maxsize=32)
def smooth_function(
    expressions: tuple[sp.Expr, ...], odd: Sequence[Parity], scale: float = 1.0
) -> Function:
    """The first expression as a function whose derivative is the second, and so on.

    Parameters: expressions in z, each the derivative of the one before; which of them are odd (None
    where it is neither odd nor even); the natural unit of z. To be called inside
    `double_precision("jax")`; it can be differentiated as often as there are further expressions.
    Raises what `compile_floats` raises.
    """
    return _chain(_compiled(expressions, odd, scale))


class LossFunction(NamedTuple):
    """ℓ as a function with some derivatives, and the float64 evaluations of all of them."""

    value: Function
    evaluations: tuple[FloatFunction, ...]

    def require(self, residuals: Any) -> None:
        """Raise NotFiniteError, in one line, if one of them is not known at some residual."""
        for evaluation in self.evaluations:
            evaluation.require(residuals)


def loss_function(loss: Loss, order: int = 2) -> LossFunction:
    """ℓ and its derivatives up to `order` ≥ 1. Raises what `compile_floats` raises."""
    expressions = (loss.expression, *derivatives_of(loss.slope, order - 1))
    parity = parity_of(loss.expression)
    odd = tuple(None if parity is None else parity != (k % 2 == 1) for k in range(order + 1))
    evaluations = _compiled(expressions, odd, float(loss.scale))
    return LossFunction(_chain(evaluations), evaluations)


@lru_cache(maxsize=64)
def _compiled(
    expressions: tuple[sp.Expr, ...], odd: Sequence[Parity], scale: float
) -> tuple[FloatFunction, ...]:
    pairs = zip(expressions, odd, strict=True)
    return tuple(compile_floats([e], [o], scale=scale, engine=JAX) for e, o in pairs)


def _chain(evaluations: tuple[FloatFunction, ...]) -> Function:
    """The first as a function whose derivative is the second, and so on."""
    first, *others = evaluations

    def value(z: Any) -> Any:
        return first(z)[0]

    return _with_slope(value, _chain(tuple(others))) if others else value


def _with_slope(value: Function, slope: Function) -> Function:
    jax = require(JAX, "networks")
    function = jax.custom_jvp(value)

    def rule(place: tuple[Any], change: tuple[Any]) -> tuple[Any, Any]:
        return function(place[0]), slope(place[0]) * change[0]

    function.defjvp(rule)
    found: Function = function
    return found
