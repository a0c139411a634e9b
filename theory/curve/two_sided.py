"""The slow curve of a map that is not odd in p, about the two points of a 2-cycle.

It is the invariant curve q = C(p) of the map itself, on both sides of p = 0: C = Q₀ (1 + Σ εᵏ h_k)
with Q₀ = 2g(p)/(p − p̃), g(p̃) = −g(p). A step takes p to near p̃, so a function of p is known by its
expansions about p and about p̃; at p = 0 the two are one. What an even map has at ±p is the case
p̃ = −p.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from math import comb
from operator import add
from typing import Any, ClassVar

import sympy as sp

from ..errors import InputError
from ..models import P
from .epsilon_series import MIRROR, RESPONSE

Coefficients = tuple[Any, ...]  # of a truncated power series, in fmpq_poly or arb


@dataclass(frozen=True)
class Expansions:
    """A function by its truncated power series about each of the points."""

    parts: tuple[Coefficients, ...]

    def __add__(self, other: Expansions) -> Expansions:
        return self._with(other, lambda a, b: a + b)

    def __sub__(self, other: Expansions) -> Expansions:
        return self._with(other, lambda a, b: a - b)

    def _with(self, other: Expansions, apply: Callable[[Any, Any], Any]) -> Expansions:
        pairs = zip(self.parts, other.parts, strict=True)
        return Expansions(tuple(tuple(map(apply, a, b)) for a, b in pairs))


class CycleRing:
    """Expansions about the points of a 2-cycle, for `CurveSolver`.

    `points` are p and p̃, or 0 alone; `slopes` are the coefficients of g about each, `size` of them;
    `number` makes a coefficient of a rational, and `inverse` that of another, which is not 0.
    """

    two_sided: ClassVar[bool] = True

    def __init__(
        self,
        points: Sequence[Any],
        slopes: Sequence[Coefficients],
        number: Callable[[sp.Rational], Any],
        inverse: Callable[[Any], Any],
    ) -> None:
        self.size = len(slopes[0])
        self._number, self._inverse = number, inverse
        self._zero, self._one = number(sp.S.Zero), number(sp.S.One)
        self.at_zero = len(points) == 1
        rest = [self._zero] * (self.size - 2)
        place = Expansions(tuple((p, self._one, *rest)[: self.size] for p in points))
        g = Expansions(tuple(slopes))
        self._steps = self._opposite(g.parts)
        moved = Expansions(tuple((points[-1 - i], *step[1:]) for i, step in enumerate(self._steps)))
        opposite, r = (self._over_p(e, place) for e in (moved, g))
        one = self.number(sp.S.One)
        self.base: Expansions = self.multiply(
            self.multiply(self.number(sp.Integer(2)), r), self.reciprocal(one - opposite)
        )
        self.letters: Mapping[sp.Symbol, Expansions] = {P: place, RESPONSE: r, MIRROR: opposite}
        self._place = place

    def number(self, value: sp.Rational) -> Expansions:
        return self.constant(self._number(value))

    def constant(self, value: Any) -> Expansions:
        """A coefficient as a function that does not change."""
        one = (value, *[self._zero] * (self.size - 1))
        return Expansions((one,) if self.at_zero else (one, one))

    def multiply(self, a: Expansions, b: Expansions) -> Expansions:
        return Expansions(tuple(map(self._times, a.parts, b.parts)))

    def reciprocal(self, a: Expansions) -> Expansions:
        return Expansions(tuple(map(self._reciprocal, a.parts)))

    def power(self, a: Expansions, exponent: sp.Rational) -> Expansions:
        """Of no map here: about a minimum none has a root of q."""
        raise InputError("a map that is not odd in p is expanded without roots of q only")

    def mirror(self, a: Expansions) -> Expansions:
        """The function at the other point of the cycle."""
        crossed = zip(reversed(a.parts), self._steps, strict=True)
        return Expansions(tuple(self._composed(part, step) for part, step in crossed))

    def lift(self, a: Expansions, j: int) -> Expansions:
        """pʲ/j! a⁽ʲ⁾ at the other point."""
        derived = (
            tuple(comb(n + j, j) * c for n, c in enumerate(part[j:])) + (self._zero,) * j
            for part in a.parts
        )
        found = self.mirror(Expansions(tuple(derived)))
        return reduce(self.multiply, [self._place] * j, found)

    def solve(self, residual: Expansions, slope: Expansions) -> Expansions:
        """The h with residual + a h + b h∘σ = 0, where b is the curve at ε = 0 and a + b `slope`.

        With the same equation at the other point these are two linear ones for h and h∘σ.
        """
        a, b = slope - self.base, self.base
        top = self.multiply(b, self.mirror(residual)) - self.multiply(self.mirror(a), residual)
        below = self.multiply(a, self.mirror(a)) - self.multiply(b, b)
        if self.at_zero:  # where the two equations are one; the divisor is of order p²
            top, below = (self._shifted(e, 2) for e in (top, below))
        return self.multiply(top, self.reciprocal(below))

    # One power series ------------------------------------------------------------------------

    def _times(self, a: Coefficients, b: Coefficients) -> Coefficients:
        return tuple(reduce(add, (a[i] * b[n - i] for i in range(n + 1))) for n in range(self.size))

    def _reciprocal(self, a: Coefficients) -> Coefficients:
        lead = self._inverse(a[0])
        found = [lead]
        for n in range(1, self.size):
            known = reduce(add, (a[i] * found[n - i] for i in range(1, n + 1)))
            found.append(-known * lead)
        return tuple(found)

    def _composed(self, outer: Coefficients, inner: Coefficients) -> Coefficients:
        """outer(inner) for an `inner` without constant term."""
        found: Coefficients = (outer[-1], *[self._zero] * (self.size - 1))
        for c in reversed(outer[:-1]):
            found = self._times(found, inner)
            found = (found[0] + c, *found[1:])
        return found

    def _opposite(self, g: Sequence[Coefficients]) -> tuple[Coefficients, ...]:
        """For each point p_i the s with g(p̃_i + s(δ)) = −g(p_i + δ), term by term."""
        found = []
        for here, there in zip(g, reversed(g), strict=True):
            lead = self._inverse(there[1])
            step: list[Any] = [self._zero] * self.size
            target = [self._zero, *(-c for c in here[1:])]
            outer = (self._zero, *there[1:])
            for n in range(1, self.size):
                defect = target[n] - self._composed(outer, tuple(step))[n]
                step[n] = defect * lead
            found.append(tuple(step))
        return tuple(found)

    def _over_p(self, a: Expansions, place: Expansions) -> Expansions:
        return self._shifted(a, 1) if self.at_zero else self.multiply(a, self.reciprocal(place))

    def _shifted(self, a: Expansions, power: int) -> Expansions:
        """a/p^power about 0; what is dropped vanishes by the algebra of the recursion."""
        return Expansions(tuple(tuple(part[power:]) + (self._zero,) * power for part in a.parts))
