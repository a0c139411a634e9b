"""The slow curve of a map that is not odd in p, to first order."""

from __future__ import annotations

import sympy as sp

from ...curve.two_sided_first_order import (
    HEIGHT,
    OPPOSITE,
    OTHER_H,
    OTHER_RISE,
    RISE,
    SLOPE,
    FirstOrder,
    H,
    exchanged,
    first_order_of,
)
from ...models.base import EPSILON, ETA, Model, P, Q, R
from ...models.linear import linear_map
from ...models.product import Product
from ..claims import Definition, Derivation, Expansion, Solution, Step
from ..latex import latex
from ..notation import (
    CURVATURE,
    MU,
    ORIGIN,
    P_NEXT,
    Q_NEXT,
    QUARTIC,
    STEEP,
    STEEP_THERE,
    TILT,
    TWIST,
)

_HEIGHT, *_ = _CYCLE = tuple(
    f"bifurcation/two-cycle:{n}" for n in ("height", "multiplier", "steep", "steep-there")
)


def derivations(model: Model, order: int) -> tuple[Derivation, ...]:
    """h at p and p̃ from two linear equations, and its value at 0."""
    assert isinstance(model, Product)
    name, small = model.name, latex(model.small_parameter(ETA))
    return (
        Derivation(
            f"{name}/alignment",
            "The slow curve to first order, on both sides",
            rf"Assume {_assumed()}, and write $\taEps = {small}$. Under the reduced map the curve "
            r"$\taQ = Q_0(\taP)(1 + \taEps \taH(\taP))$ is invariant up to $O(\taEps^2)$ for "
            r"exactly one function $\taH$ on both sides of $\taP = 0$: that of \stepref{h}, and "
            r"$\taH(0) = 1/(2\rho)$ whatever the target. That orbits come to it is not derived "
            r"here.",
            (*_images(model), *_equations(model), *_at_zero()),
            (f"{name}/reduced-map", "bifurcation/two-cycle", "bifurcation/flip"),
        ),
    )


def _first(model: Product) -> FirstOrder:
    """The first order with a letter for the output at the minimum."""
    return first_order_of(linear_map(ORIGIN, model.valley.bend), model.step_size(EPSILON))


def _assumed() -> str:
    return "A1 and A4"


def _images(model: Product) -> tuple[Step, ...]:
    first, maps = _first(model), f"{model.name}/reduced-map"
    known = ("eps", "output", "g", "curve", _HEIGHT)
    return (
        Step(
            "eps",
            rf"Given is the reduced map of \thmref{{{maps}}}. We write for the step size",
            Definition(ETA, model.step_size(EPSILON)),
        ),
        Step("output", r"the output at the minimum", Definition(ORIGIN, model.origin)),
        Step("g", r"and we write $g = g(\taP)$, so that", Definition(R(P), SLOPE / P)),
        Step(
            "curve",
            r"For $\taEps = 0$ the map takes the points of $\taQ = Q_0(\taP)$ at $\taP$ and at "
            r"$\tilde{\taP}$ to each other (\thmref{bifurcation/two-cycle}). For small $\taEps$ "
            r"we look for an invariant curve near it, whose height at $\taP$ is",
            Definition(Q, HEIGHT * (1 + EPSILON * H)),
        ),
        Step(
            "moved",
            r"A step takes that point to near $\tilde{\taP}$,",
            Expansion(P_NEXT, OPPOSITE + EPSILON * first.moved, EPSILON, 2),
            (f"{maps}:p-next", *known),
        ),
        Step(
            "raised",
            "at the height",
            Expansion(Q_NEXT, HEIGHT * (1 + EPSILON * first.risen), EPSILON, 2),
            (f"{maps}:q-next", *known),
        ),
    )


def _equations(model: Product) -> tuple[Step, ...]:
    first = _first(model)
    here = OTHER_H + STEEP_THERE * first.moved - first.risen
    other = first.risen - STEEP_THERE * first.moved
    there = exchanged(here.subs(STEEP_THERE, STEEP)).subs(OTHER_H, other)
    forced = other.subs(H, 0), exchanged(other.subs(H, 0).subs(STEEP_THERE, STEEP))
    value = (forced[1] + (1 + (P - OPPOSITE) * STEEP) * forced[0]) / (1 - MU)
    return (
        Step(
            "here",
            r"With $\taH$ at $\tilde{\taP}$ written $\tilde{\taH}$, the curve has there, to first "
            r"order, the height $Q_0 (1 + \taEps \tilde{\taH})$, and changes by its slope "
            r"times what $\taP_{+}$ is off $\tilde{\taP}$. The image lies on it if and only if",
            Solution(OTHER_H, other, here),
        ),
        Step(
            "h",
            r"The same at $\tilde{\taP}$, where $g$ is $-g$ and the two points change places, is a "
            r"second linear equation. We insert \stepref{here} into it and find, where the "
            r"multiplier of the 2-cycle is not 1,",
            Solution(H, value, there),
            _CYCLE,
        ),
    )


def _at_zero() -> tuple[Step, ...]:
    def g(p: sp.Expr) -> sp.Expr:
        return p + TILT * p**2 / 2 + TWIST * p**3 / 6 + QUARTIC * p**4 / 24

    quartic = (18 * TILT**3 - 6 * TILT * TWIST + QUARTIC) / 12
    across = -P - TILT * P**2 - TILT**2 * P**3 - quartic * P**4
    rise = sp.diff(g(P), P)
    values = (
        (SLOPE, g(P)),
        (RISE, rise),
        (OTHER_RISE, rise.subs(P, across)),
        (OPPOSITE, across),
    )
    return (
        Step(
            "across",
            r"Near $\taP = 0$ we insert the power series of $g$, whose derivatives there are 1, "
            r"$g''$, $g'''$ and $g''''$. The point opposite to $\taP$ is the polynomial put in "
            r"on the left, but for $O(\taP^5)$:",
            Expansion(g(across) + g(P), sp.S.Zero, P, 5),
        ),
        Step(
            "at-zero",
            r"and with $\rho$ of \stepref{bifurcation/flip:rho} the function $\taH$ tends to",
            Expansion(H, 1 / (2 * CURVATURE), P, 1, values),
            ("h", *_CYCLE, "bifurcation/flip:rho"),
        ),
    )
