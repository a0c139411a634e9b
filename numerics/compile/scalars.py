"""SymPy expressions compiled to functions of Python's floats, for descent step by step."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import sympy as sp

from ..extras import NUMPY
from .array_functions import array_function, rows_in


def compile_scalars(parameters: Sequence[sp.Symbol], formulas: Sequence[Any]) -> Callable[..., Any]:
    """Formulas, or rows of them, as one function of so many floats, with what they share once.

    The elementary functions are those of `math`, NumPy's and SciPy's where it has none.
    Raises InputError for a function that none of them has, such as sech, which is a quotient.

    >>> x, y = sp.symbols("x y", real=True)
    >>> compile_scalars((x, y), [sp.erf(x) * y, sp.Abs(x)])(0.0, 2.0)
    [0.0, 0.0]
    """
    functions = {
        row.kind.__name__: getattr(math, row.name, None) or array_function(row.name, NUMPY)
        for row in rows_in(sp.flatten(formulas))
    }
    modules = [{**functions, "Abs": abs}, "math"]
    found: Callable[..., Any] = sp.lambdify(parameters, formulas, modules=modules, cse=True)
    return found
