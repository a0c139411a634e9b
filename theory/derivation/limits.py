"""Where aligned orbits end: the limit q*, and the sharpness at which they saturate."""

from __future__ import annotations

from functools import cache

import sympy as sp

from ..algebra.symbolic import attempted, cancelled, factored
from ..curve.closed import curve_generic
from ..curve.series import curve_series
from ..errors import InputError
from ..models.base import ETA, PHI_SQUARED, Model, P, R
from .claims import Cited, Definition, Derivation, Expansion, Step
from .curve import ORBIT
from .curve_orders import slow_curve
from .latex import latex
from .notation import LAMBDA_LIMIT, Q_LIMIT, H
from .serialization import derivative_at

_GENERIC = 2  # h_k(0) in terms of the derivatives of r at 0 is short up to here


def derivations(model: Model, order: int) -> tuple[Derivation, ...]:
    """The limit of q and of the sharpness, to the given order."""
    return (_limit(model, order), _saturation(model, order))


# The limit ------------------------------------------------------------------------------------


def _limit(model: Model, order: int) -> Derivation:
    name = model.name
    return Derivation(
        f"{name}/limit",
        r"The limit of $\taQ$",
        rf"Assume {model.response.assumed()}. {ORBIT} tends to a point $(0, \taQ_{{*}})$, and "
        r"$\taQ_{*}$ has the expansion of \stepref{limit}, the same for all of them.",
        (*_at_zero(model, order), *_limit_steps(model, order)),
        tuple(f"{name}/{label}" for label in ("alignment", "slow-curve", "response")),
    )


def _at_zero(model: Model, order: int) -> list[Step]:
    """h_k(0) for a generic response."""
    name = model.name
    steps = [
        Step(
            "response-at-zero",
            rf"Given are the functions $\taH_k$ of \thmref{{{name}/alignment}} and "
            rf"\thmref{{{name}/slow-curve}}. We first find their values at $\taP = 0$. The "
            r"response is even with $\taR(0) = 1$, hence",
            Expansion(R(P), 1 + P**2 * derivative_at(R, 2, sp.S.Zero) / 2, P, 4),
        )
    ]
    if model.response.square is not None:
        steps.append(
            Step(
                "square-at-zero",
                r"and, as the derivative of $\taPhi^2$ is $2 \taP \taR$,",
                Expansion(PHI_SQUARED(P), P**2, P, 4),
            )
        )
    values = values_at_zero(model, min(order, _GENERIC))
    texts = (
        rf"Inserted into \stepref{{{name}/alignment:h1}} this gives",
        rf"In the same way, from \stepref{{{name}/slow-curve:h2}} and one more term of the series,",
    )
    uses = (f"{name}/alignment:h1", f"{name}/slow-curve:h2")
    for k, value in enumerate(values, start=1):
        claim = Expansion(H[k](P), value, P, 2)
        steps.append(Step(f"h{k}-zero", texts[k - 1], claim, (uses[k - 1],)))
    return steps


@cache
def values_at_zero(model: Model, order: int) -> tuple[sp.Expr, ...]:
    """h_1(0), …, h_order(0) in terms of r''(0), r⁗(0), …

    >>> from trajalign.theory.models import Loss, TwoLayerLinear
    >>> str(values_at_zero(TwoLayerLinear(Loss.parse("log-cosh")), 1)[0])
    '-1/(2*Subs(Derivative(r(z), (z, 2)), z, 0))'
    """
    known = {derivative_at(R, 2 * k, sp.S.Zero): sp.Dummy(f"r{2 * k}") for k in range(1, order + 2)}
    r = 1 + sum(c * P ** (2 * k) / sp.factorial(2 * k) for k, c in enumerate(known.values(), 1))
    w = sp.integrate(sp.expand(2 * P * r), P)
    back = {symbol: derivative for derivative, symbol in known.items()}
    found = []
    for h in curve_generic(model, order):
        series = h.subs(PHI_SQUARED(P), w).subs(R(P), r).doit()
        found.append(factored(cancelled(series).subs(P, 0)).xreplace(back))
    return tuple(found)


def _limit_steps(model: Model, order: int) -> list[Step]:
    name, short = model.name, min(order, _GENERIC)
    small = latex(model.small_parameter(ETA))
    values = [H[k](sp.S.Zero) for k in range(1, order + 1)]
    generic = [*values_at_zero(model, short)]
    numbers, uses = _numbers(model, order)
    steps = [
        Step(
            "attraction",
            r"By the theorem of Song and Yun, which is not proved here, an orbit as in the "
            r"statement passes $\taQ = 1$ and tends to a point $(0, \taQ_{*})$, and it follows the "
            rf"slow curve all the way (\thmref{{{name}/alignment}}). The argument by which the "
            r"distance from the curve to first order is $O(\taEps^2)$ leaves a distance of "
            rf"$O(\taEps^{{{order + 1}}})$ from the curve to order ${order}$. So $\taQ_{{*}}$ is, "
            r"up to this remainder, the height of the curve at $\taP = 0$, where $\taR = 1$.",
            Cited("song2023"),
        ),
        Step(
            "height",
            rf"With $\taEps = {small}$ this height is",
            Definition(Q_LIMIT, 1 + _powers(model, values)),
        ),
        Step(
            "limit",
            r"We insert \stepref{h1-zero}"
            + (r" and \stepref{h2-zero}" if short > 1 else "")
            + " and arrive at",
            Expansion(Q_LIMIT, 1 + _powers(model, generic), ETA, _next_power(model, short)),
            ("height", *(f"h{k}-zero" for k in range(1, short + 1))),
        ),
    ]
    if numbers:
        steps.append(
            Step(
                "limit-response",
                rf"For the response of \thmref{{{name}/response}}, with the values of $\taH_k(0)$ "
                rf"in \thmref{{{name}/slow-curve}}, this is",
                Expansion(
                    Q_LIMIT, 1 + _powers(model, numbers), ETA, _next_power(model, len(numbers))
                ),
                ("height", *uses),
            )
        )
    return steps


