"""Ghosh et al. 2025: deep linear networks beyond the edge of stability."""

from __future__ import annotations

import math
import random
from functools import partial
from itertools import pairwise

from ....numerics.descent import descend
from ..cascades import measure_cascade, predicted_cascade
from ..doublings import balanced
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
    off,
)

SOURCE = Source(
    "ghosh",
    "A. Ghosh, S. M. Kwon, R. Wang, S. Ravishankar, Q. Qu",
    "Learning Dynamics of Deep Linear Networks Beyond the Edge of Stability",
    2025,
    "2502.20531",
)
_DEPTH = 4
_ROUNDING = 1e-6  # of D: below it D'/D is noise
_FORMULAS = ("2/k", "2-cycle, multiplier −1", "4-cycle, multiplier −1")
_cascade = partial(predicted_cascade, _DEPTH, _FORMULAS)
_ETA = 1.1  # depth 2: between the first two doublings


def _onset() -> Prediction:
    found = _cascade()
    why = "Lσ^(2−2/L) at σ = 1, the Hessian in double precision"
    return (near("λ of the balanced minimum", "Lσ^(2−2/L)", float(_DEPTH), 1e-9, why), *found)


def _measure_onset(effort: Effort) -> Measurement:
    sharpness = balanced(_DEPTH).sharpness((1.0,) * _DEPTH)
    return (Measured(sharpness), *measure_cascade(_DEPTH, len(_FORMULAS)))


def _balancing() -> Prediction:
    exact = "D' = D(1 − η²ℓ'²) exactly, and η²ℓ'² < 2 on these orbits"
    decay = "the cycle has the factor (1 − η²ℓ'²) at both points; double precision after 2000 steps"
    return (
        at_most("largest |D'/D|, D = x² − y²", "≤ 1", 1.0, exact),
        near("largest |D| after 2000 steps over that at first", "0", 0.0, 1e-9, decay),
    )


def _conserved() -> Prediction:
    ratio, end = _balancing()
    why = "as for gradient flow"
    return (ratio, near(end.name, "1", 1.0, 0.5, why))


def _measure_balancing(effort: Effort) -> Measurement:
    rng, objective = random.Random(effort.seed), balanced(2)
    ratios, ends = list[Measured](), list[Measured]()
    for _ in range(effort.starts):
        spread = rng.uniform(0.02, 0.2)
        start = (0.9 * math.exp(spread), 0.9 * math.exp(-spread))
        run = descend(objective, start, _ETA, until=0.0, max_steps=2000, keep=True)
        gaps = [abs(x * x - y * y) for x, y in run.path]
        where = {"eta": f"{_ETA:g}", "start": f"{start[0]:.6g}, {start[1]:.6g}"}
        told = [b / a for a, b in pairwise(gaps) if a > _ROUNDING]
        ratios.append(Measured(max(told), where))
        ends.append(Measured(gaps[-1] / gaps[0], where))
    return largest(ratios), largest(ends)


ROWS = (
    Row(
        SOURCE,
        "doublings",
        "(w₁w₂w₃w₄ − 1)²/2 from equal weights",
        "loss oscillations beyond the edge follow a period-doubling route to chaos",
        f"{ABSTRACT}; the onset: {NOTES}",
        Law.CASCADE,
        "depth 4, equal weights",
        _onset,
        _measure_onset,
        (off(_onset, 1.01), off(_onset, 1.01, 2), off(_onset, 1.01, 3)),
        partly="one singular value, scalar weights, three doublings",
    ),
    Row(
        SOURCE,
        "balancing",
        "(xy − 1)²/2 with η = 1.1, x ≠ y",
        "the balancing gap, which gradient flow conserves, breaks at the edge and decays "
        "monotonically to zero",
        ABSTRACT,
        Law.LABEL,
        "D = x² − y² = 2√(ab)",
        _balancing,
        _measure_balancing,
        (Twin("the gap is conserved", _conserved),),
        partly="two layers, one singular value",
    ),
)
