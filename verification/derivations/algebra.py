"""The exact side of the judging of derivations: rational arithmetic over opaque atoms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.polys.rings import PolyRing

from ...theory.algebra.symbolic import cancelled, joined, rationally_zero, simplified
from ...theory.derivation.notation import ELL, PHI
from ...theory.errors import InputError, NoExpansionError
from ...theory.expressions.parsing import Z
from ...theory.models import PHI_SQUARED, R
from ...theory.series import taylor
from .matrices import has_matrices, without_matrices

_POLES = 3  # the highest power of the variable that may stand in a denominator, plus 1
_EVEN_TERMS = 4  # Taylor coefficients of an even function beyond the order asked for


def opaque(*expressions: Any) -> tuple[list[Any], dict[Any, sp.Symbol]]:
    """The expressions with generic functions, their derivatives and integrals as plain symbols."""
    atoms: set[Any] = set()
    for kind in (sp.Subs, sp.Integral, sp.Derivative, AppliedUndef):
        names = {a: sp.Dummy(str(a), real=True) for a in atoms}
        for e in expressions:
            atoms |= e.xreplace(names).atoms(kind)
    rooted = _under_roots(expressions)
    known = {
        atom: sp.Dummy(str(atom), positive=True)
        if atom in rooted
        else sp.Dummy(str(atom), real=True)
        for atom in sorted(atoms, key=str)
    }
    return [e.xreplace(known) for e in expressions], known


def _under_roots(expressions: Sequence[Any]) -> set[Any]:
    """The values of r of which a root is taken: that there is one says that they are positive."""
    powers = (power for e in expressions for power in e.atoms(sp.Pow))
    bases = [power.base for power in powers if power.exp.is_Rational and power.exp.q > 1]
    return {a for base in bases for a in base.atoms(AppliedUndef) if a.func == R}


def without_roots(e: sp.Expr) -> sp.Expr:
    """The same with t^n for every positive symbol of which n-th roots are taken.

    >>> x = sp.Symbol("x", positive=True)
    >>> without_roots(x * sp.sqrt(x))
    _x**3
    """
    denominators: dict[sp.Symbol, int] = {}
    for power in e.atoms(sp.Pow):
        if power.base.is_Symbol and power.base.is_positive and power.exp.is_Rational:
            known = denominators.get(power.base, 1)
            denominators[power.base] = int(sp.ilcm(known, power.exp.q))
    roots = {s: sp.Dummy(s.name, positive=True) ** n for s, n in denominators.items() if n > 1}
    return e.subs(roots)


def vanishes(e: Any) -> bool:
    """Whether an expression (or every entry of a matrix) is 0, by exact algebra.

    Generic functions and their derivatives count as independent, except that r, ℓ and φ² are even
    and φ is odd; elementary functions are taken
    apart into exponentials and what is left is cancelled as a rational function.

    >>> x = sp.Symbol("x")
    >>> vanishes((1 + x) ** 2 - 1 - 2 * x - x**2), vanishes(sp.tanh(x) - x)
    (True, False)
    """
    if has_matrices(e):
        return all(vanishes(scalar) for scalar in without_matrices(e))
    if isinstance(e, sp.MatrixBase | sp.MatrixExpr):
        return all(vanishes(entry) for entry in e.as_explicit())
    (plain,), _ = opaque(reflected(e))
    plain = without_roots(plain)
    if plain.has(sp.nan, sp.zoo, sp.oo, -sp.oo):
        raise InputError("a side is not finite")
    for form in (plain, plain.rewrite(sp.exp)):
        # SymPy knows e^(2z) for the square of e^z.
        if rationally_zero(form) or cancelled(joined(form)) == 0:
            return True
    return bool(simplified(plain) == 0)


def reflected(e: sp.Expr) -> sp.Expr:
    """Give equal values equal forms: r(−x) = r(x), the same for ℓ, φ(−x) = −φ(x), and φ² as φ·φ.

    >>> reflected(R(-Z) + PHI(-Z)), reflected(sp.diff(R(Z), Z).subs(Z, -Z))
    (-phi(z) + r(z), -Derivative(r(z), z))
    """
    e = e.replace(PHI_SQUARED, lambda point: PHI(point) ** 2).doit()
    for function, parity in ((R, 1), (ELL, 1), (PHI, -1)):
        e = e.replace(function, partial(_value_at, function, parity))
    return e.replace(sp.Subs, _derivative_at).doit()


def _value_at(function: Any, parity: int, point: sp.Expr) -> sp.Expr:
    return parity * function(-point) if point.could_extract_minus_sign() else function(point)


def _derivative_at(inner: Any, variables: Any, points: Any) -> sp.Expr:
    same, (point,) = sp.Subs(inner, variables, points), points
    function = inner.expr.func if isinstance(inner, sp.Derivative) else None
    if function not in (R, ELL, PHI) or not point.could_extract_minus_sign():
        return same
    parity = -1 if function == PHI else 1
    return parity * (-1) ** len(inner.variables) * sp.Subs(inner, variables, -point)


def expansion_vanishes(e: sp.Expr, variable: sp.Symbol, order: int) -> bool:
    """Whether e = O(variable^order): each earlier Taylor coefficient at 0 is 0.

    Generic functions of the variable alone are even there, with value 1 for r (any other value is
    a constant of its own).
    """
    at_zero = {a for a in e.atoms(AppliedUndef) if a.args == (variable,)}
    try:
        if at_zero:
            return _valuation(_with_even_series(e, variable, order), variable) >= order
        (plain,), atoms = opaque(e)
        if plain.is_rational_function(variable) and not any(a.has(variable) for a in atoms):
            return _valuation(plain, variable) >= order
        coefficients: Iterable[sp.Expr]
        if not e.atoms(AppliedUndef) and e.free_symbols <= {variable}:
            coefficients = taylor(e.subs(variable, Z), order)
        else:
            coefficients = _derivatives(e, variable, order)
        return all(vanishes(sp.sympify(c)) for c in coefficients)
    except NoExpansionError as error:
        raise InputError(str(error)) from None


def _derivatives(e: sp.Expr, variable: sp.Symbol, order: int) -> list[sp.Expr]:
    """The derivatives at 0 of e, or of e times a power of the variable that removes a pole."""
    for power in range(_POLES):
        raised, values = sp.expand(e * variable**power) if power else e, []
        for _ in range(order + power):
            values.append(raised.subs(variable, 0).doit())
            raised = sp.diff(raised, variable)
        if not any(value.has(sp.nan, sp.zoo) for value in values):
            return values
    raise InputError("the expansion meets 0/0")


def _valuation(e: sp.Expr, variable: sp.Symbol) -> float:
    """The exponent of the lowest power of a rational function at 0; infinite for 0."""
    above, below = (_lowest_power(part, variable) for part in sp.fraction(sp.together(e)))
    return above - below


def _lowest_power(e: sp.Expr, variable: sp.Symbol) -> float:
    symbols = [variable, *sorted(e.free_symbols - {variable}, key=str)]
    try:  # far faster than Poly, but for rational coefficients only
        terms = PolyRing(symbols, sp.QQ).from_expr(e)
    except ValueError:
        terms = sp.Poly(e, variable)
    return float("inf") if terms == 0 else float(min(power for power, *_ in terms.monoms()))


def _with_even_series(e: sp.Expr, variable: sp.Symbol, order: int) -> sp.Expr:
    """f(variable) as a polynomial whose coefficients are f(0) and the derivatives f''(0), …"""
    functions = {a.func for a in e.atoms(AppliedUndef) if a.args == (variable,)}
    terms = order // 2 + _EVEN_TERMS
    for f in sorted(functions, key=str):
        coefficients = _even_coefficients(f, terms)
        series = sum(c * variable ** (2 * k) for k, c in enumerate(coefficients))
        if f == R:
            e = e.replace(_is_root_of(R(variable)), partial(_root, coefficients, variable))
        e = e.subs(f(variable), series).doit()
        # What is left is f at a polynomial, as in g(g(p)).
        e = e.replace(f, partial(_composed, f, coefficients, variable, 2 * terms))
    (e,), _ = opaque(e)
    return e


def _is_root_of(value: sp.Expr) -> Callable[[sp.Expr], bool]:
    return lambda e: e.is_Pow and e.base == value and e.exp.is_Rational and not e.exp.is_Integer


def _root(coefficients: Sequence[sp.Expr], variable: sp.Symbol, power: sp.Pow) -> sp.Expr:
    """A power of 1 + c₁x² + c₂x⁴ + …, as far, from b' a = exponent a' b for the power b."""
    a, n, b = coefficients, power.exp, [sp.S.One]
    for k in range(1, len(a)):
        terms = ((n * i - (k - i)) * a[i] * b[k - i] for i in range(1, k + 1))
        b.append(sp.expand(sp.Add(*terms) / k))
    return sp.Add(*(c * variable ** (2 * k) for k, c in enumerate(b)))


def _even_coefficients(f: Any, terms: int) -> list[sp.Expr]:
    z = sp.Symbol("z", real=True)

    def derivative(function: Any, k: int) -> sp.Expr:
        return sp.Subs(sp.Derivative(function(z), (z, k)), z, 0) if k else sp.S.One

    if f == PHI_SQUARED:  # from φ(0) = 0 and (φ²)' = 2 z r
        found = [2 * (2 * k - 1) * derivative(R, 2 * k - 2) for k in range(1, terms + 1)]
        start = sp.S.Zero
    else:
        found = [derivative(f, 2 * k) for k in range(1, terms + 1)]
        start = sp.S.One if f == R else sp.Dummy(f"{f}(0)", real=True)
    return [start] + [c / sp.factorial(2 * k) for k, c in enumerate(found, start=1)]


def _composed(
    f: Any, coefficients: Sequence[sp.Expr], variable: sp.Symbol, degree: int, inner: sp.Expr
) -> sp.Expr:
    """Σ cₖ inner²ᵏ up to the degree, for a polynomial that vanishes at 0; else f(inner)."""
    if not inner.is_polynomial(variable) or inner.subs(variable, 0) != 0:
        return f(inner)
    total, power = sp.S.Zero, sp.Poly(1, variable)
    cut = sp.Poly(variable ** (degree + 1), variable)
    square = sp.Poly(inner, variable) ** 2 % cut
    for c in coefficients:
        total += c * power.as_expr()
        power = power * square % cut
    return total


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
