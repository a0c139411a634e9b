"""The frozen-q family g_q(p) = (1 − 2 r(p)/q) p: fixed point, flip, 2-cycle and normal forms.

The identities are derived for a generic odd g_q; each raises ReducedMapError if it does not come
out, so that a model with another frozen family cannot pass for one of these.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ..algebra.constants import is_zero
from ..algebra.symbolic import cancelled, factored, rationally_zero, simplified
from ..arguments import instance, symbolic, takes
from ..curve.two_sided_first_order import OPPOSITE
from ..errors import InputError, ReducedMapError
from ..expressions.parsing import Z
from ..models import ETA, Model, P, Q, R
from ..models.base import MODEL
from ..requirements import sign_at
from ..valleys import Valley


@dataclass(frozen=True)
class FrozenFamily:
    """g_q(p) and what is derived from it, for one response.

    - `trivial_multiplier`: g_q'(0);
    - `flip_coefficient`: a in g₁(g₁(p)) = p + a p³ + …; the flip is supercritical iff a < 0;
    - `response`, `log_slope`: r(p) and p r'(p)/r(p);
    - `cycle_multiplier`: the multiplier of the 2-cycle ±p at q = r(p);
    - of a loss about a minimum the 2-cycle is p and p̃ (`OPPOSITE`), `response` the height Q₀ of the
      diagram there, in both, and no half map makes one point of the two: NaN;
    - `half_multiplier`: that of its point p, a fixed point of the half map −g_q; the square root
      of the former, 1 + 2 p r'/r;
    - `half_flip_coefficient`: with F = −g_q at q = r(a), the coefficient of (p − a)³ in F∘F where
      F'(a) = −1, as an expression in p = a.
    """

    step: sp.Expr
    trivial_multiplier: sp.Expr
    flip_coefficient: sp.Expr
    response: sp.Expr
    log_slope: sp.Expr
    cycle_multiplier: sp.Expr
    half_multiplier: sp.Expr
    half_flip_coefficient: sp.Expr


@takes(model=MODEL)
def frozen_family(model: Model) -> FrozenFamily:
    """Derive the frozen family's fixed points, 2-cycle and normal forms.

    >>> from trajalign.theory.models import TwoLayerLinear
    >>> from trajalign.theory.responses import Loss
    >>> family = frozen_family(TwoLayerLinear(Loss.parse("log-cosh")))
    >>> family.flip_coefficient, family.trivial_multiplier
    (-4/3, 1 - 2/q)
    """
    step = model.generic().p_next.subs(ETA, 0)
    if isinstance(model.response, Valley):
        return _two_sided_family(model, step)
    if not rationally_zero((step + P).subs(Q, R(P))):
        raise ReducedMapError("q = r(p) does not give the 2-cycle ±p")
    slope = sp.diff(step, P)
    # g_q is odd (r is even), so both points of the cycle ±p have the same slope.
    half = sp.expand(-factored(cancelled(slope.subs(Q, R(P)))))
    trivial = sp.expand(sp.diff(step.subs(R(P), 1), P))
    bends = [-sp.diff(step, P, k).subs(Q, R(P)) for k in (2, 3)]
    return FrozenFamily(
        step=model.concrete(step),
        trivial_multiplier=trivial,
        flip_coefficient=_flip_coefficient(step, model.response.curvature),
        response=model.concrete(R(P)),
        log_slope=model.concrete(P * sp.diff(R(P), P) / R(P)),
        cycle_multiplier=model.concrete(factored(half) ** 2),
        half_multiplier=model.concrete(half),
        half_flip_coefficient=model.concrete(sp.expand(_cubic_of_square(*bends))),
    )


def _two_sided_family(model: Model, step: sp.Expr) -> FrozenFamily:
    if not rationally_zero(step - P + 2 * P * R(P) / Q):
        raise ReducedMapError("at ε = 0 the map is not p ↦ p − 2g(p)/q")
    g = model.response.slope.subs(Z, P)
    slope, height = sp.diff(g, P), 2 * g / (P - OPPOSITE)
    multiplier = (1 - 2 * slope / height) * (1 - 2 * slope.subs(P, OPPOSITE) / height)
    return FrozenFamily(
        step=P - 2 * g / Q,  # not 0/0 at p = 0
        trivial_multiplier=1 - 2 / Q,
        flip_coefficient=_flip_coefficient(step, model.response.curvature),
        response=height,
        log_slope=sp.nan,
        cycle_multiplier=multiplier,
        half_multiplier=sp.nan,
        half_flip_coefficient=sp.nan,
    )


def _flip_coefficient(step: sp.Expr, curvature: sp.Expr) -> sp.Expr:
    """The cubic coefficient of g₁∘g₁, from r(p) = 1 + r''(0) p²/2 + O(p⁴)."""
    cubic = sp.expand(step.subs({Q: 1, R(P): 1 + curvature * P**2 / 2}))
    return sp.expand(cubic.subs(P, cubic)).coeff(P, 3)


def _cubic_of_square(second: sp.Expr, third: sp.Expr) -> sp.Expr:
    """c in F(F(a + x)) = a + x + c x³ + …, from F(a) = a, F'(a) = −1, F''(a) and F'''(a)."""
    x = sp.Symbol("x")
    b, c = sp.symbols("b c")
    once = -x + b * x**2 / 2 + c * x**3 / 6
    return sp.expand(once.subs(x, once)).coeff(x, 3).subs({b: second, c: third})


def _equal(found: sp.Expr, wanted: sp.Expr) -> bool:
    difference = simplified(found - wanted)
    return is_zero(difference) if not difference.free_symbols else bool(difference == 0)


# Normal forms --------------------------------------------------------------------------------


@takes(step=symbolic, variable=instance(sp.Symbol), at=symbolic)
def flip_coefficient(step: sp.Expr, variable: sp.Symbol, at: sp.Expr) -> sp.Expr:
    """The coefficient a in F(F(x)) = x + a (x − x0)³ + … at a flip of any smooth map F.

    Parameters: F as an expression, its variable, and the fixed point x0 with F'(x0) = −1.
    Returns a = −F''(x0)²/2 − F'''(x0)/3. Raises InputError if x0 is no such point.
    Source: the standard normal form of the flip, e.g. Kuznetsov, Elements of Applied Bifurcation
    Theory, §4.5; rederived in `_cubic_of_square`.

    >>> x = sp.Symbol("x")
    >>> flip_coefficient(3 * x * (1 - x), x, sp.Rational(2, 3))
    -18
    """
    value, slope, second, third = (sp.diff(step, variable, k).subs(variable, at) for k in range(4))
    for found, wanted, name in ((value, at, "F"), (slope, sp.S.NegativeOne, "F'")):
        if not _equal(found, wanted):
            raise InputError(f"no flip at {at}: {name}({at}) is {found}, not {wanted}")
    return simplified(_cubic_of_square(second, third))


@takes(objective=symbolic, variable=instance(sp.Symbol), at=symbolic)
def flip_discriminant(objective: sp.Expr, variable: sp.Symbol, at: sp.Expr) -> sp.Expr:
    """3 F'''² − F'' F'''' at a critical point of a 1-D objective F with F'' > 0.

    Gradient descent with step 2/F'' flips there, with coefficient −2/(3 F''²) times this number:
    supercritical iff it is positive. For F with F' = p r(p), at p = 0, it is −3 r''(0).
    Raises InputError if F' is not 0 or F'' not positive there.
    Source: Chen & Bruna 2023.

    >>> z = sp.Symbol("z")
    >>> flip_discriminant(sp.log(sp.cosh(z)), z, 0)
    2
    """
    slope, second, third, fourth = (
        simplified(sp.diff(objective, variable, k).subs(variable, at)) for k in range(1, 5)
    )
    if slope != 0 or not second.is_positive:
        raise InputError(f"no minimum at {at}: F' is {slope} and F'' is {second} there")
    return simplified(3 * third**2 - second * fourth)


def criticality(coefficient: sp.Expr) -> str:
    """In a word, from a in F(F(x)) = x + a (x − x0)³ + …, a number.

    Returns "supercritical" for a < 0, "subcritical" for a > 0, "degenerate" for a = 0.
    Raises UnresolvedError where a cannot be told from 0, NotFiniteError for what is not real.

    >>> criticality(sp.Rational(-4, 3)), criticality(sp.S.Zero)
    ('supercritical', 'degenerate')
    """
    sign = sign_at(coefficient, sp.S.Zero)
    return {-1: "supercritical", 0: "degenerate", 1: "subcritical"}[sign]
