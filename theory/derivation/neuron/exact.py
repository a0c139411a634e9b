"""The neuron whose slow curve is exactly a multiple of r, and why it is the only one."""

from __future__ import annotations

import sympy as sp

from ...curve.closed import curve_generic
from ...curve.exact import exact_curve
from ...models.base import EPSILON, ETA, PHI_SQUARED, Model, P, Q, R
from ...series import taylor
from ..claims import Definition, Derivation, Identity, Solution, Step
from ..notation import GAMMA, KAPPA, P_NEXT, Q_NEXT, H

_W, _SLOPE = PHI_SQUARED(P), sp.Derivative(R(P), P)
_MAP = "neuron/reduced-map"
_RULE = f"{_MAP}:phi-squared"


def derivations(model: Model, order: int) -> tuple[Derivation, ...]:
    """The derivation of the exact curve where the response has one, else none."""
    curve = exact_curve(model)
    if curve is None:
        return ()
    return (
        Derivation(
            "neuron/exact",
            "An exact slow curve",
            r"For the response of \thmref{neuron/response} and every step size for which the "
            r"root in \stepref{kappa} is real, the reduced map takes the curve $\taQ = \kappa "
            r"\taR(\taP)$ to itself, without any remainder, and on it $\taP_{+}$ is a fixed "
            r"multiple of $\taP$. Up to a stretch of $z$ this is the only activation for which "
            r"$\taH_1$ is constant.",
            (*_invariance(curve.factor.subs(EPSILON, ETA)), *_uniqueness(model)),
            (_MAP, "neuron/alignment", "neuron/response"),
        ),
    )


def _invariance(factor: sp.Expr) -> tuple[Step, ...]:
    return (
        Step(
            "kappa",
            r"Given are the reduced map of \thmref{neuron/reduced-map} and the response of "
            r"\thmref{neuron/response}. Let",
            Definition(KAPPA, 2 / (1 + factor)),
        ),
        Step(
            "curve",
            r"We claim that the reduced map takes the curve",
            Definition(Q, KAPPA * R(P)),
        ),
        Step(
            "p-next",
            r"to itself. On it, the quotient $\taR(\taP)/\taQ$ does not depend on $\taP$, and",
            Identity((P_NEXT, (1 - 2 / KAPPA) * P, -factor * P)),
            (f"{_MAP}:p-next", "curve", "kappa"),
        ),
        Step(
            "q-next",
            r"This holds for every response. For the one at hand, moreover,",
            Identity((Q_NEXT, KAPPA * R(P_NEXT))),
            (
                f"{_MAP}:q-next",
                "curve",
                "p-next",
                "kappa",
                "neuron/response:response",
                "neuron/response:square",
            ),
        ),
    )


def _uniqueness(model: Model) -> tuple[Step, ...]:
    h, formula = H[1](P), curve_generic(model, 1)[0]
    constant = taylor(model.concrete(formula), 1, P)[0]
    condition = GAMMA * P * _SLOPE + R(P) * _W
    first_integral = P**2 * R(P) - _W + _W**2 / (4 * GAMMA)
    rest = 1 - _W / (4 * GAMMA)
    return (
        Step(
            "constant",
            r"so the image lies on the curve again. As there is only one formal invariant curve "
            r"(\thmref{neuron/slow-curve}), the coefficients of $\kappa$ as a power series in "
            r"$\taEps = \taEta$ are the functions $\taH_k$ of this response, which therefore are "
            r"constants. The first is, by \stepref{neuron/alignment:h1},",
            Identity((h, constant)),
            ("neuron/alignment:h1", "neuron/response:response", "neuron/response:square"),
        ),
        Step(
            "condition",
            r"Conversely, let $\taPhi$ be any activation for which $\taH_1$ is a constant, "
            r"$\gamma$. We have",
            Identity((h - GAMMA, -condition / (P * _SLOPE))),
            ("neuron/alignment:h1",),
        ),
        Step(
            "first-integral",
            r"and the left-hand side is 0, so the numerator on the right vanishes for all $\taP$. "
            r"By \stepref{neuron/reduced-map:phi-squared} the derivative of $\taPhi^2$ is $2 \taP "
            r"\taR$, so that",
            Identity((sp.Derivative(first_integral, P), P * condition / GAMMA)),
            (_RULE,),
        ),
        Step(
            "r-of-phi",
            r"vanishes as well. The function that is differentiated here is 0 at $\taP = 0$; so it "
            r"is 0 for all $\taP$, that is,",
            Solution(R(P), (_W - _W**2 / (4 * GAMMA)) / P**2, first_integral),
        ),
        Step(
            "quotient",
            r"By this and by the same rule,",
            Identity((sp.Derivative(_W / (P**2 * rest), P), sp.S.Zero)),
            (_RULE, "r-of-phi"),
        ),
        Step(
            "phi",
            r"The quotient is therefore constant, and equal to its limit 1 at $\taP = 0$. Solving "
            r"for $\taPhi^2$, we arrive at",
            Solution(_W, P**2 / (1 + P**2 / (4 * GAMMA)), _W - P**2 * rest),
        ),
        Step(
            "stretch",
            r"This is the square of the activation of \stepref{neuron/response:activation} with "
            r"$z$ replaced by a multiple of it. For the value of $\gamma$ in \stepref{constant} it "
            r"is the same function:",
            Identity((_W, P**2 / (1 + P**2 / (4 * constant)))),
            ("neuron/response:square",),
        ),
    )
