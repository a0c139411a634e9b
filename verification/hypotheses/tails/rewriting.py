"""Expressions in T rewritten in generators that grow and parts that stay bounded.

Logarithms come out of one rule. For u = c m (1 + …), m a monomial in the generators g_i, log u is
Σ e_i log g_i + log(u/m), the last part bounded. Of F_d the logarithm is κ_d t^d, of t it is
G₁ − log(1 + √(1 + 1/(c t)²)) − log c, of G_k it is G_{k+1} − log(1 + √(1 + 1/G_k²)); and
asinh u = log u + log(1 + √(1 + 1/u²)). What tends to 0 keeps its monomial as a factor.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from math import lcm
from typing import Any

import sympy as sp
from flint import arb

from .bounded import (
    ODD,
    SATURATING,
    Bounded,
    Enclosed,
    Form,
    log_of_excess,
    log_of_quotient,
    of_bounded,
    of_growing,
    of_vanishing,
    root_of_quotient,
)
from .scale import NoTailError, T, constant, logarithmic, nested, tendency

_MOST_POWERS = 300  # of one exponential
_HYPERBOLIC = (sp.tanh, sp.sinh, sp.cosh, sp.coth, sp.sech, sp.csch)


class Rewriter:
    """Rewrites parts of one expression; `bounded` has the bounded parts found, `depth` the number
    of G_k. `form_of` gives the form of an argument, in T; `roots` are those of `roots_of`."""

    def __init__(
        self, form_of: Callable[[sp.Expr], Form], stretch: sp.Expr, roots: dict[sp.Expr, int]
    ) -> None:
        self.stretch, self.depth = stretch, 0
        self._roots = roots
        self.bounded: dict[Any, Bounded] = {}
        self._form_of = form_of
        self._known: dict[sp.Expr, sp.Expr] = {}

    def rewritten(self, e: sp.Expr) -> sp.Expr:
        """`e` in T, G_k, exponentials of polynomials in T, and symbols of `bounded`."""
        if e not in self._known:
            self._known[e] = self._rewritten(e)
        return self._known[e]

    def _rewritten(self, e: sp.Expr) -> sp.Expr:
        if not e.args or not e.has(T):
            return e
        if isinstance(e, sp.exp):
            return self._exponential(e.args[0])
        if isinstance(e, sp.asinh):
            k, inside = _nesting(e)
            if inside == self.stretch * T:
                return self._generator(k)
        if isinstance(e, sp.Function):
            return self._function(type(e), e.args[0])
        if e.is_Pow and e.exp.is_Rational and not e.exp.is_Integer:
            root = self._roots[e.base]
            return self._root(e.base, root) ** int(e.exp * root)
        return e.func(*(self.rewritten(argument) for argument in e.args))

    def _exponential(self, exponent: sp.Expr) -> sp.Expr:
        rest = _rest(exponent)
        fast = sp.exp(exponent - rest)
        return fast if rest == 0 else fast * self._function(sp.exp, rest)

    def _function(self, kind: Any, argument: sp.Expr) -> sp.Expr:
        inner = self._inner(argument)
        towards = tendency(inner.order)
        if towards > 0:
            return self._of_growing(kind, argument, inner)
        if kind is sp.log:
            if towards < 0 or not inner.quotient(arb.pos_inf()).ball.contains(1):
                return self._logarithm(argument, inner)
            excess = self._inner(argument - 1)
            if tendency(excess.order) >= 0:
                return self._logarithm(argument, inner)
            return self._vanishing(kind, argument, argument - 1, excess)
        if towards < 0 and kind in ODD:
            return self._vanishing(kind, argument, argument, inner)
        return self._added(kind, argument, of_bounded(kind, inner), kind(argument))

    def _of_growing(self, kind: Any, argument: sp.Expr, inner: Form) -> sp.Expr:
        sign = inner.quotient(arb.pos_inf()).sign
        if sign and (kind in SATURATING or (kind is sp.exp and sign < 0)):
            return self._added(kind, argument, of_growing(kind, inner, sign), kind(argument))
        if kind is sp.asinh and sign < 0:
            return -self.rewritten(sp.asinh(-argument))
        if sign > 0 and kind is sp.log:
            return self._logarithm(argument, inner)
        if sign > 0 and kind in (sp.asinh, sp.acosh):
            return self._logarithm(argument, inner) + self._excess(kind, argument, inner)
        raise NoTailError(f"no form at infinity for {kind.__name__} of what grows")

    def _logarithm(self, argument: sp.Expr, inner: Form) -> sp.Expr:
        leading = inner.scale.expression(inner.order)
        meaning = sp.log(argument / self._in_t(leading))
        total = self._added("log", argument, log_of_quotient(inner), meaning)
        count = len(inner.scale.rates)
        for e, (degree, rate) in zip(inner.order, inner.scale.rates, strict=False):
            total += _rational(e) * rate * T**degree
        for k, e in enumerate(inner.order[count:]):  # k = 0: of t
            if e:
                part = nested(k, self.stretch)
                log = self._generator(k + 1) - self._excess(sp.asinh, part, self._inner(part))
                total += _rational(e) * (log - (sp.log(self.stretch) if k == 0 else 0))
        return total

    def _excess(self, kind: Any, argument: sp.Expr, inner: Form) -> sp.Expr:
        sign = 1 if kind is sp.asinh else -1
        meaning = sp.log(1 + sp.sqrt(1 + sign / argument**2))
        return self._added((kind, "excess"), argument, log_of_excess(inner.inverse, sign), meaning)

    def _vanishing(self, kind: Any, argument: sp.Expr, small: sp.Expr, inner: Form) -> sp.Expr:
        leading = inner.scale.expression(inner.order)
        meaning = kind(argument) / self._in_t(leading)
        return self._added(kind, argument, of_vanishing(kind, inner), meaning, leading)

    def _root(self, base: sp.Expr, root: int) -> sp.Expr:
        inside = self.rewritten(base)
        if inside == T or inside in self._generators:
            return inside ** sp.Rational(1, root)
        inner = self._inner(base)
        growth = inner.scale.expression(tuple(e / root for e in inner.order))
        meaning = base ** sp.Rational(1, root) / self._in_t(growth)
        value = root_of_quotient(inner, root)
        return self._added(root, base, value, meaning, growth, root, inside)

    def _added(
        self,
        kind: Any,
        argument: sp.Expr,
        value: Enclosed,
        meaning: sp.Expr,
        growth: sp.Expr = sp.S.One,
        root: int = 1,
        radicand: sp.Expr = sp.S.Zero,
    ) -> sp.Expr:
        key = kind, argument
        if key not in self.bounded:
            symbol = sp.Symbol(f"V{len(self.bounded)}", positive=True)
            self.bounded[key] = Bounded(symbol, value, meaning, growth, root, radicand)
        return self.bounded[key].symbol

    def _inner(self, argument: sp.Expr) -> Form:
        inner = self._form_of(argument)
        self.depth = max(self.depth, inner.scale.depth)
        return inner

    def _generator(self, k: int) -> sp.Symbol:
        self.depth = max(self.depth, k)
        return logarithmic(k)

    @property
    def _generators(self) -> list[sp.Symbol]:
        return [logarithmic(k) for k in range(1, self.depth + 1)]

    def _in_t(self, e: sp.Expr) -> sp.Expr:
        """With the G_k spelled out."""
        return e.subs({logarithmic(k): nested(k, self.stretch) for k in range(1, self.depth + 1)})


def stretch_of(e: sp.Expr) -> sp.Expr:
    """c of the first innermost asinh(c T) in `e`, in SymPy's order; 1 where there is none."""
    slopes = {sp.cancel(x.args[0] / T) for x in e.atoms(sp.asinh)}
    plain = (c for c in slopes if not c.has(T) and not c.has(sp.Function) and constant(c) > 0)
    return min(plain, key=sp.default_sort_key, default=sp.S.One)


