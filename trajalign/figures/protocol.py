"""A protocol's runs as Cohen et al. (2021) draw them: loss and sharpness over time, a column for
each data set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from ..numerics.compile.floats import Floats
from ..studies.protocol import Protocol
from ..studies.protocol_runs import Track, Tracks
from .picture import MAP, PATH, REFERENCE, Curve, Mark, Picture

KIND = "protocol"
_SHOWN = 300  # points of one run
_ABOVE = 1.15  # times the highest curve
_ROOM = 5  # the same on a logarithmic axis
_TITLE = 0.93  # of the height, where a column's name stands


def protocol_picture(protocol: Protocol, tracks: Sequence[Tracks]) -> Picture:
    """For each data set the loss and, below, the sharpness of the flow and of descent with every
    step size, with 2/η: the legend tells at what share of the flow's largest sharpness that is. The
    control is left out."""
    losses, sharpnesses = [], []
    for one, found in zip(protocol.data_sets, tracks, strict=True):
        losses.append(_losses(protocol, one.name, found))
        sharpnesses.append(_sharpnesses(protocol, one.name, found))
    first, *rest = [*losses, *sharpnesses]
    below: Picture | None = None
    for panel in reversed(rest):
        below = replace(panel, below=below)
    caption = (
        f"{protocol.title}: loss and sharpness of gradient flow, and of descent with step sizes η "
        "for which 2/η (dashed) is a share of the flow's largest sharpness"
    )
    return replace(first, caption=caption, below=below, columns=len(losses))


def _losses(protocol: Protocol, name: str, found: Tracks) -> Picture:
    flow = Curve("gradient flow", MAP, *_shown(found.flow.times, found.flow.loss))
    curves = [
        Curve(_share(fraction), PATH, *_shown(track.times, track.loss))
        for fraction, track in _descents(protocol, found)
    ]
    values = [y for curve in (flow, *curves) for y in curve.y]
    low, high = min(values, default=0.1) / _ABOVE, max(values, default=1.0) * _ROOM
    title = Mark("data set", protocol.time / 2, high * (low / high) ** (1 - _TITLE), name, False)
    return Picture(KIND, "", "$t$", "$L$", (*curves, flow), (title,), log="y", y_range=(low, high))


def _sharpnesses(protocol: Protocol, name: str, found: Tracks) -> Picture:
    curves = []
    for fraction, track in _descents(protocol, found):
        edge = 2 / track.step_size
        curves += [
            Curve(_share(fraction), PATH, *_shown(track.sharpness_times, track.sharpness)),
            Curve(r"$2/\eta$", REFERENCE, (0.0, protocol.time), (edge, edge)),
        ]
    flow = found.flow
    curves.append(Curve("gradient flow", MAP, *_shown(flow.sharpness_times, flow.sharpness)))
    high = max((y for curve in curves for y in curve.y), default=1.0) * _ABOVE
    title = Mark("data set", protocol.time / 2, high * _TITLE, name, False)
    return Picture(KIND, "", "$t$", r"$\lambda$", tuple(curves), (title,), y_range=(0.0, high))


def _descents(protocol: Protocol, found: Tracks) -> Iterator[tuple[float, Track]]:
    return zip(protocol.fractions, found.descents, strict=False)  # without the control


def _share(fraction: float) -> str:
    return rf"descent, $2/\eta$ at {fraction:g}"


def _shown(x: Floats, y: Floats) -> tuple[tuple[float, ...], tuple[float, ...]]:
    known = np.flatnonzero(np.isfinite(y) & (y > 0))
    if known.size:
        known = known[np.unique(np.linspace(0, len(known) - 1, _SHOWN).astype(int))]
    return tuple(map(float, x[known])), tuple(map(float, y[known]))
