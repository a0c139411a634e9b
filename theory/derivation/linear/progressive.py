"""Progressive sharpening of the two-layer linear network."""

from __future__ import annotations

from ...models.base import ETA, Model, P, Q, R
from ..claims import Derivation, Sign, Step
from ..notation import Q_NEXT
from ..progressive import AT_P, RATIO, Sharpening, progressive

_SQUARE = P**2 * R(P) ** 2
_PARTS = Sharpening(
    given=r"Assume A1--A5, and write $\taEps = \taEta^2$.",
    where="",
    size=r"The difference is of the order of $\taEta$.",
    distinct=r"$\sigma > -1$ by A2",
    growth=Step(
        "growth",
        r"and $\tilde{\taSharp}$ increases with $\taQ$. The height $\taQ$ "
        r"itself increases along an orbit that is near the curve $\taQ = \taR(\taP)$: there "
        r"$2\taQ - \taR$ is near $\taR > 0$, and therefore",
        Sign(
            (1 - Q / Q_NEXT, ETA**2 * P**2 * R(P) * (2 * Q - R(P))),
            ">",
            ((P, ">"), (R(P), ">"), (2 * Q - R(P), ">")),
        ),
        ("linear/reduced-map:q-next",),
    ),
    more=P**2 * R(P) ** 2 * (3 + 2 * AT_P) / (2 * (1 + AT_P)),
    gap=_SQUARE * (3 + 2 * AT_P) / (2 * (1 + AT_P))
    + _SQUARE * (1 + AT_P) * (1 + AT_P + RATIO) / AT_P,
    factor=3,
)


def derivations(model: Model, order: int) -> tuple[Derivation, ...]:
    """The surrogate sharpness increases with q, and how far the sharpness is from it."""
    return progressive(model, _PARTS)
