"""Derivations of the bifurcation diagram of the reduced map with q frozen."""

from __future__ import annotations

import sympy as sp

from ..diagram.frozen_family import criticality, frozen_family
from ..models.base import ETA, Model, P, Q, R
from .claims import Cited, Definition, Derivation, Expansion, Identity, Sign, Step
from .notation import FOURTH, FROZEN, OBJECTIVE_STEP, P_NEXT, Q_NEXT, SECOND, THIRD, X
from .serialization import derivative_at

_RESPONSE = R(P)
_SLOPE = sp.diff(_RESPONSE, P)
_STEP = FROZEN(P)
_TWICE = FROZEN(_STEP)
_STEP_SLOPE = sp.Derivative(_STEP, P)
_LOG_SLOPE = P * _SLOPE / _RESPONSE
_CURVATURE = derivative_at(R, 2, sp.S.Zero)
_AT_FLIP = ((Q, sp.S.One),)
_ON_CYCLE = ((Q, _RESPONSE),)


def derivations(model: Model, order: int) -> tuple[Derivation, ...]:
    """The flip at q = 1, the criterion for any objective of one variable, and the 2-cycle."""
    return (_flip(model), _criterion(), _two_cycle(model))


# The flip ------------------------------------------------------------------------------------


def _flip(model: Model) -> Derivation:
    return Derivation(
        "bifurcation/flip",
        r"The flip of the frozen map",
        r"Let $\taR$ be even and analytic with $\taR(0) = 1$ and $\taR''(0) \ne 0$, and let "
        r"$g_{\taQ}(\taP) = (1 - 2\taR(\taP)/\taQ)\,\taP$ with $\taQ > 0$. The fixed point "
        r"$\taP = 0$ has the multiplier $1 - 2/\taQ$: it is linearly stable for $\taQ > 1$ and "
        r"unstable for $\taQ < 1$. At $\taQ = 1$ it undergoes a flip (period doubling), which is "
        r"supercritical if and only if $\taR''(0) < 0$ (A4).",
        (*_frozen_map(model), *_stability_at_zero(), *_normal_form(), _verdict(model)),
        (f"{model.name}/response", f"{model.name}/reduced-map"),
    )


def _frozen_map(model: Model) -> tuple[Step, ...]:
    """Raises ReducedMapError where the frozen map is another."""
    frozen_family(model)
    power = 1 / model.exponent
    opening = (
        rf"One step of the map of \thmref{{{model.name}/reduced-map}} changes $\taQ$ little when "
        rf"the step size is small: for {_FIXED if power.is_Integer else _IN_THE_LIMIT},"
    )
    claims = [_frozen(name, e, power) for name, e in ((Q_NEXT, Q), (P_NEXT, _FAMILY))]
    if sp.expand(model.generic().p_next - _FAMILY) == 0:
        claims[1] = Identity((P_NEXT, _FAMILY))
    q_frozen, p_frozen = claims
    maps = f"{model.name}/reduced-map"
    return (
        Step("q-frozen", opening, q_frozen, (f"{maps}:q-next",)),
        Step("p-frozen", "and", p_frozen, (f"{maps}:p-next",)),
        Step("family", _WE_STUDY, Definition(_STEP, _FAMILY)),
    )


def _frozen(name: sp.Expr, e: sp.Expr, power: sp.Rational) -> Expansion | Identity:
    """What is left of p' or q' to the order ε = η^power; at η = 0 where that is no whole power."""
    if power.is_Integer:
        return Expansion(name, e, ETA, int(power))
    return Identity((name, e), ((ETA, sp.S.Zero),))


_FAMILY = (1 - 2 * _RESPONSE / Q) * P
_FIXED = r"fixed $\taP$ and $\taQ$"
_IN_THE_LIMIT = r"$\taEta \to 0$, with $\taP$ and $\taQ$ fixed"
_WE_STUDY = (
    r"To leading order, then, $\taP$ moves while $\taQ$ stands still. We study the family of maps "
    r"of one variable, with $\taQ > 0$ as its parameter,"
)


