"""Runs of real networks: on the bifurcation diagram, their alignment, spread, and sharpness."""

from __future__ import annotations

import numpy as np
from flint import arb

from ..numerics.compile.balls import compile_balls, evaluate
from ..numerics.compile.floats import Floats
from ..numerics.networks import Trajectories, effective_diagram
from ..numerics.networks.reduced import is_reducible
from ..studies.judging import EDGE, outcomes, place, response
from ..studies.saturation import Predictions
from ..studies.study import Study
from ..theory.curve.closed import curve_closed
from ..theory.models import P, TwoLayerLinear
from .final_sharpness import final_picture
from .picture import (
    BOUND,
    ORBIT,
    PATH,
    PREDICTED,
    REFERENCE,
    STABLE,
    UNSTABLE,
    Curve,
    Mark,
    Picture,
)

_SHOWN = 90  # points of one run
_SAMPLES = 201
_BITS = 200  # of the formula for h₁, which cancels near 0
_LOW, _HIGH = 1.3, 2.5  # how far up q is shown, at least and at most
_LEAST = 1e-6
_WIDEST = 5.0  # in units of the loss
_RESOLVED = 0.5  # of the sharpness at which Euler's method for the flow becomes unstable
_DECADE = 10  # a sharpness that varies less has a linear axis
_SETTLED = 0.05  # distance of the sharpness from 2/η, where none is asked for
_SETTLING = 0.2  # share of the transient after which w is taken to move slowly
_EARLY = 0.1  # share of the transient after which p is taken to set the width


def study_pictures(
    study: Study,
    recorded: Trajectories,
    flow: Trajectories | None = None,
    predictions: Predictions | None = None,
) -> tuple[Picture, ...]:
    """The figures of a study; `flow` is the gradient flow's trajectories, `predictions` are those
    of the final sharpness, if there are."""
    pictures = (
        diagram_picture(study, recorded),
        residual_picture(study, recorded),
        spread_picture(study, recorded),
        saturation_picture(study, recorded, flow),
    )
    asked = study.criteria.saturation
    if asked is None or predictions is None:
        return pictures
    return (*pictures, final_picture(study, asked, recorded, predictions))


def diagram_picture(study: Study, recorded: Trajectories) -> Picture:
    """(p_t, q_t) of all runs over the branches p = 0 and q = r(p) of the frozen map of one point,
    up to where the runs end; the caption says how many end above the frame. Of many data points one
    run of each group with the branch q = Q₀(p; w) of where it is.
    """
    wide, ends = _width(study, recorded), recorded.q[:, -1]
    top = float(np.clip(1.05 * np.max(ends, initial=0, where=np.isfinite(ends)), _LOW, _HIGH))
    above = int(np.sum(ends > top))
    told = f"; in {above} of {len(ends)} runs q ends above {top:g}" if above else ""
    shown, groups = _logarithmic(len(recorded.times)), _groups(study)
    if study.criteria.diagram is None:
        branches = _branches_of_one_point(study, wide, top)
    else:
        told = f"; one run of each scale, with its own branch{told}"
        branches = _branches_of_runs(study, recorded, wide)
        groups = [(name, rows[:1]) for name, rows in groups]
    runs = [
        Curve(name, ORBIT, _joined(recorded.p[rows][:, shown]), _joined(recorded.q[rows][:, shown]))
        for name, rows in groups
    ]
    return Picture(
        "network-diagram",
        f"Gradient descent on the bifurcation diagram: {study.title}{told}",
        "$p$",
        "$q$",
        (*branches, *runs),
        x_range=(-wide, wide),
        y_range=(0.0, top),
    )


def _branches_of_one_point(study: Study, wide: float, top: float) -> list[Curve]:
    p = np.linspace(-wide, wide, _SAMPLES)
    return [
        Curve("$q = r(p)$", STABLE, _tuple(p), _tuple(response(study.task.loss, p))),
        Curve("", STABLE, (0.0, 0.0), (1.0, top)),
        Curve("unstable", UNSTABLE, (0.0, 0.0), (0.0, 1.0)),
    ]


