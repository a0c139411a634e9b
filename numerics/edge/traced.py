"""An objective written in JAX: its derivatives along lines by nested forward differentiation.

In double precision, so with 15 digits where an expression has 50. JAX is imported only here, and
only when such an objective is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import mpmath as mp
import numpy as np

from ...theory.errors import NotFiniteError
from ..compile.floats import double_precision
from ..extras import JAX, require
from .descent import Point
from .landscape import Landscape
from .lines import Vector

Function = Callable[..., Any]
EXTRA = "networks"
DIGITS = 15
_HIGHEST = 4


@dataclass(frozen=True)
class TracedLines:
    """The Taylor coefficients along lines of a function of so many numbers."""

    size: int
    _along: Callable[[Any, Any], Any] = field(repr=False, compare=False)
    digits: int = DIGITS

    def along(self, point: Vector, direction: Vector, order: int) -> Vector:
        """The coefficients up to `order`. Raises NotFiniteError where one is not finite."""
        with double_precision(JAX):
            found = self._along(_array(point), _array(direction))
            values = [float(value) for value in found[: order + 1]]
        if not np.all(np.isfinite(values)):
            where = ", ".join(mp.nstr(mp.mpf(x), 6) for x in point)
            raise NotFiniteError(f"the objective has no derivatives at ({where})")
        factorials = (1.0, 1.0, 2.0, 6.0, 24.0)
        return tuple(mp.mpf(value) / n for value, n in zip(values, factorials, strict=False))


def traced(text: str, names: tuple[str, ...], function: Function) -> Landscape:
    """The landscape of a JAX function of the parameters with these names, each a number.

    Raises MissingExtraError without JAX.
    """
    jax = require(JAX, EXTRA)

    def value(point: Any) -> Any:
        return jax.numpy.asarray(function(*(point[i] for i in range(len(names))))).reshape(())

    def along(point: Any, direction: Any) -> Any:
        def on_line(t: Any) -> Any:
            return value(point + t * direction)

        found: list[Any] = []
        derivative: Callable[[Any], Any] = on_line
        for _ in range(_HIGHEST + 1):
            found.append(derivative(0.0))
            derivative = _differentiated(jax, derivative)
        return found

    def steps(point: Any, eta: Any, count: Any) -> Any:
        slope = jax.grad(value)

        def step(_: Any, pair: Any) -> Any:
            return pair[1], pair[1] - eta * slope(pair[1])

        return jax.lax.fori_loop(0, count, step, (point, point))

    compiled = jax.jit(steps)

    def descend(point: Point, eta: float, count: int) -> tuple[Point, Point]:
        with double_precision(JAX):
            before, after = compiled(_array(point), eta, count)
            return tuple(map(float, before)), tuple(map(float, after))

    return Landscape(text, names, TracedLines(len(names), jax.jit(along)), descend)


def _differentiated(jax: Any, function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda t: jax.jvp(function, (t,), (1.0,))[1]


def _array(point: Vector | Point) -> Any:
    return np.array([float(x) for x in point])
