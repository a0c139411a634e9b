"""Whether an expression is identically zero, by polynomial arithmetic over the rationals alone.

What is not rational is made a variable of its own: a function at an argument becomes a letter, and
the n-th root of b a letter ρ with ρⁿ = b. No simplifier and no gcd is asked. So "zero" is a proof,
and "not zero" is one if no two letters are related otherwise.
"""

from __future__ import annotations

from functools import reduce
from math import lcm
from typing import Any

import sympy as sp
from flint import Ordering, fmpq, fmpq_mpoly_ctx

_MOST_PRODUCTS = 3_000_000  # of terms in one multiplication; beyond, it takes minutes

Polynomial = Any  # python-flint has no public type for it
Fraction = tuple[Polynomial, Polynomial]


def vanishes_exactly(e: sp.Expr) -> bool | None:
    """Whether `e` is zero whatever its symbols are, wherever it has a value.

    Parameters: an expression without floats. Returns True if it is zero; False if it is not zero
    with every function in it a variable of its own; None where that takes too long, or where a
    denominator in it is zero. Raises TypeError for a float.

    >>> x, y = sp.symbols("x y", real=True)
    >>> vanishes_exactly((x + y) ** 2 - x**2 - 2 * x * y - y**2)
    True
    >>> vanishes_exactly(1 / (sp.sqrt(1 + x) + 1) - (sp.sqrt(1 + x) - 1) / x)
    True
    >>> vanishes_exactly(sp.sqrt(6 - 6 * x) - sp.sqrt(2) * sp.sqrt(3 - 3 * x))
    True
    >>> vanishes_exactly(x * y * (1 + x / 10**40) - x * y)
    False
    """
    if e.has(sp.Float):
        raise TypeError(f"exact algebra takes no floats: {e}")
    if e.has(sp.nan, sp.zoo, sp.oo, -sp.oo):
        return None
    try:
        return _Letters(e).is_zero()
    except (_TooLongError, ZeroDivisionError):
        return None


class _TooLongError(Exception):
    """A polynomial on the way has too many terms."""


class _Letters:
    """One expression as a fraction of polynomials in the letters that stand for its parts."""

    def __init__(self, e: sp.Expr) -> None:
        self.expression = e
        self.roots: dict[sp.Expr, int] = {}  # base: n of its root; inner ones before outer ones
        self.plain: dict[sp.Expr, None] = {}
        self._seen: set[sp.Expr] = set()
        self._collect(e)
        self.letters = [*self.plain, *self.roots]
        names = tuple(f"x{k}" for k in range(len(self.letters) or 1))
        self.context = fmpq_mpoly_ctx.get(names, Ordering.lex)
        generators = self.context.gens()
        self.index = {letter: k for k, letter in enumerate(self.letters)}
        self.one = self.context.constant(1)
        self._known: dict[sp.Expr, Fraction] = {
            letter: (generators[self.index[letter]], self.one) for letter in self.plain
        }
        self._root = {base: generators[self.index[base]] for base in self.roots}

    def is_zero(self) -> bool:
        """Whether the numerator is zero once every ρⁿ is replaced, the outermost roots first."""
        numerator, _ = self.fraction(self.expression)
        for base, n in reversed(self.roots.items()):
            numerator = self._reduced(numerator, base, n)
        return len(numerator) == 0

    def _collect(self, e: sp.Expr) -> None:
        if e in self._seen or e.is_Rational:
            return
        self._seen.add(e)
        if e.is_Add or e.is_Mul or (e.is_Pow and e.exp.is_Integer):
            for part in e.args:
                self._collect(part)
        elif e.is_Pow and e.exp.is_Rational:
            for base, exponent in _parted(e):
                self._collect(base)
                if not exponent.is_Integer:
                    self.roots[base] = lcm(self.roots.get(base, 1), int(exponent.q))
        else:
            self.plain[e] = None

    def fraction(self, e: sp.Expr) -> Fraction:
        """Numerator and denominator, not reduced."""
        if e not in self._known:
            self._known[e] = self._fraction(e)
        return self._known[e]

    def _fraction(self, e: sp.Expr) -> Fraction:
        if e.is_Rational:
            return self.context.constant(fmpq(int(e.p), int(e.q))), self.one
        if e.is_Add:
            return reduce(_sum, map(self.fraction, e.args))
        if e.is_Mul:
            return reduce(_product, map(self.fraction, e.args))
        if e.exp.is_Integer:
            return self._power(self.fraction(e.base), int(e.exp))
        return reduce(_product, (self._root_power(*part) for part in _parted(e)))

    def _root_power(self, base: sp.Expr, exponent: sp.Rational) -> Fraction:
        if exponent.is_Integer:
            return self._power(self.fraction(base), int(exponent))
        return self._power((self._root[base], self.one), int(exponent * self.roots[base]))

    def _power(self, base: Fraction, exponent: int) -> Fraction:
        above, below = base if exponent >= 0 else base[::-1]
        if len(below) == 0:
            raise ZeroDivisionError
        return self._raised(above, abs(exponent)), self._raised(below, abs(exponent))

    def _raised(self, base: Polynomial, exponent: int) -> Polynomial:
        return reduce(_times, [base] * exponent, self.one)

    def _reduced(self, numerator: Polynomial, base: sp.Expr, n: int) -> Polynomial:
        """The numerator with ρⁿ replaced by the base, times a power of its denominator."""
        above, below = self.fraction(base)
        place, parts = self.index[base], dict[int, dict[tuple[int, ...], fmpq]]()
        for exponents, coefficient in numerator.to_dict().items():
            whole, rest = divmod(exponents[place], n)
            left = (*exponents[:place], rest, *exponents[place + 1 :])
            parts.setdefault(whole, {})[left] = coefficient
        most = max(parts, default=0)
        total = self.context.constant(0)
        for whole, terms in parts.items():
            factor = _times(self._raised(above, whole), self._raised(below, most - whole))
            total += _times(self.context.from_dict(terms), factor)
        return total


def _parted(e: sp.Pow) -> list[tuple[sp.Expr, sp.Rational]]:
    """A power with a broken exponent as a product of such, positive numbers apart: √6 = √2 √3."""
    number, rest = e.base.primitive() if e.base.is_Add else (e.base, sp.S.One)
    if not (number.is_Rational and number > 0):
        return [(e.base, e.exp)]
    parts = [(sp.Integer(prime), k * e.exp) for prime, k in sp.factorrat(number).items()]
    return [*parts, *([(rest, e.exp)] if rest != 1 else [])]


def _times(a: Polynomial, b: Polynomial) -> Polynomial:
    if len(a) * len(b) > _MOST_PRODUCTS:
        raise _TooLongError
    return a * b


def _sum(a: Fraction, b: Fraction) -> Fraction:
    if a[1] == b[1]:
        return a[0] + b[0], a[1]
    return _times(a[0], b[1]) + _times(b[0], a[1]), _times(a[1], b[1])


def _product(a: Fraction, b: Fraction) -> Fraction:
    return _times(a[0], b[0]), _times(a[1], b[1])
