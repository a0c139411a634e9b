"""Matrices with numbers in them, for witnesses."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import sympy as sp

from .statements import Statement
from .translate import term

_SIZES = (2, 3)  # two that differ, so that one in place of the other is noticed
# Of norm one, as an input has to be, and for other columns without a 0 in front.
_UNIT = (sp.Rational(3, 5), sp.Rational(4, 5))
_ENTRIES = tuple(sp.Rational(n) for n in ("1", "2", "-1", "1/2", "3", "-2", "1/3"))


@dataclass(frozen=True)
class Matrices:
    """Numbers for the sizes and for the entries of the matrices that no equation gives."""

    sizes: dict[sp.Symbol, sp.Integer] = field(default_factory=dict)
    entries: dict[sp.MatrixSymbol, sp.ImmutableMatrix] = field(default_factory=dict)

    def put_into(self, e: Any) -> Any:
        """An expression with these numbers in it."""
        if not self.entries:
            return e
        return e.xreplace({**self.sizes, **self.entries}).doit()

    def lines(self, statement: Statement) -> Iterator[str]:
        """The same as definitions in a proof."""
        names = statement.names
        for symbol, count in self.sizes.items():
            yield f"pose ({names.size(symbol)} := {count}%nat)."
        for symbol, value in self.entries.items():
            yield f"pose ({names.matrix(symbol)} := {term(value, names)})."


def matrices(statement: Statement) -> Matrices:
    """The case that is tried."""
    rng = random.Random(0)
    sizes = dict(zip(statement.sizes, map(sp.Integer, _SIZES), strict=False))
    given = {name for name, _ in statement.equations}
    entries = {}
    for symbol in statement.matrices:
        if symbol not in given:
            rows, columns = (sizes.get(n, n) for n in symbol.shape)
            unit = (rows, columns) == (len(_UNIT), 1)
            drawn = _UNIT if unit else [rng.choice(_ENTRIES) for _ in range(rows * columns)]
            entries[symbol] = sp.ImmutableMatrix(rows, columns, drawn)
    return Matrices(sizes, entries)
