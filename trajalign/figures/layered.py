"""What rests on what as a drawing: in layers from left to right, every node a link.

Layers by the longest way from what rests on nothing, the order within them by barycentres
(Sugiyama, Tagawa and Toda 1981). An arrow that follows from others is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from html import escape
from itertools import pairwise

_WIDTH, _HEIGHT = 184, 26  # of a node
_ACROSS, _DOWN = 32, 9  # between nodes
_MARGIN, _SWEEPS = 4, 24
Below = Mapping[str, Sequence[str]]
_STYLE = (
    "a rect{fill:none;stroke:currentColor;stroke-width:1}"
    "a text{font:10.5px system-ui,sans-serif;fill:currentColor}"
    "path{fill:none;stroke:currentColor;stroke-opacity:.45}"
    "a:focus-visible rect,a:hover rect{stroke-width:2.5}"
)


@dataclass(frozen=True)
class Node:
    """What a node shows: a short text, where it leads, what it says in full, a class of styles."""

    text: str
    link: str
    title: str = ""
    look: str = ""


def layered(below: Below, shown: Mapping[str, Node], label: str) -> str:
    """The drawing as SVG for a web page; `label` says what it is.

    Parameters: what each node rests on; what those show that are drawn. Raises graphlib.CycleError.

    >>> svg = layered({"b": ["a"]}, {n: Node(n, f"#{n}") for n in "ab"}, "b rests on a")
    >>> svg.count("<a "), svg.count("<path"), svg.startswith("<svg")
    (2, 1, True)
    """
    kept = _reduced({n: [b for b in below.get(n, ()) if b in shown] for n in shown})
    rows = _ordered(kept)
    tall = max((len(row) for row in rows), default=0) * (_HEIGHT + _DOWN) + 2 * _MARGIN
    wide = len(rows) * (_WIDTH + _ACROSS) - _ACROSS + 2 * _MARGIN
    places = {
        name: (_MARGIN + column * (_WIDTH + _ACROSS), _middle(row, len(line), tall))
        for column, line in enumerate(rows)
        for row, name in enumerate(line)
    }
    ways = [_way([places[step] for step in chain]) for chain in _chains(kept)]
    nodes = [_node(shown[name], *places[name]) for name in shown]
    return (
        f'<svg class="layered" viewBox="0 0 {wide} {tall:g}" role="group" '
        f'aria-label="{escape(label)}" xmlns="http://www.w3.org/2000/svg"><style>{_STYLE}</style>'
        f"{''.join(ways)}{''.join(nodes)}</svg>"
    )


def _reduced(below: Below) -> dict[str, list[str]]:
    """Without the arrows that follow from others."""
    under: dict[str, set[str]] = {}
    for name in TopologicalSorter(below).static_order():
        under[name] = set(below[name]).union(*(under[b] for b in below[name]))
    return {
        name: [b for b in found if not any(b in under[other] for other in found)]
        for name, found in below.items()
    }


def _depths(below: Below) -> dict[str, int]:
    depths: dict[str, int] = {}
    for name in TopologicalSorter(below).static_order():
        depths[name] = 1 + max((depths[b] for b in below[name]), default=-1)
    return depths


def _chains(below: Below) -> list[list[str]]:
    """Each arrow as its nodes and the places between them, one for each layer that it passes."""
    depths = _depths(below)
    return [
        [b, *(f"{b} {name} {d}" for d in range(depths[b] + 1, depths[name])), name]
        for name, found in below.items()
        for b in found
    ]


def _ordered(below: Below) -> list[list[str]]:
    """The layers with the places that arrows pass through, so that few of these cross."""
    depths = _depths(below)
    rows: list[list[str]] = [[] for _ in range(max(depths.values(), default=-1) + 1)]
    for name, depth in depths.items():
        rows[depth].append(name)
    near: dict[str, list[str]] = {name: [] for name in depths}
    for chain in _chains(below):
        first = depths[chain[0]]
        for depth, step in enumerate(chain[1:-1], start=first + 1):
            rows[depth].append(step)
        for left, right in pairwise(chain):
            near.setdefault(left, []).append(right)
            near.setdefault(right, []).append(left)
    for _ in range(_SWEEPS):
        at = {n: (k + 0.5) / len(row) for row in rows for k, n in enumerate(row)}
        for row in rows:
            row.sort(key=lambda n: sum(at[m] for m in near[n]) / len(near[n]) if near[n] else at[n])
            at |= {n: (k + 0.5) / len(row) for k, n in enumerate(row)}
    return rows


def _middle(row: int, count: int, tall: float) -> float:
    step = (tall - 2 * _MARGIN) / count
    return _MARGIN + (row + 0.5) * step


def _way(points: Sequence[tuple[float, float]]) -> str:
    """A curve from the right side of the first node to the left side of the last."""
    (x, y), bend = points[0], _ACROSS / 2
    text = f"M{x + _WIDTH:g} {y:g}"
    for (x0, y0), (x1, y1) in pairwise(points):
        start = x0 + _WIDTH
        text += f"C{start + bend:g} {y0:g} {x1 - bend:g} {y1:g} {x1:g} {y1:g}"
        if (x1, y1) != points[-1]:
            text += f"H{x1 + _WIDTH:g}"
    return f'<path d="{text}m-5 -3l5 3l-5 3"/>'


def _node(shown: Node, x: float, y: float) -> str:
    title = f"<title>{escape(shown.title)}</title>" if shown.title else ""
    return (
        f'<a href="{escape(shown.link)}" class="{escape(shown.look)}">{title}'
        f'<rect x="{x:g}" y="{y - _HEIGHT / 2:g}" width="{_WIDTH}" height="{_HEIGHT}" rx="4"/>'
        f'<text x="{x + 7:g}" y="{y + 4:g}">{escape(shown.text)}</text></a>'
    )
