"""The numbers of an appendix as part of a web page: tables, and figures as SVG within the page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from ..figures.drawing import draw
from ..figures.picture import Picture
from .numbers import Numbers, Row

_HEAD = ("statement", "verdict", "evidence", "derived", "measured", "order", "measured")
_WHAT = (
    "Every statement whose hypotheses hold was also tried on orbits of the reduced map: the "
    "coefficient that the derivation gives, the one measured, and the order of its error."
)
_WORDS = 3  # columns before the numbers


def section(numbers: Numbers) -> str:
    """A heading, the tables and the figures."""
    hypotheses = [(r.label, r.verdict, r.evidence) for r in numbers.hypotheses]
    return "\n".join(
        [
            '<h2 id="numbers">Numbers</h2>',
            f"<p>{_WHAT}</p>",
            _table("The hypotheses for this response.", _HEAD[:_WORDS], hypotheses),
            _table("The statements on orbits.", _HEAD, list(map(_cells, numbers.statements))),
            *(figure(picture, f"figure{k}-") for k, picture in enumerate(numbers.pictures)),
        ]
    )


def _cells(row: Row) -> tuple[str, ...]:
    words = (row.label, row.verdict, row.evidence)
    return (*words, row.exact, row.measured, row.claimed_order, row.measured_order)


def _table(caption: str, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    body = "\n".join(f"<tr>{_row(row, 'td')}</tr>" for row in rows)
    return (
        f'<div class="wide" tabindex="0" role="group" aria-label="{escape(caption)}">'
        f"<table><caption>{escape(caption)}</caption>"
        f"<thead><tr>{_row(head, 'th')}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(cells: tuple[str, ...], tag: str) -> str:
    kinds = ("" if k < _WORDS else ' class="number"' for k in range(len(cells)))
    return "".join(
        f"<{tag}{kind}>{escape(cell)}</{tag}>" for cell, kind in zip(cells, kinds, strict=True)
    )


def figure(picture: Picture, prefix: str, more: str = "") -> str:
    """A picture with its caption and more HTML below it; ids of the drawing begin with `prefix`."""
    drawn = draw(picture, "svg").decode()
    svg = _METADATA.sub("", drawn[drawn.index("<svg") :])
    svg = _TRAILING.sub(r"\1", _MARKS.sub(_styled_once, svg))
    # Names within one page have to differ from figure to figure.
    svg = re.sub(r'\b(id="|xlink:href="#|url\(#)', rf"\g<1>{prefix}", svg)
    svg = svg.replace("<svg", f'<svg role="img" aria-label="{escape(picture.caption)}"', 1)
    return f"<figure>{svg}<figcaption>{escape(picture.caption)}.{more}</figcaption></figure>"


def _styled_once(match: re.Match[str]) -> str:
    """The marks of a curve with the style that all of them have at their group."""
    styles = set(_STYLE.findall(match[2]))
    if len(styles) != 1:
        return match[0]
    return f"{match[1]}{styles.pop()}>{_STYLE.sub('', match[2])}</g>"


# What a page has no use for: the file's own description, digits below a hundredth of a point,
# and the same style at every mark of a curve.
_METADATA = re.compile(r"<metadata>.*?</metadata>\s*|<!--.*?-->\s*", re.DOTALL)
_TRAILING = re.compile(r"(\d\d\.\d\d)\d+")
_MARKS = re.compile(r"(<g clip-path=\"[^\"]*\")>((?:\s*<use [^>]*/>)+\s*)</g>")
_STYLE = re.compile(r' style="[^"]*"')
