"""Exact power series at 0 of elementary expressions, by truncated Laurent arithmetic.

SymPy's own `series` and `limit` are not used: several of their answers are wrong for the
expressions met here, and removable singularities such as tanh(z)/z are the rule, not the exception.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import Any

import sympy as sp

from .algebra.constants import in_field, is_zero, tidy_constant
from .algebra.values import ball_of
from .arguments import instance, integer, symbolic, takes
from .errors import NoExpansionError, NotFiniteError
from .expressions.parsing import Z
from .functions import Row, X, row_of

_EXTRA_TERMS = (4, 16, 48)  # terms that cancellation and division may cost before we give up


@takes(expression=symbolic, order=integer, variable=instance(sp.Symbol))
def taylor(expression: sp.Expr, order: int, variable: sp.Symbol = Z) -> tuple[sp.Expr, ...]:
    """Exact Taylor coefficients at 0, with removable singularities removed.

    Parameters: an elementary expression in `variable`; `order`, the number of coefficients.
    Returns the coefficients of 1, z, …, z^(order−1).
    Raises NoExpansionError where the expression has no power series at 0.

    >>> taylor(sp.tanh(Z) / Z, 5)
    (1, 0, -1/3, 0, 2/15)
    """
    for extra in _EXTRA_TERMS:
        try:
            found = _expand(expression, order + extra, variable)
        except _TooShort:
            continue
        if found.end >= order:
            if found.start < 0:
                raise NoExpansionError(f"{expression} has a pole at 0, not an expansion there")
            padded = (sp.Integer(0),) * found.start + found.coefficients
            return padded[:order]
    raise NoExpansionError(f"{expression}: {order} terms of its expansion at 0 could not be found")


class _TooShort(Exception):
    """Cancellation left no term of a series from which something must be computed."""


@dataclass(frozen=True)
class _Series:
    """z^start (c0 + c1 z + …) known up to, not including, z^(start + len(coefficients))."""

    start: int
    coefficients: tuple[sp.Expr, ...]

    @property
    def end(self) -> int:
        return self.start + len(self.coefficients)

    def at(self, exponent: int) -> sp.Expr:
        inside = self.start <= exponent < self.end
        return self.coefficients[exponent - self.start] if inside else sp.Integer(0)


@lru_cache(maxsize=1024)
def _expand(expression: sp.Expr, terms: int, variable: sp.Symbol) -> _Series:
    if not expression.has(variable):
        return _normalised(_Series(0, (expression,) + (sp.Integer(0),) * (terms - 1)))
    if expression == variable:
        return _Series(1, (sp.Integer(1),) + (sp.Integer(0),) * (terms - 1))
    parts = [_expand(argument, terms, variable) for argument in expression.args]
    if expression.is_Add:
        return _normalised(_sum(parts))
    if expression.is_Mul:
        product = parts[0]
        for factor in parts[1:]:
            product = _product(product, factor)
        return product
    if expression.is_Pow and expression.exp.is_Rational:
        return _power(parts[0], expression.exp, expression)
    if isinstance(expression, sp.Function) and len(parts) == 1:
        return _compose(expression, parts[0])
    raise NoExpansionError(f"{expression} is not built from the functions known here")


def _sum(parts: list[_Series]) -> _Series:
    start = min(part.start for part in parts)
    end = min(part.end for part in parts)
    return _Series(start, tuple(sp.Add(*(part.at(k) for part in parts)) for k in range(start, end)))


def _product(left: _Series, right: _Series) -> _Series:
    length = min(len(left.coefficients), len(right.coefficients))
    (a, b), back = in_field(left.coefficients[:length], right.coefficients[:length])
    rows = [_dot(a[: k + 1], b[k::-1]) for k in range(length)]
    return _Series(left.start + right.start, tuple(map(back, rows)))


def _power(base: _Series, exponent: sp.Rational, shown: sp.Expr) -> _Series:
    """(c z^s (1 + w))^a, the binomial coefficients by the recurrence of J.C.P. Miller."""
    if not base.coefficients:
        raise _TooShort
    lead, start = base.coefficients[0], base.start * exponent
    if not exponent.is_Integer and (base.start % 2 or not start.is_Integer or start % 2):
        raise NoExpansionError(f"{shown} is not smooth at 0")
    scale = lead**exponent
    if not _is_finite_real(scale):
        raise NoExpansionError(f"{shown} is not real near 0")
    (w, [a]), back = in_field([tidy_constant(c / lead) for c in base.coefficients], [exponent])
    result = [w[0]]  # which is 1
    for n in range(1, len(w)):
        weights = [(a * k - (n - k)) * w[k] for k in range(1, n + 1)]
        result.append(_dot(weights, result[n - 1 :: -1]) / n)
    return _Series(int(start), tuple(tidy_constant(scale * back(c)) for c in result))


def _compose(call: sp.Function, inner: _Series) -> _Series:
    """f(u) from the differential equation that f satisfies, with f(u(0)) exact."""
    if inner.end <= 0:
        raise _TooShort
    if inner.start < 0:
        raise NoExpansionError(f"{call}: its argument has a pole at 0")
    u = _Series(0, tuple(inner.at(k) for k in range(inner.end)))
    row, constant = row_of(call), u.at(0)
    if row is not None and row.cycle:
        return _repeating(row, u)
    if row is not None and row.quotient is not None and not row.only_quotient:
        return _put_into(row.quotient, u, call)
    if row is None or row.slope is None:
        raise NoExpansionError(f"{call} is not known to be smooth at 0")
    value = call.func(constant)
    slope = _put_into(row.slope, u, call)
    if not _is_finite_real(value) or slope.start < 0:
        raise NoExpansionError(f"{call} has no expansion at 0: its argument there is {constant}")
    rate = _product(slope, _derivative(u))
    terms = (tidy_constant(rate.at(k - 1) / k) for k in range(1, rate.end + 1))
    return _normalised(_Series(0, (value, *terms)))


def _put_into(e: sp.Expr, u: _Series, call: sp.Expr) -> _Series:
    """An expression in X at X = u; it belongs to the expansion of `call`."""
    if e == X:
        return _normalised(u)
    if not e.has(X):
        return _Series(0, (e,) + (sp.S.Zero,) * (u.end - 1))
    if e.is_Mul:
        factor, e = e.as_independent(X)
        product = reduce(_product, (_put_into(part, u, call) for part in sp.Mul.make_args(e)))
        return product if factor == 1 else _scaled(product, factor)
    parts = [_put_into(part, u, call) for part in e.args]
    if e.is_Add:
        return _normalised(_sum(parts))
    return _power(parts[0], e.exp, call) if e.is_Pow else _compose(e, parts[0])


def _repeating(row: Row, u: _Series) -> _Series:
    """f, f', … together: each derivative is the next one times u', the last leads to the first."""
    here = {X: u.at(0)}
    (rates, *found), back = in_field(
        _derivative(u).coefficients, *([g.subs(here)] for g in row.cycle)
    )
    for n in range(1, u.end):
        slopes = [_dot(rates[:n], g[n - 1 :: -1]) / n for g in found]
        for g, slope in zip(found, [*slopes[1:], row.turn * slopes[0]], strict=True):
            g.append(slope)
    return _normalised(_Series(0, tuple(map(back, found[0]))))


def _derivative(u: _Series) -> _Series:
    return _Series(0, tuple(k * u.at(k) for k in range(1, u.end)))


def _scaled(u: _Series, factor: sp.Expr) -> _Series:
    return _Series(u.start, tuple(tidy_constant(factor * c) for c in u.coefficients))


def _dot(left: Sequence[Any], right: Sequence[Any]) -> Any:
    """Σ left·right."""
    return sum((a * b for a, b in zip(left, right, strict=True)), start=0 * left[0])


def _normalised(series: _Series) -> _Series:
    """Leading zeros dropped, so that division knows the true order of vanishing."""
    coefficients = tuple(tidy_constant(c) for c in series.coefficients)
    skip = 0
    while skip < len(coefficients) and _vanishes(coefficients[skip]):
        skip += 1
    return _Series(series.start + skip, coefficients[skip:])


def _is_finite_real(value: sp.Expr) -> bool:
    known = value.is_finite, value.is_real
    if False not in known and None in known and not value.free_symbols:
        # SymPy does not know; a finite ball does.
        return bool(ball_of(value, {}).is_finite())
    return all(known)


def _vanishes(value: sp.Expr) -> bool:
    try:
        return is_zero(value)
    except NotFiniteError as error:
        raise NoExpansionError(str(error)) from None
