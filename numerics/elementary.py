"""Taylor coefficients of the elementary functions over a ball, as sharp on wide balls as thin ones.

FLINT's own series functions enclose them too, but on wide balls lose far more than the width asks
for; here each coefficient is one monotone function of the ball wherever that is possible.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import factorial
from types import MappingProxyType
from typing import Any

import sympy as sp
from flint import arb, arb_series, fmpq

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
    return _monotone(lambda end: end**exponent)(x)


def substituted(outer: list[arb], tail: arb_series) -> list[arb]:
    """Σ outer_k tail^k by Horner's rule, for a `tail` without constant term."""
    result = arb_series([0], len(outer))
    for coefficient in reversed(outer):
        result = result * tail + coefficient
    return [result[k] for k in range(len(outer))]


def power(x: arb, exponent: fmpq, n: int) -> list[arb]:
    """The coefficients of x^exponent: binomial(exponent, k) x^(exponent − k)."""
    coefficients, binomial = [], fmpq(1)
    for k in range(n):
        power_of_x = arb(0) if binomial == 0 else _power_of_ball(x, exponent - k)
        coefficients.append(binomial * power_of_x)
        binomial *= (exponent - k) / (k + 1)
    return coefficients


def _power_of_ball(x: arb, exponent: fmpq) -> arb:
    if exponent.q == 1:
        return whole_power(x, int(exponent.p))
    if exponent.q == 2:
        return whole_power(_monotone(arb.sqrt)(x), int(exponent.p))
    return _monotone(lambda end: (exponent * end.log()).exp())(x)


def _monotone(function: Callable[[arb], arb]) -> Callable[[arb], arb]:
    """The range over a ball of a monotone function: the hull of its values at the ends."""

    def over_ball(x: arb) -> arb:
        return function(x) if x.is_exact() else function(x.lower()).union(function(x.upper()))

    return over_ball


def _cycle(*derivatives: Callable[[arb], arb]) -> Coefficients:
    """A function whose derivatives repeat."""

    def coefficients(x: arb, n: int) -> list[arb]:
        values = [derivative(x) for derivative in derivatives]
        return [values[k % len(values)] / factorial(k) for k in range(n)]

    return coefficients


def _primitive(function: Callable[[arb], arb], slope: Coefficients) -> Coefficients:
    """A function whose derivative is known."""

    def coefficients(x: arb, n: int) -> list[arb]:
        rates = slope(x, n - 1) if n > 1 else []
        return [function(x), *(rate / k for k, rate in enumerate(rates, start=1))]

    return coefficients


def _shifted(function: Callable[[arb], arb], sign: int) -> Coefficients:
    """tan (sign 1), tanh (−1): T(x + t) = T + (1 ± T²) τ/(1 ∓ T τ), T = T(x), τ = T(t)."""

    def coefficients(x: arb, n: int) -> list[arb]:
        value = function(x)
        tau = arb_series([0, 1], n).tan()
        if sign < 0:  # tanh t = −i tan(it): every other odd coefficient changes its sign
            tau = arb_series([tau[k] * (-1 if k % 4 == 3 else 1) for k in range(n)], n)
        inverse = arb_series(substituted([arb(1)] * n, sign * value * tau), n)
        shifted = (1 + sign * whole_power(value, 2)) * tau * inverse + value
        return [shifted[k] for k in range(n)]

    return coefficients


def _quadratic(constant: int, sign: int, exponent: fmpq, scale: int = 1) -> Coefficients:
    """scale (constant + sign x²)^exponent."""

    def coefficients(x: arb, n: int) -> list[arb]:
        outer = power(constant + sign * whole_power(x, 2), exponent, n)
        return [scale * c for c in substituted(outer, arb_series([0, 2 * sign * x, sign], n))]

    return coefficients


def _gauss(scale: int) -> Coefficients:
    """2 scale/√π exp(−x²), the slope of erf for scale 1."""

    def coefficients(x: arb, n: int) -> list[arb]:
        outer = _cycle(_monotone(arb.exp))(-whole_power(x, 2), n)
        factor = 2 * scale / arb.pi().sqrt()
        return [factor * c for c in substituted(outer, arb_series([0, -2 * x, -1], n))]

    return coefficients


_EXP, _SINH = _monotone(arb.exp), _monotone(arb.sinh)
_ROOT, _INVERSE = fmpq(-1, 2), fmpq(-1)


def _cosh(x: arb) -> arb:
    return _monotone(arb.cosh)(absolute_value(x))


FUNCTIONS: Mapping[Any, Coefficients] = MappingProxyType(
    {
        sp.exp: _cycle(_EXP),
        sp.sinh: _cycle(_SINH, _cosh),
        sp.cosh: _cycle(_cosh, _SINH),
        sp.sin: _cycle(arb.sin, arb.cos, lambda x: -x.sin(), lambda x: -x.cos()),
        sp.cos: _cycle(arb.cos, lambda x: -x.sin(), lambda x: -x.cos(), arb.sin),
        sp.tan: _shifted(arb.tan, 1),
        sp.tanh: _shifted(_monotone(arb.tanh), -1),
        sp.log: _primitive(_monotone(arb.log), lambda x, n: power(x, _INVERSE, n)),
        sp.atan: _primitive(_monotone(arb.atan), _quadratic(1, 1, _INVERSE)),
        sp.atanh: _primitive(_monotone(arb.atanh), _quadratic(1, -1, _INVERSE)),
        sp.asin: _primitive(_monotone(arb.asin), _quadratic(1, -1, _ROOT)),
        sp.acos: _primitive(_monotone(arb.acos), _quadratic(1, -1, _ROOT, -1)),
        sp.asinh: _primitive(_monotone(arb.asinh), _quadratic(1, 1, _ROOT)),
        sp.acosh: _primitive(_monotone(arb.acosh), _quadratic(-1, 1, _ROOT)),
        sp.erf: _primitive(_monotone(arb.erf), _gauss(1)),
        sp.erfc: _primitive(_monotone(arb.erfc), _gauss(-1)),
    }
)
