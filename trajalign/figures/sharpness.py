"""The sharpness along one orbit, against 2/η and against the one that the theory predicts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import sympy as sp
from flint import arb

from ..numerics.compile.balls import compile_balls, evaluate, exact
from ..numerics.compile.floats import compile_floats
from ..numerics.diagram.two_cycles import two_cycles
from ..numerics.inverse_response import InverseResponse
from ..numerics.orbits.recorded import Orbit
from ..numerics.precision import working_bits
from ..theory.curve.first_order import slow_curve
from ..theory.diagram.frozen_family import frozen_family
from ..theory.expressions.parsing import Z
from ..theory.models import ETA, Model, P, Q
from ..theory.valleys import Valley
from .followed_orbits import at_rest, followed, logarithmic
from .kind import Kind
from .picture import MEASURED, PREDICTED, REFERENCE, Curve, Mark, Picture
from .standard import SMALL, Start

_SHOWN = 70
_NARROW = 0.12  # of the axis: a name of a phase needs more
_ROOM = 2  # the axis of t ends at this multiple of the last step
_BITS = working_bits(20)


def sharpness_picture(model: Model, step_size: sp.Rational, start: Start) -> Picture:
    """λ_t of one orbit, λ̃(q_t) of the theory, and 2/η, from the first step to rest. Where the loss
    is not even λ̃ is another on each side of the minimum.

    Raises InputError for an orbit that does not converge, NotFiniteError where r does not take a
    value q_t < 1, and what `require_curved` raises.
    """
    orbit = at_rest(followed(model, step_size, start), start)
    times = logarithmic(len(orbit), _SHOWN)
    found, concave = _sharpness(model, orbit, times)
    two_sided = isinstance(model.response, Valley)
    surrogate = (_TwoSided if two_sided else _Surrogate)(model, step_size)
    predicted = tuple(surrogate(orbit.q[time], orbit.p[time]) for time in times)
    t = tuple(map(float, times))
    edge = float(2 / step_size)
    coefficient = slow_curve(model).saturation_coefficient
    limit = edge + float(coefficient * model.small_parameter(step_size) / step_size)
    low = min(*found, *predicted)
    room = max(edge, *found) - low
    y_range = (low - 0.08 * room, low + 1.22 * room)
    curves = [
        Curve(r"$\lambda_t$", MEASURED, t, found),
        Curve(r"$\tilde\lambda(q_t)$", PREDICTED, t, predicted),
        Curve(r"$2/\eta$", REFERENCE, (1.0, t[-1]), (edge, edge)),
    ]
    marks = [Mark("limiting sharpness", t[-1], found[-1], f"{found[-1]:.5g}")]
    caption = (
        f"Sharpness along the orbit from p0 = {start[0]}, q0 = {start[1]} at step size {step_size} "
        f"for {model.given}; 2/η = {edge:.5g}"
    )
    if concave:
        caption += "; where ℓ'' < 0, that of width 2 or more"
    if orbit.crossing and two_sided:
        caption += f"; to first order it saturates at {limit:.5g}"
    elif orbit.crossing:
        ends = (aligned_from(model, orbit), orbit.crossing, round(_ROOM * t[-1]))
        curves += [Curve("", REFERENCE, (float(end), float(end)), y_range) for end in ends[:2]]
        marks += _phases(ends, y_range[1] - 0.08 * room)
        caption += f"; to first order it saturates at {limit:.5g}"
    return Picture(
        "sharpness",
        caption,
        "$t$",
        "sharpness",
        tuple(curves),
        tuple(marks),
        "x",
        (0.8, _ROOM * t[-1]),
        y_range,
    )


def _sharpness(model: Model, orbit: Orbit, times: Sequence[int]) -> tuple[tuple[float, ...], bool]:
    """The largest eigenvalue of the Hessian, and whether ℓ'' < 0 at any of the steps.

    For the linear model the block's is the largest where ℓ'' ≥ 0; ±ℓ', which from width 2 on are
    eigenvalues, too, can be larger only where ℓ'' < 0 (see `LinearSpectrum.largest`).
    """
    exactly, eta = compile_balls(model.reduced.sharpness, [P, Q, ETA]), exact(orbit.eta)
    block = [float(evaluate(exactly, (orbit.p[t], orbit.q[t], eta), _BITS)[0]) for t in times]
    if not model.response.assumes("A2"):
        return tuple(block), False
    slope = model.response.slope.subs(Z, P)
    slopes = compile_balls([slope, sp.diff(slope, P)], [P])
    found, concave = [], False
    for t, largest in zip(times, block, strict=True):
        first, second = evaluate(slopes, (orbit.p[t],), _BITS)
        concave = concave or bool(second < 0)
        found.append(max(largest, abs(float(first))) if second < 0 else largest)
    return tuple(found), concave


class _Surrogate:
    """λ̃(q) = (2/η)(1 + r̂ r'(r̂)/q) for q ≤ 1, and 2/η beyond."""

    def __init__(self, model: Model, step_size: sp.Rational) -> None:
        self._inverse = InverseResponse(model.response)
        self._log_slope = compile_balls(frozen_family(model).log_slope, [P])
        self._edge = float(2 / step_size)

    def __call__(self, q: arb, p: arb) -> float:
        if not q < 1:
            return self._edge
        p = self._inverse(q, _BITS)
        return self._edge * (1 + float(evaluate(self._log_slope, (p,), _BITS)[0]))


class _TwoSided:
    """(2/η) g'/q at the point of the 2-cycle on the side of p, for q ≤ 1, and 2/η beyond."""

    def __init__(self, model: Model, step_size: sp.Rational) -> None:
        self._cycles = two_cycles(model)
        self._rise = compile_balls(sp.diff(model.response.slope, Z), [Z])
        self._edge = float(2 / step_size)

    def __call__(self, q: arb, p: arb) -> float:
        if not q < 1:
            return self._edge
        right, left = self._cycles(q, _BITS)
        rise = evaluate(self._rise, (right if p > 0 else left,), _BITS)[0]
        return self._edge * float(rise / q)


def aligned_from(model: Model, orbit: Orbit) -> int:
    """The first step from which on |q/r(p) − 1| ≤ 2 |h_1(0)| ε while q ≤ 1."""
    last = len(orbit) if orbit.crossing is None else orbit.crossing
    p, q = (np.array([float(x) for x in values[:last]]) for values in (orbit.p, orbit.q))
    slope = compile_floats(
        [model.response.slope], [model.response.odd_slope], scale=float(model.response.scale)
    )
    slope.require(p)
    size = 2 * abs(slow_curve(model).h_at_zero) * model.small_parameter(orbit.eta)
    far = np.flatnonzero(np.abs(q * p / slope(p)[0] - 1) > float(size))
    return int(far[-1]) + 1 if far.size else 0


def _phases(ends: tuple[int, int, int], height: float) -> list[Mark]:
    """The names of the phases above the stretches of time that they take, if there is room."""
    names = ("transient", "progressive sharpening", "saturation")
    widths = np.log([max(b, 1) / max(a, 1) for a, b in pairwise((1, *ends))])
    if min(widths) < _NARROW * sum(widths):
        return []
    middles = [math.sqrt(max(a, 1) * max(b, 1)) for a, b in pairwise((1, *ends))]
    return [
        Mark("phase", middle, height, name, dot=False)
        for middle, name in zip(middles, names, strict=True)
    ]


KINDS = (
    Kind(
        "sharpness",
        "along an orbit, against 2/eta and what the theory predicts",
        lambda asked: sharpness_picture(asked.model, asked.step_size(SMALL), asked.start),
    ),
)
