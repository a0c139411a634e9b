"""Liang and Montúfar 2025: the critical step size of scalar-vector factorization."""

from __future__ import annotations

import math
import random

import sympy as sp

from ....numerics.descent import CONVERGED, Objective, compile_objective, descend
from ..effort import Effort
from ..laws import Law
from ..row import (
    ABSTRACT,
    NOTES,
    Measured,
    Measurement,
    Prediction,
    Row,
    Source,
    Twin,
    near,
)

SOURCE = Source(
    "liang",
    "S. Liang, G. Montúfar",
    "Gradient Descent with Large Step Sizes: Chaos and Fractal Convergence Region",
    2025,
    "2509.25351",
)
_CLOSE = 1e-2  # how far below and above the critical step size descent is tried
_STEPS = 20_000


def _critical(product: float, squares: float, target: float) -> float:
    """min{1/|y|, 8/(S + √(S² − 16 y(uᵀv − y)))}."""
    root = math.sqrt(squares**2 - 16 * target * (product - target))
    return min(1 / abs(target), 8 / (squares + root))


def _threshold() -> Prediction:
    why = "a count of random starts; those exactly on a stable manifold have measure 0"
    return (
        near("share that converges at 0.99 η*", "1", 1.0, 0.0, why),
        near("share that converges at 1.01 η*", "0", 0.0, 0.0, why),
    )


def _measure(effort: Effort, scale: float = 1.0) -> Measurement:
    rng = random.Random(effort.seed)
    entries = sp.symbols("u1 u2 v1 v2", real=True)
    counts, lost = [0, 0], ["", ""]
    for _ in range(effort.starts):
        target = round(rng.choice((-1, 1)) * rng.uniform(0.3, 2), 3)
        start = [rng.gauss(0, 1) for _ in entries]
        u1, u2, v1, v2 = start
        product, squares = u1 * v1 + u2 * v2, sum(t * t for t in start)
        critical = scale * _critical(product, squares, target)
        objective = _objective(target)
        for k, side in enumerate((-1, 1)):
            if _converges(objective, start, critical * (1 + side * _CLOSE)):
                counts[k] += 1
            else:
                lost[k] = ", ".join(f"{t:.6g}" for t in (*start, target))
    total = effort.starts
    return tuple(Measured(n / total, {"start, y": at}) for n, at in zip(counts, lost, strict=True))


def _objective(target: float) -> Objective:
    u1, u2, v1, v2 = entries = sp.symbols("u1 u2 v1 v2", real=True)
    return compile_objective((u1 * v1 + u2 * v2 - sp.Rational(str(target))) ** 2 / 2, entries)


def _converges(objective: Objective, start: list[float], eta: float) -> bool:
    run = descend(objective, start, eta, until=1e-9, max_steps=_STEPS)
    return run.outcome == CONVERGED


ROWS = (
    Row(
        SOURCE,
        "threshold",
        "(uᵀv − y)²/2, u and v of two entries",
        "the exact critical step size for convergence",
        f"{ABSTRACT}; the formula: {NOTES}",
        Law.MAP,
        "ℓ' = e, two entries; the formula is the paper's",
        _threshold,
        _measure,
        (Twin("the critical step size times 1.05", measure=lambda effort: _measure(effort, 1.05)),),
        partly="random starts; 1 % below and 1 % above",
    ),
)
