"""The elementary functions in one table, which the rest of the program asks for what it needs."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import sympy as sp

from .row import Row, X
from .table import ROWS

BY_NAME: Mapping[str, Row] = MappingProxyType({row.name: row for row in ROWS})
BY_KIND: Mapping[Any, Row] = MappingProxyType({row.kind: row for row in ROWS})


def row_of(e: sp.Expr) -> Row | None:
    """The row of the function that an expression calls, if it does and the table has it.

    >>> row_of(sp.tanh(2 * X)).name, row_of(X**2)
    ('tanh', None)
    """
    return BY_KIND.get(e.func) if len(e.args) == 1 else None


def over_quotients(e: sp.Expr) -> sp.Expr:
    """`e` with quotients of functions that are analytic everywhere instead of coth, cot, …

    >>> over_quotients(sp.coth(X) - 1)
    -1 + cosh(x)/sinh(x)
    """
    for row in ROWS:
        if row.quotient is not None and row.only_quotient and e.has(row.kind):
            e = e.replace(row.kind, lambda u, f=row.quotient: f.xreplace({X: u}))
    return e


__all__ = ["BY_KIND", "BY_NAME", "ROWS", "Row", "X", "over_quotients", "row_of"]
