"""The phase diagram: how the orbits from every (p0, q0) end at one step size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import sympy as sp

from ..numerics.diagram.two_cycles import two_cycles
from ..numerics.extras import NUMPY
from ..numerics.grids.endings import OUTCOMES
from ..numerics.grids.grid import grid, linspace
from ..numerics.pools import Progress
from ..theory.errors import InputError
from ..theory.models import Model
from ..theory.valleys import Valley
from .bifurcation import response_at
from .kind import Kind, Request
from .picture import MAP, REFERENCE, Curve, Picture, Regions
from .standard import LARGE

if TYPE_CHECKING:
    import xarray as xr

_STEPS = 100_000
_ACROSS, _UP = 120, 80  # cells
_WIDE, _TALL = 4, sp.Rational(3, 2)  # |p0| in its unit, q0
_NAMES = {
    "undecided": "undecided",
    "gradient_flow": "gradient flow",
    "edge_of_stability": "edge of stability",
    "diverged": "diverged",
    "collapsed": "collapsed",
    "no_weights": "no weights",
}


def phase_picture(
    model: Model,
    step_size: sp.Rational,
    p0s: Sequence[sp.Rational],
    q0s: Sequence[sp.Rational],
    *,
    progress: Progress | None = None,
) -> Picture:
    """Outcomes over a grid of starts, with q0 = 1 and the curve q0 = r(p0).

    Parameters: at least two values, equally spaced, of p0 ≠ 0 and of q0 > 0.
    Raises what `numerics.grid` raises, among it MissingExtraError without the extra `sweeps`.
    """
    if min(len(p0s), len(q0s)) < 2:
        raise InputError("a phase diagram needs at least two values of p0 and of q0")
    # NumPy: with the wide vectors that numerics/grids/stepping.py asks of XLA, atan goes wrong.
    ends = grid(model, [step_size], p0s, q0s, steps=_STEPS, engine=NUMPY, progress=progress)
    return ends_picture(model, ends)


def ends_picture(model: Model, ends: xr.Dataset) -> Picture:
    """The same of a grid that was run, at its first step size.

    Raises InputError where p0 or q0 has a single value, or values that are not equally spaced.
    """
    x, y = (tuple(map(float, ends[name].values)) for name in ("p0", "q0"))
    for name, values in (("p0", x), ("q0", y)):
        gaps = np.diff(values)
        if len(values) < 2 or np.ptp(gaps) > 1e-9 * abs(gaps[0]):
            raise InputError(f"{name}: a phase diagram needs equally spaced values, two or more")
    codes = tuple(tuple(map(int, row)) for row in ends.outcome.values[0].T)
    across, up = (x[0], x[-1]), (y[0], y[-1])
    curves = [Curve("$q_0 = 1$", REFERENCE, across, (1.0, 1.0)), _response(model, across, up)]
    return Picture(
        "phase",
        f"How the orbits from (p0, q0) end at step size {_first_step(ends)} for {model.given}",
        "$p_0$",
        "$q_0$",
        tuple(curve for curve in curves if curve.y and y[0] <= curve.y[0] <= y[-1]),
        x_range=across,
        y_range=up,
        regions=Regions(tuple(_NAMES[name] for name in OUTCOMES), x, y, codes),
    )


def _first_step(ends: xr.Dataset) -> str:
    return str(ends.attrs["eta_exact"]).split()[0]


def _response(model: Model, across: tuple[float, float], up: tuple[float, float]) -> Curve:
    if isinstance(model.response, Valley):
        return _two_sided(model, across, up)
    p = np.linspace(*across, 200)
    r = np.array(response_at(model, p))
    inside = (up[0] <= r) & (r <= up[1])
    return Curve("$q_0 = r(p_0)$", MAP, tuple(map(float, p[inside])), tuple(map(float, r[inside])))


def _two_sided(model: Model, across: tuple[float, float], up: tuple[float, float]) -> Curve:
    """The 2-cycle p and p̃ as one line, from left to right."""
    pairs = [(0.0, 1.0)]
    for pair in two_cycles(model).outwards():
        pairs += [(pair.p, pair.height), (pair.other, pair.height)]
    inside = sorted((p, q) for p, q in pairs if across[0] <= p <= across[1] and q >= up[0])
    return Curve("$q_0 = Q_0(p_0)$", MAP, *map(tuple, zip(*inside, strict=True)))


def _asked(asked: Request) -> Picture:
    wide = _WIDE * asked.model.response.scale
    p0s = linspace(-wide, wide, _ACROSS) if asked.p0 is None else asked.p0
    q0s = linspace(_TALL / _UP, _TALL, _UP) if asked.q0 is None else asked.q0
    with asked.bar("orbits") as progress:
        return phase_picture(asked.model, asked.step_size(LARGE), p0s, q0s, progress=progress)


KINDS = (Kind("phase", "how the orbits from every (p0, q0) end", _asked, axes=True),)
