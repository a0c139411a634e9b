"""The diagram q = r(p), or q = Q₀, as a function of x in floats: for what a search supposes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import ClassVar

import sympy as sp
from flint import arb

from ...numerics.compile.balls import compile_balls
from ...theory.curve.half_width import diagonal_origin
from ...theory.expressions.parsing import Z
from ...theory.models import Model
from ..numbers import number
from .errors import NotProvedError
from .proof import is_two_sided

_HALVINGS = 60
_FAR, _LONGER, _ROOM, _BEYOND = 16, 1.02, 1.05, 1.2
_PLACES = 8


class Rough:
    """The response of a map that is odd in p, x = p²."""

    _steps: ClassVar[int] = 50  # of a grid

    def __init__(self, model: Model) -> None:
        self._r = _float_function(model.response.response)
        self.unit = float(model.response.scale) ** 2
        self.first = 1 / abs(number(model.response.curvature))  # about h₁(0), or twice that

    def __call__(self, x: float) -> float:
        return self._r(math.sqrt(x)) if x > 0 else 1.0

    def least(self, p: float) -> float:
        """The least g(p)/p of a 2-cycle with this |p|."""
        return self(p * p)

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

    def thrown(self, x: float, v: float) -> float:
        """How large x' is from the largest x with |v| as given, beyond what q allows: no larger."""
        return x


class RoughHalfWidth(Rough):
    """Q₀ of a map that is not odd in p, x the square of the half-width."""

    def __init__(self, model: Model) -> None:
        super().__init__(model)
        self._g = _float_function(model.response.slope)
        self._rise = _float_function(sp.diff(model.response.slope, Z))
        origin = number(diagonal_origin(model))
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

    def least(self, p: float) -> float:
        """The same, `p` a half-width; 0 where g does not rise all the way there and a little
        farther, where a step may lead."""
        for part in range(1, _PLACES + 1):
            far = [self.point(_BEYOND * s * part / _PLACES) for s in (p, -p)]
            if not far[1] < 0 < far[0] or min(map(self._rise, far)) <= 0:
                return 0.0
        return min(self._g(end) / end for end in map(self.point, (p, -p)))

    def farthest(self, end: float, q: float) -> float:
        """The same, from either side."""
        return max(end, *(self._reached(x, q) for x in self.grid(end)[1:]))

    def thrown(self, x: float, v: float) -> float:
        """How large x' is from the largest x with |v| as given, with room for what is not seen."""
        at = x / (1 - 2 * v)
        return _ROOM * self._reached(at, self(at) * (1 - v))

    def _reached(self, x: float, q: float) -> float:
        """x' from the worse side at ε = 0: the half-width is counted up until it is passed."""
        found = x
        for s in (math.sqrt(x), -math.sqrt(x)):
            p = self.point(s)
            side, after = -math.copysign(1.0, s), p - 2 * self._g(p) / q
            w = abs(s)
            while w * w < _FAR * x and side * self.point(side * w) < side * after:
                w *= _LONGER
            found = max(found, w * w)
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
