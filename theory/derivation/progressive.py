"""Derivation of progressive sharpening: the surrogate increases, and how near the sharpness is."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ..models.base import EPSILON, ETA, Model, P, Q, R
from .claims import Cited, Definition, Derivation, Expansion, Identity, Sign, Solution, Step
from .notation import DETERMINANT, GAP, MU, SIGMA, SURROGATE, SURROGATE_SLOPE, TRACE, H
from .serialization import derivative_at

AT_P = SIGMA(P)
_SIGMA_SLOPE = sp.diff(AT_P, P)
_SLOPE = sp.diff(R(P), P)
_H = H[1](P)
_SHIFT = EPSILON * P * _H / AT_P  # r̂(q) − p on the curve
_BEND = derivative_at(R, 2, sp.S.Zero)
RATIO = P * _SIGMA_SLOPE / AT_P


@dataclass(frozen=True)
class Sharpening:
    """What progressive sharpening is made of in one model.

    In LaTeX: what is `given`, `where` λ̃ increases, of what `size` the difference is, and why
    `distinct` roots are. `growth`: that q grows; the root μ is 2(1+σ)(1 − ε h_1) + ε `more`; `gap`
    is D, and `factor`/r''(0) is D(0).
    """

    given: str
    where: str
    size: str
    distinct: str
    growth: Step
    more: sp.Expr
    gap: sp.Expr
    factor: int


def progressive(model: Model, parts: Sharpening) -> tuple[Derivation, ...]:
    """The surrogate sharpness increases with q, and how far the sharpness is from it."""
    name = model.name
    return (
        Derivation(
            f"{name}/progressive-sharpening",
            "Progressive sharpening",
            _statement(name, parts),
            (
                *_increase(),
                parts.growth,
                *_expanded(name, parts),
                *_gap(model, parts),
                _along_orbit(name),
            ),
            tuple(f"{name}/{n}" for n in ("response", "reduced-map", "sharpness", "alignment")),
        ),
    )


def _statement(name: str, parts: Sharpening) -> str:
    return (
        rf"{parts.given} Let $\hat{{\taR}}$ be the inverse of $\taR$ on $\taP \ge 0$, and put "
        r"$\tilde{\taSharp}(\taQ) = (2/\taEta)(1 + "
        r"\hat{\taR}(\taQ)\,\taR'(\hat{\taR}(\taQ))/\taQ)$ for $\taQ \le 1$ and "
        r"$\tilde{\taSharp}(\taQ) = 2/\taEta$ beyond. Then $\tilde{\taSharp}$ "
        rf"increases with $\taQ \le 1${parts.where}, and along the orbits of "
        rf"\thmref{{{name}/alignment}} "
        r"$\tilde{\taSharp}(\taQ_t)$ never falls from $t_a$ on. From there on, and while "
        r"$\taQ_t \le 1$, the sharpness "
        r"is $\taSharp_t = \tilde{\taSharp}(\taQ_t) + D(\taP_t)\,\taEps/\taEta + "
        rf"O(\taEps^2/\taEta)$ with $D$ as in \stepref{{gap}}. {parts.size}"
    )


def _increase() -> tuple[Step, ...]:
    return (
        Step(
            "sigma",
            r"Everything is said most shortly in terms of",
            Definition(AT_P, P * _SLOPE / R(P)),
        ),
        Step(
            "surrogate",
            r"For $\taP > 0$ it is negative by A1 and decreasing by A3, and $\sigma(0) = 0$. For "
            r"$\taQ \le 1$ let $\taP = \hat{\taR}(\taQ)$ be the solution of $\taR(\taP) = \taQ$ "
            r"with $\taP \ge 0$, of which A1 allows only one. With it,",
            Definition(SURROGATE(Q), 2 * (1 + P * _SLOPE / Q) / ETA),
        ),
        Step(
            "in-sigma",
            r"or, as $\taQ = \taR(\taP)$,",
            Identity((SURROGATE(R(P)), 2 * (1 + AT_P) / ETA)),
            ("surrogate", "sigma"),
        ),
        Step(
            "below",
            r"This stays below the limit of stability,",
            Sign((2 / ETA - SURROGATE(R(P)), -2 * AT_P / ETA), ">", ((AT_P, "<"),)),
            ("in-sigma",),
        ),
        Step(
            "slope",
            r"and tends to $2/\taEta$ as $\taQ$ tends to 1, that is $\taP$ to 0. We differentiate "
            r"\stepref{in-sigma} with respect to $\taP$. By the chain rule "
            r"$\tilde{\taSharp}'(\taQ)\,\taR'(\taP) = 2\sigma'(\taP)/\taEta$ at $\taQ = "
            r"\taR(\taP)$, hence",
            Solution(
                SURROGATE_SLOPE,
                2 * _SIGMA_SLOPE / (ETA * _SLOPE),
                SURROGATE_SLOPE * _SLOPE - sp.Derivative(SURROGATE(R(P)), P),
            ),
            ("in-sigma",),
        ),
        Step(
            "increasing",
            r"Here $\sigma' < 0$ by A3 and $\taR' < 0$ by A1, so that",
            Sign(
                (ETA * SURROGATE_SLOPE / 2, _SIGMA_SLOPE / _SLOPE),
                ">",
                ((_SIGMA_SLOPE, "<"), (_SLOPE, "<")),
            ),
            ("slope",),
        ),
    )


def _expanded(name: str, parts: Sharpening) -> tuple[Step, ...]:
    """ηλ and ηλ̃ on the curve to first order in ε."""
    return (
        Step(
            "candidate",
            rf"Now let $(\taP, \taQ)$ be on the curve of \stepref{{{name}/alignment:curve}}, with "
            r"$\taP > 0$. There $\taEta\taSharp$ is the larger root of the quadratic "
            r"polynomial with the coefficients $-\taEta T$ and $\taEta^2\Delta$, by "
            rf"\thmref{{{name}/sharpness}}. At $\taEps = 0$ the roots are $0$ and $2(1+\sigma)$. "
            rf"They are distinct, since {parts.distinct}; hence the larger one depends smoothly on "
            r"$\taEps$. To first order it is",
            Definition(MU, sp.Mul(2, 1 + AT_P, 1 - EPSILON * _H) + EPSILON * parts.more),
        ),
        Step(
            "quadratic",
            r"because this solves the equation to first order:",
            Expansion(MU**2 - ETA * TRACE * MU + ETA**2 * DETERMINANT, sp.S.Zero, EPSILON, 2),
            (
                f"{name}/sharpness:trace",
                f"{name}/sharpness:determinant",
                f"{name}/alignment:eps",
                f"{name}/alignment:curve",
                "sigma",
                "candidate",
            ),
        ),
        Step(
            "inverse",
            r"So $\taEta\taSharp = \mu + O(\taEps^2)$. For the surrogate we need "
            r"$\hat{\taR}(\taQ)$, which on this curve is not quite $\taP$. Since",
            Expansion(R(P + _SHIFT), R(P) * (1 + EPSILON * _H), EPSILON, 2),
            ("sigma",),
        ),
        Step(
            "surrogate-there",
            r"and the right-hand side is $\taQ$, $\hat{\taR}(\taQ)$ is the argument on the left up "
            r"to $O(\taEps^2)$. With \stepref{in-sigma}, $\taEta\tilde{\taSharp}(\taQ)$ is up to "
            r"$O(\taEps^2)$",
            Expansion(
                2 * (1 + SIGMA(P + _SHIFT)),
                2 * (1 + AT_P) + 2 * EPSILON * _H * RATIO,
                EPSILON,
                2,
            ),
        ),
        Step(
            "gap-in-h",
            r"The zeroth orders agree. Let $D$ be the difference of the first orders,",
            Definition(GAP(P), parts.more - 2 * _H * (1 + AT_P + RATIO)),
        ),
        Step(
            "difference",
            r"so that $\taEta(\taSharp - \tilde{\taSharp}) = \taEps D + O(\taEps^2)$, or, by "
            r"\stepref{candidate} and \stepref{surrogate-there},",
            Expansion(MU - 2 * (1 + SIGMA(P + _SHIFT)), EPSILON * GAP(P), EPSILON, 2),
            ("candidate", "gap-in-h"),
        ),
    )


def _gap(model: Model, parts: Sharpening) -> tuple[Step, ...]:
    name, at_zero = model.name, parts.factor / _BEND
    return (
        Step(
            "gap",
            r"Insertion of $\taH_1$ gives",
            Identity((GAP(P), parts.gap)),
            ("gap-in-h", f"{name}/alignment:h1", "sigma"),
        ),
        Step(
            "gap-at-zero",
            r"For small $\taP$ both $\sigma$ and $\taP^2$ are small, with the ratio "
            r"$\taR''(0) \ne 0$ (A4), and $\taP\sigma'/\sigma$ tends to $2$. So",
            Expansion(GAP(P), at_zero, P, 2),
            ("gap-in-h", f"{name}/alignment:h1", "sigma"),
        ),
        Step(
            "gap-number",
            r"For the response at hand the leading term is",
            Identity((at_zero, parts.factor / model.response.curvature)),
            (f"{name}/response:response",),
        ),
    )


def _along_orbit(name: str) -> Step:
    return Step(
        "orbit",
        r"An orbit is on the curve only up to $O(\taEps^2)$ relative to $\taQ$, and only from "
        rf"$t_a$ on, by the theorem of Song and Yun that \thmref{{{name}/alignment}} quotes. "
        r"Both $\taEta\taSharp$ and $\taEta\tilde{\taSharp}$ change by $O(\taEps^2)$ with it, so "
        r"that the formulas for the curve hold for the orbit as well.",
        Cited("song2023"),
    )
