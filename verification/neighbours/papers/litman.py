"""Litman 2026: the edge coupling, a function of two consecutive points."""

from __future__ import annotations

import math
from functools import partial
from itertools import pairwise

import numpy as np
import sympy as sp
from scipy.optimize import brentq

from ....numerics.descent import compile_objective, descend
from ..doublings import balanced
from ..effort import Effort
from ..laws import Law
from ..products import X, Y, with_product
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
    off,
)

SOURCE = Source("litman", "E. Litman", "The Origin of Edge of Stability", 2026, "2604.20446")
_ETA = 1 / 10
_STEPS = 400
_NODES = 16
_HEIGHT = 0.8  # q of the frozen map
_CYCLE_ETA = 1.1


def _telescope() -> Prediction:
    why = "Taylor's formula at every step; the sum in double precision"
    return (near("Σ‖d‖²(2/η − r̃) over 2(L₀ − L_K)", "1", 1.0, 1e-9, why),)


def _measure_telescope(effort: Effort, plain: bool = False) -> Measurement:
    """r̃ is the mean of dᵀ∇²L d/‖d‖² over the step with the weight 2(1 − s), or the `plain` one."""
    objective = compile_objective(sp.log(sp.cosh(X * Y)), (X, Y))
    start = with_product(0.5, 2 / (_ETA * 0.8))
    run = descend(objective, start, _ETA, until=0.0, max_steps=_STEPS, keep=True)
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    places, weights = (nodes + 1) / 2, weights / 2
    total = 0.0
    for here, after in pairwise(run.path):
        d = np.subtract(after, here)
        bends = np.array([d @ objective.hessian(tuple(np.add(here, s * d))) @ d for s in places])
        weighted = float(weights @ (bends if plain else 2 * (1 - places) * bends))
        total += 2 / _ETA * float(d @ d) - weighted
    drop = _loss(run.path[0]) - _loss(run.path[-1])
    return (Measured(total / (2 * drop), {"eta": f"{_ETA:g}", "steps": str(_STEPS)}),)


def _loss(point: tuple[float, ...]) -> float:
    return math.log(math.cosh(point[0] * point[1]))


def _cycles() -> Prediction:
    wanted = brentq(lambda p: 2 * math.tanh(p) - 2 * _HEIGHT * p, 0.1, 3.0, xtol=1e-15)
    why = "exact; double precision"
    return (
        near("|∇Φ| on the 2-cycle of (xy − 1)²/2, η = 1.1", "0", 0.0, 1e-9, why),
        near("|p| of the 2-cycle, q = 4/5", "maximum of 2ℓ(p) − qp²", wanted, 1e-9, why),
    )


def _measure_cycles(effort: Effort, energy: float = 1.0) -> Measurement:
    objective = balanced(2)
    settled = descend(objective, (0.9, 0.9), _CYCLE_ETA, until=0.0, max_steps=20_000).last
    other = descend(objective, settled, _CYCLE_ETA, until=-1.0, max_steps=1).last
    half = np.subtract(settled, other) / 2
    here, there = (np.array(objective.gradient(*w)) for w in (settled, other))
    slopes = np.concatenate(
        [(here + there) / 2, (here - there) / 2 - energy * 2 * half / _CYCLE_ETA]
    )
    frozen = compile_objective(sp.log(sp.cosh(X)), (X,))
    end = descend(frozen, (0.5,), 2 / _HEIGHT, until=0.0, max_steps=2000).last
    return Measured(float(np.abs(slopes).max())), Measured(abs(end[0]), {"q": f"{_HEIGHT:g}"})


ROWS = (
    Row(
        SOURCE,
        "telescope",
        "log cosh(xy), η = 1/10, 400 steps d at the edge; r̃ a mean of the curvature along d",
        "a loss-change formula whose telescoping sum forces the curvature towards 2/η",
        f"{ABSTRACT}; the formula: {NOTES}",
        Law.COUPLING,
        "any L",
        _telescope,
        _measure_telescope,
        (
            Twin(
                "the plain mean of the curvature",
                measure=partial(_measure_telescope, plain=True),
            ),
            off(_telescope, 1.01),
        ),
        partly="the sum; not what it forces",
    ),
    Row(
        SOURCE,
        "cycles",
        "(xy − 1)²/2, and log cosh with q frozen; Φ(m, a) = ½(L(m + a) + L(m − a)) − ‖a‖²/η",
        "setting both gradients of the edge coupling to zero classifies fixed points and "
        "period-two orbits",
        f"{ABSTRACT}; the formula: {NOTES}",
        Law.COUPLING,
        "2ℓ(p) − qp², so that r(p) = q",
        _cycles,
        _measure_cycles,
        (
            Twin("‖a‖²/(2η) in place of ‖a‖²/η", measure=partial(_measure_cycles, energy=0.5)),
            off(_cycles, 1.01, 1),
        ),
        partly="that cycles are critical points, for two of them",
    ),
)
