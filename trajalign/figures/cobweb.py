"""Cobwebs: the steps of the half map or of g_q as a path between its graph and the diagonal."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import sympy as sp

from ..numerics.compile.floats import Floats, compile_floats
from ..theory.errors import InputError
from ..theory.models import Model
from ..theory.requirements import require_response
from .followed_orbits import bounded, followed
from .kind import HALF, MAPS, Kind
from .picture import MAP, PATH, REFERENCE, Curve, Mark, Picture
from .standard import Start

_STEPS = 60
_SHOWN = 2000  # steps of an orbit, which on the half map end up crawling along the diagonal
_SAMPLES = 301
_MARGIN = 1.15
_FAR = 1e6  # in units of the response's scale


def cobweb_picture(
    model: Model, start: Start, *, which: str = HALF, step_size: sp.Rational | None = None
) -> Picture:
    """The cobweb from p0 at q frozen at q0; with a step size, that of the orbit, on which q moves.

    Parameters: `which`, the half map −g_q (on which a 2-cycle ±p is a fixed point) or g_q itself;
    of a loss that is not even it is g_q.
    Raises InputError for another map, q0 ≤ 0 and an orbit that is none, and what `require_response`
    raises: the half map is about even r, and q = 1 is the edge if r(0) = 1.
    """
    if which not in MAPS:
        raise InputError(f"a cobweb is of the map {' or '.join(MAPS)}, not {which}")
    if start[1] <= 0:
        raise InputError(f"a cobweb needs q0 > 0, got {start[1]}")
    require_response(model.response)
    half = which == HALF and model.response.odd_slope is True
    step = _Step(model, half)
    if step_size is None:
        points, heights = _frozen(step, start), [float(start[1])]
        moving = f"q frozen at {start[1]}"
    else:
        points, heights = _along(model, step_size, start, half)
        moving = f"an orbit at step size {step_size}, q from {heights[0]:g} to {heights[1]:.4g}"
    low, high = _range(points)
    x = np.linspace(low, high, _SAMPLES)
    name, words = ("-g_q", "the half map −g_q") if half else ("g_q", "g_q")
    graphs = [
        Curve(
            f"${name}$ at $q = {q:.4g}$", MAP, tuple(map(float, x)), tuple(map(float, step(x, q)))
        )
        for q in heights
    ]
    return Picture(
        "cobweb",
        f"Cobweb of {words} for {model.given} from p0 = {start[0]}: {moving}",
        "$(-1)^t p_t$" if half else "$p_t$",
        "$(-1)^{t+1} p_{t+1}$" if half else "$p_{t+1}$",
        (*graphs, Curve("", REFERENCE, (low, high), (low, high)), _path(points)),
        (Mark("start", points[0], points[1], "start"),),
        x_range=(low, high),
        y_range=(low, high),
    )


class _Step:
    """One step of −g_q or g_q, in double precision."""

    def __init__(self, model: Model, half: bool) -> None:
        self._sign = -1.0 if half else 1.0
        self._scale = float(model.response.scale)
        self._slope = compile_floats(
            [model.response.slope], [model.response.odd_slope], scale=self._scale
        )

    def __call__(self, p: Floats, q: float) -> Floats:
        self._slope.require(p)
        with np.errstate(all="ignore"):
            return np.asarray(self._sign * (p - 2 * self._slope(p)[0] / q))

    def is_bounded(self, p: float) -> bool:
        """Whether a point is within what counts as bounded."""
        return abs(p) <= _FAR * self._scale


def _frozen(step: _Step, start: Start) -> list[float]:
    points = [float(start[0])]
    for _ in range(_STEPS):
        points.append(float(step(np.array(points[-1:]), float(start[1]))[0]))
        if not step.is_bounded(points[-1]):
            where = f"p0 = {start[0]} at q0 = {start[1]}"
            raise InputError(f"the cobweb from {where} leaves every bound; take another start")
    return points


def _along(
    model: Model, step_size: sp.Rational, start: Start, half: bool
) -> tuple[list[float], list[float]]:
    """The points, with the sign that the map gives them, and the first and the last q."""
    orbit = bounded(followed(model, step_size, start), start)
    shown = min(len(orbit), _SHOWN if half else _STEPS)
    points = [float(p) * (-1 if half and t % 2 else 1) for t, p in enumerate(orbit.p[:shown])]
    return points, [float(start[1]), float(orbit.q[shown - 1])]


def _range(points: Sequence[float]) -> tuple[float, float]:
    """A range that holds every point, with room on both sides, and 0."""
    low, high = min(0.0, *points), max(0.0, *points)
    room = (_MARGIN - 1) * (high - low)
    return low - (room if low < 0 else 0.0), high + (room if high > 0 else 0.0)


def _path(points: Sequence[float]) -> Curve:
    x, y = [points[0]], [points[1]]
    for now, then in pairwise(points[1:]):
        x += [now, now]
        y += [now, then]
    return Curve("cobweb", PATH, tuple(x), tuple(y))


KINDS = (
    Kind(
        "cobweb",
        "the half map at frozen q = q0; with --eta, along the orbit",
        lambda asked: cobweb_picture(
            asked.model, asked.start, which=asked.which, step_size=asked.eta
        ),
        takes=("eta", "p0", "q0", "which"),
    ),
)
