"""What proofs about maps that are not odd in p are compared with: descent on two numbers by mpmath.

L(x, y) = ℓ(xy − target): p = xy − z, q = 2/(ηℓ''(x² + y²)), ε = (ηℓ'')² (reference.md §1). A point
on side ±1 with half-width w is p with p̃ = p ∓ 2w, g(p̃) = −g(p). Zhu's g(p) = ((1+p)³ − (1+p))/2 has
c = √(1 − 3x) − 1 and R = 1 − 4x, by hand. h_1 and h_2 are those of `TwoSidedCurve`, which solves
for the invariant curve in q by other means.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import sympy as sp
from flint import arb, fmpq
from mpmath import mp
from uniform_cases import near, rational

from trajalign.numerics.curve.two_sided import TwoSidedCurve
from trajalign.theory.models import Product
from trajalign.verification.theorems.two_sided_step import TwoSidedStep

Real = Any  # an mpf
__all__ = ["near", "rational"]


@dataclass(frozen=True)
class Case:
    """A model, g and z by hand; tubes up to x = `end`, on which Q₀ is above `lowest`."""

    name: str
    model: Product
    g: Callable[[Real], Real]
    z: fmpq
    bend: int
    first_at_zero: fmpq  # h₁(0), by hand: 1/(2α/3)
    end: fmpq
    lowest: fmpq
    largest: fmpq

    def __str__(self) -> str:
        return self.name

    def step(self, p: Real, q: Real, epsilon: Real) -> tuple[Real, Real]:
        """(p', q')."""
        orbit = self.orbit(p, q, epsilon)
        next(orbit)
        return next(orbit)

    def orbit(self, p: Real, q: Real, epsilon: Real) -> Iterator[tuple[Real, Real]]:
        """(p_t, q_t) for t = 0, 1, 2, … by descent on x and y."""
        eta, z = mp.sqrt(epsilon) / self.bend, rational(self.z)
        size = 2 / (eta * self.bend * q)  # x² + y²
        total, difference = mp.sqrt(size + 2 * (p + z)), mp.sqrt(size - 2 * (p + z))
        x, y = (total + difference) / 2, (total - difference) / 2
        while True:
            p = x * y - z
            yield p, 2 / (eta * self.bend * (x * x + y * y))
            push = eta * self.bend * self.g(p)
            x, y = x - push * y, y - push * x

    def across(self, p: Real) -> Real:
        """p̃."""
        return mp.findroot(lambda y: self.g(y) + self.g(p), -p)

    def half_width(self, p: Real) -> Real:
        """w."""
        return abs(p - self.across(p)) / 2

    def point(self, w: Real, sign: int) -> Real:
        """p on a side."""
        c = mp.findroot(lambda c: self.g(c + w) + self.g(c - w), mp.mpf(0))
        return c + sign * w

    def height(self, p: Real) -> Real:
        """Q₀."""
        return 2 * self.g(p) / (p - self.across(p))

    def rising(self, p: Real, q: Real, epsilon: Real) -> Real:
        """q̃, with 1/q̃² = 1/q² − εf²."""
        return 1 / mp.sqrt(1 / q**2 - epsilon * (rational(self.z) + p) ** 2)

    def first_two(self, p: Real) -> tuple[Real, Real]:
        """h₁ and h₂ of the curve in q."""
        _, first, second = curve_of(self.name).at(near(p, 40).mid()).values
        return tuple(mp.mpf(h.mid().str(40, radius=False)) for h in (first, second))

    def misfit(self, p: Real, q: Real, epsilon: Real) -> Real:
        """v: q̃/Q₀ less its curve, 1 + ε(h₁ + F/2) + ε²(h₂ + 3h₁F/2 + 3F²/8), F = Q₀²f²."""
        first, second = self.first_two(p)
        height = self.height(p)
        pushed = (height * (rational(self.z) + p)) ** 2
        bent = epsilon * (first + pushed / 2)
        bent += epsilon**2 * (second + 3 * first * pushed / 2 + 3 * pushed**2 / 8)
        return self.rising(p, q, epsilon) / height - 1 - bent

    def start(self, x: Real, sign: int, v: Real, epsilon: Real) -> tuple[Real, Real]:
        """p and q with x, a side and v."""
        p = self.point(mp.sqrt(x), sign)
        zero = self.misfit(p, mp.mpf(1), epsilon) - self.rising(
            p, mp.mpf(1), epsilon
        ) / self.height(p)
        risen = self.height(p) * (v - zero)
        return p, 1 / mp.sqrt(1 / risen**2 + epsilon * (rational(self.z) + p) ** 2)


def _soft(p: Real) -> Real:
    return (mp.exp(p) - mp.exp(-2 * p)) / (2 * mp.exp(p) + mp.exp(-2 * p))


CASES = (
    Case(
        "log-cosh, a target",
        Product("log(cosh(z))", target=1),
        mp.tanh,
        fmpq(1),
        1,
        fmpq(3, 4),
        fmpq(1),
        fmpq(3, 4),
        fmpq(1, 200),
    ),
    Case(
        "Zhu",
        Product("(1-z**2)**2/4", minimum=1),
        lambda p: ((1 + p) ** 3 - (1 + p)) / 2,
        fmpq(1),
        2,
        fmpq(1, 16),
        fmpq(1, 40),
        fmpq(9, 10),
        fmpq(1, 100),
    ),
    Case(
        "skewed",
        Product("log(2*exp(z)+exp(-2*z))", target=sp.Rational(1, 2)),
        _soft,
        fmpq(1, 2),
        2,
        fmpq(1, 4),
        fmpq(1, 10),
        fmpq(9, 10),
        fmpq(1, 100),
    ),
)
BY_NAME = {case.name: case for case in CASES}
NAMES = list(BY_NAME)


@cache
def curve_of(name: str) -> TwoSidedCurve:
    return TwoSidedCurve(BY_NAME[name].model, 2)


@cache
def step_of(name: str) -> TwoSidedStep:
    """Known somewhat past the tube."""
    case = BY_NAME[name]
    return TwoSidedStep(case.model, 2, case.end * fmpq(17, 10))


def heights(name: str, x: arb, sign: int) -> tuple[arb, arb]:
    """h₁ and h₂ of the curve in q as the models have them."""
    step = step_of(name)
    side = step.sides[0 if sign > 0 else 1]
    at = side.place(x)
    return side.first(at), side.second(at, arb(0), arb(0))
