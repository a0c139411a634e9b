"""Period doublings of descent on a balanced product of depth k, measured.

All weights of (w₁⋯w_k − 1)²/2 start equal, and stay so; where they are not quite, the imbalances
shrink where |1 − η²ℓ'²…| < 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import sympy as sp

from ...numerics.descent import Objective, compile_objective, descend

_SETTLING = 20_000  # steps after which an attracting cycle is taken as reached
_SAME = 1e-5  # two points of an orbit this close are one
_BISECTIONS = 16
_FOLDINGS = 12  # e^{−12} is below `_SAME`


def resolutions(etas: Sequence[float]) -> list[float]:
    """How near to each doubling, but the last, descent tells a cycle from one twice as long.

    From its birth on, the multiplier of a cycle falls from 1 to −1 over the distance d between two
    doublings; δ below the second it is about 2δ/d from −1, and of the transient exp(−2δT/(dn)) is
    left after T steps, n being the period. For the first d is 1, as ηλ is 2η.
    """
    distances = [1.0, *(b - a for a, b in pairwise(etas))]
    return [_FOLDINGS * 2**k * distances[k] / (2 * _SETTLING) for k in range(len(etas) - 1)]


def balanced(depth: int) -> Objective:
    """(w₁⋯w_k − 1)²/2."""
    weights = sp.symbols(f"w1:{depth + 1}", real=True)
    return compile_objective((sp.Mul(*weights) - 1) ** 2 / 2, weights)


def measured_doubling(objective: Objective, period: int, low: float, high: float) -> float:
    """Where descent on all weights goes from this period to twice it, by bisection in η."""
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        if _has_period(objective, middle, period):
            low = middle
        else:
            high = middle
    return (low + high) / 2


def measured_doublings(depth: int, etas: Sequence[float]) -> list[float]:
    """All but the last of some doublings, each looked for within a third of the way to the next."""
    objective = balanced(depth)
    found = []
    for k, (here, after) in enumerate(pairwise(etas)):
        below = here - ((here - etas[k - 1]) if k else here / 2) / 3
        found.append(measured_doubling(objective, 2**k, below, here + (after - here) / 3))
    return found


def _has_period(objective: Objective, eta: float, period: int) -> bool:
    start = [0.9] * len(objective.parameters)
    settled = descend(objective, start, eta, until=0.0, max_steps=_SETTLING)
    after = descend(objective, settled.last, eta, until=-1.0, max_steps=period)
    return abs(after.last[0] - settled.last[0]) < _SAME
