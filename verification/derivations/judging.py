"""Judging derivations: every claim by exact algebra and, independently, in ball arithmetic.

A derivation that passes becomes `Checked`; only a `Checked` derivation can be printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp

from ...theory.derivation.claims import (
    Appendix,
    Cited,
    Definition,
    Derivation,
    Enclosed,
    Expansion,
    Identity,
    Sign,
    Solution,
    Step,
)
from ...theory.derivation.substitution import Equation, equations_for, resolved
from ...theory.errors import InputError
from ...theory.responses import Response
from .algebra import expansion_vanishes, rule_of_signs, vanishes
from .points import compare, compare_expansion, compare_sign


class DerivationError(InputError):
    """A step whose claim does not hold, or that cannot be judged."""


@dataclass(frozen=True)
class StepCheck:
    """What was done for one step: `how` is "definition", "cited", "enclosed" or "checked"."""

    name: str
    how: str
    points: int = 0  # at which it was compared in ball arithmetic


@dataclass(frozen=True)
class Checked:
    """A derivation all of whose steps hold. Made by `check_derivation` only."""

    derivation: Derivation
    checks: tuple[StepCheck, ...]


def check_appendix(appendix: Appendix) -> tuple[Checked, ...]:
    """Judge all derivations of an appendix, in order. Raises DerivationError for the first wrong
    step."""
    earlier: dict[str, Derivation] = {}
    found = []
    for derivation in appendix.derivations:
        found.append(check_derivation(derivation, appendix.kind, earlier))
        earlier[derivation.label] = derivation
    return tuple(found)


def check_derivation(
    derivation: Derivation, kind: type[Response], earlier: dict[str, Derivation] | None = None
) -> Checked:
    """Judge every step. Raises DerivationError for the first that does not hold.

    Parameters: the derivation; the kind of response, which says what r stands for (ℓ'(z)/z or
    φφ'(z)/z) when random instances are drawn; the derivations before it, by label.
    """
    names = [step.name for step in derivation.steps]
    if len(set(names)) != len(names):
        raise DerivationError(f"{derivation.label}: two steps have the same name")
    checks = []
    for step in derivation.steps:
        place = f"{derivation.label}: step {step.name}"
        try:
            equations = equations_for(step, derivation, earlier or {})
            checks.append(_check_step(step, equations, derivation, kind))
        except InputError as error:
            raise DerivationError(f"{place}: {error}") from None
    return Checked(derivation, tuple(checks))


def _check_step(
    step: Step, equations: tuple[Equation, ...], derivation: Derivation, kind: type[Response]
) -> StepCheck:
    claim = step.claim
    match claim:
        case Cited():
            return StepCheck(step.name, "cited")
        case Enclosed():
            return StepCheck(step.name, "enclosed")
        case Definition():
            _check_definition(step, derivation)
            return StepCheck(step.name, "definition")
        case Expansion():
            if claim.order < 1:
                raise InputError("an expansion without a remainder says nothing")
            left, right = (resolved(side, equations, claim.at) for side in claim.sides)
            points = compare_expansion(left, right, claim.variable, claim.order, kind)
            if not expansion_vanishes(left - right, claim.variable, claim.order):
                raise InputError(f"the sides differ before order {claim.order}")
        case Identity():
            points = _check_sides(claim.sides, equations, claim.at, kind)
        case Solution():
            points = _check_solution(claim, equations, kind)
        case Sign():
            points = _check_sides(claim.sides, equations, claim.at, kind)
            found = rule_of_signs(claim.sides[-1], claim.known)
            if found not in _IMPLIED_BY[claim.relation]:
                raise InputError(f"the rule of signs does not give {claim.relation} 0")
            points += compare_sign(claim.sides[-1], claim.relation, claim.known)
    return StepCheck(step.name, "checked", points)


_IMPLIED_BY = {">": (">",), "<": ("<",), "≥": (">", "≥"), "≤": ("<", "≤")}


def _check_sides(
    sides: Sequence[Any],
    equations: tuple[Equation, ...],
    at: Sequence[Equation],
    kind: type[Response],
) -> int:
    if len(set(sides)) < len(sides):
        raise InputError("two sides are the same: the line says nothing")
    first, *others = (resolved(side, equations, at) for side in sides)
    points = 0
    for other in others:
        if getattr(first, "shape", ()) != getattr(other, "shape", ()):
            raise InputError("the sides are matrices of different sizes")
        points += compare(first, other, kind)  # first: of what is wrong, algebra can take long
        if not vanishes(first - other):
            raise InputError("two sides are not equal by exact algebra")
    return points


def _check_solution(claim: Solution, equations: tuple[Equation, ...], kind: type[Response]) -> int:
    """The value solves the equation, which has one solution: it is linear in the unknown."""
    unknown = sp.Dummy("unknown", positive=True)
    equation = resolved(claim.equation.xreplace({claim.unknown: unknown}), equations)
    slope = sp.diff(equation, unknown)
    if vanishes(slope) or not vanishes(sp.diff(slope, unknown)):
        raise InputError("the equation is not linear in the unknown")
    value = resolved(claim.value, equations)
    if value.has(claim.unknown):
        raise InputError("the unknown stands in its own value")
    left = equation.xreplace({unknown: value})
    points = compare(left, sp.S.Zero, kind)
    if not vanishes(left):
        raise InputError("the value does not solve the equation, by exact algebra")
    return points


def _check_definition(step: Step, derivation: Derivation) -> None:
    """The name is new here and does not stand in its own value."""
    name, value = step.claim.sides
    before = derivation.steps[: derivation.steps.index(step)]
    if any(isinstance(s.claim, Definition) and s.claim.name == name for s in before):
        raise InputError("this name is defined before")
    symbol = name.func if isinstance(name, sp.Function) else name
    if value.has(symbol):
        raise InputError("the definition goes in a circle")
