"""Fast-forward: an orbit on the slow curve at any step, in time independent of their number.

A start off the curve is iterated step by step until it is on it; from there 2^k steps are one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from typing import Any

import sympy as sp
from flint import arb

from ...theory.arguments import each, integer, optional, rational, takes
from ...theory.errors import InputError
from ...theory.models import MODEL, Model
from ...theory.models.weights import require_weights
from ...theory.requirements import require_curved
from ..compile.balls import compile_balls, evaluate
from ..precision import working_bits
from .invariant import curve_below
from .motion import CurveMotion, Estimate
from .orbits import CurveOrbit, State, orbit_on_curve, orbit_to_curve

_MAX_DIGITS = 1000
_SHOWN = 20


@dataclass(frozen=True, repr=False)
class FastForward:
    """An orbit that is on the slow curve from step `aligned` on; `at` gives p and q at any step.

    `limit` is q*; `crossing` is the first t with q_t > 1, give or take `crossing_error` steps.
    `good_digits` is how many decimal digits are good of the limit and of p before the crossing. It
    can stay below the `digits` asked for: the series in ε diverges, and its smallest term is an
    error that no precision removes. Every error is an estimate, not an enclosure.
    """

    model: Model
    eta: sp.Rational
    digits: int
    aligned: int
    limit: Estimate
    crossing: int
    crossing_error: int
    good_digits: int
    _orbit: CurveOrbit = field(repr=False, compare=False)

    def __repr__(self) -> str:
        limit = self.limit.value.str(min(_SHOWN, self.good_digits), radius=False)
        return (
            f"<FastForward of {self.model.designation}, {self.model.given}, eta = {self.eta}: "
            f"on the curve from t = {self.aligned}, q passes 1 at t = {self.crossing}, "
            f"q* = {limit}, {self.good_digits} good digits>"
        )

    def at(self, step: int) -> State:
        """p and q at a step t ≥ 0, of any size. Raises InputError for a negative step."""
        if step < 0:
            raise InputError(f"fast-forward: need a step t >= 0, got {step}")
        return self._orbit.at(step)


def _start(value: Any, name: str) -> tuple[sp.Rational | None, sp.Rational]:
    p, q = each(lambda part, where: part, 2)(value, name)
    return optional(rational)(p, f"{name}[0]"), rational(q, f"{name}[1]")


@takes(model=MODEL, eta=rational, start=_start, digits=integer)
def fast_forward(
    model: Model,
    eta: sp.Rational,
    start: tuple[sp.Rational | None, sp.Rational],
    *,
    digits: int = 30,
) -> FastForward:
    """The orbit from `start` = (p0, q0), or for (None, q0) from the curve at height q0 with p > 0.

    Parameters: η > 0; p0 ≠ 0 and 0 < q0 < 1; the digits wanted (1 to 1000) of q*, and of p and q
    up to the crossing. The larger η, the fewer can be had.
    Raises InputError for parameters out of range, a start that does not come to the curve, and an η
    at which no digit is good; NoWeightsError for a start that no weights have; NotFiniteError where
    r does not take the value q0; what `require_curved` raises.

    >>> from trajalign.theory.models import SingleNeuron
    >>> from trajalign.theory.responses import Activation
    >>> neuron, eta = SingleNeuron(Activation.parse("algebraic")), sp.Rational(1, 10**12)
    >>> found = fast_forward(neuron, eta, (None, sp.Rational(4, 5)))
    >>> found.limit.value.str(30, radius=False)  # 2/(1 + √(1 − η)) = 1 + η/4 + η²/8 + …
    '1.00000000000025000000000012500'
    """
    p0, q0 = start
    _require(eta, p0, q0, digits)
    require_curved(model.response)
    if p0 is not None:
        require_weights(model, eta, p0, q0)
    epsilon = model.small_parameter(eta)
    # An error in one step counts once a step, and the crossing takes some |r''(0)|/ε of them.
    bits = working_bits(digits) + max(0, ceil(sp.log(abs(model.response.curvature) / epsilon, 2)))
    motion = CurveMotion(curve_below(model, _rational_near(epsilon, 2 * bits), q0, bits))
    if p0 is None:
        orbit = orbit_on_curve(motion, q0)
        require_weights(model, eta, _rational(orbit.at(0)[0].value), q0)
    else:
        orbit = orbit_to_curve(motion, model, eta, (p0, q0), bits)
    limit, crossing = orbit.limit(), orbit.crossing
    good = min(limit.good_digits, orbit.at(crossing - 1)[0].good_digits)
    if good < 1:
        raise InputError(f"fast-forward: no digit is good at eta = {eta}; take a smaller eta")
    doubt = orbit.crossing_error
    return FastForward(model, eta, digits, orbit.aligned, limit, crossing, doubt, good, orbit)


def _rational_near(value: sp.Expr, bits: int) -> sp.Rational:
    """A number itself if it is rational, else one that agrees with it in this many bits."""
    if value.is_Rational:
        return value
    return _rational(evaluate(compile_balls(value, []), (), bits)[0].mid())


def _rational(x: arb) -> sp.Rational:
    """An exact binary number."""
    mantissa, exponent = x.man_exp()
    return sp.Integer(int(mantissa)) * sp.Integer(2) ** int(exponent)


def _require(eta: sp.Rational, p0: sp.Rational | None, q0: sp.Rational, digits: int) -> None:
    for name, value in (("eta", eta), ("p0", p0), ("q0", q0)):
        if not isinstance(value, sp.Rational) and (name, value) != ("p0", None):
            raise InputError(f"fast-forward: {name} must be an exact rational, got {value}")
    if eta <= 0 or p0 == 0 or not 0 < q0 < 1:
        raise InputError(
            f"fast-forward: need eta > 0, p0 != 0, 0 < q0 < 1; got eta={eta}, p0={p0}, q0={q0}"
        )
    if not 1 <= digits <= _MAX_DIGITS:
        raise InputError(f"fast-forward: digits must be from 1 to {_MAX_DIGITS}, got {digits}")
