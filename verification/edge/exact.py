"""The exact coefficients beside the numbers, where a minimum is rational."""

from __future__ import annotations

import mpmath as mp
import sympy as sp

from ...numerics.edge.landscape import Landscape
from ...numerics.edge.manifold import Minimum
from ...theory.edge.exact import ExactFlip, exact_flip
from ...theory.errors import InputError

_MOST = 10**6  # of numerator and denominator of a coordinate that is taken for exact


def exact_form(landscape: Landscape, minimum: Minimum) -> ExactFlip | None:
    """The exact flip at a minimum with rational coordinates.

    None where the objective is no expression, where the coordinates or the derivatives are not
    rational, and where c = 0.
    """
    point = dict(zip(landscape.names, map(_rational, minimum.point), strict=True))
    if landscape.objective is None or None in point.values():
        return None
    try:
        found = exact_flip(landscape.objective, point)
    except InputError:
        return None
    return found if found.c else None


def _rational(x: mp.mpf) -> sp.Rational | None:
    """The rational number with a small denominator that this is to 30 digits, if there is one."""
    with mp.workdps(50):
        sign, man, exp, _ = mp.mpf(x)._mpf_
        exact = sp.Rational(-int(man) if sign else int(man)) * sp.Integer(2) ** int(exp)
        if abs(exact) < sp.Rational(1, 10**30):
            return sp.S.Zero
        near = sp.Rational(exact).limit_denominator(_MOST)
        close = abs(near - exact) < abs(exact) * sp.Rational(1, 10**30)
        return near if close and abs(near.p) <= _MOST else None
