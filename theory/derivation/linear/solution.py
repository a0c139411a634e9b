"""The sharpness with which gradient flow would end, and what a step does to it."""

from __future__ import annotations

import sympy as sp

from ...models.base import ETA, Model, P, Q, R
from ..claims import Definition, Derivation, Expansion, Identity, Sign, Step
from ..notation import (
    A_NEXT,
    B_NEXT,
    F_NEXT,
    FLOW_END,
    FLOW_END_NEXT,
    S_NEXT,
    SLOPE,
    A,
    B,
    F,
    S,
)

_MAPS = "linear/reduced-map"
_DIAGONAL = "linear/diagonal-form"
_PLACE = tuple(f"{_MAPS}:{name}" for name in ("p", "q"))
_FACTOR = 1 - ETA**2 * SLOPE**2


def derivations(model: Model, order: int) -> tuple[Derivation, ...]:
    """The solution sharpness."""
    return (_solution(),)


def _solution() -> Derivation:
    return Derivation(
        "linear/solution-sharpness",
        "The sharpness with which gradient flow would end",
        r"Let $\taEll$ be even with $\taEll'' > 0$ and $\taEll''(0) = 1$, let $\lVert x\rVert = 1$ "
        r"and $y = 0$. Gradient flow from a point with $\taP$ and $\taQ$ ends at a minimum whose "
        r"sharpness $\taSharp_{\infty}$ is given by \stepref{square}, for every input dimension "
        r"and width. A step of gradient descent multiplies it by $|1 - \taEta^2 \taEll'(\taP)^2|$. "
        r"So it never rises if $\taEta \sup|\taEll'| \le \sqrt{2}$; it rises in every step with "
        r"$\taEta |\taEll'(\taP)| > \sqrt{2}$, unless it is $0$.",
        (*_flow(), *_step()),
        (_MAPS, _DIAGONAL, "linear/sharpness"),
    )


def _flow() -> tuple[Step, ...]:
    """What gradient flow conserves, and where it ends."""
    return (
        Step(
            "rate-f",
            rf"Gradient flow is what is left of \stepref{{{_MAPS}:f-next}} and "
            rf"\stepref{{{_MAPS}:s-next}} for small $\taEta$. There",
            Expansion(F_NEXT, F - ETA * SLOPE * S, ETA, 2),
            (f"{_MAPS}:f-next", f"{_MAPS}:unit"),
        ),
        Step(
            "rate-s",
            "and",
            Expansion(S_NEXT, S - 4 * ETA * SLOPE * F, ETA, 2),
            (f"{_MAPS}:s-next", f"{_MAPS}:unit"),
        ),
        Step(
            "conserved",
            r"so that along the flow $f$ changes at the rate $-\taEll' S$ and $S$ at the rate "
            r"$-4 \taEll' f$, whatever $d$ and $m$ are. Of $S^2 - 4f^2$ the same two equations say",
            Expansion(S_NEXT**2 - 4 * F_NEXT**2, S**2 - 4 * F**2, ETA, 2),
            (f"{_MAPS}:f-next", f"{_MAPS}:s-next", f"{_MAPS}:unit"),
        ),
        Step(
            "end",
            r"with nothing of the first order. The flow conserves it, and with it",
            Definition(FLOW_END, sp.sqrt(S**2 - 4 * F**2)),
        ),
        Step(
            "square",
            r"which by $2|f| \le S$ is no smaller than $0$. As $\taEll'$ has the sign of $f$ and "
            r"$S \ge \taSharp_{\infty}$, the flow ends at $f = 0$ with $S = \taSharp_{\infty}$. "
            r"There \stepref{linear/sharpness:trace-at-rest} and "
            r"\stepref{linear/sharpness:determinant-at-rest} say that the sharpness is "
            r"$2/(\taEta\taQ) = S$. At the point itself",
            Identity((FLOW_END**2, 4 * (1 / (ETA**2 * Q**2) - P**2))),
            ("end", *_PLACE),
        ),
    )


def _step() -> tuple[Step, ...]:
    """What a step of gradient descent does to it."""
    before = (f"{_DIAGONAL}:a", f"{_DIAGONAL}:b", *_PLACE)
    after = (f"{_DIAGONAL}:a-next", f"{_DIAGONAL}:b-next")
    return (
        Step(
            "diagonal",
            rf"In the coordinates of \thmref{{{_DIAGONAL}}} this is",
            Identity((FLOW_END**2, 4 * A * B)),
            ("end", *before),
        ),
        Step(
            "end-next",
            "After a step of gradient descent it is",
            Definition(FLOW_END_NEXT, 2 * sp.sqrt(A_NEXT * B_NEXT)),
        ),
        Step(
            "square-next",
            rf"and, by \stepref{{{_DIAGONAL}:a-next}} and \stepref{{{_DIAGONAL}:b-next}},",
            Identity((FLOW_END_NEXT**2, _FACTOR**2 * FLOW_END**2)),
            ("end-next", "end", *after, *before),
        ),
        Step(
            "factor",
            "in which the factor is",
            Identity((_FACTOR**2, (1 - ETA**2 * P**2 * R(P) ** 2) ** 2)),
            (f"{_MAPS}:slope-at-p",),
        ),
        Step(
            "fall",
            r"It is at most $1$ exactly where $\taEta^2 \taEll'^2 \le 2$: there",
            Sign(
                (1 - _FACTOR**2, ETA**2 * SLOPE**2 * (2 - ETA**2 * SLOPE**2)),
                "≥",
                ((2 - ETA**2 * SLOPE**2, "≥"),),
            ),
        ),
    )
