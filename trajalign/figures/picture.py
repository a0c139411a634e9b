"""A figure as data: curves, regions, marks and axes, independent of how it is drawn."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

# How a curve looks; `drawing` gives each a line, a width and a grey of its own.
STABLE, UNSTABLE = "stable", "unstable"
BOUND = "bound"  # the largest value allowed
ORBIT, MEASURED, PREDICTED = "orbit", "measured", "predicted"
MAP, REFERENCE, PATH, ATTRACTOR = "map", "reference", "path", "attractor"
FAULT = "fault"  # points where what is claimed is false
LOOKS = (
    STABLE,
    UNSTABLE,
    BOUND,
    ORBIT,
    MEASURED,
    PREDICTED,
    MAP,
    REFERENCE,
    PATH,
    ATTRACTOR,
    FAULT,
)


@dataclass(frozen=True)
class Curve:
    """Points (x, y) of one curve; `look` is one of LOOKS, `name` stands in the legend."""

    name: str
    look: str
    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True)
class Mark:
    """A special point with a label; `kind` is what it is, for the data file.

    Without `dot` the label stands in the middle at (x, y), and nothing is drawn there.
    """

    kind: str
    x: float
    y: float
    label: str
    dot: bool = True


@dataclass(frozen=True)
class Regions:
    """A plane divided by what happens: `codes[j][i]` numbers into `names`, at (x[i], y[j]).

    `looks` are the numbers of their fillings, 0, 1, … where it is empty.
    """

    names: tuple[str, ...]
    x: tuple[float, ...]
    y: tuple[float, ...]
    codes: tuple[tuple[int, ...], ...]
    looks: tuple[int, ...] = ()


@dataclass(frozen=True)
class Box:
    """A filled rectangle over the regions, from x[0] to x[1] and from y[0] to y[1]."""

    name: str
    x: tuple[float, float]
    y: tuple[float, float]


@dataclass(frozen=True)
class Picture:
    """What is drawn: labels are plain text with $…$ for mathematics; `log` lists the log axes.

    `note` stands in a corner; `below` is a second panel, drawn under this one with one legend. With
    `columns` of the first panel the panels fill so many columns, row by row.
    """

    kind: str
    caption: str
    x_label: str
    y_label: str
    curves: tuple[Curve, ...]
    marks: tuple[Mark, ...] = ()
    log: str = ""
    x_range: tuple[float, float] | None = None
    y_range: tuple[float, float] | None = None
    regions: Regions | None = None
    boxes: tuple[Box, ...] = ()
    note: str = ""
    below: Picture | None = None
    columns: int = 1

    @property
    def panels(self) -> tuple[Picture, ...]:
        """This picture and those below it."""
        return (self,) if self.below is None else (self, *self.below.panels)

    def csv(self) -> str:
        """The data behind the figure: one row per point, numbers with 17 digits.

        With several panels each row says in which of them it is, from the top and row by row.
        """
        text, many = io.StringIO(), self.below is not None
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow([*["panel"][: int(many)], "curve", "look", "x", "y"])
        for number, panel in enumerate(self.panels, start=1):
            for name, look, x, y in panel._rows():
                rows.writerow([*[number][: int(many)], name, look, repr(x), repr(y)])
        return text.getvalue()

    def _rows(self) -> Iterator[tuple[str, str, float, float]]:
        for curve in self.curves:
            for x, y in zip(curve.x, curve.y, strict=True):
                yield curve.name, curve.look, x, y
        for mark in self.marks:
            yield mark.label, f"mark: {mark.kind}", mark.x, mark.y
        for box in self.boxes:
            for x, y in zip(box.x, box.y, strict=True):
                yield box.name, "box", x, y
        if self.regions is not None:
            for y, codes in zip(self.regions.y, self.regions.codes, strict=True):
                for x, code in zip(self.regions.x, codes, strict=True):
                    yield self.regions.names[code], "region", x, y
