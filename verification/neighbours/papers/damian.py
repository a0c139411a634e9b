"""Damian, Nichani and Lee 2023: self-stabilization."""

from __future__ import annotations

import math

from ....numerics.descent import compile_objective
from ....numerics.neville import extrapolate
from ..effort import Effort
from ..laws import Law
from ..products import X, Y, gap
from ..row import ABSTRACT, Measured, Measurement, Prediction, Row, Source, near, off

SOURCE = Source(
    "damian",
    "A. Damian, E. Nichani, J. D. Lee",
    "Self-Stabilization: The Implicit Bias of Gradient Descent at the Edge of Stability",
    2023,
    "2209.15594",
)
_ETA = 1 / 40
_TOP = 1 / 10  # of ηλ₀ − 2
_SMALL = 1e-4  # η|p₀|
_LOOSE = 10


def _reflection() -> Prediction:
    left_out = (_TOP / 2) * (_TOP / 4)
    why = "extrapolated in μ₀ from two starts, so O(μ₀²) is left out; 10 μ₂μ₃ is allowed"
    name = "(2 − ηλ*)/(ηλ₀ − 2) at λ₀ → 2/η"
    return (near(name, "1: (μ* + κ)e^(−μ*/κ) is kept, κ → ∞", 1.0, _LOOSE * left_out, why),)


def _measure(effort: Effort) -> Measurement:
    objective = compile_objective((X * Y) ** 2 / 2, (X, Y))
    above = effort.ladder(_TOP)
    found = []
    for mu in above:
        x = math.sqrt((2 + mu) / _ETA)
        found.append(_ETA * gap(objective, (x, _SMALL / _ETA / x), _ETA) / mu)
    where = {f"eta lambda_0 - 2 = {mu:g}": f"{v:.6g}" for mu, v in zip(above, found, strict=True)}
    return (Measured(extrapolate(above[-2:], found[-2:]), where),)


ROWS = (
    Row(
        SOURCE,
        "reflection",
        "(xy)²/2: L_uuuu is next to nothing, so that the cubic term alone turns the orbit back",
        "as the iterates diverge along the top eigenvector, the cubic term of the loss lets the "
        "curvature fall until stability is restored",
        ABSTRACT,
        Law.NORMAL_FORM,
        "κ → ∞",
        _reflection,
        _measure,
        (off(_reflection, 1.05), off(_reflection, -1)),
        partly="one turn with no progressive sharpening; the paper has that as a force",
    ),
)
