"""Negative controls: falsified statements, each of which its check must refute."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from functools import cache
from typing import Any

import sympy as sp

from ..theory.models import EPSILON, Model, P, Q, ReducedModel
from ..theory.responses import Activation, Loss, Response
from ..theory.statements import name_for
from .claims import Claim
from .orbit_claims import CoefficientClaim
from .pointwise import MapClaim, SharpnessClaim
from .statements.alignment import AlignmentClaim, ExactClaim
from .statements.alignment_time import AlignmentTimeClaim
from .statements.crossing import CrossingClaim
from .statements.exponential_alignment import ExponentialClaim
from .statements.flip import CycleClaim, FlipClaim
from .statements.gradient_flow import FlowClaim
from .statements.one_orbit import OneOrbitClaim
from .statements.progressive_sharpening import SharpeningClaim

_OFF = sp.Rational(101, 100)
_HALF = sp.Rational(1, 2)
_FAR_OFF = sp.Rational(21, 20)  # where the error term of one ε hides less than 5 %

# A response for every hypothesis that fails it; the text after # says why.
TWINS: dict[str, dict[str, str]] = {
    "linear": {
        "analytic": "abs(z)",  # a kink at 0
        "symmetry": "exp(z) - 1 - z",  # convex, ℓ''(0) = 1, not even
        "normalised": "2*log(cosh(z))",  # ℓ''(0) = 2
        "A1": "cosh(z) - 1",  # sinh(z)/z grows
        "A2": "log(1+z**2)/2",  # not convex past z = 1; nothing else fails
        "A3": "sqrt(1+z**2)/2 + 5000*sqrt(1+z**2/10000)",  # two scales; nothing else fails
        "A4": "atan(z**2)/2",  # r = 1/(1+z⁴): r''(0) = 0
        "A5": "z*asinh(z) - sqrt(1+z**2)",  # ℓ' = asinh is unbounded; nothing else fails
        "curved": "z**2/2",  # r = 1
    },
    "neuron": {
        "analytic": "z/(1+abs(z))",  # softsign's kink
        "symmetry": "1 - exp(-z)",  # φ'(0) = 1, not odd
        "normalised": "tanh(2*z)",  # φ'(0) = 2
        "A1": "sin(z)",  # r = sin(2z)/(2z) rises again
        "A3": "tanh(100*z)/1000 + 9*tanh(z)/10",  # two scales
        "A4": "z",  # r = 1
        "A5": "asinh(z)",  # |φ'| ≤ 1 but φ is unbounded; nothing else fails
        "curved": "z",
    },
}


def _doubled_drift(right: ReducedModel) -> ReducedModel:
    return replace(right, q_next=2 * right.q_next - Q)


def twins(model: Model) -> dict[str, Response]:
    """For every hypothesis on a model's response, a response that fails it."""
    parse = Loss.parse if isinstance(model.response, Loss) else Activation.parse
    return {name: parse(text) for name, text in TWINS[name_for(model.response)].items()}


def with_wrong_map(model: Model) -> Model:
    """The same model with a wrong map: q moves twice as far in every step."""
    return _wrong(type(model))(*_fields(model))


@cache
def _wrong(right: type[Model]) -> type[Model]:
    def generic(self: Model) -> ReducedModel:
        return _doubled_drift(right.generic(self))

    def reduce(self: Model) -> tuple[Any, ...]:  # a class made here cannot be found by its name
        return with_wrong_map, (right(*_fields(self)),)

    return type(f"Wrong{right.__name__}", (right,), {"generic": generic, "__reduce__": reduce})


def _fields(model: Model) -> Iterator[Any]:
    return (getattr(model, field.name) for field in fields(model))


