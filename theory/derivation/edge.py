"""The law of the edge: the flip at a minimum, what stable modes add to it, and the drift."""

from __future__ import annotations

import sympy as sp

from ..models.base import ETA, P
from .claims import Cited, Definition, Derivation, Expansion, Identity, Solution, Step
from .notation import (
    ALIGNED,
    ALONG_FOURTH,
    ALONG_THIRD,
    CONSTANT,
    COUPLING,
    CURVATURE_C,
    DRIFT_CONSTANT,
    DRIFT_LINEAR,
    DRIFT_MIXED,
    DRIFT_QUADRATIC,
    DRIFT_SHIFT,
    KAPPA,
    LAMBDA,
    MODE,
    MODE_NEXT,
    MODE_REST,
    MU,
    MU_NEXT,
    NU_SHIFTED,
    OBJECTIVE_STEP,
    P_NEXT,
    PLANAR_CUBIC,
    PLANAR_MIXED,
    PLANAR_QUADRATIC,
    SHARPENING,
    SHARPENING_CHANGE,
    STIFF,
)

_ALONG = LAMBDA * P + ALONG_THIRD * P**2 / 2 + ALONG_FOURTH * P**3 / 6
_CUBIC = -ETA * ALONG_FOURTH / 6 + ETA * COUPLING**2 / (2 * STIFF)
_C = ETA**2 * ALONG_THIRD**2 / 4 + _CUBIC
_TWICE = OBJECTIVE_STEP(OBJECTIVE_STEP(P))


def law() -> tuple[Derivation, ...]:
    """The flip with stable modes and drift; and the same in other coordinates of the plane."""
    return (_flip(), _planar())


def _flip() -> Derivation:
    return Derivation(
        "edge/law",
        r"The edge of stability of any objective",
        r"Let $L$ be a smooth objective with a minimum whose Hessian has the largest eigenvalue "
        r"$\taSharp$, simple, with the unit eigenvector $u$; a further eigenvalue $\lambda_j > 0$; "
        r"and, it may be, eigenvalues 0 along a manifold of minima. Write $\taP$ for the offset "
        r"along $u$, $s$ for that along the eigenvector of $\lambda_j$, and "
        r"$\mu = \taEta\taSharp - 2$. To leading order a step of gradient descent is a flip with "
        r"the coefficient $c$ of \stepref{c}, its 2-cycle drifts by $-k\taP^2$, and orbits follow "
        r"the curve of \stepref{curve} with $\kappa = k/(2c)$.",
        (*_modes(), *_normal_form(), *_drift(), *_curve()),
    )


def _modes() -> tuple[Step, ...]:
    force = COUPLING * P**2 / 2 + STIFF * MODE
    return (
        Step(
            "mode-next",
            r"Near the minimum, and where $s$ is of the order of $\taP^2$, the objective is "
            r"$\taSharp\taP^2/2 + L_{uuu}\taP^3/6 + L_{uuuu}\taP^4/24 + L_{uuj}\taP^2s/2 + "
            r"\lambda_j s^2/2$ up to terms of the fifth order. The stable mode follows",
            Definition(MODE_NEXT, MODE - ETA * force),
        ),
        Step(
            "rest",
            r"which, as $\taP^2$ hardly changes, rests at",
            Solution(MODE_REST, -COUPLING * P**2 / (2 * STIFF), force.subs(MODE, MODE_REST)),
        ),
        Step(
            "p-next",
            r"That it is there up to higher order needs that it relaxes faster than $\taP^2$ "
            r"drifts, which is assumed. Along $u$ a step is",
            Definition(P_NEXT, P - ETA * (_ALONG + COUPLING * P * MODE)),
        ),
        Step(
            "at-rest",
            r"and with the mode at rest and $\taEta\taSharp = 2 + \mu$",
            Identity(
                (P_NEXT, -(1 + MU) * P - ETA * ALONG_THIRD * P**2 / 2 + _CUBIC * P**3),
                ((MODE, -COUPLING * P**2 / (2 * STIFF)), (LAMBDA, (2 + MU) / ETA)),
            ),
            ("p-next",),
        ),
    )


def _normal_form() -> tuple[Step, ...]:
    step = -(1 + MU) * P - ETA * ALONG_THIRD * P**2 / 2 + _CUBIC * P**3
    return (
        Step("step", "We call the right-hand side", Definition(OBJECTIVE_STEP(P), step)),
        Step("c", "and write", Definition(CURVATURE_C, _C)),
        Step(
            "twice",
            r"Every further stable mode adds its own term with $L_{uuj}^2/\lambda_j$. Two steps at "
            r"$\mu = 0$ are",
            Expansion(_TWICE, P - 2 * CURVATURE_C * P**3, P, 4, ((MU, sp.S.Zero),)),
            ("step", "c"),
        ),
        Step(
            "multiplier",
            "and near the minimum, for any $\\mu$,",
            Expansion(_TWICE, (1 + MU) ** 2 * P, P, 2),
            ("step",),
        ),
        Step(
            "growth",
            r"so that in two steps $\taP^2$ is multiplied by $1 + 4(\mu - c\taP^2)$ up to higher "
            r"order in $\mu$ and $\taP^2$: on average $\ln\taP^2$ grows by $2(\mu - c\taP^2)$ a "
            r"step.",
            Cited(),
        ),
    )


