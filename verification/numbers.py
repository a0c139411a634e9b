"""Exact numbers as the checks compare with them: in double precision, or as balls."""

from __future__ import annotations

import sympy as sp
from flint import arb, ctx

from ..theory.algebra.values import accurate

_DOUBLE = 60  # bits that are more than a double holds


def number(value: sp.Expr) -> float:
    """A number in double precision, by balls: SymPy's own value may cancel to nothing.

    A Float in it counts as the rational that it is.
    """
    return float(accurate(sp.sympify(value), {}, _DOUBLE))


def ball(value: sp.Expr) -> arb:
    """A number as a ball with as many correct bits as are in force. Raises UnresolvedError."""
    return accurate(sp.sympify(value), {}, ctx.prec)