def _branches_of_runs(study: Study, recorded: Trajectories, wide: float) -> list[Curve]:
    """(p_t, Q₀(p_t; w_t)) of the first run of each group, by p, each side for itself: one curve as
    far as w stays. And that of one point, r(p) of an even loss, which is another."""
    off, first = place(study, recorded).off, True
    late = recorded.times >= _SETTLING * study.criteria.transient
    found = []
    for _, (run, *_) in _groups(study):
        p, own = recorded.p[run], recorded.q[run] / (1 + off[run])
        for side in (p < 0, p > 0):
            steps = np.flatnonzero(side & late & np.isfinite(own))
            order = steps[np.argsort(p[steps])]
            name = "$q = Q_0(p; w)$" if first else ""
            found.append(Curve(name, STABLE, _tuple(p[order]), _tuple(own[order])))
            first = False
    p = np.linspace(-wide, wide, _SAMPLES)
    one = effective_diagram(study.task.loss, p[:, None], np.ones((_SAMPLES, 1))).response
    return [*found, Curve("$q = r(p)$, one point", REFERENCE, _tuple(p), _tuple(one))]


def _width(study: Study, recorded: Trajectories) -> float:
    """The largest |p| that is shown."""
    early = recorded.times >= _EARLY * study.criteria.transient
    sizes = np.abs(recorded.p[:, early])
    unit = float(study.task.loss.scale)
    largest = float(np.max(sizes, initial=unit, where=np.isfinite(sizes)))
    return 1.05 * min(largest, _WIDEST * unit)


def spread_picture(study: Study, recorded: Trajectories) -> Picture:
    """q/r(p) − 1 of the runs at the edge (of all, if none is) against p: how far runs from
    different starts are from one curve. Where the reduced map holds, so is the curve's h₁(p)η².
    """
    wide, bound = _width(study, recorded), study.criteria.misfit
    asked = bound or 0.0
    off = place(study, recorded).off
    found = outcomes(study, recorded)
    judged = [i for i, outcome in enumerate(found) if outcome == EDGE] or list(range(len(found)))
    last = np.abs(off[judged, -1])
    top = max(2 * asked, 1.3 * min(float(np.max(last, initial=0.0, where=np.isfinite(last))), 1.0))
    shown = _logarithmic(len(recorded.times))
    both = () if bound is None else (bound, -bound)
    curves = [Curve("asked for", BOUND, (-wide, wide), (y, y)) for y in both]
    if is_reducible(study.task) and study.task.loss.curvature != 0:
        curves.append(_first_term(study, wide))
    for name, rows in _groups(study):  # an empty curve keeps the marks of a group its own
        kept = [row for row in rows if row in judged]
        p, y = recorded.p[kept][:, shown], off[kept][:, shown]
        curves.append(Curve(name if kept else "", ORBIT, _joined(p), _joined(y)))
    return Picture(
        "network-spread",
        f"How far runs from different starts are from one curve: {study.title}",
        "$p$",
        f"${_ratio(study)} - 1$",
        tuple(curves),
        x_range=(-wide, wide),
        y_range=(-top, top),
    )


def _first_term(study: Study, wide: float) -> Curve:
    term = compile_balls(curve_closed(TwoLayerLinear(study.task.loss), 1), [P])
    p = np.linspace(0, wide, _SAMPLES)[1:]  # h₁ is even, and its formula is 0/0 at 0
    h = np.array([float(evaluate(term, (arb(x),), _BITS)[0]) for x in p.tolist()])
    both = np.concatenate([h[::-1], h]) * study.task.step_size**2
    return Curve(
        r"$h_1(p)\,\eta^2$", PREDICTED, _tuple(np.concatenate([-p[::-1], p])), _tuple(both)
    )


def residual_picture(study: Study, recorded: Trajectories) -> Picture:
    """|q/r(p) − 1| of all runs against time, and the size that is asked for after the transient."""
    shown = _logarithmic(len(recorded.times))
    shown = shown[recorded.times[shown] >= 1]
    off = np.abs(place(study, recorded).off)[:, shown]
    times = np.broadcast_to(recorded.times[shown], off.shape)
    asked, last = study.criteria, float(recorded.times[-1])
    bounds = [
        Curve("asked for", BOUND, (float(max(asked.transient, 1)), last), (y, y))
        for y in (asked.misfit,)
        if y is not None
    ]
    runs = [
        Curve(name, ORBIT, _joined(times[rows]), _joined(np.maximum(off[rows], _LEAST)))
        for name, rows in _groups(study)
    ]
    return Picture(
        "network-alignment",
        f"How far {_ratio(study).replace('Q_0', 'Q₀')} is from 1: {study.title}",
        "$t$",
        f"$|{_ratio(study)} - 1|$",
        (*bounds, *runs),
        log="xy",
    )


