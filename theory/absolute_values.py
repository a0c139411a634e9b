"""Formulas in |z| that are smooth at 0, such as |z| + log(1 + e^(−2|z|)) − log 2, or log cosh z.

With |z| → z such a formula becomes g(z), its value for z ≥ 0, and with |z| → −z it becomes h(z),
its value for z ≤ 0. It is smooth where g is and g = h. That is proved: g − h is 0 at 0, and its
derivative is 0 as a rational function of what is not rational in it, after logarithms and inverse
functions have gone with the differentiation. Where no proof is found, the formula stays as it is,
and its kink at 0 with it.
"""

from __future__ import annotations

import sympy as sp
from flint import arb, ctx

from .errors import InputError, NotFiniteError
from .expressions import Z
from .rational_functions import in_one_field
from .series import taylor
from .values import ball_of

_MOST_DERIVATIVES = 3
_POINTS = tuple(sign * sp.Rational(2**k, 7) for k in range(-6, 8) for sign in (1, -1))
_BITS = 400


def without_absolute_values(e: sp.Expr) -> sp.Expr:
    """An equal expression without |z|, where the two that it consists of are one; else `e` itself.

    >>> from trajalign.theory.expressions import parse_expression
    >>> without_absolute_values(parse_expression("abs(z)*tanh(abs(z))/2"))
    z*tanh(z)/2
    >>> without_absolute_values(parse_expression("abs(z)**3"))
    z**2*Abs(z)
    """
    # For SymPy, √z² of a real z is |z| already. Other kinks, such as |sin z|, are left alone.
    if not e.has(sp.Abs) or any(a.args[0] != Z for a in e.atoms(sp.Abs)):
        return e
    right, left = e.replace(sp.Abs, lambda u: u), e.replace(sp.Abs, lambda u: -u)
    if _may_jump(right) or not _agrees_with_zero(right - left):
        return e
    return right if _vanishes_identically(right - left) else e


def _may_jump(e: sp.Expr) -> bool:
    """Whether a derivative of 0 may not make a constant: past a pole, arctan 1/z has another."""
    inside = (f.args[0] for f in e.atoms(sp.Function) if not isinstance(f, sp.log))
    return e.has(sp.tan) or any(
        power.exp.is_negative and power.base.has(Z) for u in inside for power in u.atoms(sp.Pow)
    )


def _agrees_with_zero(e: sp.Expr) -> bool:
    """In balls, at some points: what proves nothing, but refutes at once."""
    with ctx.workprec(_BITS):
        for point in _POINTS:
            try:
                value = ball_of(e, {Z: arb(int(point.p)) / int(point.q)})
            except NotFiniteError:
                return False
            if not value.is_finite() or not value.contains(0):
                return False
    return True


def _vanishes_identically(e: sp.Expr) -> bool:
    """Whether e = 0 for all z: a derivative is 0 rationally, and the ones before it are 0 at 0."""
    slope = e
    for order in range(_MOST_DERIVATIVES + 1):
        if _is_rational_zero(slope):
            try:
                return all(c == 0 for c in taylor(e, order)) if order else True
            except InputError:
                return False
        slope = sp.diff(slope, Z)
    return False


def _is_rational_zero(e: sp.Expr) -> bool:
    """0 as a rational function of z, e^z and other atoms, which are taken to be independent."""
    e = e.rewrite(sp.exp) if e.has(sp.functions.elementary.hyperbolic.HyperbolicFunction) else e
    try:
        [element], _ = in_one_field([_in_one_exponential(sp.expand(e, power_exp=True, mul=False))])
    except InputError:
        return False
    return not element


def _in_one_exponential(e: sp.Expr) -> sp.Expr:
    """e^(cz) with rational c as powers of one letter."""
    letter = sp.Dummy("E")
    rates = {x.args[0] / Z for x in e.atoms(sp.exp)}
    rational = [r for r in rates if r.is_Rational and r != 0]
    if not rational:
        return e
    unit = sp.Rational(1, sp.ilcm(1, *(r.q for r in rational)))

    def power(u: sp.Expr) -> sp.Expr:
        rate = u / Z
        return letter ** (rate / unit) if rate.is_Rational else sp.exp(u)

    return e.replace(sp.exp, power)
