"""The identifiers that stand in one lemma of Coq."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import sympy as sp

from ...theory.errors import InputError

# Words of the language and of the libraries, which no variable may be called.
_WORDS = """
R S O I PI exp ln sin cos tan sinh cosh tanh atan sqrt pow Rpower Derive RInt sum dot sub
fun forall exists in at as end fix if then else let match with return using Set Type Prop
matrix same add subtract scale transpose multiply trace rows column zero
"""
_TAKEN = frozenset(_WORDS.split())
# What the page calls them.
_LETTERS: Mapping[str, str] = MappingProxyType({"input": "x", "rows": "d", "columns": "m"})


class Untranslatable(InputError):
    """A claim that has no translation here; the message says what stands in the way."""


class Names:
    """The identifiers of one lemma: one for each symbol, undefined function, matrix and size.

    `any_root` says that the lemma supposes of what a root is taken that it is positive.
    """

    def __init__(self, any_root: bool = False) -> None:
        self.any_root = any_root
        self.reals: dict[sp.Symbol, str] = {}
        self.functions: dict[Any, str] = {}
        self.matrices: dict[sp.MatrixSymbol, str] = {}
        self.sizes: dict[sp.Symbol, str] = {}

    def real(self, symbol: sp.Symbol) -> str:
        """The identifier of a symbol."""
        if symbol not in self.reals:
            self.reals[symbol] = self._new(symbol.name)
        return self.reals[symbol]

    def function(self, function: Any) -> str:
        """The identifier of an undefined function."""
        if function not in self.functions:
            self.functions[function] = self._new(str(function))
        return self.functions[function]

    def matrix(self, symbol: sp.MatrixSymbol) -> str:
        """The identifier of a matrix."""
        if symbol not in self.matrices:
            self.matrices[symbol] = self._new(_LETTERS.get(symbol.name, symbol.name))
        return self.matrices[symbol]

    def size(self, symbol: sp.Symbol) -> str:
        """The identifier of a number of rows or columns."""
        if symbol not in self.sizes:
            self.sizes[symbol] = self._new(_LETTERS.get(symbol.name, symbol.name))
        return self.sizes[symbol]

    def _new(self, name: str) -> str:
        name = re.sub(r"\W", "_", name).strip("_")
        name = f"{name}_" if name in _TAKEN else name
        kinds = (self.reals, self.functions, self.matrices, self.sizes)
        used = {name for kind in kinds for name in kind.values()}
        count, candidate = 1, name
        while candidate in used:
            count += 1
            candidate = f"{name}_{count}"
        return candidate
