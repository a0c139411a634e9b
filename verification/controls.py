"""Negative controls: a response for every hypothesis that fails it, and a wrong map.

The falsified copies of a statement stand with it, in `statements/`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from functools import cache
from typing import Any

from ..theory.models import Model, Q, ReducedModel
from ..theory.responses import Activation, Loss, Response
from ..theory.statements import name_for

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
