"""What balls prove of all orbits from a box: alignment, sharpness and passage, step by step."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import pairwise

import sympy as sp
from flint import arb

from ...numerics.compile.balls import compile_balls, evaluate, exact
from ...numerics.compile.jets import compile_jet, taylor_enclosure
from ...numerics.inverse_response import InverseResponse
from ...numerics.orbits.enclosures import EnclosedOrbit
from ...numerics.orbits.limits import LimitEnclosure
from ...theory.errors import NotFiniteError
from ...theory.models import ETA, P, Q
from .orbit_view import OrbitView

_VALUE_BITS = 64


def misalignments(
    view: OrbitView, orbit: EnclosedOrbit, limit: LimitEnclosure, h: sp.Expr
) -> Iterator[arb]:
    """|q_t/r(p_t) − 1 − h(p_t) ε|/ε² from t_a on, at last for all steps of the tail together."""
    expressions, unit = [view.plan.family.response, h], view.plan.model.response.scale
    curve = [_over_boxes(e, unit) for e in expressions]

    def size(q: arb, r: arb, h: arb) -> arb:
        return abs(((q / r - 1) / view.epsilon - h) / view.epsilon)

    for p, q in zip(orbit.p[view.settled :], orbit.q[view.settled :], strict=True):
        yield size(q, *(value(abs(p)) for value in curve))
    # Where q certainly increases all the way, it stays between the last one and the limit.
    q = arb.nan()
    if limit.q is not None and limit.drift is not None and limit.drift < 0:
        q = orbit.q[-1].union(limit.q)
    around = (-limit.p_bound).union(limit.p_bound) / exact(unit)
    jets = [compile_jet(e.subs(P, unit * P), P) for e in expressions]
    yield size(q, *(taylor_enclosure(jet, around, 0)[0] for jet in jets))


def sharpness_gaps(view: OrbitView, orbit: EnclosedOrbit) -> Iterator[arb]:
    """η|λ_t − λ̃(q_t)|/ε from t_a on while q_t ≤ 1, where ηλ̃(q) = 2(1 + z r'(z)/q), r(z) = q."""
    r = view.plan.family.response
    inverse = _inverse(view, r)
    slope = _over_boxes(sp.diff(r, P), view.plan.model.response.scale)
    sharpness = compile_balls(ETA * view.plan.model.reduced.sharpness, [P, Q, ETA])
    eta = arb(exact(view.eta))
    for p, q in list(zip(orbit.p, orbit.q, strict=True))[view.settled : orbit.earliest_crossing]:
        z = inverse(q, abs(p).mid())
        surrogate = 2 * (1 + z * slope(z) / q)
        yield abs(sharpness(abs(p), q, eta)[0] - surrogate) / view.epsilon


def passage(orbit: EnclosedOrbit, limit: LimitEnclosure) -> dict[str, float]:
    """Where q passes 1, NaN if that is not known, and what is certain before and after."""
    earliest, latest = orbit.earliest_crossing, orbit.latest_crossing
    before = list(pairwise(orbit.u[: None if latest is None else latest + 1]))
    beyond = limit.q is not None and limit.q > 1 and latest is not None
    return {
        "earliest": math.nan if earliest is None else earliest,
        "latest": math.nan if latest is None else latest,
        "rises": bool(before) and all(u_next < u for u, u_next in before),
        "falls": any(u_next > u for u, u_next in before),
        "stays beyond": beyond and all(u < 1 for u in orbit.u[latest:]),
    }


def _over_boxes(expression: sp.Expr, unit: sp.Rational) -> Callable[[arb], arb]:
    """Enclosures over small boxes in the mean-value form: a value at one point, a slope over all.

    The value keeps its digits near 0/0 at p = 0; the slope can do without. What is near to 0 is
    counted in the natural `unit` of p, a power of two.
    """
    scaled = expression.subs(P, unit * P)
    at_point, jet = compile_balls([scaled], [P]), compile_jet(scaled, P)

    def value(box: arb) -> arb:
        if not box.is_finite():
            return arb.nan()
        box = box / exact(unit)
        middle = box.mid()
        return evaluate(at_point, (middle,), _VALUE_BITS)[0] + jet(box, 1)[1] * (box - middle)

    return value


def _inverse(view: OrbitView, r: sp.Expr) -> Callable[[arb, arb], arb]:
    """A ball that contains all z > 0 with r(z) in a ball, by signs on both sides: r decreases."""
    guessed = InverseResponse(view.plan.model.response)
    both = compile_balls([r, sp.diff(r, P)], [P])

    def inverse(q: arb, guess: arb) -> arb:
        if not q < 1:
            return arb.nan()
        try:
            z = guessed(q.mid(), _VALUE_BITS, guess=guess)
        except NotFiniteError:
            return arb.nan()
        _, slope = evaluate(both, (z,), _VALUE_BITS)
        room = (2 * (q.rad() + arb(2) ** (4 - _VALUE_BITS)) / abs(slope)).upper()
        low, high = (z - room).mid(), (z + room).mid()
        beyond = [evaluate(both, (end,), _VALUE_BITS)[0] for end in (low, high)]
        return low.union(high) if low > 0 and beyond[0] > q and beyond[1] < q else arb.nan()

    return inverse