def falsified(claim: Claim) -> list[Claim]:
    """Copies of a claim with one thing wrong in each. Raises TypeError for an unknown claim."""
    match claim:
        case AlignmentClaim():
            return [
                replace(
                    claim,
                    h=-claim.h,
                    coefficient=-claim.coefficient,
                    falsified="h has the wrong sign",
                ),
                replace(claim, h=_OFF * claim.h, falsified="h off by 1 % away from p = 0"),
                replace(claim, coefficient=_OFF * claim.coefficient, falsified="h(0) off by 1 %"),
                replace(claim, order=claim.order + 1, falsified="order one too high"),
                *_wrong_lower_terms(claim),
            ]
        case AlignmentTimeClaim():
            return [
                *(
                    replace(claim, slopes=tuple(a * k for k in claim.slopes), falsified=text)
                    for text, a in {"factor off by 1 %": _OFF, "half the factor": _HALF}.items()
                ),
                replace(claim, growth=1, falsified="a power of 1/eta"),
                replace(claim, h=_OFF * claim.h, falsified="h off by 1 %"),
            ]
        case OneOrbitClaim():
            return [
                replace(claim, h=_FAR_OFF * claim.h, falsified="h off by 5 %"),
                replace(claim, h=-claim.h, falsified="h has the wrong sign"),
                replace(claim, limit=_FAR_OFF * claim.limit, falsified="limit off by 5 %"),
                replace(claim, saturation=-claim.saturation, falsified="sharpness above 2/eta"),
                replace(claim, gap=_HALF * claim.gap, falsified="half the gap to the surrogate"),
                replace(claim, constant=sp.S.Zero, falsified="no error term"),
                replace(claim, late=1, falsified="crossing one step later"),
                replace(claim, late=-1, falsified="crossing one step earlier"),
            ]
        case ExactClaim():
            linear = sp.series(claim.kappa, EPSILON, 0, 2).removeO()
            return [
                replace(claim, kappa=linear, falsified="kappa to first order only"),
                replace(claim, kappa=_OFF * claim.kappa, falsified="kappa off by 1 %"),
                replace(claim, factor=claim.factor**2, falsified="decay twice as fast"),
                replace(claim, factor=-claim.factor, falsified="p does not change its sign"),
            ]
        case ExponentialClaim():
            wrong = {
                "exponent off by 1 %": _OFF,
                "a power of eta only": sp.Integer(0),
            }
            return [
                *(
                    replace(claim, exponents=tuple(a * e for e in claim.exponents), falsified=text)
                    for text, a in wrong.items()
                ),
                replace(claim, order=claim.order + 1, falsified="order one too high"),
            ]
        case CoefficientClaim():
            return [
                *_wrong_coefficients(claim),
                replace(claim, coefficient=sp.Integer(0), falsified="without the correction"),
                replace(claim, order=claim.order + 1, falsified="order one too high"),
            ]
        case CrossingClaim():
            off = tuple(K + claim.coefficient / 100 for K in claim.constants)
            return [
                *_wrong_coefficients(claim),
                replace(claim, constants=off, falsified="constant off by 1 % of the coefficient"),
                replace(claim, order=claim.order + 1, falsified="order one too high"),
            ]
        case SharpeningClaim():
            return [
                replace(claim, coefficient=_OFF * claim.coefficient, falsified="gap off by 1 %"),
                replace(
                    claim, surrogate=sp.Integer(2) + 0 * P, falsified="surrogate 2/eta throughout"
                ),
                replace(claim, surrogate=4 - claim.surrogate, falsified="surrogate falls"),
                replace(claim, order=claim.order + 1, falsified="order one too high"),
            ]
        case FlowClaim():
            return [
                replace(claim, rate=_OFF, falsified="decay rate m off by 1 %"),
                replace(claim, drift=sp.Integer(0), falsified="q does not move"),
            ]
        case FlipClaim():
            return [
                *_wrong_coefficients(claim),
                replace(claim, multiplier=1 - 1 / Q, falsified="multiplier 1 - 1/q"),
                replace(claim, order=claim.order + 2, falsified="order one too high"),
            ]
        case CycleClaim():
            return [
                replace(
                    claim, multiplier=_OFF * claim.multiplier, falsified="multiplier off by 1 %"
                ),
                replace(claim, level=sp.Rational(99, 100), falsified="cycle at r(p) = 0.99 q"),
            ]
        case MapClaim():
            wrong = 2 * claim.q_next - Q
            return [
                replace(claim, q_next=wrong, falsified="wrong map: drift of q doubled"),
                replace(claim, p_next=_OFF * claim.p_next, falsified="p' off by 1 %"),
            ]
        case SharpnessClaim():
            return [
                replace(claim, sharpness=_OFF * claim.sharpness, falsified="sharpness off by 1 %")
            ]
    raise TypeError(f"{type(claim).__name__} has no negative control")


def _wrong_lower_terms(claim: AlignmentClaim) -> list[Claim]:
    if not claim.lower:
        return []
    *kept, last = claim.lower
    wrong = replace(claim, lower=(*kept, _OFF * last), falsified="the term before off by 1 %")
    return [wrong]


def _wrong_coefficients(claim: CoefficientClaim | CrossingClaim | FlipClaim) -> list[Claim]:
    a = claim.coefficient
    return [
        replace(claim, coefficient=-a, falsified="coefficient has the wrong sign"),
        replace(claim, coefficient=_OFF * a, falsified="coefficient off by 1 %"),
    ]
