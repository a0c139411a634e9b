"""What a model takes beside its response: a depth, a target, …

A model with options has a further dataclass field for each, and names them in `options`; every
command then takes `--NAME`, and every table, file and figure tells the value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..arguments import shown
from ..errors import ArgumentError, InputError


@dataclass(frozen=True)
class ModelOption:
    """One option of a model; `name` is that of the field, with - in the place of _.

    `parse` makes a value of a text and raises InputError; the text of a value is its str, which
    `parse` has to read. `help` is a line for the command line, `metavar` stands there for the
    value, and `default` is what is taken where none is given. `always`: told at its default too.

    >>> from trajalign.theory.expressions.parsing import parse_rational
    >>> minimum = ModelOption("minimum", parse_rational, "Where the loss is least.", 0)
    >>> minimum.field, minimum.read("0.5"), minimum.read(2)
    ('minimum', 1/2, 2)
    """

    name: str
    parse: Callable[[str], Any]
    help: str
    default: Any
    metavar: str = "R"
    always: bool = False

    @property
    def field(self) -> str:
        """The name of the dataclass field."""
        return self.name.replace("-", "_")

    @property
    def flag(self) -> str:
        """The option of the command line."""
        return f"--{self.name}"

    def read(self, value: Any) -> Any:
        """The value that is meant by a text or by what str makes a text of.

        Raises ArgumentError, which names the option.
        """
        try:
            return self.parse(value if isinstance(value, str) else str(value))
        except InputError as error:
            raise ArgumentError(f"{self.name} = {shown(value)}: {error}") from None


def told(name: str, settings: Mapping[str, str]) -> str:
    """A name with the settings that belong to it.

    >>> told("deep", {"depth": "4"})
    'deep, depth 4'
    """
    return ", ".join((name, *(f"{option} {value}" for option, value in settings.items())))


def with_options(settings: Mapping[str, str]) -> dict[str, Any]:
    """The settings of a model as every JSON document has them: nothing, where there are none.

    >>> with_options({"depth": "4"}), with_options({})
    ({'options': {'depth': '4'}}, {})
    """
    return {"options": dict(settings)} if settings else {}
