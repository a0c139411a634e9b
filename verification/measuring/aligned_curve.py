"""What several statements are made from: the aligned part of the slow curve, and its integrals."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import mpmath
import sympy as sp
from flint import arb

from ...numerics.compile.balls import compile_balls, evaluate, exact
from ...numerics.inverse_response import InverseResponse
from ...theory.curve.series import CurveSeries, curve_series
from ...theory.errors import InputError
from ...theory.models import P
from ...theory.series import taylor
from ..numbers import number
from .plans import Plan

INTEGRAL_DIGITS = 15
_GRID = 200  # points at which a supremum is taken


def from_integral(value: mpmath.mpf) -> sp.Expr:
    """An integral along the curve, computed to `INTEGRAL_DIGITS` digits, as a number of SymPy."""
    return sp.Float(mpmath.nstr(value, INTEGRAL_DIGITS), INTEGRAL_DIGITS)


def second_term_vanishes(plan: Plan, law: Callable[[CurveSeries], Sequence[sp.Expr]]) -> bool:
    """Whether the coefficient of ε² in a law for the orbits' end is known to be 0."""
    try:
        return bool(law(curve_series(plan.model, 2))[2] == 0)
    except InputError:
        return False


def largest_gap(plan: Plan) -> sp.Expr:
    """sup |D(p)| over the aligned part of the curve, 0 ≤ p ≤ r̂(q0) for the lowest q0.

    Exact where the supremum is the limit at p = 0 (so in every catalogue entry), otherwise the
    largest value on a grid, as a rational.
    """
    at_zero = sp.Abs(taylor(plan.curve.sharpness_gap, 1, P)[0])
    largest = _largest(plan.curve.sharpness_gap, plan)
    if largest <= number(at_zero) * (1 + 1e-9):
        return at_zero
    return sp.Rational(largest).limit_denominator(10**9)


def _largest(expression: sp.Expr, plan: Plan) -> float:
    """The largest absolute value on a grid of the aligned part of the curve, p > 0."""
    function = compile_balls([expression], [P])
    return max(abs(float(evaluate(function, (p,), 53)[0])) for p in grid(plan))


def grid(plan: Plan) -> list[arb]:
    """Points on the aligned part of the curve, 0 < p ≤ r̂(q0) for the lowest q0."""
    lowest = exact(min(q0 for _, q0 in plan.starts))
    scale = plan.model.response.scale
    aligned = InverseResponse(plan.model.response)(lowest, 53) / exact(scale)
    end = scale * sp.Rational(float(aligned)).limit_denominator(1000)
    return [arb(exact(end * sp.Rational(k, _GRID))).mid() for k in range(1, _GRID + 1)]
