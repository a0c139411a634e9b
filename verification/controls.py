"""Negative controls: falsified statements, each of which its check must refute."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from functools import cache
from typing import Any

import sympy as sp

from ..theory.models import EPSILON, Model, P, Q, ReducedModel
from ..theory.responses import Response
from .claims import Claim
from .crossing_claims import CrossingClaim
from .curve_claims import AlignmentClaim, ExactClaim
from .enclosed_claims import OneOrbitClaim
from .exponential_claims import ExponentialClaim
from .flow_claims import FlowClaim
from .frozen_claims import CycleClaim, FlipClaim
from .map_claims import MapClaim, SharpnessClaim
from .orbit_claims import CoefficientClaim
from .sharpening_claims import SharpeningClaim
from .transient_claims import AlignmentTimeClaim

_OFF = sp.Rational(101, 100)
_HALF = sp.Rational(1, 2)
_FAR_OFF = sp.Rational(21, 20)  # where the error term of one ε hides less than 5 %


def _doubled_drift(right: ReducedModel) -> ReducedModel:
    return replace(right, q_next=2 * right.q_next - Q)


def twins(model: Model) -> dict[str, Response]:
    """For every hypothesis on a model's response, a response that fails it."""
    kind = type(model.response)
    return {hypothesis.name: kind.parse(hypothesis.twin) for hypothesis in kind.hypotheses}


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
