"""The single neuron over long times: the exponent Λ and the law of the crossing."""

from __future__ import annotations

import sympy as sp

from ...models.base import ETA, PHI_SQUARED, Model, P, R
from ..claims import Derivation
from ..crossing import LongTimeLaws
from ..long_times import long_times
from ..notation import CURVATURE, A

_LAWS = LongTimeLaws(
    small=r"\taEta",
    given="A1 and A3--A5",
    weight=sp.diff(R(P), P) / (2 * PHI_SQUARED(P) * R(P)),
    extra=sp.S.Zero,
    contracting=r"where $\taP > 0$ and $\taR(\taP) \ge c$, "
    r"because there $-1/2 \le \taP\taR'/\taR < 0$ by A1 and A3",
    rate=CURVATURE / 2,
    height=1 / CURVATURE,
    size=sp.sqrt(2 * ETA) / CURVATURE,
    law=r"\taEta^{-1}((\rho/4)",
    factor=CURVATURE / 4,
    inside=CURVATURE * A / sp.sqrt(2),
)


def derivations(model: Model, order: int) -> tuple[Derivation, ...]:
    """The exponent of alignment and the law of the crossing time."""
    return long_times(model, _LAWS)
