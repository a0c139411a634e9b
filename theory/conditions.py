"""The assumptions on r as symbolic claims, decided where exact algebra can decide them.

Each claim says that an expression is negative for every z > 0. A rational function of z and one
square root of a + b z² is decided by counting real roots (Sturm); what SymPy's assumptions settle
is taken over; everything else is left open.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from .expressions import Z
from .responses import Loss, Response

_T = sp.Symbol("t", positive=True)  # z, known to be positive


@dataclass(frozen=True)
class Condition:
    """`expression` < 0 for every z > 0; `decided` is True, False, or None where it is left open."""

    name: str
    expression: sp.Expr
    decided: bool | None


def log_slope(response: Response) -> sp.Expr:
    """z r'(z)/r(z), as z s'(z)/s(z) − 1 with s = z r, which cancels less."""
    return Z * sp.diff(response.slope, Z) / response.slope - 1


def conditions(response: Response) -> dict[str, Condition]:
    """A1 and A3 (and A2 for a loss) for a response.

    >>> from trajalign.theory.responses import Loss
    >>> {c.name: c.decided for c in conditions(Loss.parse("pseudo-huber")).values()}
    {'A1': True, 'A2': True, 'A3': True}
    >>> conditions(Loss.parse("log-cosh"))["A1"].decided is None
    True
    """
    claims = {"A1": sp.diff(response.response, Z)}
    if isinstance(response, Loss):
        claims["A2"] = -sp.diff(response.slope, Z)
    claims["A3"] = sp.diff(log_slope(response), Z)
    return {name: Condition(name, e, is_negative(e)) for name, e in claims.items()}


def is_negative(e: sp.Expr) -> bool | None:
    """Whether an expression in Z is negative for every z > 0; None if it cannot be told.

    >>> is_negative(-Z / (1 + Z**2)), is_negative(Z**2 - 1), is_negative(sp.sin(Z))
    (True, False, None)
    """
    e = e.subs(Z, _T)
    if not e.has(sp.Function):
        decided = _by_roots(e)
        if decided is not None:
            return decided
    known = e.is_negative
    return None if known is None else bool(known)


def _by_roots(e: sp.Expr) -> bool | None:
    """Sturm's theorem for a function rational in t, or in t and s = √(a + b t²) with a, b > 0."""
    bases = {p.base for p in e.atoms(sp.Pow) if not p.exp.is_Integer}
    if not bases:
        return _rational_is_negative(e, _T, sp.S.Zero)
    radicand = sp.Poly(bases.pop(), _T) if len(bases) == 1 else sp.Poly(_T)
    a, b = radicand.coeff_monomial(1), radicand.coeff_monomial(_T**2)
    s = sp.Symbol("s", positive=True)
    if radicand.as_expr() != a + b * _T**2 or not (a.is_positive and b.is_positive):
        return None
    if any(p.exp.q not in (1, 2) for p in e.atoms(sp.Pow) if p.exp.is_Rational):
        return None
    inner = e.replace(lambda p: p.is_Pow and not p.exp.is_Integer, lambda p: s ** (2 * p.exp))
    odd = sp.cancel(inner + inner.subs(_T, -_T)) == 0
    even = sp.cancel((inner / _T if odd else inner).subs(_T, sp.sqrt((s**2 - a) / b)))
    return _rational_is_negative(even, s, sp.sqrt(a))


def _rational_is_negative(e: sp.Expr, variable: sp.Symbol, low: sp.Expr) -> bool | None:
    numerator, denominator = sp.fraction(sp.cancel(sp.together(e)))
    try:
        parts = [sp.Poly(part, variable, domain="QQ") for part in (numerator, denominator)]
    except sp.PolynomialError:
        return None
    if parts[0].is_zero:
        return False
    if _roots_above(parts[1], low):
        return None  # a pole
    if _roots_above(parts[0], low):
        return False
    signs = [sp.sign(part.eval(sp.ceiling(low) + 1)) for part in parts]
    return bool(signs[0] * signs[1] < 0)


def _roots_above(polynomial: sp.Poly, low: sp.Expr) -> int:
    """The number of distinct real roots in (low, ∞)."""
    return sum(1 for root in set(polynomial.real_roots()) if root > low)
