"""Whether a formula in z is 0 for all z, as log((e^z + e^−z)/2) − log(e^2z + 1) + log 2 + z is.

Proved: its value at 0 is 0, and its derivative is 0 as a rational function of what is not rational
in it, after logarithms and inverse functions have gone with the differentiation; or that is so of
one of the next derivatives. Balls at some points refute at once what is not so.
"""

from __future__ import annotations

import sympy as sp
from flint import arb, ctx

from .algebra.rational_functions import in_one_field
from .algebra.values import ball_of
from .errors import InputError, NotFiniteError
from .expressions.parsing import Z
from .functions import row_of
from .series import taylor

_MOST_DERIVATIVES = 3
_POINTS = tuple(sign * sp.Rational(2**k, 7) for k in range(-6, 8) for sign in (1, -1))
_BITS = 400


def is_identically_zero(e: sp.Expr) -> bool:
    """Whether an expression in Z is proved to be 0 for all real z; False where no proof is found.

    >>> is_identically_zero(sp.log((sp.exp(2 * Z) + 1) / 2) - Z - sp.log(sp.cosh(Z)))
    True
    >>> is_identically_zero(sp.atan(Z) + sp.atan(1 / Z) - sp.pi / 2)  # −π for z < 0
    False
    """
    return not _may_jump(e) and _agrees_with_zero(e) and _has_a_zero_derivative(e)


def _may_jump(e: sp.Expr) -> bool:
    """Whether a derivative of 0 may not make a constant: past a pole, arctan 1/z has another."""
    functions = e.atoms(sp.Function)
    rows = (row_of(f) for f in functions)
    inside = (f.args[0] for f in functions if not isinstance(f, sp.log))
    return any(row is None or row.has_poles for row in rows) or any(
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


def _has_a_zero_derivative(e: sp.Expr) -> bool:
    """Whether a derivative is 0 rationally, and the ones before it are 0 at 0."""
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
