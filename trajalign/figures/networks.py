"""Runs of real networks: on the bifurcation diagram, their alignment, and their sharpness."""

from __future__ import annotations

import numpy as np

from ..numerics.floats import Floats
from ..numerics.networks import Trajectories
from ..studies.judging import residuals, response
from ..studies.study import Study
from .picture import ORBIT, PATH, REFERENCE, STABLE, UNSTABLE, Curve, Mark, Picture

_SHOWN = 90  # points of one run
_SAMPLES = 201
_TOP, _LEAST = 1.3, 1e-6
_WIDEST = 5.0  # in units of the loss
_RESOLVED = 0.5  # of the sharpness at which Euler's method for the flow becomes unstable
_EARLY = 0.1  # share of the transient after which p is taken to set the width


def study_pictures(
    study: Study, recorded: Trajectories, flow: Trajectories | None = None
) -> tuple[Picture, ...]:
    """The three figures of a study; `flow` is the gradient flow's trajectories, if there are."""
    return (
        diagram_picture(study, recorded),
        residual_picture(study, recorded),
        saturation_picture(study, recorded, flow),
    )


def diagram_picture(study: Study, recorded: Trajectories) -> Picture:
    """(p_t, q_t) of all runs over the branches p = 0 and q = r(p) of the frozen map."""
    early = recorded.times >= _EARLY * study.criteria.transient
    sizes = np.abs(recorded.p[:, early])
    loss = study.task.loss
    unit = float(loss.scale)
    wide = 1.05 * min(max(float(np.max(sizes[np.isfinite(sizes)])), unit), _WIDEST * unit)
    p = np.linspace(-wide, wide, _SAMPLES)
    branches = (
        Curve("$q = r(p)$", STABLE, _tuple(p), _tuple(response(loss, p))),
        Curve("", STABLE, (0.0, 0.0), (1.0, _TOP)),
        Curve("unstable", UNSTABLE, (0.0, 0.0), (0.0, 1.0)),
    )
    shown = _logarithmic(len(recorded.times))
    runs = [
        Curve(name, ORBIT, _joined(recorded.p[rows][:, shown]), _joined(recorded.q[rows][:, shown]))
        for name, rows in _groups(study)
    ]
    return Picture(
        "network-diagram",
        f"Gradient descent on the bifurcation diagram: {study.title}",
        "$p$",
        "$q$",
        (*branches, *runs),
        x_range=(-wide, wide),
        y_range=(0.0, _TOP),
    )


def residual_picture(study: Study, recorded: Trajectories) -> Picture:
    """|q/r(p) − 1| of all runs against time, and the size that is asked for after the transient."""
    shown = _logarithmic(len(recorded.times))
    shown = shown[recorded.times[shown] >= 1]
    off = np.abs(residuals(study.task.loss, recorded.p, recorded.q))[:, shown]
    times = np.broadcast_to(recorded.times[shown], off.shape)
    asked, last = study.criteria, float(recorded.times[-1])
    bound = Curve(
        "asked for",
        UNSTABLE,
        (float(max(asked.transient, 1)), last),
        (asked.alignment, asked.alignment),
    )
    runs = [
        Curve(name, ORBIT, _joined(times[rows]), _joined(np.maximum(off[rows], _LEAST)))
        for name, rows in _groups(study)
    ]
    return Picture(
        "network-alignment",
        f"How far q/r(p) is from 1: {study.title}",
        "$t$",
        "$|q/r(p) - 1|$",
        (bound, *runs),
        log="xy",
    )


def saturation_picture(
    study: Study, recorded: Trajectories, flow: Trajectories | None = None
) -> Picture:
    """The sharpness of all runs in units of 2/η: it rises and then saturates; that of the gradient
    flow goes on rising.
    """
    late = recorded.sharpness_times >= 1
    kept = np.flatnonzero(late)[_logarithmic(int(late.sum()))]
    times = recorded.sharpness_times[kept]
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
    return Picture(
        "network-sharpness",
        f"Sharpness in units of 2/η: {study.title}",
        "$t$",
        r"$\eta\lambda/2$",
        (Curve(r"$2/\eta$", REFERENCE, (first, last), (1.0, 1.0)), *flows, *runs),
        _phases(study, recorded, top),
        log="xy",
        y_range=(low, top),
    )


def _phases(study: Study, recorded: Trajectories, top: float) -> tuple[Mark, ...]:
    """Words above the rise and above the saturation, where the runs have both."""
    share = recorded.sharpness * study.task.step_size / 2
    near = np.abs(share - 1) <= study.criteria.sharpness
    settled = [int(np.flatnonzero(~row)[-1]) + 1 if not row.all() else 0 for row in near if row[-1]]
    if not settled:
        return ()
    times = recorded.sharpness_times
    first, last = max(float(times[1]), 1.0), float(times[-1])
    turn = max(float(np.median(times[settled])), first)
    marks = []
    if turn > 3 * first:
        place = float(np.sqrt(first * turn))
        marks.append(Mark("rise", place, 0.75 * top, "progressive sharpening", dot=False))
    if last > 3 * turn:
        place = float(np.sqrt(turn * last))
        marks.append(Mark("saturation", place, 0.75 * top, "saturation", dot=False))
    return tuple(marks)


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
