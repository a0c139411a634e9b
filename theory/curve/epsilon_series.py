"""Power series in ε computed order by order, over any ring of coefficients.

A reduced map is turned into a straight-line program of such series; when one more coefficient of
the unknown curve becomes known, one more term of every series follows from the terms before.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import lru_cache, reduce
from typing import ClassVar, Generic, Protocol, TypeVar

import sympy as sp

from ..errors import ReducedMapError
from ..models import EPSILON, ETA, PHI_SQUARED, Model, P, Q, R

C = TypeVar("C")  # a coefficient: a function of p
X, RESPONSE, SQUARE = sp.Symbol("x"), sp.Symbol("R"), sp.Symbol("W")  # p², r, φ²
MIRROR = sp.Symbol("M")  # p̃/p, −1 for a map that is odd in p


class Ring(Protocol[C]):
    """Coefficients with + and −, and what depends on their kind.

    Those of a `two_sided` ring are functions on both sides of p = 0, others are even.
    """

    two_sided: ClassVar[bool]

    @property
    def letters(self) -> Mapping[sp.Symbol, C]:
        """What stands for the letters of the map."""

    @property
    def base(self) -> C:
        """The curve at ε = 0."""

    def number(self, value: sp.Rational) -> C:
        """A rational number."""

    def multiply(self, a: C, b: C) -> C:
        """a·b."""

    def reciprocal(self, a: C) -> C:
        """1/a, for an `a` that does not vanish at p = 0."""

    def power(self, a: C, exponent: sp.Rational) -> C:
        """a^exponent, a root, for an `a` that is positive at p = 0. Raises InputError."""

    def mirror(self, a: C) -> C:
        """a at the other point of the 2-cycle."""

    def lift(self, a: C, j: int) -> C:
        """pʲ/j! dʲa/dpʲ, there."""

    def solve(self, residual: C, slope: C) -> C:
        """The h with residual + slope·h = 0. Raises ArithmeticError if there is none."""


class EvenRing(Generic[C]):
    """What rings of even functions share."""

    two_sided: ClassVar[bool] = False
    x: C  # p²
    r: C  # the response
    w: C  # φ² (neuron; unused by the linear model)

    @property
    def letters(self) -> Mapping[sp.Symbol, C]:
        """p², the response and φ²."""
        return {X: self.x, RESPONSE: self.r, SQUARE: self.w}

    @property
    def base(self) -> C:
        """r."""
        return self.r

    def mirror(self, a: C) -> C:
        """a itself."""
        return a


class Series(Generic[C]):
    """A series in ε; `start` is an order below which its terms are known to vanish.

    A `fixed` one does not depend on the unknown curve.
    """

    def __init__(self, next_term: Callable[[int], C], start: int = 0, fixed: bool = False) -> None:
        self.next_term, self.start, self.fixed = next_term, start, fixed
        self.terms: list[C] = []

    def update(self, k: int) -> None:
        """Compute term k, anew if it is there already."""
        del self.terms[k:]
        self.terms.append(self.next_term(k))


class Lifted(Generic[C]):
    """The terms of pʲ/j! dʲ/dpʲ of a series, each computed when it is asked for."""

    def __init__(self, ring: Ring[C], base: Series[C], j: int) -> None:
        self.ring, self.base, self.j = ring, base, j
        self.start, self.fixed = 0, base.fixed
        self._known: dict[int, C] = {}

    @property
    def terms(self) -> Lifted[C]:
        """Itself: the terms are had by index."""
        return self

    def __getitem__(self, k: int) -> C:
        if k not in self._known:
            self._known[k] = self.ring.lift(self.base.terms[k], self.j)
        return self._known[k]


class Program(Generic[C]):
    """A straight-line program of series over one ring."""

    def __init__(self, ring: Ring[C]) -> None:
        self.ring = ring
        self.zero = ring.number(sp.S.Zero)
        self.lines: list[Series[C]] = []

    def run(self, k: int) -> None:
        """Bring every line up to term k, and compute term k anew where the curve is in it."""
        for line in self.lines:
            known = len(line.terms)
            for term in range(known if line.fixed else min(known, k), k + 1):
                line.update(term)

    def given(self, terms: list[C], fixed: bool = True) -> Series[C]:
        """A series whose terms stand in a list, zero beyond it."""
        return self._add(Series(lambda k: terms[k] if k < len(terms) else self.zero, fixed=fixed))

    def total(self, parts: list[Series[C]]) -> Series[C]:
        """A sum."""

        def term(k: int) -> C:
            return reduce(_plus, (part.terms[k] for part in parts))

        return self._add(Series(term, fixed=all(part.fixed for part in parts)))

    def mirrored(self, a: Series[C]) -> Series[C]:
        """The series at the other points of the 2-cycles."""
        return self._add(Series(lambda k: self.ring.mirror(a.terms[k]), fixed=a.fixed))

    def product(self, a: Series[C], b: Series[C] | Lifted[C]) -> Series[C]:
        """A product."""
        multiply = self.ring.multiply

        def term(k: int) -> C:
            total = self.zero
            for i in range(a.start, k - b.start + 1):
                left = a.terms[i]
                if left != self.zero:
                    total = _plus(total, multiply(left, b.terms[k - i]))
            return total

        return self._add(Series(term, a.start + b.start, a.fixed and b.fixed))

    def inverse(self, a: Series[C]) -> Series[C]:
        """1/a."""
        multiply = self.ring.multiply
        lead: list[C] = []

        def term(k: int) -> C:
            if k == 0:
                lead[:] = [self.ring.reciprocal(a.terms[0])]
                return lead[0]
            known = (multiply(a.terms[i], inverse.terms[k - i]) for i in range(1, k + 1))
            return multiply(_minus(self.zero, reduce(_plus, known)), lead[0])

        inverse = self._add(Series(term, fixed=a.fixed))
        return inverse

    def power(self, a: Series[C], exponent: sp.Rational) -> Series[C]:
        """a^exponent, from b' a = exponent a' b for the power b."""
        multiply, number = self.ring.multiply, self.ring.number
        lead: list[C] = []

        def term(k: int) -> C:
            first = a.terms[0]
            if k == 0:
                lead[:] = [self.ring.reciprocal(first)]
                return self.ring.power(first, exponent)
            weights = (exponent * i / k - sp.Rational(k - i, k) for i in range(1, k + 1))
            known = (
                multiply(number(weight), multiply(a.terms[i], power.terms[k - i]))
                for i, weight in enumerate(weights, start=1)
            )
            return multiply(reduce(_plus, known), lead[0])

        power = self._add(Series(term, fixed=a.fixed))
        return power

    def compiled(self, e: sp.Expr, known: dict[sp.Expr, Series[C]]) -> Series[C]:
        """The series of a rational expression in the symbols of `known`."""
        if e not in known:
            known[e] = self._translated(e, known)
        return known[e]

    def _translated(self, e: sp.Expr, known: dict[sp.Expr, Series[C]]) -> Series[C]:
        if e.is_Rational or (self.ring.two_sided and e.is_number and e.is_real):
            return self.given([self.ring.number(e)])
        if e.is_Add:
            return self.total([self.compiled(part, known) for part in e.args])
        if e.is_Mul:
            return reduce(self.product, [self.compiled(part, known) for part in e.args])
        if e.is_Pow and e.exp.is_Integer and e.exp > 0:
            return reduce(self.product, [self.compiled(e.base, known)] * int(e.exp))
        if e.is_Pow and e.exp.is_Integer:
            return self.inverse(self.compiled(e.base**-e.exp, known))
        if e.is_Pow and e.exp.is_Rational:
            return self.power(self.compiled(e.base, known), e.exp)
        raise ReducedMapError(
            f"the reduced map is not rational in p, q, its roots, ε and the response: {e}"
        )

    def _add(self, series: Series[C]) -> Series[C]:
        self.lines.append(series)
        return series


class CurveSolver(Generic[C]):
    """Solves Q(p') = q'(p, Q) for Q = Q₀ (1 + Σ εᵏ h_k), one order at a time.

    With p̃ = σ(p) the other point of the 2-cycle and p' = p̃ + p (A − 1) it is
    Q(p') = Σ_j (A − 1)ʲ pʲ/j! Q⁽ʲ⁾∘σ, where A − 1 begins at order 1. So order k of the terms with
    j ≥ 2 is known before h_k is; they stand in a program of their own, run once an order. For a map
    that is odd in p, composed with p ↦ −p, σ is the identity, A = −p'/p and Q₀ = r.
    """

    def __init__(self, model: Model, ring: Ring[C], unit: C | None = None) -> None:
        """`unit` is what ε is counted in, 1 if it is not given; then h_k counts unit^−k."""
        self.ring, self.h = ring, list[C]()
        self.open, self.settled = Program(ring), Program(ring)
        zero, one = ring.number(sp.S.Zero), ring.number(sp.S.One)
        self._curve, given = [ring.base], self.open.given
        self.curve = given(self._curve, fixed=False)
        factor, q_next = (two_sided_map if ring.two_sided else even_map)(model)
        known = {
            Q: self.curve,
            EPSILON: given([zero, one if unit is None else unit]),
            **{letter: given([value]) for letter, value in ring.letters.items()},
        }
        self.factor = self.open.compiled(factor, known)
        self.target = self.open.compiled(q_next, known)
        self.growth = self.open.total([self.factor, given([_minus(zero, one)])])
        self.growth.start = 1
        slope = Lifted(ring, self.curve, 1)
        there = self.open.mirrored(self.curve) if ring.two_sided else self.curve
        self.moved = [there, self.open.product(self.growth, slope)]
        self.power = self.growth
        self.open.run(0)
        self.require_cycles(self.growth.terms[0], self.target.terms[0])

    def require_cycles(self, growth: C, height: C) -> None:
        """Raise ReducedMapError unless at ε = 0 A − 1 vanishes and q' is Q₀."""
        if growth != self.ring.number(sp.S.Zero):
            raise ReducedMapError("at ε = 0 the curve q = r(p) does not consist of 2-cycles")
        if height != self.ring.base:
            raise ReducedMapError("at ε = 0 the height q does not rest on the curve q = r(p)")

    def advance(self) -> C:
        """Find and return the next h_k."""
        k = len(self.h) + 1
        if k > 1:
            self.power = self.settled.product(self.power, self.growth)
            derivative = Lifted(self.ring, self.curve, k)
            self.moved.append(self.settled.product(self.power, derivative))
            self.settled.run(k)
        residual = self._residual(k, self.ring.number(sp.S.Zero))
        if k == 1:
            self.slope = _minus(self._residual(k, self.ring.number(sp.S.One)), residual)
        h = self.ring.solve(residual, self.slope)
        self._residual(k, h)
        self.h.append(h)
        return h

    def _residual(self, k: int, h: C) -> C:
        """Order k of Q(p') − q' for a trial h_k."""
        self._curve[k:] = [self.ring.multiply(h, self.ring.base)]
        self.open.run(k)
        moved = reduce(_plus, (series.terms[k] for series in self.moved))
        return _minus(moved, self.target.terms[k])


@lru_cache(maxsize=64)
def even_map(model: Model) -> tuple[sp.Expr, sp.Expr]:
    """A = −p'/p and q' in terms of X = p², RESPONSE, SQUARE, Q and ε.

    Raises ReducedMapError if the generic map is not odd in p (q' even), or its response not even.
    """
    if model.response.symmetry == "none":
        raise ReducedMapError("the reduced map is not odd in p")
    generic, names = model.generic(), {R(P): RESPONSE, PHI_SQUARED(P): SQUARE}
    place = {ETA: model.step_size(EPSILON)}
    parts = (sp.expand(-generic.p_next / P), generic.q_next)
    even = [part.subs(place).subs(names).subs(P, sp.sqrt(X)) for part in parts]
    if any(part.has(sp.sqrt(X)) for part in even):
        raise ReducedMapError("the reduced map is not odd in p")
    return even[0], even[1]


def root_of(model: Model) -> int:
    """The least n for which all powers of q in the map are powers of its n-th root.

    >>> from trajalign.theory.models import Deep
    >>> root_of(Deep("log-cosh", depth=4))
    3
    """
    powers = {power for e in even_map(model) for power in e.atoms(sp.Pow) if power.base == Q}
    return int(sp.ilcm(1, *(power.exp.q for power in powers if power.exp.is_Rational)))


@lru_cache(maxsize=64)
def two_sided_map(model: Model) -> tuple[sp.Expr, sp.Expr]:
    """A = 1 + (p' − p̃)/p and q' in terms of P, RESPONSE, MIRROR, Q and ε, for any map."""
    generic, place = model.generic(), {ETA: model.step_size(EPSILON)}
    factor = sp.expand(generic.p_next / P) - MIRROR + 1
    known = {R(P): RESPONSE}
    return factor.subs(place).subs(known), generic.q_next.subs(place).subs(known)


def _plus(a: C, b: C) -> C:
    total: C = operator.add(a, b)
    return total


def _minus(a: C, b: C) -> C:
    difference: C = operator.sub(a, b)
    return difference
