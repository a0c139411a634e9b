"""The exact side of the judging of derivations: rational arithmetic over opaque atoms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from ..theory.errors import InputError, NoExpansionError
from ..theory.expressions import Z
from ..theory.series import taylor

_EVEN_TERMS = 4  # Taylor coefficients of an even function beyond the order asked for


def opaque(*expressions: Any) -> tuple[list[Any], dict[Any, sp.Symbol]]:
    """The expressions with generic functions, their derivatives and integrals as plain symbols."""
    atoms: set[Any] = set()
    for kind in (sp.Subs, sp.Integral, sp.Derivative, AppliedUndef):
        names = {a: sp.Dummy(str(a), real=True) for a in atoms}
        for e in expressions:
            atoms |= e.xreplace(names).atoms(kind)
    known = {atom: sp.Dummy(str(atom), real=True) for atom in sorted(atoms, key=str)}
    return [e.xreplace(known) for e in expressions], known


def vanishes(e: Any) -> bool:
    """Whether an expression (or every entry of a matrix) is 0, by exact algebra.

    Generic functions and their derivatives count as independent; elementary functions are taken
    apart into exponentials and what is left is cancelled as a rational function.

    >>> x = sp.Symbol("x")
    >>> vanishes((1 + x) ** 2 - 1 - 2 * x - x**2), vanishes(sp.tanh(x) - x)
    (True, False)
    """
    if isinstance(e, sp.MatrixBase):
        return all(vanishes(entry) for entry in e)
    if isinstance(e, sp.MatrixExpr):
        return bool(e.expand().doit() == sp.ZeroMatrix(*e.shape))
    (plain,), _ = opaque(e)
    if plain.has(sp.nan, sp.zoo, sp.oo, -sp.oo):
        raise InputError("a side is not finite")
    for form in (plain, plain.rewrite(sp.exp)):
        numerator, _ = sp.fraction(sp.together(form))
        if sp.expand(numerator) == 0 or sp.cancel(sp.together(form)) == 0:
            return True
    return bool(sp.simplify(plain) == 0)


def expansion_vanishes(e: sp.Expr, variable: sp.Symbol, order: int) -> bool:
    """Whether e = O(variable^order): each earlier Taylor coefficient at 0 is 0.

    Generic functions of the variable alone are even there, with value 1 for r (any other value is
    a constant of its own).
    """
    at_zero = {a for a in e.atoms(AppliedUndef) if a.args == (variable,)}
    try:
        if at_zero:
            return _valuation(_with_even_series(e, variable, order), variable) >= order
        coefficients: Iterable[sp.Expr]
        if not e.atoms(AppliedUndef):
            coefficients = taylor(e.subs(variable, Z), order)
        else:
            coefficients = _derivatives(e, variable, order)
        return all(vanishes(sp.sympify(c)) for c in coefficients)
    except NoExpansionError as error:
        raise InputError(str(error)) from None


def _derivatives(e: sp.Expr, variable: sp.Symbol, order: int) -> Iterable[sp.Expr]:
    for _ in range(order):
        value = e.subs(variable, 0).doit()
        if value.has(sp.nan, sp.zoo):
            raise InputError("the expansion meets 0/0")
        yield value
        e = sp.diff(e, variable)


def _valuation(e: sp.Expr, variable: sp.Symbol) -> float:
    """The exponent of the lowest power of a rational function at 0; infinite for 0."""
    numerator, denominator = sp.fraction(sp.cancel(sp.together(e)))
    if numerator == 0:
        return float("inf")
    low = [min(sp.Poly(part, variable).monoms())[0] for part in (numerator, denominator)]
    return float(low[0] - low[1])


def _with_even_series(e: sp.Expr, variable: sp.Symbol, order: int) -> sp.Expr:
    """f(variable) as a polynomial whose coefficients are f(0) and the derivatives f''(0), …"""
    functions = {a.func for a in e.atoms(AppliedUndef) if a.args == (variable,)}
    terms = order // 2 + _EVEN_TERMS
    for f in sorted(functions, key=str):
        z = sp.Symbol("z", real=True)
        start = sp.S.One if str(f) == "r" else sp.Dummy(f"{f}(0)", real=True)
        series = start
        for k in range(1, terms + 1):
            coefficient = sp.Subs(sp.Derivative(f(z), (z, 2 * k)), z, 0)
            series += coefficient * variable ** (2 * k) / sp.factorial(2 * k)
        e = e.subs(f(variable), series).doit()
    (e,), _ = opaque(e)
    return e


# The rule of signs ---------------------------------------------------------------------------

_FLIP = {">": "<", "<": ">", "≥": "≤", "≤": "≥"}


def rule_of_signs(e: sp.Expr, known: Sequence[tuple[sp.Expr, str]]) -> str:
    """The relation of `e` to 0 that follows from those of its factors; "" if none does.

    >>> x, y = sp.symbols("x y", real=True)
    >>> rule_of_signs(-x * y**2, [(x, "<")]), rule_of_signs(x + y, [(x, ">")])
    ('≥', '')
    """
    return _sign(e, dict(known))


def _sign(e: sp.Expr, known: Mapping[sp.Expr, str]) -> str:
    if e in known:
        return known[e]
    if -e in known:
        return _FLIP[known[-e]]
    if e.is_number or e.is_Symbol:
        return ">" if e.is_positive else "<" if e.is_negative else "≥" if e.is_nonnegative else ""
    if e.is_Mul:
        return _product([_sign(factor, known) for factor in e.args])
    if e.is_Add:
        return _total({_sign(term, known) for term in e.args})
    if isinstance(e, sp.exp):
        return ">"
    if isinstance(e, sp.Abs):
        return ">" if _sign(e.args[0], known) in ("<", ">") else "≥"
    if e.is_Pow and e.exp.is_Rational:
        return _power(_sign(e.base, known), e.exp)
    return ""


def _power(base: str, exponent: sp.Rational) -> str:
    if exponent.is_integer and exponent.p % 2 == 0:
        if base in ("<", ">"):
            return ">"
        return "≥" if exponent > 0 else ""
    if not exponent.is_integer and base not in (">", "≥"):
        return ""
    if exponent < 0 and base in ("≥", "≤"):
        return ""
    return base


def _product(signs: list[str]) -> str:
    if "" in signs:
        return ""
    negative = sum(sign in ("<", "≤") for sign in signs) % 2 == 1
    strict = all(sign in ("<", ">") for sign in signs)
    return {(True, True): "<", (True, False): "≤", (False, True): ">", (False, False): "≥"}[
        negative, strict
    ]


def _total(signs: set[str]) -> str:
    if signs <= {">", "≥"}:
        return ">" if ">" in signs else "≥"
    if signs <= {"<", "≤"}:
        return "<" if "<" in signs else "≤"
    return ""
