"""Negative controls: a response for every hypothesis that fails it, and a wrong map.

The falsified copies of a statement stand with it, in `statements/`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from functools import cache
from typing import Any

from ..theory.models import Model, Q, ReducedModel
from ..theory.responses import Response


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
