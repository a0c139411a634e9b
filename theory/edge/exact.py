"""The coefficients of the law exactly, where the minimum and its sharpness are rational."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sympy as sp

from ..errors import InputError
from .law import drift, gap
from .objective import Objective


@dataclass(frozen=True)
class ExactFlip:
    """η = 2/λ and the coefficients c, k and κ = k/(2c)."""

    eta: sp.Rational
    c: sp.Rational
    k: sp.Rational

    @property
    def kappa(self) -> sp.Rational:
        """κ. Raises ZeroDivisionError for c = 0."""
        if self.c == 0:
            raise ZeroDivisionError("c = 0")
        return gap(self.c, self.k)


def exact_flip(objective: Objective, at: Mapping[str, sp.Rational]) -> ExactFlip:
    """The flip at a rational minimum.

    No eigenvectors but the top one and the kernel are needed: the sum over the stable modes is a
    solution of a linear system.
    Raises InputError where the point is no minimum, or where its derivatives, its sharpness or the
    top eigenvector are not rational.

    >>> exact_flip(Objective.parse("log(cosh(x*y))"), {"x": sp.S(0), "y": sp.S(4)}).kappa
    3/128
    """
    symbols = objective.parameters
    point = {symbol: at[symbol.name] for symbol in symbols}
    if any(_value(slope, point) != 0 for slope in objective.gradient):
        raise InputError("the gradient is not 0 there")
    hessian = sp.Matrix(
        [[_value(sp.diff(g, symbol), point) for symbol in symbols] for g in objective.gradient]
    )
    sharpness = _largest(hessian)
    direction = _only((hessian - sharpness * sp.eye(len(symbols))).nullspace())
    square = direction.dot(direction)
    t = sp.Dummy("t", real=True)
    along = objective.expression.subs(
        {x: x + t * w for x, w in zip(symbols, direction, strict=True)}, simultaneous=True
    )
    second = sp.diff(along, t, 2).subs(t, 0)
    v = sp.Matrix([_value(sp.diff(second, symbol), point) for symbol in symbols]) / square
    fourth = _value(sp.diff(along, t, 4).subs(t, 0), point) / square**2
    kernel = hessian.nullspace()
    tangent = _projected(v, kernel)
    third_squared = v.dot(direction) ** 2 / square
    stable = v - tangent - direction * v.dot(direction) / square
    eta = 2 / sharpness
    # (η/2) Σ L_uuj²/λ_j = (η/2) s·x with Hx = s, s the part of v along the stable modes.
    relaxed = (hessian + _onto(kernel, len(symbols))).LUsolve(stable)
    c = eta**2 * third_squared / 4 - eta * fourth / 6 + eta * stable.dot(relaxed) / 2
    return ExactFlip(eta, c, drift(eta, sp.sqrt(tangent.dot(tangent))))


def _value(expression: sp.Expr, point: Mapping[sp.Symbol, sp.Rational]) -> sp.Rational:
    found = expression.subs(point)
    if not found.is_Rational:
        found = sp.simplify(found)
    if not found.is_Rational:
        raise InputError("a derivative is not a rational number there")
    return found


def _largest(hessian: sp.Matrix) -> sp.Rational:
    """The largest eigenvalue. Raises InputError where it is not rational or not positive."""
    polynomial = hessian.charpoly().as_poly()
    top = max(polynomial.real_roots())
    if not top.is_Rational or top <= 0:
        raise InputError("the sharpness there is not a positive rational number")
    return top


def _only(vectors: list[sp.Matrix]) -> sp.Matrix:
    if len(vectors) != 1:
        raise InputError("the two largest eigenvalues agree")
    return vectors[0]


def _projected(v: sp.Matrix, basis: list[sp.Matrix]) -> sp.Matrix:
    """The orthogonal projection of a vector onto a span."""
    return _onto(basis, len(v)) * v


def _onto(basis: list[sp.Matrix], size: int) -> sp.Matrix:
    if not basis:
        return sp.zeros(size, size)
    columns = sp.Matrix.hstack(*basis)
    return columns * (columns.T * columns).inv() * columns.T
