"""The slow curve of a map that is not odd in p, in coordinates in which its 2-cycles are ±w.

Of a 2-cycle {p, p̃} with g(p̃) = −g(p) let w = (p − p̃)/2 be the half-width and c = (p + p̃)/2 the
centre, a function of x = w². With s = w at p and s = −w at p̃ a point is P(s) = c(x) + s, and
g(P(s)) = s R(x), so that Q₀ = R is a function of x, as r is for a map that is odd.

In place of q there is q̃ with 1/q̃² = 1/q² − ε f², f = z + p the output: the invariant D = x² − y² of
the diagonal network, q̃ = 2/(η|D|). A step has q̃' = q̃/(1 − ε g²) exactly, which rises; with
S = q̃/R it is s' = −s (1 − γ), x' = x − xG, G = γ(2 − γ), where

    γ (1 − s (2 − γ) Dc) = 2 (1 − √(1 + εS²R²f²)/S) + ε s R² f,      q̃'/q̃ = 1 + ε x τ,

τ = R²/(1 − εxR²), and Dc is the divided difference of c between x and x'. The invariant curve is
S = 1 + Σ εᵏ h_k with h_k = a_k(x) + s x b_k(x): as q̃' − q̃ is of order p², the curve has slope 0 at
p = 0, and nothing is divided by x.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import add
from typing import Any

import sympy as sp

from ..algebra.symbolic import cancelled, rationally_zero
from ..errors import ReducedMapError
from ..models import EPSILON, ETA, Model, P, Q, R

_NOT_DIAGONAL = "the map is not that of a two-layer linear network about its minimum"


@lru_cache(maxsize=64)
def diagonal_origin(model: Model) -> sp.Expr:
    """z, the output at the minimum, of a model whose map is p' = p − 2g/q + ε g² f and has
    1/q² − ε f² shrink by (1 − ε g²)², f = z + p: by exact algebra from its generic map.

    Raises ReducedMapError for another map.

    >>> from trajalign.theory.models import Product, SingleNeuron
    >>> diagonal_origin(Product("log(cosh(z))", target=sp.Rational(1, 2)))
    1/2
    >>> diagonal_origin(SingleNeuron("tanh"))
    Traceback (most recent call last):
    trajalign.theory.errors.ReducedMapError: the map is not that of a two-layer linear network \
