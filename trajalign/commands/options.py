"""Options that several commands share, with one vocabulary for all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click
import sympy as sp

from ..theory.errors import InputError
from ..theory.expressions import parse_rational
from ..theory.models import Model, SingleNeuron, TwoLayerLinear
from ..theory.responses import ACTIVATIONS, LOSSES, Activation, Loss

T = TypeVar("T")
Command = Callable[..., Any]

_STANDARD = {"linear": ("log-cosh", "pseudo-huber"), "neuron": ("tanh",)}
_POSITIVE = {"--eta": "a step size is positive"}

json_option = click.option(
    "--json", "json_file", metavar="FILE", help="Write the results as JSON; - for stdout."
)


def model_options(*, required: bool) -> Callable[[Command], Command]:
    """MODEL, --loss and --activation."""
    decorators = (
        click.argument("model", type=click.Choice(["linear", "neuron"]), required=required),
        click.option(
            "--loss", metavar="E", help=f"An expression in z, or one of: {', '.join(LOSSES)}."
        ),
        click.option(
            "--activation",
            metavar="E",
            help=f"An expression in z, or one of: {', '.join(ACTIVATIONS)}.",
        ),
    )

    def decorate(command: Command) -> Command:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


def chosen_models(model: str | None, loss: str | None, activation: str | None) -> list[Model]:
    """The models that the options name; the standard ones of the catalogue where they name none.

    Raises InputError for options that do not go together and for a loss or activation that is none.
    """
    if loss is not None and activation is not None:
        raise InputError("--loss and --activation belong to different models: give one of them")
    if model == "neuron" and loss is not None:
        raise InputError("--loss belongs to the linear model; the neuron takes --activation")
    if model == "linear" and activation is not None:
        raise InputError("--activation belongs to the neuron; the linear model takes --loss")
    if loss is not None:
        return [TwoLayerLinear(parsed(Loss.parse, loss, "--loss"))]
    if activation is not None:
        return [SingleNeuron(parsed(Activation.parse, activation, "--activation"))]
    found: list[Model] = []
    if model != "neuron":
        found += [TwoLayerLinear(Loss.parse(name)) for name in _STANDARD["linear"]]
    if model != "linear":
        found += [SingleNeuron(Activation.parse(name)) for name in _STANDARD["neuron"]]
    return found


def chosen_model(model: str | None, loss: str | None, activation: str | None) -> Model:
    """The one model that the options name, with its first standard response where they name none.

    Raises InputError as `chosen_models` does.
    """
    return chosen_models(model, loss, activation)[0]


def parsed(parse: Callable[[str], T], text: str, option: str) -> T:
    """What `parse` makes of an option's text; its errors name the option."""
    try:
        return parse(text)
    except InputError as error:
        raise InputError(f"{option}: {error}") from None


def rational(text: str, option: str) -> sp.Rational:
    """An option's text as an exact number. Raises InputError."""
    return parsed(parse_rational, text, option)


def positive(text: str, option: str) -> sp.Rational:
    """An option's text as an exact positive number. Raises InputError."""
    value = rational(text, option)
    if value <= 0:
        raise InputError(f"{option} {text}: {_POSITIVE.get(option, 'it has to be positive')}")
    return value
