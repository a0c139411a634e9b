"""Drawing a picture with Matplotlib: one style for all, readable in grey and in one column."""

from __future__ import annotations

import io
from importlib import resources
from typing import TYPE_CHECKING, Any

from ..theory.errors import InputError
from .picture import MEASURED, ORBIT, PREDICTED, STABLE, UNSTABLE, Curve, Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FORMATS = ("pdf", "svg", "png")
_WIDTH, _HEIGHT = 3.4, 2.5  # inches; one column of a two-column page
_MARKERS = "os^Dv<>"
_ORBIT_COLOURS = ("#1b6ca8", "#c1440e", "#3a7d44", "#7a4b94")  # of different lightness


def draw(picture: Picture, file_format: str = "pdf") -> bytes:
    """The picture as a PDF, SVG or PNG file's content, the same bytes on every run.

    Raises InputError for another format.
    """
    if file_format not in FORMATS:
        raise InputError(f"a figure is one of {', '.join(FORMATS)}, not {file_format}")
    import matplotlib as mpl
    from matplotlib.figure import Figure

    style = resources.files(__package__).joinpath("trajalign.mplstyle")
    with resources.as_file(style) as path, mpl.rc_context(fname=path):
        figure = Figure(figsize=(_WIDTH, _HEIGHT), layout="constrained")
        _fill(figure.add_subplot(), picture)
        content = io.BytesIO()
        dates = {"pdf": {"CreationDate": None}, "svg": {"Date": None}, "png": {}}[file_format]
        figure.savefig(content, format=file_format, metadata=dates)
    return content.getvalue()


def _fill(axes: Axes, picture: Picture) -> None:
    seen: dict[str, int] = {}
    for curve in picture.curves:
        number = seen.get(curve.look, 0)
        seen[curve.look] = number + 1
        shown = "_nolegend_" if any(_twin(curve, c) for c in _before(picture, curve)) else None
        axes.plot(curve.x, curve.y, label=shown or curve.name, **_look(curve.look, number))
    for mark in picture.marks:
        axes.plot([mark.x], [mark.y], "o", ms=3.5, mfc="white", mec="black", mew=0.8, zorder=5)
        axes.annotate(
            mark.label, (mark.x, mark.y), (4, 4), textcoords="offset points", fontsize="x-small"
        )
    axes.set_xlabel(picture.x_label)
    axes.set_ylabel(picture.y_label)
    if "x" in picture.log:
        axes.set_xscale("log")
        axes.xaxis.set_minor_formatter("")
    if "y" in picture.log:
        axes.set_yscale("log")
        axes.yaxis.set_minor_formatter("")
    if picture.x_range is not None:
        axes.set_xlim(*picture.x_range)
    if picture.y_range is not None:
        axes.set_ylim(*picture.y_range)
    if any(curve.name for curve in picture.curves):
        axes.legend()


def _before(picture: Picture, curve: Curve) -> tuple[Curve, ...]:
    return picture.curves[: picture.curves.index(curve)]


def _twin(a: Curve, b: Curve) -> bool:
    return (a.name, a.look) == (b.name, b.look)


def _look(look: str, number: int) -> dict[str, Any]:
    colour = _ORBIT_COLOURS[number % len(_ORBIT_COLOURS)]
    marker = _MARKERS[number % len(_MARKERS)]
    return {
        STABLE: {"color": "black", "lw": 1.8, "zorder": 2},
        UNSTABLE: {"color": "0.45", "lw": 0.7, "ls": (0, (4, 2)), "zorder": 2},
        ORBIT: {"color": colour, "ls": "", "marker": marker, "ms": 1.8, "mew": 0, "zorder": 3},
        MEASURED: {"color": colour, "ls": "", "marker": marker, "ms": 3.2, "mew": 0, "zorder": 4},
        PREDICTED: {"color": colour, "lw": 0.9, "zorder": 3},
    }[look]