def _drift() -> tuple[Step, ...]:
    moved = -ETA * SHARPENING * P**2 / 2
    change = ETA * (SHARPENING * moved + SHARPENING_CHANGE * moved**2 / 2)
    return (
        Step(
            "k",
            r"Along the manifold of minima the objective has the slope $\taSharp'\taP^2/2$, where "
            r"$\taSharp'$ is the derivative of $\taSharp$ in its steepest direction. "
            r"A step therefore moves the minimum below by $-\taEta\taSharp'\taP^2/2$, and with",
            Definition(DRIFT_CONSTANT, ETA**2 * SHARPENING**2 / 2),
        ),
        Step(
            "drift",
            r"$\mu = \taEta\taSharp - 2$ changes by, with the second derivative $\taSharp''$,",
            Expansion(change, -DRIFT_CONSTANT * P**2, P, 4),
            ("k",),
        ),
    )


def _curve() -> tuple[Step, ...]:
    p = ALIGNED(MU)
    return (
        Step(
            "flow",
            r"While both are small, differences are derivatives: with $k = 2c\kappa$, $\taP^2$ as "
            r"a function of $\mu$ satisfies $\mathrm{d}\taP^2/\mathrm{d}\mu = "
            r"-(\mu - c\taP^2)/(c\kappa)$. This needs that $\kappa$ is small and that it changes "
            r"little while $\mu$ goes through $\kappa$.",
            Cited(),
        ),
        Step(
            "curve",
            "Its solutions are",
            Definition(p, (MU + KAPPA) / CURVATURE_C + CONSTANT * sp.exp(MU / KAPPA)),
        ),
        Step(
            "solves",
            "for",
            Identity((sp.Derivative(p, MU), -(MU - CURVATURE_C * p) / (CURVATURE_C * KAPPA))),
            ("curve",),
        ),
        Step(
            "first-integral",
            r"and along each of them",
            Identity(
                (
                    sp.Derivative((MU + KAPPA - CURVATURE_C * p) * sp.exp(-MU / KAPPA), MU),
                    sp.S.Zero,
                )
            ),
            ("curve",),
        ),
        Step(
            "end",
            r"so what is differentiated there is the same at the start and at the end, where "
            r"$\taP = 0$. As the second part of \stepref{curve} dies when $\mu$ falls by several "
            r"$\kappa$, descent from $\mu_0 \gg \kappa$ ends at $\mu = -\kappa$. On the way from "
            r"$\mu$ to 0 it takes, by $\mathrm{d}\mu/\mathrm{d}t = -2\kappa(\mu + \kappa)$, the "
            r"time $\ln(1 + \mu/\kappa)/(2\kappa)$.",
            Cited(),
        ),
        Step(
            "time",
            "For",
            Identity(
                (
                    sp.Derivative(sp.log(1 + MU / KAPPA) / (2 * KAPPA), MU),
                    1 / (2 * KAPPA * (MU + KAPPA)),
                )
            ),
        ),
    )


def _planar() -> Derivation:
    e, nu = DRIFT_SHIFT, NU_SHIFTED
    at = ((MU, nu - e * P), (DRIFT_LINEAR, 2 * e))
    cubic = PLANAR_CUBIC - PLANAR_MIXED * e
    square = DRIFT_QUADRATIC - DRIFT_MIXED * e + e * (PLANAR_QUADRATIC + e)
    rest = (
        (DRIFT_MIXED - e) * nu * P + square * P**2 + e * PLANAR_MIXED * nu * P**2 + e * cubic * P**3
    )
    return Derivation(
        "edge/planar",
        r"The same in other coordinates of the plane",
        r"Let a step be \stepref{p-next} and \stepref{mu-next}. Then $\nu = \mu + e\taP$ with "
        r"$e = d_{10}/2$ has no term that is linear in $\taP$ alone, and the coefficients of the "
        r"law are those of \stepref{square} and \stepref{cubic}.",
        (
            Step(
                "p-next",
                r"Given are",
                Definition(
                    P_NEXT,
                    -(1 + MU) * P
                    + (PLANAR_QUADRATIC + PLANAR_MIXED * MU) * P**2
                    + PLANAR_CUBIC * P**3,
                ),
            ),
            Step(
                "mu-next",
                "and",
                Definition(
                    MU_NEXT, MU + (DRIFT_LINEAR + DRIFT_MIXED * MU) * P + DRIFT_QUADRATIC * P**2
                ),
            ),
            Step(
                "square",
                r"In $\nu$, that is with $\mu = \nu - e\taP$ and $d_{10} = 2e$, a step moves $\nu$ "
                r"by",
                Identity((MU_NEXT + e * P_NEXT - MU - e * P, rest), at),
                ("p-next", "mu-next"),
            ),
            Step(
                "cubic",
                r"where all that is odd in $\taP$ changes its sign from step to step, so that to "
                r"leading order only $-k\taP^2$, the term in $\taP^2$, is left on average; and",
                Identity(
                    (
                        P_NEXT,
                        -(1 + nu) * P
                        + (PLANAR_QUADRATIC + e) * P**2
                        + PLANAR_MIXED * nu * P**2
                        + cubic * P**3,
                    ),
                    at,
                ),
                ("p-next",),
            ),
            Step(
                "coefficients",
                r"Hence $c$ is the square of the quadratic coefficient plus the cubic one. Another "
                r"choice of $\mu$ beside the curve, such as $\mu + \beta\taP^2$, changes $c$ by "
                r"$\beta$; that does not matter where $\kappa$ is small and steady.",
                Cited(),
            ),
        ),
    )
