"""Values of expressions at rationals, in ball arithmetic whose precision rises until they stand.

SymPy's own `evalf` answers 0 for log(1 + e⁻⁷⁰), strict or not; here a value is 0 only where that is
proved, and what cannot be told from 0 is said to be so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce

import sympy as sp
from flint import arb, ctx, fmpq
from mpmath.libmp import from_man_exp

from ..errors import NotFiniteError, UnresolvedError
from ..functions import row_of

MOST_BITS = 1 << 15  # past this a number is taken to be undefined, not merely ill-conditioned
_FIRST_BITS = 64


def ball_of(e: sp.Expr, at: Mapping[sp.Symbol, arb]) -> arb:
    """An enclosure of an expression at a point, at the precision in force; NaN where it has none.

    Raises NotFiniteError for what is no elementary expression in the symbols of `at`.

    >>> x = sp.Symbol("x")
    >>> ball_of(sp.log(1 + sp.exp(-x)), {x: arb(7)}).str(5, radius=False)
    '0.00091147'
    """
    known: dict[sp.Expr, arb] = dict(at)

    def value(part: sp.Expr) -> arb:
        if part not in known:
            known[part] = _computed(part, value)
        return known[part]

    return value(e)


def _computed(e: sp.Expr, value: Callable[[sp.Expr], arb]) -> arb:
    if e.is_Rational or e.is_Float:
        number = sp.Rational(e)
        return arb(fmpq(int(number.p), int(number.q)))
    if e is sp.pi or e is sp.E:
        return arb.pi() if e is sp.pi else arb.const_e()
    if e.is_Add:
        return reduce(lambda a, b: a + b, map(value, e.args))
    if e.is_Mul:
        return reduce(lambda a, b: a * b, map(value, e.args))
    if e.is_Pow and e.exp.is_Rational:
        return _power(value(e.base), int(e.exp.p), int(e.exp.q))
    row = row_of(e)
    if row is not None:
        return row.ball(value(e.args[0]))
    raise NotFiniteError(f"{_shown(e)} is not a number that can be computed")


def _power(base: arb, p: int, q: int) -> arb:
    if q == 1:
        return base**p
    root = base.sqrt() if q == 2 else base ** arb(fmpq(1, q))
    return root**p if q == 2 else base ** arb(fmpq(p, q))


def accurate(e: sp.Expr, at: Mapping[sp.Symbol, sp.Rational], bits: int) -> arb:
    """The value at an exact point with at least `bits` correct bits.

    Raises UnresolvedError where no precision up to `MOST_BITS` tells it from 0, NotFiniteError
    where none gives a finite real number.

    >>> accurate(sp.exp(-20000), {}, 40).str(5, radius=False)
    '1.2893e-8686'
    """
    precision = bits + _FIRST_BITS
    while True:
        with ctx.workprec(precision):
            point = {x: arb(fmpq(int(v.p), int(v.q))) for x, v in at.items()}
            found = ball_of(e, point)
            if found.is_finite() and (found.is_zero() or found.rel_accuracy_bits() >= bits):
                return found
        if precision >= MOST_BITS:
            where = "".join(f" at {x} = {v}" for x, v in at.items())
            if found.is_finite() and found.contains(0):
                raise UnresolvedError(f"{_shown(e)} cannot be told from 0{where}")
            raise NotFiniteError(f"{_shown(e)} is not a finite real number{where}")
        precision = min(2 * precision, MOST_BITS)


def decimal(value: arb, digits: int) -> sp.Expr:
    """The midpoint of a ball, rounded to a number of decimal digits."""
    if value.is_zero():
        return sp.S.Zero
    man, exp = value.mid().man_exp()
    precision = int(digits * 3.33) + 4
    return sp.Float(from_man_exp(int(man), int(exp), precision, "n"), precision=precision)


def number(e: sp.Expr, digits: int) -> sp.Expr:
    """A constant to a number of digits; 0 where it cannot be told from 0, for showing only."""
    try:
        return decimal(accurate(e, {}, int(digits * 3.33) + 8), digits)
    except UnresolvedError:
        return sp.S.Zero


def _shown(e: sp.Expr) -> str:
    text = str(e)
    return text if len(text) <= 80 else text[:77] + "..."
