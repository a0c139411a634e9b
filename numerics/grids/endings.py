"""How each orbit of a block of a grid ends; the unit of work that executors run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from ...theory.algebra.symbolic import cancelled, simplified
from ...theory.models import ETA, PHI_SQUARED, Model, P, Q, R
from ..compile.floats import Floats, double_precision
from ..extras import NUMPY
from .stepping import Stepper, compile_stepper, moving

Columns = dict[str, NDArray[Any]]

UNDECIDED, GRADIENT_FLOW, EDGE_OF_STABILITY, DIVERGED, COLLAPSED, NO_WEIGHTS = range(6)
OUTCOMES = (
    "undecided",
    "gradient_flow",
    "edge_of_stability",
    "diverged",
    "collapsed",
    "no_weights",
)
_NOT_RUN = {"outcome": NO_WEIGHTS, "t_a": -1, "t_b": -1, "period": -1, "steps": 0}  # others NaN


@dataclass(frozen=True)
class Block:
    """Orbits number `start` and following of a grid: one entry of every array for each.

    Where `possible` is False no weights have the start, and nothing is run.
    """

    model: Model
    engine: str
    start: int
    eta: Floats
    p0: Floats
    q0: Floats
    tolerance: Floats
    steps: int
    possible: NDArray[np.bool_]


def solve(block: Block) -> Columns:
    """The variables of `grids.grid` for the orbits of one block."""
    if block.possible.all():
        return _run(block)
    arrays = ("eta", "p0", "q0", "tolerance", "possible")
    run = replace(block, **{name: getattr(block, name)[block.possible] for name in arrays})
    if not block.possible.any():  # of one orbit only the kinds of the columns are taken
        run = replace(block, steps=1, **{name: getattr(block, name)[:1] for name in arrays})
    found: Columns = {}
    for name, values in _run(run).items():
        found[name] = np.full(len(block.possible), _NOT_RUN.get(name, np.nan), dtype=values.dtype)
        if block.possible.any():
            found[name][block.possible] = values
    return found


def _run(block: Block) -> Columns:
    stepper = compile_stepper(block.model, block.engine)
    state = stepper.run(block.eta, block.p0, 1 / block.q0, block.tolerance, block.steps)
    p, u, crossing, aligned, steps = state
    with double_precision(NUMPY):
        undecided = moving(np, p, u, stepper.limits)
        converged = (np.abs(p) <= stepper.limits.until) & (u > 0) & (u < 1)
        collapsed = ~converged & (np.abs(p) <= stepper.limits.escape) & (u > 0) & ~undecided
        diverged = ~(undecided | converged | collapsed)
        q = 1 / u
    crossed = ((crossing < steps) | (u < 1)) & ~diverged
    end = np.minimum(crossing, steps)  # aligned up to here
    judged = block.model.response.odd_slope is not None
    q_limit = np.where(converged, q, np.nan)
    return {
        "outcome": np.select(
            [undecided, diverged, collapsed, crossing == 0],
            [UNDECIDED, DIVERGED, COLLAPSED, GRADIENT_FLOW],
            EDGE_OF_STABILITY,
        ).astype(np.int8),
        "t_a": np.where(judged & ~diverged & (aligned < end), aligned, -1).astype(np.int32),
        "t_b": np.where(crossed, crossing, -1).astype(np.int32),
        "period": _periods(stepper, block, p, u, undecided),
        "steps": steps,
        "q_limit": q_limit,
        "limiting_sharpness": _limiting_sharpness(block.model)(q_limit, block.eta),
        "p_last": p,
        "q_last": q,
    }


def _periods(
    stepper: Stepper, block: Block, p: Floats, u: Floats, undecided: NDArray[np.bool_]
) -> NDArray[np.int8]:
    if not undecided.any():
        return np.full(p.shape, -1, dtype=np.int8)
    found = stepper.periods(block.eta, p, u, block.tolerance)
    return np.where(undecided, found, -1).astype(np.int8)


@lru_cache(maxsize=16)
def _limiting_sharpness(model: Model) -> Any:
    """The sharpness at p = 0 as a function of q and η."""
    generic = model.generic()
    # As p → 0, r = 1 + r''(0) p²/2 + O(p⁴) and φ² = p² + O(p⁴); r'/p has a limit, too.
    near = {R(P): 1 + model.response.curvature * P**2 / 2, PHI_SQUARED(P): P**2}
    trace, determinant = (
        cancelled(e.subs(near).doit()).subs(P, 0) for e in (generic.trace, generic.determinant)
    )
    largest = (trace + sp.sqrt(trace**2 - 4 * determinant)) / 2
    return sp.lambdify([Q, ETA], simplified(largest), modules="numpy")
