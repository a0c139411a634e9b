"""The frozen map of a loss that need not be even: the flip, and the 2-cycle p and p̃."""

from __future__ import annotations

import sympy as sp

from ...curve.two_sided_first_order import (
    HEIGHT,
    OPPOSITE,
    OTHER_RISE,
    RISE,
    SLOPE,
    exchanged,
    two_sided_first_order,
)
from ...models.base import Model, P, Q
from ..claims import Cited, Definition, Derivation, Expansion, Identity, Step
from ..notation import CURVATURE, MU, OBJECTIVE_STEP, STEEP, STEEP_THERE, TAU, TILT, TWIST


def derivations(model: Model, order: int) -> tuple[Derivation, ...]:
    """The flip at q = 1 and the 2-cycle."""
    return (_flip(model), _two_cycle(model))


def _flip(model: Model) -> Derivation:
    once = P - 2 * (P + TILT * P**2 / 2 + TWIST * P**3 / 6)
    return Derivation(
        "bifurcation/flip",
        "The flip of the frozen map",
        r"Let $g$ be smooth with $g(0) = 0$ and $g'(0) = 1$, and let $\taP \mapsto \taP - "
        r"2g(\taP)/\taQ$ with $\taQ > 0$. The fixed point $\taP = 0$ has the multiplier "
        r"$1 - 2/\taQ$. At $\taQ = 1$ it undergoes a flip, which is supercritical if and only if "
        r"$\rho = g''(0)^2 - g'''(0)/3$ is positive (A4).",
        (
            Step(
                "step",
                rf"At $\taQ = 1$ the map of \thmref{{{model.name}/reduced-map}} with $\taQ$ frozen "
                r"has the multiplier $-1$ at its fixed point $0$. By Taylor's formula it is there, "
                r"but for $O(\taP^4)$,",
                Definition(OBJECTIVE_STEP(P), once),
            ),
            Step("rho", "With", Definition(CURVATURE, TILT**2 - TWIST / 3)),
            Step(
                "twice",
                "two steps are",
                Expansion(OBJECTIVE_STEP(OBJECTIVE_STEP(P)), P - 2 * CURVATURE * P**3, P, 4),
                ("step", "rho"),
            ),
            Step(
                "verdict",
                r"The cubic term is attracting if $\rho > 0$: then the 2-cycle that is born at "
                r"$\taQ = 1$ is stable. For an even loss $g'' = 0$ and $\rho = -\taR''(0)$.",
                Cited("kuznetsov2004"),
            ),
        ),
        (f"{model.name}/reduced-map",),
    )


def _two_cycle(model: Model) -> Derivation:
    factors = [1 - 2 * rise / HEIGHT for rise in (RISE, OTHER_RISE)]
    steep = two_sided_first_order(model).steepness
    distance = P - OPPOSITE
    return Derivation(
        "bifurcation/two-cycle",
        "The 2-cycle of the frozen map",
        r"Let $g$ increase through $0$ at $\taP = 0$, and let $\tilde{\taP}$ be the point on the "
        r"other side with $g(\tilde{\taP}) = -g(\taP)$. With $\taQ$ frozen at $Q_0$ of "
        r"\stepref{height}, $\taP$ and $\tilde{\taP}$ are a 2-cycle with the multiplier of "
        r"\stepref{multiplier}.",
        (
            Step(
                "height",
                r"For an even loss $\tilde{\taP} = -\taP$ and the height below is $\taR(\taP)$. In "
                r"general put",
                Definition(HEIGHT, 2 * SLOPE / distance),
            ),
            Step(
                "there",
                r"This is the only $\taQ$ at which a step $\taP \mapsto \taP - 2g/\taQ$ takes "
                r"$\taP$ to $\tilde{\taP}$:",
                Identity((P - 2 * SLOPE / Q, OPPOSITE), ((Q, 2 * SLOPE / distance),)),
            ),
            Step(
                "back",
                r"and since $g(\tilde{\taP}) = -g(\taP)$, the next takes it back,",
                Identity((OPPOSITE + 2 * SLOPE / Q, P), ((Q, 2 * SLOPE / distance),)),
            ),
            Step(
                "multiplier",
                "By the chain rule the multiplier of the 2-cycle is",
                Definition(MU, sp.Mul(*factors)),
            ),
            Step(
                "steep",
                r"As $\taP$ moves, $\tilde{\taP}$ moves by $-g'(\taP)/g'(\tilde{\taP})$ times as "
                r"much. With",
                Definition(STEEP, steep),
            ),
            Step(
                "rises",
                r"the height changes, for small $\tau$, like",
                Expansion(
                    2 * (SLOPE + TAU * RISE) / (distance + TAU + TAU * RISE / OTHER_RISE),
                    HEIGHT * (1 + TAU * STEEP),
                    TAU,
                    2,
                ),
                ("height", "steep"),
            ),
            Step(
                "steep-there",
                r"so that $L$ is the logarithmic slope of $Q_0$ at $\taP$. At $\tilde{\taP}$ it is",
                Definition(STEEP_THERE, exchanged(steep)),
            ),
            Step(
                "turns",
                "The multiplier is 1 exactly where these let the height turn:",
                Identity((1 + (1 + distance * STEEP) * (distance * STEEP_THERE - 1), 1 - MU)),
                ("height", "multiplier", "steep", "steep-there"),
            ),
        ),
        (f"{model.name}/reduced-map",),
    )