def _stability_at_zero() -> tuple[Step, ...]:
    multiplier = 1 - 2 / Q
    stability = sp.Mul(4, Q - 1, Q**-2)  # not multiplied out
    square = 1 - multiplier**2
    return (
        Step(
            "fixed",
            r"Its fixed points are the zeros of",
            Identity((_STEP - P, -2 * P * _RESPONSE / Q)),
            ("family",),
        ),
        Step(
            "slope",
            r"so $\taP = 0$ is one for every $\taQ$, and the only one where $\taR > 0$. The "
            r"derivative of the map is",
            Identity((_STEP_SLOPE, 1 - 2 * (_RESPONSE + P * _SLOPE) / Q)),
            ("family",),
        ),
        Step(
            "multiplier",
            r"and since $\taR(0) = 1$ and $\taR$ is even, near the fixed point",
            Expansion(_STEP_SLOPE, multiplier, P, 2),
            ("family",),
        ),
        Step(
            "stable",
            r"The multiplier of $\taP = 0$ is thus the constant term on the right. It is less than "
            r"1 in size if 1 minus its square is positive; for $\taQ > 1$",
            Sign((square, stability), ">", ((Q - 1, ">"), (Q, ">"))),
        ),
        Step(
            "unstable",
            r"so the fixed point is linearly stable, and for $\taQ < 1$",
            Sign((square, stability), "<", ((Q - 1, "<"), (Q, ">"))),
        ),
        Step(
            "crossing",
            r"so it is unstable. As $\taQ$ falls through 1 the multiplier passes $-1$, and not "
            r"tangentially, for",
            Identity((sp.Derivative(multiplier, Q), sp.Integer(2)), at=_AT_FLIP),
        ),
    )


def _normal_form() -> tuple[Step, ...]:
    return (
        Step(
            "response",
            r"What the loss of stability leads to is decided by the next term. Since the "
            r"response is even and $\taR(0) = 1$,",
            Expansion(_RESPONSE, 1 + _CURVATURE * P**2 / 2, P, 4),
        ),
        Step(
            "cubic",
            r"and the map at the flip is",
            Expansion(_STEP, -P - _CURVATURE * P**3, P, 5, _AT_FLIP),
            ("family",),
        ),
        Step(
            "square",
            r"Two steps of it are, inserting this expansion into itself,",
            Expansion(_TWICE, P + 2 * _CURVATURE * P**3, P, 5, _AT_FLIP),
            ("family",),
        ),
        Step(
            "normal-form",
            r"the terms $\taR''(0)\,\taP^3$ of both steps adding up. The multiplier passes $-1$ "
            r"with non-zero speed, \stepref{crossing}, and the cubic coefficient of the second "
            r"iterate, \stepref{square}, is not zero. By the theorem on the flip the map has, for "
            r"small $\taP$ and $\taQ$ near 1, a 2-cycle on one side of $\taQ = 1$ alone. If the "
            r"coefficient is negative the bifurcation is supercritical: the 2-cycle is stable and "
            r"exists where the fixed point is unstable, for $\taQ < 1$. If it is positive the "
            r"bifurcation is subcritical: the 2-cycle is unstable and exists for $\taQ > 1$.",
            Cited("kuznetsov2004"),
        ),
    )


def _verdict(model: Model) -> Step:
    coefficient = 2 * model.response.curvature
    kind = criticality(coefficient)
    opening = (
        r"\thmref{bifurcation/two-cycle} gives the 2-cycle itself. For the response of "
        rf"\thmref{{{model.name}/response}} the flip is {kind}, the coefficient being"
    )
    sides = (2 * _CURVATURE, coefficient)
    claim = Sign(sides, "<" if kind == "supercritical" else ">", ())
    return Step("verdict", opening, claim, (f"{model.name}/response:response",))


# Any objective of one variable ---------------------------------------------------------------


