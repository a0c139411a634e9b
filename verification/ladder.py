"""Judging y(ε) = c + O(εᵏ) on a ladder of ε: observed order and extrapolated coefficient."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

ORDER_SLACK = 0.25  # an observed order may fall this far short of the claimed one
_RESOLUTION = 1e-14  # a residual this small, relative to the coefficient, counts as 0
COEFFICIENT_TOLERANCE = 2e-3  # relative; the controls falsify coefficients by 1e-2


@dataclass(frozen=True)
class Ladder:
    """Measured values down the ladder, largest ε first, beside the exact coefficient.

    `residuals` are measured − exact, taken before rounding to double precision.
    """

    exact: float
    epsilons: tuple[float, ...]
    values: tuple[float, ...]
    residuals: tuple[float, ...]

    @property
    def extrapolated(self) -> float:
        """The value at ε = 0 of the polynomial through the last three rungs (Neville)."""
        return self.exact + extrapolate(self.epsilons[-3:], self.residuals[-3:])

    @property
    def order(self) -> float:
        """The order in ε at which the residual vanishes."""
        floor = _RESOLUTION * (abs(self.exact) or max(map(abs, self.values)))
        return observed_order(self.epsilons, self.residuals, floor)

    def objection(self, claimed_order: float) -> str:
        """Why the claim is refuted, or "" if it stands."""
        error = abs(self.extrapolated - self.exact)
        if not error <= COEFFICIENT_TOLERANCE * abs(self.exact):
            return f"coefficient {self.extrapolated:.8g} instead of {self.exact:.8g}"
        return self.order_objection(claimed_order)

    def order_objection(self, claimed_order: float) -> str:
        """The objection to the order alone, or ""."""
        if not self.order >= claimed_order - ORDER_SLACK:
            return f"error of order {self.order:.3f} in ε instead of {claimed_order:g}"
        return ""


def extrapolate(epsilons: Sequence[float], values: Sequence[float]) -> float:
    """Polynomial extrapolation to ε = 0 by Neville's scheme.

    >>> extrapolate([4.0, 2.0, 1.0], [1 + 4.0, 1 + 2.0, 1 + 1.0])
    1.0
    """
    row = list(values)
    for width in range(1, len(row)):
        row = [
            (epsilons[i] * row[i + 1] - epsilons[i + width] * row[i])
            / (epsilons[i] - epsilons[i + width])
            for i in range(len(row) - 1)
        ]
    return row[0]


def observed_order(
    epsilons: Sequence[float], residuals: Sequence[float], floor: float = _RESOLUTION
) -> float:
    """The order between the last two rungs; inf where both residuals are below the floor.

    >>> observed_order([0.1, 0.01], [3e-2, 3e-4])
    2.0
    """
    last = [abs(r) for r in residuals[-2:]]
    if max(last) < floor:
        return math.inf
    if min(last) == 0:
        return math.nan
    return math.log(last[0] / last[1]) / math.log(epsilons[-2] / epsilons[-1])
