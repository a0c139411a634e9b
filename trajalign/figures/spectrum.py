"""The sharpness of one run as Cohen et al. (2021) draw it: over the steps, beside the loss."""

from __future__ import annotations

import numpy as np

from ..numerics.compile.floats import Floats
from ..numerics.networks import Spectra, Trajectories
from ..studies.judging import EDGE, outcomes
from ..studies.study import Study
from .picture import ORBIT, PATH, REFERENCE, Curve, Picture

_ABOVE = 1.6  # times 2/η
_SHOWN = 400


def spectrum_picture(
    study: Study, recorded: Trajectories, found: Spectra, flow: Trajectories | None
) -> Picture:
    """Of one run, the first that begins a group and is at the edge (else the first of all): the
    loss, the largest eigenvalues of the Hessian with 2/η and, if there is one, the sharpness of the
    gradient flow from the same start, and the share of the gradient along the first eigenvector.
    """
    firsts = [rows[0] for _, rows in study.groups()]
    at_edge = [k for k, run in enumerate(firsts) if outcomes(study, recorded)[run] == EDGE]
    group = at_edge[0] if at_edge else 0
    run, bound = firsts[group], 2 / study.task.step_size
    named = ", ".join(f"{name} = {value:g}" for name, value in study.starts[run].items())
    last = float(recorded.times[-1])
    shares = Picture(
        "network-eigenvalues",
        "",
        "$t$",
        r"share of $\nabla L$",
        (Curve("share of the gradient", ORBIT, *_shown(found.times, found.alignment[group])),),
        y_range=(0.0, 1.02),
    )
    values = [
        Curve(rf"$\lambda_{k + 1}$", PATH, *_shown(found.times, row))
        for k, row in enumerate(found.eigenvalues[group])
    ]
    if flow is not None:
        times = flow.sharpness_times / (study.refinement or 1)
        values.append(Curve("gradient flow", ORBIT, *_shown(times, flow.sharpness[group])))
    spectrum = Picture(
        "network-eigenvalues",
        "",
        "$t$",
        r"eigenvalues",
        (Curve(r"$2/\eta$", REFERENCE, (0.0, last), (bound, bound)), *values),
        y_range=(0.0, _ABOVE * bound),
        below=shares,
    )
    return Picture(
        "network-eigenvalues",
        f"Loss, largest eigenvalues of the Hessian, and the share of the gradient along the first: "
        f"{study.title} ({named})",
        "$t$",
        "$L$",
        (Curve("loss", PATH, *_shown(recorded.times, recorded.loss[run])),),
        log="y",
        below=spectrum,
    )


def _shown(x: Floats, y: Floats) -> tuple[tuple[float, ...], tuple[float, ...]]:
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y) & (y > 0))
    if known.size:
        known = known[np.unique(np.linspace(0, len(known) - 1, _SHOWN).astype(int))]
    return tuple(map(float, x[known])), tuple(map(float, y[known]))
