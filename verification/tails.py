"""Signs and bounds of an expression on [M, ∞), from its form in z, E = exp(−κ zᵐ) and bounded V.

tanh, sinh, cosh and exp become powers of one E; atan, erf, roots and functions of what is bounded
become variables V that a ball encloses on all of [M, ∞). What is left is a quotient of polynomials
whose leading terms outweigh the others: every other term is a bounded monomial zⁿEʲ times a
leading one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce

import sympy as sp
from flint import arb
from sympy.polys.polyerrors import BasePolynomialError

from ..numerics.balls import compile_balls, evaluate, exact
from ..numerics.elementary import whole_power
from ..theory.errors import NotFiniteError
from ..theory.expressions import Z

_T = sp.Symbol("t", positive=True)  # z on the tail
_E = sp.Symbol("E", positive=True)
_BITS = 60
_MOST_POWERS = 300  # of E
_AGREEMENT = arb(2) ** -40
_EXPONENTIAL = (sp.tanh, sp.sinh, sp.cosh, sp.coth, sp.sech, sp.csch)


class NoTailError(ValueError):
    """An expression that cannot be brought into the form treated here."""


@dataclass(frozen=True)
class Decay:
    """E = exp(−rate · z^power); without exponentials rate is 0 and no power of E occurs."""

    rate: sp.Expr
    power: int

    def monomial(self, n: int, j: int, start: arb) -> arb:
        """Encloses zⁿEʲ over [start, ∞) (start = ∞: its limit); NaN where it is not bounded."""
        if j < 0 or (j == 0 and n > 0):
            return arb.nan()
        if n == 0 and j == 0:
            return arb(1)
        if not start.is_finite():
            return arb(0)
        rate = _constant(self.rate)
        # zⁿEʲ falls where n < j·rate·power·z^power.
        if n > 0 and not j * rate * self.power * start**self.power > n:
            return arb.nan()
        largest = whole_power(start, n) if n >= 0 else 1 / whole_power(start, -n)
        return arb(0).union(largest * (-j * rate * start**self.power).exp())


@dataclass(frozen=True)
class Side:
    """A polynomial as leading · Σ c(V) zⁿEʲ, the leading zⁿEʲ taken out."""

    z_power: int
    e_power: int
    terms: tuple[tuple[int, int, Callable[..., tuple[arb, ...]]], ...]

    def value(self, decay: Decay, start: arb, bounded: Sequence[arb]) -> arb:
        """Encloses the sum over [start, ∞)."""
        return sum((c(*bounded)[0] * decay.monomial(n, j, start) for n, j, c in self.terms), arb(0))


@dataclass(frozen=True)
class Tail:
    """An expression in Z on [M, ∞); `bounded` encloses its variables V there."""

    numerator: Side
    denominator: Side
    decay: Decay
    bounded: tuple[Callable[[arb], arb], ...]

    def sign(self, start: sp.Rational) -> int:
        """1 or −1 where the expression certainly has that sign on [start, ∞); 0 if unknown."""
        quotient = self._quotient(arb(exact(start)))
        return int(quotient > 0) - int(quotient < 0)

    def enclosure(self, start: sp.Rational) -> arb:
        """Encloses the values on [start, ∞); NaN where that fails."""
        return self._values(arb(exact(start)))

    @property
    def limit(self) -> arb:
        """Encloses the limit at ∞; NaN where that fails."""
        return self._values(arb.pos_inf())

    def _quotient(self, start: arb) -> arb:
        values = [v(start) for v in self.bounded]
        below = self.denominator.value(self.decay, start, values)
        return self.numerator.value(self.decay, start, values) / below

    def _values(self, start: arb) -> arb:
        return self._quotient(start) * self.decay.monomial(*self._order, start)

    def _inverse(self, start: arb) -> arb:
        """Encloses the inverse of the expression."""
        n, j = self._order
        return self.decay.monomial(-n, -j, start) / self._quotient(start)

    @property
    def _order(self) -> tuple[int, int]:
        top, below = self.numerator, self.denominator
        return top.z_power - below.z_power, top.e_power - below.e_power


def tail(expression: sp.Expr) -> Tail:
    """The form of an expression in Z on [M, ∞). Raises NoTailError where it has none.

    >>> form = tail(sp.tanh(Z) - Z / 4)
    >>> form.sign(sp.Integer(2)), form.sign(sp.Integer(8))
    (0, -1)
    >>> tail(2 * sp.atan(Z)).limit.overlaps(arb.pi())
    True
    """
    variables: dict[sp.Expr, _Bounded] = {}
    e = _with_bounded(expression.subs(Z, _T), variables)
    found = tuple(variables.values())
    parts, decay = _with_decay([e, *(v.radicand for v in found), *(v.growth for v in found)])
    e, radicands, growths = parts[0], parts[1 : len(found) + 1], parts[len(found) + 1 :]
    if any(_is_transcendental(part) for part in parts):
        raise NoTailError(f"no form at infinity for {expression}")
    above, below = _polynomials(e, found, radicands, growths)
    # What is checked is the end of the rewriting, the two polynomials themselves.
    back = {v.symbol: old / v.growth for old, v in variables.items()}
    quotient = (above.as_expr() / below.as_expr()).subs(back)
    _check_agreement(
        expression, quotient.subs(_E, sp.exp(-decay.rate * _T**decay.power)).subs(_T, Z)
    )
    numerator, denominator = (_side(part, found) for part in (above, below))
    return Tail(numerator, denominator, decay, tuple(v.value for v in found))


@dataclass(frozen=True)
class _Bounded:
    """A subexpression `symbol` = `growth` · V with V enclosed by `value`; symbol^root = `radicand`
    where it is a root."""

    symbol: sp.Symbol
    value: Callable[[arb], arb]
    growth: sp.Expr = sp.S.One
    root: int = 1
    radicand: sp.Expr = sp.S.Zero


def _with_bounded(e: sp.Expr, variables: dict[sp.Expr, _Bounded]) -> sp.Expr:
    """`e` with atan, erf, roots and functions of bounded functions replaced by variables, which are
    added to `variables`."""
    if not e.args or not e.has(_T):
        return e
    symbol = sp.Symbol(f"V{len(variables)}", positive=True)
    if isinstance(e, (sp.atan, sp.erf)):
        if e not in variables:
            inner = tail(e.args[0].subs(_T, Z))
            variables[e] = _Bounded(symbol, _bounded_function(type(e), inner))
        return variables[e].symbol
    if isinstance(e, sp.Function) and not e.args[0].is_polynomial(_T):
        if e not in variables:
            variables[e] = _Bounded(symbol, _of_bounded(type(e), tail(e.args[0].subs(_T, Z))))
        return variables[e].symbol
    if e.is_Pow and e.exp.is_Rational and not e.exp.is_Integer:
        root = sp.root(e.base, e.exp.q)
        if root not in variables:
            variables[root] = _root(symbol, e.base, int(e.exp.q))
        return variables[root].symbol ** int(e.exp.p)
    return e.func(*(_with_bounded(argument, variables) for argument in e.args))


def _of_bounded(kind: type[sp.Function], inner: Tail) -> Callable[[arb], arb]:
    """Encloses a function of what `inner` is the tail of; NaN where that is not bounded."""
    try:
        function = compile_balls(kind(_T), [_T])
    except TypeError as error:
        raise NoTailError(str(error)) from None
    return lambda start: function(inner._values(start))[0]


def _bounded_function(kind: type[sp.Function], inner: Tail) -> Callable[[arb], arb]:
    """Encloses atan or erf of what `inner` is the tail of."""

    def value(start: arb) -> arb:
        argument = inner._values(start)
        if argument.is_finite():
            return argument.atan() if kind is sp.atan else argument.erf()
        inverse = inner._inverse(start)  # of what grows without bound
        if not inner._quotient(start) > 0:
            return arb.nan()
        if kind is sp.atan:
            return arb.pi() / 2 - inverse.atan()
        least = 1 / inverse.abs_upper()
        return arb(1) if not least.is_finite() else least.erf().union(arb(1))

    return value


def _root(symbol: sp.Symbol, base: sp.Expr, root: int) -> _Bounded:
    """The root of what grows like zⁿEʲ as z^(n/root) E^(j/root) V."""
    inner = tail(base.subs(_T, Z))
    n, j = inner._order
    if n % root:
        raise NoTailError(f"no form at infinity for roots of {base}")
    rate = sp.Rational(j, root) * inner.decay.rate

    def value(start: arb) -> arb:
        inside = inner._quotient(start)
        return inside ** (arb(1) / root) if inside > 0 else arb.nan()

    growth = _T ** (n // root) * sp.exp(-rate * _T**inner.decay.power)
    return _Bounded(symbol, value, growth, root, base)


def _is_transcendental(e: sp.Expr) -> bool:
    powers = (p for p in e.atoms(sp.Pow) if p.has(_T))
    functions = (f for f in e.atoms(sp.Function) if f.has(_T))
    return any(functions) or any(not p.exp.is_Integer for p in powers)


def _with_decay(parts: Sequence[sp.Expr]) -> tuple[list[sp.Expr], Decay]:
    """The expressions with every exponential a power of one E."""
    parts = [
        sp.expand_power_exp(
            e.replace(lambda x: isinstance(x, _EXPONENTIAL), lambda x: x.rewrite(sp.exp))
        )
        for e in parts
    ]
    exponents = [sp.expand(x.exp) for e in parts for x in e.atoms(sp.exp) if x.has(_T)]
    if not exponents:
        return parts, Decay(sp.S.Zero, 1)
    powers = {sp.degree(x, _T) if x.is_polynomial(_T) else 0 for x in exponents}
    power = int(powers.pop())
    rates = [x / _T**power for x in exponents]
    ratios = [sp.nsimplify(rate / rates[0]) for rate in rates]
    if (
        powers
        or power < 1
        or any(r.free_symbols for r in rates)
        or any(not r.is_Rational for r in ratios)
    ):
        raise NoTailError(f"exponentials of different kinds in {parts[0]}")
    unit = reduce(sp.gcd, ratios)
    if any(abs(ratio / unit) > _MOST_POWERS for ratio in ratios):
        raise NoTailError(f"exponentials of very different rates in {parts[0]}")
    rate = sp.Abs(rates[0]) * abs(unit)

    def in_e(x: sp.Expr) -> sp.Expr:
        return _E ** -sp.cancel(sp.expand(x.exp) / (rate * _T**power))

    found = [e.replace(lambda x: isinstance(x, sp.exp) and x.has(_T), in_e) for e in parts]
    return found, Decay(rate, power)


def _polynomials(
    e: sp.Expr,
    bounded: tuple[_Bounded, ...],
    radicands: Sequence[sp.Expr],
    growths: Sequence[sp.Expr],
) -> tuple[sp.Poly, sp.Poly]:
    """Numerator and denominator in z and E, with V for what is growth · V."""
    try:
        above, below = sp.fraction(sp.together(e))
        for v, radicand in zip(bounded, radicands, strict=True):
            if v.root > 1:
                relation = v.symbol**v.root - radicand
                above, below = (
                    sp.rem(sp.expand(part), relation, v.symbol) for part in (above, below)
                )
        scaled = {v.symbol: v.symbol * growth for v, growth in zip(bounded, growths, strict=True)}
        e = (above / below).subs(scaled, simultaneous=True)
        above, below = sp.fraction(sp.together(e))
        return sp.Poly(above, _T, _E), sp.Poly(below, _T, _E)
    except BasePolynomialError as error:
        raise NoTailError(str(error)) from None


def _side(polynomial: sp.Poly, bounded: tuple[_Bounded, ...]) -> Side:
    terms, symbols = polynomial.terms(), [v.symbol for v in bounded]
    e_power = min(j for (_, j), _ in terms)
    z_power = max(n for (n, j), _ in terms if j == e_power)
    compiled = tuple(
        (n - z_power, j - e_power, compile_balls(sp.sympify(c), symbols)) for (n, j), c in terms
    )
    return Side(z_power, e_power, compiled)


def _check_agreement(expression: sp.Expr, rewritten: sp.Expr) -> None:
    """A rewriting that balls refute at one of two points is not used."""
    pair = compile_balls([expression, rewritten], [Z])
    for z in (sp.Rational(7, 5), sp.Rational(16, 3)):
        try:
            one, other = evaluate(pair, (exact(z),), _BITS)
        except NotFiniteError as error:
            raise NoTailError(str(error)) from None
        if not abs(one - other) <= abs(one) * _AGREEMENT:
            raise NoTailError(f"{expression} is not {rewritten} at z = {z}")


def _constant(value: sp.Expr) -> arb:
    return compile_balls(value, [])()[0]
