"""A statement in Coq: what it supposes, and what it says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy as sp

from ...theory.derivation.notation import ELL, PHI
from ...theory.derivation.substitution import Equation
from ...theory.models import PHI_SQUARED, R
from .limits import AtZero
from .names import Names

PARITY = {R: 1, ELL: 1, PHI_SQUARED: 1, PHI: -1}
RELATIONS = {">": "0 < {}", "<": "{} < 0", "≥": "0 <= {}", "≤": "{} <= 0"}


@dataclass(frozen=True)
class Hypothesis:
    """One thing that a lemma supposes.

    `kind` is "smooth", "parity", "positive", "function", "value", "matrix", "removable", "limit",
    "expansion", "integrable", "continuous", "place", "solved", "sign", "root" or "nonzero";
    `formula` is what it is about: an equation, a pair of expression and relation, an expression.
    """

    name: str
    kind: str
    text: str
    formula: Any


@dataclass(frozen=True)
class Statement:
    """A lemma without its proof: variables, hypotheses, and what follows from them.

    `goals` are Coq's; `claimed` are the same as pairs of expressions that are equal, or one and its
    relation to 0. `slope` is that of a linear equation in its unknown; `at_zero` are functions
    of which something is asked where their formula is 0/0.
    """

    names: Names
    reals: tuple[sp.Symbol, ...]
    functions: tuple[Any, ...]
    hypotheses: tuple[Hypothesis, ...]
    goals: tuple[str, ...]
    claimed: tuple[tuple[Any, Any], ...]
    equations: tuple[Equation, ...]
    at: tuple[Equation, ...]
    slope: sp.Expr = sp.S.One
    matrices: tuple[sp.MatrixSymbol, ...] = ()
    sizes: tuple[sp.Symbol, ...] = ()
    at_zero: Mapping[Any, AtZero] = field(default_factory=dict)

    @property
    def side_conditions(self) -> tuple[str, ...]:
        """What is supposed not to be 0, or not negative, in Coq's words."""
        return tuple(h.text for h in self.hypotheses if h.kind in ("nonzero", "root"))

    @property
    def where(self) -> tuple[tuple[Any, str], ...]:
        """The same as expressions, each with its relation to 0."""
        strict = {True: ">", False: "≥"}
        return tuple(
            (h.formula, "≠" if h.kind == "nonzero" else strict[h.text.startswith("0 < ")])
            for h in self.hypotheses
            if h.kind in ("nonzero", "root")
        )

    @property
    def binders(self) -> str:
        """The variables, as they stand after `forall` or `exists`."""
        kinds = ("nat", "R", "R -> R", "matrix")
        groups = zip(self._groups, kinds, strict=True)
        return " ".join(f"({' '.join(group)} : {kind})" for group, kind in groups if group)

    @property
    def variables(self) -> list[str]:
        """The same without what they are."""
        return [name for group in self._groups for name in group]

    @property
    def _groups(self) -> tuple[list[str], ...]:
        names = self.names
        return (
            [names.size(n) for n in self.sizes],
            [names.real(s) for s in self.reals],
            [names.function(f) for f in self.functions],
            [names.matrix(a) for a in self.matrices],
        )


def flat(pairs: Iterable[tuple[Any, Any]]) -> tuple[Any, ...]:
    """All expressions of some pairs."""
    return tuple(e for pair in pairs for e in pair if not isinstance(e, str))
