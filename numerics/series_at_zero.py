"""Taylor coefficients at 0 as doubles, by power series in balls.

Exact coefficients (theory/series.py) can be quotients of long polynomials in e or √2, of which
nobody needs forty to draw a figure.
"""

from __future__ import annotations

import numpy as np
import sympy as sp
from flint import arb, ctx
from numpy.typing import NDArray

from ..theory.expressions import Z
from ..theory.series import taylor
from ..theory.values import number
from .jets import compile_jet

_BITS = (256, 1024, 4096)
_GOOD = 60  # correct bits of each coefficient, or of the largest where it is as small as that


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
            if all(_is_good(c, found) for c in found):
                return np.array([float(c.mid()) for c in found])
    return _exactly(expression, terms)


def _is_good(c: arb, of: tuple[arb, ...]) -> bool:
    if c.rel_accuracy_bits() >= _GOOD:
        return True
    # A coefficient that vanishes, or one that nothing of the size of the others can tell from 0.
    largest = max(abs(other).mid() for other in of)
    return bool(c.contains(0) and c.abs_upper() <= largest * arb(2) ** (-3 * _GOOD))


def _exactly(expression: sp.Expr, terms: int) -> NDArray[np.float64]:
    return np.array([float(number(c, 20)) for c in taylor(expression, terms)])
