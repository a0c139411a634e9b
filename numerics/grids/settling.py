"""From when on each of many float64 orbits stays so near to the slow curve, and where it ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from ...theory.curve.first_order import slow_curve
from ...theory.expressions.parsing import Z
from ...theory.models import ETA, Model, P, Q
from ..compile.floats import Floats, compile_floats, double_precision
from ..extras import NUMPY
from ..pools import Progress
from .stepping import compile_stepper, moving

_STRIDE = 64  # steps after which orbits that have stopped are put aside
_UNTIL = 1e-6  # |p| in its unit at which nothing moves any more that is looked at
_NEVER = -1


@dataclass(frozen=True)
class Settled:
    """What became of orbits, one entry of every array for each.

    `aligned` is the first t from which on |q/r(p) − 1 − εh(p)| is at most what was asked for, up to
    where the orbit came to rest; `crossing` the first t with q_t > 1; −1 where there is none.
    `steps` are those that it made, `limit` is q at rest, NaN where it did not come to rest;
    `diverged` are those that left, and `possible` those that weights have: others are not run.
    """

    aligned: NDArray[np.int64]
    crossing: NDArray[np.int64]
    limit: Floats
    steps: NDArray[np.int64]
    diverged: NDArray[np.bool_]
    possible: NDArray[np.bool_]


def settle(
    model: Model,
    eta: Floats,
    p0: Floats,
    q0: Floats,
    width: Floats,
    *,
    steps: int,
    progress: Progress | None = None,
) -> Settled:
    """Follow orbits from (p0, q0) at step sizes η, at most `steps` steps, with NumPy.

    `width` is the size of q/r(p) − 1 − εh(p) that is asked for. `progress` is called with steps.
    Raises what `compile_stepper` and `slow_curve` raise.
    """
    stepper, scale = compile_stepper(model, NUMPY), float(model.response.scale)
    limits = stepper.limits._replace(until=_UNTIL * scale)
    first = compile_floats([slow_curve(model).h.subs(P, Z)], [False], scale=scale)
    epsilon = sp.lambdify(ETA, model.small_parameter(ETA), modules="numpy")(eta)
    possible = _possible(model, eta, p0, q0)
    far = np.where(possible, 0, _NEVER).astype(np.int64)  # 1 + the last t that is too far away
    crossing = np.full(eta.shape, _NEVER, dtype=np.int64)
    made = np.zeros(eta.shape, dtype=np.int64)
    p_end, u_end = p0.copy(), 1 / q0
    at = np.flatnonzero(possible)
    with double_precision(NUMPY):
        for begin in range(0, steps, _STRIDE):
            at = at[moving(np, p_end[at], u_end[at], limits)]
            if not at.size:
                break
            p, u, size, e, wide = p_end[at], u_end[at], eta[at], epsilon[at], width[at]
            last, crossed, count = far[at], crossing[at], made[at]
            for t in range(begin, min(begin + _STRIDE, steps)):
                going = moving(np, p, u, limits)
                count += going
                slope, p_next, u_next = stepper.move(p, u, size)
                off = np.abs(p / (u * slope) - 1 - e * first(p)[0])
                last = np.where(going & ~(off <= wide), t + 1, last)  # so is what is not a number
                p, u = np.where(going, p_next, p), np.where(going, u_next, u)
                crossed = np.where(going & (crossed < 0) & (u < 1), t + 1, crossed)
            p_end[at], u_end[at], far[at], crossing[at] = p, u, last, crossed
            made[at] = count
            if progress is not None:
                progress(begin, steps)
        rest = (np.abs(p_end) <= limits.until) & (u_end > 0) & (u_end < 1)
        undecided = moving(np, p_end, u_end, limits)
        limit = np.where(rest & possible, 1 / u_end, np.nan)
    if progress is not None:
        progress(steps, steps)
    aligned = np.where(rest & possible, far, _NEVER)
    crossing[possible & (q0 > 1)] = 0
    return Settled(aligned, crossing, limit, made, possible & ~rest & ~undecided, possible)


def _possible(model: Model, eta: Floats, p0: Floats, q0: Floats) -> NDArray[np.bool_]:
    if model.largest_p is None:
        return np.ones(eta.shape, dtype=np.bool_)
    largest = sp.lambdify([Q, ETA], model.largest_p, modules="numpy")(q0, eta)
    return np.asarray(np.abs(p0) <= largest)
