"""The frozen-q family g_q(p) = (1 − 2 r(p)/q) p: fixed point, flip and 2-cycle.

The identities are derived for a generic odd g_q; each raises ArithmeticError if it does not come
out, so that a model with another frozen family cannot pass for one of these.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from .models import ETA, Model, P, Q, R


@dataclass(frozen=True)
class FrozenFamily:
    """g_q(p) and what is derived from it, for one response.

    - `trivial_multiplier`: g_q'(0);
    - `flip_coefficient`: a in g₁(g₁(p)) = p + a p³ + …; the flip is supercritical iff a < 0;
    - `response`, `log_slope`: r(p) and p r'(p)/r(p);
    - `cycle_multiplier`: the multiplier of the 2-cycle ±p at q = r(p).
    """

    step: sp.Expr
    trivial_multiplier: sp.Expr
    flip_coefficient: sp.Expr
    response: sp.Expr
    log_slope: sp.Expr
    cycle_multiplier: sp.Expr


def frozen_family(model: Model) -> FrozenFamily:
    """Derive the frozen family's fixed points, 2-cycle and normal form.

    >>> from trajalign.theory.models import TwoLayerLinear
    >>> from trajalign.theory.responses import Loss
    >>> family = frozen_family(TwoLayerLinear(Loss.parse("log-cosh")))
    >>> family.flip_coefficient, family.trivial_multiplier
    (-4/3, 1 - 2/q)
    """
    step = model.generic().p_next.subs(ETA, 0)
    if sp.cancel((step + P).subs(Q, R(P))) != 0:
        raise ArithmeticError("q = r(p) does not give the 2-cycle ±p")
    slope = sp.diff(step, P)
    # g_q is odd (r is even), so both points of the cycle ±p have the same slope.
    cycle_multiplier = sp.factor(sp.cancel(slope.subs(Q, R(P)))) ** 2
    trivial = sp.expand(sp.diff(step.subs(R(P), 1), P))
    log_slope = P * sp.diff(R(P), P) / R(P)
    return FrozenFamily(
        step=model.concrete(step),
        trivial_multiplier=trivial,
        flip_coefficient=_flip_coefficient(step, model.response.curvature),
        response=model.concrete(R(P)),
        log_slope=model.concrete(log_slope),
        cycle_multiplier=model.concrete(cycle_multiplier),
    )


def _flip_coefficient(step: sp.Expr, curvature: sp.Expr) -> sp.Expr:
    """The cubic coefficient of g₁∘g₁, from r(p) = 1 + r''(0) p²/2 + O(p⁴)."""
    cubic = sp.expand(step.subs({Q: 1, R(P): 1 + curvature * P**2 / 2}))
    return sp.expand(cubic.subs(P, cubic)).coeff(P, 3)
