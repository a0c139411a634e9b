"""Guaranteed enclosures of the limit (0, q*) of an orbit, its infinite tail bounded analytically.

Over a box |p| ≤ ρ, u in [u₋, u₊], let (p'/p)² lie in A with A < 1, and (u'/u − 1)/p² in K. From
step T on, an orbit that stays in the box has Σ p_t² in p_T²/(1 − A), and ln(u*/u_T) is the sum of
ln(1 + κ_t p_t²) with κ_t in K, where ln(1 + x) = x/(1 + ξ) with ξ between 0 and x. Partial sums
lie between 0 and the bound of the whole: if u_T times their exponentials is in the box, the orbit
stays there, by induction.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp
from flint import arb, ctx

from ...theory.arguments import instance, takes
from ...theory.models import ETA, MODEL, Model, P
from ...theory.models.division_free import SLOPE, SQUARE, U, division_free
from ..compile.jets import JetFunction, compile_jet, taylor_enclosure
from .enclosures import EnclosedOrbit, as_ball

_ATTEMPTS = 20  # to find a box that holds the tail; it doubles in width each time


@dataclass(frozen=True)
class Tail:
    """p'/p and (u'/u − 1)/p² of a model as functions of p, u and η, free of 0/0 at p = 0."""

    model: Model
    ratio: JetFunction
    drift: JetFunction


@dataclass(frozen=True)
class LimitEnclosure:
    """What is proved of the limit of every orbit in the box at `step`.

    `outcome` is "trapped": then p_t → 0 with |p_{t+1}| ≤ `contraction` |p_t| from `step` on, and
    q_t → q* in `q`; `drift` contains (u_{t+1}/u_t − 1)/p_t² for those t. Or it is "not trapped":
    then nothing is claimed, and the three are None. `p_bound` is the largest |p| of the box.
    """

    outcome: str
    step: int
    p_bound: arb
    q: arb | None = None
    contraction: arb | None = None
    drift: arb | None = None


@takes(model=MODEL)
def compile_tail(model: Model) -> Tail:
    """What bounds the tails of a model's orbits, compiled once for many.

    >>> from trajalign.theory.models import TwoLayerLinear
    >>> from trajalign.theory.responses import Loss
    >>> tail = compile_tail(TwoLayerLinear(Loss.parse("log-cosh")))
    >>> p, u, eta = arb(0), arb(1), arb("0.5")
    >>> tail.ratio(p, 0, u, eta)[0], tail.drift(p, 0, u, eta)[0]  # 1 − 2u and η²(1 − 2/u)
    (-1.00000000000000, -0.250000000000000)
    """
    form = division_free(model)
    known = {SLOPE: form.slope} | ({} if form.square is None else {SQUARE: form.square})
    ratio = form.p_next.subs(known) / P
    drift = sp.expand(form.u_next / U - 1).subs(known) / P**2
    return Tail(model, compile_jet(ratio, P, (U, ETA)), compile_jet(drift, P, (U, ETA)))


@takes(tail=instance(Tail), orbit=instance(EnclosedOrbit))
def enclose_limit(tail: Tail, orbit: EnclosedOrbit) -> LimitEnclosure:
    """Enclose the limits of all orbits in the last box of `orbit`.

    The width of q shrinks like p⁴/ε, so more steps make it as small as the precision allows.

    >>> from trajalign.numerics.orbits.enclosed_loops import compile_enclosed_loop
    >>> from trajalign.numerics.orbits.enclosures import enclose
    >>> from trajalign.numerics.orbits.iteration import Stops
    >>> from trajalign.theory.models import TwoLayerLinear
    >>> from trajalign.theory.responses import Loss
    >>> model = TwoLayerLinear(Loss.parse("log-cosh"))
    >>> start = sp.Rational(1, 2), sp.Rational(4, 5)
    >>> stops = Stops(10**4, until=sp.Rational(1, 10**6))
    >>> orbit = enclose(compile_enclosed_loop(model), sp.Rational(1, 10), start, stops)
    >>> limit = enclose_limit(compile_tail(model), orbit)
    >>> limit.outcome, ((limit.q - 1) * 100).str(8, radius=False)  # (q* − 1)/η²
    ('trapped', '0.75802085')
    """
    with ctx.workprec(orbit.bits):
        p, u, eta = orbit.p[-1], orbit.u[-1], as_ball(orbit.eta)
        bound = p.abs_upper()
        failure = LimitEnclosure("not trapped", orbit.steps, bound)
        p_box, u_box = (-bound).union(bound), u
        for _ in range(_ATTEMPTS):
            ratio = taylor_enclosure(tail.ratio, p_box, 0, u_box, eta)[0]
            drift = taylor_enclosure(tail.drift, p_box, 0, u_box, eta)[0]
            squares, growth = abs(ratio) ** 2, 1 + (drift * bound**2).union(arb(0))
            if not (squares < 1 and growth > 0):
                return failure
            rate = drift / growth
            whole = rate * bound**2 / (1 - squares.upper())
            reached = u * whole.union(arb(0)).exp()
            if u_box.contains(reached):
                q = 1 / (u * (rate * p**2 / (1 - squares)).exp())
                return LimitEnclosure("trapped", orbit.steps, bound, q, abs(ratio).upper(), drift)
            u_box = _doubled(u_box.union(reached))
    return failure


def _doubled(ball: arb) -> arb:
    return ball + (ball - ball.mid())
