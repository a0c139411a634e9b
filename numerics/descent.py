"""Gradient descent on an objective of a few parameters, in double precision.

It knows the objective's formula and nothing else: no response, no reduced map, no theory. What is
predicted elsewhere is compared with it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from .compile.scalars import compile_scalars

Point = tuple[float, ...]

CONVERGED, ESCAPED, UNFINISHED = "converged", "escaped", "step limit"
_ESCAPE = 1e6


@dataclass(frozen=True)
class Objective:
    """The gradient and the Hessian of an objective, as functions of floats."""

    parameters: tuple[sp.Symbol, ...]
    gradient: Callable[..., Point] = field(repr=False, compare=False)
    _hessian: Callable[..., tuple[Point, ...]] = field(repr=False, compare=False)

    def hessian(self, point: Point) -> NDArray[np.float64]:
        """∇²L at a point."""
        return np.array(self._hessian(*point), dtype=float)

    def sharpness(self, point: Point) -> float:
        """The largest eigenvalue of the Hessian, NaN where that is not finite."""
        hessian = self.hessian(point)
        if not np.isfinite(hessian).all():
            return math.nan
        return float(np.linalg.eigvalsh(hessian)[-1])


def compile_objective(expression: sp.Expr, parameters: Sequence[sp.Symbol]) -> Objective:
    """An objective from its formula, differentiated by SymPy.

    >>> x, y = sp.symbols("x y", real=True)
    >>> objective = compile_objective(sp.log(sp.cosh(x * y)), (x, y))
    >>> objective.gradient(0.0, 3.0), objective.sharpness((0.0, 3.0))
    ((0.0, 0.0), 9.0)
    """
    return _compiled(tuple(parameters), [sp.diff(expression, t) for t in parameters])


def compile_composed(
    slope: sp.Expr, letter: sp.Symbol, inner: sp.Expr, parameters: Sequence[sp.Symbol]
) -> Objective:
    """ℓ(inner) from ℓ', where ℓ itself has no formula; `slope` is ℓ' in `letter`.

    >>> u, x, y = sp.symbols("u x y", real=True)
    >>> compile_composed(u / (1 + u**4) ** sp.Rational(1, 4), u, x * y, (x, y)).sharpness((0, 2.0))
    4.0
    """
    outer = slope.subs(letter, inner)
    return _compiled(tuple(parameters), [outer * sp.diff(inner, t) for t in parameters])


def _compiled(parameters: tuple[sp.Symbol, ...], gradient: Sequence[sp.Expr]) -> Objective:
    hessian = tuple(tuple(sp.diff(slope, t) for t in parameters) for slope in gradient)
    slopes, bends = (compile_scalars(parameters, e) for e in (tuple(gradient), hessian))
    return Objective(parameters, slopes, bends)


@dataclass(frozen=True)
class Descent:
    """A run: `outcome` is CONVERGED, ESCAPED or UNFINISHED; `path` are all points, if kept."""

    outcome: str
    steps: int
    last: Point
    path: tuple[Point, ...] = ()


def descend(
    objective: Objective,
    start: Sequence[float],
    eta: float,
    *,
    until: float = 1e-9,
    max_steps: int = 10**6,
    keep: bool = False,
) -> Descent:
    """Gradient descent from `start` until every entry of the step is at most `until`.

    It has escaped where a parameter exceeds 10⁶, or the gradient is no number any more.

    >>> x, y = sp.symbols("x y", real=True)
    >>> objective = compile_objective((x * y - 1) ** 2 / 2, (x, y))
    >>> descend(objective, (0.5, 1.0), 0.1).outcome
    'converged'
    """
    point, gradient = tuple(map(float, start)), objective.gradient
    path = [point] if keep else []
    for step in range(max_steps):
        try:
            moves = [eta * slope for slope in gradient(*point)]
        except OverflowError:
            return Descent(ESCAPED, step, point, tuple(path))
        point = tuple(t - move for t, move in zip(point, moves, strict=True))
        if keep:
            path.append(point)
        if not all(-_ESCAPE < t < _ESCAPE for t in point):
            return Descent(ESCAPED, step + 1, point, tuple(path))
        if all(-until <= move <= until for move in moves):
            return Descent(CONVERGED, step + 1, point, tuple(path))
    return Descent(UNFINISHED, max_steps, point, tuple(path))


def limiting_sharpness(
    objective: Objective, start: Sequence[float], eta: float, *, until: float = 1e-9
) -> float:
    """The largest eigenvalue of the Hessian where descent ends, NaN where it does not converge."""
    found = descend(objective, start, eta, until=until)
    return objective.sharpness(found.last) if found.outcome == CONVERGED else math.nan
