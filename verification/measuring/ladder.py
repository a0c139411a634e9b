"""Judging y(ε) = c + O(εᵏ) on a ladder of ε: observed order and extrapolated coefficient.

Finitely many ε never refute an O(·): something smaller than the last of them may still save it. A
claim is refuted only where the ladder has settled on something else, see `settled`; otherwise what
does not fit the claim leaves it undecided.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ...numerics.neville import extrapolate

ORDER_SLACK = 0.25  # an observed order may be this far from the claimed one
_RESOLUTION = 1e-14  # a residual this small, relative to the coefficient, counts as 0
COEFFICIENT_TOLERANCE = 2e-3  # relative; the controls falsify coefficients by 1e-2
_FINE = 2e-4  # the same where the ladder has settled much more closely than that
_SHRINK = 0.8  # by at least this the step from rung to rung shrinks where a ladder settles,
_NEARLY = 1.1  # or by nearly as much as they would if the values were linear in ε,
_QUIET = 0.02  # or it is smaller than this part of the limit
_LOWEST = -4  # orders below are not looked for


@dataclass(frozen=True)
class Finding:
    """Why a claim is refuted, or why nothing can be said; both are "" if it stands."""

    objection: str = ""
    undecided: str = ""

    def __bool__(self) -> bool:
        return bool(self.objection or self.undecided)


@dataclass(frozen=True)
class Ladder:
    """Measured values down the ladder, largest ε first, beside the exact coefficient.

    `residuals` are measured − exact, taken before rounding to double precision; the last `points`
    of them are extrapolated.
    """

    exact: float
    epsilons: tuple[float, ...]
    values: tuple[float, ...]
    residuals: tuple[float, ...]
    points: int = 3

    @property
    def extrapolated(self) -> float:
        """The value at ε = 0 of the polynomial through the last rungs (Neville)."""
        n = self.points
        return self.exact + extrapolate(self.epsilons[-n:], self.residuals[-n:])

    @property
    def order(self) -> float:
        """The order in ε at which the residual vanishes."""
        floor = _RESOLUTION * (abs(self.exact) or max(map(abs, self.values)))
        return observed_order(self.epsilons, self.residuals, floor)

    def judge(self, order: float, *, vanishes: bool = False) -> Finding:
        """What the ladder says of y = exact + O(ε^order).

        `vanishes` says that the coefficient of ε^order is known to be 0, so that a higher order is
        as it should be; without it a higher order is taken for a sign that ε is not small enough.
        """
        value, verdict = self.judge_value(), self.judge_order(order, vanishes=vanishes)
        return value if value.objection or (value and not verdict.objection) else verdict

    def judge_value(self) -> Finding:
        """What the ladder says of y → exact."""
        if not all(map(math.isfinite, self.residuals[-self.points :])):
            return Finding(undecided="a measured value is not a finite number")
        gap = abs(self.extrapolated - self.exact)
        found = f"coefficient {self.extrapolated:.8g} instead of {self.exact:.8g}"
        end = settled(self.epsilons, self.residuals, self.points)
        if gap > _FINE * abs(self.exact) and end is not None:
            near = gap <= COEFFICIENT_TOLERANCE * abs(self.exact)
            if end.drift <= gap / (10 if near else 5):
                return Finding(objection=found)
        if gap <= COEFFICIENT_TOLERANCE * abs(self.exact):
            return Finding()
        values = ", ".join(f"{v:.6g}" for v in self.values)
        return Finding(undecided=f"{found}, but the values have not settled: {values}")

    def judge_order(self, order: float, *, vanishes: bool = False) -> Finding:
        """The same of the order alone: of residual = O(ε^order)."""
        if not all(map(math.isfinite, self.residuals[-2:])):
            return Finding(undecided="a measured value is not a finite number")
        text = f"error of order {self.order:.3f} in ε instead of {order:g}"
        if abs(self.order - order) <= ORDER_SLACK:
            return Finding()
        if self.order > order:
            higher = f"{text}: more than the next term of the expansion allows"
            return Finding() if vanishes else Finding(undecided=higher)
        if any(self._has_order(m) for m in range(math.ceil(order) - 1, _LOWEST - 1, -1)):
            return Finding(objection=text)
        orders = ", ".join(f"{o:.2f}" for o in self.orders)
        return Finding(undecided=f"{text}, but not settled (from rung to rung {orders})")

    @property
    def orders(self) -> tuple[float, ...]:
        """The orders between each two neighbouring rungs."""
        pairs = range(len(self.residuals) - 1)
        return tuple(
            observed_order(self.epsilons[i : i + 2], self.residuals[i : i + 2], 0.0) for i in pairs
        )

    def scaled(self, order: float) -> tuple[float, ...]:
        """residual/ε^order."""
        return tuple(r / e**order for r, e in zip(self.residuals, self.epsilons, strict=True))

    def _has_order(self, m: int) -> bool:
        """Whether residual/ε^m settles on a number other than 0."""
        scaled = self.scaled(m)
        end = settled(self.epsilons, scaled)
        if end is None:
            return False
        size = abs(end.limit)
        return end.drift <= size / 20 and abs(scaled[-1] - end.limit) <= size / 2


@dataclass(frozen=True)
class Settled:
    """A ladder's value at ε = 0 and how far it is from being certain."""

    limit: float
    drift: float


def settled(epsilons: Sequence[float], values: Sequence[float], points: int = 3) -> Settled | None:
    """Where the last values, three or more, go as ε → 0, if the steps between the last three keep
    their sign and shrink, or are next to nothing; the drift is by how much the first one moves the
    extrapolation.

    >>> settled([4.0, 2.0, 1.0], [5.0, 3.0, 2.0])
    Settled(limit=1.0, drift=0.0)
    >>> settled([4.0, 2.0, 1.0], [5.0, 3.0, 4.0]) is None
    True
    """
    last = values[-3:]
    if not all(map(math.isfinite, last)):
        return None
    limit = extrapolate(epsilons[-points:], values[-points:])
    drift = abs(limit - extrapolate(epsilons[1 - points :], values[1 - points :]))
    first, second = last[1] - last[0], last[2] - last[1]
    high, middle, low = epsilons[-3:]
    shrink = max(_SHRINK, _NEARLY * (middle - low) / (high - middle))
    if first * second >= 0 and abs(second) <= shrink * abs(first):
        return Settled(limit, drift)
    widest = max(abs(first), abs(second))
    return Settled(limit, max(drift, widest)) if widest <= _QUIET * abs(limit) else None


def observed_order(
    epsilons: Sequence[float], residuals: Sequence[float], floor: float = _RESOLUTION
) -> float:
    """The order between the last two rungs; inf where both residuals are below the floor.

    NaN where one residual is 0 or their signs differ: a residual on its way through 0 has no order.

    >>> observed_order([0.1, 0.01], [3e-2, 3e-4])
    2.0
    """
    last = [abs(r) for r in residuals[-2:]]
    if max(last) < floor:
        return math.inf
    if min(last) == 0 or residuals[-2] * residuals[-1] < 0:
        return math.nan
    return math.log(last[0] / last[1]) / math.log(epsilons[-2] / epsilons[-1])
