"""Exact power series at 0 of elementary expressions, by truncated Laurent arithmetic.

SymPy's own `series` and `limit` are not used: several of their answers are wrong for the
expressions met here, and removable singularities such as tanh(z)/z are the rule, not the exception.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import sympy as sp

from .errors import NoExpansionError
from .expressions import Z

_EXTRA_TERMS = (4, 16, 48)  # terms that cancellation and division may cost before we give up


def taylor(expression: sp.Expr, order: int, variable: sp.Symbol = Z) -> tuple[sp.Expr, ...]:
    """Exact Taylor coefficients at 0, with removable singularities removed.

    Parameters: an elementary expression in `variable`; `order`, the number of coefficients.
    Returns the coefficients of 1, z, …, z^(order−1).
    Raises NoExpansionError where the expression has no power series at 0.

    >>> taylor(sp.tanh(Z) / Z, 5)
    (1, 0, -1/3, 0, 2/15)
    """
    for extra in _EXTRA_TERMS:
        found = _expand(expression, order + extra, variable)
        if found.end >= order:
            if found.start < 0:
                raise NoExpansionError(f"{expression} has a pole at 0, not an expansion there")
            padded = (sp.Integer(0),) * found.start + found.coefficients
            return padded[:order]
    raise NoExpansionError(f"{expression}: {order} terms of its expansion at 0 could not be found")


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


@lru_cache(maxsize=256)
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
    a, b = left.coefficients, right.coefficients
    rows = (sp.Add(*(a[i] * b[k - i] for i in range(k + 1))) for k in range(length))
    return _Series(left.start + right.start, tuple(_tidy(row) for row in rows))


def _power(base: _Series, exponent: sp.Rational, shown: sp.Expr) -> _Series:
    """(c z^s (1 + w))^a, the binomial coefficients by the recurrence of J.C.P. Miller."""
    if not base.coefficients:
        raise NoExpansionError(f"{shown}: its base vanishes to an order past the terms kept")
    lead, start = base.coefficients[0], base.start * exponent
    if not exponent.is_Integer and (base.start % 2 or not start.is_Integer or start % 2):
        raise NoExpansionError(f"{shown} is not smooth at 0")
    scale = lead**exponent
    if not _is_finite_real(scale):
        raise NoExpansionError(f"{shown} is not real near 0")
    w = [_tidy(c / lead) for c in base.coefficients]
    result = [sp.Integer(1)]
    for n in range(1, len(w)):
        row = sp.Add(*((exponent * k - (n - k)) * w[k] * result[n - k] for k in range(1, n + 1)))
        result.append(_tidy(row / n))
    return _Series(int(start), tuple(_tidy(scale * c) for c in result))


def _compose(call: sp.Function, inner: _Series) -> _Series:
    """f(c + w) = Σ f⁽ᵏ⁾(c) wᵏ/k!, the derivatives of f taken at the exact constant c."""
    if inner.start < 0:
        raise NoExpansionError(f"{call}: its argument has a pole at 0")
    if isinstance(call, (sp.Abs, sp.sign)):
        raise NoExpansionError(f"{call} is not smooth at 0")
    constant, terms = inner.at(0), inner.end
    small = _Series(1, tuple(inner.at(k) for k in range(1, terms)))
    slot = sp.Dummy(real=True)
    derivative, factorial = call.func(slot), sp.Integer(1)
    power = _Series(0, (sp.Integer(1),) + (sp.Integer(0),) * (terms - 1))
    summands = []
    for k in range(terms):
        value = derivative.subs(slot, constant)
        if not _is_finite_real(value):
            raise NoExpansionError(
                f"{call} has no expansion at 0: its argument there is {constant}"
            )
        summands.append(
            _Series(power.start, tuple(value / factorial * c for c in power.coefficients))
        )
        power = _product(power, small)
        derivative, factorial = sp.diff(derivative, slot), factorial * (k + 1)
    total = _sum([_Series(0, tuple(s.at(k) for k in range(terms))) for s in summands])
    return _normalised(total)


def _normalised(series: _Series) -> _Series:
    """Leading zeros dropped, so that division knows the true order of vanishing."""
    coefficients = tuple(_tidy(c) for c in series.coefficients)
    skip = 0
    while skip < len(coefficients) and _is_zero(coefficients[skip]):
        skip += 1
    return _Series(series.start + skip, coefficients[skip:])


def _tidy(value: sp.Expr) -> sp.Expr:
    return value if value.is_Rational else sp.expand(value)


def _is_zero(value: sp.Expr) -> bool:
    if value.is_Rational:
        return bool(value == 0)
    if abs(sp.N(value, 30)) > sp.Float("1e-20", 30):
        return False
    if sp.simplify(value) == 0:
        return True
    raise NoExpansionError(f"whether {value} is zero could not be decided")


def _is_finite_real(value: sp.Expr) -> bool:
    return bool(value.is_finite) and bool(value.is_real)
