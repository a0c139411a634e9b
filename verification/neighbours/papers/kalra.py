"""Kalra, He and Barkeshli 2023: the UV model, and its route to chaos."""

from __future__ import annotations

from functools import partial

import sympy as sp

from ....theory.models.base import ETA
from ....theory.models.linear import linear_update
from ...verdicts import Evidence
from ..cascades import measure_cascade, predicted_cascade
from ..effort import Effort
from ..exact import identity
from ..laws import Law
from ..row import ABSTRACT, NOTES, Measurement, Prediction, Row, Source, Twin, near, off

SOURCE = Source(
    "kalra",
    "D. S. Kalra, T. He, M. Barkeshli",
    "Universal Sharpness Dynamics in Neural Network Training: Fixed Point Analysis, Edge of "
    "Stability, and Route to Chaos",
    2023,
    "2311.02076",
)
_FORMULAS = ("1", "√5 − 1", "4-cycle, multiplier −1", "8-cycle, multiplier −1")
_cascade = partial(predicted_cascade, 2, _FORMULAS)

_ERROR, _TARGET, _TRACE = sp.symbols("e y s", real=True)


def _map() -> Prediction:
    why = "an identity: by exact algebra, and in balls at random points"
    return (
        near("defect of e' = e(1 − ηs + η²e·uv)", "0", 0.0, 0.0, why),
        near("defect of s' = s − 4ηe·uv + η²e²s", "0", 0.0, 0.0, why),
    )


def _measure_map(effort: Effort, sign: int = 1) -> Measurement:
    """The step of the network with ℓ' = e, as it is derived for every width, against the claim."""
    update = linear_update()
    output = _ERROR + _TARGET
    place = {update.f: output, update.s: _TRACE, update.slope: _ERROR, update.x_squared: 1}
    e_next = _ERROR * (1 - ETA * _TRACE + sign * ETA**2 * _ERROR * output)
    s_next = _TRACE - 4 * ETA * _ERROR * output + ETA**2 * _ERROR**2 * _TRACE
    return (
        identity(update.f_next.subs(place) - _TARGET - e_next),
        identity(update.s_next.subs(place) - s_next),
    )


ROWS = (
    Row(
        SOURCE,
        "map",
        "(uv − y)²/2 with u, v of any width; e = uv − y, s = ‖u‖² + ‖v‖²",
        "training moves in function space, (e, s), by itself",
        f"{ABSTRACT}; the formulas: {NOTES}",
        Law.MAP,
        "ℓ' = e, any width",
        _map,
        _measure_map,
        (Twin("−η²e²uv in place of η²e²uv", measure=partial(_measure_map, sign=-1)),),
        evidence=Evidence.DERIVED,
    ),
    Row(
        SOURCE,
        "doublings",
        "(xy − 1)²/2 from x = y; for (xy − y₀)²/2 read ηy₀ for η",
        "a period-doubling route to chaos as η increases",
        f"{ABSTRACT}; the first two numbers: {NOTES}",
        Law.CASCADE,
        "depth 2, x = y",
        _cascade,
        lambda effort: measure_cascade(2, len(_FORMULAS)),
        (off(_cascade, 1.01), off(_cascade, 1.01, 1), off(_cascade, 1.01, 2)),
        partly="four doublings, and x = y",
    ),
)
