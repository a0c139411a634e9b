"""Formulas in which all numbers are known, as programs of `coq/Programs.v`, which Coq runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from .fields import jet_of
from .names import Untranslatable

Definition = tuple[sp.Symbol, Any]  # of f: p and what f(p) is
_T = sp.Symbol("t", real=True)


def coefficients(shape: Any) -> str:
    """A polynomial in t as a list of rational numbers, in Coq.

    >>> coefficients(1 - _T**2 / 8)
    '[1 # 1; 0 # 1; -1 # 8]%Q'
    """
    if shape == 0:
        return "nil"
    found = reversed(sp.Poly(shape, _T).all_coeffs())
    return f"[{'; '.join(f'{c.p} # {c.q}' for c in found)}]%Q"


class Programs:
    """Makes programs, part by part as Coq reads the formula itself.

    Parameters: the variable that tends to 0; symbols that stand for formulas or numbers; functions
    with an equation; polynomials for the others.
    """

    def __init__(
        self,
        variable: sp.Symbol,
        symbols: Mapping[sp.Symbol, Any],
        functions: Mapping[Any, Definition],
        shapes: Mapping[Any, Any],
    ) -> None:
        self.variable, self.symbols = variable, symbols
        self.functions, self.shapes = functions, shapes

    def difference(self, left: Any, right: Any) -> str:
        """The program of left − right; functions of the variable itself are computed once.

        Raises Untranslatable for what has no rational coefficients.
        """
        known: tuple[Any, ...] = ()
        parts = []
        for f in self._ordered(sp.Tuple(left, right)):
            parts.append(self._called(f, "V", known))
            known = (f(self.variable), *known)
        text = self._of(left, known)
        if right != 0:
            text = f"Sum ({text}) (Neg ({self._of(right, known)}))"
        return reduce(lambda inner, part: f"Let ({part}) ({inner})", reversed(parts), text)

    def _ordered(self, e: Any) -> list[Any]:
        """The functions that stand at the variable, each after those that it uses."""
        found: list[Any] = []

        def visit(e: Any) -> None:
            for place in sorted(e.atoms(AppliedUndef), key=str):
                f = place.func
                if place.args == (self.variable,) and f in self.functions and f not in found:
                    parameter, body = self.functions[f]
                    if body == sp.sqrt(parameter):
                        continue
                    visit(body.xreplace({parameter: self.variable}))
                    found.append(f)

        visit(e)
        return found

    def _of(self, e: Any, known: tuple[Any, ...]) -> str:
        if e in known:
            return f"Arg {known.index(e)}"
        if e == self.variable:
            return "V"
        if e.is_Rational:
            return self._number(e)
        if e.is_Symbol:
            if e not in self.symbols:
                raise Untranslatable(f"{e} has no number")
            return self._of(self.symbols[e], known)
        if e.is_Add:
            return self._sum(e, known)
        if e.is_Mul:
            return self._product(e, known)
        if e.is_Pow:
            return self._power(e, known)
        return self._applied(e, known)

    def _number(self, e: sp.Rational) -> str:
        if e.q == 1:
            return f"Given ({e.p})"
        whole = f"Prod (Given {abs(e.p)}) (Quot (Given {e.q}))"
        return whole if e > 0 else f"Neg ({whole})"

    def _sum(self, e: sp.Add, known: tuple[Any, ...]) -> str:
        first, *others = e.as_ordered_terms()
        text = self._of(first, known)
        for other in others:
            negative = other.could_extract_minus_sign() and not other.is_Add
            part = self._of(-other if negative else other, known)
            text = f"Sum ({text}) ({f'Neg ({part})' if negative else part})"
        return text

    def _product(self, e: sp.Mul, known: tuple[Any, ...]) -> str:
        number, rest = e.as_coeff_Mul()
        above = [] if abs(number.p) == 1 else [f"Given {abs(number.p)}"]
        below = [] if number.q == 1 else [f"Given {number.q}"]
        for factor in sp.Mul.make_args(rest):
            if factor.is_Pow and factor.exp.is_Rational and factor.exp < 0:
                below.append(self._of(factor.base**-factor.exp, known))
            elif factor != 1:
                above.append(self._of(factor, known))
        text = _multiplied(above or ["Given 1"])
        if below:
            text = f"Prod ({text}) (Quot ({_multiplied(below)}))"
        return text if number > 0 else f"Neg ({text})"

    def _power(self, e: sp.Pow, known: tuple[Any, ...]) -> str:
        base, exponent = e.args
        if not exponent.is_Rational or exponent.q > 2:
            raise Untranslatable(f"the power {e} is not computed")
        if exponent < 0:
            return f"Quot ({self._of(base**-exponent, known)})"
        root = exponent.q == 2
        if not root and self.variable not in known and self._is_root(base):
            base, root = self.variable, True
        if root and base == self.variable and base not in known:
            if exponent.p % 2:
                raise Untranslatable("a root of the variable has no power series")
            return f"Rooted {exponent.p // 2}"
        text = self._of(base, known)
        if root:
            text = "Root_0" if self._is_zero(base) else f"Sqrt ({text})"
        return text if exponent.p == 1 else f"Raise ({text}) {exponent.p}"

    def _is_zero(self, e: Any) -> bool:
        while e.is_Symbol and e in self.symbols:
            e = self.symbols[e]
        return bool(e == 0)

    def _is_root(self, e: Any) -> bool:
        if e.is_Symbol and e in self.symbols:
            return bool(self.symbols[e] == sp.sqrt(self.variable))
        if not isinstance(e, AppliedUndef) or e.func not in self.functions:
            return False
        parameter, body = self.functions[e.func]
        return bool(body == sp.sqrt(parameter) and e.args == (self.variable,))

    def _applied(self, e: Any, known: tuple[Any, ...]) -> str:
        found = jet_of(e)
        if found is None:
            raise Untranslatable(f"{type(e).__name__} of a formula is not computed")
        function, count, point = found
        inner = self._of(point, known)
        if function in self.shapes:
            return f"Poly {coefficients(sp.diff(self.shapes[function], _T, count))} ({inner})"
        if function not in self.functions or count:
            raise Untranslatable("the derivative of a formula is not computed")
        return self._called(function, inner, known)

    def _called(self, function: Any, inner: str, known: tuple[Any, ...]) -> str:
        """A function at an argument, in whose body the letter of the variable may mean another."""
        parameter, body = self.functions[function]
        if parameter not in body.free_symbols:
            return self._of(body, known)
        if parameter == self.variable and inner == "V" and parameter not in known:
            return self._of(body, known)
        hidden = [sp.Dummy() if parameter in k.free_symbols else k for k in known]
        return f"Let ({inner}) ({self._of(body, (parameter, *hidden))})"


def _multiplied(factors: Sequence[str]) -> str:
    return reduce(lambda left, right: f"Prod ({left}) ({right})", factors)
