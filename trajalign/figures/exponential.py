"""How far apart two aligned orbits end: ln|Δq*| against 1/ε, with the slope −Λ of the theory."""

from __future__ import annotations

import math

import sympy as sp
from flint import arb, ctx

from ..numerics.curve.long_times import alignment_exponent
from ..numerics.orbits.extrapolation import followed_to_limit
from ..numerics.orbits.iteration import Stops
from ..numerics.orbits.loops import compile_loop
from ..numerics.orbits.native import accelerated
from ..numerics.precision import working_bits
from ..theory.errors import InputError
from ..theory.models import Model
from .followed_orbits import at_rest
from .kind import Kind
from .picture import MEASURED, PREDICTED, Curve, Picture
from .standard import Start

_GAP = r"$\ln\,|\Delta q^{\ast}|$"
_FIRST = 45  # −ln|Δq*| at the first step size, if nothing is said
_RUNGS = 7
_SMALLEST = 4  # the last ε is the first divided by this
_PARTNER = sp.Rational(3, 4)  # the other orbit starts at this multiple of p0
_SPARE_DIGITS = 40  # beyond the zeros in front of the difference that is predicted
_NOISE = 5  # the last digits, which rounding over many steps may have reached
_MOST_DIGITS = 250
_MOST_STEPS = 2 * 10**6
_FAR = 10**6


def exponential_picture(
    model: Model, start: Start, step_size: sp.Rational | None = None
) -> Picture:
    """ln|Δq*| of the orbits from (p0, q0) and (3p0/4, q0), from a step size down to ε/4.

    The line has the slope −Λ(q0) and passes through the last point: theory fixes the slope alone.

    Parameters: the start; the largest step size, by default one at which Λ/ε is about 45.
    Raises InputError for orbits that do not converge, q0 ≥ 1 or a step size too small for them,
    NotFiniteError where r does not take the value q0, and what `require_curved` raises.
    """
    if not 0 < start[1] < 1:
        raise InputError(f"orbits align from 0 < q0 < 1, got q0 = {start[1]}")
    slope = float(alignment_exponent(model, start[1]))
    if step_size is None:
        step_size = _standard(model, slope / _FIRST)
    etas = _step_sizes(model, step_size)
    x = [float(1 / model.small_parameter(eta)) for eta in etas]
    digits = [int(slope * at / math.log(10)) + _SPARE_DIGITS for at in x]
    if digits[-1] > _MOST_DIGITS:
        raise InputError(
            f"eta = {step_size}: to see how far apart the limits are takes {digits[-1]} digits at "
            f"the last of the step sizes, more than {_MOST_DIGITS}; take a larger one"
        )
    y = [_log_gap(model, eta, start, n) for eta, n in zip(etas, digits, strict=True)]
    line = tuple(y[-1] + slope * (x[-1] - at) for at in x)
    name = rf"slope $-\Lambda = -{slope:.4f}$"
    starts = f"p0 = {start[0]} and {_PARTNER * start[0]}, both at q0 = {start[1]}"
    return Picture(
        "exponential",
        f"How far apart the orbits from {starts}, end: the line has the slope −Λ = −{slope:.9f} "
        f"and passes through the last mark; {model.given}, step sizes up to {step_size}",
        r"$1/\varepsilon$",
        _GAP,
        (
            Curve(_GAP, MEASURED, tuple(x), tuple(y)),
            Curve(name, PREDICTED, tuple(x), line),
        ),
    )


def _standard(model: Model, epsilon: float) -> sp.Rational:
    """1/n or n, near the η of this ε."""
    size = model.step_unit * epsilon ** float(model.exponent)
    return 1 / sp.Integer(round(1 / size)) if size < 1 else sp.Integer(round(size))


def _step_sizes(model: Model, largest: sp.Rational) -> list[sp.Rational]:
    """Step sizes at which 1/ε is about equally spaced, exact to four figures."""
    found = []
    for k in range(_RUNGS):
        factor = 1 + (_SMALLEST - 1) * k / (_RUNGS - 1)
        found.append(largest * sp.Rational(round(10**4 * factor ** -float(model.exponent)), 10**4))
    return found


def _log_gap(model: Model, eta: sp.Rational, start: Start, digits: int) -> float:
    """ln|Δq*|, from orbits with this many digits."""
    # What q still moves by after |p| has fallen to `until` is of the order of its square.
    scale = model.response.scale
    stops = Stops(_MOST_STEPS, scale / sp.Integer(10) ** (digits // 2 + 5), _FAR * scale)
    loop = accelerated(compile_loop(model))
    ends: list[arb] = []
    for p0 in (start[0], _PARTNER * start[0]):
        begin = (p0, start[1])
        orbit, limit = followed_to_limit(loop, eta, begin, stops, digits)
        at_rest(orbit, begin)
        ends.append(limit)
    with ctx.workprec(working_bits(digits)):
        gap = abs(ends[0] - ends[1])
        if gap * arb(10) ** (digits - _NOISE) < 1:
            raise InputError(f"eta = {eta}: {digits} digits do not tell the two limits apart")
        return float(gap.log())


KINDS = (
    Kind(
        "exponential",
        "ln|difference of limits| against 1/epsilon, with slope -Lambda",
        lambda asked: exponential_picture(asked.model, asked.start, asked.eta),
    ),
)
