"""An objective along lines: all derivatives that the law of the edge takes are Taylor coefficients.

The coefficients of L(θ + tu) in t give ∇L, ∇²L and the third derivatives by polarisation, so one
compiled jet does for any number of parameters, at any precision.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import mpmath as mp
import sympy as sp
from flint import arb, ctx
from mpmath.libmp import from_man_exp

from ...theory.edge.objective import Objective
from ...theory.errors import NotFiniteError
from ..compile.jets import compile_jet
from ..precision import working_bits

Vector = tuple[Any, ...]  # of mpmath's numbers
DIGITS = 50


class Lines(Protocol):
    """What the edge asks of an objective.

    `size` is the number of parameters, `digits` how many digits the values have.
    """

    @property
    def size(self) -> int: ...

    @property
    def digits(self) -> int: ...

    def along(self, point: Vector, direction: Vector, order: int) -> Vector:
        """The Taylor coefficients of L(point + t·direction) in t, up to `order`."""
        ...


@dataclass(frozen=True)
class ExpressionLines:
    """The same for an expression, by jets of balls.

    >>> lines = expression_lines(Objective.parse("log(cosh(x*y))"))
    >>> [mp.nstr(c, 5) for c in lines.along((mp.mpf(0), mp.mpf(4)), (mp.mpf(1), mp.mpf(0)), 4)]
    ['0.0', '0.0', '8.0', '0.0', '-21.333']
    """

    size: int
    digits: int
    _jet: Callable[..., tuple[arb, ...]] = field(repr=False, compare=False)

    def along(self, point: Vector, direction: Vector, order: int) -> Vector:
        """The Taylor coefficients. Raises NotFiniteError where there are none."""
        with ctx.workprec(2 * working_bits(self.digits)):
            found = self._jet(arb(0), order, *map(_ball, (*point, *direction)))
            if not all(c.is_finite() for c in found):
                where = ", ".join(mp.nstr(x, 6) for x in point)
                raise NotFiniteError(f"the objective has no derivatives at ({where})")
            return tuple(map(_number, found))


def expression_lines(objective: Objective, digits: int = DIGITS) -> ExpressionLines:
    """The lines of an objective given as an expression."""
    t = sp.Dummy("t", real=True)
    directions = tuple(sp.Dummy(f"u_{name}", real=True) for name in objective.names)
    moved = {x: x + t * u for x, u in zip(objective.parameters, directions, strict=True)}
    expression = objective.expression.subs(moved, simultaneous=True)
    jet = compile_jet(expression, t, (*objective.parameters, *directions))
    return ExpressionLines(len(directions), digits, jet)


def axis(size: int, i: int) -> Vector:
    """The i-th unit vector."""
    return tuple(mp.mpf(int(i == j)) for j in range(size))


def plus(a: Sequence[Any], b: Sequence[Any], factor: Any = 1) -> Vector:
    """a + factor·b."""
    return tuple(x + factor * y for x, y in zip(a, b, strict=True))


def dot(a: Sequence[Any], b: Sequence[Any]) -> Any:
    """The inner product."""
    return mp.fsum(x * y for x, y in zip(a, b, strict=True))


def norm(a: Sequence[Any]) -> Any:
    """The length."""
    return mp.sqrt(dot(a, a))


def gradient(lines: Lines, point: Vector) -> Vector:
    """∇L."""
    return tuple(lines.along(point, axis(lines.size, i), 1)[1] for i in range(lines.size))


def hessian(lines: Lines, point: Vector) -> Any:
    """∇²L as mpmath's matrix."""
    n = lines.size
    found = mp.matrix(n, n)
    units = [axis(n, i) for i in range(n)]
    for i in range(n):
        found[i, i] = 2 * lines.along(point, units[i], 2)[2]
    for i in range(n):
        for j in range(i):
            both = lines.along(point, plus(units[i], units[j]), 2)[2]
            found[i, j] = found[j, i] = both - (found[i, i] + found[j, j]) / 2
    return found


def third(lines: Lines, point: Vector, u: Vector) -> Vector:
    """The vector D³L(u, u, ·)."""

    def cube(direction: Vector) -> Any:
        return lines.along(point, direction, 3)[3]

    units = [axis(lines.size, i) for i in range(lines.size)]
    return tuple(cube(plus(u, e)) - cube(plus(u, e, -1)) - 2 * cube(e) for e in units)


def fourth(lines: Lines, point: Vector, u: Vector) -> Any:
    """D⁴L(u, u, u, u)."""
    return 24 * lines.along(point, u, 4)[4]


def _ball(x: Any) -> arb:
    sign, man, exp, _ = mp.mpf(x)._mpf_
    return arb(-man if sign else man) * arb(2) ** arb(exp)


def _number(x: arb) -> Any:
    man, exp = x.mid().man_exp()
    return mp.make_mpf(from_man_exp(int(man), int(exp)))
