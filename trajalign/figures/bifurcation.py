"""The bifurcation diagram of the frozen map with orbits on top."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import sympy as sp
from flint import arb

from ..numerics.compile.balls import compile_balls, evaluate
from ..numerics.orbits.recorded import Orbit
from ..theory.diagram.branches import TRIVIAL, Branch, Segment, SpecialPoint, bifurcation_diagram
from ..theory.models import Model, P, R
from ..theory.models.product import evenly
from ..theory.requirements import require_curved
from ..theory.valleys import Valley
from .followed_orbits import bounded, followed
from .kind import Kind, Request
from .picture import ORBIT, STABLE, UNSTABLE, Curve, Mark, Picture
from .standard import SMALL, Start
from .two_sided_branches import two_sided_branches

_SAMPLES = 200
_TRANSIENT = 30  # steps of an orbit that are all drawn


def bifurcation_picture(
    model: Model, step_size: sp.Rational | None = None, starts: Sequence[Start] = ()
) -> Picture:
    """The branches p = 0 and q = r(p) with their stability, and orbits from `starts`; of a loss
    that is not even the 2-cycle p and p̃.

    Parameters: a model; the step size and starting points (p0, q0) of the orbits, none by default.
    Raises what `bifurcation_diagram` raises, and InputError for an orbit that diverges.
    """
    found = [
        (start, bounded(followed(model, step_size, start), start))
        for start in starts
        if step_size is not None
    ]
    told = ""
    if found:
        shown = "; ".join(_told(orbit, start) for start, orbit in found)
        count = "an orbit" if len(found) == 1 else "orbits"
        told = f", with {count} at step size {step_size} from {shown}"
    return _picture(model, [orbit_curve(orbit.p, orbit.q) for _, orbit in found], told)


def diagram_picture(model: Model, runs: Sequence[Curve]) -> Picture:
    """The branches p = 0 and q = r(p) with their stability, and runs that were made already, as
    `orbit_curve` has them. Raises what `bifurcation_diagram` raises."""
    return _picture(
        model,
        runs,
        ", with a run" if len(runs) == 1 else f", with {len(runs)} runs" if runs else "",
    )


def orbit_curve(p: Sequence[Any], q: Sequence[Any]) -> Curve:
    """The points (p_t, q_t) of an orbit from t = 0 on that are drawn: the transient whole, then
    pairs of steps, for both signs of p, ever further apart."""
    x, y = ([float(values[t]) for t in shown_steps(len(p))] for values in (p, q))
    name = f"$(p_0, q_0) = ({x[0]:.3g}, {y[0]:.3g})$"
    return Curve(name, ORBIT, tuple(x), tuple(y))


def _picture(model: Model, orbits: Sequence[Curve], told: str) -> Picture:
    top = max([1.35, *(1.05 * max(o.y) for o in orbits)])
    reach = max([0.0, *(max(map(abs, o.x)) for o in orbits)])
    if isinstance(model.response, Valley) and not model.response.even:
        curves, marks, wide = two_sided_branches(model, reach, top)
    else:
        curves, marks, wide = _even_branches(evenly(model), reach, top)
    return Picture(
        "bifurcation",
        f"Bifurcation diagram of the frozen map for {model.given}{told}",
        "$p$",
        "$q$",
        (*sorted(curves, key=lambda curve: curve.look), *orbits),
        tuple(marks),
        x_range=(-1.05 * wide, 1.05 * wide),
        y_range=(0.0, top),
    )


def _even_branches(model: Model, reach: float, top: float) -> tuple[list[Curve], list[Mark], float]:
    """The branches p = 0 and q = r(p), their special points, and how wide they are drawn."""
    diagram = bifurcation_diagram(model)
    marks = [_mark(point) for point in diagram.special_points]
    wide = max([1.2 * float(model.response.scale), reach, *(1.3 * m.x for m in marks)])
    curves: list[Curve] = []
    for branch in diagram.branches:
        for segment in branch.segments:
            curves += _segment(model, branch, segment, wide, top)
    return curves, marks, wide


def _segment(
    model: Model, branch: Branch, segment: Segment, wide: float, top: float
) -> list[Curve]:
    low, high = (float(s) if s != sp.oo else np.inf for s in branch.limits(segment))
    trivial = branch.kind == TRIVIAL
    s = np.linspace(low, min(high, top if trivial else wide), _SAMPLES)
    if s[-1] <= s[0]:
        return []
    look = STABLE if segment.stable else UNSTABLE
    name = "stable" if segment.stable else "unstable"
    if trivial:
        return [Curve(name, look, (0.0, 0.0), (float(s[0]), float(s[-1])))]
    q = response_at(model, s)
    p = tuple(map(float, s))
    return [Curve(name, look, tuple(sign * x for x in p), q) for sign in (1.0, -1.0)]


def response_at(model: Model, points: np.ndarray) -> tuple[float, ...]:
    """r(p) at each of the points. Raises NotFiniteError where it has no value."""
    r = compile_balls(model.concrete(R(P)), [P])
    return tuple(1.0 if p == 0 else float(evaluate(r, (arb(float(p)),), 53)[0]) for p in points)


def _told(orbit: Orbit, start: Start) -> str:
    """Where an orbit starts, and if it is cut off, where."""
    end = (
        ""
        if orbit.outcome in ("converged", "at the minimum")
        else f", cut off after {orbit.steps} steps"
    )
    return f"p0 = {start[0]}, q0 = {start[1]}{end}"


def shown_steps(length: int) -> list[int]:
    """The transient whole, then pairs of steps, for both signs of p, ever further apart."""
    later = (round(_TRANSIENT * 1.15**k) for k in range(200))
    return sorted({t + i for t in [*range(_TRANSIENT), *later] for i in (0, 1) if t + i < length})


def _mark(point: SpecialPoint) -> Mark:
    kind = point.kind.split(" (")[0]
    return Mark(kind, float(point.p.digits(15)), float(point.q_digits(15)), kind)


def _asked(asked: Request) -> Picture:
    """With an orbit on top: the one asked for, or else one that comes to rest if it does."""
    require_curved(asked.model.response)
    eta, start = asked.step_size(SMALL), asked.start
    said = (asked.eta, asked.p0, asked.q0) != (None, None, None)
    shown = said or followed(asked.model, eta, start).outcome == "converged"
    return bifurcation_picture(asked.model, eta, [start] if shown else [])


KINDS = (
    Kind("bifurcation", "branches of the frozen map, their stability, an orbit on top", _asked),
)
