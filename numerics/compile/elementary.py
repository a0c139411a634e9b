"""Taylor coefficients of the elementary functions over a ball, as sharp on wide balls as thin ones.

FLINT's own series functions enclose them too, but on wide balls lose far more than the width asks
for; here each coefficient is one monotone function of the ball wherever that is possible.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, reduce
from math import factorial
from types import MappingProxyType
from typing import Any

import sympy as sp
from flint import arb, arb_series, ctx, fmpq

from ...theory.algebra.values import ball_of
from ...theory.functions import BY_KIND, ROWS, Row, X
from .program import exact

Coefficients = Callable[[arb, int], list[arb]]  # (ball, n) ↦ the first n coefficients over it


def absolute_value(x: arb) -> arb:
    """The range of |x|."""
    return arb(0).union(x.abs_upper()) if x.contains(0) else abs(x)


def whole_power(x: arb, exponent: int) -> arb:
    """The range of x^exponent; even powers are not negative.

    >>> x = arb(0, 2)
    >>> whole_power(x, 2).contains(-1), (x * x).contains(-1)
    (False, True)
    """
    if exponent == 0:
        return arb(1)
    if x.is_exact():
        return x**exponent
    if exponent % 2 == 0:
        x = absolute_value(x)
    if exponent < 0 and x.contains(0):
        return arb.nan()
    return (x.lower() ** exponent).union(x.upper() ** exponent)


def substituted(outer: list[arb], tail: arb_series) -> arb_series:
    """Σ outer_k tail^k by Horner's rule, for a `tail` without constant term."""
    *lower, last = outer
    result = arb_series([last], len(outer))
    for coefficient in reversed(lower):
        result = result * tail + coefficient
    return result


def substituted_at(x: arb, outer: list[arb], tail: arb_series) -> arb_series:
    """The same for coefficients at `x`, or over it if it has a radius.

    FLINT's composition is several times faster, and less sharp by a bit or so: that does not matter
    where all radii come from rounding.
    """
    if x.is_exact() and tail.length():
        return arb_series(outer, len(outer))(tail)
    return substituted(outer, tail)


def power(x: arb, exponent: fmpq, n: int) -> list[arb]:
    """The coefficients of x^exponent: binomial(exponent, k) x^(exponent − k)."""
    root = int(exponent.q)
    if root > 2:
        return [
            arb(0) if binomial == 0 else binomial * _root_power(x, fmpq(over, root))
            for binomial, over in _binomials(exponent, n)
        ]
    base = x if root == 1 else _monotone(arb.sqrt)(x)
    return [
        arb(0) if binomial == 0 else binomial * whole_power(base, over)
        for binomial, over in _binomials(exponent, n)
    ]


@lru_cache(maxsize=1024)
def _binomials(exponent: fmpq, n: int) -> tuple[tuple[fmpq, int], ...]:
    """binomial(exponent, k), and exponent − k counted in units of 1/q, for k < n."""
    found, binomial = [], fmpq(1)
    for k in range(n):
        left = exponent - k
        found.append((binomial, int(left * exponent.q)))
        binomial *= left / (k + 1)
    return tuple(found)


def _root_power(x: arb, exponent: fmpq) -> arb:
    return _monotone(lambda end: (exponent * end.log()).exp())(x)


def _monotone(function: Callable[[arb], arb]) -> Callable[[arb], arb]:
    """The range over a ball of a monotone function: the hull of its values at the ends."""

    def over_ball(x: arb) -> arb:
        return function(x) if x.is_exact() else function(x.lower()).union(function(x.upper()))

    return over_ball


def coefficients_of(row: Row) -> Coefficients:
    """The Taylor coefficients of a function over balls, from its row, which has no kink there."""
    if row.cycle:
        return _repeating(row)
    if row.addition:
        return _shifted(row)
    values, slope = _range(row), _of_expression(row.slope)

    def coefficients(x: arb, n: int) -> list[arb]:
        rates = slope(x, n - 1) if n > 1 else []
        return [values(x), *(rate / k for k, rate in enumerate(rates, start=1))]

    return coefficients


