"""A formula as a tree of nodes, read part by part in the order in which it is written for Coq."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from .coefficients import (
    Applied,
    Constant,
    Inverse,
    Node,
    Opposite,
    Product,
    Root,
    RootPower,
    Setting,
    Sum,
    Variable,
)
from .conditions import denominators
from .fields import jet_of
from .names import Untranslatable
from .translate import FUNCTIONS

Definition = tuple[sp.Symbol, Any]  # of f: p and what f(p) is
Given = Mapping[sp.Symbol, Node]  # what the variables stand for


class Reader:
    """Makes trees of formulas.

    Parameters: the setting; functions with an equation, which are put in (a pair of a function and
    a number k stands for the k-th derivative).
    """

    def __init__(self, setting: Setting, definitions: Mapping[Any, Definition]) -> None:
        self.setting, self.definitions = setting, definitions

    def read(self, e: Any, given: Given) -> Node:
        """The tree of `e`. Raises Untranslatable for what is not expanded."""
        if not e.free_symbols & set(given):
            return self._constant(e)
        if e.is_Symbol:
            return given[e]
        if e.is_Add:
            return self._sum(e, given)
        if e.is_Mul:
            return self._product(e, given)
        if e.is_Pow:
            return self._power(e, given)
        if e.func in FUNCTIONS:
            raise Untranslatable(f"{FUNCTIONS[e.func]} of the variable is not expanded in Coq")
        found = jet_of(e)
        if found is None:
            raise Untranslatable(f"{type(e).__name__} of a formula is not expanded")
        function, count, point = found
        inner = self.read(point, given)
        known = (function, count) if count else function
        if known in self.definitions:
            variable, body = self.definitions[known]
            return self.read(body, {variable: inner})
        if function in self.definitions:
            return self._slope(function, count, inner)
        return Applied(self.setting, function, count, inner)

    def _slope(self, function: Any, count: int, inner: Node) -> Node:
        """The derivative of a formula, taken; Coq is to take it too, wherever it is asked."""
        variable, body = self.definitions[function]
        plain = not {a.func for a in body.atoms(AppliedUndef)} & set(self.definitions)
        if count > 1 or not plain or any(d.has(variable) for d in denominators([body])):
            raise Untranslatable("the derivative of a formula is not expanded")
        formula = sp.diff(body, variable)
        self.setting.slopes[function] = (variable, formula)
        return self.read(formula, {variable: inner})

    def _constant(self, e: Any) -> Constant:
        return Constant(self.setting, e, self.setting.field.of(e))

    def _sum(self, e: sp.Add, given: Given) -> Node:
        first, *others = e.as_ordered_terms()
        total = self.read(first, given)
        for other in others:
            if other.could_extract_minus_sign() and not other.is_Add:
                total = Sum(total, Opposite(self.read(-other, given)))
            else:
                total = Sum(total, self.read(other, given))
        return total

    def _product(self, e: sp.Mul, given: Given) -> Node:
        number, rest = e.as_coeff_Mul()
        above, below = (
            [] if whole == 1 else [self.read(sp.Integer(whole), given)]
            for whole in (abs(number.p), number.q)
        )
        for factor in sp.Mul.make_args(rest):
            if factor.is_Pow and factor.exp.is_Rational and factor.exp < 0:
                below.append(self.read(factor.base**-factor.exp, given))
            elif factor != 1:
                above.append(self.read(factor, given))
        whole = self._multiplied(above) if above else self._constant(sp.S.One)
        if below:
            whole = self._times(whole, Inverse(self.setting, self._multiplied(below)))
        return whole if number > 0 else Opposite(whole)

    def _multiplied(self, factors: Sequence[Node]) -> Node:
        first, *others = factors
        return reduce(self._times, others, first)

    def _times(self, left: Node, right: Node) -> Node:
        return Product(self.setting, left, right)

    def _power(self, e: sp.Pow, given: Given) -> Node:
        base, exponent = e.args
        if not exponent.is_Rational:
            raise Untranslatable(f"the power {e} is not expanded")
        if exponent < 0:
            return Inverse(self.setting, self.read(base**-exponent, given))
        if self._is_root(base, given):
            return self._root_of_variable(int(exponent))
        inner = self.read(base, given)
        if exponent.q > 1:
            if isinstance(inner, Variable):
                return self._root_of_variable(int(exponent.p) if exponent.q == 2 else 1)
            inner = Root(self.setting, inner, int(exponent.q))
        elif isinstance(inner, Variable) and inner.power == 1:
            return Variable(self.setting, int(exponent))
        if exponent.p == 1:
            return inner
        whole: Node = self._constant(sp.S.One)  # as Coq has it: x^3 is x (x (x 1))
        for _ in range(exponent.p):
            whole = self._times(inner, whole)
        return whole

    def _is_root(self, e: Any, given: Given) -> bool:
        """Whether `e` is a function that is defined as the root of the variable."""
        if not isinstance(e, AppliedUndef) or e.func not in self.definitions:
            return False
        variable, body = self.definitions[e.func]
        return bool(body == sp.sqrt(variable) and isinstance(given.get(e.args[0]), Variable))

    def _root_of_variable(self, power: int) -> Node:
        if power % 2:
            raise Untranslatable("a root of the variable has no power series")
        return RootPower(self.setting, power // 2)
