"""Exact arithmetic in Q(ρ), ρ the real n-th root of a positive integer, by FLINT.

An element is a polynomial in ρ modulo its minimal polynomial: zero is told at once, and nothing
swells. With ρ a mere letter, as in a field of rational functions, its powers would.
"""

from __future__ import annotations

from math import lcm
from typing import Any

import sympy as sp
from flint import fmpq, fmpq_poly

from ..errors import InputError


class NumberField:
    """Q(ρ) for ρ = radicand^(1/n); its elements are `Algebraic`.

    >>> root = NumberField(sp.Integer(5), 2).element(sp.sqrt(5))
    >>> (root * root).expression(), (1 / (root - 2)).expression()
    (5, 2 + sqrt(5))

    Raises InputError where ρ is of a lower degree than n.
    """

    def __init__(self, radicand: sp.Integer, n: int) -> None:
        self.root = sp.Pow(radicand, sp.Rational(1, n), evaluate=False)
        self.n, self.radicand = n, radicand
        self.modulus = fmpq_poly([-_exact(radicand), *[0] * (n - 1), 1])
        _, factors = self.modulus.factor()
        if len(factors) != 1:  # reducible: Q[x]/(xⁿ − c) is no field
            raise InputError(f"{self.root} is of a lower degree than {n}")

    def element(self, e: sp.Expr) -> Algebraic:
        """An expression that is rational in ρ. Raises InputError for any other, or for 1/0."""
        if e.is_Rational:
            return self.number(e)
        if e.is_Add or e.is_Mul:
            parts = [self.element(part) for part in e.args]
            total = parts[0]
            for part in parts[1:]:
                total = total + part if e.is_Add else total * part
            return total
        if e.is_Pow and e.exp.is_Integer:
            return self.element(e.base) ** int(e.exp)
        if e.is_Pow and e.exp.is_Rational and e.base == self.radicand and self.n % e.exp.q == 0:
            return Algebraic(self, fmpq_poly([0, 1])) ** int(e.exp * self.n)
        raise InputError(f"{e} is not rational in {self.root}")

    def number(self, value: Any) -> Algebraic:
        """A rational number (SymPy's, FLINT's or an int)."""
        return Algebraic(self, fmpq_poly([_exact(value)]))


class Algebraic:
    """A polynomial in ρ of a degree below that of the field."""

    __slots__ = ("field", "polynomial")

    def __init__(self, field: NumberField, polynomial: Any) -> None:
        self.field, self.polynomial = field, polynomial

    def _coerced(self, other: Any) -> Algebraic:
        return other if isinstance(other, Algebraic) else self.field.number(other)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Algebraic | int):
            return NotImplemented
        return bool(self.polynomial == self._coerced(other).polynomial)

    def __hash__(self) -> int:
        return hash(tuple(map(str, self.polynomial.coeffs())))

    def __bool__(self) -> bool:
        return bool(self.polynomial.degree() >= 0)

    def __add__(self, other: Any) -> Algebraic:
        return Algebraic(self.field, self.polynomial + self._coerced(other).polynomial)

    __radd__ = __add__

    def __neg__(self) -> Algebraic:
        return Algebraic(self.field, -self.polynomial)

    def __sub__(self, other: Any) -> Algebraic:
        return self + (-self._coerced(other))

    def __rsub__(self, other: Any) -> Algebraic:
        return self._coerced(other) - self

    def __mul__(self, other: Any) -> Algebraic:
        product = self.polynomial * self._coerced(other).polynomial
        return Algebraic(self.field, product % self.field.modulus)

    __rmul__ = __mul__

    def inverse(self) -> Algebraic:
        """1/a. Raises InputError for 0."""
        if not self:
            raise InputError("a number divides by 0")
        _, found, _ = self.polynomial.xgcd(self.field.modulus)  # their gcd is 1
        return Algebraic(self.field, found % self.field.modulus)

    def __truediv__(self, other: Any) -> Algebraic:
        return self * self._coerced(other).inverse()

    def __rtruediv__(self, other: Any) -> Algebraic:
        return self._coerced(other) * self.inverse()

    def __pow__(self, n: int) -> Algebraic:
        base, result = (self if n >= 0 else self.inverse()), self.field.number(1)
        for bit in f"{abs(n):b}":
            result = result * result
            if bit == "1":
                result = result * base
        return result

    def expression(self) -> sp.Expr:
        """As a polynomial in ρ."""
        field = self.field
        parts = enumerate(self.polynomial.coeffs())
        powers = ((sp.Rational(int(c.p), int(c.q)), sp.Rational(k, field.n)) for k, c in parts)
        return sp.Add(*(c * field.radicand**power for c, power in powers))


def _exact(value: Any) -> fmpq:
    return fmpq(value) if isinstance(value, int) else fmpq(int(value.p), int(value.q))


def common_field(roots: list[sp.Expr]) -> NumberField | None:
    """The field of some roots of one positive integer, as √2 and 2^(1/3) are; None for others.

    >>> common_field([sp.sqrt(2), sp.cbrt(2)]).n, common_field([sp.sqrt(2), sp.sqrt(3)])
    (6, None)
    """
    bases = {e.base for e in roots if e.is_Pow and e.exp.is_Rational}
    if len(bases) != 1 or not all(e.is_Pow and e.exp.is_Rational for e in roots):
        return None
    (base,) = bases
    if not (base.is_Integer and base > 1):
        return None
    try:
        return NumberField(base, lcm(*(int(e.exp.q) for e in roots)))
    except InputError:
        return None
