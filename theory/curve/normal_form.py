"""The reduced map about the slow curve, in x = p² and S = q/r(p), for any model of the right form.

With s = S − 1 a step is x' = x (1 − γ)² and q' = q (1 + ε x τ), where γ = 2s/S + ε·forced: at ε = 0
the map is the frozen family, whose 2-cycles are s = 0, and q rests. Nothing is 0/0 at x = 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import sympy as sp

from ..algebra.symbolic import cancelled
from ..errors import ReducedMapError
from ..models import EPSILON, ETA, PHI_SQUARED, Model, P, Q, R
from .epsilon_series import RESPONSE, SQUARE, X, even_map, root_of

S = sp.Symbol("S", positive=True)  # q/r(p)
OMEGA = sp.Symbol("omega", nonnegative=True)  # φ(p)²/p², for an activation
SIGMA = sp.Symbol("sigma", real=True)  # p r'(p)/r(p)


@dataclass(frozen=True)
class NormalForm:
    """γ = 2(S − 1)/S + ε·`forced` and q'/q = 1 + ε x·`drift`, in X, RESPONSE, OMEGA, S, EPSILON."""

    forced: sp.Expr
    drift: sp.Expr

    @property
    def gamma(self) -> sp.Expr:
        """1 − |p'/p|."""
        return 2 * (S - 1) / S + EPSILON * self.forced

    @property
    def growth(self) -> sp.Expr:
        """q'/q."""
        return 1 + EPSILON * X * self.drift


@lru_cache(maxsize=64)
def normal_form(model: Model) -> NormalForm:
    """The step of a model about its slow curve, by exact algebra from its generic map.

    Raises ReducedMapError for a map that is not odd in p, not rational in p, q, ε and the response,
    or not the frozen family at ε = 0.

    >>> from trajalign.theory.models import SingleNeuron, TwoLayerLinear
    >>> normal_form(TwoLayerLinear("log-cosh")).forced
    R**2*x
    >>> normal_form(SingleNeuron("tanh")).drift
    -omega*(epsilon*omega*x - 2)/(epsilon*omega*x - 1)**2
    """
    roots = Roots(root_of(model))
    shrink, q_next = (roots.put_in(e.subs(SQUARE, X * OMEGA)) for e in even_map(model))
    symbols = {X, RESPONSE, OMEGA, S, EPSILON}
    if not all(e.is_rational_function(*symbols) for e in (shrink, q_next)):
        raise ReducedMapError("the reduced map is not rational in p, q, ε and the response")
    s = S**roots.n
    gamma = cancelled(1 - shrink)
    at_rest = cancelled(gamma.subs(EPSILON, 0))
    if cancelled(at_rest - 2 * (s - 1) / s) != 0:
        raise ReducedMapError("at ε = 0 the map is not p ↦ (1 − 2r/q) p")
    forced = cancelled((gamma - at_rest) / EPSILON)
    drift = cancelled((q_next / (RESPONSE**roots.n * s) - 1) / (EPSILON * X))
    for part in (forced, drift):
        lowest = sp.fraction(part)[1].subs({EPSILON: 0, X: 0})
        if lowest == 0:
            raise ReducedMapError("q' − q does not vanish like ε p², or p' has a pole at ε = 0")
    return NormalForm(*(roots.taken_out(sp.factor(part)) for part in (forced, drift)))


@dataclass(frozen=True)
class Roots:
    """Of a map with n-th roots of q: while RESPONSE and S stand for those of r and of q/r, it is
    rational."""

    n: int

    def put_in(self, e: sp.Expr) -> sp.Expr:
        """An expression in Q and RESPONSE, rational in the roots."""
        r = sp.Symbol(RESPONSE.name, positive=True)  # so that the root of its n-th power is itself
        return e.subs(RESPONSE, r**self.n).subs(Q, (r * S) ** self.n).subs(r, RESPONSE)

    def taken_out(self, e: sp.Expr) -> sp.Expr:
        """The same in r and q/r themselves."""
        power = sp.Rational(1, self.n)
        return e.subs({RESPONSE: RESPONSE**power, S: S**power}, simultaneous=True)


@dataclass(frozen=True)
class ScaledSharpness:
    """ηλ as the larger root of z² − `trace`·z + `determinant`, in X, RESPONSE, SIGMA, OMEGA, S and
    EPSILON."""

    trace: sp.Expr
    determinant: sp.Expr


@lru_cache(maxsize=64)
def scaled_sharpness(model: Model) -> ScaledSharpness:
    """η times the sharpness about the slow curve, from the model's generic Hessian block.

    Raises ReducedMapError where it is not even in p or not rational, or where ηλ is not
    2(1 + p r'/r)/S at ε = 0 or not 2/q at p = 0: then the surrogate λ̃ is another.

    >>> from trajalign.theory.models import TwoLayerLinear
    >>> scaled_sharpness(TwoLayerLinear("log-cosh")).trace
    2*(sigma + 1)/S
    """
    generic, roots = model.generic(), Roots(root_of(model))
    slope = sp.Derivative(R(P), P)
    parts = []
    for e, power in ((generic.trace, 1), (generic.determinant, 2)):
        known = sp.expand((ETA**power * e).doit().subs(slope, RESPONSE * SIGMA / P))
        known = roots.put_in(known.subs({R(P): RESPONSE, PHI_SQUARED(P): X * OMEGA}))
        known = sp.expand(known.subs(ETA, model.step_size(EPSILON)))
        parts.append(sp.factor(known.subs(P, sp.sqrt(X))))
    symbols = {X, RESPONSE, SIGMA, OMEGA, S, EPSILON}
    if not all(e.is_rational_function(*symbols) for e in parts):
        raise ReducedMapError("the sharpness is not even in p and rational in p, q, ε and r")
    trace, determinant = parts
    s = S**roots.n
    at_rest = cancelled(trace.subs(EPSILON, 0) - 2 * (1 + SIGMA) / s)
    at_zero = cancelled(trace.subs({X: 0, SIGMA: 0, RESPONSE: 1}) - 2 / s)
    if (
        at_rest != 0
        or at_zero != 0
        or any(cancelled(determinant.subs(at)) != 0 for at in ({EPSILON: 0}, {X: 0, SIGMA: 0}))
    ):
        raise ReducedMapError(
            "the sharpness is not 2(1 + p r'/r)/(ηS) at ε = 0 and 2/(ηq) at p = 0"
        )
    return ScaledSharpness(roots.taken_out(trace), roots.taken_out(determinant))
