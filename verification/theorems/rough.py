"""The diagram q = r(p), or q = Q₀, as a function of x in floats: for what a search supposes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import ClassVar

import sympy as sp
from flint import arb

from ...numerics.compile.balls import compile_balls
from ...theory.expressions.parsing import Z
from ...theory.models import Model
from ..numbers import number
from .errors import NotProvedError
from .proof import is_two_sided

_HALVINGS = 60


class Rough:
    """The response of a map that is odd in p, x = p²."""

    _steps: ClassVar[int] = 50  # of a grid

    def __init__(self, model: Model) -> None:
        self._r = _float_function(model.response.response)
        self.unit = float(model.response.scale) ** 2
        self.first = 1 / abs(number(model.response.curvature))  # about h₁(0), or twice that

    def __call__(self, x: float) -> float:
        return self._r(math.sqrt(x)) if x > 0 else 1.0

    def place(self, height: float) -> float:
        """x with r(x) = height, by bisection. Raises NotProvedError where there is none."""
        low, high = 0.0, self.unit
        while self(high) > height:
            high *= 2
            if high > 2**40 * self.unit:
                raise NotProvedError(f"r does not fall to {height:.4g}")
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if self(middle) > height else (low, middle)
        return high

    def grid(self, end: float) -> list[float]:
        """Places up to an end."""
        return [end * k / self._steps for k in range(self._steps + 1)]

    def farthest(self, end: float, q: float) -> float:
        """How large x' is for x up to an end, at ε = 0."""
        return max(x * (2 * self(x) / q - 1) ** 2 for x in self.grid(end))


class RoughHalfWidth(Rough):
    """Q₀ of a map that is not odd in p, x the square of the half-width."""

    def __init__(self, model: Model) -> None:
        super().__init__(model)
        self._g = _float_function(model.response.slope)
        origin = number(model.origin)  # type: ignore[attr-defined]
        self.first += origin * origin / 2  # what q̃ adds to h₁

    def __call__(self, x: float) -> float:
        w = math.sqrt(x)
        return self._g(self.centre(w) + w) / w if x > 0 else 1.0

    def centre(self, w: float) -> float:
        """c with g(c + w) = −g(c − w), by bisection."""
        return _root(lambda c: self._g(c + w) + self._g(c - w), -w, w)

    def point(self, s: float) -> float:
        """p on the side of s."""
        return self.centre(abs(s)) + s

    def farthest(self, end: float, q: float) -> float:
        found = end
        for x in self.grid(end)[1:]:
            for s in (math.sqrt(x), -math.sqrt(x)):
                p = self.point(s)
                after = -(p - 2 * self._g(p) / q) * math.copysign(1.0, s)
                most = abs(s)
                while (
                    most * most < 16 * end
                    and self.point(-math.copysign(most, s)) * -math.copysign(1.0, s) < after
                ):
                    most *= 1.1
                found = max(found, most * most)
        return found


def rough(model: Model) -> Rough:
    """The diagram of a model in floats."""
    return (RoughHalfWidth if is_two_sided(model) else Rough)(model)


def _float_function(e: sp.Expr) -> Callable[[float], float]:
    balls = compile_balls(e, [Z])
    return lambda x: float(balls(arb(x))[0].mid())


def _root(rising: Callable[[float], float], low: float, high: float) -> float:
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return (low + high) / 2
