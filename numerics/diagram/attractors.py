"""Where the orbits of the frozen-q family end up, by iteration in double precision.

An orbit diagram is not a bifurcation diagram, which has the unstable branches too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp
from flint import arb

from ...theory.arguments import each, integer, optional, real, takes
from ...theory.errors import InputError, NotFiniteError
from ...theory.expressions.parsing import Z
from ...theory.models import MODEL, Model
from ...theory.requirements import require_response
from ..compile.balls import compile_balls, evaluate
from ..compile.floats import Floats, compile_floats


@dataclass(frozen=True)
class OrbitDiagram:
    """`points[i]` are the points kept of one orbit at `q[i]`; NaN where it overflowed."""

    model: Model
    q: Floats
    points: Floats
    start: float
    transient: int


@dataclass(frozen=True)
class LyapunovExponents:
    """`values[i]`, the mean of ln|g_q'| along one orbit at `q[i]`, of `steps` steps.

    −∞ for an orbit that hits a zero of g_q', NaN for one that overflowed.
    """

    model: Model
    q: Floats
    values: Floats
    start: float
    transient: int
    steps: int


def _levels(value: Any, name: str) -> Floats:
    return np.array(each(real)(value, name))


@takes(model=MODEL, q=_levels, start=optional(real), transient=integer, keep=integer)
def orbit_diagram(
    model: Model,
    q: Floats,
    *,
    start: float | None = None,
    transient: int = 1000,
    keep: int = 200,
) -> OrbitDiagram:
    """Where the orbits of g_q from one start end up, in float64, for all q at once.

    Parameters: the values of q; the start p0 (three tenths of the response's scale); the steps to
    discard and the number of points to keep. One start shows one attractor; −p0 shows its mirror.
    Raises InputError for q that are not positive and finite, or counts out of range, and what
    `require_response` raises.

    >>> from trajalign.theory.models import TwoLayerLinear
    >>> from trajalign.theory.responses import Loss
    >>> found = orbit_diagram(TwoLayerLinear(Loss.parse("pseudo-huber")), np.array([0.5]), keep=2)
    >>> abs(found.points).round(9) ** 2  # r(p) = q on the 2-cycle: p² = 1/q² − 1 = 3
    array([[3., 3.]])
    """
    p, g = _starting(model, q, start), _FrozenMap(model)
    _require_counts(transient=transient, keep=keep - 1)
    p0 = float(p[0]) if p.size else 0.0
    for _ in range(transient):
        p = g.step(p, q)
    points = np.empty((q.size, keep))
    for k in range(keep):
        points[:, k] = p
        p = g.step(p, q)
    return OrbitDiagram(model, q, np.where(np.isfinite(points), points, np.nan), p0, transient)


@takes(model=MODEL, q=_levels, start=optional(real), transient=integer, steps=integer)
def lyapunov_exponents(
    model: Model,
    q: Floats,
    *,
    start: float | None = None,
    transient: int = 1000,
    steps: int = 2000,
) -> LyapunovExponents:
    """The Lyapunov exponent of one orbit of g_q for each q, in float64.

    Parameters and errors as for `orbit_diagram`; `steps` is the length of the mean. On a stable
    cycle of period n it is ln|multiplier|/n; in chaos it is positive, to a few per cent.

    >>> from trajalign.theory.models import TwoLayerLinear
    >>> from trajalign.theory.responses import Loss
    >>> found = lyapunov_exponents(TwoLayerLinear(Loss.parse("log-cosh")), np.array([1.5]))
    >>> found.values.round(6), round(float(np.log(1 / 3)), 6)  # g_q'(0) = 1 − 2/q
    (array([-1.098612]), -1.098612)
    """
    p, g = _starting(model, q, start), _FrozenMap(model)
    _require_counts(transient=transient, steps=steps - 1)
    p0 = float(p[0]) if p.size else 0.0
    for _ in range(transient):
        p = g.step(p, q)
    total = np.zeros_like(p)
    for _ in range(steps):
        with np.errstate(all="ignore"):
            total += np.log(np.abs(g.slope(p, q)))
        p = g.step(p, q)
    return LyapunovExponents(model, q, total / steps, p0, transient, steps)


def _starting(model: Model, q: Floats, start: float | None) -> Floats:
    if q.ndim != 1 or not np.all(np.isfinite(q) & (q > 0)):
        bad = q[~(np.isfinite(q) & (q > 0))].ravel()
        what = f"q = {bad[0]}" if bad.size else f"an array of {q.ndim} dimensions"
        raise InputError(f"need a 1-D array of finite q > 0, got {what}")
    require_response(model.response)
    p0 = 0.3 * float(model.response.scale) if start is None else start
    if not np.isfinite(p0):
        raise InputError(f"need a finite start, got {p0}")
    return np.full(q.shape, p0)


def _require_counts(**counts: int) -> None:
    for name, count in counts.items():
        if count < 0:
            raise InputError(f"the number given as {name} is too small")


class _FrozenMap:
    """g_q(p) = p − 2 s(p)/q and its slope in float64, s = p r(p)."""

    def __init__(self, model: Model) -> None:
        s, scale, odd = model.response.slope, float(model.response.scale), model.response.odd_slope
        self._value = _Float64Function(s, odd, scale)
        self._rate = _Float64Function(sp.diff(s, Z), None if odd is None else False, scale)

    def step(self, p: Floats, q: Floats) -> Floats:
        with np.errstate(all="ignore"):
            return p - 2 * self._value(p) / q

    def slope(self, p: Floats, q: Floats) -> Floats:
        with np.errstate(all="ignore"):
            return 1 - 2 * self._rate(p) / q


class _Float64Function:
    """An expression in Z in float64; by ball arithmetic where its formula overflows."""

    def __init__(self, expression: sp.Expr, odd: bool | None, scale: float) -> None:
        self._function = compile_floats([expression], [odd], scale=scale)
        self._balls = compile_balls(expression, [Z])

    def __call__(self, x: Floats) -> Floats:
        (found,) = self._function(x)
        lost = ~np.isfinite(found) | (self._function.limited & (np.abs(x) > self._function.reach))
        overflowed = np.flatnonzero(np.isfinite(x) & lost)
        if overflowed.size:
            found = found.copy()
            found[overflowed] = [self._exactly(float(z)) for z in x[overflowed]]
        return np.asarray(found)

    def _exactly(self, x: float) -> float:
        try:
            return float(evaluate(self._balls, (arb(x),), 60)[0])
        except NotFiniteError:
            return float("nan")
