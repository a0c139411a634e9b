"""Starts with small |p|: p grows at least geometrically until p² = x₁, for all ε up to a number.

So the time that a small p0 costs is at most 1 + ln(√x₁/|p0|)/ln m, and q hardly rises meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass

from flint import arb, fmpq

from .bounds import hull
from .errors import NotProvedError
from .step import SlowCurveStep

_ROOM = fmpq(1001, 1000)
_TRIES = 8


@dataclass(frozen=True)
class Approach:
    """For 0 < p0² < x₁ and q0 up to `highest`: |p'/p| ≥ `growth` > 1 while p² < x₁; then p² is at
    most `reached`, and q at most `risen`, `rise` times what it was."""

    growth: arb
    reached: arb
    risen: arb
    rise: arb

    @property
    def weight(self) -> arb:
        """D, the steps that a factor of e in |p0| costs."""
        return (1 / self.growth.log()).upper()


def approach(step: SlowCurveStep, q: tuple[fmpq, fmpq], first: fmpq, largest: fmpq) -> Approach:
    """The approach from 0 < x < `first`, with q0 in a range. Raises NotProvedError."""
    every, box = hull(0, largest), hull(0, first)
    at = step.place(box)
    low, high = step.started(q, box, every)
    risen = high
    for _ in range(_TRIES):
        s = low.union(risen) / at.r
        factor = 1 - step.gamma(at, s - 1, every)
        if not factor > 1:
            raise NotProvedError(f"small p is not known to grow at q = {float(q[1]):.4g}")
        growth = factor.lower()
        drift = step.drift(at, s, every)
        if not drift > 0:
            raise NotProvedError("q is not known to rise for small p")
        # Σ x_t ≤ x₁/(1 − m⁻²), and the last of them below x₁.
        total = arb(first) / (1 - 1 / (growth * growth))
        rise = (arb(largest) * drift.upper() * total).exp()
        needed = (high * rise).upper()
        if needed <= risen:
            top = factor.upper()
            return Approach(growth, (arb(first) * top * top).upper(), risen, rise.upper())
        risen = (high + (needed - high) * _ROOM).upper()
    raise NotProvedError("q is not bounded while small p grows")
