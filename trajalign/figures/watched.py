"""A watched run: on the diagram of its own data points, its misfit, and its sharpness."""

from __future__ import annotations

import numpy as np

from ..monitor.watched import Watched
from ..numerics.compile.floats import Floats
from ..studies.many_points import EFFECTIVE, ONE_POINT
from .picture import BOUND, ORBIT, PREDICTED, REFERENCE, Curve, Picture

_LEAST = 1e-6
_TOP = 2.5  # of q


def watched_pictures(found: Watched) -> tuple[Picture, ...]:
    """The diagram, the misfit and, where it was computed, the sharpness."""
    pictures = [_diagram(found), _misfit(found)]
    if found.sharpness is not None:
        pictures.append(_sharpness(found))
    return tuple(pictures)


def _diagram(found: Watched) -> Picture:
    """(p_t, q_t), and from the transient on (p_t, Q₀(p_t; w_t)), the 2-cycles about where the run
    is then: they are on one curve as far as w stays."""
    record = found.record
    p, q, response, edge = (record.column(name) for name in ("p", "q", "response", "edge"))
    wide = 1.05 * float(np.max(np.abs(p), initial=_LEAST, where=np.isfinite(p)))
    top = float(np.clip(1.05 * np.max(q, initial=0, where=np.isfinite(q)), 1.3, _TOP))
    order = np.argsort(p)
    order = order[record.column("step")[order] >= found.transient]
    return Picture(
        "watched-diagram",
        "A run on the bifurcation diagram of its own data points",
        "$p$",
        "$q$",
        (
            Curve("$(p_t, Q_0(p_t; w_t))$", PREDICTED, *_shown(p[order], response[order])),
            Curve("edge, $\\partial G/\\partial p$", REFERENCE, *_shown(p[order], edge[order])),
            Curve("$(p_t, q_t)$", ORBIT, *_shown(p, q)),
        ),
        x_range=(-wide, wide),
        y_range=(0.0, top),
    )


def _misfit(found: Watched) -> Picture:
    times = found.record.column("step")
    curves = [
        Curve(
            label, ORBIT, *_shown(times + 1, np.maximum(np.abs(found.many.misfits[name]), _LEAST))
        )
        for label, name in (("$Q = Q_0(p; w)$", EFFECTIVE), ("$Q = r(p)$", ONE_POINT))
    ]
    first, last = float(max(found.transient, 1)), float(times[-1] + 1)
    bound = Curve("asked for", BOUND, (first, last), (found.asked.median, found.asked.median))
    return Picture(
        "watched-misfit",
        "How far q is from the diagram of its points, and from that of one point",
        "$t + 1$",
        "$|q/Q - 1|$",
        (bound, *curves),
        log="xy",
    )


def _sharpness(found: Watched) -> Picture:
    times = found.record.column("step")
    share = found.record.column("sharpness") * found.record.step_size / 2
    line = Curve(r"$2/\eta$", REFERENCE, (1.0, float(times[-1] + 1)), (1.0, 1.0))
    return Picture(
        "watched-sharpness",
        "Sharpness of the run in units of 2/η",
        "$t + 1$",
        r"$\eta\lambda/2$",
        (line, Curve("run", ORBIT, *_shown(times + 1, share))),
        log="x",
    )


def _shown(x: Floats, y: Floats) -> tuple[tuple[float, ...], tuple[float, ...]]:
    known = np.isfinite(x) & np.isfinite(y)
    return tuple(map(float, x[known])), tuple(map(float, y[known]))
