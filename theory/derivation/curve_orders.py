"""The slow curve to any order: the recursion, h_2, …, h_K."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import sympy as sp

from ..algebra.symbolic import factored
from ..curve.closed import curve_generic
from ..models.base import EPSILON, ETA, Model, P, Q, R
from .claims import Definition, Derivation, Expansion, Identity, Solution, Step
from .curve_forms import for_the_response
from .latex import latex
from .notation import ALPHA, CHI, FORCING, MIRRORED, NU, P_NEXT, Q_NEXT, ZETA, H

_SPELLED_OUT = 3  # from k = 4 on, h_k in terms of r alone fills many lines
_SLOPE = sp.Derivative(R(P), P)
_FACTOR = 2 * P * _SLOPE  # of h_k in the equation of order k
_ORDINALS = ("zeroth", "first", "second", "third", "fourth")


def height_on_curve(p: sp.Expr, order: int) -> sp.Expr:
    """r(p)(1 + ε h_1(p) + … + ε^order h_order(p)).

    >>> height_on_curve(P, 1)
    (epsilon*h1(p) + 1)*r(p)
    """
    return R(p) * _one_plus([H[k](p) for k in range(order + 1)])


def _named(family: Sequence[Any], order: int) -> list[sp.Expr]:
    return [family[k](P) for k in range(order + 1)]


def _one_plus(coefficients: list[sp.Expr]) -> sp.Expr:
    return 1 + sp.Add(*(EPSILON**k * c for k, c in enumerate(coefficients) if k))


@cache
def on_curve(model: Model, order: int) -> tuple[tuple[sp.Expr, ...], tuple[sp.Expr, ...]]:
    """The coefficients of ε⁰, …, ε^order in −p₊/p and in q₊/r(p), with q on the curve."""
    generic = model.generic()
    place = {ETA: model.step_size(EPSILON), Q: height_on_curve(P, order)}
    return (
        _coefficients(-generic.p_next.subs(place) / P, order),
        _coefficients(generic.q_next.subs(place) / R(P), order),
    )


def _coefficients(e: sp.Expr, order: int) -> tuple[sp.Expr, ...]:
    found = []
    for k in range(order + 1):
        found.append(sp.expand(sp.cancel(e.subs(EPSILON, 0)) / sp.factorial(k)))
        e = sp.diff(e, EPSILON)
    return tuple(found)


@cache
def slow_curve(model: Model, order: int) -> Derivation:
    """The recursion to the given order, and the closed forms or power series for the response."""
    name, small = model.name, latex(model.small_parameter(ETA))
    needs = tuple(f"{name}/{label}" for label in ("reduced-map", "alignment", "response"))
    return Derivation(
        f"{name}/slow-curve",
        "The slow curve to any order",
        rf"Let $\taR$ be analytic and even with $\taR(0) = 1$, $\taR' \ne 0$ for $\taP \ne 0$ and "
        rf"$\taR''(0) \ne 0$, and write $\taEps = {small}$. There is exactly one formal power "
        r"series $\taQ = \taR(\taP)(1 + \taEps \taH_1(\taP) + \taEps^2 \taH_2(\taP) + "
        r"\dots)$ that is invariant under the reduced map followed by $\taP \mapsto -\taP$. Its "
        r"coefficients follow one after another: $\taH_k$ is $1/(2 \taP \taR')$ times an "
        r"expression in $\taR$ and $\taH_1, \dots, \taH_{k-1}$. They are computed here for "
        rf"$k \le {order}$.",
        (
            *_first_steps(model, order),
            *_orders(model, order),
            *for_the_response(model, [_down_to_r(model, k) for k in range(1, order + 1)]),
        ),
        needs,
    )


# The recursion --------------------------------------------------------------------------------


def _first_steps(model: Model, order: int) -> tuple[Step, ...]:
    """What stands before the single orders: the ansatz, its image, and where h_k comes in."""
    lags, rises = on_curve(model, order)
    image = height_on_curve(MIRRORED, order)
    ks = range(1, order + 1)
    forcing = sp.Add(*(EPSILON**k * (FORCING[k](P) - _FACTOR * H[k](P)) for k in ks))
    map_p, map_q = (f"{model.name}/reduced-map:{step}" for step in ("p-next", "q-next"))
    place = (f"{model.name}/alignment:eps", "curve")
    nearby = R(MIRRORED) * (1 + ZETA * CHI(MIRRORED)) - R(P) * (1 + ZETA * CHI(P))
    place_at_rest = (MIRRORED, (2 / (1 + ZETA * CHI(P)) - 1) * P)
    return (
        Step(
            "curve",
            rf"Given is the reduced map of \thmref{{{model.name}/reduced-map}}, with $\taEta$ "
            rf"written in terms of $\taEps$ as in \stepref{{{place[0]}}}. As in "
            rf"\thmref{{{model.name}/alignment}}, where the first order is found, we insert a "
            rf"curve into the map, now to order ${order}$:",
            Definition(Q, height_on_curve(P, order)),
        ),
        Step(
            "mirror",
            "Under the map followed by the reflection a point of it goes to the point with the "
            "first coordinate",
            Definition(MIRRORED, -P_NEXT),
        ),
        *_coefficient_steps(order, lags, rises),
        Step(
            "mirrored",
            "they are the coefficients of the image, for",
            Expansion(MIRRORED, P * _one_plus(_named(ALPHA, order)), EPSILON, order + 1),
            (map_p, *place, "mirror", *(f"alpha-{k}" for k in ks)),
        ),
        Step(
            "next-height",
            "and",
            Expansion(Q_NEXT, R(P) * _one_plus(_named(NU, order)), EPSILON, order + 1),
            (map_q, *place, *(f"nu-{k}" for k in ks)),
        ),
        Step(
            "taylor",
            rf"The curve is invariant if its own height at ${latex(MIRRORED)}$ is $\taQ_{{+}}$. "
            r"That height follows from Taylor's formula, which for a function $\chi$ and a small "
            r"relative change $\zeta$ of its argument reads",
            Expansion(CHI(P * (1 + ZETA)), _taylor(CHI(P), ZETA, order), ZETA, order + 1),
        ),
        Step(
            "unknown",
            r"We need to know how $\taH_k$ comes in. As the map is smooth in $\taEps$, a change "
            r"of the curve by a small factor $1 + \zeta \chi(\taP)$ has at $\taEps = 0$ the same "
            r"effect up to $O(\taEps \zeta)$. There the map followed by the reflection keeps the "
            r"height and takes $\taP$ to $(2 \taR/\taQ - 1) \taP$, so the difference of the two "
            r"heights is",
            Expansion(nearby, -ZETA * _FACTOR * CHI(P), ZETA, 2, at=(place_at_rest,)),
        ),
        *_forcing_steps(order, lags, rises),
        Step(
            "defect",
            "With these, and with no condition yet on any of the functions $\\taH_k$, the "
            "difference of the two heights is",
            Expansion(image - Q_NEXT, forcing, EPSILON, order + 1),
            (
                map_p,
                map_q,
                *place,
                "mirror",
                *(f"alpha-{k}" for k in range(1, order)),
                *(f"forcing-{k}" for k in ks),
            ),
        ),
    )


def _coefficient_steps(
    order: int, lags: tuple[sp.Expr, ...], rises: tuple[sp.Expr, ...]
) -> list[Step]:
    steps = []
    for k in range(1, order + 1):
        text = (
            r"and the second coordinate $\taQ_{+}$. We expand both in $\taEps$. Let"
            if k == 1
            else f"for the {_ORDINALS[k]} order let"
        )
        steps.append(Step(f"alpha-{k}", text, Definition(ALPHA[k](P), lags[k])))
        steps.append(Step(f"nu-{k}", "and", Definition(NU[k](P), rises[k])))
    return steps


def _taylor(f: sp.Expr, small: sp.Symbol, order: int) -> sp.Expr:
    return sp.Add(
        *(small**j * P**j * _derivative(f, j) / sp.factorial(j) for j in range(order + 1))
    )


def _derivative(f: sp.Expr, count: int) -> sp.Expr:
    return sp.Derivative(f, (P, count)) if count else f


def _forcing_steps(order: int, lags: tuple[sp.Expr, ...], rises: tuple[sp.Expr, ...]) -> list[Step]:
    steps = []
    for k in range(1, order + 1):
        text = (
            r"For $\zeta = \taEps^k$, $\chi = \taH_k$ this says that the coefficient of "
            r"$\taEps^k$ in this difference is $R_k - 2 \taP \taR' \taH_k$, where $R_k$ stands "
            r"for what $\taH_1, \dots, \taH_{k-1}$ contribute. By \stepref{mirrored}, "
            r"\stepref{next-height} and \stepref{taylor} with $\chi = \taR$, $\taR \taH_1$, "
            r"\dots, these contributions are"
            if k == 1
            else "and"
            if k == order
            else "further"
        )
        steps.append(
            Step(f"forcing-{k}", text, Definition(FORCING[k](P), _forcing(k, lags, rises)))
        )
    return steps


def _forcing(k: int, lags: tuple[sp.Expr, ...], rises: tuple[sp.Expr, ...]) -> sp.Expr:
    """The coefficient of εᵏ in r(p̂)(1 + Σ εⁱ hᵢ(p̂)) − q₊ with h_k = 0."""
    growth = sp.Poly([ALPHA[j](P) for j in range(k - 1, 0, -1)] + [0], EPSILON)
    lag, rise = sp.expand(lags[k] + 2 * H[k](P)), sp.expand(rises[k] - H[k](P))
    total = P * _SLOPE * factored(lag) - R(P) * factored(rise)
    for j in range(1, k + 1):
        power = growth**j
        for i in range(k):
            coefficient = power.coeff_monomial(EPSILON ** (k - i))
            height = R(P) * H[i](P) if i else R(P)
            total += coefficient * P**j * _derivative(height, j) / sp.factorial(j)
    return total


def _orders(model: Model, order: int) -> tuple[Step, ...]:
    """Order by order: h_k, and that the curve is then invariant."""
    first = f"{model.name}/alignment:h1"
    steps = [
        Step(
            "first",
            r"For each $k$ in turn the coefficient of $\taEps^k$ vanishes for exactly one "
            rf"$\taH_k$. For $k = 1$ it is the function of \stepref{{{first}}},",
            Identity((H[1](P), FORCING[1](P) / _FACTOR)),
            (first, "forcing-1"),
        )
    ]
    generic = curve_generic(model, min(order, _SPELLED_OUT))
    for k in range(2, order + 1):
        equation = FORCING[k](P) - _FACTOR * H[k](P)
        solved = Solution(H[k](P), FORCING[k](P) / _FACTOR, equation)
        if k > _SPELLED_OUT:
            text = (
                f"and for $k = {k}$, where the formula in terms of $\\taR$ alone would fill many "
                "lines and is left out,"
            )
            steps.append(Step(f"h{k}", text, solved))
            continue
        steps.append(Step(f"order-{k}", f"and for $k = {k}$", solved))
        steps.append(
            Step(
                f"h{k}",
                "which, written out, is",
                Identity((H[k](P), generic[k - 1])),
                (f"order-{k}", *_ingredients(model, k)),
            )
        )
    left = sp.Add(*(EPSILON**k * (FORCING[k](P) - _FACTOR * H[k](P)) for k in range(1, order + 1)))
    solved_by = (f"order-{k}" if k <= _SPELLED_OUT else f"h{k}" for k in range(2, order + 1))
    steps.append(
        Step(
            "invariant",
            r"With these functions the right-hand side of \stepref{defect} vanishes,",
            Identity((left, sp.S.Zero)),
            (first, "forcing-1", *solved_by),
        )
    )
    return tuple(steps)


def _ingredients(model: Model, k: int) -> tuple[str, ...]:
    """The steps by which the formula for h_k comes down to r (and φ²)."""
    lower = (f"h{i}" for i in range(2, k))
    names = (f"forcing-{k}", *(f"alpha-{i}" for i in range(1, k)), *lower)
    squared = model.response.square is not None
    derivative = (f"{model.name}/reduced-map:phi-squared",) if squared else ()
    return (*names, f"{model.name}/alignment:h1", *derivative)


def _down_to_r(model: Model, k: int) -> tuple[str, ...]:
    """The steps that express h_k by r (and φ²)."""
    if k == 1:
        return (f"{model.name}/alignment:h1",)
    if k <= _SPELLED_OUT:
        return (f"h{k}",)
    return (f"h{k}", *_ingredients(model, k))
