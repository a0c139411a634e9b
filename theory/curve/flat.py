"""The edge where r''(0) = 0: the first term of r that is left, the drift of q, and their scales.

With r = 1 − ρ|p|^β/β + … and q'/q = 1 + εd p² + … about p = 0, q = 1, the steps there are the flow
of `numerics.curve.flat` in X = |p|/a and Y = (q − 1)/b, in which a step lasts b.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import sympy as sp

from ..arguments import takes
from ..errors import ReducedMapError
from ..models import EPSILON, Model, P
from ..models.base import MODEL
from ..requirements import require_response
from ..responses import Response
from ..series import taylor
from .epsilon_series import RESPONSE, X
from .first_order import generic_decay, generic_h
from .normal_form import OMEGA, S, normal_form

_TERMS = (7, 13, 25)  # of r, among which the first that is not 0 is looked for


@dataclass(frozen=True)
class FlatEdge:
    """r = 1 − ρ|p|^β/β + O(|p|^(β + `following`)) with β > 2, and the `drift` d.

    `following` is at most β: what a step leaves out of the flow is of that relative order, too.
    Away from p = 0 an aligned orbit has q/r(p) − 1 = εh(p) + … and passes from p to 0 in the time
    ∫ `delay` dp/ε; `profile` is h over its pole d|p|^(2−β)/(2ρ). Both are functions of P > 0.
    """

    beta: int
    rho: sp.Expr
    following: int
    drift: sp.Expr
    h: sp.Expr
    delay: sp.Expr

    @property
    def profile(self) -> sp.Expr:
        return self.h * 2 * self.rho * P ** (self.beta - 2) / self.drift

    def height(self, epsilon: sp.Expr) -> sp.Expr:
        """b: q* − 1 and 1 − r are of this size where the orbit passes q = 1."""
        power = sp.Rational(self.beta, 2)
        return ((self.drift * epsilon) ** power / self.rho) ** sp.Rational(1, self.beta - 1)

    def width(self, epsilon: sp.Expr) -> sp.Expr:
        """a: |p| is of this size there; b = ρ a^β."""
        return (self.height(epsilon) / self.rho) ** sp.Rational(1, self.beta)


def is_flat(response: Response) -> bool:
    """Whether r''(0) = 0. Raises NoExpansionError."""
    return bool(response.curvature == 0)


@takes(model=MODEL)
@lru_cache(maxsize=64)
def flat_edge(model: Model) -> FlatEdge:
    """The edge of a model whose response has r''(0) = 0.

    Raises ReducedMapError where r''(0) is not 0, or r has no further term or rises from 0, or the
    map has not the form of `normal_form`; and what `require_response` raises.

    >>> from trajalign.theory.models import SingleNeuron
    >>> found = flat_edge(SingleNeuron("z/(1+z**4)**(1/4)"))
    >>> found.beta, found.rho, found.following, found.drift
    (4, 6, 4, 2)
    """
    require_response(model.response)
    beta, rho, following = first_terms(model.response)
    if not rho.is_positive:
        raise ReducedMapError(f"r rises from 0, as 1 + ({-rho / beta}) |p|^{beta}")
    at_edge = {X: 0, RESPONSE: 1, OMEGA: 1, S: 1, EPSILON: 0}
    drift = normal_form(model).drift.subs(at_edge)
    if not drift.is_positive:
        raise ReducedMapError(f"q does not rise at p = 0: q'/q = 1 + ({drift}) ε p²")
    h = generic_h(model)
    delay = 1 / (P * generic_decay(model, h))
    return FlatEdge(beta, rho, following, drift, model.concrete(h), model.concrete(delay))


@lru_cache(maxsize=64)
def first_terms(response: Response) -> tuple[int, sp.Expr, int]:
    """β, ρ and k ≤ β in r = 1 − ρ|p|^β/β + O(|p|^(β + k)), β > 2; ρ may be negative.

    Raises ReducedMapError where r''(0) is not 0, or r has no further term.
    """
    if not is_flat(response):
        raise ReducedMapError(f"r''(0) = {response.curvature} is not 0")
    for terms in _TERMS:
        series = taylor(response.response, terms)
        beta = next((k for k, c in enumerate(series) if k > 0 and c != 0), None)
        if beta is not None:
            break
    else:
        raise ReducedMapError(f"r = 1 to order {_TERMS[-1] - 1} at 0: no power of p is known")
    further = taylor(response.response, 2 * beta)[beta + 1 :]
    following = next((k for k, c in enumerate(further, start=1) if c != 0), beta)
    return beta, -beta * series[beta], following
