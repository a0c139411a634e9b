"""Texts with formulas in LaTeX as one line of plain Unicode."""

from __future__ import annotations

from functools import cache

from ..errors import InputError
from .inline import Style, rendered
from .plain_math import plain_math


@cache
def plain_text(text: str) -> str:
    r"""A text with $formulas$ and no references, for a terminal.

    >>> plain_text(r"$\taR'(z) < 0$ for $z > 0$")
    "r'(z) < 0 for z > 0"

    Raises InputError for a reference, a citation or a command that it does not know.
    """
    return rendered(text, Style(str, plain_math, lambda _, inside: inside, _refused, _refused))


def _refused(*_: object) -> str:
    raise InputError("a text in one line refers to nothing")
