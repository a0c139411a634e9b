"""SymPy expressions as terms of Coq's real numbers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from . import matrix_terms
from .names import Names as Names
from .names import Untranslatable as Untranslatable

# What Coq and Coquelicot call the elementary functions that both know.
FUNCTIONS: Mapping[Any, str] = MappingProxyType(
    {
        sp.exp: "exp",
        sp.log: "ln",
        sp.sin: "sin",
        sp.cos: "cos",
        sp.sinh: "sinh",
        sp.cosh: "cosh",
        sp.tanh: "tanh",
        sp.atan: "atan",
        sp.asinh: "arcsinh",
        sp.Abs: "Rabs",
    }
)
_ATOM, _APPLIED, _POWER, _PRODUCT, _SUM = range(5)  # how tightly a term is bound
Term = tuple[str, int]


def term(e: Any, names: Names) -> str:
    """A SymPy expression as a term of Coq's real numbers.

    Parameters: the expression; the names of the lemma, to which those that stand in it are added.
    Raises Untranslatable for what has no counterpart.

    >>> p, q = sp.symbols("p q", real=True)
    >>> term(p * (1 - 2 * sp.Function("r")(p) / q) ** 2, Names())
    'p * (1 - 2 * r p / q) ^ 2'
    >>> term(sp.Function("r")(p).diff(p) / sp.cosh(2 * p), Names())
    'Derive r p / cosh (2 * p)'
    """
    return _term(e, names)[0]


def same(left: Any, right: Any, names: Names) -> str:
    """That two numbers, or two matrices within their size, are equal."""
    if getattr(left, "shape", ()):
        return matrix_terms.same(left, right, names, _scalar(names))
    return f"{term(left, names)} = {term(right, names)}"


def _scalar(names: Names) -> matrix_terms.Scalar:
    return lambda part, alone: term(part, names) if alone else _within(part, names, _ATOM)


def _within(e: Any, names: Names, limit: int) -> str:
    text, binding = _term(e, names)
    return text if binding <= limit else f"({text})"


def _term(e: Any, names: Names) -> Term:
    if isinstance(e, sp.MatrixExpr | sp.MatrixBase):
        return matrix_terms.matrix(e, names, _scalar(names)), _SUM
    if isinstance(e, sp.Trace):
        return matrix_terms.trace(e, names, _scalar(names)), _APPLIED
    if e.is_Rational:
        return _number(e)
    if e == sp.pi:
        return "PI", _ATOM
    if e is sp.E:
        return "exp 1", _APPLIED
    if isinstance(e, sp.Symbol):
        return names.real(e), _ATOM
    if e.is_Add:
        return _sum(e, names), _SUM
    if e.is_Mul:
        return _product(e, names)
    if isinstance(e, AppliedUndef):
        return _applied(names.function(e.func), e.args[0], names)
    if e.func in FUNCTIONS:
        return _applied(FUNCTIONS[e.func], e.args[0], names)
    if e.is_Pow:
        return _power(e, names)
    if isinstance(e, sp.Derivative):
        return _derivative(e, names)
    if isinstance(e, sp.Subs):
        return _derivative_at(e, names)
    if isinstance(e, sp.Integral):
        return _integral(e, names)
    raise Untranslatable(f"{type(e).__name__} has no counterpart in Coq here")


def _number(e: sp.Rational) -> Term:
    text = str(abs(e.p)) if e.q == 1 else f"{abs(e.p)} / {e.q}"
    binding = _ATOM if e.q == 1 else _PRODUCT
    return (text, binding) if e >= 0 else (f"- {text}" if e.q == 1 else f"- ({text})", _SUM)


def _sum(e: sp.Add, names: Names) -> str:
    first, *others = e.as_ordered_terms()
    text = _within(first, names, _SUM)
    for other in others:
        negative = other.could_extract_minus_sign() and not other.is_Add
        part = _within(-other if negative else other, names, _PRODUCT)
        text += f" - {part}" if negative else f" + {part}"
    return text


def _product(e: sp.Mul, names: Names) -> Term:
    number, rest = e.as_coeff_Mul()
    above = [] if abs(number.p) == 1 else [str(abs(number.p))]
    below = [] if number.q == 1 else [str(number.q)]
    for factor in sp.Mul.make_args(rest):
        if factor.is_Pow and factor.exp.is_Rational and factor.exp < 0:
            below.append(_within(factor.base**-factor.exp, names, _POWER))
        elif factor != 1:
            above.append(_within(factor, names, _POWER))
    text = " * ".join(above) or "1"
    if below:
        text += f" / {below[0]}" if len(below) == 1 else f" / ({' * '.join(below)})"
    if number > 0:
        return text, _PRODUCT
    return (f"- {text}" if len(above) == 1 and not below else f"- ({text})"), _SUM


def _power(e: sp.Pow, names: Names) -> Term:
    base, exponent = e.args
    if not exponent.is_Rational:
        raise Untranslatable(f"the power {e} is not taken apart")
    if exponent < 0:
        return f"/ {_within(base**-exponent, names, _POWER)}", _PRODUCT
    if exponent.q == 1:
        return f"{_within(base, names, _APPLIED)} ^ {exponent}", _POWER
    if exponent.q > 2 and not (base.is_positive or names.any_root):
        raise Untranslatable(f"a root of {base}, which may be negative")
    inner = _within(base, names, _ATOM)
    root = f"sqrt {inner}" if exponent.q == 2 else f"Rpower {inner} (1 / {exponent.q})"
    return (root, _APPLIED) if exponent.p == 1 else (f"({root}) ^ {exponent.p}", _POWER)


def _applied(function: str, argument: Any, names: Names) -> Term:
    return f"{function} {_within(argument, names, _ATOM)}", _APPLIED


def _derivative(e: sp.Derivative, names: Names) -> Term:
    if len(e.variable_count) != 1:
        raise Untranslatable("a mixed derivative has no counterpart in Coq here")
    ((variable, count),) = e.variable_count
    body = e.expr
    if isinstance(body, AppliedUndef) and body.args == (variable,):
        function = names.function(body.func)
    else:
        function = f"(fun {names.real(variable)} => {term(body, names)})"
    return _derived(function, int(count), names.real(variable))


def _derived(function: str, count: int, at: str) -> Term:
    for _ in range(count - 1):
        function = f"(Derive {function})"
    return f"Derive {function} {at}", _APPLIED


def _derivative_at(e: sp.Subs, names: Names) -> Term:
    inner, (point,) = e.expr, e.point
    if not isinstance(inner, sp.Derivative) or not isinstance(inner.expr, AppliedUndef):
        raise Untranslatable("a substitution that is no derivative has no counterpart here")
    if inner.expr.args != tuple(set(inner.variables)):
        raise Untranslatable("a derivative of a composed function at a point")
    function = names.function(inner.expr.func)
    return _derived(function, len(inner.variables), _within(point, names, _ATOM))


def _integral(e: sp.Integral, names: Names) -> Term:
    ((variable, low, high),) = e.limits
    ends = f"{_within(low, names, _ATOM)} {_within(high, names, _ATOM)}"
    body = term(e.function, names)
    return f"RInt (fun {names.real(variable)} => {body}) {ends}", _APPLIED
