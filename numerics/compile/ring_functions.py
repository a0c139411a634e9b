"""Rational expressions as functions over any ring with division: balls, power series of balls."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import sympy as sp
from flint import arb

from .program import exact

Node = Callable[[Sequence[Any]], Any]


def compile_rational(e: sp.Expr, variables: Sequence[sp.Symbol]) -> Callable[..., Any]:
    """A rational expression as a function of its variables, of any kind that is added to an `arb`.

    Roots of what is positive may stand in it. Rational numbers stay exact. Raises TypeError for a
    foreign symbol or any other function.

    >>> x = sp.Symbol("x")
    >>> compile_rational((x**2 + 1) / (3 * x), [x])(arb(2)).str(5)
    '[0.83333 +/- 3.34e-6]'
    """
    node = _node(sp.sympify(e), {v: i for i, v in enumerate(variables)})
    return lambda *values: node(values)


def _node(e: sp.Expr, places: dict[sp.Symbol, int]) -> Node:
    if e in places:
        place = places[e]
        return lambda values: values[place]
    if e.is_Rational:
        number = arb(exact(e))
        exactly = exact(e)
        return lambda values: number if number.is_exact() else arb(exactly)
    if e.is_Add or e.is_Mul:
        return reduce(_sum if e.is_Add else _product, [_node(part, places) for part in e.args])
    if e.is_Pow and e.exp.is_Integer:
        base, exponent = _node(e.base, places), int(e.exp)
        return lambda values: _power(base(values), exponent)
    if e.is_Pow and e.exp.is_Rational:
        base, root = _node(e.base, places), arb(exact(e.exp))
        return lambda values: _root(base(values), root)
    raise TypeError(f"not a rational function of {tuple(places)}: {e}")


def _root(x: Any, exponent: arb) -> Any:
    return (x.log() * exponent).exp()


def _sum(f: Node, g: Node) -> Node:
    return lambda values: f(values) + g(values)


def _product(f: Node, g: Node) -> Node:
    return lambda values: f(values) * g(values)


def _power(x: Any, n: int) -> Any:
    # By multiplication: arb ** int is NaN for a ball around 0.
    whole = reduce(operator.mul, [x] * abs(n))
    return whole if n > 0 else 1 / whole
