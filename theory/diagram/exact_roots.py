"""Points where p r'/r takes a given value, in closed form where exact algebra finds them.

Otherwise a root is an equation with an isolating interval of rationals, good for any number of
digits. Roots without a complete exact factorisation come from the changes of sign on a grid.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import sympy as sp
from flint import arb, ctx, fmpq

from .. import models
from ..algebra.bracketing import narrowed
from ..algebra.constants import is_zero
from ..algebra.symbolic import attempted, simplified
from ..algebra.values import accurate, ball_of, decimal, number
from ..arguments import rational, takes
from ..curve.adjoining import field_of
from ..curve.differential_field import DifferentialField, Element
from ..errors import InputError, NotFiniteError, UnresolvedError
from ..expressions.parsing import Z
from ..hypotheses_by_algebra import log_slope as _log_slope
from ..models.base import P
from ..requirements import grid, require_response, told_sign, value_at
from ..responses import RESPONSE, Response

_HALVINGS = 13  # of the bracket that the grid gives for a root
_SPARE = 5  # digits
_BITS_PER_DIGIT = 3.33
_MOST_DIGITS = 5000  # of a root, to tell the sign of something there


@dataclass(frozen=True)
class ExactRoot:
    """A zero of `equation` (in P) inside an `interval` of rationals at whose ends its sign differs.

    It is the only one there if the equation is monotone (p r'/r is, under A3), or if the search
    that found it was complete. `closed_form` is None where none was found; where one is given,
    substituting it was simplified to 0, and `enclose_root` of numerics/diagram/cascade.py
    confirms it in ball arithmetic.
    """

    equation: sp.Expr
    interval: tuple[sp.Rational, sp.Rational]
    closed_form: sp.Expr | None = None

    def digits(self, n: int = 30) -> sp.Float:
        """The root to n decimal digits, confirmed by a change of sign around them.

        Raises what `bracket` raises.

        >>> from trajalign.theory.responses import Loss
        >>> log_slope_root(Loss.parse("log-cosh"), sp.Rational(-1, 2)).digits(20)
        1.0886594924826533763
        """
        if self.closed_form is not None:
            return number(self.closed_form, n)
        return sp.Float(sum(self.bracket(n + _SPARE)) / 2, n)

    def bracket(self, n: int) -> tuple[sp.Rational, sp.Rational]:
        """Rationals that agree to n digits, around the root: the sign differs at them, proved.

        Raises ArithmeticError where it does not, UnresolvedError where it cannot be told.
        """
        return _bracket(self.equation, self.interval, n)

    def of(self, expression: sp.Expr) -> sp.Expr | None:
        """An expression in P at the root, exact; None without a closed form."""
        return None if self.closed_form is None else _tidied(expression.subs(P, self.closed_form))

    def decimal(self, expression: sp.Expr, n: int = 30) -> sp.Float:
        """An expression in P at the root to about n digits; 0 where it cannot be told from 0."""
        try:
            return decimal(self.value(expression, n), n)
        except UnresolvedError:
            return sp.S.Zero

    def value(self, expression: sp.Expr, n: int) -> arb:
        """An expression in P over a bracket of the root so small that n digits are certain.

        Raises UnresolvedError where it cannot be told from 0, NotFiniteError where it is not real.

        >>> from trajalign.theory.responses import Loss
        >>> root = log_slope_root(Loss.parse("log-cosh"), sp.Rational(-1, 2))
        >>> root.value(P**2, 5).str(5, radius=False)
        '1.1852'
        """
        bits = int(n * _BITS_PER_DIGIT) + _SPARE
        if self.closed_form is not None:
            return accurate(expression.subs(P, self.closed_form), {}, bits)
        digits = n + 3 * _SPARE
        while True:
            low, high = (fmpq(int(end.p), int(end.q)) for end in self.bracket(digits))
            with ctx.workprec(4 * digits + 2 * bits):
                found = ball_of(expression, {P: arb(low).union(arb(high))})
            if found.is_finite() and found.rel_accuracy_bits() >= bits:
                return found
            digits *= 4
            if digits > _MOST_DIGITS:
                what = f"{expression} at the zero {self.digits(10)} of {self.equation}"
                if found.is_finite():
                    raise UnresolvedError(f"{what} cannot be told from 0")
                raise NotFiniteError(f"{what} is not a finite real number")


@dataclass(frozen=True)
class RootSearch:
    """The roots found for 0 < p ≤ `searched_to`, in increasing order.

    `complete` says that the equation's exact factors admit no other p > 0; otherwise the roots are
    those that change the sign between neighbouring points of the grid.
    """

    roots: tuple[ExactRoot, ...]
    complete: bool
    searched_to: sp.Rational


@lru_cache(maxsize=256)
def _bracket(
    equation: sp.Expr, interval: tuple[sp.Rational, sp.Rational], digits: int
) -> tuple[sp.Rational, sp.Rational]:
    return narrowed(equation, P, interval, digits)


@takes(response=RESPONSE, value=rational)
def log_slope_root(response: Response, value: sp.Rational) -> ExactRoot:
    """The smallest p > 0 with p r'(p)/r(p) = value (z0 for −1/2, if the left side decreases).

    Raises InputError if none is found, and what `require_response` raises.

    >>> from trajalign.theory.responses import Activation
    >>> log_slope_root(Activation.parse("tanh"), sp.Integer(-1)).closed_form
    asinh(sqrt(2)/2)
    """
    search = log_slope_roots(response, value)
    if not search.roots:
        reach = "no p > 0" if search.complete else f"no p up to {search.searched_to}"
        raise InputError(f"{response.text}: {reach} has p r'(p)/r(p) = {value}")
    return search.roots[0]


@takes(response=RESPONSE, value=rational)
@lru_cache(maxsize=256)
def log_slope_roots(response: Response, value: sp.Rational) -> RootSearch:
    """All p > 0 with p r'(p)/r(p) = value that a grid of rationals shows while r > 0.

    Raises what `require_response` raises.
    """
    samples = log_slope_samples(response)
    equation = log_slope(response) - value
    signs = []
    for p, found in samples:
        near = abs(found - value) < sp.Float("1e-12")
        signs.append((p, told_sign(equation, p) if near else int(sp.sign(found - value))))
    exact, complete = _exact_roots(response, lambda f: f.theta(f.r) / f.r - f.number(value))
    roots = _bracketed(equation, signs, exact)
    complete = complete and len(exact) == len(roots) and all(root.closed_form for root in roots)
    return RootSearch(roots, complete, samples[-1][0])


@lru_cache(maxsize=256)
def log_slope_samples(response: Response) -> tuple[tuple[sp.Rational, sp.Float], ...]:
    """(p, p r'/r) for rationals p on a grid, in increasing order and as long as r > 0."""
    require_response(response)
    zero = response_zero(response)
    points = grid(response)
    if zero is not None:
        points = [*(p for p in points if p < zero.interval[0]), zero.interval[0]]
    return tuple((p, value_at(log_slope(response), p)) for p in points)


def log_slope(response: Response) -> sp.Expr:
    """p r'/r = p s'/s − 1 with s = p r, which cancels less. As an expression in P."""
    return _log_slope(response).subs(Z, P)


@lru_cache(maxsize=256)
def response_zero(response: Response) -> ExactRoot | None:
    """The first p > 0 at which r falls to 0, as far as the grid goes; None where r stays positive.

    >>> from trajalign.theory.responses import Loss
    >>> response_zero(Loss.parse("z**2/2 - z**4/24")).closed_form
    sqrt(6)
    """
    r = response.response.subs(Z, P)
    signs = [(p, told_sign(r, p)) for p in grid(response)]
    exact, _ = _exact_roots(response, lambda f: f.r)
    return next(iter(_bracketed(r, signs, exact)), None)


def _bracketed(
    equation: sp.Expr, signs: list[tuple[sp.Rational, int]], exact: list[sp.Expr]
) -> tuple[ExactRoot, ...]:
    """One root per change of sign, with the exact one that lies in its interval, if any."""
    told = [(p, sign) for p, sign in signs if sign != 0]
    roots = []
    for (low, before), (high, after) in pairwise(told):
        if before == after:
            continue
        low, high = _narrowed(equation, low, high, before)
        inside = [c for c in exact if low <= c <= high and _vanishes(equation.subs(P, c))]
        roots.append(ExactRoot(equation, (low, high), inside[0] if len(inside) == 1 else None))
    return tuple(roots)


def _narrowed(
    equation: sp.Expr, low: sp.Rational, high: sp.Rational, before: int
) -> tuple[sp.Rational, sp.Rational]:
    for _ in range(_HALVINGS):
        # The middle may be the root itself; then another point serves.
        for weight in (sp.Rational(1, 2), sp.Rational(3, 8)):
            split = low + weight * (high - low)
            sign = told_sign(equation, split)
            if sign != 0:
                break
        low, high = (split, high) if sign == before else (low, split)
    return low, high


def _exact_roots(
    response: Response, equation: Callable[[DifferentialField], Element]
) -> tuple[list[sp.Expr], bool]:
    """The p > 0 with equation(field) = 0 that can be solved for, and whether these are all.

    In a differential field that contains r the equation is a rational function of generators such
    as p and tanh p; a factor of its numerator in one generator alone can be solved exactly.
    """
    try:
        field = field_of(models.for_response(response))
        element = equation(field)
        same = field.expression(field.r) - response.response.subs(Z, P)
    except InputError:
        return [], False
    if any(told_sign(same, p) != 0 for p in (response.scale, 2 * response.scale)):
        return [], False
    roots: list[sp.Expr] = []
    complete = True
    for factor, _ in field.field.factors(element.numer):
        solved = _solved(factor, field.names)
        complete = complete and solved is not None
        roots += solved or []
    return sorted(set(roots)), complete


def _solved(factor: sp.Expr, names: dict[sp.Symbol, sp.Expr]) -> list[sp.Expr] | None:
    """The p > 0 at which a factor vanishes; None if that is not known."""
    if len(factor.free_symbols) != 1:
        return None
    (generator,) = factor.free_symbols
    polynomial = sp.Poly(factor, generator)
    values: dict[sp.Expr, int] = attempted(_radicals, polynomial, otherwise={})
    if sum(values.values()) != polynomial.degree() or any(v.is_real is None for v in values):
        return None
    found = [_inverse(names[generator], value) for value in values if value.is_real]
    known = [p for p in found if p is not None]
    return [p for p in known if p.is_positive] if len(known) == len(found) else None


def _radicals(polynomial: sp.Poly) -> dict[sp.Expr, int]:
    return dict(sp.roots(polynomial, cubics=False, quartics=False))


def _inverse(name: sp.Expr, value: sp.Expr) -> sp.Expr | None:
    """The p ≥ 0 with name(p) = value; −1 if there is none, None if it is not known."""
    if name == P:
        return value
    if name.is_Pow and name.exp == sp.S.Half:  # √(a + b p²)
        b, a = name.base.coeff(P, 2), name.base.coeff(P, 0)
        square = (value**2 - a) / b
        return sp.sqrt(square) if value >= 0 and square >= 0 else sp.S.NegativeOne
    rate = name.args[0] / P if name.args else None
    if rate is None or not rate.is_Rational:
        return None
    if isinstance(name, sp.tanh):
        return sp.asinh(value / sp.sqrt(1 - value**2)) / rate if abs(value) < 1 else -sp.S.One
    if isinstance(name, sp.exp) and value != 0:
        if rate < 0:
            value, rate = attempted(sp.radsimp, 1 / value, otherwise=1 / value), -rate
        return sp.log(value) / rate if value > 0 else sp.S.NegativeOne
    if isinstance(name, sp.atan):
        return sp.tan(value) / rate if abs(value) < sp.pi / 2 else sp.S.NegativeOne
    return None


def _vanishes(value: sp.Expr) -> bool:
    """Whether a constant is known to be exactly 0."""
    try:
        return is_zero(value)
    except NotFiniteError:
        return False


def _tidied(value: sp.Expr) -> sp.Expr:
    """A constant in a short form. Raises ArithmeticError if SymPy changed its value."""
    # With logarithms in sight, SymPy would merge them into powers that nobody can read.
    names = {call: sp.Dummy(positive=True) for call in value.atoms(sp.Function)}
    short = sp.expand(
        attempted(sp.radsimp, simplified(value.subs(names)), otherwise=value.subs(names))
    )
    short = short.subs({dummy: call for call, dummy in names.items()})
    if number(short - value, 30) != 0:
        raise ArithmeticError(f"{value} was simplified to {short}")
    return short
