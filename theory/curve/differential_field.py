"""A differential field: rational functions over Q in p and finitely many generators.

θ = p d/dp acts rationally on it (on t = tanh p, say). Arithmetic is FLINT's, which cancels by
polynomial gcd; no simplifier is asked whether anything is zero.
"""

from __future__ import annotations

import sympy as sp

from ..algebra.rational_functions import RationalFunction, RationalFunctions
from ..errors import InputError
from .epsilon_series import EvenRing

MOST_TERMS = 1500  # of a numerator and denominator on the way; beyond, gcds take minutes
Element = RationalFunction


def require_short(a: Element) -> Element:
    """The element itself. Raises InputError for one that is too long to go on with."""
    if len(a.numer) + len(a.denom) > MOST_TERMS:
        raise InputError(f"no closed form of fewer than {MOST_TERMS} terms")
    return a


class DifferentialField(EvenRing[Element]):
    """Q(generators) with θ = p d/dp; `names` says what each generator stands for."""

    def __init__(
        self,
        names: dict[sp.Symbol, sp.Expr],
        slopes: dict[sp.Symbol, sp.Expr],
        r: sp.Expr,
        w: sp.Expr,
        x: sp.Expr,
        root: tuple[sp.Symbol, int] | None = None,
    ) -> None:
        """`root` is the generator that is an n-th root of r, and n."""
        self.names = names
        self.field = RationalFunctions(list(names))
        self.x, self.r, self.w = (self.field.element(e) for e in (x, r, w))
        self._root = root and (self.field.element(root[0]), root[1])
        generators = zip(names, self.field.gens, strict=True)
        self._slopes = {g: self.field.element(slopes[s]) for s, g in generators if s in slopes}
        self._lifts: dict[Element, list[Element]] = {}

    def number(self, value: sp.Rational) -> Element:
        return self.field.number(value)

    def multiply(self, a: Element, b: Element) -> Element:
        return require_short(a * b)

    def reciprocal(self, a: Element) -> Element:
        return 1 / a

    def power(self, a: Element, exponent: sp.Rational) -> Element:
        """A power of r; of anything else the root is in no field known here."""
        if self._root is None or a != self.r or self._root[1] % exponent.q:
            raise InputError("no closed form: the map has a root that is in no field known here")
        return self._root[0] ** int(exponent * self._root[1])

    def theta(self, a: Element) -> Element:
        """p da/dp, by the chain rule over the generators."""
        total = self.field.number(0)
        for generator in self.field.gens:
            partial = a.diff(generator)
            if partial:
                total += partial * self._slopes[generator]
        return total

    def lift(self, a: Element, j: int) -> Element:
        """pʲ/j! dʲ/dpʲ = θ(θ − 1)…(θ − j + 1)/j!."""
        known = self._lifts.setdefault(a, [a])
        while len(known) <= j:
            n = len(known)
            known.append((self.theta(known[-1]) - (n - 1) * known[-1]) / n)
        return known[j]

    def solve(self, residual: Element, slope: Element) -> Element:
        if slope == 0:
            raise ArithmeticError("r' vanishes identically")
        return -residual / slope

    def expression(self, a: Element, *, factored: bool = True) -> sp.Expr:
        """The element with the generators spelled out."""
        e = self.field.factored(a) if factored else a.expression()
        return e.subs(self.names)
