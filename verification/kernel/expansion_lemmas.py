"""An expansion as a lemma of Coq, with its witness and its falsified twins."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp

from ...theory.derivation.claims import Step
from ...theory.derivation.substitution import Equation
from .expansion_orders import sharp_at
from .expansion_proofs import Proof, prepared, rules, script
from .expansion_roots import put_in_powers
from .expansions import Expanded, near
from .lemmas import Block, Lemma, at_the_case, implication, in_a_case, taken_apart, words
from .names import Untranslatable
from .translate import term
from .witness_proofs import proof as witnessed
from .witnesses import not_zero, said, witness


def expansion_lemma(label: str, step: Step, equations: Sequence[Equation]) -> Lemma:
    """A step that claims an expansion, as a lemma.

    Parameters: the label of its derivation; the step; the equations that it uses.
    Raises Untranslatable for what has no counterpart in Coq.
    """
    made = _Parts(re.sub(r"\W", "_", f"{label}__{step.name}"), Proof(Expanded(step, equations)))
    main = Block(made.name, implication(made.statement, made.statement.goals), made.script())
    found = Lemma(label, step.name, "Expansion", words(step), main, made.statement)
    try:
        case = witness(made.probe)
        sharp = sharp_at(made.expanded, case)
        facts = [*said(made.probe, case), *([made.exact] if sharp else [])]
        lines = witnessed(made.probe, case, sharp)
        opened, block = in_a_case(made.name, made.probe, facts, lines)
    except Untranslatable as error:
        return replace(found, missing=str(error))
    twins = [made.coefficient_twin(k, bool(sharp)) for k in range(len(made.wrong))]
    twins += [made.order_twin()] if sharp else []
    shown = tuple(case.shown(made.statement).items())
    return replace(found, witness=block, twins=tuple(twins), case=shown, opened=opened)


@dataclass(frozen=True)
class Wrong:
    """A right side in which one term has the other sign.

    `twice` is the difference, `lead` its first coefficient, which may not be 0.
    """

    right: Any
    twice: Any
    lead: Any


def _wrong(proof: Proof) -> Iterator[Wrong]:
    e, field = proof.expanded, proof.setting.field
    if e.right == 0:
        power = e.variable ** (e.order - 1)
        yield Wrong(power, power, sp.S.One)
        return
    for part in sp.Add.make_args(e.right):
        node = proof.read(2 * part)
        order = node.order
        if order is not None and order < e.order:
            lead = node.coefficients(order + 1)[order + node.shift]
            yield Wrong(e.right - 2 * part, 2 * part, field.written(lead))


class _Parts:
    """What lemma, witness and twins share."""

    def __init__(self, name: str, proof: Proof) -> None:
        self.name, self.proof, self.expanded = name, proof, proof.expanded
        self.statement = proof.statement()
        self.wrong = tuple(_wrong(proof))
        leads = [w.lead for w in self.wrong if not w.lead.is_number]
        self.probe = replace(self.statement, claimed=tuple((lead, lead) for lead in leads))
        e = self.expanded
        self.exact = f"~ {e.text(e.right, e.order + 1)}"

    def script(self) -> tuple[str, ...]:
        """The proof of the lemma."""
        return script(self.statement, self.proof)

    def coefficient_twin(self, place: int, exact: bool) -> Block:
        """The expansion with one term of the right side falsified does not follow: otherwise that
        term would be O(v^n)."""
        e, wrong = self.expanded, self.wrong[place]
        node = self.proof.read(wrong.twice)
        order = node.order
        if order is None:
            raise Untranslatable("a coefficient that is 0")
        given, arguments = taken_apart(self.probe, len(not_zero(self.probe)))
        given += ["exact_"] if exact else []
        told = self.proof.setting.listed(node.coefficients(order + 1))
        tree = f"val (Known {told} ({node.coq(order + 1)}))"
        letters = self.proof.letters()
        both = "both _ _ _ _" if e.right != 0 else "other _ _ _"
        head = f"bigO {near(e.variable)} {e.order}"
        last = f"apply (lasts _ _ {order + node.shift}); coefficients"
        twice = f"fun {e.names.real(e.variable)} => {term(wrong.twice, e.names)}"
        lines = (
            "intro twin_.",
            at_the_case(self.name, given),
            f"pose proof ({self.name} {arguments}) as claim_.",
            f"specialize (twin_ {arguments}).",
            f"pose proof ({both} claim_ twin_) as both_; clear claim_ twin_.",
            f"assert (twice_ : {head} ({twice})).",
            "{ refine (O_ext_all _ _ _ _ both_); sides. }",
            "clear both_.",
            *put_in_powers(e, self.statement, self.proof.text(wrong.twice, 0), "twice_"),
            *prepared(self.statement, self.proof.setting),
            *letters.lines(self.statement),
            f"change ({head} ({tree})) in twice_.",
            f"revert twice_; {last} ltac:({rules(self.statement, letters)}).",
        )
        says = f"~ ({implication(self.statement, [e.text(wrong.right, e.order)])})"
        return Block(f"{self.name}__twin_{place + 1}", says, lines)

    def order_twin(self) -> Block:
        """The next power does not follow: at the witness its coefficient is not 0."""
        e = self.expanded
        given, arguments = taken_apart(self.probe, len(not_zero(self.probe)))
        lines = (
            "intro twin_.",
            at_the_case(self.name, [*given, "exact_"]),
            f"exact (exact_ (twin_ {arguments})).",
        )
        says = f"~ ({implication(self.statement, [e.text(e.right, e.order + 1)])})"
        return Block(f"{self.name}__twin_{len(self.wrong) + 1}", says, lines)