def _range(row: Row) -> Callable[[arb], arb]:
    """The values of a function over a ball, by its shape."""
    if row.shape == "monotone":
        return _monotone(row.ball)
    if row.shape == "even":
        rising = _monotone(row.ball)
        return lambda x: rising(absolute_value(x))
    return row.ball


def _repeating(row: Row) -> Coefficients:
    """A function whose derivatives repeat."""
    ranges = []
    for e in row.cycle:
        sign, function = e.as_coeff_Mul()
        ranges.append((int(sign), _range(BY_KIND[function.func])))
    ranges[0] = (1, _range(row))

    def coefficients(x: arb, n: int) -> list[arb]:
        values = [sign * function(x) for sign, function in ranges]
        count = len(values)
        return [row.turn ** (k // count) * values[k % count] / factorial(k) for k in range(n)]

    return coefficients


def _shifted(row: Row) -> Coefficients:
    """tan (sign 1), tanh (−1): T(x + t) = T + (1 ± T²) τ/(1 ∓ T τ), T = T(x), τ = T(t)."""
    function, sign = _range(row), row.addition

    def coefficients(x: arb, n: int) -> list[arb]:
        value = function(x)
        tau = arb_series([0, 1], n).tan()
        if sign < 0:  # tanh t = −i tan(it): every other odd coefficient changes its sign
            tau = arb_series([tau[k] * (-1 if k % 4 == 3 else 1) for k in range(n)], n)
        inverse = substituted_at(x, [arb(1)] * n, sign * value * tau)
        shifted = (1 + sign * whole_power(value, 2)) * tau * inverse + value
        return [shifted[k] for k in range(n)]

    return coefficients


def _of_expression(e: sp.Expr) -> Coefficients:
    """The slope of a row: powers, exponentials, products and sums of X."""
    if e == X:
        return lambda x, n: [x, arb(1), *([arb(0)] * (n - 2))][:n]
    if e.is_Mul:
        number, e = e.as_independent(X)
        return _scaled(number, reduce(_product, map(_of_expression, sp.Mul.make_args(e))))
    if e.is_Add:
        number, e = e.as_independent(X)
        return _raised(number, reduce(_sum, map(_of_expression, sp.Add.make_args(e))))
    if e.is_Pow:
        exponent = exact(e.exp)
        return _composed(lambda x, n: power(x, exponent, n), e.base)
    return _composed(coefficients_of(BY_KIND[e.func]), e.args[0])


def _composed(outer: Coefficients, argument: sp.Expr) -> Coefficients:
    if argument == X:
        return outer
    inner = _of_expression(argument)

    def coefficients(x: arb, n: int) -> list[arb]:
        value, *rest = inner(x, n)
        found = substituted_at(x, outer(value, n), arb_series([0, *rest], n))
        return [found[k] for k in range(n)]

    return coefficients


def _scaled(number: sp.Expr, coefficients: Coefficients) -> Coefficients:
    if number == 1:
        return coefficients

    def scaled(x: arb, n: int) -> list[arb]:
        factor = _ball(number, ctx.prec)
        return [factor * c for c in coefficients(x, n)]

    return scaled


def _raised(number: sp.Expr, coefficients: Coefficients) -> Coefficients:
    def raised(x: arb, n: int) -> list[arb]:
        value, *rest = coefficients(x, n)
        return [_ball(number, ctx.prec) + value, *rest]

    return raised


@lru_cache(maxsize=256)
def _ball(number: sp.Expr, bits: int) -> arb:
    """A number at the precision in force, which is `bits`."""
    return ball_of(number, {})


def _sum(left: Coefficients, right: Coefficients) -> Coefficients:
    return lambda x, n: [a + b for a, b in zip(left(x, n), right(x, n), strict=True)]


def _product(left: Coefficients, right: Coefficients) -> Coefficients:
    def coefficients(x: arb, n: int) -> list[arb]:
        product = arb_series(left(x, n), n) * arb_series(right(x, n), n)
        return [product[k] for k in range(n)]

    return coefficients


FUNCTIONS: Mapping[Any, Coefficients] = MappingProxyType(
    {row.kind: coefficients_of(row) for row in ROWS if row.cycle or row.addition or row.slope}
)
