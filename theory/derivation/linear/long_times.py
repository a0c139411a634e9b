"""The linear network over long times: the exponent Λ and the law of the crossing."""

from __future__ import annotations

import sympy as sp

from ...models.base import ETA, Model, P, R
from ..claims import Derivation
from ..crossing import LongTimeLaws
from ..long_times import long_times
from ..notation import CURVATURE, A

_LAWS = LongTimeLaws(
    small=r"\taEta^2",
    given="A1--A5",
    weight=sp.diff(R(P), P) / (P**2 * R(P) ** 3),
    extra=P**2 * R(P) ** 2,
    contracting=r"for $\taP > 0$, by A1 and A2",
    rate=CURVATURE,
    height=1 / (2 * CURVATURE),
    size=ETA / CURVATURE,
    law=r"\taEta^{-2}(\rho\,",
    factor=CURVATURE,
    inside=CURVATURE * A,
)


def derivations(model: Model, order: int) -> tuple[Derivation, ...]:
    """The exponent of alignment and the law of the crossing time."""
    return long_times(model, _LAWS)
