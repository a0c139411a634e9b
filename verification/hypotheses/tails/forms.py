"""The form of an expression on [M, ∞): a quotient of polynomials in generators and bounded parts.

Of each polynomial the leading monomial is taken out; every other term is then a bounded part times
a monomial that falls. What is checked is the end of the rewriting: the two polynomials are compared
with the expression in balls at two points, and so are the bounds of the bounded parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from math import lcm

import sympy as sp
from flint import arb, ctx

from ....numerics.compile.balls import compile_balls, evaluate, exact
from ....theory.errors import NotFiniteError
from ....theory.expressions.parsing import Z
from .bounded import Bounded, Enclosed
from .quotients import Terms, quotient
from .rewriting import Rewriter, in_exponentials, respelled, roots_of, stretch_of
from .scale import Exponents, NoTailError, Scale, T, tendency
from .wide import ZERO, Interval, Polynomial, compile_polynomial

_BITS = 60
_BITS_OF_FORMS = 100
_AGREEMENT = arb(2) ** -40
_POINTS = [sp.Rational(*p) for p in ((7, 5), (16, 3), (85, 4), (257, 2))]
_COMPARED = 2  # points


@dataclass(frozen=True)
class Side:
    """A polynomial as leading · Σ c(V) m, the leading monomial taken out."""

    leading: Exponents
    terms: tuple[tuple[Exponents, Polynomial], ...]

    def value(self, scale: Scale, start: arb, bounded: Sequence[Interval]) -> Interval:
        """Encloses the sum over [start, ∞)."""
        terms = (c(bounded) * scale.monomial(m, start) for m, c in self.terms)
        return sum(terms, ZERO)


@dataclass(frozen=True)
class Tail:
    """An expression in Z on [M, ∞), as a monomial in the generators times a quotient that tends to
    a number; `bounded` encloses its variables V there, and `unit` is what t counts z in."""

    numerator: Side
    denominator: Side
    scale: Scale
    bounded: tuple[Enclosed, ...]
    unit: sp.Rational = sp.S.One

    def sign(self, start: sp.Rational) -> int:
        """1 or −1 where the expression certainly has that sign on [start, ∞); 0 if unknown."""
        return self.quotient(self._place(start)).sign

    def enclosure(self, start: sp.Rational) -> arb:
        """Encloses the values on [start, ∞); NaN where that fails."""
        return self.values(self._place(start)).ball

    @property
    def limit(self) -> arb:
        """Encloses the limit at ∞; NaN where that fails."""
        return self.values(arb.pos_inf()).ball

    def divergence(self, start: sp.Rational) -> int:
        """1 or −1 where the expression has that sign on [start, ∞) and certainly tends to ±∞; 0 if
        that is not known."""
        return self.sign(start) if tendency(self.order) > 0 else 0

    @property
    def like(self) -> sp.Expr:
        """What the expression grows or falls like in Z, up to a factor."""
        return self.scale.like(self.order, self.unit)

    @property
    def order(self) -> Exponents:
        """The exponents of the monomial."""
        top, below = self.numerator.leading, self.denominator.leading
        return tuple(a - b for a, b in zip(top, below, strict=True))

    def quotient(self, start: arb) -> Interval:
        """Encloses the expression over its monomial on [start, ∞), `start` in units."""
        values = [v(start) for v in self.bounded]
        below = self.denominator.value(self.scale, start, values)
        return self.numerator.value(self.scale, start, values) * below.inverse

    def values(self, start: arb) -> Interval:
        """Encloses the expression on [start, ∞), `start` in units."""
        return self.quotient(start) * self.scale.monomial(self.order, start)

    def inverse(self, start: arb) -> Interval:
        """Encloses one over the expression on [start, ∞), `start` in units."""
        opposite = tuple(-e for e in self.order)
        return self.scale.monomial(opposite, start) * self.quotient(start).inverse

    def _place(self, start: sp.Rational) -> arb:
        return arb(exact(sp.Rational(start) / self.unit))


def tail(expression: sp.Expr, unit: sp.Rational = sp.S.One) -> Tail:
    """The form of an expression in Z on [M, ∞). Raises NoTailError where it has none.

    Parameters: `unit` > 0, what z is counted in; with the natural unit of an expression its form is
    that of the same expression in other units.

    >>> form = tail(sp.tanh(Z) - Z / 4)
    >>> form.sign(sp.Integer(2)), form.sign(sp.Integer(8))
    (0, -1)
    >>> tail(2 * sp.atan(Z)).limit.overlaps(arb.pi())
    True
    >>> tail(Z * sp.asinh(Z) - Z**2 / 9).sign(2**10), tail(sp.log(1 + sp.asinh(Z))).divergence(8)
    (-1, 1)
    """
    found = _found(expression, sp.Rational(unit))
    if isinstance(found, str):
        raise NoTailError(found)
    return found


@lru_cache(maxsize=512)
def _found(expression: sp.Expr, unit: sp.Rational) -> Tail | str:
    """The form, or why there is none: asked for again and again, for every place it may start at.

    At a precision of its own, so that what is remembered depends on the arguments alone.
    """
    e = expression.xreplace({Z: unit * T})
    try:
        with ctx.workprec(_BITS_OF_FORMS):
            return replace(_forms(stretch_of(e)).of(e), unit=unit)
    except NoTailError as error:
        return str(error)


@lru_cache(maxsize=16)
def _forms(stretch: sp.Expr) -> _Forms:
    return _Forms(stretch)


class _Forms:
    """The forms of expressions and their arguments, which all have the same G_k.

    A function, its derivatives and its conditions have most of their arguments in common.
    """

    def __init__(self, stretch: sp.Expr) -> None:
        self._stretch = stretch
        self._known: dict[sp.Expr, Tail] = {}

    def of(self, e: sp.Expr) -> Tail:
        """The form of an expression in T."""
        if e not in self._known:
            self._known[e] = self._worked_out(e)
        return self._known[e]

    def _worked_out(self, e: sp.Expr) -> Tail:
        spelled = respelled(e)
        rewriter = Rewriter(self.of, self._stretch, roots_of(spelled))
        main = rewriter.rewritten(spelled)
        found = tuple(rewriter.bounded.values())
        parts = [main, *(v.radicand for v in found), *(v.growth for v in found)]
        parts, rates = in_exponentials(parts)
        if any(_is_transcendental(part) for part in parts):
            raise NoTailError(f"no form at infinity for {e}")
        scale = Scale(rates, rewriter.depth, self._stretch)
        roots = _common_roots(parts, scale)
        radicands, growths = parts[1 : len(found) + 1], parts[len(found) + 1 :]
        form = quotient(parts[0], found, radicands, growths, scale, roots)
        _check(e, form.expression(scale), found, scale, roots)
        numerator, denominator = (_side(part, found, roots) for part in (form.above, form.below))
        return Tail(numerator, denominator, scale, tuple(v.value for v in found))


def _is_transcendental(e: sp.Expr) -> bool:
    """Whether it has other functions than powers of positive symbols."""
    functions = (f for f in e.atoms(sp.Function) if f.free_symbols)
    powers = (p for p in e.atoms(sp.Pow) if p.free_symbols)
    return any(functions) or any(
        not (p.exp.is_Integer or (p.exp.is_Rational and p.base.is_Symbol)) for p in powers
    )


def _common_roots(parts: Sequence[sp.Expr], scale: Scale) -> tuple[int, ...]:
    """For each generator the least n such that no part has other powers than those of its n-th
    root."""
    powers = {p for e in parts for p in e.atoms(sp.Pow)}
    return tuple(
        lcm(*(int(p.exp.q) for p in powers if p.base == g and p.exp.is_Rational))
        for g in scale.symbols
    )


def _side(part: Terms, bounded: Sequence[Bounded], roots: Sequence[int]) -> Side:
    symbols = [v.symbol for v in bounded]
    terms = [
        (tuple(Fraction(e, n) for e, n in zip(powers, roots, strict=True)), c)
        for powers, c in (part or {(0,) * len(roots): sp.S.Zero}).items()
    ]
    leading = max(powers for powers, _ in terms)
    compiled = tuple(
        (
            tuple(a - b for a, b in zip(powers, leading, strict=True)),
            compile_polynomial(c, symbols),
        )
        for powers, c in terms
    )
    return Side(leading, compiled)


def _check(
    e: sp.Expr,
    form: sp.Expr,
    bounded: Sequence[Bounded],
    scale: Scale,
    roots: Sequence[int],
) -> None:
    """A form that balls refute at one of two points is not used."""
    meanings = {v.symbol: v.meaning for v in bounded}
    for symbol, n, meaning in zip(scale.symbols, roots, scale.meanings, strict=True):
        meanings[symbol] = meaning ** sp.Rational(1, n)
    rewritten = form.xreplace(meanings)
    function = compile_balls([e, rewritten, *(v.meaning for v in bounded)], [T])
    compared, trouble = 0, ""
    for t in _POINTS:
        try:
            one, other, *parts = evaluate(function, (exact(t),), _BITS)
        except NotFiniteError as error:
            trouble = str(error)
            continue
        if not abs(one - other) <= abs(one) * _AGREEMENT:
            raise NoTailError(f"{e} is not {rewritten} at t = {t}")
        with ctx.workprec(_BITS):
            _check_bounds(bounded, parts, arb(exact(t)))
        compared += 1
        if compared == _COMPARED:
            return
    raise NoTailError(trouble)


def _check_bounds(bounded: Sequence[Bounded], parts: Sequence[arb], place: arb) -> None:
    """The bounds from two starts on hold at one place."""
    for v, part in zip(bounded, parts, strict=True):
        for start in (place, place / 2):
            bound = v.value(start).ball
            if bound.is_finite() and not bound.overlaps(part):
                raise NoTailError(f"{v.meaning} is not in {bound} past t = {start}")
