"""The 2-cycle of the frozen map at a given height: two points on both sides of the minimum.

For an even response they are ±r⁻¹(q); for a loss about a minimum p > 0 > p̃ with g(p̃) = −g(p) and
2g(p) = q (p − p̃).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import sympy as sp
from flint import arb, ctx, fmpq

from ...theory.arguments import takes
from ...theory.errors import NotFiniteError
from ...theory.expressions.parsing import Z
from ...theory.models import MODEL, Model
from ...theory.responses import Response
from ...theory.valleys import Valley
from ..compile.balls import compile_balls, evaluate
from ..inverse_response import InverseResponse

_FAR = 2**12  # in natural units: no point of a cycle is looked for beyond
_STEPS = 24  # of p, for every doubling
_FIRST = 2.0**-10  # natural unit
_BITS, _FINE_BITS = 60, 150
_NEWTON_STEPS = 60
_SPARE_BITS = 20


@dataclass(frozen=True)
class Pair:
    """The points p > 0 > `other` of a 2-cycle at the `height` q, and 1 − 2g'/q at each of them."""

    p: float
    other: float
    height: float
    factors: tuple[float, float]

    @property
    def multiplier(self) -> float:
        """Of the 2-cycle."""
        return self.factors[0] * self.factors[1]


class TwoCycles:
    """The 2-cycles of one model's frozen map, from p = 0 outwards.

    >>> from trajalign.theory.models import Product, TwoLayerLinear
    >>> p, other = two_cycles(TwoLayerLinear("pseudo-huber"))(arb(0.5), 53)
    >>> p.str(5, radius=False), other.str(5, radius=False)
    ('1.7321', '-1.7321')
    >>> p, other = two_cycles(Product("(1-z**2)**2/4", minimum=1))(arb(0.9), 53)
    >>> p.str(5, radius=False), other.str(5, radius=False)  # (1 + p)(1 + p̃) = q
    ('0.11988', '-0.19634')
    """

    @takes(model=MODEL)
    def __init__(self, model: Model) -> None:
        self.response: Response = model.response
        self.scale = float(self.response.scale)
        slope = self.response.slope
        self._g = compile_balls([slope, sp.diff(slope, Z)], [Z])
        self._inverse = (
            None if isinstance(self.response, Valley) else InverseResponse(self.response)
        )

    def __call__(self, q: arb | fmpq, bits: int) -> tuple[arb, arb]:
        """(p, p̃) at the height q, to about `bits` bits.

        Raises NotFiniteError if there is no such cycle between p = 0 and the end of the branch.
        """
        if self._inverse is not None:
            p = self._inverse(q, bits)
            with ctx.workprec(p.bits() + 2):  # a minus sign rounds
                return p, -p
        with ctx.workprec(4 * bits + 40):
            return self._solved(arb(q), bits)

    def multiplier(self, q: arb | fmpq, bits: int = _BITS) -> arb:
        """Of the 2-cycle at the height q."""
        points = self(q, bits)
        with ctx.workprec(2 * bits):
            slopes = (evaluate(self._g, (p,), bits)[1] for p in points)
            factors = [1 - 2 * slope / arb(q) for slope in slopes]
            return factors[0] * factors[1]

    def outwards(self) -> Iterator[Pair]:
        """Cycles at increasing p, to 15 digits, until the branch ends: where g turns on one side.

        p grows by less than 1/16 from one to the next.
        """
        p, other, unit = 0.0, 0.0, self.scale
        for k in range(int(_STEPS * math.log2(_FAR / _FIRST))):
            p = unit * _FIRST * 2.0 ** (k / _STEPS)
            g, slope = self._at(p)
            found = self._across(g, other or -p)
            if found is None or not slope > 0:
                return
            other, back = found
            height = 2 * g / (p - other)
            yield Pair(p, other, height, (1 - 2 * slope / height, 1 - 2 * back / height))

    def _at(self, z: float) -> tuple[float, float]:
        with ctx.workprec(_FINE_BITS):
            value, slope = self._g(arb(z))
        return float(value), float(slope)

    def _across(self, g: float, guess: float) -> tuple[float, float] | None:
        """The p̃ < 0 with g(p̃) = −g that continues the one guessed, and g' there; None where g
        turns before."""
        z = guess
        for _ in range(_NEWTON_STEPS):
            value, slope = self._at(z)
            if not (math.isfinite(value) and slope > 0):
                return None
            step = (value + g) / slope
            z = min(z - max(-abs(z) / 2, min(abs(z) / 2, step)), -5e-324)
            if abs(step) <= 1e-14 * abs(z):
                return z, self._at(z)[1]
        return None

    def _guess(self, q: float) -> tuple[float, float]:
        """A cycle near the height q."""
        small = math.sqrt(max(0.0, 2 * (1 - q) / -float(self.response.curvature)))
        if small < self.scale / 64:
            return small, -small
        last = None
        for pair in self.outwards():
            if pair.height <= q:
                return (pair.p, pair.other) if last is None else (last.p, last.other)
            last = pair
        raise NotFiniteError(f"there is no 2-cycle of this branch at q = {q:.6g}")

    def _solved(self, q: arb, bits: int) -> tuple[arb, arb]:
        if not q < 1:
            raise NotFiniteError(f"there is no 2-cycle of this branch at q = {q.str(6)}")
        p, other = map(arb, self._guess(float(q)))
        tolerance = arb(2) ** (-bits)
        bits += max(0, -2 * round(math.log2(float(1 - q)))) + _SPARE_BITS  # what cancels
        for _ in range(_NEWTON_STEPS):
            (g, slope), (back, other_slope) = (evaluate(self._g, (z,), bits) for z in (p, other))
            # g + g̃ = 0 and g − g̃ = q (p − p̃)
            sum_, gap = g + back, g - back - q * (p - other)
            a, b = slope - q, q - other_slope
            pivot = slope * b - other_slope * a
            step = (sum_ * b - other_slope * gap) / pivot
            other_step = (slope * gap - a * sum_) / pivot
            p, other = (p - step).mid(), (other - other_step).mid()
            if not (p > 0 > other):
                break
            if abs(step) < tolerance * p and abs(other_step) < tolerance * -other:
                return p, other
        raise NotFiniteError(f"the 2-cycle at q = {q.str(6)} was not found")


@lru_cache(maxsize=16)
def two_cycles(model: Model) -> TwoCycles:
    """The same object for the same model."""
    return TwoCycles(model)
