"""That the order of an expansion is the right one: at a witness the next coefficient is not 0."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from ...theory.derivation.substitution import resolved
from .coefficients import Inverse, Node, Opposite, Setting, Sum, Variable
from .expansions import Expanded
from .fields import Field
from .formulas import Reader
from .names import Untranslatable
from .programs import Programs
from .witnesses import T, Witness, at_case

_SLOPES = 7


def sharp_at(expanded: Expanded, case: Witness) -> tuple[str, ...]:
    """The proof that left − right is not O(v^(n+1)) at a witness; none where it may well be."""
    e = expanded
    try:
        node = AtWitness(expanded, case).node()
        if node is None:
            return ()
        program = _programs(expanded, case).difference(e.known_left, e.right)
    except Untranslatable:
        return ()
    count = e.order + 1 + 2 * _poles(node)
    side = "on_one_side" if e.variable.is_positive else "on_both_sides"
    return (f"exact ({side} {count} ({program}) {e.order + 1} ltac:(counted))",)


def _programs(expanded: Expanded, case: Witness) -> Programs:
    """What stands for the names of the page at a witness."""
    symbols: dict[sp.Symbol, Any] = dict(case.numbers)
    functions = dict(expanded.general)
    for r in expanded.relations:
        if r.name.is_Symbol:
            symbols[r.name] = r.value
        elif isinstance(r.name, AppliedUndef) and not r.general:
            functions[r.name.func] = (sp.Dummy("argument"), r.value)
    return Programs(expanded.variable, symbols, functions, case.shapes)


def _poles(node: Node) -> int:
    """The powers that denominators begin with, all together: so many coefficients get lost."""
    own = node.shift if isinstance(node, Inverse) else 0
    parts = (p for p in vars(node).values() if isinstance(p, Node))
    return own + sum(map(_poles, parts))


class AtWitness:
    """An expansion where its functions are polynomials and its symbols are numbers."""

    def __init__(self, expanded: Expanded, case: Witness) -> None:
        self.expanded, self.case = expanded, case
        self.setting = Setting(Field(self.number, lambda f, k, point: None), expanded.names)
        definitions: dict[Any, Any] = dict(expanded.general)
        for f, shape in case.shapes.items():
            definitions[f] = (T, shape)
            for k in range(1, _SLOPES):
                definitions[f, k] = (T, sp.diff(shape, T, k))
        self.reader = Reader(self.setting, definitions)

    def number(self, e: Any) -> Any:
        """The value of what the variable does not stand in."""
        pairs = [(r.name, r.value) for r in self.expanded.relations]
        return at_case(resolved(e, pairs), self.case.shapes).xreplace(self.case.numbers)

    def node(self) -> Node | None:
        """left − right, if its coefficient before the next power is not 0."""
        e = self.expanded
        given = {e.variable: Variable(self.setting)}
        node = self.reader.read(e.known_left, given)
        if e.right != 0:
            node = Sum(node, Opposite(self.reader.read(e.right, given)))
        if node.coefficients(e.order + 1)[e.order + node.shift] == 0 or self.setting.slopes:
            return None
        return node
