"""The model that a command is about: MODEL, its loss or activation, and its own options."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

import click
from click.shell_completion import CompletionItem

from .. import own_code
from ..exits import notice
from ..theory import models
from ..theory.errors import InputError
from ..theory.models import Model
from ..theory.requirements import normalised
from ..theory.responses import ACTIVATIONS, LOSSES, Activation, Loss, Response
from .options import Command, parsed


@dataclass(frozen=True)
class Asked:
    """What was typed of the model; None, or left out, for what was not."""

    name: str | None = None
    loss: str | None = None
    activation: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    normalise: bool = False

    @property
    def nothing(self) -> bool:
        """Whether none of it was typed."""
        return self == Asked()

    def models(self) -> list[Model]:
        """The models asked for; the standard ones of the catalogue where none is.

        Raises InputError for what does not go together and for a loss, an activation or a value
        that is none.
        """
        if self.loss is not None and self.activation is not None:
            raise InputError("--loss and --activation belong to different models: give one of them")
        for kind, text in ((Loss, self.loss), (Activation, self.activation)):
            if text is not None:
                made_of = self._made_of(kind)
                models.require_options(made_of, self.options)
                response = parsed(kind.parse, text, kind.option)
                if self.normalise:
                    response = _normalised(response)
                return [made_of(response, **self._values(made_of))]
        if self.normalise:
            raise InputError("--normalise goes with --loss or --activation")
        chosen = self.kind()
        if chosen is None:
            return self._with_options(models.standard())
        found = [chosen(chosen.kind.parse(text)) for text in chosen.usual()]
        return self._with_options(found)

    def model(self) -> Model:
        """The one model asked for, with its first standard response where none is named.

        Raises InputError as `models` does.
        """
        return self.models()[0]

    def kind(self) -> type[Model] | None:
        """The model that is named: a built-in one, or one of a file, which is run. None for none.

        Raises InputError.
        """
        if self.name is None:
            return None
        return own_code.model_of(self.name) if self.is_own else models.named(self.name)

    @property
    def is_own(self) -> bool:
        """Whether a model of a file is named."""
        return self.name is not None and own_code.is_own(self.name)

    def own_alone(self, told: str) -> type[Model] | None:
        """The model of a file that is named for what a document was made of, None for nothing.

        Raises InputError, which begins with `told`, for anything else that was typed.
        """
        if self != Asked(self.name) or not (self.is_own or self.name is None):
            raise InputError(f"{told}, and a model of your own as FILE.py:CLASS where it is of one")
        return self.kind()

    def _made_of(self, kind: type[Response]) -> type[Model]:
        """The model of this name, or the paper's, for a kind of response that it has to take."""
        usual = models.for_kind(kind)
        model = self.kind() or usual
        if not issubclass(kind, model.kind):
            raise InputError(
                f"{kind.option} belongs to the {usual.spoken()}; the {model.spoken()} takes "
                f"{model.kind.option}"
            )
        return model

    def _with_options(self, found: list[Model]) -> list[Model]:
        if not self.options:
            return found
        for model in found:
            models.require_options(type(model), self.options)
        return [model.with_options(self._values(type(model))) for model in found]

    def _values(self, model: type[Model]) -> dict[str, Any]:
        by_name = {option.name: option for option in model.options}
        rows = [(by_name[name], text) for name, text in self.options.items()]
        return {option.field: parsed(option.parse, text, option.flag) for option, text in rows}


def _normalised(response: Response) -> Response:
    """With r(0) = 1; what that means for step size and sharpness is told on stderr."""
    try:
        found = normalised(response)
    except InputError as error:
        raise InputError(f"--normalise: {error}") from None
    if found.factor != 1:
        notice(
            f"--normalise takes {found.response.text}: {found.advice}. Every step size shown is "
            f"{found.factor} times yours; every sharpness is yours divided by {found.factor}"
        )
    return found.response


class _ModelName(click.Choice):  # type: ignore[type-arg]  # it is of texts
    """A built-in model, or one of a user's own by FILE.py:CLASS."""

    def __init__(self) -> None:
        super().__init__(models.names())

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """One word: the names would not fit into a line of the help, which tells them."""
        return "MODEL" if param.required else "[MODEL]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The text of either; any other is refused with the names that are known."""
        if own_code.is_own(value) or value in self.choices:
            return value
        known = ", ".join(map(repr, self.choices))
        told = f"{value!r} is not one of {known}, nor FILE.py:CLASS."
        raise click.BadParameter(told, ctx=ctx, param=param)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        """The names, or files where none begins so."""
        known = super().shell_complete(ctx, param, incomplete)
        return known or [CompletionItem(incomplete, type="file")]


def complete(names: Callable[[str | None], Mapping[str, str]]) -> Callable[..., Any]:
    """For an option's `shell_complete`: the names known for the model typed so far, with help."""

    def found(
        context: click.Context, option: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        # Words before an option that still lacks its value stand in `args`, not in `params`.
        model = next((name for name in models.names() if name in context.args), None)
        model = model or context.params.get("model")
        if model is not None and own_code.is_own(model):
            model = None  # no file is run to complete a word
        known = names(model).items()
        return [CompletionItem(n, help=about) for n, about in known if n.startswith(incomplete)]

    return found


def model_options(*, required: bool) -> Callable[[Command], Command]:
    """MODEL, --loss, --activation and every option of a model; the command gets them as `asked`."""
    own = models.options_of_all()
    decorators = (
        click.argument("model", type=_ModelName(), required=required),
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
        click.option(
            "--normalise",
            is_flag=True,
            help="Take the multiple of the loss or activation that has r(0) = 1 instead.",
        ),
        *(
            click.option(
                option.flag,
                _destination(option.field),
                metavar=option.metavar,
                help=f"{option.help[:-1]} [{', '.join(takers)}; default: {option.default}].",
            )
            for option, takers in own.values()
        ),
    )

    def decorate(command: Command) -> Command:
        @wraps(command)
        def gathered(
            *given: Any,
            model: str | None,
            loss: str | None,
            activation: str | None,
            normalise: bool,
            **others: Any,
        ) -> Any:
            typed = {o.name: others.pop(_destination(o.field)) for o, _ in own.values()}
            values = {name: text for name, text in typed.items() if text is not None}
            return command(
                *given, asked=Asked(model, loss, activation, values, normalise), **others
            )

        gathered.__doc__ = f"{command.__doc__}\n\n    {_told()}\n"
        found: Command = gathered
        for decorator in reversed(decorators):
            found = decorator(found)
        return found

    return decorate


def _told() -> str:
    """What MODEL may be."""
    return f"MODEL is one of {', '.join(models.names())}, or of your own, as FILE.py:CLASS."


def _destination(name: str) -> str:
    """The parameter of click's for an option of a model: commands have parameters of their own."""
    return f"model_{name}"
