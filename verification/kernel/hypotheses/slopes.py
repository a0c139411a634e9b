"""Lemmas of Coq that an element of the field has a certain slope, or is a formula."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce

import sympy as sp

from ....theory.expressions.parsing import Z
from ..lemmas import Block
from ..names import Names
from ..translate import term
from .field import HYPERBOLIC, Field, T

# Other words for an atom: what it is more than it is at least; a function without a body.
_WORDS: Mapping[str, str] = {}
REST = {"exp": "u_", "root": "v_"}
_OPAQUE = {"other": "{} z"}


class Slopes:
    """Writes lemmas about one field; what is needed twice is written once.

    Parameters: the field; the beginning of all names; whether every function that is written has a
    value at each z, or for z > 0 only.
    """

    def __init__(self, field: Field, prefix: str, everywhere: bool) -> None:
        self.field, self.prefix, self.everywhere = field, prefix, everywhere
        self.blocks: list[Block] = []
        self._exponential = next((a for a in field.atoms if a.kind == "exp"), None)
        self._root = next((a for a in field.atoms if a.kind == "root"), None)
        self.known = {
            atom.symbol: self.derivative(
                f"slope_{atom.symbol.name.strip('_')}",
                in_coq(atom.expression),
                atom.slope,
                atom.expression,
            )
            for atom in field.atoms
            if atom.kind == "other"
        }

    def taken(self) -> tuple[Block, ...]:
        """What was written since the last time."""
        found, self.blocks = tuple(self.blocks), []
        return found

    def text(self, f: sp.Expr, words: Mapping[str, str] = _WORDS) -> str:
        """An element of the field in Coq; `words` are others for the atoms of some kinds."""
        names = Names()
        names.reals[T] = "z"
        for atom in self.field.atoms:
            word = words.get(atom.kind, in_coq(atom.expression))
            names.reals[atom.symbol] = word.format(atom.symbol)
        return term(f, names)

    # Slopes --------------------------------------------------------------------------------------

    def slope(self, name: str, f: sp.Expr) -> str:
        """That an element has the slope that the field says; the name of the lemma."""
        slope = self.field.slope(f)
        lines = [*self._known(), *self.differentiated((f,), slope)]
        says = f"is_derive (fun z => {self.text(f)}) z ({self.text(slope)})"
        return self.add(name, f"{self._range}\n  {says}", lines)

    def differentiated(self, parts: Sequence[sp.Expr], slope: sp.Expr) -> Iterable[str]:
        """The proof of the slope of an element, or of the quotient of two."""

        def goal(words: Mapping[str, str]) -> str:
            texts = [self.text(part, words) for part in parts]
            function = texts[0] if len(parts) == 1 else " / ".join(f"({text})" for text in texts)
            return f"is_derive (fun z => {function}) z ({self.text(slope, words)})"

        yield from self.opaque(parts, goal)
        yield "auto_derive; [sound |]. put_slopes."
        yield from self.equal_by_field()

    def opaque(
        self, parts: Sequence[sp.Expr], goal: Callable[[Mapping[str, str]], str]
    ) -> Iterable[str]:
        """In a goal about some elements, atan z and its like as functions of known slope."""
        used = set[sp.Basic]().union(*(part.free_symbols for part in parts))
        opaque = [a for a in self.field.atoms if a.kind == "other" and a.symbol in used]
        for atom in opaque:
            yield f"pose ({atom.symbol} := fun z : R => {in_coq(atom.expression)})."
            yield (
                f"assert (D{atom.symbol} : forall z, is_derive {atom.symbol} z "
                f"({self.text(atom.slope, _OPAQUE)})) by exact {self.known[atom.symbol]}."
            )
        if opaque:
            yield f"change ({goal(_OPAQUE)})."
            yield f"clearbody {' '.join(str(atom.symbol) for atom in opaque)}."

    def derivative(self, name: str, f: str, slope: sp.Expr, raw: sp.Expr = sp.S.Zero) -> str:
        """That a function in Coq's words has a slope; `raw` is the same in SymPy, where it is no
        element of the field."""
        known = self._known(raw)
        if raw.has(sp.asinh):  # auto_derive does not know it
            known.append("pose proof arcsinh_slope as D.")
        lines = [*known, "by_exp; auto_derive; [sound |]. put_slopes.", *self._same(raw)]
        return self.add(
            name, f"{self._range}\n  is_derive (fun z => {f}) z ({self.text(slope)})", lines
        )

    def equal(self, name: str, left: str, right: sp.Expr, raw: sp.Expr = sp.S.Zero) -> str:
        """That a formula is an element of the field; the name of the lemma."""
        lines = [*self._known(raw), *self._same(raw)]
        return self.add(name, f"{self._range}\n  {left} = {self.text(right)}", lines)

    @property
    def _range(self) -> str:
        return "forall z," if self.everywhere else "forall z, 0 < z ->"

    def _known(self, raw: sp.Expr = sp.S.Zero) -> list[str]:
        return ["intro z."] if self.everywhere else ["intros z Z.", *self.facts(raw)]

    def facts(self, raw: sp.Expr = sp.S.Zero) -> list[str]:
        """What is known of the slowest exponential where z > 0."""
        rate, _ = self._exponentials(raw)
        lemmas = ("exp_gap", "exp_0_") if rate else ()
        return [f"pose proof ({name} ({in_coq(rate * Z)}) ltac:(lra))." for name in lemmas]

    def _exponentials(self, raw: sp.Expr) -> tuple[sp.Rational, dict[sp.Expr, int]]:
        """The rate of the slowest exponential, and which powers of it there are."""
        found = {e.args[0] for e in raw.rewrite(HYPERBOLIC, sp.exp).atoms(sp.exp)}
        if self._exponential is not None:
            found.add(self._exponential.rate * Z)
        rate = reduce(sp.gcd, (argument / Z for argument in found), sp.S.Zero)
        return rate, {argument: int(argument / (rate * Z)) for argument in found}

    def _same(self, raw: sp.Expr) -> Iterable[str]:
        """Two formulas are equal; all exponentials in `raw` are powers of one."""
        yield "by_exp."
        rate, powers = self._exponentials(raw)
        for argument, count in sorted(powers.items(), key=str):
            if count != 1:
                yield _power(argument, rate, count)
        yield from self.equal_by_field()

    def equal_by_field(self) -> Iterable[str]:
        """Two formulas are equal as quotients, whatever the atoms are."""
        if self._root is None:
            yield "unfold Rdiv, Rminus; cbn [pow]; field; sound."
            return
        square = self.text(self._root.square)
        yield f"assert (root : sqrt ({square}) ^ 2 = {square}) by (apply pow2_sqrt; not_neg)."
        yield "unfold Rdiv, Rminus in *; cbn [pow] in *; field [root]; sound."

    def add(self, name: str, says: str, lines: Iterable[str]) -> str:
        """A lemma; its name as it stands in the file."""
        whole = f"{self.prefix}__{name}"
        self.blocks.append(Block(whole, says, tuple(lines)))
        return whole


def in_coq(e: sp.Expr) -> str:
    """An expression in Z in Coq's words."""
    names = Names()
    names.reals[Z] = names.reals[T] = "z"
    return term(e, names)


def _power(argument: sp.Expr, rate: sp.Rational, count: int) -> str:
    """An exponential as a power of the slowest."""
    power = f"exp ({in_coq(rate * Z)}) ^ {abs(count)}"
    whole = power if count > 0 else f"/ ({power})"
    by = "rewrite <- exp_power" + ("" if count > 0 else ", <- exp_Ropp")
    words = in_coq(argument)
    return f"try replace (exp ({words})) with ({whole}) by ({by}; f_equal; simpl; field)."
