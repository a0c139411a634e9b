"""The long-time laws as numbers: integrals of closed forms, at any number of digits."""

from __future__ import annotations

from functools import lru_cache

import mpmath
import sympy as sp
from flint import arb, ctx

from ...theory.arguments import integer, rational, takes
from ...theory.curve.first_order import slow_curve
from ...theory.curve.flat import flat_edge
from ...theory.curve.long_times import long_times
from ...theory.errors import UnresolvedError
from ...theory.expressions.parsing import Z
from ...theory.models import MODEL, Model, P
from ...theory.valleys import Valley
from ..compile.balls import compile_balls, evaluate, exact
from ..diagram.two_cycles import two_cycles
from ..inverse_response import InverseResponse
from ..precision import working_bits


@takes(model=MODEL, q0=rational, digits=integer)
@lru_cache(maxsize=64)
def alignment_exponent(model: Model, q0: sp.Rational, digits: int = 30) -> mpmath.mpf:
    """Λ(q0): the limits of two orbits from height q0 differ by exp(−Λ/ε (1 + O(ε))).

    Raises NotFiniteError where r does not take the value q0.

    >>> from trajalign.theory.models import TwoLayerLinear
    >>> from trajalign.theory.responses import Loss
    >>> value = alignment_exponent(TwoLayerLinear(Loss.parse("log-cosh")), sp.Rational(4, 5))
    >>> mpmath.nstr(value, 9)
    '0.426650108'
    """
    laws = long_times(model)
    return _integral(laws.exponent, _aligned(model, q0, digits), digits)


@takes(model=MODEL, q0=rational, eta=rational, digits=integer)
def crossing_time(model: Model, q0: sp.Rational, eta: sp.Rational, digits: int = 15) -> mpmath.mpf:
    """t_b ≈ (κ ln(1/η) + K(q0))/ε, the time at which an aligned orbit from height q0 passes q = 1.

    The relative error is O(ε ln(1/ε)). Raises NotFiniteError where r does not take the value q0.
    """
    slope = slow_curve(model).crossing_coefficient(model)
    constant = crossing_constant(model, q0, digits)
    with mpmath.workdps(digits + 5):
        slope, step, epsilon = (
            mpmath.mpf(_value(e, digits)) for e in (slope, eta, model.small_parameter(eta))
        )
        return +((slope * mpmath.log(1 / step) + constant) / epsilon)


@takes(model=MODEL, q0=rational, digits=integer)
def crossing_constant(model: Model, q0: sp.Rational, digits: int = 15) -> mpmath.mpf:
    """K(q0) of this law. Raises NotFiniteError where r does not take the value q0.

    >>> from trajalign.theory.models import Product, TwoLayerLinear
    >>> half = sp.Rational(4, 5)
    >>> even = crossing_constant(TwoLayerLinear("log-cosh"), half)
    >>> mpmath.almosteq(crossing_constant(Product("log(cosh(z-1))"), half), even, 1e-12)
    True
    """
    if isinstance(model.response, Valley):
        return _two_sided_constant(model, q0, digits)
    laws = long_times(model)
    end = _aligned(model, q0, digits)
    delay = _integral(laws.delay, end, digits)
    with mpmath.workdps(digits + 5):
        size, rate, unit = (
            mpmath.mpf(_value(e, digits))
            for e in (laws.crossing_size, laws.decay_at_zero, model.small_parameter(sp.S.One))
        )
        # |p| falls from a to √ε · size, where ε is `unit` times a power of η.
        return +((mpmath.log(mpmath.mpf(end) / size) - mpmath.log(unit) / 2) / rate + delay)


@takes(model=MODEL, q0=rational, digits=integer)
def flat_crossing_constant(model: Model, q0: sp.Rational, digits: int = 15) -> mpmath.mpf:
    """K(q0) where r''(0) = 0, without a logarithm: ε t_b = K(q0) − … to leading order.

    Raises NotFiniteError where r does not take the value q0, and what `flat_edge` raises.
    """
    return _integral(flat_edge(model).delay, _aligned(model, q0, digits), digits)


def _two_sided_constant(model: Model, q0: sp.Rational, digits: int) -> mpmath.mpf:
    """Over two steps q rises by 2ε q g², so that dt = dq/(ε q g²). With ρ = −curvature this is
    ρ/(2ε(1 − q)) near q = 1, where the curve q = 1 − ρp²/2 + ε/(2ρ) passes it:
    K = ∫ (1/(q g²) − ρ/(2(1 − q))) dq + (ρ/2) ln(2ρ(1 − q0)) from q0 to 1, less ρ ln of η at ε = 1.
    """
    bits = working_bits(digits) * 2
    cycles, g = two_cycles(model), compile_balls(model.response.slope, [Z])
    with mpmath.workdps(2 * digits + 10):
        rho = mpmath.mpf(_value(-model.response.curvature, 2 * digits))
        unit = mpmath.mpf(_value(1 / model.step_size(sp.S.One), 2 * digits))

        def value(q: mpmath.mpf) -> mpmath.mpf:
            slope = mpmath.mpf(evaluate(g, (cycles(arb(q), bits)[0],), bits)[0])
            return 1 / (q * slope**2) - rho / (2 * (1 - q))

        start = mpmath.mpf(int(q0.p)) / int(q0.q)
        found = mpmath.quad(value, [start, 1], method="gauss-legendre", maxdegree=5)
        matched = rho / 2 * mpmath.log(2 * rho * (1 - start))
        return +(found + matched - rho * mpmath.log(unit))


def _aligned(model: Model, q0: sp.Rational, digits: int) -> arb:
    return InverseResponse(model.response)(exact(q0), working_bits(digits))


def _integral(integrand: sp.Expr, end: arb, digits: int) -> mpmath.mpf:
    """∫₀^end by tanh-sinh quadrature, which does not mind removable singularities at the ends."""
    bits = working_bits(digits)
    f = compile_balls(integrand, [P])

    def value(p: mpmath.mpf) -> mpmath.mpf:
        # Small absolute errors are enough: an integrand may vanish without looking like it.
        with ctx.workprec(4 * bits):
            ball = f(arb(p))[0]
        if ball.rad() < _tiny(bits):
            return mpmath.mpf(ball)
        try:
            return mpmath.mpf(evaluate(f, (arb(p),), bits)[0])
        except UnresolvedError:  # not told from 0 by thousands of digits
            return mpmath.mpf(0)

    with mpmath.workdps(digits + 10):
        return +mpmath.quad(value, [0, mpmath.mpf(end)])


def _tiny(bits: int) -> arb:
    return arb(2) ** -bits


def _value(e: sp.Expr, digits: int) -> arb:
    return evaluate(compile_balls(e, []), (), working_bits(digits))[0]
