"""The long-time laws as numbers: integrals of closed forms, at any number of digits."""

from __future__ import annotations

from functools import lru_cache

import mpmath
import sympy as sp
from flint import arb, ctx

from ...theory.arguments import integer, rational, takes
from ...theory.curve.long_times import long_times
from ...theory.errors import UnresolvedError
from ...theory.models import MODEL, Model, P
from ..compile.balls import compile_balls, evaluate, exact
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
    laws = long_times(model)
    end = _aligned(model, q0, digits)
    delay = _integral(laws.delay, end, digits)
    with mpmath.workdps(digits + 5):
        size, rate, epsilon = (
            mpmath.mpf(_value(e, digits))
            for e in (laws.crossing_size, laws.decay_at_zero, model.small_parameter(eta))
        )
        # |p| falls from a to √ε · size.
        time = (mpmath.log(mpmath.mpf(end) / size) - mpmath.log(epsilon) / 2) / rate + delay
        return +(time / epsilon)


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
