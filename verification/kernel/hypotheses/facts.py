"""What of a response its theorems go through: s = z r, its derivatives, their signs, all at 0."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import sympy as sp

from ....theory.expressions.parsing import Z
from ....theory.responses import Activation, Loss, Response
from ....theory.valleys import Valley
from ..names import Untranslatable
from .field import Field, field_of
from .said import function_of, given
from .signs import Writer
from .slopes import in_coq


class Facts:
    """Writes the lemmas about one response; what is needed twice is written once.

    Parameters: the response; the beginning of all names. Raises Untranslatable where it has no
    field.
    """

    def __init__(self, response: Response, prefix: str) -> None:
        if isinstance(response, Valley) or not isinstance(response, Loss | Activation):
            raise Untranslatable("a hypothesis on a loss about a minimum is another one")
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

    def once(self, name: str, write: Callable[[], str]) -> str:
        """What `write` writes under a name, which it does the first time only."""
        if name not in self._known:
            self._known[name] = write()
        return self._known[name]

    def _product(self) -> None:
        """ℓ' = s, or φ φ' = s, from the formula as it is given; then z r(z) = s(z)."""
        writer, f, raw, expression = self.writer, self.f, self.raw, self.response.expression
        slope = self.field.inside(sp.diff(expression, Z))
        derived = writer.derivative("slope", raw, slope, expression)
        left = f"Derive (fun z => {raw}) z"
        unique = f"exact (is_derive_unique _ _ _ ({derived} {self.at}))"
        lines = [f"assert (D : {left} = {writer.text(slope)}) by {unique}.", "rewrite D."]
        if f == "phi":
            inside = self.field.inside(expression)
            value = writer.equal("value", raw, inside, expression)
            both = f"({writer.text(inside)}) * ({writer.text(slope)})"
            product = writer.equal("product", both, self.slopes[0])
            left = f"({raw}) * {left}"
            lines.append(f"replace ({raw}) with ({writer.text(inside)})")
            lines.append(f"  by (symmetry; exact ({value} {self.at})).")
            lines.append(f"exact ({product} {self.at}).")
        else:
            lines.append("reflexivity.")
        self.derived = writer.add(
            "derived", f"{self._every}\n  {left} = {self.s[0]}", [self._intro, *lines]
        )
        rewritten = f"(Derive_ext {f} (fun z => {raw}) z {f}_is)"
        also = f", ({f}_is z)" if f == "phi" else ""
        supposed = " ->\n  ".join(f"({text})" for _, text in given(self.response))
        result = f"forall z, {self._side} -> r z = ({self.s[0]}) / z"
        self.quotient = writer.add(
            "quotient",
            f"forall {f} r : R -> R, {supposed} ->\n  {result}",
            [
                f"intros {f} r {f}_is r_is z Z.",
                "assert (N : z <> 0) by lra.",
                f"rewrite (r_is z N), {rewritten}{also}.",
                f"now rewrite ({self.derived} {self.at}).",
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
    def at(self) -> str:
        """What a lemma about z is applied to."""
        return "z" if self.everywhere else "z Z"

    def chain(self, place: int) -> str:
        """The lemma that the next derivative of s is what it is."""
        return self.once(
            f"s{place}", lambda: self.writer.slope(f"slope_{place}", self.slopes[place - 1])
        )

    def for_positive(self, lemma: str) -> str:
        """A lemma about z as one about z > 0."""
        return f"(fun z _ => {lemma} z)" if self.everywhere else lemma

    def start(self) -> Iterable[str]:
        """r(z) = s(z)/z and s' for z > 0, as the theorems of the library want them."""
        side = "(Rgt_not_eq t 0 T)" if self.everywhere else "T"
        yield (
            f"assert (r_s : forall z, 0 < z -> r z = ({self.s[0]}) / z) by "
            f"(intros t T; exact ({self.quotient} {self.f} r {self.f}_is r_is t {side}))."
        )

    def sign(self, name: str, text: str, element: sp.Expr) -> str:
        """The lemma that a formula in s, s' and s'' is negative for z > 0."""

        def write() -> str:
            reduced = self.field.reduced(element)
            return self.writer.formula(name, text, reduced, self.writer.negative(name, reduced))

        return self.once(name, write)

    def above(self) -> str:
        """The lemma that −s is negative for z > 0."""
        return self.sign("above", f"- ({self.s[0]})", -self.slopes[0])

    def at_0(self) -> str:
        """s and its derivatives at 0, where the third is continuous."""
        at = [self.field.at_zero(f) for f in self.slopes]
        if at != [0, 1, 0, 3 * self.response.curvature]:
            raise Untranslatable("at 0 it is not what an even response with r(0) = 1 is")
        if not at[3] < 0:
            raise Untranslatable(f"r''(0) is {at[3] / 3}")
        return self.once("at_0", lambda: self.writer.at_zero("at_0", self.slopes))

    def function(self, place: int) -> str:
        """A derivative of s as a function in Coq's words."""
        return f"(fun z => {self.s[place]})"

    @property
    def functions(self) -> str:
        """s and its first three derivatives."""
        return " ".join(map(self.function, range(4)))

    @property
    def chains(self) -> str:
        """The lemmas that each is the derivative of the one before."""
        return " ".join(self.chain(k) for k in (1, 2, 3))
