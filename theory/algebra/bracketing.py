"""A root inside an interval of rationals at whose ends the sign differs, to any number of digits.

By the ITP method, in which each sign is proved in balls of as high a precision as that takes.
Source: I. F. D. Oliveira, R. H. C. Takahashi, *ACM Trans. Math. Softw.* 47 (2021), article 5.
"""

from __future__ import annotations

from itertools import count

import sympy as sp
from flint import arb, ctx

from ..errors import UnresolvedError
from .values import accurate

_VALUE_BITS = 40  # of a value from which the next point is computed
_PUSH_BITS = 30
_BITS_PER_DIGIT = 3.33
_ASIDE = (sp.Rational(1, 2), sp.Rational(3, 8))  # where to look where a value cannot be told


def narrowed(
    equation: sp.Expr, variable: sp.Symbol, interval: tuple[sp.Rational, sp.Rational], digits: int
) -> tuple[sp.Rational, sp.Rational]:
    """A bracket inside `interval`, of numbers ≥ 0, at whose ends the equation differs in sign.

    Where it is 0 at a point, that is both ends. It is no wider than 10^−digits times its upper
    end. Raises ArithmeticError where the signs at the ends of `interval` do not differ,
    UnresolvedError where they cannot be told, NotFiniteError where a value on the way is not real.

    >>> x = sp.Symbol("x")
    >>> low, high = narrowed(x**2 - 2, x, (sp.Integer(1), sp.Integer(2)), 50)
    >>> low**2 < 2 < high**2 and high - low < sp.Rational(1, 10**49)
    True
    """
    low, high = interval
    start, end = (_value(equation, variable, x) for x in interval)
    if start == 0 or end == 0:
        return (low, low) if start == 0 else (high, high)
    if (start > 0) == (end > 0):
        raise ArithmeticError(f"{equation} does not change its sign from {low} to {high}")
    unit, first = sp.Rational(1, 10) ** digits, high - low
    bits = int(digits * _BITS_PER_DIGIT) + 2 * _VALUE_BITS
    halvings = int(max(0, sp.ceiling(sp.log(first / (abs(high) * unit), 2)))) + 1
    for k in count():
        width = abs(high) * unit
        if high - low <= width:
            break
        # What halving would have reached by now; past its last step there is nothing but halving.
        reach = width / 2 * sp.Integer(2) ** (halvings - k)
        point = _next(low, high, start, end, reach, first, bits)
        point, value = _told(equation, variable, low, high, point)
        if value == 0:
            return point, point
        if (value > 0) == (start > 0):
            low, start = point, value
        else:
            high, end = point, value
    return low, high


def _next(
    low: sp.Rational,
    high: sp.Rational,
    start: arb,
    end: arb,
    reach: sp.Rational,
    first: sp.Rational,
    bits: int,
) -> sp.Rational:
    """The false position, pushed towards the middle, and no farther from it than is allowed."""
    middle, width = (low + high) / 2, high - low
    with ctx.workprec(bits):
        share = (start / (start - end)).mid()
    mantissa, exponent = share.man_exp()
    false = low + width * sp.Integer(int(mantissa)) * sp.Integer(2) ** int(exponent)
    # No less than what the values do not tell, so that the root is left on either side in turn.
    push = max(sp.Rational(1, 5) * width**2 / first, width / 2**_PUSH_BITS)
    towards = 1 if middle >= false else -1
    point = false + towards * push if push <= abs(middle - false) else middle
    allowed = max(reach - width / 2, 0)
    if abs(point - middle) > allowed:
        point = middle - towards * allowed
    return _rounded(point, width)


def _rounded(x: sp.Rational, width: sp.Rational) -> sp.Rational:
    """x to about forty bits within the width, so that numbers stay short."""
    unit = sp.Integer(2) ** (int(sp.floor(sp.log(width, 2))) - _VALUE_BITS)
    return sp.Integer((x / unit).round()) * unit


def _told(
    equation: sp.Expr,
    variable: sp.Symbol,
    low: sp.Rational,
    high: sp.Rational,
    point: sp.Rational,
) -> tuple[sp.Rational, arb]:
    """The value at the point, or at one aside where it cannot be told from 0."""
    for x in (point, *(low + share * (high - low) for share in _ASIDE)):
        try:
            return x, _value(equation, variable, x)
        except UnresolvedError as error:
            last = error
    raise last


def _value(equation: sp.Expr, variable: sp.Symbol, x: sp.Rational) -> arb:
    return accurate(equation, {variable: x}, _VALUE_BITS)
