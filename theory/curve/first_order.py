"""The aligned curve q = r(p)(1 + ε h(p) + …) to first order, and what follows from it.

It is the invariant curve of the reduced map composed with p ↦ −p. Every quantity below is derived
from the generic map and then specialised to the response.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import sympy as sp

from ..algebra.symbolic import cancelled, rationally_zero
from ..arguments import takes
from ..errors import ReducedMapError
from ..models import EPSILON, ETA, Model, P, Q, R
from ..models.base import MODEL
from ..requirements import require_curved
from ..series import taylor
from ..valleys import Valley
from .two_sided_first_order import two_sided_first_order


@dataclass(frozen=True)
class SlowCurve:
    """First-order predictions for one model and response, in closed form.

    With ε = η² (linear) or η (neuron):

    - `h(p)`: q/r(p) − 1 = h(p) ε + O(ε²) along an aligned orbit;
    - `h_at_zero`: the limit is q* = 1 + h(0) ε + O(ε²);
    - `sharpness_gap(p)`: λ − λ̃(q) = D(p) ε/η + higher order while q ≤ 1;
    - `decay`: |p| shrinks by the factor 1 − decay·ε + … per step as p → 0.

    Where the map is not odd in p, h is written in p, p̃, g(p), g'(p) and g'(p̃) (see
    `two_sided_first_order`), and the sharpness gap is not known: NaN.
    """

    h: sp.Expr
    h_at_zero: sp.Expr
    sharpness_gap: sp.Expr
    decay: sp.Expr

    @property
    def saturation_coefficient(self) -> sp.Expr:
        """k in: limiting sharpness = 2/η + k ε/η + higher order, from 2/(ηq*)."""
        return -2 * self.h_at_zero

    def crossing_coefficient(self, model: Model) -> sp.Expr:
        """k in: t_b ≈ k ε⁻¹ ln(1/η). On the curve p falls like e^(−decay·ε·t) to size √ε."""
        return 1 / (2 * self.decay * model.exponent)


@takes(model=MODEL)
@lru_cache(maxsize=64)
def slow_curve(model: Model) -> SlowCurve:
    """Derive the first-order predictions.

    Raises what `require_curved` raises, and ReducedMapError where the map has no such curve.

    >>> from trajalign.theory.models import TwoLayerLinear
    >>> from trajalign.theory.responses import Loss
    >>> slow_curve(TwoLayerLinear(Loss.parse("log-cosh"))).h_at_zero
    3/4
    """
    require_curved(model.response)
    if isinstance(model.response, Valley):
        return _two_sided(model)
    h = generic_h(model)
    gap, rate = _generic_gap(model, h), generic_decay(model, h)
    h, gap, rate = (model.concrete(e) for e in (h, gap, rate))
    at_zero, decay = taylor(h, 1, P)[0], taylor(rate, 1, P)[0]
    return SlowCurve(h, at_zero, gap, decay)


def _two_sided(model: Model) -> SlowCurve:
    # Near p = 0 the map is its normal form, which has h(0) = −1/(2r''(0)) and p' = (1 − 2/q)p + …;
    # theory/derivation/product derives both.
    at_zero = -1 / (2 * model.response.curvature)
    return SlowCurve(two_sided_first_order(model).h, at_zero, sp.nan, 2 * at_zero)


@lru_cache(maxsize=64)
def generic_h(model: Model) -> sp.Expr:
    """h in terms of r, r' (and φ²), from invariance of the curve at order ε.

    >>> from trajalign.theory.models import TwoLayerLinear
    >>> from trajalign.theory.responses import Loss
    >>> generic_h(TwoLayerLinear(Loss.parse("log-cosh")))
    -p**2*r(p)**2/2 - p*r(p)**3/(2*Derivative(r(p), p))
    """
    if model.response.symmetry == "none":
        raise ReducedMapError("the reduced map is not odd in p")
    h = sp.Symbol("h")
    p_next, q_next = _on_curve(model, h)
    mirrored = -p_next
    if not rationally_zero(mirrored.subs(EPSILON, 0) - P):
        raise ReducedMapError("at ε = 0 the curve q = r(p) does not consist of 2-cycles")
    if not rationally_zero(q_next.subs(EPSILON, 0) - R(P)):
        raise ReducedMapError("at ε = 0 the height q does not rest on the curve q = r(p)")
    # R(mirrored)(1 + ε h(mirrored)) = q_next; h(mirrored) = h(p) to the order that matters.
    moved = sp.diff(R(P), P) * sp.diff(mirrored, EPSILON).subs(EPSILON, 0)
    residual = sp.expand(moved + R(P) * h - sp.diff(q_next, EPSILON).subs(EPSILON, 0))
    if residual.has(sp.nan, sp.zoo, sp.oo, -sp.oo):
        raise ReducedMapError(f"the reduced map has no first order in ε = {_small(model)} at ε = 0")
    return sp.expand(cancelled(-residual.subs(h, 0) / sp.diff(residual, h)))


def _on_curve(model: Model, h: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    generic = model.generic()
    place = {ETA: model.step_size(EPSILON), Q: R(P) * (1 + EPSILON * h)}
    return generic.p_next.subs(place), generic.q_next.subs(place)


def _small(model: Model) -> str:
    return str(model.small_parameter(sp.Symbol("η", positive=True))).replace("**", "^")


@lru_cache(maxsize=64)
def generic_decay(model: Model, h: sp.Expr) -> sp.Expr:
    """−d/dε ln|p'/p| at ε = 0 on the curve."""
    p_next, _ = _on_curve(model, h)
    return cancelled(sp.diff(sp.log(-p_next / P), EPSILON).subs(EPSILON, 0) * -1)


def _generic_gap(model: Model, h: sp.Expr) -> sp.Expr:
    """D(p): the ε-derivative of η(λ − λ̃) along the curve, at ε = 0.

    μ = ηλ solves μ² − τμ + δ = 0 with δ = 0 at ε = 0, so μ = τ there and dμ = dτ − dδ/τ.
    """
    generic, eta = model.generic(), model.step_size(EPSILON)
    tau = sp.expand(ETA * generic.trace).subs(ETA, eta)
    delta = sp.expand(ETA**2 * generic.determinant).subs(ETA, eta)
    surrogate = 2 * (1 + P * sp.diff(R(P), P) / Q)
    base = {EPSILON: 0, Q: R(P)}
    if delta.subs(base) != 0 or not rationally_zero((tau - surrogate).subs(base)):
        raise ReducedMapError("at ε = 0 the sharpness on the curve is not λ̃")

    def slope(variable: sp.Symbol) -> sp.Expr:
        return (sp.diff(tau, variable) - sp.diff(delta, variable) / tau).subs(base)

    along_curve = (sp.diff(surrogate, Q) + sp.diff(surrogate, P) / sp.diff(R(P), P)).subs(base)
    return cancelled((slope(Q) - along_curve) * R(P) * h + slope(EPSILON))
