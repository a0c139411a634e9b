"""Odd or even expressions in z as tables of Chebyshev polynomials whose values came from balls.

For formulas of which double precision leaves nothing, such as the difference quotient
(log cosh(z + h) − log cosh(z − h))/2h with h = 10⁻³⁰.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import sympy as sp
from flint import arb, ctx
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

from ...theory.expressions.parsing import Z
from .balls import BallFunction, compile_balls
from .series_at_zero import series_at_zero

_PER_OCTAVE = 4
_FIRST, _LAST = -6 * _PER_OCTAVE, 12 * _PER_OCTAVE  # pieces, from 2^−6 to 2^12 units
_DEGREE = 20
_TERMS = 30  # of the power series nearer to 0
_BITS = (320, 1280)
_ACCURACY = 2.0**-60  # relative to the largest value nearer to 0


def tabulated(
    xp: Any, expressions: Sequence[sp.Expr], odd: Sequence[bool], scale: float
) -> Callable[[Any], tuple[Any, ...]]:
    """One function of arrays of `xp` (numpy or jax.numpy) with one value per expression.

    NaN beyond 2^12 units. How good it is, is to be measured: an expression may vary too fast.
    Raises NoExpansionError where an expression has no power series at 0.

    >>> from trajalign.theory.responses import Loss
    >>> f = tabulated(np, [Loss.parse("log-cosh").slope], [True], 1.0)
    >>> bool(abs(f(np.array([-3.0]))[0] + np.tanh(3.0)) < 1e-15)
    True
    """
    tables = [_table(compile_balls(e, [Z]), scale) for e in expressions]
    series = [series_at_zero(e, _TERMS) for e in expressions]
    series = [c * scale ** np.arange(_TERMS) for c in series]
    parts = list(zip(tables, series, odd, strict=True))

    def run(z: Any) -> tuple[Any, ...]:
        size = xp.abs(z) / scale
        place = _PER_OCTAVE * xp.log2(xp.where(size > 0, size, 1.0)) - _FIRST
        piece = xp.clip(xp.nan_to_num(xp.floor(place)), 0, _LAST - _FIRST - 1).astype(int)
        low = xp.exp2((piece + _FIRST) / _PER_OCTAVE)
        x = 2 * (size / low - 1) / (2 ** (1 / _PER_OCTAVE) - 1) - 1
        near, far = size < 2.0 ** (_FIRST / _PER_OCTAVE), place >= _LAST - _FIRST
        found = []
        for table, coefficients, is_odd in parts:
            value = _clenshaw(xp.asarray(table)[piece], x)
            value = xp.where(near, _horner(coefficients, size, is_odd), value)
            value = xp.where(far, xp.nan, value)
            found.append(xp.where(z < 0, -value, value) if is_odd else value)
        return tuple(found)

    return run


def _table(function: BallFunction, scale: float) -> NDArray[np.float64]:
    """For each piece the Chebyshev coefficients; NaN where a value is not known."""
    nodes = chebyshev.chebpts1(_DEGREE + 1)
    inverse = np.linalg.inv(chebyshev.chebvander(nodes, _DEGREE))
    edges = 2.0 ** (np.arange(_FIRST, _LAST + 1) / _PER_OCTAVE)
    rows, largest = [], 0.0
    for low, high in pairwise(edges):
        points = scale * (low + (high - low) * (nodes + 1) / 2)
        values = [_value(function, float(x), largest) for x in points]
        largest = max(largest, *(abs(v) for v in values if not np.isnan(v)), 0.0)
        rows.append(inverse @ np.array(values))
    return np.array(rows)


def _value(function: BallFunction, x: float, largest: float) -> float:
    for bits in _BITS:
        with ctx.workprec(bits):
            found = function(arb(x))[0]
            size = max(abs(float(found.mid())), largest)
            if found.is_finite() and found.rad() <= _ACCURACY * size:
                return float(found.mid())
    return float("nan")


def _clenshaw(coefficients: Any, x: Any) -> Any:
    last = before = x - x
    for k in range(_DEGREE, 0, -1):
        last, before = coefficients[..., k] + 2 * x * last - before, last
    return coefficients[..., 0] + x * last - before


def _horner(coefficients: NDArray[np.float64], size: Any, odd: bool) -> Any:
    square, value = size * size, size - size
    for c in coefficients[int(odd) :: 2][::-1]:
        value = value * square + float(c)
    return value * size if odd else value