def _criterion() -> Derivation:
    discriminant = 3 * THIRD**2 - SECOND * FOURTH
    coefficient = sp.Mul(sp.Rational(-2, 3), discriminant, SECOND**-2)  # not multiplied out
    twice = OBJECTIVE_STEP(OBJECTIVE_STEP(X))
    gradient = SECOND * X + THIRD * X**2 / 2 + FOURTH * X**3 / 6
    return Derivation(
        "bifurcation/criterion",
        r"When a flip of gradient descent is supercritical",
        r"Let $F$ be an objective of one variable, four times continuously differentiable, with "
        r"$F' = 0$ and $F'' > 0$ at a point $x_0$. Gradient descent with the step size $2/F''$ has "
        r"the multiplier $-1$ at $x_0$, and the flip there is supercritical if and only if "
        r"$3 {F'''}^2 - F'' F'''' > 0$ (derivatives at $x_0$), provided this number is not $0$.",
        (
            Step(
                "step",
                r"Let $x$ be the distance from $x_0$, and let $F''$, $F'''$, $F''''$ stand for the "
                r"derivatives of $F$ at $x_0$. We put the Taylor polynomial of $F'$ into a step of "
                r"gradient descent with the step size $2/F''$; up to $O(x^4)$ it maps $x$ to",
                Definition(OBJECTIVE_STEP(X), X - sp.Mul(2, gradient, 1 / SECOND)),
            ),
            Step(
                "cubic",
                r"which is",
                Identity(
                    (
                        OBJECTIVE_STEP(X),
                        -X - THIRD * X**2 / SECOND - FOURTH * X**3 / (3 * SECOND),
                    )
                ),
                ("step",),
            ),
            Step(
                "twice",
                r"Two steps are, since the quadratic terms cancel,",
                Expansion(twice, X + coefficient * X**3, X, 4),
                ("step",),
            ),
            Step(
                "negative",
                r"and what was left out in \stepref{step} does not enter here. As in "
                r"\stepref{bifurcation/flip:normal-form}, the flip is supercritical if the "
                r"coefficient of $x^3$ is negative and subcritical if it is positive. It has the "
                r"sign opposite to that of $3 {F'''}^2 - F'' F''''$: if the latter is positive,",
                Sign((coefficient,), "<", ((discriminant, ">"), (SECOND, ">"))),
            ),
            Step(
                "positive",
                r"and if it is negative,",
                Sign((coefficient,), ">", ((discriminant, "<"), (SECOND, ">"))),
            ),
            Step(
                "frozen-gradient",
                r"The frozen map at $\taQ = 1$ is the case in which $F'$ is",
                Expansion(P * _RESPONSE, P + _CURVATURE * P**3 / 2, P, 5),
            ),
            Step(
                "frozen",
                r"and the step size is 2. With the derivatives read off from this expansion,",
                Identity(
                    (discriminant, -3 * _CURVATURE),
                    at=((SECOND, sp.S.One), (THIRD, sp.S.Zero), (FOURTH, 3 * _CURVATURE)),
                ),
            ),
        ),
        ("bifurcation/flip",),
    )


# The 2-cycle ---------------------------------------------------------------------------------


def _two_cycle(model: Model) -> Derivation:
    return Derivation(
        "bifurcation/two-cycle",
        r"The 2-cycle of the frozen map",
        r"Let $\taR$ be even and analytic with $\taR(0) = 1$, positive, and decreasing for "
        r"$z > 0$ (A1). For every $\taQ < 1$ among the values of $\taR$ there is exactly one "
        r"$\taP > 0$ with $\taR(\taP) = \taQ$, and $\pm\taP$ is a 2-cycle of the frozen map, with "
        r"the multiplier $(1 + 2\taP\taR'/\taR)^2$. It is linearly stable if $-1 < "
        r"\taP\taR'/\taR$, superstable where $\taP\taR'/\taR = -1/2$, and unstable if "
        r"$\taP\taR'/\taR < -1$. Together with $\taP = 0$, the curve $\taQ = \taR(\taP)$ is the "
        r"bifurcation diagram of the fixed point and of the symmetric 2-cycles.",
        (*_cycle(), *_cycle_stability(), *_half_map(), *_convexity(model)),
        ("bifurcation/flip", f"{model.name}/reduced-map"),
    )


def _cycle() -> tuple[Step, ...]:
    family = ("bifurcation/flip:family",)
    return (
        Step(
            "odd",
            r"Since $\taR$ is even, the map of \stepref{bifurcation/flip:family} is odd,",
            Identity((FROZEN(-P), -_STEP)),
            family,
        ),
        Step(
            "reflection",
            r"It sends $\taP$ to $-\taP$ where",
            Identity((_STEP + P, 2 * P * (Q - _RESPONSE) / Q)),
            family,
        ),
        Step(
            "cycle",
            r"vanishes: at $\taP = 0$, and where $\taR(\taP) = \taQ$. By A1 the response decreases "
            r"from $\taR(0) = 1$, so a value $\taQ < 1$ is taken at one $\taP > 0$ at most. There",
            Identity((_STEP, -P), at=_ON_CYCLE),
            family,
        ),
        Step(
            "back",
            r"and, the map being odd, a second step leads back:",
            Identity((_TWICE, P), at=_ON_CYCLE),
            family,
        ),
    )


