"""Exact numbers as the checks compare with them: in double precision, or as balls."""

from __future__ import annotations

import sympy as sp
from flint import arb, ctx, fmpq, fmpz

from ..theory.algebra.values import accurate
from ..theory.errors import NotFiniteError

_DOUBLE = 60  # bits that are more than a double holds


def number(value: sp.Expr) -> float:
    """A number in double precision, by balls: SymPy's own value may cancel to nothing.

    A Float in it counts as the rational that it is.
    """
    return float(accurate(sp.sympify(value), {}, _DOUBLE))


def ball(value: sp.Expr) -> arb:
    """A number as a ball with as many correct bits as are in force. Raises UnresolvedError."""
    return accurate(sp.sympify(value), {}, ctx.prec)


def below(x: arb, bits: int = 40) -> fmpq:
    """The largest multiple of 2^−bits that is certainly not above x. Raises NotFiniteError.

    >>> below(arb(1) / 3, 4), above(arb(1) / 3, 4)
    (5/16, 3/8)
    """
    if not x.is_finite():
        raise NotFiniteError("a bound is not finite")
    with ctx.workprec(ctx.prec + bits):
        scaled = (x.lower() * arb(2) ** arb(bits)).floor().lower()
    return fmpq(scaled.fmpz(), fmpz(2) ** bits)


def above(x: arb, bits: int = 40) -> fmpq:
    """The smallest multiple of 2^−bits that is certainly not below x. Raises NotFiniteError."""
    return -below(-x, bits)
