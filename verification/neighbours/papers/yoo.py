"""Yoo, Song and Yun 2025: deep linear networks with one neuron in each layer."""

from __future__ import annotations

import math
from functools import cache, partial

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from ....numerics.descent import Objective, compile_objective
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
    at_most,
    largest,
    near,
)

SOURCE = Source(
    "yoo",
    "G. Yoo, M. Song, C. Yun",
    "Understanding Sharpness Dynamics in NN Training with a Minimalist Example: The Effects of "
    "Dataset Difficulty, Depth, Stochasticity, and More",
    2025,
    "2506.06940",
)
_DEPTHS = (2, 3, 4)
_POINTS, _INPUTS = 3, 4
_ROUNDING = 1e-9

Floats = NDArray[np.float64]


def _bound() -> Prediction:
    why = "the Hessian in double precision"
    formula = "(1/N)(σ₁²Q^((D−1)/D) + (D−1)d²Q^(−1/D))"
    return (
        at_most("largest λ over the bound", f"1, λ ≤ {formula}", 1 + _ROUNDING, why),
        near("λ over the bound, data along σ₁", "1, attained", 1.0, _ROUNDING, why),
    )


def _without_depth() -> Prediction:
    ratio, attained = _bound()
    return (ratio, near(attained.name, "as for D = 1", 0.5, 0.1, attained.why))


def _measure(effort: Effort, share: float = 1.0) -> Measurement:
    rng = np.random.default_rng(effort.seed)
    ratios: list[Measured] = []
    attained: list[Measured] = []
    for k in range(effort.starts):
        depth = _DEPTHS[k % len(_DEPTHS)]
        inputs, scale = rng.normal(size=(_POINTS, _INPUTS)), math.exp(rng.uniform(-1, 1))
        top = np.linalg.svd(inputs)[2][0]
        free = rng.normal(size=_INPUTS)
        for direction, found in ((free / np.linalg.norm(free), ratios), (top, attained)):
            ratio = _ratio(inputs, direction, scale, depth, share)
            found.append(Measured(ratio, {"D": str(depth), "Q": f"{scale:.6g}"}))
    farthest = largest([Measured(abs(one.value - 1), one.where) for one in attained])
    worst = next(one for one in attained if one.where == farthest.where)
    return largest(ratios), worst


def _ratio(inputs: Floats, direction: Floats, q: float, depth: int, share: float) -> float:
    """λ at the minimum with equal layers of squared norm Q^(1/D), over the bound.

    The targets are those that it fits; N times the Hessian is the sum of those of the points.
    """
    layer = q ** (1 / (2 * depth))
    outputs = inputs @ direction * layer**depth
    weights = (*(layer * direction), *([layer] * (depth - 1)))
    of_point, n = _of_point(depth), len(weights)
    places = ((*weights, *x, y) for x, y in zip(inputs, outputs, strict=True))
    hessian = sum(of_point.hessian(place)[:n, :n] for place in places)
    sharpness = float(np.linalg.eigvalsh(hessian)[-1])
    stretch = np.linalg.svd(inputs)[1][0] ** 2 * q ** ((depth - 1) / depth)
    fitted = share * (depth - 1) * float(outputs @ outputs) * q ** (-1 / depth)
    return sharpness / float(stretch + fitted)


@cache
def _of_point(depth: int) -> Objective:
    """½(xᵀu v₁⋯v_{D−1} − y)², of the weights and then of x and y."""
    first, inputs = (sp.symbols(f"{name}1:{_INPUTS + 1}", real=True) for name in "ux")
    others, target = sp.symbols(f"v1:{depth}", real=True), sp.Symbol("y", real=True)
    output = sum(a * b for a, b in zip(first, inputs, strict=True)) * sp.Mul(*others)
    return compile_objective((output - target) ** 2 / 2, (*first, *others, *inputs, target))


ROWS = (
    Row(
        SOURCE,
        "bound",
        "(1/2N)Σ(x_iᵀu v₁⋯v_(D−1) − y_i)² at minima that fit, with layers of squared norm Q^(1/D); "
        "d = ‖y‖",
        "how dataset properties and network depth affect the degree of progressive sharpening",
        f"{ABSTRACT}; the bound: {NOTES}",
        Law.BALANCE,
        "D = 2, 3, 4; N = 3 points",
        _bound,
        _measure,
        (
            Twin("the bound without D − 1", measure=partial(_measure, share=0.5)),
            Twin("as if depth did not matter", _without_depth),
        ),
        partly="the bound from above, d being read as ‖y‖; nothing of how descent gets there",
    ),
)