@cache
def _numbers(model: Model, order: int) -> tuple[list[sp.Expr], tuple[str, ...]]:
    """h_k(0) for the response, and the steps that have them; none where they are not rational."""
    name, kinds = model.name, ("series", "closed")
    # A closed form that is 0/0 at p = 0 says nothing of its limit there.
    known = {
        step.name
        for step in slow_curve(model, order).steps
        if step.name.endswith("-series") or _has_value_at_zero(step)
    }
    found = [
        next((f"h{k}-{kind}" for kind in kinds if f"h{k}-{kind}" in known), None)
        for k in range(1, order + 1)
    ]
    try:
        values = [h[0] for h in curve_series(model, order, 1).h]
    except InputError:
        values = []
    if not values or None in found:  # one number is rational up to a unit, more may not be
        uses = ("h1-zero", f"{name}/response:series")
        second = {derivative_at(R, 2, sp.S.Zero): model.response.curvature}
        return [values_at_zero(model, 1)[0].xreplace(second)], uses
    return values, tuple(f"{name}/slow-curve:{step}" for step in found)


def _has_value_at_zero(step: Step) -> bool:
    if not step.name.endswith("-closed"):
        return False
    value = attempted(lambda e: e.subs(P, 0), step.claim.sides[-1], otherwise=None)
    return value is not None and bool(value.is_finite)


def _powers(model: Model, coefficients: list[sp.Expr]) -> sp.Expr:
    """Σ cₖ εᵏ with ε as a power of η."""
    epsilon = model.small_parameter(ETA)
    return sp.Add(*(c * epsilon**k for k, c in enumerate(coefficients, start=1)))


def _next_power(model: Model, order: int) -> int:
    """The power of η in the remainder after ε^order."""
    return int((order + 1) / model.exponent)


# Saturation -----------------------------------------------------------------------------------


def _saturation(model: Model, order: int) -> Derivation:
    name, short = model.name, min(order, _GENERIC)
    numbers, uses = _numbers(model, order)
    limit = f"{name}/limit"
    zeros = tuple(f"{limit}:h{k}-zero" for k in range(1, short + 1))
    steps = [
        Step(
            "sharpness",
            rf"Given is the limit $(0, \taQ_{{*}})$ of an orbit as in \thmref{{{limit}}}. The "
            r"sharpness is a continuous function of $(\taP, \taQ)$, and at $\taP = 0$ it is "
            rf"$2/(\taEta \taQ)$ by \thmref{{{name}/sharpness}}. Along the orbit it therefore "
            r"tends to",
            Definition(LAMBDA_LIMIT, 2 / (ETA * Q_LIMIT)),
        ),
        Step(
            "saturation",
            rf"We insert \stepref{{{limit}:height}} and the values at 0 from \thmref{{{limit}}}, "
            r"and expand the reciprocal:",
            _expansion(model, [*values_at_zero(model, short)]),
            ("sharpness", f"{limit}:height", *zeros),
        ),
    ]
    if numbers:
        local = tuple(use if ":" in use else f"{limit}:{use}" for use in uses)
        steps.append(
            Step(
                "saturation-response",
                r"As $\taR''(0) < 0$ by A4, the sharpness settles a little below $2/\taEta$. For "
                rf"the response of \thmref{{{name}/response}}",
                _expansion(model, numbers),
                ("sharpness", f"{limit}:height", *local),
            )
        )
    labels = ("limit", "sharpness", "slow-curve", "response")
    return Derivation(
        f"{name}/saturation",
        "Saturation of the sharpness",
        rf"Assume {model.response.assumed()}. {ORBIT} has a sharpness that tends to a limit "
        r"$\taSharp_{*}$ with the expansion of \stepref{saturation}: it saturates just below "
        r"$2/\taEta$.",
        tuple(steps),
        tuple(f"{name}/{label}" for label in labels),
    )


def _expansion(model: Model, values: list[sp.Expr]) -> Expansion:
    """λ* = (2/η)/(1 + Σ cₖ εᵏ), expanded as far as the cₖ go."""
    inverse = [sp.S.One]
    for k in range(1, len(values) + 1):
        inverse.append(
            factored(-sp.Add(*(values[i - 1] * inverse[k - i] for i in range(1, k + 1))))
        )
    epsilon = model.small_parameter(ETA)
    series = sp.Add(*(2 * c * epsilon**k / ETA for k, c in enumerate(inverse)))
    order = _next_power(model, len(values)) - 1
    return Expansion(LAMBDA_LIMIT, series, ETA, order)
