"""Kreisler et al. 2023: the sharpness of the gradient-flow solution falls."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from itertools import pairwise

import sympy as sp
from scipy.optimize import brentq

from ....numerics.descent import CONVERGED, descend
from ....theory.models.base import ETA
from ...verdicts import Evidence
from ..doublings import balanced
from ..effort import Effort
from ..exact import identity
from ..laws import Law
from ..products import X, Y
from ..row import (
    ABSTRACT,
    Measured,
    Measurement,
    Prediction,
    Row,
    Source,
    Twin,
    at_most,
    largest,
    near,
)

SOURCE = Source(
    "kreisler",
    "I. Kreisler, M. Shpigel Nacson, D. Soudry, Y. Carmon",
    "Gradient Descent Monotonically Decreases the Sharpness of Gradient Flow Solutions in Scalar "
    "Networks and Beyond",
    2023,
    "2305.13064",
)
_DEPTHS = (2, 3, 4)
_ROUNDING = 1e-9
_HIGHEST = 2 * math.sqrt(2)  # ηλ of the flow's solution at the start


def solution_sharpness(weights: Sequence[float]) -> float:
    """λ where gradient flow from here ends, on (Πw − 1)²/2 with positive weights.

    The flow conserves w_i² − w_j². So it ends at w_i² = s + d_i with product 1, where the only
    eigenvalue that is not 0 is Σ 1/w_i².

    >>> round(solution_sharpness([2.0, 0.5]), 12), round(solution_sharpness([3.0, 3.0]), 12)
    (4.25, 2.0)
    """
    least = min(w * w for w in weights)
    offsets = [w * w - least for w in weights]

    def log_product(s: float) -> float:
        return sum(math.log(s + d) for d in offsets)

    top = 1.0 if log_product(1.0) <= 0 else brentq(log_product, 1e-300, 1.0, xtol=1e-16)
    return sum(1 / (top + d) for d in offsets)


def _monotone() -> Prediction:
    why = "the claim, up to rounding"
    names = (f"largest relative rise in a step, depth {depth}" for depth in _DEPTHS)
    return tuple(at_most(name, "0", _ROUNDING, why) for name in names)


def _measure_monotone(effort: Effort) -> Measurement:
    return tuple(_largest_rise(depth, effort) for depth in _DEPTHS)


def _largest_rise(depth: int, effort: Effort, current: bool = False) -> Measured:
    """Over random starts, at η with ηλ of the flow's solution up to 2√2; with `current` the rise of
    the sharpness at the weights themselves."""
    rng, objective = random.Random(f"{effort.seed} {depth}"), balanced(depth)
    rises: list[Measured] = []
    while len(rises) < effort.starts:
        start = [math.exp(rng.uniform(-1.2, 1.2)) for _ in range(depth)]
        eta = rng.uniform(0.5, _HIGHEST) / solution_sharpness(start)
        run = descend(objective, start, eta, max_steps=3000, keep=True)
        if run.outcome != CONVERGED or min(map(min, run.path)) <= 0:
            continue  # the claim is said of orbits that converge, with weights that keep their sign
        of = objective.sharpness if current else solution_sharpness
        values = [of(point) for point in run.path]
        rise = max(b / a - 1 for a, b in pairwise(values))
        where = {"eta": f"{eta:.6g}", "start": ", ".join(f"{w:.6g}" for w in start)}
        rises.append(Measured(rise, where))
    return largest(rises)


def _measure_current(effort: Effort) -> Measurement:
    return tuple(_largest_rise(depth, effort, current=True) for depth in _DEPTHS)


def _label() -> Prediction:
    why = "an identity for an unspecified ℓ': by exact algebra, and in balls at random points"
    return (near("defect of D' = D(1 − η²ℓ'²), D = x² − y²", "0", 0.0, 0.0, why),)


def _measure_label(effort: Effort, factor: int = 1) -> Measurement:
    slope = sp.Symbol("l1", real=True)
    x, y = X - ETA * slope * Y, Y - ETA * slope * X
    return (identity(x**2 - y**2 - (X**2 - Y**2) * (1 - factor * ETA**2 * slope**2)),)


ROWS = (
    Row(
        SOURCE,
        "monotone",
        "(w₁⋯w_k − 1)²/2 for k = 2, 3, 4",
        "the sharpness of the gradient-flow solution decreases monotonically in scalar networks",
        ABSTRACT,
        Law.LABEL,
        "depths 2 to 4",
        _monotone,
        _measure_monotone,
        (Twin("the sharpness at the weights themselves", measure=_measure_current),),
        partly="random starts that converge, with ηλ of the flow's solution up to 2√2",
    ),
    Row(
        SOURCE,
        "label",
        "ℓ(xy), any ℓ; λ of the flow's solution is ℓ''|D| where ℓ has its minimum at 0",
        "the sharpness of the gradient-flow solution decreases monotonically",
        ABSTRACT,
        Law.LABEL,
        "D = x² − y² = 2√(ab)",
        _label,
        _measure_label,
        (Twin("1 − 2η²ℓ'²", measure=lambda effort: _measure_label(effort, 2)),),
        evidence=Evidence.DERIVED,
        partly="two layers, where |1 − η²ℓ'²| ≤ 1; linear/solution-sharpness has every width",
    ),
)