about its minimum
    """
    generic, g = model.generic(), P * R(P)
    p_next, q_next = (
        e.subs(ETA, model.step_size(EPSILON)) for e in (generic.p_next, generic.q_next)
    )
    origin = cancelled((p_next - P + 2 * g / Q) / (EPSILON * g**2) - P)
    f, after = origin + P, origin + p_next
    shrink = (1 - EPSILON * g**2) ** 2
    defects = (
        p_next - (P - 2 * g / Q + EPSILON * g**2 * f),
        1 / q_next**2 - EPSILON * after**2 - shrink * (1 / Q**2 - EPSILON * f**2),
    )
    if origin.has(P, Q, EPSILON) or not all(map(rationally_zero, defects)):
        raise ReducedMapError(_NOT_DIAGONAL)
    return origin


@dataclass(frozen=True)
class Split:
    """even + s·odd with s² = x, over a ring of functions of x."""

    even: Any
    odd: Any
    x: Any

    def __add__(self, other: Split) -> Split:
        return Split(self.even + other.even, self.odd + other.odd, self.x)

    def __sub__(self, other: Split) -> Split:
        return Split(self.even - other.even, self.odd - other.odd, self.x)

    def __mul__(self, other: Any) -> Split:
        if not isinstance(other, Split):
            return Split(self.even * other, self.odd * other, self.x)
        even = self.even * other.even + self.x * (self.odd * other.odd)
        return Split(even, self.even * other.odd + self.odd * other.even, self.x)

    @property
    def half(self) -> Split:
        return Split(self.even / 2, self.odd / 2, self.x)

    @property
    def inverse(self) -> Split:
        """The reciprocal."""
        share = 1 / (self.even * self.even - self.x * (self.odd * self.odd))
        return Split(self.even * share, -(self.odd * share), self.x)


Orders = list[Split]  # a power series in ε


@dataclass(frozen=True)
class Cycles:
    """x, R and c over a ring of functions of x, and z; `derived(F, k)` is F⁽ᵏ⁾/k!, `zero` is 0."""

    x: Any
    r: Any
    centre: Any
    origin: Any
    derived: Callable[[Any, int], Any]
    zero: Any

    def curve(self, order: int) -> list[tuple[Any, Any]]:
        """a_k and b_k for k = 1, …, order: each from the step at v = 0, where they are linear.

        With L = 4R'/R the order k of (v' − v)/x is L h_k/(1 − 2sc') + 2s b_k and what is known.
        """
        found: list[tuple[Any, Any]] = []
        steep = 4 * self.derived(self.r, 1) / self.r
        bent = self.derived(self.centre, 1)
        for k in range(1, order + 1):
            known = self._defect(found, k)[k]
            odd = (2 * bent * known.even - known.odd) / (2 + self.x * steep)
            even = (2 * self.x * bent * (2 * odd + known.odd) - known.even) / steep
            found.append((even, odd))
        return found

    def _defect(self, known: Sequence[tuple[Any, Any]], top: int) -> Orders:
        """(v' − v)/x at v = 0 up to ε^top, with h_k = 0 where it is not known."""
        one = self._even(self.zero + 1)
        heights = [Split(a, self.x * b, self.x) for a, b in known]
        s = self._orders([one, *heights], top)
        gamma = self._gamma(s, top)
        shrink = _minus(_scaled(gamma, 2), _times(gamma, gamma))
        move = _scaled(shrink, -self.x)
        inverse = 1 / self.r
        steep = _scaled(self._divided(inverse, move, top), self.r)
        r_squared = self.r * self.r
        drift = [self._zero]  # ετ = Σ εᵏ⁺¹ xᵏ R^(2k+2)
        power = r_squared
        for _ in range(top):
            drift.append(self._even(power))
            power = power * (self.x * r_squared)
        fall = _times(shrink, steep)
        kept = _minus(self._orders([one], top), _scaled(fall, self.x))
        total = _times(s, _minus(_times(drift, kept), fall))
        left = _minus(self._orders([one], top), gamma)
        cube = _times(left, _times(left, left))
        for k, (even, odd) in enumerate(known, start=1):
            bend = _times(shrink, self._divided(even, move, top - k))
            reached = self._taylor(odd, move, range(top - k + 1))
            skew = _plus(_times(cube, reached), self._orders([self._even(odd)], top))
            total = _plus(total, _later(_plus(bend, self._sided(skew)), k, self._zero))
        return total

    def _gamma(self, s: Orders, top: int) -> Orders:
        """γ at v = 0, term by term: its equation is linear in each."""
        one, r_squared = self._orders([self._even(self.zero + 1)], top), self.r * self.r
        output = Split(self.centre + self.origin, self.zero + 1, self.x)
        # y = ε(SRf)²
        height = _scaled(_times(s, s), r_squared)
        y = _later([e * output * output for e in height], 1, self._zero)
        pushed = Split(self.zero, r_squared, self.x) * output  # s R² f
        given = _minus(one, _times(_root(y, one), _reciprocal(s)))
        given = _plus(_scaled(given, 2), _later(self._orders([pushed], top), 1, self._zero))
        lead = Split(self.zero + 1, -2 * self.derived(self.centre, 1), self.x).inverse
        gamma = self._orders([], top)
        for k in range(top + 1):
            shrink = _minus(_scaled(gamma, 2), _times(gamma, gamma))
            move = _scaled(shrink, -self.x)
            side = self._sided(_times(shrink, self._divided(self.centre, move, top)))
            gamma[k] = (given[k] + side[k]) * lead
        return gamma

    def _divided(self, function: Any, move: Orders, count: int) -> Orders:
        """The divided difference of a function of x over `move`, to order count − 1: it is
        multiplied by what begins with ε."""
        return self._taylor(function, move, range(1, count + 1))

    def _taylor(self, function: Any, move: Orders, derivatives: range) -> Orders:
        """Σ F⁽ʲ⁾/j! moveⁱ, i from 0 on with j from the first of `derivatives`; a move begins with
        ε."""
        top = len(move) - 1
        total = self._orders([], top)
        for j in reversed(derivatives):
            known = self.derived(function, j) if j > 0 else function
            total = _plus(_times(total, move), self._orders([self._even(known)], top))
        return total

    def _sided(self, a: Orders) -> Orders:
        """s·a."""
        return [Split(self.x * e.odd, e.even, self.x) for e in a]

    def _even(self, value: Any) -> Split:
        return Split(value, self.zero, self.x)

    @property
    def _zero(self) -> Split:
        return self._even(self.zero)

    def _orders(self, terms: Sequence[Split], top: int) -> Orders:
        return [*terms, *[self._zero] * (top + 1 - len(terms))]


def _plus(a: Orders, b: Orders) -> Orders:
    return [p + q for p, q in zip(a, b, strict=True)]


def _minus(a: Orders, b: Orders) -> Orders:
    return [p - q for p, q in zip(a, b, strict=True)]


def _times(a: Orders, b: Orders) -> Orders:
    return [reduce(add, (a[i] * b[n - i] for i in range(n + 1))) for n in range(len(a))]


def _scaled(a: Orders, factor: Any) -> Orders:
    return [e * factor for e in a]


def _later(a: Orders, k: int, zero: Split) -> Orders:
    """εᵏ·a."""
    return [*[zero] * k, *a[: len(a) - k]]


def _reciprocal(a: Orders) -> Orders:
    """1/a for a series that begins with 1."""
    found = [a[0]]
    for n in range(1, len(a)):
        known = reduce(add, (a[i] * found[n - i] for i in range(1, n + 1)))
        found.append(known * -1)
    return found


def _root(y: Orders, one: Orders) -> Orders:
    """√(1 + y) for a series without constant term."""
    found = [one[0]]
    for n in range(1, len(y)):
        known = reduce(add, (found[i] * found[n - i] for i in range(1, n)), one[1])
        found.append((y[n] - known).half)
    return found
