"""Orbits followed to their rest, as figures show them, or refused with their trouble."""

from __future__ import annotations

import math

import sympy as sp

from ..numerics.orbits.iteration import Stops
from ..numerics.orbits.loops import compile_loop
from ..numerics.orbits.native import accelerated
from ..numerics.orbits.recorded import Orbit, iterate
from ..theory.errors import InputError
from ..theory.models import Model
from .standard import Start

_DIGITS = 30
_FAR = 10**6
_MAX_STEPS = 200_000
_AT_REST = sp.Rational(1, 1000)  # |p| in its unit at which nothing moves that can be seen


def followed(model: Model, step_size: sp.Rational, start: Start) -> Orbit:
    """An orbit to |p| = 1/1000 of its unit, or where else it ends; 30 digits, unchecked.

    Raises InputError for a start or a step size out of range.
    """
    scale = model.response.scale
    stops = Stops(_MAX_STEPS, _AT_REST * scale, _FAR * scale)
    loop = accelerated(compile_loop(model))
    return iterate(loop, step_size, start, stops, digits=_DIGITS, checked=False)


def bounded(orbit: Orbit, start: Start) -> Orbit:
    """The orbit itself. Raises InputError if it diverges."""
    if orbit.outcome == "diverged":
        raise InputError(_trouble(orbit, start, "diverges"))
    return orbit


def never_zero(orbit: Orbit, start: Start) -> Orbit:
    """The orbit itself. Raises InputError if it diverges or a step took it to p = 0."""
    if bounded(orbit, start).outcome == "at the minimum":
        raise InputError(_trouble(orbit, start, f"is at p = 0 from step {orbit.steps} on"))
    return orbit


def at_rest(orbit: Orbit, start: Start) -> Orbit:
    """The orbit itself. Raises InputError if it diverges or did not converge in time, or if a step
    took it to p = 0."""
    if never_zero(orbit, start).outcome != "converged":
        raise InputError(_trouble(orbit, start, f"does not converge in {orbit.steps} steps"))
    return orbit


def _trouble(orbit: Orbit, start: Start, what: str) -> str:
    where = f"p0 = {start[0]}, q0 = {start[1]}, eta = {orbit.eta}"
    return f"the orbit from {where} {what}; take another start or step size"


def logarithmic(length: int, count: int) -> list[int]:
    """Steps 1 … length − 1, about evenly spaced on a logarithmic axis."""
    last = math.log(length - 1)
    return sorted({round(math.exp(last * k / count)) for k in range(count + 1)})
