"""A report with little in it, and how tests read a report's page."""

import base64
import json
import re
from dataclasses import dataclass
from functools import cache
from html import unescape
from html.parser import HTMLParser
from typing import Any

from small_appendix import MODEL, small_document

from trajalign.report.gathered import Content, Response, drawn, prefix, proved, to_explore
from trajalign.report.page import page
from trajalign.report.proofs import shown
from trajalign.theory.models import Model, TwoLayerLinear
from trajalign.theory.responses import Loss
from trajalign.verification.running import runner
from trajalign.verification.running.options import Options

BAD = TwoLayerLinear(Loss.parse("cosh(z)-1"))  # breaks A1, A3, A4, A5
LABELS = frozenset({"linear/limit", "linear/alignment", "linear/sharpness"})


@cache
def small_content() -> Content:
    """Three labels that pass, and all of a loss for which little holds."""
    return Content(
        (_response(1, MODEL, Options(LABELS)), _response(2, BAD, Options())),
        Options(),
        controls=None,
    )


def _response(number: int, model: Model, options: Options) -> Response:
    verdicts = tuple(runner.verify([model], options))
    drawings = (drawn(model, "sharpness"), drawn(model, "bifurcation"))
    proofs = shown(small_document(), prefix(number))
    found = to_explore(model)
    return Response(number, model, verdicts, proved(model), proofs, drawings, found)


@cache
def small_page() -> str:
    return page(small_content(), (), "trajalign report -o report")


@dataclass(frozen=True)
class Shown:
    """One row of the table as it stands in the page."""

    id: str
    verdict: str
    evidence: str
    response: str
    cells: dict[str, str]
    text: str
    commands: list[str]
    source: str


_ROW = re.compile(
    r'<tbody id="([^"]+)" data-verdict="([^"]*)" data-evidence="([^"]*)" data-response="([^"]*)">'
    r"(.*?)</tbody>",
    re.DOTALL,
)
_CELL = re.compile(r'<td[^>]*data-title="([^"]*)">(.*?)</td>', re.DOTALL)
_COMMAND = re.compile(r'<pre class="command">(.*?)</pre>', re.DOTALL)
_DOWNLOAD = re.compile(
    r'<a href="data:([^;"]+)(?:;charset=utf-8)?;base64,([^"]*)" download="([^"]+)"'
)


def text_of(source: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", "", source)).split())


def shown_rows(source: str) -> list[Shown]:
    return [
        Shown(
            *(unescape(part) for part in found[:4]),
            {name: text_of(cell) for name, cell in _CELL.findall(found[4])},
            text_of(found[4]),
            [unescape(one) for one in _COMMAND.findall(found[4])],
            found[4],
        )
        for found in _ROW.findall(source)
    ]


def downloads_in(source: str) -> dict[str, str]:
    """The files of text within a page, by their names."""
    return {name: content.decode() for name, content in packed_in(source).items()}


def packed_in(source: str) -> dict[str, bytes]:
    """All files within a page, by their names."""
    return {unescape(name): base64.b64decode(data) for _, data, name in
            _DOWNLOAD.findall(source)}  # fmt: skip


def differences(source: str, results: list[dict[str, Any]]) -> list[str]:
    """Where the rows of a page say something else than the verdicts, as JSON has them."""
    rows, found = shown_rows(source), []
    if len(rows) != len(results):
        return [f"{len(rows)} rows for {len(results)} verdicts"]
    for row, result in zip(rows, results, strict=True):
        missing = [text for text in said(result) if text not in row.text]
        witness = ", ".join(
            f"{name} = {value}" for name, value in (result["witness"] or {}).items()
        )
        if f"Witness: {witness}" not in row.text if witness else "Witness" in row.text:
            found.append(f"{result['label']}: the witness is not {witness!r}")
        where = f"{result['label']}, {result['response']}"
        stated = (row.verdict, row.evidence, row.cells["verdict"].split()[-1])
        if stated != (result["verdict"], result["evidence"] or "none", result["verdict"]):
            found.append(f"{where}: {stated}")
        if not row.id.endswith(f"-{result['label']}") or missing:
            found.append(f"{where}: {row.id} has no {missing}")
        for cell, name, key in (("exact", "coefficient", "exact"), ("order", "order", "measured"),
                                ("measured", "coefficient", "measured")):  # fmt: skip
            number = result["quantities"].get(name, {}).get(key, "")
            if not row.cells[cell].startswith(number) or bool(number) != bool(row.cells[cell]):
                found.append(f"{where}: {cell} is {row.cells[cell]!r}, not {number!r}")
    return found


def said(value: Any) -> list[str]:
    """All texts and numbers of a verdict but the time it took."""
    if isinstance(value, dict):
        return [text for key, v in value.items() if key != "seconds" for text in said(v)]
    if isinstance(value, list):
        return [text for inner in value for text in said(inner)]
    return [] if value is None else [" ".join(str(value).split())]


def results_in(source: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(downloads_in(source)["verify.json"])["results"]
    return found


class Page(HTMLParser):
    """The tags of a page: `wrong` has those that do not close."""

    EMPTY = frozenset({"meta", "mspace", "link", "input", "br", "img"})

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.feed(source)
        self.wrong += self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in self.EMPTY:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(str(value))
            elif name in ("href", "src"):
                self.links.append(str(value))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.EMPTY:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"/{tag}")
