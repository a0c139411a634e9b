"""The slow curve of a map that is not odd in p, for an unspecified loss: its h_k as formulas.

They are rational functions of p, p̃, g(p), g'(p), … and g'(p̃), g''(p̃), …, since g(p̃) = −g(p).
Exchanging the points of the 2-cycle maps this field to itself, and so does d/dp, by
dp̃/dp = −g'(p)/g'(p̃).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from math import factorial
from typing import ClassVar

import sympy as sp

from ..algebra.rational_functions import RationalFunctions, generators_of
from ..errors import InputError
from ..models import EPSILON, Model, P, Q
from .differential_field import Element, require_short
from .epsilon_series import MIRROR, RESPONSE, two_sided_map
from .two_sided_first_order import OPPOSITE

G = sp.Function("g")  # ℓ' about the minimum, ℓ'' being 1 there


class TwoSidedField:
    """The field for h_1, …, h_order of a model, for `CurveSolver`."""

    two_sided: ClassVar[bool] = True

    def __init__(self, model: Model, order: int, *, even: bool = False) -> None:
        """`even`: g is odd, so that p̃ = −p and g⁽ᵏ⁾(p̃) = (−1)ᵏ⁺¹ g⁽ᵏ⁾(p)."""
        count = order + 2
        here, there = sp.symbols(f"a1:{count + 1}"), sp.symbols(f"b1:{count + 1}")
        pairs, g, other = list(zip(here, there, strict=True)), sp.Symbol("g0"), sp.Symbol("o")
        self.names = {P: P, g: G(P)} | {a: sp.diff(G(P), P, k) for k, a in enumerate(here, 1)}
        if not even:
            self.names |= {other: OPPOSITE}
            self.names |= {b: sp.diff(G(OPPOSITE), OPPOSITE, k) for k, b in enumerate(there, 1)}
        self.field = RationalFunctions([*self.names, *_constants(model)])
        element = dict(zip(self.field.generators, self.field.gens, strict=True))
        self._place, self._g = element[P], element[g]
        if even:
            element |= {other: -self._place}
            element |= {b: -element[a] * (-1) ** k for k, (a, b) in enumerate(pairs, 1)}
        self._opposite = element[other]
        swapped = {P: other, other: P} | dict(pairs) | {b: a for a, b in pairs}
        images = {s: element[swapped.get(s, s)] for s in self.field.generators} | {g: -self._g}
        self._images = [images[s].numer for s in self.field.generators]
        moved = -element[here[0]] / element[there[0]]  # dp̃/dp
        slopes = {P: self.field.number(1), other: moved, g: element[here[0]]}
        slopes |= {a: element[b] for a, b in pairwise(here)}
        slopes |= {a: element[b] * moved for a, b in pairwise(there)}
        self._slopes = {element[s]: slope for s, slope in slopes.items() if s in self.names}

    @property
    def letters(self) -> Mapping[sp.Symbol, Element]:
        """p, r = g/p and p̃/p."""
        p = self._place
        return {P: p, RESPONSE: self._g / p, MIRROR: self._opposite / p}

    @property
    def base(self) -> Element:
        """Q₀."""
        found: Element = 2 * self._g / (self._place - self._opposite)
        return found

    def number(self, value: sp.Expr) -> Element:
        """A number: a rational one, or one of those in the map."""
        return self.field.element(value)

    def multiply(self, a: Element, b: Element) -> Element:
        """a·b. Raises InputError where it is too long to go on with."""
        return require_short(a * b)

    def reciprocal(self, a: Element) -> Element:
        """1/a."""
        return a.inverse()

    def power(self, a: Element, exponent: sp.Rational) -> Element:
        """Of no map here: about a minimum none has a root of q."""
        raise InputError("a map that is not odd in p has formulas without roots of q only")

    def mirror(self, a: Element) -> Element:
        """The function at the other point of the cycle."""
        images = self._images
        return self.field.reduced(a.numer.compose(*images), a.denom.compose(*images))

    def lift(self, a: Element, j: int) -> Element:
        """pʲ/j! a⁽ʲ⁾ at the other point."""
        for _ in range(j):
            a = require_short(self._derivative(a))
        power: Element = self._place**j / factorial(j)
        return self.mirror(a) * power

    def solve(self, residual: Element, slope: Element) -> Element:
        """The h with residual + a h + b h∘σ = 0, where b is Q₀ and a + b `slope`."""
        a, b = slope - self.base, self.base
        top = b * self.mirror(residual) - self.mirror(a) * residual
        return require_short(top / (a * self.mirror(a) - b * b))

    def _derivative(self, a: Element) -> Element:
        """da/dp, by the chain rule over the generators."""
        total = self.field.number(0)
        for generator, slope in self._slopes.items():
            partial = a.diff(generator)
            if partial:
                total += partial * slope
        return total

    def expression(self, a: Element) -> sp.Expr:
        """The element with the generators spelled out."""
        return self.field.factored(a).subs(self.names)


def _constants(model: Model) -> list[sp.Expr]:
    """The irrational numbers in the map."""
    letters = {P, RESPONSE, MIRROR, Q, EPSILON}
    return [e for e in generators_of(two_sided_map(model)) if e not in letters]