def respelled(e: sp.Expr) -> sp.Expr:
    """`e` in T with erf for erfc, and exponentials of logarithms as powers."""
    e = e.replace(sp.erfc, lambda u: 1 - sp.erf(u))
    e = e.replace(_is_plain, lambda x: x.rewrite(sp.exp))
    return e.replace(sp.exp, _plain_powers)


def roots_of(e: sp.Expr) -> dict[sp.Expr, int]:
    """For every base the root of which all its fractional powers in `e` are whole powers."""
    found: dict[sp.Expr, int] = {}
    for p in e.atoms(sp.Pow):
        if p.exp.is_Rational:
            found[p.base] = lcm(found.get(p.base, 1), int(p.exp.q))
    return found


def in_exponentials(
    parts: Sequence[sp.Expr],
) -> tuple[list[sp.Expr], tuple[tuple[int, sp.Expr], ...]]:
    """The expressions with every exp(p(T)) as powers of F_d = exp(κ_d T^d), and these (d, κ_d)."""
    found = {x for e in parts for x in e.atoms(sp.exp) if x.has(T)}
    exponents = {x: sp.Poly(x.args[0], T) for x in found if x.args[0].is_polynomial(T)}
    if len(exponents) < len(found):
        raise NoTailError(f"exponentials of no polynomial in {parts[0]}")
    degrees = sorted({d for p in exponents.values() for (d,) in p.monoms() if d}, reverse=True)
    rates = {d: _common_rate([p.coeff_monomial(T**d) for p in exponents.values()]) for d in degrees}

    def in_powers(x: sp.Expr) -> sp.Expr:
        polynomial = exponents[x]
        powers = (
            sp.Symbol(f"F{d}", positive=True)
            ** sp.cancel(polynomial.coeff_monomial(T**d) / rates[d])
            for d in degrees
        )
        return sp.Mul(sp.exp(polynomial.coeff_monomial(1)), *powers)

    replaced = [e.xreplace({x: in_powers(x) for x in found}) for e in parts]
    return replaced, tuple((d, rates[d]) for d in degrees)


