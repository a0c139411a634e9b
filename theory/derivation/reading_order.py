"""The order in which a reader wants terms and factors, for every printer.

In a sum the leading term comes first: lower powers of the small parameters, then of p, and what is
positive before what is negative. A common number or sign stands before the sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from ..expressions.parsing import Z
from ..models.base import EPSILON, ETA, P, R
from .notation import DIVIDED_INVERSE, LAMBDA, LETTERS, TAU

_SMALL = (ETA, EPSILON, TAU)
_LETTERS = tuple(letter(P) for letter in LETTERS)


@dataclass(frozen=True)
class Fraction:
    """sign · (numerator factors)/(denominator factors), each in reading order."""

    negative: bool
    numerator: tuple[sp.Expr, ...]
    denominator: tuple[sp.Expr, ...]


def terms_in_order(e: sp.Expr) -> tuple[sp.Rational, list[sp.Expr]]:
    """(c, terms) with e = c · (sum of the terms), for a sum; c is ±1 or a common number.

    >>> x = sp.Symbol("eta")
    >>> terms_in_order(-x / 2 + 1), terms_in_order(-2 * ETA * P - 4)
    ((1, [1, -eta/2]), (-2, [2, eta*p]))
    """
    content, primitive = e.primitive()
    if not primitive.is_Add:
        return content, [primitive]
    if content.q == 1 and content.p == 1 and not primitive.could_extract_minus_sign():
        terms = list(e.args)
    else:
        terms = list(primitive.args)
    if content.q != 1 and any(t.is_number or t.as_coeff_Mul()[0].is_Integer for t in e.args):
        content, terms = sp.S.One, list(e.args)  # 1 − ηλ/2, not (2 − ηλ)/2
    if all(_negative(term) for term in terms):
        content, terms = -content, [-term for term in terms]
    terms.sort(key=_term_key)
    if _negative(terms[0]):  # p − q, not −q + p, unless that hides the leading term
        level = _degree(terms[0], _SMALL)
        same = (t for t in terms if _degree(t, _SMALL) == level and not _negative(t))
        first = next(same, terms[0])
        terms.remove(first)
        terms.insert(0, first)
    return content, terms


def _leads_negative(e: sp.Expr) -> bool:
    """Whether a sum begins with a minus sign although its opposite would not."""
    content, terms = terms_in_order(e)
    return bool(content < 0) != _negative(terms[0])


def _negative(term: sp.Expr) -> bool:
    coefficient, _ = term.as_coeff_Mul()
    return bool(coefficient < 0)


def _degree(term: sp.Expr, variables: tuple[sp.Expr, ...]) -> sp.Expr:
    powers = term.as_powers_dict()
    return sum((powers.get(v, sp.S.Zero) for v in variables), sp.S.Zero)


def _term_key(term: sp.Expr) -> tuple[Any, ...]:
    return (
        float(_degree(term, _SMALL)),
        not term.is_number,
        float(_degree(term, (P, Z))),
        float(_degree(term, _LETTERS)),
        -float(_degree(term, (LAMBDA,))),  # a characteristic polynomial falls
        _negative(term),
        term.count_ops(),
        str(term),
    )


def fraction_in_order(e: sp.Expr) -> Fraction:
    """A product taken apart, its rational coefficient spread over numerator and denominator."""
    coefficient, rest = e.as_coeff_Mul()
    above: list[sp.Expr] = []
    below: list[sp.Expr] = []
    for factor in sp.Mul.make_args(rest):
        base, exponent = factor.as_base_exp()
        if base.is_Add and exponent.is_Integer and _leads_negative(base):
            base, coefficient = -base, coefficient * (-1) ** exponent
            factor = sp.Pow(base, exponent)
        if exponent.is_Rational and exponent < 0 and not isinstance(factor, sp.exp):
            below.append(sp.Pow(base, -exponent, evaluate=exponent == -1))
        elif factor != 1:
            above.append(factor)
    above.sort(key=_factor_key)
    below.sort(key=_factor_key)
    numerator, denominator = sp.Integer(abs(coefficient.p)), sp.Integer(coefficient.q)
    if numerator != 1 or not above:
        above.insert(0, numerator)
    if denominator != 1:
        below.insert(0, denominator)
    return Fraction(bool(coefficient < 0), tuple(above), tuple(below))


_AFTER_R = 99  # r, r', r'', … come before other functions of p


def _factor_key(factor: sp.Expr) -> tuple[Any, ...]:
    base, _ = factor.as_base_exp()
    if base.is_number:
        kind = 0
    elif base in _SMALL:
        kind = 1
    elif base == DIVIDED_INVERSE:
        kind = 5  # what stands after Dι would seem to be under the D
    elif base.is_Symbol:
        kind = 2
    elif isinstance(base, sp.Subs) or (isinstance(base, AppliedUndef) and base.args != (P,)):
        kind = 7  # with an argument in parentheses, which is no factor
    elif isinstance(base, sp.Derivative) and isinstance(base.expr, AppliedUndef):
        kind = 8 if base.expr.args != (P,) else 3 if base.expr.func == R else 4
    elif isinstance(base, AppliedUndef):
        kind = 3
    elif isinstance(base, sp.Derivative):
        kind = 4
    elif base.is_Add:
        kind = 6
    else:
        kind = 5
    if isinstance(base, sp.Derivative):
        order = len(base.variables)
    elif isinstance(base, AppliedUndef):
        order = 0 if base.func == R else _AFTER_R
    else:
        order = base.count_ops() if base.is_Add else 0
    return (kind, order, base == LAMBDA, str(base))
