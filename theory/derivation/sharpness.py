"""What the derivations of the sharpness share: a larger root, and its value at rest."""

from __future__ import annotations

import sympy as sp

from ..models.base import ETA, P, Q, R
from .claims import Definition, Expansion, Step
from .notation import DETERMINANT, LAMBDA, TRACE

RISE = sp.diff(P * R(P), P)  # (p r)' = r + p r'
LARGER_ROOT = Definition(LAMBDA, (TRACE + sp.sqrt(TRACE**2 - 4 * DETERMINANT)) / 2)
AT_REST = (
    Step(
        "trace-at-rest",
        r"At a minimum, where $\taP = 0$, this becomes simple: since $\taR$ is even and "
        r"$\taR(0) = 1$,",
        Expansion(TRACE, 2 / (ETA * Q), P, 2),
        ("trace",),
    ),
    Step(
        "determinant-at-rest",
        r"and",
        Expansion(DETERMINANT, sp.S.Zero, P, 2),
        ("determinant",),
    ),
)
