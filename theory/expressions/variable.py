"""Expressions in one variable of any name, such as log(cosh(u)), as expressions in z."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

import sympy as sp

from ..errors import ExpressionError
from ..functions.typed import KNOWN
from .grammar import CONSTANTS, is_foreign, quoted
from .parsing import Z, parameters_in, parse_expression

_CLOSE = 0.7  # so close to a known name, another one is taken for a slip


def parse_in_one_variable(text: str, catalogue: Iterable[str] = ()) -> Any:
    """An expression in whatever variable the text is written, in Z.

    The variable is the only name that is neither a function nor a constant. A name that looks like
    one of these, or like one of `catalogue`, and a name alone are not taken for a variable.
    Raises ExpressionError as `parse_expression`, and for several names.

    >>> parse_in_one_variable("(1 - u**2)**2/4")
    (1 - z**2)**2/4
    """
    try:
        names = parameters_in(text)
    except ExpressionError:  # the words of what follows are better
        names = ()
    meant = [name for name in names if _may_be_meant([*KNOWN, *CONSTANTS, *catalogue], name)]
    if meant != list(names) or text.strip() in names:
        return parse_expression(text)
    if len(names) > 1:
        raise ExpressionError(
            f"{quoted(text)} has the names {', '.join(names)}; need one variable, such as z"
        )
    if names in ((), (Z.name,)):
        return parse_expression(text)
    return parse_expression(text, names).subs(sp.Symbol(names[0], real=True), Z)


def _may_be_meant(known: list[str], name: str) -> bool:
    if len(name) == 1:
        return True
    return not is_foreign(name) and not difflib.get_close_matches(name, known, n=1, cutoff=_CLOSE)
