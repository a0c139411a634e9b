"""Gradient flow's side, q0 > 1, for all ε up to a number: |p_t| ≤ |p0| (1 − m)^t, q hardly rises.

With |p| ≤ L throughout, 1 − m bounds |1 − γ| over boxes of x ≤ L² and q up to its largest; then
ln(q_t/q0) ≤ Σ ε x_t τ ≤ C ε L², C = sup τ/(1 − (1 − m)²).
"""

from __future__ import annotations

from dataclasses import dataclass

from flint import arb, fmpq

from ..numbers import above, below
from .bounds import hull
from .errors import NotProvedError
from .step import SlowCurveStep

_BOXES = 64  # of x
_PARTS = 32  # of q
_TRIES = 30
_ROOM = fmpq(1001, 1000)


@dataclass(frozen=True)
class Flow:
    """|p_t| ≤ |p0| (1 − `rate`)^t and q0 ≤ q_t ≤ q0 exp(`drift` ε L²)."""

    rate: fmpq
    drift: fmpq


def flow(step: SlowCurveStep, q: tuple[fmpq, fmpq], height: fmpq, largest: fmpq) -> Flow:
    """For q0 in a range past 1, |p0| ≤ `height`, 0 < ε ≤ `largest`. Raises NotProvedError."""
    square, e = height * height, arb(largest)
    top = arb(q[1])
    for _ in range(_TRIES):
        rate, drift = _bounds(step, arb(q[0]), top, square, hull(0, largest))
        total = drift / (1 - (1 - rate) * (1 - rate))
        needed = (arb(q[1]) * (total * e * arb(square)).exp()).upper()
        if needed <= top:
            return Flow(below(rate), above(total))
        top = (needed * arb(_ROOM)).upper()
        if top > 4 * arb(q[1]):
            break
    raise NotProvedError(f"q is not bounded for q0 up to {q[1]} and ε up to {float(largest):.4g}")


def _bounds(step: SlowCurveStep, low: arb, high: arb, square: fmpq, every: arb) -> tuple[arb, arb]:
    """m and sup τ for x ≤ `square` and q from `low` to `high`."""
    rate, drift = arb.pos_inf(), arb(0)
    for i in range(_BOXES):
        at = step.place(hull(square * i / _BOXES, square * (i + 1) / _BOXES))
        for k in range(_PARTS):
            ends = (low + (high - low) * fmpq(j, _PARTS) for j in (k, k + 1))
            s = hull(*ends) / at.r
            gamma = step.gamma(at, s - 1, every)
            tau = step.drift(at, s, every)
            if not (gamma > 0 and gamma < 2 and tau > 0):
                raise NotProvedError(f"p is not known to shrink for x in {at.x.str(4)}")
            rate = rate.min(gamma.lower()).min((2 - gamma).lower()).lower()
            drift = drift.max(tau.upper()).upper()
    return rate, drift
