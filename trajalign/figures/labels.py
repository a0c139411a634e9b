"""Labels of marked points, put where they cover no curve, no other label and not the frame."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from operator import itemgetter
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from .picture import Mark

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from matplotlib.text import Annotation
    from matplotlib.transforms import Bbox

Points = NDArray[np.float64]

_DIRECTIONS = ((1, 1), (1, -1), (-1, 1), (-1, -1), (1, 0), (-1, 0), (0, 1), (0, -1))
_ACROSS: dict[int, Literal["left", "center", "right"]] = {1: "left", 0: "center", -1: "right"}
_UP: dict[int, Literal["bottom", "center", "top"]] = {1: "bottom", 0: "center", -1: "top"}
_RADII = (4.0, 7.0, 11.0, 16.0, 22.0, 30.0, 40.0)  # points
_LEADER = 9.0  # from this radius on a thin line leads from the label to its mark
_OVERLAP, _OUTSIDE = 50, 200  # as bad as covering so many points of a curve
_GAP = 1.5  # points that stay free around a label
_STEP = 2.0  # pixels between two points at which a line is looked at


def place_labels(figure: Figure, axes: Axes, marks: Sequence[Mark]) -> None:
    """Write the label of every mark with a dot near it, where nothing else is."""
    dotted = [mark for mark in marks if mark.dot and mark.label]
    if not dotted:
        return
    figure.draw_without_rendering()  # now the layout is known, and where each curve runs
    busy = np.concatenate([_pixels(axes, line) for line in axes.lines])
    boxes: list[Bbox] = []
    for mark in dotted:
        boxes.append(_place(figure, axes, mark, busy, boxes))


def _place(figure: Figure, axes: Axes, mark: Mark, busy: Points, boxes: Sequence[Bbox]) -> Bbox:
    text = axes.annotate(
        mark.label,
        (mark.x, mark.y),
        (0, 0),
        textcoords="offset points",
        fontsize="x-small",
        in_layout=False,
        zorder=6,
    )
    gap, frame = _GAP * figure.dpi / 72, axes.get_window_extent()
    tried = []
    for radius, direction in product(_RADII, _DIRECTIONS):
        _move(text, radius, direction)
        box = text.get_window_extent().padded(gap)
        tried.append((_cost(box, frame, busy, boxes), radius, direction, box))
        if tried[-1][0] == 0:
            break
    _, radius, direction, box = min(tried, key=itemgetter(0))
    _move(text, radius, direction)
    if radius >= _LEADER:
        axes.annotate(
            "",
            (mark.x, mark.y),
            text.xyann,
            textcoords="offset points",
            in_layout=False,
            arrowprops={"arrowstyle": "-", "lw": 0.4, "shrinkA": 0, "shrinkB": 2.5},
        )
    return box


def _move(text: Annotation, radius: float, direction: tuple[int, int]) -> None:
    """Put an annotation at a distance of its point; it grows away from it."""
    across, up = direction
    text.xyann = (radius * across, radius * up)
    text.set_horizontalalignment(_ACROSS[across])
    text.set_verticalalignment(_UP[up])


def _pixels(axes: Axes, line: Line2D) -> Points:
    """Where a curve runs, in pixels; the points alone where no line joins them."""
    points = axes.transData.transform(np.column_stack([line.get_xdata(), line.get_ydata()]))
    points = points[np.all(np.isfinite(points), axis=1)]
    return points if line.get_linestyle() == "None" else _along(points)


def _along(corners: Points) -> Points:
    """Points on a polygon line, some pixels apart."""
    if len(corners) < 2:
        return corners
    lengths = np.hypot(*np.diff(corners, axis=0).T)
    place = np.concatenate([[0.0], np.cumsum(lengths)])
    if not 0 < place[-1] < 1e6:
        return corners
    at = np.arange(0, place[-1], _STEP)
    return np.column_stack([np.interp(at, place, corners[:, i]) for i in (0, 1)])


def _cost(box: Bbox, frame: Bbox, busy: Points, boxes: Sequence[Bbox]) -> int:
    """How bad a place is: points of curves that it covers, other labels, and the frame."""
    x, y = busy.T
    covered = int(np.sum((box.x0 < x) & (x < box.x1) & (box.y0 < y) & (y < box.y1)))
    inside = frame.x0 <= box.x0 < box.x1 <= frame.x1 and frame.y0 <= box.y0 < box.y1 <= frame.y1
    overlaps = sum(box.overlaps(other) for other in boxes)
    return covered + _OVERLAP * overlaps + (0 if inside else _OUTSIDE)
