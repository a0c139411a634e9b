"""Which claim each label of the ledger stands for, with the derived numbers filled in."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import mpmath
import sympy as sp
from flint import arb, ctx

from ..numerics.balls import compile_balls, evaluate, exact
from ..numerics.curve_cells import curve_cells
from ..numerics.integrals import alignment_exponent, crossing_time
from ..numerics.precision import working_bits
from ..numerics.roots import InverseResponse
from ..theory.curve_series import CurveSeries, curve_series
from ..theory.errors import InputError
from ..theory.exact_curve import exact_curve
from ..theory.models import P, Q
from ..theory.series import taylor
from .claims import Claim, NotApplicableError
from .curve_scan import curve_term
from .orbit_claims import LimitClaim, SaturationClaim
from .orbit_view import contraction
from .plans import Plan, number
from .pointwise import MapClaim, SharpnessClaim
from .statements.alignment import AlignmentClaim, ExactClaim
from .statements.alignment_time import AlignmentTimeClaim
from .statements.crossing import CrossingClaim
from .statements.exponential_alignment import ExponentialClaim
from .statements.flip import CycleClaim, FlipClaim
from .statements.gradient_flow import FlowClaim
from .statements.one_orbit import OneOrbitClaim
from .statements.progressive_sharpening import SharpeningClaim

_GRID = 200  # points at which a supremum is taken
_DIGITS = 15  # of integrals
_MANY_DIGITS = 60  # of h_k(0) where it is not written exactly


def claim_for(label: str, plan: Plan) -> Claim:
    """The claim behind a label.

    Raises KeyError for a label without a check, and NotApplicableError where the statement says
    nothing of the response.
    """
    name = label if label.startswith("bifurcation/") else label.split("/", 1)[1]
    return _CLAIMS[name](label, plan)


def checked_names() -> frozenset[str]:
    """The names (labels without the model's prefix) that have a check."""
    return frozenset(_CLAIMS)


def _reduced_map(label: str, plan: Plan) -> Claim:
    return MapClaim(label, plan.model.reduced.p_next, plan.model.reduced.q_next)


def _sharpness(label: str, plan: Plan) -> Claim:
    return SharpnessClaim(label, plan.model.reduced.sharpness)


def _flip(label: str, plan: Plan) -> Claim:
    # With r = 1 + bp² + cp⁴ + …, g₁(g₁(p)) = p + 4bp³ + (4c + 12b²)p⁵ + …
    _, _, b, _, c = taylor(plan.model.response.response, 5)
    family = plan.family
    return FlipClaim(
        label,
        family.flip_coefficient,
        family.trivial_multiplier,
        vanishes=sp.expand(c + 3 * b**2) == 0,
    )


def _two_cycle(label: str, plan: Plan) -> Claim:
    return CycleClaim(label, plan.family.cycle_multiplier)


def _gradient_flow(label: str, plan: Plan) -> Claim:
    return FlowClaim(label)


def _alignment(label: str, plan: Plan) -> Claim:
    return AlignmentClaim(label, plan.curve.h_at_zero, h=_first_term(plan))


def _first_term(plan: Plan) -> sp.Expr:
    """h as a term of a curve; spelled out where the recursion for all h_k does not apply."""
    try:
        curve_cells(plan.model, 1)
    except InputError:
        return plan.curve.h
    return curve_term(1)


def _alignment_time(label: str, plan: Plan) -> Claim:
    # A misalignment of the order of 1 has shrunk to ε² when |μ|ᵗ = ε², and ε = η^(1/exponent).
    rates = (-math.log(contraction(plan, q0)) for _, q0 in plan.starts)
    power = 2 / float(plan.model.exponent)
    return AlignmentTimeClaim(label, plan.curve.h, tuple(sp.Float(power / rate) for rate in rates))


def _slow_curve_2(label: str, plan: Plan) -> Claim:
    return _curve_to_order(label, plan, 2)


def _slow_curve_3(label: str, plan: Plan) -> Claim:
    return _curve_to_order(label, plan, 3)


def _curve_to_order(label: str, plan: Plan, order: int) -> Claim:
    at_zero = _at_zero(plan, order)
    *lower, h = (curve_term(k) for k in range(1, order + 1))
    return AlignmentClaim(label, at_zero, h=h, lower=tuple(lower))


def _at_zero(plan: Plan, order: int) -> sp.Expr:
    """h_order(0): exactly where r's power series is rational up to a unit, else to many digits."""
    try:
        return curve_series(plan.model, order).limit[order]
    except InputError:
        value = curve_cells(plan.model, order).at(arb(0))[order]
    with ctx.workprec(working_bits(_MANY_DIGITS)):
        return sp.Float(value.str(_MANY_DIGITS, radius=False), _MANY_DIGITS)


def _exact(label: str, plan: Plan) -> Claim:
    curve = exact_curve(plan.model)
    if curve is None:
        raise NotApplicableError("the slow curve is not a multiple of r for this response")
    return ExactClaim(label, curve.kappa, curve.factor)


def _exponential_alignment(label: str, plan: Plan) -> Claim:
    exponents = (alignment_exponent(plan.model, q0, _DIGITS) for _, q0 in plan.starts)
    return ExponentialClaim(label, tuple(map(_as_float, exponents)))


def _crossing(label: str, plan: Plan) -> Claim:
    # At η = 1 the logarithm is 0 and ε = 1: what is left of t_b is K(q0).
    constants = (crossing_time(plan.model, q0, sp.S.One) for _, q0 in plan.starts)
    coefficient = plan.curve.crossing_coefficient(plan.model)
    return CrossingClaim(label, coefficient, tuple(map(_as_float, constants)))


def _limit(label: str, plan: Plan) -> Claim:
    return LimitClaim(label, plan.curve.h_at_zero, vanishes=_vanishes(plan, lambda s: s.limit))


def _saturation(label: str, plan: Plan) -> Claim:
    coefficient = plan.curve.saturation_coefficient
    return SaturationClaim(
        label, coefficient, vanishes=_vanishes(plan, lambda s: s.limiting_sharpness)
    )


def _vanishes(plan: Plan, law: Callable[[CurveSeries], Sequence[sp.Expr]]) -> bool:
    """Whether the coefficient of ε² in a law for the orbits' end is known to be 0."""
    try:
        return bool(law(curve_series(plan.model, 2))[2] == 0)
    except InputError:
        return False


def _progressive_sharpening(label: str, plan: Plan) -> Claim:
    log_slope_term = P * sp.diff(plan.family.response, P) / Q
    return SharpeningClaim(label, largest_gap(plan), 2 * (1 + log_slope_term))


def _one_orbit(label: str, plan: Plan) -> Claim:
    # What first order leaves is h_2 ε² + …; as much again by half is room for the rest.
    h, at_zero = plan.curve.h, plan.curve.h_at_zero
    cells = curve_cells(plan.model, 2)
    second = max(abs(float(cells.at((p * p).mid())[2])) for p in _grid(plan))
    largest = max(second, number(at_zero) ** 2)
    constant = sp.Rational(f"{1.5 * largest:.3g}")
    saturation, gap = plan.curve.saturation_coefficient, largest_gap(plan)
    return OneOrbitClaim(label, h, at_zero, saturation, gap, constant)


_CLAIMS: dict[str, Callable[[str, Plan], Claim]] = {
    "reduced-map": _reduced_map,
    "sharpness": _sharpness,
    "bifurcation/flip": _flip,
    "bifurcation/two-cycle": _two_cycle,
    "gradient-flow": _gradient_flow,
    "alignment": _alignment,
    "alignment-time": _alignment_time,
    "slow-curve-2": _slow_curve_2,
    "slow-curve-3": _slow_curve_3,
    "exact": _exact,
    "exponential-alignment": _exponential_alignment,
    "crossing": _crossing,
    "limit": _limit,
    "saturation": _saturation,
    "progressive-sharpening": _progressive_sharpening,
    "one-orbit": _one_orbit,
}


def _as_float(value: mpmath.mpf) -> sp.Expr:
    return sp.Float(mpmath.nstr(value, _DIGITS), _DIGITS)


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
    return max(abs(float(evaluate(function, (p,), 53)[0])) for p in _grid(plan))


def _grid(plan: Plan) -> list[arb]:
    lowest = exact(min(q0 for _, q0 in plan.starts))
    scale = plan.model.response.scale
    aligned = InverseResponse(plan.model.response)(lowest, 53) / exact(scale)
    end = scale * sp.Rational(float(aligned)).limit_denominator(1000)
    return [arb(exact(end * sp.Rational(k, _GRID))).mid() for k in range(1, _GRID + 1)]
