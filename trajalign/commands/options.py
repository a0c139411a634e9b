"""Options that several commands share, with one vocabulary for all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click
import sympy as sp
from click.shell_completion import CompletionItem

from ..numerics.grids.grid import linspace
from ..theory import models
from ..theory.errors import InputError
from ..theory.expressions.parsing import parse_rational
from ..theory.models import Model
from ..theory.responses import ACTIVATIONS, LOSSES, Activation, Loss, Response
from ..verification.measuring.effort import QUICK, THOROUGH

T = TypeVar("T")
Command = Callable[..., Any]

_POSITIVE = {"--eta": "a step size is positive"}

# A path as it is typed, which shells complete; whether it can be written, `files` tells better.
FILE = click.Path(readable=False)


class WholeNumber(click.IntRange):
    """A whole number between two others, which the help gives as "1 to 256"."""

    def _describe_range(self) -> str:
        top = str(self.max)
        is_round = len(top) > 6 and set(top[1:]) == {"0"} and top[0] == "1"
        return f"{self.min} to {f'10^{len(top) - 1}' if is_round else top}"


json_option = click.option(
    "--json",
    "json_file",
    metavar="FILE",
    type=FILE,
    help="Write the results as JSON; - for stdout.",
)

eta_option = click.option(
    "--eta", metavar="R", help="Largest step size of the ladder, such as 0.05 or 1/20."
)

digits_option = click.option(
    "--digits",
    metavar="N",
    type=WholeNumber(30, 1000),
    help=f"Decimal digits of the orbits [default: {QUICK.digits}; thorough: {THOROUGH.digits}].",
)

jobs_option = click.option(
    "--jobs",
    metavar="N",
    type=WholeNumber(1, 256),
    help="Processes to use [default: all cores].",
)


def complete(names: Callable[[str | None], Mapping[str, str]]) -> Callable[..., Any]:
    """For an option's `shell_complete`: the names known for the model typed so far, with help."""

    def found(
        context: click.Context, option: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        # Words before an option that still lacks its value stand in `args`, not in `params`.
        model = next((name for name in models.names() if name in context.args), None)
        known = names(model or context.params.get("model")).items()
        return [CompletionItem(n, help=about) for n, about in known if n.startswith(incomplete)]

    return found


def model_options(*, required: bool) -> Callable[[Command], Command]:
    """MODEL, --loss and --activation."""
    decorators = (
        click.argument("model", type=click.Choice(models.names()), required=required),
        click.option(
            "--loss",
            metavar="E",
            help=f"An expression in z, or one of: {', '.join(LOSSES)}.",
            shell_complete=complete(lambda model: LOSSES),
        ),
        click.option(
            "--activation",
            metavar="E",
            help=f"An expression in z, or one of: {', '.join(ACTIVATIONS)}.",
            shell_complete=complete(lambda model: ACTIVATIONS),
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
    for kind, text in ((Loss, loss), (Activation, activation)):
        if text is not None:
            known = _made_of(kind, model)
            return [known(parsed(kind.parse, text, kind.option))]
    return models.standard(None if model is None else (models.named(model),))


def _made_of(kind: type[Response], name: str | None) -> type[Model]:
    """The model of this name, or the paper's, for a kind of response that it has to take."""
    usual = models.for_kind(kind)
    model = usual if name is None else models.named(name)
    if not issubclass(kind, model.kind):
        raise InputError(
            f"{kind.option} belongs to the {usual.spoken()}; the {model.spoken()} takes "
            f"{model.kind.option}"
        )
    return model


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


def axis(text: str, option: str) -> tuple[sp.Rational, ...]:
    """The values of an axis: A, or A,B,C, or FIRST:LAST:COUNT. Raises InputError."""
    if ":" not in text:
        return tuple(rational(part.strip(), option) for part in text.split(","))
    return spaced(text, option, "an axis is A, or A,B,C, or FIRST:LAST:COUNT")


def spaced(text: str, option: str, allowed: str) -> tuple[sp.Rational, ...]:
    """The values of FIRST:LAST:COUNT. Raises InputError that says what is `allowed`."""
    parts = text.split(":")
    if len(parts) != 3 or not parts[2].strip().isdecimal():
        raise InputError(f"{option} {text[:60]}: {allowed}")
    first, last = (rational(part, option) for part in parts[:2])
    return parsed(lambda count: linspace(first, last, int(count)), parts[2], option)
