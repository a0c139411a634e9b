"""A1 to A4 of a response as a chapter: one theorem of Coq for each, over all z > 0."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import sympy as sp

from ....theory.errors import NoExpansionError
from ....theory.expressions.parsing import Z
from ....theory.models import Model
from ....theory.responses import Activation, Loss, Response
from ..chapter import Chapter
from ..lemmas import Block, Lemma, existence, implication
from ..translate import Untranslatable
from .blocks import Writer, in_coq
from .field import Field, T, field_of
from .said import NUMBERED, Said, function_of, said

KIND = "Hypothesis"
TITLE = "The hypotheses on the response"


def hypotheses(model: Model) -> Chapter:
    """A1 to A4 of a model's response: theorems, and those without one with the reason.

    >>> from ....theory import models
    >>> found = hypotheses(models.of("linear", "log-cosh"))
    >>> [one.step for one in found.lemmas]
    ['A1', 'A2', 'A3', 'A4']
    """
    response = model.response
    label = f"{model.name}/hypotheses"
    words = {h.name: h.text for h in response.hypotheses if h.name in NUMBERED}
    found: list[Lemma] = []
    left_out: list[tuple[str, str, str]] = []
    try:
        theorems = _Theorems(response, label.replace("-", "_").replace("/", "_"))
    except Untranslatable as error:
        left_out = [(name, KIND, str(error)) for name in words]
        return Chapter(label, TITLE, (), tuple(left_out), ("Tactics", "Hypotheses"))
    for name, text in words.items():
        try:
            found.append(theorems.lemma(label, name, text))
        except Untranslatable as error:
            left_out.append((name, KIND, str(error)))
    return Chapter(label, TITLE, tuple(found), tuple(left_out), ("Tactics", "Hypotheses"))


class _Theorems:
    """The theorems of one response. Raises Untranslatable where it has no field."""

    def __init__(self, response: Response, prefix: str) -> None:
        if not isinstance(response, Loss | Activation):
            raise Untranslatable("a loss about a minimum is not translated")
        self.response, self.prefix = response, prefix
        self.f = function_of(response)
        self.raw = in_coq(response.expression)
        inner = (response.expression,) if self.f == "phi" else ()
        self.field: Field = field_of((response.slope, *inner))
        s = self.field.inside(response.slope)
        self.slopes = [s]
        for _ in range(3):
            self.slopes.append(self.field.slope(self.slopes[-1]))
        self.everywhere = all(map(self.field.everywhere, self.slopes))
        self.writer = Writer(self.field, prefix, self.everywhere)
        self.s = [self.writer.text(f) for f in self.slopes]
        self._known: dict[str, str] = {}
        self._product()

    def lemma(self, label: str, name: str, words: str) -> Lemma:
        """One hypothesis with its proof, its witness and its twins."""
        proofs: dict[str, Callable[[], Iterable[str]]] = {
            "A1": self._a1,
            "A2": self._a2,
            "A3": self._a3,
            "A4": self._a4,
        }
        if name == "A4" and not self.everywhere:
            raise Untranslatable(f"{self.f} and its derivatives are 0/0 at 0")
        try:
            what = said(self.response, name)
        except NoExpansionError as error:
            raise Untranslatable(str(error)) from None
        lines, shown = list(proofs[name]()), tuple(self._witness(name, what))
        before = self.writer.taken()
        made = what.statement
        whole = f"{self.prefix}__{name}"
        arguments = " ".join(_variables(what) + [h.name for h in made.hypotheses])
        main = Block(whole, implication(made, made.goals), (f"intros {arguments}.", *lines))
        witness = Block(f"{whole}__witness", existence(made), shown)
        twins = tuple(
            _twin(what, whole, count, wrong) for count, wrong in enumerate(what.wrong, start=1)
        )
        case = tuple(zip(_variables(what), map(str, what.numbers), strict=False))
        return Lemma(label, name, KIND, words, main, made, witness, twins, case, before=before)

    # What all have in common ---------------------------------------------------------------------

    def _once(self, name: str, write: Callable[[], str]) -> str:
        if name not in self._known:
            self._known[name] = write()
        return self._known[name]

    def _product(self) -> None:
        """ℓ' = s, or φ φ' = s, from the formula as it is given; then z r(z) = s(z)."""
        writer, f, raw, expression = self.writer, self.f, self.raw, self.response.expression
        slope = self.field.inside(sp.diff(expression, Z))
        derived = writer.derivative("slope", raw, slope, expression)
        left = f"Derive (fun z => {raw}) z"
        unique = f"exact (is_derive_unique _ _ _ ({derived} {self._at}))"
        lines = [f"assert (D : {left} = {writer.text(slope)}) by {unique}.", "rewrite D."]
        if f == "phi":
            inside = self.field.inside(expression)
            value = writer.equal("value", raw, inside, expression)
            both = f"({writer.text(inside)}) * ({writer.text(slope)})"
            product = writer.equal("product", both, self.slopes[0])
            left = f"({raw}) * {left}"
            lines.append(f"replace ({raw}) with ({writer.text(inside)})")
            lines.append(f"  by (symmetry; exact ({value} {self._at})).")
            lines.append(f"exact ({product} {self._at}).")
        else:
            lines.append("reflexivity.")
        self.derived = writer.add(
            "derived", f"{self._every}\n  {left} = {self.s[0]}", [self._intro, *lines]
        )
        rewritten = f"(Derive_ext {f} (fun z => {raw}) z {f}_is)"
        also = f", ({f}_is z)" if f == "phi" else ""
        given = said(self.response, "A1").statement.hypotheses[:2]
        supposed = " ->\n  ".join(f"({h.text})" for h in given)
        self.quotient = writer.add(
            "quotient",
            f"forall {f} r : R -> R, {supposed} ->\n  forall z, {self._side} -> r z = ({self.s[0]}) / z",
            [
                f"intros {f} r {f}_is r_is z Z.",
                "assert (N : z <> 0) by lra.",
                f"rewrite (r_is z N), {rewritten}{also}.",
                f"now rewrite ({self.derived} {self._at}).",
            ],
        )

    @property
    def _side(self) -> str:
        return "z <> 0" if self.everywhere else "0 < z"

    @property
    def _every(self) -> str:
        return "forall z," if self.everywhere else "forall z, 0 < z ->"

    @property
    def _intro(self) -> str:
        return "intro z." if self.everywhere else "intros z Z."

    @property
    def _at(self) -> str:
        return "z" if self.everywhere else "z Z"

    def _chain(self, place: int) -> str:
        """The lemma that the next derivative of s is what it is."""
        return self._once(
            f"s{place}", lambda: self.writer.slope(f"slope_{place}", self.slopes[place - 1])
        )

    def _for_positive(self, lemma: str) -> str:
        return f"(fun z _ => {lemma} z)" if self.everywhere else lemma

    def _start(self) -> Iterable[str]:
        """r(z) = s(z)/z and s' for z > 0, as the theorems of the library want them."""
        side = "(Rgt_not_eq t 0 T)" if self.everywhere else "T"
        yield (
            f"assert (r_s : forall z, 0 < z -> r z = ({self.s[0]}) / z) by "
            f"(intros t T; exact ({self.quotient} {self.f} r {self.f}_is r_is t {side}))."
        )

    def _sign(self, name: str, text: str, element: sp.Expr) -> str:
        """The lemma that a formula in s, s' and s'' is negative for z > 0."""

        def write() -> str:
            reduced = self.field.reduced(element)
            return self.writer.formula(name, text, reduced, self.writer.negative(name, reduced))

        return self._once(name, write)

    def _above(self) -> str:
        return self._sign("above", f"- ({self.s[0]})", -self.slopes[0])

    # One by one ----------------------------------------------------------------------------------

    def _a1(self) -> Iterable[str]:
        s, first = self.slopes[:2]
        sign = self._sign("falls", f"z * ({self.s[1]}) - ({self.s[0]})", T * first - s)
        chain = self._for_positive(self._chain(1))
        yield from self._start()
        yield f"exact (falling r (fun z => {self.s[0]}) (fun z => {self.s[1]}) r_s {chain} {sign} z Z)."

    def _a2(self) -> Iterable[str]:
        sign = self._sign("rises", f"- ({self.s[1]})", -self.slopes[1])
        above, chain = self._above(), self._chain(1)
        for_positive = self._for_positive(chain)
        yield from self._start()
        s, first = f"(fun z => {self.s[0]})", f"(fun z => {self.s[1]})"
        yield f"assert (D : is_derive (Derive ell) z ({first} z))."
        yield f"{{ apply (near (Derive ell) {s}); [| exact Z | exact ({for_positive} z Z)]."
        yield (
            f"  clear z Z; intros z Z. rewrite (Derive_ext ell (fun z => {self.raw}) z ell_is). "
            f"exact ({self.derived} {self._at}). }}"
        )
        yield f"pose proof (convex r {s} {first} r_s {for_positive} {above} {sign} z Z) as (A & B & C)."
        yield f"pose proof ({sign} z Z) as F."
        yield "split; [eexists; exact D |]. rewrite (is_derive_unique _ _ _ D)."
        yield "split; [cbv beta; lra | repeat split; assumption]."

    def _a3(self) -> Iterable[str]:
        s, first, second = self.slopes[:3]
        texts = self.s
        text = (
            f"({texts[0]}) * ({texts[1]}) + z * ({texts[0]}) * ({texts[2]}) - z * ({texts[1]}) ^ 2"
        )
        sign = self._sign("bends", text, s * first + T * s * second - T * first**2)
        above = self._above()
        one, two = (self._for_positive(self._chain(k)) for k in (1, 2))
        functions = " ".join(f"(fun z => {text})" for text in texts[:2])
        yield from self._start()
        yield "assert (Y : 0 < y) by lra."
        yield f"pose proof (r_slope r {functions} r_s {one}) as D."
        yield f"pose proof (above r (fun z => {texts[0]}) r_s {above}) as P."
        yield "do 2 (split; [eexists; apply D; assumption | split; [apply P; assumption |]])."
        yield (
            f"exact (bending r {functions} (fun z => {texts[2]}) r_s {one} {above} {two} y "
            f"(fun z B => {sign} z (proj1 B)) x y X X_y (Rle_refl y))."
        )

    def _a4(self) -> Iterable[str]:
        known = self._at_0()
        functions = " ".join(f"(fun z => {text})" for text in self.s)
        quotient = f"({self.quotient} {self.f} r {self.f}_is r_is)"
        yield f"destruct {known} as (S0 & S1 & S2 & S3 & C)."
        yield f"destruct (curvature r {functions} {quotient} {self._chains} C S0 S2 r_continuous) as (A & B)."
        yield "cbv beta in B; rewrite S3 in B. rewrite (is_derive_unique _ _ _ B)."
        yield "split; [exact A | split; [eexists; exact B | split; lra]]."

    def _at_0(self) -> str:
        """s and its derivatives at 0, where the third is continuous."""
        at = [self.field.at_zero(f) for f in self.slopes]
        if at != [0, 1, 0, 3 * self.response.curvature]:
            raise Untranslatable("at 0 it is not what an even response with r(0) = 1 is")
        return self._once("at_0", lambda: self.writer.at_zero("at_0", self.slopes))

    # Witnesses and twins -------------------------------------------------------------------------

    def _witness(self, name: str, what: Said) -> Iterable[str]:
        raw = f"(fun z => {self.raw})"
        functions = " ".join(f"(fun z => {text})" for text in self.s)
        if name == "A4":
            yield f"destruct {self._at_0()} as (S0 & S1 & S2 & _ & C)."
            yield f"destruct (extension {functions} {self._chains} C S0 S2) as (r & R1 & R2)."
            yield f"exists {raw}, r. split; [reflexivity | split; [| exact R2]]."
            yield f"intros z N. rewrite (R1 z N). symmetry. now rewrite ({self.derived} z)."
            return
        quotient = f"({self.raw}) * Derive {raw} z" if self.f == "phi" else f"Derive {raw} z"
        numbers = ", ".join(f"({in_coq(n)})" for n in what.numbers)
        if name == "A3" and self.f == "phi":
            yield f"destruct {self._at_0()} as (S0 & S1 & S2 & _ & C)."
            yield f"destruct (high {functions} {self._chains} C S0 S2 S1) as (x & y & H)."
            numbers = "(1 / 2), x, y"
        yield f"exists {numbers}, {raw}, (fun z => {quotient} / z)."
        yield "split; [reflexivity | split; [reflexivity |]]."
        if name == "A3" and self.f == "phi":
            yield f"cbv beta; rewrite !{self.derived}."
        yield "repeat split; lra."

    @property
    def _chains(self) -> str:
        return " ".join(self._chain(k) for k in (1, 2, 3))


def _variables(what: Said) -> list[str]:
    made = what.statement
    reals = [made.names.real(symbol) for symbol in made.reals]
    return reals + [made.names.function(f) for f in made.functions]


def _twin(what: Said, whole: str, count: int, wrong: str) -> Block:
    """The theorem with its conclusion turned is refuted where the witness looks."""
    made = what.statement
    goals = [*made.goals[: what.goal], wrong, *made.goals[what.goal + 1 :]]
    names = [h.name for h in made.hypotheses]
    arguments = " ".join([*_variables(what), *names])
    lines = (
        "intro twin_.",
        f"destruct {whole}__witness as ({' & '.join([*_variables(what), *names])}).",
        f"pose proof ({whole} {arguments}) as claim_.",
        f"specialize (twin_ {arguments}).",
        "refute.",
    )
    return Block(f"{whole}__twin_{count}", f"~ ({implication(made, goals)})", lines)
