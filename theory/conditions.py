"""The assumptions on r as symbolic claims, decided where exact algebra can decide them.

A1–A4 say that an expression is negative, for every z > 0 or at 0; A5 that one is bounded. What is
rational in z and one square root of a + b z² is decided by real roots (Sturm) and degrees; what
SymPy's assumptions settle is taken over; everything else is left open.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from .errors import NoExpansionError
from .expressions import Z
from .responses import Loss, Response

_T = sp.Symbol("t", positive=True)  # z, known to be positive


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


def conditions(response: Response) -> dict[str, Condition]:
    """A1–A5 (without A2 for an activation); of A5 the boundedness of ℓ' or φ.

    A4 is left open, with no expression but NaN, where r has no power series at 0.

    >>> from trajalign.theory.responses import Loss
    >>> {c.name: c.decided for c in conditions(Loss.parse("pseudo-huber")).values()}
    {'A1': True, 'A2': True, 'A3': True, 'A4': True, 'A5': True}
    >>> conditions(Loss.parse("log-cosh"))["A1"].decided is None
    True
    """
    claims = {"A1": sp.diff(response.response, Z)}
    if isinstance(response, Loss):
        claims["A2"] = -sp.diff(response.slope, Z)
    claims["A3"] = sp.diff(log_slope(response), Z)
    found = {name: Condition(name, e, is_negative(e)) for name, e in claims.items()}
    try:
        found["A4"] = Condition("A4", response.curvature, bool(response.curvature < 0))
    except NoExpansionError:
        found["A4"] = Condition("A4", sp.nan, None)
    size = response.slope if isinstance(response, Loss) else response.expression
    found["A5"] = Condition("A5", size, is_bounded(size))
    return found


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


def is_bounded(e: sp.Expr) -> bool | None:
    """Whether an expression in Z is bounded on z > 0; None if it cannot be told.

    >>> is_bounded(Z / sp.sqrt(1 + Z**2)), is_bounded(Z), is_bounded(sp.log(Z))
    (True, False, None)
    """
    bounded = (sp.tanh, sp.atan, sp.erf, sp.sin, sp.cos)
    if not e.has(Z) or (isinstance(e, bounded) and e.args[0].is_extended_real):
        return True
    if not e.has(sp.Function):
        found = _rational(sp.expand(e.subs(Z, _T) ** 2))  # its square is even where e is odd
        return None if found is None else _stays_bounded(*found)
    if (e.is_Add or e.is_Mul) and all(is_bounded(part) for part in e.args):
        return True
    return None


def _by_roots(e: sp.Expr) -> bool | None:
    """Sturm's theorem for what `_rational` can bring into its form."""
    odd = sp.cancel(e + e.subs(_T, -_T)) == 0
    found = _rational(e / _T if odd else e)  # t > 0 does not change the sign
    if found is None:
        return None
    numerator, denominator, low = found
    if numerator.is_zero:
        return False
    if _roots_above(denominator, low):
        return None  # a pole
    if _roots_above(numerator, low):
        return False
    signs = [sp.sign(part.eval(sp.ceiling(low) + 1)) for part in (numerator, denominator)]
    return bool(signs[0] * signs[1] < 0)


def _rational(e: sp.Expr) -> tuple[sp.Poly, sp.Poly, sp.Expr] | None:
    """Numerator, denominator and the lower end of the variable, for e rational in t, or rational
    in t² and s = √(a + b t²) with a, b > 0; None for anything else."""
    powers = [p for p in e.atoms(sp.Pow) if not p.exp.is_Integer]
    variable, low = _T, sp.S.Zero
    if powers:
        bases = {p.base for p in powers}
        radicand = sp.Poly(bases.pop(), _T) if len(bases) == 1 else sp.Poly(_T)
        a, b = radicand.coeff_monomial(1), radicand.coeff_monomial(_T**2)
        if radicand.as_expr() != a + b * _T**2 or not (a.is_positive and b.is_positive):
            return None
        if any(not p.exp.is_Rational or p.exp.q != 2 for p in powers):
            return None
        variable, low = sp.Symbol("s", positive=True), sp.sqrt(a)
        e = e.replace(
            lambda p: p.is_Pow and not p.exp.is_Integer, lambda p: variable ** (2 * p.exp)
        )
        e = sp.cancel(e).subs(_T, sp.sqrt((variable**2 - a) / b))
    try:
        parts = sp.fraction(sp.cancel(sp.together(e)))
        numerator, denominator = (sp.Poly(part, variable, domain="QQ") for part in parts)
    except sp.PolynomialError:
        return None
    return numerator, denominator, low


def _stays_bounded(numerator: sp.Poly, denominator: sp.Poly, low: sp.Expr) -> bool | None:
    if _roots_above(denominator, low) or denominator.eval(low) == 0:
        return None  # a pole, or one at the end of the range
    return bool(numerator.degree() <= denominator.degree())


def _roots_above(polynomial: sp.Poly, low: sp.Expr) -> int:
    """The number of distinct real roots in (low, ∞)."""
    return sum(1 for root in set(polynomial.real_roots()) if root > low)
