"""The rule of signs as a proof: every factor has a sign, and so have products, powers and sums."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy as sp

from ..derivations.algebra import rule_of_signs
from .names import Names, Untranslatable
from .translate import term

_KEYS = {">": "p", "<": "n", "≥": "P", "≤": "N"}
_FORMS = {">": "0 < {}", "<": "{} < 0", "≥": "0 <= {}", "≤": "{} <= 0"}


class SignProof:
    """Assertions that end in one about a given expression.

    Parameters: the names of the lemma; what is known of factors, as the claim gives it.
    """

    def __init__(self, names: Names, known: Sequence[tuple[Any, str]]) -> None:
        self.names, self.known, self.lines = names, tuple(known), list[str]()

    def script(self, e: sp.Expr, relation: str) -> tuple[str, ...]:
        """The lines that prove `e` to have the sign `relation`, which is the goal."""
        text, _ = self._of(e)
        goal = term(e, self.names)
        self.lines.append(f"replace ({goal}) with {text} by (first [ring_R | field_R; non_zero]).")
        self.lines.append("lra.")
        return tuple(self.lines)

    def _assert(self, text: str, relation: str, by: str) -> tuple[str, str]:
        statement = _FORMS[relation].format(text)
        self.lines.append(f"assert (G{len(self.lines) + 1} : {statement}) by ({by}).")
        return text, relation

    def _of(self, e: sp.Expr) -> tuple[str, str]:
        relation = rule_of_signs(e, self.known)
        if not relation:
            raise Untranslatable("the rule of signs does not reach a part")
        text = f"({term(e, self.names)})"
        given = {e, -e} & {factor for factor, _ in self.known}
        if given or e.is_Symbol or e.is_number:
            return self._assert(text, relation, "lra")
        if isinstance(e, sp.Abs):
            return self._assert(text, relation, "apply Rabs_pos")
        if e.is_Add or e.is_Mul:
            return self._joined(e, "+" if e.is_Add else "*")
        if e.is_Pow and e.exp.is_Integer:
            return self._power(e, relation)
        raise Untranslatable(f"no proof of the sign of {type(e).__name__}")

    def _joined(self, e: sp.Expr, sign: str) -> tuple[str, str]:
        parts = [self._of(part) for part in e.args]
        text, relation = parts[0]
        done = e.args[0]
        for part, (other, its_relation) in zip(e.args[1:], parts[1:], strict=True):
            done = e.func(done, part, evaluate=False)
            keys = _KEYS[relation] + _KEYS[its_relation]
            relation = _both(relation, its_relation, sign)
            text = f"({text} {sign} {other})"
            self._assert(text, relation, "lra" if sign == "+" else f"apply mul_{keys}; assumption")
        return text, relation

    def _power(self, e: sp.Pow, relation: str) -> tuple[str, str]:
        count = int(e.exp)
        if count < 0:
            text, key = self._of(e.base**-count)
            return self._assert(f"(/ {text})", relation, f"apply inv_{_KEYS[key]}; assumption")
        base = rule_of_signs(e.base, self.known)
        if count % 2 == 0:
            if base not in ("<", ">"):
                text = f"({term(e.base, self.names)})"
                return self._assert(f"({text} ^ {count})", relation, f"apply (even_P {count // 2})")
            text, _ = self._of(e.base)
            by = f"apply (even_{_KEYS[base]} {count // 2}); assumption"
            return self._assert(f"({text} ^ {count})", relation, by)
        text, _ = self._of(e.base)
        if base not in (">", "≥"):
            raise Untranslatable("an odd power of what is not positive")
        by = f"apply (odd_{_KEYS[base]} {count - 1}); assumption"
        return self._assert(f"({text} ^ {count})", relation, by)


def _both(left: str, right: str, sign: str) -> str:
    """The sign of a sum of two of one sign, or of a product."""
    if sign == "+":
        strict = left in "<>" or right in "<>"
        return (">" if left in ">≥" else "<") if strict else left
    same = (left in ">≥") == (right in ">≥")
    strict = left in "<>" and right in "<>"
    return (">" if strict else "≥") if same else ("<" if strict else "≤")
