"""Generators that grow without bound, each slower than every power of the one before.

With t = z/unit they are F_d = exp(κ_d t^d) with falling degrees d, then t, then G₁ = asinh(c t) and
G_{k+1} = asinh(G_k). All are positive and increase for t > 0. A monomial Π g_i^e_i tends to 0, 1 or
∞ as its first exponent that is not 0 says.

Where it falls. With λ_i = t g_i'/g_i a monomial has t m'/m = Σ e_i λ_i. λ is κ d t^d for F_d, 1 for
t, and for G_k, as x/√(1 + x²) ≤ 1 and G_j/√(1 + G_j²) ≤ 1, at most σ_k = 1/(G₁ ⋯ G_k), while
λ_k/λ_i ≤ σ_k/σ_i = 1/(G_{i+1} ⋯ G_k) for i < k. With σ = λ for F_d and t, λ_k/λ_i ≤ σ_k/σ_i holds
for every i < k, and σ_k/σ_i does not increase in t. So if e_i < 0 is the first exponent that is not
0 and −e_i σ_i > Σ e_k σ_k at t = M, the sum over k > i with e_k > 0, the monomial falls on [M, ∞).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import sympy as sp
from flint import arb, fmpq

from ....numerics.compile.balls import compile_balls
from ....theory.expressions.parsing import Z
from .wide import ONE, UNKNOWN, ZERO, Interval

T = sp.Symbol("t", positive=True)  # z/unit on the tail

Exponents = tuple[Fraction, ...]  # one for each generator


class NoTailError(ValueError):
    """An expression that cannot be brought into the form treated here."""


def logarithmic(k: int) -> sp.Symbol:
    """The symbol of G_k, k ≥ 1."""
    return sp.Symbol(f"G{k}", positive=True)


def nested(k: int, stretch: sp.Expr) -> sp.Expr:
    """G_k as an expression in T."""
    found = stretch * T
    for _ in range(k):
        found = sp.asinh(found)
    return found


def tendency(exponents: Exponents) -> int:
    """1, 0 or −1 for a monomial that tends to ∞, 1 or 0."""
    first = next((e for e in exponents if e), Fraction(0))
    return (first > 0) - (first < 0)


@dataclass(frozen=True)
class Scale:
    """The generators: `rates` has (d, κ_d) with falling d, `depth` is the number of G_k and
    `stretch` their c."""

    rates: tuple[tuple[int, sp.Expr], ...] = ()
    depth: int = 0
    stretch: sp.Expr = sp.S.One

    @property
    def symbols(self) -> tuple[sp.Symbol, ...]:
        """One symbol for each generator, the fastest first."""
        fast = (sp.Symbol(f"F{degree}", positive=True) for degree, _ in self.rates)
        return (*fast, T, *(logarithmic(k) for k in range(1, self.depth + 1)))

    @property
    def meanings(self) -> tuple[sp.Expr, ...]:
        """The generators as expressions in T."""
        fast = (sp.exp(rate * T**degree) for degree, rate in self.rates)
        return (*fast, T, *(nested(k, self.stretch) for k in range(1, self.depth + 1)))

    def expression(self, exponents: Exponents) -> sp.Expr:
        """A monomial in T, exponentials and the symbols of the G_k."""
        powers = [sp.Rational(e.numerator, e.denominator) for e in exponents]
        count = len(self.rates)
        fast = (
            sp.exp(e * rate * T**degree)
            for e, (degree, rate) in zip(powers[:count], self.rates, strict=True)
        )
        slow = (g**e for g, e in zip(self.symbols[count:], powers[count:], strict=True))
        return sp.Mul(*fast, *slow)

    def like(self, exponents: Exponents, unit: sp.Rational) -> sp.Expr:
        """A monomial in Z = unit · T up to a factor that tends to a number, with log z for G₁."""
        slow, logs = Z, []
        for _ in range(self.depth):
            slow = sp.log(slow)
            logs.append(slow)
        fast = [sp.exp(rate * (Z / unit) ** degree) for degree, rate in self.rates]
        powers = [sp.Rational(e.numerator, e.denominator) for e in exponents]
        return sp.Mul(*(g**e for g, e in zip((*fast, Z, *logs), powers, strict=True)))

    def monomial(self, exponents: Exponents, start: arb) -> Interval:
        """Encloses a monomial over t in [start, ∞) (start = ∞: its limit); nothing known where it
        is not bounded there, or not known to fall all the way."""
        towards = tendency(exponents)
        if towards > 0 or not start > 0:
            return UNKNOWN
        if towards == 0:
            return ONE
        if start == arb.pos_inf():
            return ZERO
        first = next(i for i, e in enumerate(exponents) if e)
        speeds, logs = self._speeds(start), self._logs(start)
        against = sum((_ball(e) * speeds[k] for k, e in enumerate(exponents) if e > 0), arb(0))
        if not -_ball(exponents[first]) * speeds[first] > against:
            return UNKNOWN
        log = sum((_ball(e) * logs[k] for k, e in enumerate(exponents) if e), arb(0))
        most = log.exp().upper()
        return Interval(arb(0), most) if most.is_finite() else UNKNOWN

    def _speeds(self, start: arb) -> list[arb]:
        """σ_i at t = start."""
        found = [constant(rate) * degree * start**degree for degree, rate in self.rates]
        found.append(arb(1))
        for g in self._iterated(start):
            found.append(found[-1] / g)
        return found

    def _logs(self, start: arb) -> list[arb]:
        """The logarithms of the generators at t = start."""
        fast = [constant(rate) * start**degree for degree, rate in self.rates]
        return [*fast, start.log(), *(g.log() for g in self._iterated(start))]

    def _iterated(self, start: arb) -> list[arb]:
        found, g = [], constant(self.stretch) * start
        for _ in range(self.depth):
            g = g.asinh()
            found.append(g)
        return found


def constant(value: sp.Expr) -> arb:
    """A number as a ball, at the precision in force."""
    return compile_balls(value, [])()[0]


def _ball(e: Fraction) -> arb:
    return arb(fmpq(e.numerator, e.denominator))
