"""What the slow curve implies over long times: the alignment exponent Λ and the crossing time.

On the curve |p| shrinks by 1 − ε·decay(p) a step, so that dt = −dp/(ε p decay(p)). A displacement
from the curve shrinks by μ(p) = 1 + 2p r'/r a step, the multiplier of the half map p ↦ −g_q(p).
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ..arguments import takes
from ..models import Model, P, R
from ..models.base import MODEL
from .first_order import generic_decay, generic_h, slow_curve


@dataclass(frozen=True)
class LongTimes:
    """Integrands over 0 < p < a = r̂(q0), and the constants that go with them.

    - Λ(q0) = ∫ `exponent` dp: two aligned orbits with the same q0 end at limits whose difference is
      exp(−Λ/ε (1 + O(ε)));
    - ε t_b = κ ln(1/η) + K(q0) + o(1) with κ = `log_coefficient` and
      K = (ln a − ln `crossing_size`)/decay(0) + ∫ `delay` dp where ε is a power of η (for c times
      one, less ln c/(2 decay(0))); there |p| ≈ √ε · `crossing_size`.
    """

    exponent: sp.Expr
    delay: sp.Expr
    decay_at_zero: sp.Expr
    crossing_size: sp.Expr
    log_coefficient: sp.Expr


@takes(model=MODEL)
def long_times(model: Model) -> LongTimes:
    """Derive both laws from the generic map. Raises what `require_curved` raises.

    >>> from trajalign.theory.models import TwoLayerLinear
    >>> from trajalign.theory.responses import Loss
    >>> laws = long_times(TwoLayerLinear(Loss.parse("log-cosh")))
    >>> laws.decay_at_zero, laws.log_coefficient
    (3/2, 2/3)
    """
    curve = slow_curve(model)
    decay, at_zero = generic_decay(model, generic_h(model)), curve.decay
    multiplier = 1 + 2 * P * sp.diff(R(P), P) / R(P)
    # q = r(p)(1 + ε h) = 1 where p² r''(0)/2 + ε h(0) = 0.
    size = sp.sqrt(-2 * curve.h_at_zero / model.response.curvature)
    return LongTimes(
        exponent=model.concrete(-sp.log(sp.Abs(multiplier)) / (P * decay)),
        delay=model.concrete((1 / decay - 1 / at_zero) / P),
        decay_at_zero=at_zero,
        crossing_size=size,
        log_coefficient=curve.crossing_coefficient(model),
    )
