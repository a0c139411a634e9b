"""A1 to A4 of a response as a chapter: one theorem of Coq for each, over all z > 0."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ....theory.errors import NoExpansionError
from ....theory.models import Model
from ..chapter import Chapter
from ..lemmas import Block, Lemma, existence, implication
from ..names import Untranslatable
from .facts import Facts
from .field import T
from .said import NUMBERED, Said, said
from .slopes import in_coq

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
        return Chapter(label, TITLE, (), tuple(left_out))
    for name, text in words.items():
        try:
            found.append(theorems.lemma(label, name, text))
        except Untranslatable as error:
            left_out.append((name, KIND, str(error)))
    return Chapter(label, TITLE, tuple(found), tuple(left_out))


class _Theorems(Facts):
    """The theorems of one response, each with its proof."""

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
        witness = Block(f"{whole}__witness", existence(made, ()), shown)
        twins = tuple(
            _twin(what, whole, count, wrong) for count, wrong in enumerate(what.wrong, start=1)
        )
        case = tuple(zip(_variables(what), map(str, what.numbers), strict=False))
        return Lemma(label, name, KIND, words, main, made, witness, twins, case, before=before)

    def _a1(self) -> Iterable[str]:
        s, first = self.slopes[:2]
        sign = self.sign("falls", f"z * ({self.s[1]}) - ({self.s[0]})", T * first - s)
        chain = self.for_positive(self.chain(1))
        yield from self.start()
        yield f"exact (falling r {self.function(0)} {self.function(1)} r_s {chain} {sign} z Z)."

    def _a2(self) -> Iterable[str]:
        sign = self.sign("rises", f"- ({self.s[1]})", -self.slopes[1])
        above, chain = self.above(), self.chain(1)
        for_positive = self.for_positive(chain)
        yield from self.start()
        s, first = self.function(0), self.function(1)
        yield f"assert (D : is_derive (Derive ell) z ({first} z))."
        yield f"{{ apply (near (Derive ell) {s}); [| exact Z | exact ({for_positive} z Z)]."
        yield (
            f"  clear z Z; intros z Z. rewrite (Derive_ext ell (fun z => {self.raw}) z ell_is). "
            f"exact ({self.derived} {self.at}). }}"
        )
        yield f"pose proof (convex r {s} {first} r_s {for_positive} {above} {sign} z Z) as all."
        yield f"pose proof ({sign} z Z) as F."
        yield "split; [eexists; exact D |]. rewrite (is_derive_unique _ _ _ D)."
        yield "split; [cbv beta; lra | split; [apply all | split; apply all]]."

    def _a3(self) -> Iterable[str]:
        s, first, second = self.slopes[:3]
        texts = self.s
        text = (
            f"({texts[0]}) * ({texts[1]}) + z * ({texts[0]}) * ({texts[2]}) - z * ({texts[1]}) ^ 2"
        )
        sign = self.sign("bends", text, s * first + T * s * second - T * first**2)
        above = self.above()
        one, two = (self.for_positive(self.chain(k)) for k in (1, 2))
        functions = f"{self.function(0)} {self.function(1)}"
        yield from self.start()
        yield "assert (Y : 0 < y) by lra."
        yield f"pose proof (r_slope r {functions} r_s {one}) as D."
        yield f"pose proof (above r {self.function(0)} r_s {above}) as P."
        yield "do 2 (split; [eexists; apply D; assumption | split; [apply P; assumption |]])."
        yield (
            f"exact (bending r {functions} {self.function(2)} r_s {one} {above} {two} y "
            f"(fun z B => {sign} z (proj1 B)) x y X X_y (Rle_refl y))."
        )

    def _a4(self) -> Iterable[str]:
        known = self.at_0()
        quotient = f"({self.quotient} {self.f} r {self.f}_is r_is)"
        yield f"destruct {known} as (S0 & S1 & S2 & S3 & C)."
        yield f"pose proof (curvature r {self.functions} {quotient} {self.chains} C S0 S2"
        yield "  r_continuous) as (A & B)."
        yield "cbv beta in B; rewrite S3 in B. rewrite (is_derive_unique _ _ _ B)."
        yield "split; [exact A | split; [eexists; exact B | split; lra]]."

    def _witness(self, name: str, what: Said) -> Iterable[str]:
        raw = f"(fun z => {self.raw})"
        if name == "A4":
            yield f"destruct {self.at_0()} as (S0 & S1 & S2 & _ & C)."
            yield f"destruct (extension {self.functions} {self.chains} C S0 S2) as (r & R1 & R2)."
            yield f"exists {raw}, r. split; [reflexivity | split; [| exact R2]]."
            yield f"intros z N. rewrite (R1 z N). symmetry. now rewrite ({self.derived} z)."
            return
        quotient = f"({self.raw}) * Derive {raw} z" if self.f == "phi" else f"Derive {raw} z"
        numbers = ", ".join(f"({in_coq(n)})" for n in what.numbers)
        if name == "A3" and self.f == "phi":
            yield f"destruct {self.at_0()} as (S0 & S1 & S2 & _ & C)."
            yield f"destruct (high {self.functions} {self.chains} C S0 S2 S1) as (x & y & H)."
            numbers = "(1 / 2), x, y"
        yield f"exists {numbers}, {raw}, (fun z => {quotient} / z)."
        yield "split; [reflexivity | split; [reflexivity |]]."
        if name == "A3" and self.f == "phi":
            yield f"cbv beta; rewrite !{self.derived}."
        yield "repeat split; lra."


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
