"""Progressive sharpening of the single neuron."""

from __future__ import annotations

from ...models.base import ETA, PHI_SQUARED, Model, P, Q, R
from ..claims import Derivation, Sign, Step
from ..notation import Q_NEXT
from ..progressive import AT_P, RATIO, Sharpening, progressive

_WEIGHT = PHI_SQUARED(P)
_PARTS = Sharpening(
    given=r"Assume A1 and A3--A5, and write $\taEps = \taEta$.",
    where=r" where $\taQ \ge c$",
    size=r"The difference is of order 1; no bound $1 + O(\taEta)$ holds for all activations, "
    r"but $\sup|D| + O(\taEta)$ does.",
    distinct=r"$\sigma \ge -1/2$ where $\taR \ge c$",
    growth=Step(
        "growth",
        r"and $\tilde{\taSharp}$ increases with $\taQ$. The height $\taQ$ "
        r"itself increases along every orbit, as long as $\taP \ne 0$ and $\taEta\taPhi^2 < 1$ "
        r"(which for small $\taEta$ holds by A5):",
        Sign(
            (1 - Q / Q_NEXT, ETA * _WEIGHT * (2 - ETA * _WEIGHT)),
            ">",
            ((_WEIGHT, ">"), (2 - ETA * _WEIGHT, ">")),
        ),
        ("neuron/reduced-map:q-next",),
    ),
    more=4 * P**2 * R(P) / (1 + AT_P),
    gap=4 * P**2 * R(P) / (1 + AT_P) + 2 * _WEIGHT * (1 + AT_P + RATIO) / AT_P,
    factor=6,
)


def derivations(model: Model, order: int) -> tuple[Derivation, ...]:
    """The surrogate sharpness increases with q, and how far the sharpness is from it."""
    return progressive(model, _PARTS)