def _cycle_stability() -> tuple[Step, ...]:
    family = ("bifurcation/flip:family",)
    multiplier = (1 + 2 * _LOG_SLOPE) ** 2
    stability = -4 * P * _SLOPE / _RESPONSE * (1 + _LOG_SLOPE)
    signs = ((P, ">"), (_SLOPE, "<"), (_RESPONSE, ">"))
    return (
        Step(
            "slope",
            r"Thus $\pm\taP$ is a 2-cycle. The derivative of the map, "
            r"\stepref{bifurcation/flip:slope}, is on the cycle",
            Identity((_STEP_SLOPE, -(1 + 2 * _LOG_SLOPE)), at=_ON_CYCLE),
            family,
        ),
        Step(
            "multiplier",
            r"at $\taP$, and the same at $-\taP$, since the derivative of an odd function is even. "
            r"The multiplier of the 2-cycle is their product,",
            Identity((sp.Derivative(_TWICE, P), multiplier), at=_ON_CYCLE),
            family,
        ),
        Step(
            "stable",
            r"The cycle is linearly stable if 1 minus the multiplier is positive. We have "
            r"$\taP > 0$, $\taR > 0$ and, by A1, $\taR' < 0$. If moreover "
            r"$1 + \taP\taR'/\taR > 0$, then",
            Sign((1 - multiplier, stability), ">", (*signs, (1 + _LOG_SLOPE, ">"))),
        ),
        Step(
            "unstable",
            r"and if $1 + \taP\taR'/\taR < 0$, then",
            Sign((1 - multiplier, stability), "<", (*signs, (1 + _LOG_SLOPE, "<"))),
        ),
        Step(
            "superstable",
            r"so that the cycle is stable in the first case and unstable in the second. Near it, "
            r"deviations shrink faster than any geometric sequence where the multiplier vanishes:",
            Identity((multiplier, sp.S.Zero), at=((_SLOPE, -_RESPONSE / (2 * P)),)),
        ),
    )


def _half_map() -> tuple[Step, ...]:
    return (
        Step(
            "half",
            r"It remains to see what happens at $\taP\taR'/\taR = -1$, between the two cases. Two "
            r"steps of the frozen map are also two steps of $-g_{\taQ}$, for by "
            r"\stepref{odd}",
            Identity((-FROZEN(-_STEP), _TWICE)),
            ("bifurcation/flip:family",),
        ),
        Step(
            "half-multiplier",
            r"For $-g_{\taQ}$ both points of the cycle are fixed points, with the multiplier that "
            r"\stepref{slope} gives. Where $\taP\taR'/\taR = -1$ it is",
            Identity((1 + 2 * _LOG_SLOPE, -sp.S.One), at=((_SLOPE, -_RESPONSE / P),)),
        ),
        Step(
            "symmetry-breaking",
            r"There $-g_{\taQ}$ has a flip, while the multiplier of the 2-cycle of $g_{\taQ}$ is "
            r"the square, $+1$: the cycle does not double its period but loses its symmetry. If "
            r"$a$ and $b$ form a 2-cycle of $-g_{\taQ}$, then $g_{\taQ}$ sends $a$ to $-b$ and "
            r"$-b$ to $a$, so $\{a, -b\}$ and $\{-a, b\}$ are two 2-cycles of $g_{\taQ}$, each the "
            r"other's mirror image. The non-degeneracy of this bifurcation, and the "
            r"period doublings of the two cycles that may follow, are not derived here.",
            Cited(),
        ),
    )


def _convexity(model: Model) -> tuple[Step, ...]:
    rise = sp.Derivative(P * _RESPONSE, P)
    if model.response.assumes("A2"):
        opening = (
            r"A strictly convex loss never comes to this point. The product $\taP\taR(\taP)$ is "
            r"the derivative of the loss, so its own derivative is $\taEll''(\taP)$, which is "
            r"positive (A2). Since $\taR > 0$, the number $1 + \taP\taR'/\taR$ has the sign of"
        )
        claim: Sign | Identity = Sign((_RESPONSE * (1 + _LOG_SLOPE), rise), ">", ((rise, ">"),))
    else:
        opening = (
            r"The square of the activation shows whether there is such a point: by "
            rf"\stepref{{{model.name}/reduced-map:phi-squared}}, half its second derivative is the "
            r"derivative of $\taP\taR(\taP)$, which is positive at $\taP = 0$. The cycle "
            r"therefore loses its stability at the first inflection of $\taPhi^2$, and there is "
            r"one if $\taPhi$ is bounded; for"
        )
        claim = Identity((rise, _RESPONSE * (1 + _LOG_SLOPE)))
    return (Step("convexity", opening, claim),)
