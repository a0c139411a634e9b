"""The slow curve to first order: h_1 from invariance, for any model."""

from __future__ import annotations

import sympy as sp

from ..curve.first_order import generic_h
from ..models.base import EPSILON, ETA, Model, P, Q, R
from .claims import Definition, Derivation, Expansion, Identity, Solution, Step
from .curve_orders import height_on_curve, on_curve
from .latex import latex
from .notation import MIRRORED, P_NEXT, Q_NEXT, H

_H = H[1](P)


def derivations(model: Model, order: int) -> tuple[Derivation, ...]:
    """h_1 alone, for any model. Raises ReducedMapError where its map has no slow curve."""
    return (_first_order(model),)


def _first_order(model: Model) -> Derivation:
    name, small, formula = model.name, latex(model.small_parameter(ETA)), generic_h(model)
    return Derivation(
        f"{name}/alignment",
        "The slow curve to first order",
        rf"Assume {model.response.assumed()}, and write $\taEps = {small}$. Under the "
        r"reduced map followed by $\taP \mapsto -\taP$, the curve $\taQ = \taR(\taP)(1 + \taEps "
        r"\taH_1(\taP))$ is invariant up to $O(\taEps^2)$ for exactly one even function $\taH_1$, "
        rf"namely $\taH_1 = {latex(formula)}$. That orbits come to it is not derived here.",
        invariance(model, formula),
        (f"{name}/reduced-map", "bifurcation/two-cycle"),
    )


def invariance(model: Model, formula: sp.Expr) -> tuple[Step, ...]:
    """The curve to first order as an ansatz, and the only h_1 with which it is invariant."""
    return (*_ansatz(model), *_image(model, formula))


def _ansatz(model: Model) -> tuple[Step, ...]:
    map_p, map_q = _maps(model)
    at_rest, small = (EPSILON, sp.S.Zero), latex(model.small_parameter(ETA))
    return (
        Step(
            "eps",
            rf"Given is the reduced map of \thmref{{{model.name}/reduced-map}}, which takes "
            r"$(\taP, \taQ)$ to $(\taP_{+}, \taQ_{+})$. We look for a curve that it maps to itself "
            rf"up to the sign of $\taP$, as a power series in $\taEps = {small}$. The step size is "
            r"thus",
            Definition(ETA, model.step_size(EPSILON)),
        ),
        Step(
            "rest",
            r"For $\taEps = 0$ the height $\taQ$ does not change,",
            Identity((Q_NEXT, Q), (at_rest,)),
            (map_q, "eps"),
        ),
        Step(
            "turn",
            r"and on the curve $\taQ = \taR(\taP)$ of 2-cycles (\thmref{bifurcation/two-cycle}) "
            r"the map only changes the sign of $\taP$:",
            Identity((P_NEXT, -P), (at_rest, (Q, R(P)))),
            (map_p, "eps"),
        ),
        Step(
            "curve",
            r"For $\taEps = 0$, therefore, all points of this curve are fixed under the map "
            r"followed by the reflection $\taP \mapsto -\taP$. For small $\taEps$ we look for an "
            r"invariant curve of this composition near it, to first order the graph",
            Definition(Q, height_on_curve(P, 1)),
        ),
    )


def _image(model: Model, formula: sp.Expr) -> tuple[Step, ...]:
    (_, lag), (_, rise) = on_curve(model, 1)
    slope = sp.Derivative(R(P), P)
    balance = sp.expand((R(P) * _H + lag * P * slope - R(P) * rise) / -P)
    image = height_on_curve(MIRRORED, 1)
    map_p, map_q = _maps(model)
    moved, raised = (map_p, "eps", "curve"), (map_q, "eps", "curve")
    both = (map_p, map_q, "eps", "curve", "mirror")
    return (
        Step(
            "mirror",
            r"with an even function $\taH_1$ that is still to be found. Under the composition a "
            r"point of the graph goes to the point with the first coordinate",
            Definition(MIRRORED, -P_NEXT),
        ),
        Step(
            "mirrored",
            r"and the second coordinate $\taQ_{+}$. We insert \stepref{curve} into the map and "
            r"expand in $\taEps$. The first coordinate becomes",
            Expansion(MIRRORED, P * (1 + EPSILON * lag), EPSILON, 2),
            (*moved, "mirror"),
        ),
        Step(
            "next-height",
            "and the second",
            Expansion(Q_NEXT, R(P) * (1 + EPSILON * rise), EPSILON, 2),
            raised,
        ),
        Step(
            "image-height",
            r"The graph itself has, by Taylor's formula, at the first coordinate of "
            r"\stepref{mirrored} the height",
            Expansion(image, R(P) + EPSILON * (R(P) * _H + P * slope * lag), EPSILON, 2),
            (*moved, "mirror"),
        ),
        Step(
            "defect",
            r"because $\taH_1$ there differs from $\taH_1(\taP)$ by $O(\taEps)$ only. "
            r"The graph is invariant to first order if and only if \stepref{image-height} and "
            r"\stepref{next-height} agree to first order. They differ by",
            Expansion(image - Q_NEXT, -EPSILON * P * balance, EPSILON, 2),
            both,
        ),
        Step(
            "h1",
            r"The sum in parentheses is linear in $\taH_1$, and the factor of $\taH_1$ does not "
            r"vanish for $\taP \ne 0$, since $\taR' \ne 0$ there by A1. So it vanishes for one "
            r"function alone,",
            Solution(_H, formula, balance),
        ),
        Step(
            "invariant",
            r"which is even, as it must be. At $\taP = 0$ it is continued by its limit, which "
            r"exists because $\taR''(0) \ne 0$ by A4. With this function the curve is invariant up "
            r"to second order:",
            Expansion(image, Q_NEXT, EPSILON, 2),
            (*both, "h1"),
        ),
    )


def _maps(model: Model) -> tuple[str, str]:
    return (f"{model.name}/reduced-map:p-next", f"{model.name}/reduced-map:q-next")
