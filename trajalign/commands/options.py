"""Options that several commands share, with one vocabulary for all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click
import sympy as sp

from ..numerics.grids.grid import linspace
from ..theory.errors import InputError
from ..theory.expressions.parsing import parse_rational
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

theorems_option = click.option(
    "--theorems",
    "theorems_file",
    metavar="FILE",
    type=FILE,
    help="What your text calls the statements, as TOML (verify --theorems-template prints one).",
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
