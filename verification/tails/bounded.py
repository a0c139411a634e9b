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

from ...numerics.elementary import FUNCTIONS
from .scale import Exponents, NoTailError

Enclosed = Callable[[arb], arb]  # start ↦ a ball that holds all values on [start, ∞)

ODD = (sp.asinh, sp.atan, sp.erf, sp.tanh, sp.sinh, sp.sin, sp.tan, sp.asin, sp.atanh)
SATURATING = (sp.atan, sp.erf, sp.tanh)


class Form(Protocol):
    """What is known of an argument on [M, ∞): monomial · quotient."""

    @property
    def order(self) -> Exponents: ...

    def quotient(self, start: arb) -> arb: ...

    def values(self, start: arb) -> arb: ...

    def inverse(self, start: arb) -> arb: ...


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
    """A function of what has a finite limit; NaN where the argument or the function is not known to
    be finite."""
    function = _function(kind)
    return lambda start: _finite(function(inner.values(start)))


def of_vanishing(kind: Any, inner: Form) -> Enclosed:
    """f(u)/m for an odd f (or log(1 + u)/m) and an argument u = m·quotient that tends to 0.

    f(u)/u is the mean of f' between 0 and u.
    """
    w = sp.Symbol("w", real=True)
    slope = _compiled_slope(sp.diff(sp.log(1 + w) if kind is sp.log else kind(w), w), w)

    def value(start: arb) -> arb:
        u = inner.values(start)
        if not u.is_finite():
            return arb.nan()
        return _finite(inner.quotient(start) * slope(u.union(arb(0))))

    return value


def of_growing(kind: Any, inner: Form, sign: int) -> Enclosed:
    """atan, erf or tanh of what tends to ∞ (sign 1) or −∞ (−1); exp of what tends to −∞."""

    def value(start: arb) -> arb:
        inverse = sign * inner.inverse(start)  # of |u|, which is certainly positive:
        if not (sign * inner.quotient(start) > 0 and inverse.is_finite()):
            return arb.nan()
        if kind is sp.atan:
            return sign * (arb.pi() / 2 - _function(sp.atan)(inverse))
        most = inverse.abs_upper()
        if kind is sp.exp:
            return arb(0) if most == 0 else arb(0).union((-1 / most).exp())
        if most == 0:  # the limit
            return arb(sign)
        least = 1 / most
        return sign * (least.erf() if kind is sp.erf else least.tanh()).union(arb(1))

    return value


def log_of_quotient(inner: Form) -> Enclosed:
    """log(u/m) for u = m·quotient."""
    log = _function(sp.log)
    return lambda start: _finite(log(inner.quotient(start)))


def root_of_quotient(inner: Form, root: int) -> Enclosed:
    """(u/m)^(1/root) for u = m·quotient."""
    log = _function(sp.log)
    exp = _function(sp.exp)
    square = _function_of_root()

    def value(start: arb) -> arb:
        inside = inner.quotient(start)
        if not inside > 0:
            return arb.nan()
        return _finite(square(inside) if root == 2 else exp(log(inside) / root))

    return value


def log_of_excess(inverse: Enclosed, sign: int = 1) -> Enclosed:
    """asinh u − log u (sign 1) or acosh u − log u (−1): log(1 + √(1 ± 1/u²)), from 1/u."""
    log, root, square = _function(sp.log), _function_of_root(), _square

    def value(start: arb) -> arb:
        return _finite(log(1 + root(1 + sign * square(inverse(start)))))

    return value


def _function(kind: Any) -> Callable[[arb], arb]:
    if kind not in FUNCTIONS:
        raise NoTailError(f"no enclosure of {kind}")
    coefficients = FUNCTIONS[kind]
    return lambda x: coefficients(x, 1)[0] if x.is_finite() else arb.nan()


def _function_of_root() -> Callable[[arb], arb]:
    return lambda x: x.lower().sqrt().union(x.upper().sqrt()) if x.is_finite() else arb.nan()


def _square(x: arb) -> arb:
    return arb(0).union(x.abs_upper() ** 2) if x.contains(0) else x * x


def _compiled_slope(expression: sp.Expr, w: sp.Symbol) -> Callable[[arb], arb]:
    from ...numerics.balls import compile_balls

    function = compile_balls(expression, [w])
    return lambda x: function(x)[0]


def _finite(x: arb) -> arb:
    """The ball, or NaN for what is not finite: there nothing is known."""
    return x if x.is_finite() else arb.nan()
