"""Identities in parameter space by exact algebra: the reduced map, and the sharpness.

Both sides become polynomials in the parameters, η and the derivatives of an unspecified ℓ or φ.
Where a definition has to fix sizes, as the width and input dimension of the linear network, the
checked derivations say the same for all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import sympy as sp

from ...theory import models
from ...theory.algebra.exact_algebra import vanishes_exactly
from ...theory.derivation.book import chapter
from ...theory.errors import InputError
from ...theory.models import ETA, Model, P, Q
from ...theory.models.solution import SolutionSharpness
from ...theory.models.unspecified import JETS, UnspecifiedSpace, unspecified
from .judging import check_derivation

_CHAPTERS = ("maps", "sharpness", "solution")  # that are about all sizes
_ORDER = 1  # of the slow curve, which the chapters used here do not depend on


@dataclass(frozen=True)
class Proof:
    """What exact algebra says: `holds` is None where it does not decide; `how` is for people."""

    holds: bool | None
    how: str


_ALL_SIZES = ", and for every width and input dimension"
_OPEN = Proof(None, "not decided")
_DIFFERENT = Proof(False, "not zero for an unspecified response")


def map_proof(model: Model, p_next: sp.Expr, q_next: sp.Expr) -> Proof:
    """Whether p(Θ − η∇L) − p_next(p(Θ), q(Θ), η) is zero for all Θ and η, and the same for q.

    False says: not for every response. It may be for the given one, if that has a relation of its
    own between φ and its derivatives.
    """
    general = _OPEN
    given = model.reduced.p_next, model.reduced.q_next
    if (p_next, q_next) == given and (space := unspecified(model)) is not None:
        generic = model.generic()
        general = _zero(_map_defects(space, (generic.p_next, generic.q_next)))
        formulas = {"p-next": generic.p_next, "q-next": generic.q_next}
        if general.holds and _says(model, "reduced-map", formulas):
            return Proof(True, f"{general.how}{_ALL_SIZES} by {model.name}/reduced-map")
        if general.holds:
            return general
    if all(vanishes_exactly(e) for e in _defects_for_response(model, p_next, q_next)):
        return Proof(True, "zero for this response")
    return general


def sharpness_proof(model: Model, sharpness: sp.Expr) -> Proof:
    """Whether `sharpness` is the largest eigenvalue of the Hessian for all Θ and η.

    With two parameters it is the larger root of λ² − tr λ + det. For the linear network, whose
    Hessian is larger, by the derivation, under ℓ'' ≥ 0; else it is not decided.
    """
    space = unspecified(model) if sharpness == model.reduced.sharpness else None
    if space is None:
        return _OPEN
    generic = model.generic()
    trace, determinant = map(space.in_parameters, (generic.trace, generic.determinant))
    if trace is None or determinant is None:
        return _OPEN
    hessian = space.hessian
    if len(space.parameters) == 2:
        return _zero((hessian.trace() - trace, hessian.det() - determinant))
    if not model.about.any_size:
        return _OPEN
    # For the sizes of this definition alone: ∇L lies in the eigenspaces of the two roots, and all
    # other eigenvalues are 0 or ±ℓ'; the derivation has the sign that bounds these.
    once = hessian * sp.Matrix(space.gradient)
    defects = hessian * once - trace * once + determinant * sp.Matrix(space.gradient)
    proof = _zero([*defects, *_defects_of_others(space)])
    formulas = {"trace": generic.trace, "determinant": generic.determinant}
    if proof.holds and _says(model, "sharpness", formulas):
        return Proof(True, f"{proof.how}{_ALL_SIZES} by {model.name}/sharpness")
    return _OPEN if proof.holds else proof


def solution_proof(model: Model, solution: SolutionSharpness) -> Proof:
    """Whether gradient flow conserves the square, and a step multiplies it by that of the factor,
    for all Θ and η."""
    space = unspecified(model)
    if space is None:
        return _OPEN
    before, factor = space.in_parameters(solution.square), space.in_parameters(solution.factor)
    if before is None or factor is None:
        return _OPEN
    pairs = zip(space.parameters, space.gradient, strict=True)
    along_flow = sum(sp.diff(before, t) * slope for t, slope in pairs)
    proof = _zero((along_flow, space.after_step(before, ETA) - factor**2 * before))
    formulas = {"square": solution.square, "factor": solution.factor**2}
    if proof.holds and _says(model, "solution-sharpness", formulas):
        return Proof(True, f"{proof.how}{_ALL_SIZES} by {model.name}/solution-sharpness")
    return proof


def _defects_of_others(space: UnspecifiedSpace) -> list[sp.Expr]:
    """Zeros that leave 0 and ±ℓ' as eigenvalues away from ∇f and H∇f, f where ℓ is taken.

    H = ℓ'K + ℓ''∇f∇fᵀ with K the Hessian of f is symmetric and leaves the space orthogonal to both
    vectors as it is; there it is ℓ'K, and if K³ = K, the eigenvalues of K are 0 and ±1.
    """
    slope = sp.Matrix([sp.diff(space.argument, t) for t in space.parameters])
    K = sp.hessian(space.argument, space.parameters)
    rest = space.hessian - JETS[1] * K - JETS[2] * slope * slope.T
    return [*(K**3 - K), *rest]


def _map_defects(space: UnspecifiedSpace, claimed: tuple[sp.Expr, ...]) -> list[sp.Expr | None]:
    defects = []
    for before, e in zip((space.p, space.q), claimed, strict=True):
        predicted = space.in_parameters(e)
        after = space.after_step(before, ETA)
        defects.append(None if predicted is None else after - predicted)
    return defects


def _defects_for_response(model: Model, p_next: sp.Expr, q_next: sp.Expr) -> list[sp.Expr]:
    space = model.parameter_space()
    step = {t: t - ETA * sp.diff(space.objective, t) for t in space.parameters}
    place = {P: space.p, Q: space.q}
    pairs = ((space.p, p_next), (space.q, q_next))
    return [before.xreplace(step) - e.xreplace(place) for before, e in pairs]


def _zero(defects: Iterable[sp.Expr | None]) -> Proof:
    for e in defects:
        holds = None if e is None else vanishes_exactly(e)
        if holds is None or (not holds and not _is_rational(e)):
            return _OPEN
        if not holds:
            return _DIFFERENT
    return Proof(True, "zero for an unspecified response")


def _is_rational(e: sp.Expr) -> bool:
    """Whether different forms of the expression are different functions."""
    return bool(e.is_rational_function(*e.free_symbols))


# All widths and input dimensions -------------------------------------------------------------


@cache
def _checked(model: str, statement: str) -> dict[str, sp.Expr]:
    """The last sides of the formulas of a derivation about a built-in model, all steps checked, and
    those of the derivations that it uses.

    Raises InputError where a step does not hold.
    """
    kind = models.named(model)
    some = models.of(model, kind.usual()[0])  # these chapters keep the response unspecified
    wanted = [name for name in kind.about.chapters if name.rpartition(".")[2] in _CHAPTERS]
    known = {d.label: d for name in wanted for d in chapter(name)(some, _ORDER)}
    derivation = known[f"{model}/{statement}"]
    for label in derivation.needs:
        _checked(model, label.partition("/")[2])
    check_derivation(derivation, kind.kind, known)
    return {s.name: s.claim.sides[-1] for s in derivation.steps if s.claim.sides}


def _says(model: Model, statement: str, formulas: dict[str, sp.Expr]) -> bool:
    """Whether a derivation about all sizes of a model comes to these formulas, by the names of its
    steps."""
    if not model.about.any_size:
        return False
    try:
        found = _checked(model.name, statement)
    except InputError:
        return False
    return all(vanishes_exactly(found[name] - e) is True for name, e in formulas.items())
