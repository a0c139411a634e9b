"""Exact arithmetic of constants such as e^(7/3) log 2, and whether one is 0.

A constant is 0 where a normal form or a simplification that balls of ten thousand digits confirm
says so, it is not 0 where a ball excludes 0, and anything else cannot be decided.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from math import gcd
from typing import Any

import sympy as sp
from flint import fmpq
from sympy.functions.elementary.hyperbolic import HyperbolicFunction

from ..errors import InputError, NotFiniteError, UnresolvedError
from .number_fields import common_field
from .rational_functions import generators_of, in_one_field
from .symbolic import simplified
from .values import accurate

_HIGHEST_POWER = 4096  # of one exponential, of which others are powers
_SHORT = 100  # operations of a number that `simplify` may try to make 0; with more it takes forever


def in_field(*rows: Sequence[sp.Expr]) -> tuple[list[list[Any]], Callable[[Any], sp.Expr]]:
    """The rows as elements of one field, in which zero is told by a normal form, and the way back.

    They are FLINT rationals if all numbers are rational, else elements of a number field where all
    are rational in roots of one integer, else fractions of polynomials in what is not rational,
    such as e^(7/3) or √2 + √3. As plain expressions they would swell.
    """
    if all(c.is_Rational for row in rows for c in row):
        numbers = [[fmpq(int(c.p), int(c.q)) for c in row] for row in rows]
        return numbers, lambda c: sp.Rational(int(c.p), int(c.q))
    spelled = [_without_hyperbolics(c) for row in rows for c in row]
    known = {e: rate for c in spelled for e in _exponentials(c) if (rate := _rate(e)) is not None}
    units = _units(set(known.values()))
    letters = {
        rate: letter ** (rate / unit) for letter, (unit, rates) in units.items() for rate in rates
    }
    lettered = {e: letters[rate] for e, rate in known.items()}
    power = {letter: sp.exp(unit) for letter, (unit, _) in units.items()}
    elements, back = _field_of([c.xreplace(lettered) for c in spelled], power)
    there = iter(elements)
    return [[next(there) for _ in row] for row in rows], back


def _field_of(constants: Sequence[sp.Expr], letters: Mapping[sp.Expr, sp.Expr]) -> Any:
    field = common_field(generators_of(constants))
    try:
        if field is not None:
            return [field.element(c) for c in constants], lambda a: a.expression()
        return in_one_field(constants, letters)
    except InputError:
        raise NotFiniteError(f"one of {', '.join(map(str, constants))} divides by 0") from None


def _units(rates: set[sp.Rational]) -> dict[sp.Symbol, tuple[sp.Rational, list[sp.Rational]]]:
    """A letter for e^unit, and the rates c of the e^c that are its powers.

    All e^c with rational c are powers of one of them, which is transcendental; but of e^1 and
    e^(10^−30) that would be a power with which no polynomial can be reckoned: these stay apart.
    """
    groups: list[tuple[sp.Rational, list[sp.Rational]]] = []
    for rate in sorted(rates, key=abs):
        for k, (unit, members) in enumerate(groups):
            both = sp.Rational(
                gcd(int(unit.p * rate.q), int(rate.p * unit.q)), int(unit.q * rate.q)
            )
            if abs(rate) <= _HIGHEST_POWER * both:
                groups[k] = (both, [*members, rate])
                break
        else:
            groups.append((abs(rate), [rate]))
    return {sp.Dummy(f"E{k}"): group for k, group in enumerate(groups) if group[0] != 0}


def _without_hyperbolics(value: sp.Expr) -> sp.Expr:
    """With exponentials for hyperbolic functions, which satisfy cosh² − sinh² = 1."""
    if not value.has(HyperbolicFunction):
        return value
    return value.replace(lambda e: isinstance(e, HyperbolicFunction), lambda e: e.rewrite(sp.exp))


def _exponentials(value: sp.Expr) -> set[Any]:
    return set(value.atoms(sp.exp, type(sp.E)))


def _rate(e: sp.Basic) -> sp.Rational | None:
    """c for e^c with c rational."""
    if e is sp.E:
        return sp.S.One
    return e.args[0] if isinstance(e, sp.exp) and e.args[0].is_Rational else None


@lru_cache(maxsize=4096)  # the same coefficients come again in longer series
def tidy_constant(value: sp.Expr) -> sp.Expr:
    """A constant as a quotient of polynomials in what is not rational. Raises NotFiniteError."""
    if value.is_Rational:
        return value
    [[element]], back = in_field([value])
    return back(element)


@lru_cache(maxsize=4096)
def is_zero(value: sp.Expr) -> bool:
    """Whether a constant is 0. Raises UnresolvedError where that is not known.

    >>> is_zero(sp.cosh(1) ** 2 - sp.sinh(1) ** 2 - 1), is_zero(sp.log(1 + sp.exp(-1000)))
    (True, False)
    """
    if value.is_Rational:
        return bool(value == 0)
    value = tidy_constant(value)
    if value == 0:
        return True
    try:
        accurate(value, {}, 2)
    except UnresolvedError:
        if sp.count_ops(value) <= _SHORT and simplified(value) == 0:
            return True
        raise UnresolvedError(f"whether {value} is zero could not be decided") from None
    return False
