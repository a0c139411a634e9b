"""Lemmas of Coq that an element of the field is negative, or has a certain slope."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce

import sympy as sp

from ....theory.expressions.parsing import Z
from ..lemmas import Block
from ..translate import Names, Untranslatable, term
from .field import Atom, Field, T
from .ladders import Rung, Shift, factors, ladder, least

# Other words for an atom: what it is more than it is at least; a function without a body.
_WORDS: Mapping[str, str] = {}
_REST = {"exp": "u_", "root": "v_"}
_OPAQUE = {"other": "{} z"}


class Writer:
    """Writes lemmas about one field; what is needed twice is written once.

    Parameters: the field; the beginning of all names; whether every function that is written has a
    value at each z, or for z > 0 only.
    """

    def __init__(self, field: Field, prefix: str, everywhere: bool) -> None:
        self.field, self.prefix, self.everywhere = field, prefix, everywhere
        self.blocks: list[Block] = []
        self._signs: dict[sp.Expr, str] = {}
        self._slopes: dict[sp.Expr, str] = {}
        self._exponential = next((a for a in field.atoms if a.kind == "exp"), None)
        self._root = next((a for a in field.atoms if a.kind == "root"), None)
        for atom in field.atoms:
            if atom.kind == "other":
                self._above(atom)

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
        lines = [*self._known(), *self._differentiated((f,), slope)]
        says = f"is_derive (fun z => {self.text(f)}) z ({self.text(slope)})"
        return self.add(name, f"{self._range}\n  {says}", lines)

    def _differentiated(self, parts: Sequence[sp.Expr], slope: sp.Expr) -> Iterable[str]:
        """The proof of the slope of an element, or of the quotient of two."""

        def goal(words: Mapping[str, str]) -> str:
            texts = [self.text(part, words) for part in parts]
            function = texts[0] if len(parts) == 1 else " / ".join(f"({text})" for text in texts)
            return f"is_derive (fun z => {function}) z ({self.text(slope, words)})"

        yield from self._opaque(parts, goal)
        yield "auto_derive; [sound |]. put_slopes."
        yield from self._equal_by_field()

    def _opaque(
        self, parts: Sequence[sp.Expr], goal: Callable[[Mapping[str, str]], str]
    ) -> Iterable[str]:
        """In a goal about some elements, atan z and its like as functions of known slope."""
        used = set[sp.Basic]().union(*(part.free_symbols for part in parts))
        opaque = [a for a in self.field.atoms if a.kind == "other" and a.symbol in used]
        for atom in opaque:
            yield f"pose ({atom.symbol} := fun z : R => {in_coq(atom.expression)})."
            yield (
                f"assert (D{atom.symbol} : forall z, is_derive {atom.symbol} z "
                f"({self.text(atom.slope, _OPAQUE)})) by exact {self._slopes[atom.symbol]}."
            )
        if opaque:
            yield f"change ({goal(_OPAQUE)})."
            yield f"clearbody {' '.join(str(atom.symbol) for atom in opaque)}."

    def derivative(self, name: str, f: str, slope: sp.Expr, raw: sp.Expr = sp.S.Zero) -> str:
        """That a function in Coq's words has a slope; `raw` is the same in SymPy, where it is no
        element of the field."""
        lines = [*self._known(raw), "by_exp; auto_derive; [sound |].", *self._same(raw)]
        return self.add(name, f"{self._range}\n  is_derive (fun z => {f}) z ({self.text(slope)})", lines)

    def equal(self, name: str, left: str, right: sp.Expr, raw: sp.Expr = sp.S.Zero) -> str:
        """That a formula is an element of the field; the name of the lemma."""
        lines = [*self._known(raw), *self._same(raw)]
        return self.add(name, f"{self._range}\n  {left} = {self.text(right)}", lines)

    @property
    def _range(self) -> str:
        return "forall z," if self.everywhere else "forall z, 0 < z ->"

    def _known(self, raw: sp.Expr = sp.S.Zero) -> list[str]:
        return ["intro z."] if self.everywhere else ["intros z Z.", *self._facts(raw)]

    def _facts(self, raw: sp.Expr = sp.S.Zero) -> list[str]:
        """What is known of the slowest exponential where z > 0."""
        rate, _ = self._exponentials(raw)
        lemmas = ("exp_gap", "exp_0_") if rate else ()
        return [f"pose proof ({name} ({in_coq(rate * Z)}) ltac:(lra))." for name in lemmas]

    def _exponentials(self, raw: sp.Expr) -> tuple[sp.Rational, dict[sp.Expr, int]]:
        """The rate of the slowest exponential, and which powers of it there are."""
        found = {e.args[0] for e in raw.rewrite(sp.exp).atoms(sp.exp)}
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
        yield from self._equal_by_field()

    def _equal_by_field(self) -> Iterable[str]:
        if self._root is None:
            yield "unfold Rdiv, Rminus; cbn [pow]; field; sound."
            return
        square = self.text(self._root.square)
        yield f"assert (root : sqrt ({square}) ^ 2 = {square}) by (apply pow2_sqrt; not_neg)."
        yield "unfold Rdiv, Rminus in *; cbn [pow] in *; field [root]; sound."

    def formula(self, name: str, text: str, element: sp.Expr, lemma: str) -> str:
        """That a formula which is a negative element is negative for z > 0; the lemma's name."""
        reduced = self.text(element)
        if text == reduced:
            return lemma
        lines = ["intros z Z.", f"pose proof ({lemma} z Z) as below.", *self._facts()]
        lines.append(f"assert (same : {text} = {reduced}).")
        lines += ["{", *(f"  {line}" for line in self._equal_by_field()), "}"]
        return self.add(name, f"forall z, 0 < z ->\n  {text} < 0", [*lines, "exact (Rle_lt_trans _ _ _ (Req_le _ _ same) below)."])

    def at_zero(self, name: str, slopes: Sequence[sp.Expr]) -> str:
        """A function and its derivatives at 0, the last of which is continuous there."""
        functions = [f"(fun z => {self.text(f)})" for f in slopes]
        values = [
            f"{function} 0 = {in_coq(self.field.at_zero(f))}"
            for function, f in zip(functions, slopes, strict=True)
        ]
        says = " /\\\n  ".join([*values, f"continuous {functions[-1]} 0"])
        lines = ["repeat split.", *["{ cbv beta.", *list(self._at_zero())[1:-1], "  field. }"] * len(slopes)]
        lines.append("apply (ex_derive_continuous (V := R_NormedModule)).")
        lines += self._opaque(
            slopes[3:], lambda words: f"ex_derive (fun z => {self.text(slopes[3], words)}) 0"
        )
        lines.append("auto_derive; sound.")
        return self.add(name, says, lines)

    # Signs ---------------------------------------------------------------------------------------

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
            factor = f"({self.text(_signed(shift))})" + (f" ^ {abs(power)}" if abs(power) > 1 else "")
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
        proof = self._differentiated((rung.left, rung.over), slope)
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
            yield f"  assert (A{count} : {value}) by (cbv beta; at_zero)."
            yield f"  cbv beta in A{count}; rewrite ?A{count}; clear A{count}."
        yield "  lra. }"

    def _above(self, atom: Atom) -> None:
        """That an atom which is 0 at 0 and rises is positive for z > 0."""
        number, shifts, left = factors(self.field, -atom.slope)
        if left != 1 or number >= 0 or atom.slope.has(atom.symbol):
            raise Untranslatable(f"{atom.expression} is not seen to rise")
        short = atom.symbol.name.strip("_")
        self._slopes[atom.symbol] = self.derivative(
            f"slope_{short}", in_coq(atom.expression), atom.slope, atom.expression
        )
        name = f"rises_{short}"
        last = Rung(-atom.slope, number, shifts, left, None)
        self._rung(name, 0, (last,))
        falls = Rung(-atom.symbol, sp.S.One, (), -atom.symbol, sp.S.One)
        self._left(f"{name}_left", falls, f"{self.prefix}__{name}_0")
        says = f"forall z, 0 < z ->\n  0 < {in_coq(atom.expression)}"
        self._signs[atom.symbol] = self.add(
            f"above_{short}", says,
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
                lines.append(f"pose proof ({self._signs[atom.symbol]} z Z) as above_{atom.symbol.name}.")
            else:
                lines += self._more(atom, shift.terms)
        image = self.text(shift.sign * shift.image, _REST)
        factor = self.text(signed)
        lines.append(f"replace ({factor}) with ({image})")
        rests = [_REST[a.kind] for a in self.field.atoms if a.symbol in used and a.kind in _REST]
        unfolded = f"unfold {', '.join(rests)}; " if rests else ""
        lines += [f"  by ({unfolded}field).", "pos."]
        name = f"sign_{len(self._signs)}"
        self._signs[signed] = self.add(name, f"forall z, 0 < z ->\n  0 < {factor}", lines)
        return self._signs[signed]

    def _more(self, atom: Atom, terms: int) -> Iterable[str]:
        """The rest by which an atom is more than what it is at least."""
        word, rest = in_coq(atom.expression), _REST[atom.kind]
        low = self.text(least(atom, terms))
        yield f"set ({rest} := {word} - ({low})) in *."
        if atom.kind == "root":
            yield f"assert (0 < {rest}) by (apply root_above; [lra | nra])."
            return
        yield f"assert (0 < {rest})."
        yield f"{{ pose proof (exp_{terms}_ {_rated(atom)} ltac:(lra)) as more. unfold {rest}."
        yield f"  match type of more with 0 < _ - ?y => replace ({low}) with y by field end. exact more. }}"

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


def _signed(shift: Shift) -> sp.Expr:
    return sp.expand(shift.sign * shift.factor)


def _closed(factor: str) -> str:
    return f"({factor})" if "^" in factor else factor


def _rated(atom: Atom) -> str:
    return f"({in_coq(atom.rate * Z)})"

