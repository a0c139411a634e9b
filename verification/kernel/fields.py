"""Rational functions in what stands for itself: the coefficients of expansions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.polys.fields import FracElement

from .names import Untranslatable

_GENERATORS = 20
_Z = sp.Symbol("z", real=True)


def derivative_at(function: Any, count: int, point: Any) -> Any:
    """The k-th derivative of a function at a point, in the form that stands for itself.

    >>> r = sp.Function("r")
    >>> derivative_at(r, 2, sp.S.Zero)
    Subs(Derivative(r(z), (z, 2)), z, 0)
    """
    if count == 0:
        return function(point)
    if point.is_Symbol:
        return sp.Derivative(function(point), (point, count))
    return sp.Subs(sp.Derivative(function(_Z), (_Z, count)), _Z, point)


def jet_of(e: Any) -> tuple[Any, int, Any] | None:
    """(f, k, point) of what is a derivative of a function at a point, or a function there."""
    if isinstance(e, AppliedUndef):
        return e.func, 0, e.args[0]
    inner, point = (e.expr, e.point[0]) if isinstance(e, sp.Subs) else (e, None)
    if not isinstance(inner, sp.Derivative) or not isinstance(inner.expr, AppliedUndef):
        return None
    ((variable, count),) = inner.variable_count
    if inner.expr.args != (variable,):
        return None
    return inner.expr.func, int(count), variable if point is None else point


class Field:
    """The field of rational functions in symbols and in functions at a point.

    Parameters: what puts equations into an expression; what f^(k) is at a point, where something
    is supposed of that, else None; of what n-th roots are taken, with n: the root is the symbol.

    >>> p = sp.Symbol("p", real=True)
    >>> field = Field(lambda e: e, lambda f, k, point: None)
    >>> field.written(field.of((p**2 - 1) / (p + 1)))
    p - 1
    """

    def __init__(
        self,
        resolved: Callable[[Any], Any],
        supposed: Callable[[Any, int, Any], Any],
        roots: Mapping[Any, int] = MappingProxyType({}),
    ) -> None:
        self.resolved, self.supposed, self.roots = resolved, supposed, roots
        symbols = sp.symbols(f"generator:{_GENERATORS}")
        self._free = list(zip(sp.QQ.frac_field(*symbols).gens, symbols, strict=True))
        self._known: dict[Any, Any] = {}
        self._atoms: dict[Any, Any] = {}
        self._rooted: dict[Any, Any] = {}

    def jet(self, function: Any, count: int, point: Any) -> Any:
        """f^(count) at an element, which is a symbol of the field unless something is supposed."""
        place = self.written(point)
        value = self.supposed(function, count, place)
        if value is not None:
            return self._of(sp.sympify(value))
        return self._atom(derivative_at(function, count, place))

    def of(self, e: Any) -> Any:
        """The element of an expression, its equations put in. Raises Untranslatable."""
        return self._of(self.resolved(sp.sympify(e)))

    def written(self, element: Any) -> Any:
        """The expression of an element, its factors apart."""
        if not isinstance(element, FracElement):
            return sp.Rational(int(element.numerator), int(element.denominator))
        return sp.factor(element.as_expr()).xreplace(self._atoms)

    def factors(self, element: Any) -> list[Any]:
        """The factors of numerator and denominator that are no numbers."""
        if not isinstance(element, FracElement):
            return []
        found = []
        for part in (element.numer, element.denom):
            _, factors = sp.factor_list(part.as_expr())
            found += [factor.xreplace(self._atoms) for factor, _ in factors]
        return found

    def root(self, element: Any, n: int) -> Any:
        """The positive n-th root of an element. Raises Untranslatable for what has none here."""
        parts = (element.numer, element.denom) if isinstance(element, FracElement) else ()
        if not parts:
            root = sp.root(sp.Rational(int(element.numerator), int(element.denominator)), n)
            if root.is_Rational and root > 0:
                return sp.QQ(int(root.p), int(root.q))
            raise Untranslatable("a root of what is no square of a number at 0")
        found = [sp.QQ(1), sp.QQ(1)]
        for place, part in enumerate(parts):
            number, factors = sp.factor_list(part.as_expr())
            found[place] *= self.root(sp.QQ(int(number.p), int(number.q)), n)
            for factor, k in factors:
                if k % n or self._atoms.get(factor) not in self._rooted:
                    raise Untranslatable("a root of what is no square of a number at 0")
                found[place] *= self._rooted[self._atoms[factor]] ** (int(k) // n)
        return found[0] / found[1]

    def _atom(self, e: Any) -> Any:
        if e not in self._known:
            if not self._free:
                raise Untranslatable("more symbols and functions than are kept apart")
            generator, symbol = self._free.pop(0)
            n = self.roots.get(e, 1)
            self._known[e] = generator**n
            self._atoms[symbol] = e if n == 1 else e ** sp.Rational(1, n)
            if n > 1:
                self._rooted[self._atoms[symbol]] = generator
        return self._known[e]

    def _of(self, e: Any) -> Any:
        if e.is_Rational:
            return sp.QQ(int(e.p), int(e.q))
        if e.is_Add:
            return sum(map(self._of, e.args), sp.QQ(0))
        if e.is_Mul:
            product = sp.QQ(1)
            for part in e.args:
                product *= self._of(part)
            return product
        if e.is_Pow and e.exp.is_Integer:
            base = self._of(e.base)
            if e.exp > 0:
                return base ** int(e.exp)
            if base == 0:
                raise Untranslatable("a denominator is 0")
            return 1 / base ** -int(e.exp)
        if e.is_Pow and e.exp.is_Rational and self.roots:
            return self.root(self._of(e.base), int(e.exp.q)) ** int(e.exp.p)
        if e.is_Symbol:
            return self._atom(e)
        found = jet_of(e)
        if found is None:
            raise Untranslatable(f"the constant {e} is not taken apart")
        function, count, point = found
        return self.jet(function, count, self._of(point))
