"""Responses whose slow curve is exactly a multiple of r: q = κ(ε) r(p).

Then every h_k is a constant. By the first-order formula this fixes the neuron's activation up to a
stretch: with V = φ²/2 and s = p²/2 the condition h_1 = c reads s V'' = −V V'/c, whose solution with
V ~ s is V = s/(1 + s/(2c)), that is φ = p/√(1 + p²/(4c)).
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ..algebra.exact_algebra import vanishes_exactly
from ..algebra.symbolic import attempted, joined, simplified
from ..arguments import takes
from ..errors import InputError
from ..models.base import EPSILON, MODEL, PHI_SQUARED, Model, P, Q, R
from ..series import taylor
from .epsilon_series import RESPONSE, SQUARE, X, even_map
from .series import curve_series

_KAPPA = sp.Symbol("kappa", positive=True)
_TERMS = 4  # powers of p² in which h_1 must be constant before a proof is tried


@dataclass(frozen=True)
class ExactCurve:
    """q = `kappa`·r(p) is invariant, and on it |p'/p| = `factor`, both functions of EPSILON."""

    kappa: sp.Expr
    factor: sp.Expr

    @property
    def limiting_sharpness(self) -> sp.Expr:
        """ηλ*, from 2/(η q*) with q* = κ."""
        return _tidy(2 / self.kappa)


@takes(model=MODEL)
def exact_curve(model: Model) -> ExactCurve | None:
    """The exact curve if the response has one, else None.

    κ is found from the invariance at order p², and then the invariance is verified for all p, by
    exact algebra.

    >>> from trajalign.theory.models import Activation, SingleNeuron
    >>> exact_curve(SingleNeuron(Activation.parse("algebraic")))
    ExactCurve(kappa=2*(1 - sqrt(1 - epsilon))/epsilon, factor=sqrt(1 - epsilon))
    """
    try:
        first = curve_series(model, 1, _TERMS).h[0]
    except InputError:  # no rational series: none of the form looked for here
        return None
    if any(coefficient != 0 for coefficient in first[1:]):
        return None
    r = model.concrete(R(P))
    spelled = {RESPONSE: R(P), SQUARE: PHI_SQUARED(P), X: P**2, Q: _KAPPA * R(P)}
    factor, q_next = (simplified(model.concrete(e.subs(spelled))) for e in even_map(model))
    for kappa in _candidates(factor, q_next, r):
        a = _tidy(factor.subs(_KAPPA, kappa))
        defect = kappa * r.subs(P, P * a) - q_next.subs(_KAPPA, kappa)
        if vanishes_exactly(defect):
            return ExactCurve(kappa, a)
    return None


def _candidates(factor: sp.Expr, q_next: sp.Expr, r: sp.Expr) -> list[sp.Expr]:
    """The κ(ε), equal to 1 at ε = 0, for which the defect has no term in p²."""
    moved = _KAPPA * taylor(r, 3, P)[2] * factor.subs(P, 0) ** 2
    target = sp.diff(q_next, P, 2).subs(P, 0) / 2
    solutions: list[sp.Expr] = attempted(sp.solve, joined(moved - target), _KAPPA, otherwise=[])
    return [k for k in solutions if attempted(sp.limit, k, EPSILON, 0, otherwise=None) == 1]


def _tidy(e: sp.Expr) -> sp.Expr:
    return simplified(attempted(sp.radsimp, simplified(e), otherwise=e))
