"""Functions on [M, ∞) enclosed in balls: of what stays bounded, and of what grows without bound.

Nothing is taken to be infinite because its ball is not finite: NaN means "not known". What grows is
known by the form of its argument u, whose leading monomial tends to ∞ and whose quotient by that
monomial has a certain sign on [M, ∞); then 1/u lies between 0 and a finite bound.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import sympy as sp
from flint import arb

from ....numerics.compile.balls import compile_balls
from ....numerics.compile.elementary import FUNCTIONS
from ....theory.algebra.values import ball_of
from ....theory.functions import BY_KIND, ROWS
from .scale import Exponents, NoTailError, Scale
from .wide import UNKNOWN, Interval

# start ↦ an interval that holds all values on [start, ∞); no ball, which around [10⁻²⁶, 1] holds 0
Enclosed = Callable[[arb], Interval]

ODD = frozenset(row.kind for row in ROWS if row.odd)
SATURATING = frozenset(row.kind for row in ROWS if row.limit is not None)  # all of them odd


class Form(Protocol):
    """What is known of an argument on [M, ∞): monomial · quotient."""

    @property
    def scale(self) -> Scale: ...

    @property
    def order(self) -> Exponents: ...

    def quotient(self, start: arb) -> Interval: ...

    def values(self, start: arb) -> Interval: ...

    def inverse(self, start: arb) -> Interval: ...


@dataclass(frozen=True)
class Bounded:
    """A part of an expression, `symbol` = `growth` · V with V enclosed by `value`.

    `meaning` is V in T. Where the part is a root, symbol^root = `radicand`.
    """

    symbol: sp.Symbol
    value: Enclosed
    meaning: sp.Expr
    growth: sp.Expr = sp.S.One
    root: int = 1
    radicand: sp.Expr = sp.S.Zero


def of_bounded(kind: Any, inner: Form) -> Enclosed:
    """A function of what has a finite limit; nothing known where the argument or the function is
    not known to be finite."""
    function = _function(kind)
    return lambda start: Interval.of(function(inner.values(start).ball))


def of_vanishing(kind: Any, inner: Form) -> Enclosed:
    """f(u)/m for an odd f (or log(1 + u)/m) and an argument u = m·quotient that tends to 0.

    f(u)/u is the mean of f' between 0 and u.
    """
    w = sp.Symbol("w", real=True)
    slope = compile_balls(sp.diff(sp.log(1 + w) if kind is sp.log else kind(w), w), [w])

    def value(start: arb) -> Interval:
        u = inner.values(start).ball
        mean = Interval.of(slope(u.union(arb(0)))[0]) if u.is_finite() else UNKNOWN
        return inner.quotient(start) * mean

    return value


def of_growing(kind: Any, inner: Form, sign: int) -> Enclosed:
    """atan, erf, tanh … of what tends to ∞ (sign 1) or −∞ (−1); exp of what tends to −∞."""

    def value(start: arb) -> Interval:
        inverse = inner.inverse(start)
        if inner.quotient(start).sign != sign or not inverse.known:
            return UNKNOWN
        most = (inverse.high if sign > 0 else -inverse.low).upper()  # of 1/|u|
        if kind is sp.exp:
            return _hull(arb(0), arb(0) if most == 0 else (-1 / most).exp())
        row = BY_KIND[kind]
        limit = ball_of(row.limit, {})
        return _hull(sign * limit, sign * (limit if most == 0 else row.ball(1 / most)))

    return value


def log_of_quotient(inner: Form) -> Enclosed:
    """log(u/m) for u = m·quotient."""
    log = _function(sp.log)
    return lambda start: _hull(*map(log, inner.quotient(start).ends))


def root_of_quotient(inner: Form, root: int) -> Enclosed:
    """(u/m)^(1/root) for u = m·quotient."""

    def value(start: arb) -> Interval:
        inside = inner.quotient(start)
        if inside.sign != 1:
            return UNKNOWN
        return _hull(*(end.root(root) for end in inside.ends))

    return value


def log_of_excess(inverse: Callable[[arb], Interval], sign: int = 1) -> Enclosed:
    """asinh u − log u (sign 1) or acosh u − log u (−1): log(1 + √(1 ± 1/u²)), from 1/u."""

    def value(start: arb) -> Interval:
        square = inverse(start).power(2)
        if not square.known:
            return UNKNOWN
        return _hull(*((1 + (1 + sign * x).sqrt()).log() for x in square.ends))

    return value


def _function(kind: Any) -> Callable[[arb], arb]:
    """A function over balls; NaN where it is not known to be finite."""
    if kind not in FUNCTIONS:
        raise NoTailError(f"no enclosure of {kind}")
    coefficients = FUNCTIONS[kind]
    return lambda x: coefficients(x, 1)[0] if x.is_finite() else arb.nan()


def _hull(*balls: arb) -> Interval:
    """The interval that holds them all; nothing known where one is not finite."""
    if not all(ball.is_finite() for ball in balls):
        return UNKNOWN
    ends = [Interval.of(ball) for ball in balls]
    return Interval(min(x.low for x in ends), max(x.high for x in ends))
