"""A step of a derivation as a statement in Coq."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from ...theory.derivation.claims import Identity, Sign, Solution, Step
from ...theory.derivation.notation import PHI
from ...theory.derivation.substitution import Equation
from ...theory.expressions.parsing import Z
from ...theory.models import PHI_SQUARED
from .names import Untranslatable
from .statements import Statement, flat
from .supposed import Supposed


def statement(step: Step, equations: Sequence[Equation]) -> Statement:
    """What a step claims, as a statement in Coq.

    Parameters: an identity, a sign or a solution; the equations that it uses.
    Raises Untranslatable for what has no counterpart there.
    """
    claim = step.claim
    at = tuple(getattr(claim, "at", ()))
    signs = tuple(claim.known) if isinstance(claim, Sign) else ()
    claimed = _claimed(claim)
    equations = tuple(equations)
    present = {a.func for e in (*flat(claimed), *flat(equations)) for a in e.atoms(AppliedUndef)}
    if {PHI, PHI_SQUARED} <= present:  # φ² is written as a function of its own
        equations = (*equations, (PHI_SQUARED(Z), PHI(Z) ** 2))
    claimed = tuple(pair for both in claimed for pair in _entries(both))
    solved = claim if isinstance(claim, Solution) else None
    return Supposed(equations, at, signs, claimed, solved).built()


def _claimed(claim: Any) -> tuple[tuple[Any, Any], ...]:
    """Pairs of sides that are equal, or of an expression and its relation to 0."""
    if isinstance(claim, Solution):
        return ((claim.unknown, claim.value),)
    if not isinstance(claim, Identity | Sign):
        raise Untranslatable(f"an {type(claim).__name__.lower()} is not translated")
    first, *others = claim.sides
    pairs = tuple((first, other) for other in others)
    return (*pairs, (claim.sides[-1], claim.relation)) if isinstance(claim, Sign) else pairs


def _entries(pair: tuple[Any, Any]) -> Iterable[tuple[Any, Any]]:
    """Two matrices that are written out, entry by entry."""
    left, right = pair
    if isinstance(left, sp.MatrixBase) and isinstance(right, sp.MatrixBase):
        return zip(left, right, strict=True)
    return (pair,)