def saturation_picture(
    study: Study, recorded: Trajectories, flow: Trajectories | None = None
) -> Picture:
    """The sharpness of all runs in units of 2/η from the start on, so over t + 1: it rises and then
    saturates; that of the gradient flow ends higher.
    """
    kept = _logarithmic(len(recorded.sharpness_times))
    times = recorded.sharpness_times[kept] + 1
    share = recorded.sharpness[:, kept] * study.task.step_size / 2
    grid = np.broadcast_to(times, share.shape)
    first, last = float(times[0]), float(times[-1])
    runs = [
        Curve(name, ORBIT, _joined(grid[rows]), _joined(share[rows]))
        for name, rows in _groups(study)
    ]
    flows = []
    if flow is not None:
        reached = flow.sharpness[:, kept] * study.task.step_size / 2
        good = reached < _RESOLVED * (study.refinement or 0)
        flows = [
            Curve("gradient flow", PATH, _tuple(times[ok]), _tuple(row[ok]))
            for row, ok in zip(reached, good, strict=True)
        ]
        share = np.concatenate([share.ravel(), reached[good]])
    sizes = share[np.isfinite(share) & (share > 0)]
    low, top = 0.7 * float(np.min(sizes, initial=1.0)), 1.9 * float(np.max(sizes, initial=1.0))
    log = "xy" if top > _DECADE * low else "x"
    return Picture(
        "network-sharpness",
        f"Sharpness in units of 2/η: {study.title}",
        "$t + 1$",
        r"$\eta\lambda/2$",
        (Curve(r"$2/\eta$", REFERENCE, (first, last), (1.0, 1.0)), *flows, *runs),
        _phases(study, recorded, top),
        log=log,
        y_range=(low, top),
    )


def _phases(study: Study, recorded: Trajectories, top: float) -> tuple[Mark, ...]:
    """Words above the rise and above the saturation, where most runs have both."""
    share = recorded.sharpness * study.task.step_size / 2
    near = np.abs(share - 1) <= (study.criteria.sharpness or _SETTLED)
    settled = [int(np.flatnonzero(~row)[-1]) + 1 if not row.all() else 0 for row in near if row[-1]]
    if 2 * len(settled) <= len(near):
        return ()
    times = recorded.sharpness_times + 1
    first, last, turn = float(times[0]), float(times[-1]), float(np.median(times[settled]))
    marks = []
    if turn > 3 * first:
        place = float(np.sqrt(first * turn))
        marks.append(Mark("rise", place, 0.75 * top, "progressive sharpening", dot=False))
    if last > 3 * turn:
        place = float(np.sqrt(turn * last))
        marks.append(Mark("saturation", place, 0.75 * top, "saturation", dot=False))
    return tuple(marks)


def _ratio(study: Study) -> str:
    return "q/r(p)" if study.criteria.diagram is None else "q/Q_0(p; w)"


def _groups(study: Study) -> list[tuple[str, list[int]]]:
    """The groups of runs with the names they have in a legend."""
    label = r"\alpha" if "scale" in study.starts[0] else "y_0"
    return [(f"${label} = {value:g}$", rows) for value, rows in study.groups()]


def _logarithmic(length: int) -> np.ndarray:
    """Indices 0 … length − 1, about evenly on a logarithmic axis, in pairs of both parities."""
    at = np.unique(np.geomspace(1, max(length - 1, 1), _SHOWN).astype(int))
    return np.unique(np.clip(np.concatenate([[0], at, at + 1]), 0, length - 1))


def _joined(values: Floats) -> tuple[float, ...]:
    return _tuple(np.asarray(values).ravel())


def _tuple(values: Floats) -> tuple[float, ...]:
    return tuple(map(float, values))
