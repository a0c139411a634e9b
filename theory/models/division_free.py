"""The reduced map in (p, u) with u = 1/q, where it has no division and never meets 0/0.

The slope s = p r(p) (ℓ' or φφ') stands for the response, so nothing is divided by p either.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ..algebra.symbolic import cancelled, factored
from ..expressions.parsing import Z
from .base import PHI_SQUARED, Model, P, Q, R

U = sp.Symbol("u", positive=True)  # 1/q
SLOPE = sp.Symbol("s", real=True)  # p r(p)
SQUARE = sp.Symbol("w", nonnegative=True)  # φ(p)², for an activation


@dataclass(frozen=True)
class DivisionFree:
    """p' and u' as polynomials in P, U, ETA, SLOPE and SQUARE; what the last two are in P."""

    p_next: sp.Expr
    u_next: sp.Expr
    slope: sp.Expr
    square: sp.Expr | None

    @property
    def map(self) -> tuple[sp.Expr, sp.Expr]:
        """p' and u' in P, U and ETA."""
        given = {SLOPE: self.slope, SQUARE: self.square}
        known = {name: value for name, value in given.items() if value is not None}
        return self.p_next.subs(known), self.u_next.subs(known)


def division_free(model: Model) -> DivisionFree:
    """The reduced map of `model` in (p, u), derived from its generic map.

    >>> from trajalign.theory.models import SingleNeuron, TwoLayerLinear
    >>> from trajalign.theory.responses import Activation, Loss
    >>> form = division_free(TwoLayerLinear(Loss.parse("log-cosh")))
    >>> form.p_next, form.u_next
    (p*(eta**2*s**2 + 1) - 2*s*u, -2*eta**2*p*s + u*(eta**2*s**2 + 1))
    >>> form.slope
    tanh(p)
    >>> division_free(SingleNeuron(Activation.parse("algebraic"))).u_next
    u*(eta*w - 1)**2
    """
    generic = model.generic()
    known = {R(P): SLOPE / P, PHI_SQUARED(P): SQUARE, Q: 1 / U}
    p_next, u_next = (_collected(e.subs(known)) for e in (generic.p_next, 1 / generic.q_next))
    square = None
    if model.response.square is not None:
        square = tidy(model.response.size).subs(Z, P) ** 2
    return DivisionFree(p_next, u_next, tidy(model.response.slope).subs(Z, P), square)


def tidy(e: sp.Expr) -> sp.Expr:
    """The shortest of `e`, `e` with tanh for sinh/cosh, and that with its fractions put together.

    Shorter is cheaper; and tanh does not overflow.
    """
    with_tanh = e.replace(sp.sinh, lambda x: sp.tanh(x) * sp.cosh(x))
    return min(e, with_tanh, factored(with_tanh), key=sp.count_ops)


def _collected(e: sp.Expr) -> sp.Expr:
    """A polynomial in p and u, its coefficients factored."""
    return sp.collect(cancelled(e).expand(), [P, U], func=factored)
