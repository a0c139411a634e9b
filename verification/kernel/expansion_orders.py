"""That the order of an expansion is the right one: at a witness the next coefficient is not 0."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from ...theory.derivation.substitution import resolved
from .coefficients import Opposite, Setting, Sum, Variable
from .expansions import Expanded, near
from .fields import Field
from .formulas import Reader
from .names import Names, Untranslatable
from .translate import term
from .witnesses import Witness, at_case

_T, _SLOPES = sp.Symbol("t", real=True), 7


def sharp_at(expanded: Expanded, case: Witness) -> tuple[str, ...]:
    """The proof that left − right is not O(v^(n+1)) at a witness; none where it may well be."""
    e = expanded
    try:
        tree = AtWitness(expanded, case).tree()
    except Untranslatable:
        return ()
    if tree is None:
        return ()
    text, place = tree
    head = f"bigO {near(e.variable)} {e.order + 1}"
    free = [*map(e.names.function, case.shapes), *map(e.names.real, case.numbers)]
    rules = (
        f"cbv delta [{' '.join(free)}] beta; rewrite ?sqrt_0; differentiate" if free else "idtac"
    )
    return (
        f"change (~ {head} (val ({text}))); apply (lasts _ _ {place}); coefficients ltac:({rules})",
    )


class AtWitness:
    """An expansion where its functions are polynomials and its symbols are numbers."""

    def __init__(self, expanded: Expanded, case: Witness) -> None:
        self.expanded, self.case = expanded, case
        relations = expanded.relations
        page = expanded.names
        self.names = Names()
        self.names.reals, self.names.functions = dict(page.reals), dict(page.functions)
        self.slopes = dict(self._slopes())
        self._write(relations)
        setting = Setting(Field(self.number, lambda f, k, point: None), self.names, self.finished)
        definitions: dict[Any, Any] = dict(expanded.general)
        for f, shape in case.shapes.items():
            definitions[f] = (_T, shape)
            for k in range(1, _SLOPES):
                definitions[f, k] = (_T, sp.diff(shape, _T, k))
        self.setting, self.reader = setting, Reader(setting, definitions)

    def _slopes(self) -> Iterator[tuple[str, str]]:
        """How derivatives of the polynomials are written, the highest first."""
        inner = Names()
        inner.reals[_T] = "t_"
        for k in reversed(range(1, _SLOPES)):
            for f, shape in self.case.shapes.items():
                name = self.names.function(f)
                text = f"Derive {'(Derive ' * (k - 1)}{name}{')' * (k - 1)}"
                yield text, f"(fun t_ : R => {term(sp.diff(shape, _T, k), inner)})"

    def finished(self, text: str) -> str:
        """A term of the page with the derivatives of its polynomials taken."""
        for written, taken in self.slopes.items():
            text = re.sub(rf"\b{re.escape(written)}(?!\w)", taken.replace("\\", ""), text)
        return text

    def _write(self, relations: Sequence[Any]) -> None:
        """What stands for the names of the page once all that is defined is put in."""
        done: set[Any] = set()

        def put(thing: Any) -> None:
            for r in relations:
                own = r.name.func if isinstance(r.name, AppliedUndef) else r.name
                if own != thing or own in done:
                    continue
                done.add(own)
                for other in (*r.value.atoms(AppliedUndef), *r.value.free_symbols):
                    put(other.func if isinstance(other, AppliedUndef) else other)
                text = self.finished(term(r.value, self.names))
                if r.name.is_Symbol:
                    self.names.reals[r.name] = f"({text})"
                else:
                    argument = self.names.real(r.name.args[0]) if r.general else "_"
                    self.names.functions[own] = f"(fun {argument} : R => {text})"

        for r in relations:
            put(r.name.func if isinstance(r.name, AppliedUndef) else r.name)

    def number(self, e: Any) -> Any:
        """The value of what the variable does not stand in."""
        pairs = [(r.name, r.value) for r in self.expanded.relations]
        return at_case(resolved(e, pairs), self.case.shapes).xreplace(self.case.numbers)

    def tree(self) -> tuple[str, int] | None:
        """The tree up to the next power and where that stands, if its coefficient is not 0."""
        e = self.expanded
        given = {e.variable: Variable(self.setting)}
        node = self.reader.read(e.left, given)
        if e.right != 0:
            node = Sum(node, Opposite(self.reader.read(e.right, given)))
        found = node.coefficients(e.order + 1)
        place = e.order + node.shift
        if found[place] == 0 or self.setting.slopes:
            return None
        return self.setting.known(node, e.order + 1), place
