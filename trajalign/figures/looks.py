"""How each kind of curve and region is drawn: told apart by dashes, marks and lightness."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .picture import (
    ATTRACTOR,
    BOUND,
    FAULT,
    MAP,
    MEASURED,
    ORBIT,
    PATH,
    PREDICTED,
    REFERENCE,
    STABLE,
    UNSTABLE,
)

_MARKERS = "os^Dv<>"
_DASHES = ("-", (0, (4, 1.5)), (0, (1, 1)), (0, (5, 1, 1, 1)))
_COLOURS = ("#1b6ca8", "#c1440e", "#3a7d44", "#7a4b94", "#8a6d00", "#0f8b8d", "#5b5b5b")


@dataclass(frozen=True)
class Region:
    """The filling and the hatching of a region."""

    fill: str
    hatch: str


_REGIONS = (
    Region("white", "...."),
    Region("#f2f2f2", ""),
    Region("#b9cfe0", "////"),
    Region("#3b3b3b", ""),
    Region("#c98a5e", "xxxx"),
    Region("white", ""),
    Region("#dedede", ""),
)


def mark() -> dict[str, Any]:
    """The dot of a special point."""
    edge = {"mfc": "white", "mec": "black", "mew": 0.8, "clip_on": False}
    return {"ls": "", "marker": "o", "ms": 3.5, "zorder": 5, **edge}


def note() -> dict[str, Any]:
    """A text that stands by itself."""
    return {"fontsize": "x-small", "ha": "center", "va": "center", "color": "0.25", "zorder": 6}


def line(look: str, number: int) -> dict[str, Any]:
    """The line of a curve; `number` counts the curves of one look."""
    colour, marker, dashes = (many[number % len(many)] for many in (_COLOURS, _MARKERS, _DASHES))
    face = colour if number % 2 == 0 else "white"  # full and hollow, told apart at any size
    points = {"marker": marker, "mfc": face, "mec": colour, "mew": 0.5, "ls": ""}
    known: dict[str, dict[str, Any]] = {
        STABLE: {"color": "black", "lw": 1.8, "zorder": 2},
        UNSTABLE: {"color": "0.45", "lw": 0.7, "ls": (0, (4, 2)), "zorder": 2},
        BOUND: {"color": "black", "lw": 0.9, "ls": (0, (4, 2)), "zorder": 5},
        ORBIT: {"ms": 2.4, "zorder": 3, **points},
        MEASURED: {"ms": 3.0, "zorder": 4, **points},
        PREDICTED: {"color": colour, "lw": 0.9, "ls": dashes, "zorder": 3},
        MAP: {"color": "black", "lw": 1.2, "ls": dashes, "zorder": 2},
        REFERENCE: {"color": "0.3", "lw": 0.7, "ls": _DASHES[-1 - number % 4], "zorder": 1.5},
        PATH: {"color": colour, "lw": 0.7, "zorder": 3},
        ATTRACTOR: {
            "color": "black",
            "ls": "",
            "marker": ".",
            "ms": 0.7,
            "mew": 0,
            "rasterized": True,
        },
        FAULT: {
            "ls": "",
            "marker": "X",
            "ms": 4.5,
            "mfc": "#c1440e",
            "mec": "white",
            "mew": 0.5,
            "zorder": 6,
        },
    }
    return known[look]


def key(look: str) -> dict[str, Any]:
    """What the legend shows otherwise than the figure: dots that are too small there."""
    return {"ms": 2.5} if look == ATTRACTOR else {}


def box() -> Region:
    """The look of a filled rectangle."""
    return _REGIONS[2]


def corner() -> dict[str, Any]:
    """A text in the lower left corner of a panel, on a ground of its own."""
    ground = {"boxstyle": "square,pad=0.25", "fc": "white", "ec": "none"}
    return {"fontsize": "x-small", "ha": "left", "va": "bottom", "bbox": ground, "zorder": 7}


def region(number: int) -> Region:
    """The look of a region by its number."""
    return _REGIONS[number % len(_REGIONS)]
