"""How neighbouring papers hang together: each with the laws that its claims are part of."""

from __future__ import annotations

import io
from importlib import resources
from textwrap import fill
from typing import TYPE_CHECKING, Any

from ..verification.neighbours.laws import Law
from ..verification.neighbours.table import rows
from .library import matplotlib

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SIZE = (7.2, 6.2)  # inches
_WIDE, _TALL = 0.22, 0.045  # of a paper
_PAPERS, _LAWS, _ROOTS = 0.01, 0.6, 0.86  # where the columns are
_LONGEST = 60  # characters of a line of parameters
_LINES = (
    {"color": "#1b6ca8", "ls": "-"},
    {"color": "#c1440e", "ls": (0, (4, 1.5))},
    {"color": "0.3", "ls": (0, (1, 1))},
)
Places = dict[str, float]


def links() -> list[tuple[str, Law, str]]:
    """Every paper with each law that it has a claim of, and with which parameters.

    >>> links()[0][0], links()[0][1].name
    ('agarwala 2022', 'NORMAL_FORM')
    """
    found: dict[tuple[str, Law], list[str]] = {}
    for row in rows():
        name = f"{row.source.key} {row.source.year}"
        found.setdefault((name, row.law), []).append(row.parameters)
    return [(name, law, "; ".join(dict.fromkeys(ps))) for (name, law), ps in found.items()]


def draw_neighbours(file_format: str) -> bytes:
    """Papers, laws, and what the laws follow from, joined by lines: a PDF, SVG or PNG file."""
    mpl = matplotlib()
    from matplotlib.figure import Figure

    content = io.BytesIO()
    style = resources.files(__package__).joinpath("trajalign.mplstyle")
    with resources.as_file(style) as path, mpl.rc_context(fname=path):
        figure = Figure(figsize=_SIZE)
        axes = figure.add_axes((0, 0, 1, 1))
        _fill(axes)
        about: dict[str, Any] = {"Title": "Neighbouring papers and the laws that they are part of"}
        about |= {"pdf": {"CreationDate": None}, "svg": {"Date": None}}.get(file_format, {})
        figure.savefig(content, format=file_format, metadata=about)
    return content.getvalue()


def _fill(axes: Axes) -> None:
    axes.set_axis_off()
    axes.set(xlim=(0, 1), ylim=(0, 1))
    used = {law for _, law, _ in links()}
    laws = [law for law in Law if law in used]
    roots = list(dict.fromkeys(law.root for law in laws))
    papers = _papers()
    place = _spread([*papers]) | _spread([law.value for law in laws]) | _spread(roots)
    for name, law, _ in links():
        look = _LINES[roots.index(law.root) % len(_LINES)]
        axes.plot(
            [_PAPERS + _WIDE, _LAWS], [place[name], place[law.value]], lw=0.9, zorder=1, **look
        )
    for law in laws:
        look = _LINES[roots.index(law.root) % len(_LINES)]
        ends = [place[law.value], place[law.root]]
        axes.plot([_LAWS, _ROOTS], ends, lw=0.9, zorder=1, **look)
    for name, parameters in papers.items():
        _paper(axes, place[name], f"{name}\n{parameters}")
    for law in laws:
        _node(axes, (_LAWS, place[law.value]), law.value.replace(": ", "\n"), "center")
    for root in roots:
        _node(axes, (_ROOTS, place[root]), fill(root, 16), "left")


def _papers() -> dict[str, str]:
    """The papers with their parameters, those of one law together."""
    order, first, told = list(Law), dict[str, int](), dict[str, list[str]]()
    for name, law, parameters in links():
        first[name] = min(first.get(name, len(order)), order.index(law))
        told.setdefault(name, []).append(parameters)
    names = sorted(told, key=lambda name: first[name])
    return {name: fill("; ".join(told[name]), _LONGEST) for name in names}


def _spread(names: list[str]) -> Places:
    """From the top down."""
    step = 1 / len(names)
    return {name: 1 - step * (k + 0.5) for k, name in enumerate(names)}


def _node(axes: Axes, at: tuple[float, float], text: str, side: str) -> None:
    ground = {"boxstyle": "square,pad=0.25", "fc": "white", "ec": "0.5", "lw": 0.5}
    axes.text(*at, text, ha=side, va="center", fontsize="x-small", bbox=ground)


def _paper(axes: Axes, y: float, text: str) -> None:
    from matplotlib.patches import Rectangle

    corner = (_PAPERS, y - _TALL / 2)
    axes.add_patch(Rectangle(corner, _WIDE, _TALL, fc="white", ec="0.5", lw=0.5))
    axes.text(_PAPERS + 0.005, y, text, ha="left", va="center", fontsize="x-small")
