"""The elementary functions on float64 arrays of NumPy or JAX, as far as these have them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np
import sympy as sp

from ...theory.errors import InputError
from ...theory.functions import ROWS, Row
from ..extras import NUMPY, require


def array_module(engine: str) -> Any:
    """The array namespace of an engine."""
    return np if engine == NUMPY else require("jax.numpy")


def special_module(engine: str) -> Any:
    """Where the engine keeps its special functions."""
    return require("scipy.special" if engine == NUMPY else "jax.scipy.special")


@cache
def array_functions(engine: str) -> Mapping[str, Callable[[Any], Any]]:
    """The functions by the names of their rows.

    >>> float(array_functions("numpy")["atan"](1.0))
    0.7853981633974483
    """
    places = (array_module(engine), special_module(engine))
    found = {}
    for row in ROWS:
        has = next((place for place in places if hasattr(place, row.array)), None)
        if has is not None:
            found[row.name] = getattr(has, row.array)
    return MappingProxyType(found)


def array_function(name: str, engine: str) -> Callable[[Any], Any]:
    """One function. Raises InputError where the engine lacks it."""
    try:
        return array_functions(engine)[name]
    except KeyError:
        hint = "" if engine == NUMPY or name not in array_functions(NUMPY) else "; numpy has it"
        raise InputError(f"{engine} has no function {name}{hint}") from None


def by_kind(expressions: Iterable[sp.Expr], engine: str) -> dict[str, Callable[[Any], Any]]:
    """What `lambdify` needs: the functions in the expressions by the names of SymPy's classes.

    Raises InputError where the engine lacks one.
    """
    rows = rows_in(expressions)
    return {row.kind.__name__: array_function(row.name, engine) for row in rows}


def rows_in(expressions: Iterable[sp.Expr]) -> list[Row]:
    """The rows of the functions that occur."""
    kinds = {f.func for e in expressions for f in e.atoms(sp.Function)}
    return [row for row in ROWS if row.kind in kinds]
