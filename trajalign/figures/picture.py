"""A figure as data: curves, marks and axes, independent of how it is drawn."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

# How a curve looks; `drawing` gives each a line, a width and a grey of its own.
STABLE, UNSTABLE = "stable", "unstable"
ORBIT, MEASURED, PREDICTED = "orbit", "measured", "predicted"
LOOKS = (STABLE, UNSTABLE, ORBIT, MEASURED, PREDICTED)


@dataclass(frozen=True)
class Curve:
    """Points (x, y) of one curve; `look` is one of LOOKS, `name` stands in the legend."""

    name: str
    look: str
    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True)
class Mark:
    """A special point with a label; `kind` is what it is, for the data file."""

    kind: str
    x: float
    y: float
    label: str


@dataclass(frozen=True)
class Picture:
    """What is drawn: labels are plain text with $…$ for mathematics; `log` lists the log axes."""

    kind: str
    caption: str
    x_label: str
    y_label: str
    curves: tuple[Curve, ...]
    marks: tuple[Mark, ...] = ()
    log: str = ""
    x_range: tuple[float, float] | None = None
    y_range: tuple[float, float] | None = None

    def csv(self) -> str:
        """The data behind the figure: one row per point, numbers with 17 digits."""
        text = io.StringIO()
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow(["curve", "look", "x", "y"])
        for curve in self.curves:
            for x, y in zip(curve.x, curve.y, strict=True):
                rows.writerow([curve.name, curve.look, repr(x), repr(y)])
        for mark in self.marks:
            rows.writerow([mark.label, f"mark: {mark.kind}", repr(mark.x), repr(mark.y)])
        return text.getvalue()
