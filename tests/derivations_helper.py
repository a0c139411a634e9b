"""Falsified copies of derivations: each checked step, with a number in its last side changed."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
import sympy as sp

from trajalign.theory.derivation import (
    Appendix,
    Cited,
    Definition,
    Derivation,
    Sign,
    Solution,
    Step,
)
from trajalign.theory.derivation.book import Chapter, appendix, chapter
from trajalign.theory.models import Model, Response
from trajalign.verification.derivations.judging import (
    DerivationError,
    check_appendix,
    check_derivation,
)

OFF = sp.Rational(101, 100)
_WHOLE = (sp.Derivative, sp.Subs, sp.Integral, sp.MatrixSymbol)  # nothing inside is a coefficient


def assert_every_falsified_step_is_refuted(
    derivation: Derivation, kind: type[Response], earlier: dict[str, Derivation], at_most: int = 3
) -> None:
    """Up to `at_most` falsified copies of every checked step, spread over its numbers."""
    for step in derivation.steps:
        if isinstance(step.claim, Definition | Cited):
            continue
        check_derivation(_alone(step, derivation), kind, earlier)
        copies = list(falsified(step))
        assert copies, step.name
        for wrong in copies[:: -(-len(copies) // at_most)]:
            alone = _alone(wrong, derivation)
            with pytest.raises(DerivationError, match=f": step {step.name}:"):
                check_derivation(alone, kind, earlier)


def last_side(derivation: Derivation, name: str) -> Any:
    """The last side of the step of that name."""
    (claim,) = (step.claim for step in derivation.steps if step.name == name)
    return claim.sides[-1]


def falsified(step: Step) -> Iterator[Step]:
    """Copies of a step with one number of the last side changed, or the whole of it by 1 %."""
    claim: Any = step.claim
    last = claim.sides[-1]
    values = [1 if last == 0 else OFF * last, *changed(last)]
    if isinstance(claim, Sign):
        flipped = {"<": ">", ">": "<", "≤": "≥", "≥": "≤"}[claim.relation]
        yield replace(step, claim=replace(claim, relation=flipped))
        if len(claim.sides) == 1:  # any last side is equal to itself
            return
    for value in values:
        new = sp.sympify(value)
        if isinstance(claim, Solution):
            yield replace(step, claim=replace(claim, value=new))
        elif hasattr(claim, "right"):
            yield replace(step, claim=replace(claim, right=new))
        else:
            yield replace(step, claim=replace(claim, sides=(*claim.sides[:-1], new)))


def changed(e: Any) -> Iterator[Any]:
    """The expression with one number in it changed: a coefficient by 1 %, an exponent by 1."""
    if isinstance(e, _WHOLE):
        return
    if isinstance(e, sp.MatrixBase):
        for i, entry in enumerate(e):
            for new in changed(entry):
                yield sp.ImmutableMatrix(*e.shape, [*e[:i], new, *e[i + 1 :]])
        return
    if e.is_Rational:
        yield OFF * e if e != 0 else OFF
        return
    for i, part in enumerate(e.args):
        exponent = e.is_Pow and i == 1 and part.is_Integer
        for new in [part + 1] if exponent else changed(part):
            yield e.func(*e.args[:i], new, *e.args[i + 1 :])


def _alone(step: Step, derivation: Derivation) -> Derivation:
    """A step after those it uses, which are taken as definitions: they are not judged again."""
    before = tuple(
        replace(s, claim=Definition(s.claim.sides[0], s.claim.sides[-1]), uses=())
        for s in derivation.steps
        if s.name in step.uses
    )
    return replace(derivation, steps=(*before, step))


def assert_every_falsified_definition_is_refuted(
    derivations: tuple[Derivation, ...], kind: type[Response]
) -> None:
    """With a definition changed by 1 %, some step of a derivation that uses it does not hold."""
    for index, derivation in enumerate(derivations):
        for step in derivation.steps:
            if isinstance(step.claim, Definition):
                value = sp.sympify(1 if step.claim.value == 0 else OFF * step.claim.value)
                wrong = replace(step, claim=replace(step.claim, value=value))
                steps = tuple(wrong if s is step else s for s in derivation.steps)
                wrong_one = replace(derivation, steps=steps)
                whole = (*derivations[:index], wrong_one, *derivations[index + 1 :])
                with pytest.raises(DerivationError):
                    check_appendix(Appendix("", "", 1, whole, kind))


def chapter_on(subject: str) -> Chapter:
    """A model's own chapter on a subject, such as "maps", whichever folder it is in."""

    def derivations(model: Model, order: int) -> tuple[Derivation, ...]:
        (name,) = (n for n in model.about.chapters if n.rpartition(".")[2] == subject)
        return chapter(name)(model, order)

    return derivations


@cache
def derivations_of(model: Model) -> dict[str, Derivation]:
    """The whole appendix for a model, by label."""
    return {derivation.label: derivation for derivation in appendix(model).derivations}


def assert_every_falsified_definition_breaks_a_step(
    derivation: Derivation, kind: type[Response], earlier: dict[str, Derivation]
) -> None:
    """With a definition changed by 1 %, a later step of the same derivation does not hold."""
    for step in derivation.steps:
        if isinstance(step.claim, Definition):
            wrong = replace(step, claim=replace(step.claim, value=OFF * step.claim.value))
            steps = tuple(wrong if s is step else s for s in derivation.steps)
            with pytest.raises(DerivationError, match="step (?!" + step.name + ":)"):
                check_derivation(replace(derivation, steps=steps), kind, earlier)
