"""How far above 1 orbits end and how long they take, to leading order: what plans go by."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import ClassVar

import sympy as sp
from flint import arb

from ...numerics.compile.balls import compile_balls, evaluate, exact
from ...numerics.curve.flat import flat_constant
from ...theory.curve.first_order import slow_curve
from ...theory.curve.flat import FlatEdge, flat_edge, is_flat
from ...theory.expressions.parsing import Z
from ...theory.models import Model
from ..numbers import number

_REACH = tuple(sp.Rational(k, 4) for k in range(1, 9))  # in units of a
_BENT = 0.5  # as much of its first term may the rest of 1 − r be there
_BITS = 40


class Ending(ABC):
    """Where aligned orbits of one model end; ε in double precision.

    `top` is q* − 1 at the largest step size of a ladder; from one to the next ε is a quarter where
    it is `quartered`, else η is halved.
    """

    top: ClassVar[float]
    quartered: ClassVar[bool] = False

    @abstractmethod
    def rise(self, epsilon: float) -> float:
        """q* − 1. In the end |p| shrinks by twice that a step."""

    @abstractmethod
    def inverse(self, rise: float) -> float:
        """1/ε where q* − 1 is so large."""

    @abstractmethod
    def crossing(self, eta: float, epsilon: float) -> float:
        """About how many steps an orbit takes to pass q = 1."""


@dataclass(frozen=True)
class Curved(Ending):
    """q* − 1 = εh(0), and t_b = κ ln(1/η)/ε."""

    model: Model
    top: ClassVar[float] = 0.0075  # the ladder does not see rescalings of z

    @cached_property
    def h_at_zero(self) -> float:
        """h(0). Raises what `slow_curve` raises."""
        return number(slow_curve(self.model).h_at_zero)

    def rise(self, epsilon: float) -> float:
        return self.h_at_zero * epsilon

    def inverse(self, rise: float) -> float:
        return self.h_at_zero / rise

    def crossing(self, eta: float, epsilon: float) -> float:
        coefficient = slow_curve(self.model).crossing_coefficient(self.model)
        return number(coefficient) * math.log(1 / eta + 10) / epsilon


@dataclass(frozen=True)
class Flat(Ending):
    """r''(0) = 0: q* − 1 = (C_β/2) b, where b and a, the size of |p|, are those of `FlatEdge`.

    The corrections go with small powers of η, so that the ladder begins lower, and one of a neuron
    goes as far down as that of the linear model.
    """

    model: Model
    top: ClassVar[float] = 0.005
    quartered: ClassVar[bool] = True

    @cached_property
    def edge(self) -> FlatEdge:
        """The scales. Raises what `flat_edge` raises."""
        return flat_edge(self.model)

    @cached_property
    def _unit(self) -> float:
        """q* − 1 at ε = 1."""
        return flat_constant(self.edge.beta) / 2 * number(self.edge.height(sp.S.One))

    def rise(self, epsilon: float) -> float:
        return float(self._unit * epsilon ** (self.edge.beta / (2 * self.edge.beta - 2)))

    def inverse(self, rise: float) -> float:
        return float((self._unit / rise) ** ((2 * self.edge.beta - 2) / self.edge.beta))

    def crossing(self, eta: float, epsilon: float) -> float:
        """Twice the time from where the first term of 1 − r is 1/2."""
        beta, rho, drift = self.edge.beta, number(self.edge.rho), number(self.edge.drift)
        start = (beta / (2 * rho)) ** (1 / beta)
        return float(2 * rho * start ** (beta - 2) / (drift * (beta - 2)) / epsilon)

    def unresolved(self, epsilon: float) -> str:
        """Why r is not its first term where |p| is of the size a, or ""."""
        first = self.edge.rho * Z**self.edge.beta / self.edge.beta
        rest = compile_balls([1 - self.model.response.response, first], [Z])
        a = self.edge.width(sp.Rational(epsilon).limit_denominator(10**15))
        unit = sp.Rational(number(a)).limit_denominator(10**9)
        for p in (unit * k for k in _REACH):
            drop, term = evaluate(rest, (arb(exact(p)).mid(),), _BITS)
            if not abs(drop / term - 1) < _BENT:
                return (
                    f"the step sizes do not resolve the response near p = {float(p):.6g}, where "
                    "1 − r is not yet near its first term"
                )
        return ""


@lru_cache(maxsize=64)
def ending(model: Model) -> Curved | Flat:
    """The one that applies. Raises NoExpansionError."""
    return Flat(model) if is_flat(model.response) else Curved(model)
