"""Lemmas of Coq that an element of the field is negative for all z > 0."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sympy as sp

from ....theory.expressions.parsing import Z
from ..names import Names, Untranslatable
from ..translate import term
from .field import Atom, Field
from .ladders import Rung, Shift, factors, ladder, least
from .slopes import REST, Slopes, in_coq


class Writer(Slopes):
    """Writes lemmas about one field, on signs too; what is needed twice is written once."""

    def __init__(self, field: Field, prefix: str, everywhere: bool) -> None:
        super().__init__(field, prefix, everywhere)
        self._signs: dict[sp.Expr, str] = {}
        for atom in field.atoms:
            if atom.kind == "other":
                self._above(atom)

    def negative(self, name: str, element: sp.Expr) -> str:
        """That an element is negative for all z > 0; the name of the lemma.

        Raises Untranslatable where no proof is found.
        """
        rungs = ladder(self.field, element)
        if rungs is None:
            raise Untranslatable("no derivatives with evident signs lead to it")
        for place in reversed(range(len(rungs))):
            self._rung(name, place, rungs)
        return f"{self.prefix}__{name}_0"

    def _rung(self, name: str, place: int, rungs: Sequence[Rung]) -> None:
        rung, last = rungs[place], place + 1 == len(rungs)
        if not last:
            self._left(f"{name}_left_{place}", rung, f"{self.prefix}__{name}_{place + 1}")
        lines = ["intros z Z."]
        parts = []
        for count, (shift, power) in enumerate(rung.shifts):
            lines.append(f"pose proof ({self._sign(shift)} z Z) as S{count}.")
            factor = f"({self.text(_signed(shift))})" + (
                f" ^ {abs(power)}" if abs(power) > 1 else ""
            )
            parts.append(factor if power > 0 else f"/ {_closed(factor)}")
        number = rung.number if not last else -rung.number
        body = " * ".join([f"({term(number, Names())})", *parts])
        element = self.text(rung.element)
        if last:
            lines.append(f"replace ({element}) with (- ({body})) by (field; sound).")
            lines.append("apply below_0; pos.")
        else:
            lines.append(f"pose proof ({self.prefix}__{name}_left_{place} z Z) as below.")
            left = self.text(rung.left)
            lines.append(f"replace ({element}) with ({body} * ({left})) by (field; sound).")
            lines.append("apply mul_pn; [pos | exact below].")
        self.add(f"{name}_{place}", f"forall z, 0 < z ->\n  {element} < 0", lines)

    def _left(self, name: str, rung: Rung, after: str) -> None:
        """What has no sign is negative, as over something positive it falls from 0."""
        assert rung.over is not None
        f, over = self.text(rung.left), self.text(rung.over)
        quotient = rung.left / rung.over
        slope = self.field.slope(quotient)
        proof = self.differentiated((rung.left, rung.over), slope)
        lines = [
            f"apply (climb (fun z => {f}) (fun z => {over}) (fun z => {self.text(slope)})).",
            "{ intros z Z. pos. }",
            "{ intros z Z.",
            *(f"  {line}" for line in proof),
            "}",
            *self._at_zero(),
            f"exact {after}.",
        ]
        self.add(name, f"forall z, 0 < z ->\n  {f} < 0", lines)

    def _at_zero(self) -> Iterable[str]:
        """The goal at z = 0: what the atoms are there is put in."""
        yield "{ cbv beta."
        for count, atom in enumerate(self.field.atoms):
            value = f"(fun z => {in_coq(atom.expression)}) 0 = {term(atom.start, Names())}"
            yield f"  assert (A{count} : {value}) by (cbv beta; value_at_0)."
            yield f"  cbv beta in A{count}; rewrite ?A{count}; clear A{count}."
        yield "  lra. }"

    def _above(self, atom: Atom) -> None:
        """That an atom which is 0 at 0 and rises is positive for z > 0."""
        number, shifts, left = factors(self.field, -atom.slope)
        if left != 1 or number >= 0 or atom.slope.has(atom.symbol):
            raise Untranslatable(f"{atom.expression} is not seen to rise")
        short = atom.symbol.name.strip("_")
        name = f"rises_{short}"
        last = Rung(-atom.slope, number, shifts, left, None)
        self._rung(name, 0, (last,))
        falls = Rung(-atom.symbol, sp.S.One, (), -atom.symbol, sp.S.One)
        self._left(f"{name}_left", falls, f"{self.prefix}__{name}_0")
        says = f"forall z, 0 < z ->\n  0 < {in_coq(atom.expression)}"
        self._signs[atom.symbol] = self.add(
            f"above_{short}",
            says,
            [f"intros z Z. pose proof ({self.prefix}__{name}_left z Z) as below.", "lra."],
        )

    def _sign(self, shift: Shift) -> str:
        """That a factor has its sign; the name of the lemma."""
        signed = _signed(shift)
        if signed in self._signs:
            return self._signs[signed]
        lines = ["intros z Z."]
        used = shift.factor.free_symbols
        for atom in self.field.atoms:
            if atom.symbol not in used:
                continue
            if atom.kind == "other":
                lines.append(
                    f"pose proof ({self._signs[atom.symbol]} z Z) as above_{atom.symbol.name}."
                )
            else:
                lines += self._more(atom, shift.terms)
        image = self.text(shift.sign * shift.image, REST)
        factor = self.text(signed)
        lines.append(f"replace ({factor}) with ({image})")
        rests = [REST[a.kind] for a in self.field.atoms if a.symbol in used and a.kind in REST]
        unfolded = f"unfold {', '.join(rests)}; " if rests else ""
        lines += [f"  by ({unfolded}field).", "pos."]
        name = f"sign_{len(self._signs)}"
        self._signs[signed] = self.add(name, f"forall z, 0 < z ->\n  0 < {factor}", lines)
        return self._signs[signed]

    def _more(self, atom: Atom, terms: int) -> Iterable[str]:
        """The rest by which an atom is more than what it is at least."""
        word, rest = in_coq(atom.expression), REST[atom.kind]
        low = self.text(least(atom, terms))
        yield f"set ({rest} := {word} - ({low})) in *."
        if atom.kind == "root":
            yield f"assert (0 < {rest}) by (apply root_above; [lra | nra])."
            return
        yield f"assert (0 < {rest})."
        yield f"{{ pose proof (exp_{terms}_ {_rated(atom)} ltac:(lra)) as more. unfold {rest}."
        yield f"  match type of more with 0 < _ - ?y => replace ({low}) with y by field end."
        yield "  exact more. }"

    def formula(self, name: str, text: str, element: sp.Expr, lemma: str) -> str:
        """That a formula which is a negative element is negative for z > 0; the lemma's name."""
        reduced = self.text(element)
        if text == reduced:
            return lemma
        lines = ["intros z Z.", f"pose proof ({lemma} z Z) as below.", *self.facts()]
        lines.append(f"assert (same : {text} = {reduced}).")
        lines += ["{", *(f"  {line}" for line in self.equal_by_field()), "}"]
        return self.add(
            name,
            f"forall z, 0 < z ->\n  {text} < 0",
            [*lines, "exact (Rle_lt_trans _ _ _ (Req_le _ _ same) below)."],
        )

    def at_zero(self, name: str, slopes: Sequence[sp.Expr]) -> str:
        """A function and its derivatives at 0, the last of which is continuous there."""
        functions = [f"(fun z => {self.text(f)})" for f in slopes]
        values = [
            f"{function} 0 = {in_coq(self.field.at_zero(f))}"
            for function, f in zip(functions, slopes, strict=True)
        ]
        says = " /\\\n  ".join([*values, f"continuous {functions[-1]} 0"])
        lines = [
            "repeat split.",
            *["{ cbv beta.", *list(self._at_zero())[1:-1], "  field. }"] * len(slopes),
        ]
        lines.append("apply (ex_derive_continuous (V := R_NormedModule)).")
        lines += self.opaque(
            slopes[3:], lambda words: f"ex_derive (fun z => {self.text(slopes[3], words)}) 0"
        )
        lines.append("auto_derive; sound.")
        return self.add(name, says, lines)


def _signed(shift: Shift) -> sp.Expr:
    return sp.expand(shift.sign * shift.factor)


def _closed(factor: str) -> str:
    return f"({factor})" if "^" in factor else factor


def _rated(atom: Atom) -> str:
    return f"({in_coq(atom.rate * Z)})"
