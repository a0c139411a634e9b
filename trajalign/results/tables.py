"""A table of plain values: as a pandas frame, and as HTML in the colours of the report."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib import resources
from typing import TYPE_CHECKING, Any

from ..marks import MARKS
from ..numerics.extras import require
from ..terminal import Output

if TYPE_CHECKING:
    import pandas as pd

_WIDE = 100  # columns
_COLOUR = re.compile(r"--(pass|fail|undecided|faint|rule):\s*(#[0-9a-fA-F]+)")
# How the page around a result says that it is dark: JupyterLab, VS Code, the site's theme.
_DARK = (
    '[data-jp-theme-light="false"]',
    "body.vscode-dark",
    'body[data-theme="dark"]',
)
_RULES = """
.trajalign table { border-collapse: collapse; margin: .3em 0; }
.trajalign caption { font-weight: bold; text-align: left; padding: .3em 0; caption-side: top; }
.trajalign th, .trajalign td { text-align: left; padding: .15em .8em .15em 0; vertical-align: top;
  border-bottom: 1px solid var(--rule); }
.trajalign .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.trajalign .verdict { font-weight: bold; white-space: nowrap; }
.trajalign .pass { color: var(--pass); } .trajalign .fail { color: var(--fail); }
.trajalign .undecided { color: var(--undecided); }
.trajalign .not-applicable, .trajalign .faint { color: var(--faint); }
"""


@dataclass(frozen=True)
class Table:
    """Rows of plain values (texts, numbers, None) under the names of their columns."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def frame(self) -> pd.DataFrame:
        """As a pandas frame. Raises MissingExtraError, with the command that installs pandas."""
        return require("pandas", "notebook").DataFrame(list(self.rows), columns=list(self.columns))

    def filled(self) -> Table:
        """Without the columns in which nothing stands."""
        kept = [k for k in range(len(self.columns)) if any(row[k] is not None for row in self.rows)]
        names = tuple(self.columns[k] for k in kept)
        return Table(names, tuple(tuple(row[k] for k in kept) for row in self.rows))

    def html(self, caption: str = "", numbers: Sequence[str] = ()) -> str:
        """As a table of HTML; `numbers` are the columns that stand to the right."""
        kinds = [' class="number"' if name in numbers else "" for name in self.columns]
        pairs = list(zip(self.columns, kinds, strict=True))
        head = "".join(f'<th scope="col"{kind}>{escape(name)}</th>' for name, kind in pairs)
        body = "".join(
            "<tr>" + "".join(f"<td{k}>{cell(v)}</td>" for v, k in zip(row, kinds, strict=True))
            + "</tr>" for row in self.rows
        )  # fmt: skip
        title = f"<caption>{escape(caption)}</caption>" if caption else ""
        return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def cell(value: Any) -> str:
    """A value as HTML; the word of a verdict with its mark and its colour."""
    text = "" if value is None else escape(str(value))
    if text not in MARKS:
        return text
    return (
        f'<span class="verdict {text}"><span aria-hidden="true">{MARKS[text]} </span>{text}</span>'
    )


def page(*parts: str) -> str:
    """Pieces of HTML with the style that they need."""
    return f'<div class="trajalign"><style>{_style()}</style>{"".join(parts)}</div>'


@cache
def _style() -> str:
    """The rules, with the colours of the report's style sheet, light and dark."""
    sheet = resources.files("trajalign").joinpath("report/templates/report.css").read_text("utf-8")
    light, dark = (
        " ".join(f"--{name}: {colour};" for name, colour in _COLOUR.findall(block))
        for block in re.findall(r":root \{([^}]*)\}", sheet)[:2]
    )
    named = ", ".join(f"{place} .trajalign" for place in _DARK)
    chosen = (
        f"@media (prefers-color-scheme: dark) {{ body[data-theme=auto] .trajalign {{ {dark} }} }}"
    )
    return f".trajalign {{ {light} }} {named} {{ {dark} }} {chosen}{_RULES}"


def plain() -> Output:
    """A console for what is shown as plain text; in a notebook Rich would show it there at once."""
    return Output(file=io.StringIO(), width=_WIDE, record=True, force_jupyter=False)


def text_of(console: Output) -> str:
    """What was printed there."""
    lines = console.export_text().rstrip().splitlines()
    return "\n".join(line.rstrip() for line in lines)


def decimal(text: str) -> float | None:
    """A number from a text, None where it is none, such as a bound."""
    try:
        return float(text)
    except ValueError:
        return None