def _common_rate(coefficients: Sequence[sp.Expr]) -> sp.Expr:
    """κ > 0 of which all of them are whole multiples, as large as possible."""
    present = [c for c in coefficients if c != 0]
    ratios = [sp.cancel(c / present[0]) for c in present]
    if any(not ratio.is_Rational for ratio in ratios):
        raise NoTailError(f"exponentials of different kinds: rates {present}")
    unit = reduce(sp.gcd, ratios)
    if any(abs(ratio / unit) > _MOST_POWERS for ratio in ratios):
        raise NoTailError(f"exponentials of very different rates: {present}")
    rate = present[0] * abs(unit)
    if not constant(rate).is_finite() or constant(rate).contains(0):
        raise NoTailError(f"exponentials of an unknown rate {rate}")
    return rate if constant(rate) > 0 else -rate


def _rest(exponent: sp.Expr) -> sp.Expr:
    """The terms that are no polynomials."""
    return sp.Add(*(t for t in sp.Add.make_args(exponent) if not t.is_polynomial(T)))


def _plain_powers(exponent: sp.Expr) -> sp.Expr:
    """exp of it, as far as exp(c log u) and exp(c asinh u) with rational c are powers."""
    left, powers = [], []
    for term in sp.Add.make_args(sp.expand(exponent)):
        c, function = term.as_coeff_Mul()
        if c.is_Rational and isinstance(function, (sp.log, sp.asinh)):
            u = function.args[0]
            base = u if isinstance(function, sp.log) else u + sp.sqrt(1 + u**2)
            powers.append(base**c)
        else:
            left.append(term)
    return sp.Mul(sp.exp(sp.Add(*left)), *powers)


def _is_plain(e: sp.Expr) -> bool:
    """A hyperbolic function that is rational in exp(p(T)) and powers."""
    if not isinstance(e, _HYPERBOLIC):
        return False
    found = (f for f in _plain_powers(e.args[0]).atoms(sp.exp))
    return all(f.args[0].is_polynomial(T) for f in found)


def _nesting(e: sp.Expr) -> tuple[int, sp.Expr]:
    """How often asinh stands in front, and of what."""
    k = 0
    while isinstance(e, sp.asinh):
        k, e = k + 1, e.args[0]
    return k, e


def _rational(e: Any) -> sp.Rational:
    return sp.Rational(e.numerator, e.denominator)
