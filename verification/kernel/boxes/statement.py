"""What the tube's theorem says in Coq: of a model's map, its r and h, in the page's symbols."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ....theory.curve.first_order import generic_h, slow_curve
from ....theory.expressions.parsing import Z
from ....theory.models import ETA, PHI_SQUARED, Model, P, Q, R
from ..names import Names
from ..translate import term
from .writing import rational


@dataclass(frozen=True)
class Tube:
    """0 < ε ≤ `largest`, p² ≤ `end` and |q/r − 1 − hε| ≤ `constant` ε²."""

    largest: Fraction
    end: Fraction
    constant: Fraction


class Statement:
    """The theorem of a model's tube.

    `given` are its hypotheses on the functions, `step` is a step of the map with p and q for
    p_t and q_t, `kept` is what holds at all t.
    """

    def __init__(self, model: Model, tube: Tube) -> None:
        self.model, self.tube = model, tube
        names = Names()
        generic, response = model.generic(), model.response
        for symbol in (ETA, P, Q):
            names.real(symbol)
        self.epsilon = self._told(model.small_parameter(ETA), names)
        self.r, self.square = names.function(R), ""
        self.formula = term(response.response.subs(Z, P), names)
        self.h = term(generic_h(model), names)
        self.at_zero = term(slow_curve(model).h_at_zero, names)
        self.p_next, self.q_next = (term(e, names) for e in (generic.p_next, generic.q_next))
        if response.square is not None:
            self.square = names.function(PHI_SQUARED)
            self.square_formula = term(response.square.subs(Z, P), names)

    def _told(self, e: Any, names: Names) -> str:
        text = term(e, names)
        return f"({text})" if " " in text else text

    @property
    def functions(self) -> str:
        """What the theorem speaks of, as binders."""
        square = f" {self.square}" if self.square else ""
        return f"({self.r} h{square} : R -> R)"

    @property
    def arguments(self) -> list[str]:
        """The functions' names."""
        return [self.r, "h", *([self.square] if self.square else [])]

    @property
    def given(self) -> tuple[tuple[str, str], ...]:
        """Hypotheses on the functions, by name."""
        found = [
            ("r_is", f"forall p, p <> 0 -> {self.r} p = {self.formula}"),
            ("r_0", f"{self.r} 0 = 1"),
            ("h_is", f"forall p, p <> 0 -> h p = {self.h}"),
            ("h_0", f"h 0 = {self.at_zero}"),
        ]
        if self.square:
            found.append(("square_is", f"forall p, {self.square} p = {self.square_formula}"))
        return tuple(found)

    @property
    def step(self) -> str:
        """A step of the map."""
        return (
            "forall t, let p := p_ t in let q := q_ t in\n"
            f"     p_ (S t) = {self.p_next} /\\ q_ (S t) = {self.q_next}"
        )

    def misfit(self, constant: Fraction, relation: str = "<=") -> str:
        """The inequality of the tube for p and q."""
        return (
            f"Rabs (q / {self.r} p - 1 - h p * {self.epsilon}) {relation} "
            f"{rational(constant)} * {self.epsilon} ^ 2"
        )

    def says(self, conclusion: str = "", constant: Fraction | None = None) -> str:
        """The theorem, or the same with another conclusion or constant."""
        t = self.tube
        c = t.constant if constant is None else constant
        supposed = "".join(f"  ({text}) ->\n" for _, text in self.given)
        start = "let p := p_ 0%nat in let q := q_ 0%nat in"
        concluded = conclusion or self.kept(c)
        return (
            f"forall (eta : R) {self.functions} (p_ q_ : nat -> R),\n"
            f"  (0 < eta) -> ({self.epsilon} <= {rational(t.largest)}) ->\n{supposed}"
            f"  ({self.step}) ->\n"
            f"  ({start} p ^ 2 <= {rational(t.end)} /\\ {self.misfit(c)}) ->\n"
            f"  forall t, let p := p_ t in let q := q_ t in\n    {concluded}"
        )

    def kept(self, constant: Fraction) -> str:
        """What holds at all t."""
        return (
            f"p ^ 2 <= {rational(self.tube.end)} /\\ {self.misfit(constant)} /\\\n"
            "    q <= q_ (S t) /\\ Rabs (p_ (S t)) <= Rabs p /\\ p * p_ (S t) <= 0"
        )

    def exists(self) -> str:
        """That there is an orbit of which the theorem speaks, and p is not 0 on it at first."""
        t = self.tube
        supposed = "".join(f"    ({text}) /\\\n" for _, text in self.given)
        return (
            f"exists (eta : R) {self.functions} (p_ q_ : nat -> R),\n"
            f"    0 < eta /\\ {self.epsilon} <= {rational(t.largest)} /\\\n{supposed}"
            f"    ({self.step}) /\\\n"
            "    (let p := p_ 0%nat in let q := q_ 0%nat in\n"
            f"     p ^ 2 <= {rational(t.end)} /\\ {self.misfit(Fraction(0))}) /\\ p_ 0%nat <> 0"
        )
