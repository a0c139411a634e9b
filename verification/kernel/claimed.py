"""A step of a derivation as a statement in Coq."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from ...theory.derivation.claims import Identity, Sign, Solution, Step
from ...theory.derivation.notation import PHI
from ...theory.derivation.substitution import Equation, resolved
from ...theory.expressions.parsing import Z
from ...theory.models import PHI_SQUARED
from ..derivations.matrices import has_matrices, without_matrices
from .statements import Statement, flat
from .supposed import Supposed
from .translate import Untranslatable


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
    cut = any(map(_of_matrices, (*flat(claimed), *flat(equations))))
    if cut:
        claimed, equations, at = _cut(claimed, equations, at), (), ()
    else:
        claimed = tuple(pair for both in claimed for pair in _entries(both))
    solved = claim if isinstance(claim, Solution) else None
    return Supposed(equations, at, signs, claimed, cut, solved).built()


def _claimed(claim: Any) -> tuple[tuple[Any, Any], ...]:
    """Pairs of sides that are equal, or of an expression and its relation to 0."""
    if isinstance(claim, Solution):
        return ((claim.unknown, claim.value),)
    if not isinstance(claim, Identity | Sign):
        raise Untranslatable(f"an {type(claim).__name__.lower()} is not translated")
    first, *others = claim.sides
    pairs = tuple((first, other) for other in others)
    return (*pairs, (claim.sides[-1], claim.relation)) if isinstance(claim, Sign) else pairs


def _of_matrices(e: Any) -> bool:
    return has_matrices(e) or isinstance(e, sp.MatrixExpr)


def _cut(
    claimed: Sequence[tuple[Any, Any]], equations: Sequence[Equation], at: Sequence[Equation]
) -> tuple[tuple[Any, Any], ...]:
    found: list[tuple[Any, Any]] = []
    for left, right in claimed:
        if isinstance(right, str):
            raise Untranslatable("a sign of an expression in matrices")
        difference = resolved(left, equations, at) - resolved(right, equations, at)
        found += [(scalar, sp.S.Zero) for scalar in without_matrices(difference)]
    return tuple(found)


def _entries(pair: tuple[Any, Any]) -> Iterable[tuple[Any, Any]]:
    left, right = pair
    if isinstance(left, sp.MatrixBase):
        return zip(left, right, strict=True)
    return (pair,)
