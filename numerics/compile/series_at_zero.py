"""Taylor coefficients at 0 as doubles, by power series in balls.

Exact coefficients (theory/series.py) can be quotients of long polynomials in e or √2, of which
nobody needs forty to draw a figure.
"""

from __future__ import annotations

import numpy as np
import sympy as sp
from flint import arb, ctx
from numpy.typing import NDArray

from ...theory.algebra.values import number
from ...theory.expressions.parsing import Z
from ...theory.series import taylor
from .jets import compile_jet

_BITS = (256, 4096)
_GOOD = 60  # correct bits of each coefficient


def series_at_zero(expression: sp.Expr, terms: int) -> NDArray[np.float64]:
    """The coefficients of 1, z, …, z^(terms−1), each to double precision.

    Raises NoExpansionError where the expression has no power series at 0 that can be found.

    >>> series_at_zero(sp.tanh(Z) / Z, 3).tolist()
    [1.0, 0.0, -0.3333333333333333]
    """
    try:
        jet = compile_jet(expression, Z)
    except TypeError:  # not a function that jets know
        return _exactly(expression, terms)
    for bits in _BITS:
        with ctx.workprec(bits):
            found = jet(arb(0), terms - 1)
        if not all(c.is_finite() for c in found):
            break
        if all(c.is_zero() or c.rel_accuracy_bits() >= _GOOD for c in found):
            return np.array([float(c.mid()) for c in found])
    else:  # what is not told from 0 by now is nothing in double precision
        if all(c.contains(0) or c.rel_accuracy_bits() >= _GOOD for c in found):
            return np.array([0.0 if c.contains(0) else float(c.mid()) for c in found])
    return _exactly(expression, terms)


def _exactly(expression: sp.Expr, terms: int) -> NDArray[np.float64]:
    return np.array([float(number(c, 20)) for c in taylor(expression, terms)])
