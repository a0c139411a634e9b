"""What a displayed line claims. A claim is data: printers show it, and checkers judge it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import sympy as sp

from ..responses import Response

Pair = tuple[sp.Expr, sp.Expr]


@dataclass(frozen=True)
class Definition:
    """`name` := `value`; there is nothing to check but that the name is new.

    >>> x, S = sp.symbols("x S")
    >>> Definition(S, 2 * x).sides
    (S, 2*x)
    """

    name: sp.Expr
    value: sp.Expr

    @property
    def sides(self) -> tuple[sp.Expr, ...]:
        """The two sides of the definition."""
        return (self.name, self.value)


@dataclass(frozen=True)
class Identity:
    """All sides are equal for all values of what stands in them; `at` says where, if not all.

    `at` are pairs (symbol, value): with (q, r(p)) the sides agree on q = r(p).
    """

    sides: tuple[sp.Expr, ...]
    at: tuple[Pair, ...] = ()


@dataclass(frozen=True)
class Expansion:
    """left = right + O(variable^order) as the variable tends to 0."""

    left: sp.Expr
    right: sp.Expr
    variable: sp.Symbol
    order: int
    at: tuple[Pair, ...] = ()

    @property
    def sides(self) -> tuple[sp.Expr, ...]:
        """The two sides, without the remainder."""
        return (self.left, self.right)


@dataclass(frozen=True)
class Solution:
    """`unknown` = `value` is the only solution of `equation` = 0, which is linear in the unknown.

    >>> x, y = sp.symbols("x y")
    >>> Solution(x, y / 2, 2 * x - y).sides
    (x, y/2)
    """

    unknown: sp.Expr
    value: sp.Expr
    equation: sp.Expr

    @property
    def sides(self) -> tuple[sp.Expr, ...]:
        """The unknown and its value."""
        return (self.unknown, self.value)


@dataclass(frozen=True)
class Sign:
    """All sides are equal, and the last has the sign `relation` ("<", ">", "≤" or "≥") 0.

    It follows by the rule of signs from `known`: pairs of a factor and a relation to 0. The last
    side is a sum of products (or one product) of such factors, of squares and of numbers.
    """

    sides: tuple[sp.Expr, ...]
    relation: str
    known: tuple[tuple[sp.Expr, str], ...]
    at: tuple[Pair, ...] = ()


@dataclass(frozen=True)
class Cited:
    """A result taken from elsewhere, or argued in words: shown as such, and checked by nobody.

    `source` is the key of a reference, or "" for an argument in words.
    """

    source: str = ""

    @property
    def sides(self) -> tuple[sp.Expr, ...]:
        """None: it has no formula."""
        return ()


@dataclass(frozen=True)
class Enclosed:
    """Inequalities that balls prove all over a box; shown with the certificate that says how.

    `certificate` is its SHA-256. A step with this claim is made only from a replay.
    """

    certificate: str

    @property
    def sides(self) -> tuple[sp.Expr, ...]:
        """None: its numbers stand in the words."""
        return ()


Claim = Definition | Identity | Expansion | Solution | Sign | Cited | Enclosed


@dataclass(frozen=True)
class Step:
    """One step: words, the claim, and the names of the steps whose equations it uses.

    `text` is LaTeX with the macros of the notation; it ends where the display begins. A used step
    must come earlier (in the same derivation, or another's as "label:name"); its first side, a
    symbol or a function of one, is replaced by its last side before the claim is judged.
    """

    name: str
    text: str
    claim: Claim
    uses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Derivation:
    """Ordered steps that end in a statement of the ledger.

    `label` is the ledger's (or a lemma's own); `statement` says in words and LaTeX what is derived.
    """

    label: str
    title: str
    statement: str
    steps: tuple[Step, ...]
    needs: tuple[str, ...] = ()  # labels of derivations whose steps are used


@dataclass(frozen=True)
class Appendix:
    """All derivations for one model and response, in the order in which they use each other."""

    model: str
    response: str  # the text of the loss or activation
    order: int
    derivations: tuple[Derivation, ...]
    kind: type[Response]  # of the response
    options: Mapping[str, str] = field(default_factory=dict)  # of the model
