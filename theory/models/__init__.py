"""The models, one file each, and the symbols in which their reduced maps are written.

A new file here with a subclass of `Model` is a built-in model: there is no list to extend.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from inspect import isabstract
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Any

from ..errors import InputError
from ..responses import Activation, Loss, Response
from .base import (
    EPSILON,
    ETA,
    MODEL,
    PHI_SQUARED,
    About,
    Model,
    P,
    ParameterSpace,
    Q,
    R,
    ReducedModel,
)
from .deep import Deep
from .linear import (
    DiagonalForm,
    LinearSpectrum,
    LinearUpdate,
    TwoLayerLinear,
    diagonal_form,
    linear_spectrum,
    linear_update,
)
from .neuron import SingleNeuron
from .options import ModelOption
from .product import Product


@cache
def built_in() -> Mapping[str, type[Model]]:
    """Every model that has a file here, by its name; those of the paper come first."""
    modules = [import_module(f"{__name__}.{info.name}") for info in iter_modules(__path__)]
    found: list[type[Model]] = [
        thing
        for module in modules
        for thing in vars(module).values()
        if isinstance(thing, type) and issubclass(thing, Model)
        if thing.__module__ == module.__name__ and not isabstract(thing)
    ]
    found.sort(key=lambda model: (not model.about.from_paper, model.name))
    return MappingProxyType({model.name: model for model in found})


def names() -> tuple[str, ...]:
    """The names of the built-in models.

    >>> names()
    ('linear', 'neuron', 'deep', 'frozen-weight', 'product')
    """
    return tuple(built_in())


def named(name: str) -> type[Model]:
    """The built-in model of this name. Raises InputError."""
    if name not in built_in():
        raise InputError(f"model {name[:60]!r}: known are {', '.join(names())}")
    return built_in()[name]


def of(name: str, text: str, **options: Any) -> Model:
    """A built-in model with the loss or activation that a text means, and with its options.

    Raises InputError for a name, a text or a value that means nothing, and for an option that the
    model does not take.

    >>> of("neuron", "tanh").response.curvature
    -8/3
    >>> of("deep", "log-cosh", depth=4).designation
    'deep, depth 4'
    """
    return _made(named(name), text, options)


def _made(model: type[Model], text: str, options: Mapping[str, Any]) -> Model:
    require_options(model, options)
    return model(model.kind.parse(text), **options)


def recalled(document: Mapping[str, Any], own: type[Model] | None = None) -> Model:
    """The model that a file of this program names by "model", "response" and "options".

    It is a built-in one, or `own` if it is called like that.
    Raises InputError for one that is unknown.

    >>> recalled({"model": "neuron", "response": "tanh(z)"}).name
    'neuron'
    """
    name, text, options = document["model"], document["response"], document.get("options", {})
    kind = own if own is not None and own.name == name else built_in().get(str(name))
    if kind is None:
        raise InputError(
            f"unknown model {str(name)[:60]!r}: it is {' or '.join(names())}, or one of your own, "
            "whose file is to be given"
        )
    if not isinstance(text, str):
        raise InputError("its response must be a text")
    if not isinstance(options, dict) or not all(isinstance(v, str) for v in options.values()):
        raise InputError("its options must be texts by their names")
    return _made(kind, text, {key.replace("-", "_"): value for key, value in options.items()})


def require_options(model: type[Model], names: Iterable[str]) -> None:
    """Raise InputError for the name of an option, or of its field, that a model does not take."""
    known = [option.flag for option in model.options]
    for name in names:
        flag = "--" + name.replace("_", "-")
        if flag not in known:
            has = f"takes {', '.join(known)}" if known else "has no options"
            _, takers = options_of_all().get(flag[2:], (None, ()))
            hint = f"; it is an option of {' and '.join(takers)}" if takers else ""
            raise InputError(f"{flag} does not belong to the {model.spoken()}, which {has}{hint}")


def options_of_all() -> Mapping[str, tuple[ModelOption, tuple[str, ...]]]:
    """Every option of a built-in model by name, with the names of the models that take it."""
    found: dict[str, tuple[ModelOption, tuple[str, ...]]] = {}
    for name, model in built_in().items():
        for option in model.options:
            _, others = found.get(option.name, (option, ()))
            found[option.name] = (option, (*others, name))
    return MappingProxyType(found)


def from_paper() -> tuple[type[Model], ...]:
    """The models of the paper."""
    return tuple(model for model in built_in().values() if model.about.from_paper)


def standard(chosen: Iterable[type[Model]] | None = None) -> list[Model]:
    """The models that are taken where none is named, by default the paper's, each with its usual
    responses.

    >>> [(model.name, model.response.text) for model in standard()][0]
    ('linear', 'log(cosh(z))')
    """
    kinds = from_paper() if chosen is None else chosen
    return [of(kind.name, text) for kind in kinds for text in kind.usual()]


def for_kind(kind: type[Response]) -> type[Model]:
    """The paper's model with responses of this kind. Raises InputError for another kind.

    >>> for_kind(Loss).name
    'linear'
    """
    for model in from_paper():
        if issubclass(kind, model.kind):
            return model
    raise InputError(f"{kind.__name__}: no model of the paper has such responses")


def for_response(response: Response) -> Model:
    """The paper's model with this response. Raises InputError as `for_kind`."""
    return for_kind(type(response))(response)


def is_built_in(model: Model) -> bool:
    """Whether it is one of these and not a copy that is called like one."""
    return built_in().get(model.name) is type(model)


# The hypotheses on the response of every built-in model, in words, by their names.
HYPOTHESES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        name: {hypothesis.name: hypothesis.text for hypothesis in model.seen.hypotheses}
        for name, model in built_in().items()
    }
)

__all__ = [
    "EPSILON",
    "ETA",
    "HYPOTHESES",
    "MODEL",
    "PHI_SQUARED",
    "About",
    "Activation",
    "Deep",
    "DiagonalForm",
    "LinearSpectrum",
    "LinearUpdate",
    "Loss",
    "Model",
    "ModelOption",
    "P",
    "ParameterSpace",
    "Product",
    "Q",
    "R",
    "ReducedModel",
    "Response",
    "SingleNeuron",
    "TwoLayerLinear",
    "built_in",
    "diagonal_form",
    "for_kind",
    "for_response",
    "from_paper",
    "is_built_in",
    "linear_spectrum",
    "linear_update",
    "named",
    "names",
    "of",
    "options_of_all",
    "recalled",
    "require_options",
    "standard",
]
