"""Drawing a picture with Matplotlib: one style for all, readable in grey and in one column."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import resources
from typing import TYPE_CHECKING, Any

from ..theory.arguments import shown
from ..theory.errors import ArgumentError, InputError
from . import looks
from .labels import place_labels
from .library import matplotlib
from .picture import Box, Curve, Picture, Regions

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

FORMATS = ("pdf", "svg", "png")
_WIDTH, _HEIGHT, _LEGEND_ROW = 3.4, 2.35, 0.135  # inches; one column of a two-column page
_COLUMN = 2.2  # inches, of several columns
_SHOWN = 1.6  # times the size, on a screen
_LEGEND_COLUMNS, _NARROW = 2, 14  # three columns where no name is longer than this
_ALWAYS = (float("inf"), float("inf"))  # label ticks on axes of however many decades
_SHORT = 40  # a logarithmic axis whose ends differ by less
_DATES: dict[str, dict[str, None]] = {"pdf": {"CreationDate": None}, "svg": {"Date": None}}


def draw(picture: Picture, file_format: str = "pdf") -> bytes:
    """The picture as a PDF, SVG or PNG file's content, the same bytes on every run.

    Raises InputError for another format.
    """
    if file_format not in FORMATS:
        raise InputError(f"a figure is one of {', '.join(FORMATS)}, not {file_format}")
    content = io.BytesIO()
    about = {"Title": picture.caption, **_DATES.get(file_format, {})}

    with_figure(
        picture,
        lambda figure: figure.savefig(content, format=file_format, metadata=about),
    )
    return content.getvalue()


def with_figure(picture: Picture, use: Callable[[Figure], None]) -> None:
    """Draw a picture and do something with the Matplotlib figure, in the style of all."""
    with _style():
        from matplotlib.figure import Figure

        panels = picture.panels
        rows, columns = _grid(picture)
        height = rows * _HEIGHT
        figure = Figure(figsize=(_wide(columns), height), layout="constrained")
        every = [figure.add_subplot(rows, columns, i) for i in range(1, len(panels) + 1)]
        keys = _fill_all(every, panels)
        _legend(figure, keys, height)
        for axes, panel in zip(every, panels, strict=True):
            place_labels(figure, axes, panel.marks)
        use(figure)


def on_axes(picture: Picture, ax: Any = None) -> tuple[Axes, ...]:
    """Draw a picture on axes of a Matplotlib figure that the caller keeps, one for each panel.

    Without `ax` they are new ones of a pyplot figure, which a notebook shows; their legend stands
    within. Raises InputError for another number of axes than the picture has panels.
    """
    matplotlib()
    from matplotlib.axes import Axes

    panels = picture.panels
    if ax is None:
        from matplotlib import pyplot

        with _style():
            rows, columns = _grid(picture)
            size = (_SHOWN * _wide(columns), _SHOWN * _HEIGHT * rows)
            _, grid = pyplot.subplots(
                rows, columns, figsize=size, layout="constrained", squeeze=False
            )
            return _drawn_on(list(grid.flat)[: len(panels)], panels)
    every: list[Any] = (
        [ax] if isinstance(ax, Axes) else list(ax) if hasattr(ax, "__iter__") else [None]
    )
    if not all(isinstance(one, Axes) for one in every):
        raise ArgumentError(f"ax = {shown(ax)}: need Matplotlib axes")
    if len(every) != len(panels):
        raise InputError(f"ax: the picture has {len(panels)} panels, so it needs as many axes")
    return _drawn_on(every, panels)


def _grid(picture: Picture) -> tuple[int, int]:
    """How many rows and columns its panels fill."""
    return -(-len(picture.panels) // picture.columns), picture.columns


def _wide(columns: int) -> float:
    return _WIDTH if columns == 1 else columns * _COLUMN


def _drawn_on(every: list[Axes], panels: Sequence[Picture]) -> tuple[Axes, ...]:
    keys = _fill_all(every, panels)
    if keys:
        every[0].legend(list(keys.values()), list(keys), fontsize="x-small")
    for axes, panel in zip(every, panels, strict=True):
        figure = axes.get_figure(root=True)
        assert figure is not None
        place_labels(figure, axes, panel.marks)
    return tuple(every)


@contextmanager
def _style() -> Iterator[None]:
    mpl = matplotlib()
    style = resources.files(__package__).joinpath("trajalign.mplstyle")
    with resources.as_file(style) as path, mpl.rc_context(fname=path):
        yield


def _fill_all(every: Sequence[Axes], panels: Sequence[Picture]) -> dict[str, Artist]:
    keys: dict[str, Artist] = {}
    for axes, panel in zip(every, panels, strict=True):
        keys |= _fill(axes, panel)
    return keys


def _fill(axes: Axes, picture: Picture) -> dict[str, Artist]:
    """Draw everything but the labels; returns what stands in the legend, by its name."""
    keys = {box.name: _fill_box(axes, box) for box in picture.boxes}
    if picture.regions is not None:
        keys |= _fill_regions(axes, picture.regions)
    seen: dict[str, int] = {}
    for curve in picture.curves:
        number = seen.get(curve.look, 0)
        seen[curve.look] = number + 1
        (line,) = axes.plot(curve.x, curve.y, **looks.line(curve.look, number))
        if curve.name:
            keys.setdefault(curve.name, _key(line, curve))
    for mark in picture.marks:
        if mark.dot:
            axes.plot([mark.x], [mark.y], **looks.mark())
        else:
            axes.text(mark.x, mark.y, mark.label, **looks.note())
    if picture.note:
        axes.text(0.02, 0.03, picture.note, transform=axes.transAxes, **looks.corner())
    _axes(axes, picture)
    return keys


def _key(line: Line2D, curve: Curve) -> Artist:
    """What stands for a curve in the legend."""
    from matplotlib.lines import Line2D

    key = Line2D([], [])
    key.update_from(line)
    key.update(looks.key(curve.look))
    return key


def _fill_regions(axes: Axes, regions: Regions) -> dict[str, Artist]:
    """The cells of a divided plane, each with the grey and the hatching of its name."""
    from matplotlib.colors import ListedColormap
    from matplotlib.patches import Patch

    numbers = regions.looks or range(len(regions.names))
    known = [looks.region(number) for number in numbers]
    axes.imshow(
        regions.codes,
        cmap=ListedColormap([look.fill for look in known]),
        vmin=-0.5,
        vmax=len(known) - 0.5,
        extent=(*_ends(regions.x), *_ends(regions.y)),
        aspect="auto",
        origin="lower",
        interpolation="nearest",
        zorder=0,
    )
    keys: dict[str, Artist] = {}
    for code in sorted({code for row in regions.codes for code in row}):
        look = known[code]
        if look.hatch:
            inside = [[float(c == code) for c in row] for row in regions.codes]
            axes.contourf(
                regions.x, regions.y, inside, levels=[0.5, 1.5], colors="none", hatches=[look.hatch]
            )
        keys[regions.names[code]] = Patch(fc=look.fill, ec="0.3", hatch=look.hatch, lw=0.4)
    return keys


def _fill_box(axes: Axes, box: Box) -> Artist:
    from matplotlib.patches import Patch, Rectangle

    look, (x, right), (y, top) = looks.box(), box.x, box.y
    paint: dict[str, Any] = {"fc": look.fill, "hatch": look.hatch, "ec": "0.15"}
    axes.add_patch(Rectangle((x, y), right - x, top - y, lw=1.0, zorder=1, **paint))
    return Patch(lw=0.4, **paint)


def _ends(values: tuple[float, ...]) -> tuple[float, float]:
    """The outer edges of the first and the last of equally spaced cells."""
    half = (values[-1] - values[0]) / (len(values) - 1) / 2
    return values[0] - half, values[-1] + half


def _axes(axes: Axes, picture: Picture) -> None:
    axes.set_xlabel(picture.x_label)
    axes.set_ylabel(picture.y_label)
    for name, ends in (("x", picture.x_range), ("y", picture.y_range)):
        if name in picture.log:
            _logarithmic(axes, name)
        if ends is not None:
            axes.set(**{f"{name}lim": ends})


def _logarithmic(axes: Axes, name: str) -> None:
    """A logarithmic axis; on a short one 2 and 5 times each power of ten are labelled too."""
    from matplotlib.ticker import LogFormatterSciNotation, LogLocator

    axes.set(**{f"{name}scale": "log"})
    axis = {"x": axes.xaxis, "y": axes.yaxis}[name]
    axis.set_minor_formatter("")
    low, high = axis.get_view_interval()
    if high < _SHORT * low:
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axis.set_major_formatter(
            LogFormatterSciNotation(labelOnlyBase=False, minor_thresholds=_ALWAYS)
        )


def _legend(figure: Figure, keys: dict[str, Artist], height: float) -> None:
    """Above the axes, where it covers nothing; the figure grows with its rows."""
    if not keys:
        return
    columns = _LEGEND_COLUMNS + (max(map(len, keys)) <= _NARROW)
    rows = -(-len(keys) // columns)
    figure.set_figheight(height + rows * _LEGEND_ROW)
    figure.legend(list(keys.values()), list(keys), loc="outside upper center", ncols=columns)
