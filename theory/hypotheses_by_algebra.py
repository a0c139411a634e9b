"""The assumptions on r as symbolic claims, decided where exact algebra can decide them.

A1–A4 say that an expression is negative, for every z > 0 or at 0; A5 that one is bounded. What is
rational in z and one square root of a + b z² is decided by real roots (Sturm) and degrees; what
SymPy's assumptions settle is taken over; everything else is left open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp
from sympy.polys.polyerrors import BasePolynomialError

from .arguments import takes
from .errors import NoExpansionError
from .expressions.parsing import Z
from .functions import row_of
from .responses import RESPONSE, Response

_T = sp.Symbol("t", positive=True)  # z, known to be positive
_S = sp.Symbol("s", positive=True)  # a square root


@dataclass(frozen=True)
class Condition:
    """A claim about `expression`; `decided` is True, False, or None where it is left open.

    A1–A3: it is negative for every z > 0. A4: the number r''(0) is negative. A5: it is bounded.
    """

    name: str
    expression: sp.Expr
    decided: bool | None


def log_slope(response: Response) -> sp.Expr:
    """z r'(z)/r(z), as z s'(z)/s(z) − 1 with s = z r, which cancels less."""
    return Z * sp.diff(response.slope, Z) / response.slope - 1


@takes(response=RESPONSE)
def conditions(response: Response) -> dict[str, Condition]:
    """A1–A5 (without A2 for an activation); of A5 the boundedness of ℓ' or φ.

    A4 is left open, with no expression but NaN, where r has no power series at 0.

    >>> from trajalign.theory.responses import Loss
    >>> {c.name: c.decided for c in conditions(Loss.parse("pseudo-huber")).values()}
    {'A1': True, 'A2': True, 'A3': True, 'A4': True, 'A5': True}
    >>> conditions(Loss.parse("log-cosh"))["A1"].decided is None
    True
    """
    claims: dict[str, Callable[[], sp.Expr]] = {
        "A1": lambda: sp.diff(response.response, Z),
        "A2": lambda: -sp.diff(response.slope, Z),
        "A3": lambda: sp.diff(log_slope(response), Z),
    }
    known = {name: claim() for name, claim in claims.items() if response.assumes(name)}
    found = {name: Condition(name, e, is_negative(e)) for name, e in known.items()}
    try:
        found["A4"] = Condition("A4", response.curvature, bool(response.curvature < 0))
    except NoExpansionError:
        found["A4"] = Condition("A4", sp.nan, None)
    found["A5"] = Condition("A5", response.size, is_bounded(response.size))
    return found


def is_negative(e: sp.Expr) -> bool | None:
    """Whether an expression in Z is negative for every z > 0; None if it cannot be told.

    >>> is_negative(-Z / (1 + Z**2)), is_negative(Z**2 - 1), is_negative(sp.sin(Z))
    (True, False, None)
    """
    e = e.subs(Z, _T)
    if not e.has(sp.Function):
        found = _quotient(e)
        if found is not None and found.negative is not None:
            return found.negative
    known = e.is_negative
    return None if known is None else bool(known)


def is_bounded(e: sp.Expr) -> bool | None:
    """Whether an expression in Z is bounded on z > 0; None if it cannot be told.

    >>> is_bounded(Z / sp.sqrt(1 + Z**2)), is_bounded(Z), is_bounded(sp.log(Z))
    (True, False, None)
    """
    row = row_of(e)
    if not e.has(Z) or (row is not None and row.bounded and e.args[0].is_extended_real):
        return True
    if not e.has(sp.Function):
        found = _quotient(e.subs(Z, _T))
        return None if found is None else found.stays_bounded
    if (e.is_Add or e.is_Mul) and all(is_bounded(part) for part in e.args):
        return True
    return None


@dataclass(frozen=True)
class _Quotient:
    """t^power · numerator/denominator, both of one variable on (low, ∞), which grows like t."""

    numerator: sp.Poly
    denominator: sp.Poly
    low: sp.Expr
    power: int

    @property
    def negative(self) -> bool | None:
        """Sturm's theorem; None where there is a pole."""
        if self.numerator.is_zero:
            return False
        if _roots_above(self.denominator, self.low):
            return None
        if _roots_above(self.numerator, self.low):
            return False
        inside = sp.ceiling(self.low) + 1
        signs = [sp.sign(part.eval(inside)) for part in (self.numerator, self.denominator)]
        return bool(signs[0] * signs[1] < 0)

    @property
    def stays_bounded(self) -> bool | None:
        """By degrees; None where there is a pole, or one at the end of the range."""
        if _roots_above(self.denominator, self.low) or self.denominator.eval(self.low) == 0:
            return None
        return bool(self.numerator.degree() + self.power <= self.denominator.degree())


def _quotient(e: sp.Expr) -> _Quotient | None:
    """An expression in t as t^k times a quotient of polynomials in t, or in s = √(a + b t²) with
    rational a, b > 0; None for anything else."""
    powers = [p for p in e.atoms(sp.Pow) if not p.exp.is_Integer]
    try:
        if not powers:
            above, under = (sp.Poly(f, _T, domain="QQ") for f in sp.fraction(sp.together(e)))
            return _reduced(above, under, sp.S.Zero, 0)
        bases = {p.base for p in powers}
        radicand = sp.Poly(bases.pop(), _T, domain="QQ") if len(bases) == 1 else sp.Poly(0, _T)
        a, b = radicand.coeff_monomial(1), radicand.coeff_monomial(_T**2)
        if radicand.as_expr() != a + b * _T**2 or not (a > 0 and b > 0):
            return None
        if any(not p.exp.is_Rational or p.exp.q != 2 for p in powers):
            return None
        e = e.replace(lambda p: p.is_Pow and not p.exp.is_Integer, lambda p: _S ** (2 * p.exp))
        top, below = (
            _by_parity(sp.Poly(part, _T, _S, domain="QQ"), (_S**2 - a) / b)
            for part in sp.fraction(sp.together(e))
        )
    except BasePolynomialError:
        return None
    if top is None or below is None:
        return None
    (numerator, odd), (denominator, odd_below) = top, below
    return _reduced(numerator, denominator, sp.sqrt(a), odd - odd_below)


def _reduced(numerator: sp.Poly, denominator: sp.Poly, low: sp.Expr, power: int) -> _Quotient:
    numerator, denominator = numerator.cancel(denominator, include=True)
    return _Quotient(numerator, denominator, low, power)


def _by_parity(polynomial: sp.Poly, square: sp.Expr) -> tuple[sp.Poly, int] | None:
    """A polynomial in t and s as t^k times one in s, k = 0 or 1, given t²; None for a mixture."""
    parities = {n % 2 for (n, _) in polynomial.monoms()}
    if len(parities) > 1:
        return None
    odd = parities.pop()
    terms = (c * square ** (n // 2) * _S**k for (n, k), c in polynomial.terms())
    return sp.Poly(sp.Add(*terms), _S, domain="QQ"), odd


def _roots_above(polynomial: sp.Poly, low: sp.Expr) -> int:
    """The number of distinct real roots in (low, ∞)."""
    return sum(1 for root in set(polynomial.real_roots()) if root > low)
