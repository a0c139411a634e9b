"""What the statements on responses with r''(0) = 0 share: the scales a and b, and their words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import sympy as sp

from ...theory.curve.flat import FlatEdge, is_flat
from ...theory.errors import NoExpansionError
from ...theory.models import Model
from ..numbers import number
from .claims import Measurement
from .ladder import Ladder
from .orbit_claims import CoefficientClaim, coefficient_ladder
from .plans import Plan

_DIGITS = 10  # of what the inner problem is integrated to


@dataclass(frozen=True)
class FlatClaim(CoefficientClaim):
    """y = coefficient + O(a^(m order)) with m = `edge.following`, for a y in units of a and b.

    `power` is that of a in what the statement speaks of.
    """

    edge: FlatEdge = field(kw_only=True)
    power: int = field(kw_only=True)

    @cached_property
    def _widest(self) -> float:
        """a at ε = 1."""
        return number(self.edge.width(sp.S.One))

    def width(self, epsilon: float) -> float:
        """a."""
        return float(self._widest * epsilon ** (1 / (2 * self.edge.beta - 2)))

    def height(self, epsilon: float) -> float:
        """b."""
        return float(number(self.edge.rho) * self.width(epsilon) ** self.edge.beta)

    def ladder(self, runs: Sequence[Measurement]) -> Ladder:
        """y against the coefficient, in powers of a^m."""
        return coefficient_ladder(self.coefficient, runs, self.small, len(runs))

    def small(self, epsilon: float) -> float:
        """a^m."""
        return float(self.width(epsilon) ** self.edge.following)

    def error_order(self, plan: Plan, order: float) -> float:
        """a is η^(1/(2β−2)/exponent) times a number."""
        power = (self.power + order * self.edge.following) / (2 * self.edge.beta - 2)
        return power / float(plan.model.exponent)


def not_flat(model: Model) -> str:
    """Why the statements here say nothing of a model, or ""."""
    try:
        return "" if is_flat(model.response) else "r''(0) is not 0"
    except NoExpansionError:
        return ""


def computed(value: float) -> sp.Float:
    """A number from the inner problem."""
    return sp.Float(f"{value:.{_DIGITS}g}", _DIGITS)
