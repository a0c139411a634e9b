"""The report as one web page: no network, no scripts."""

from __future__ import annotations

import base64
import platform
import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from types import MappingProxyType
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from .. import __version__
from ..appendix import html, html_numbers
from ..appendix.mathml import mathml
from ..figures.layered import Node, layered
from ..figures.neighbours import draw_neighbours
from ..marks import MARKS
from ..theory.derivation.latex import latex
from ..theory.writing.inline import Style, rendered
from ..verification.ledger import statements_about
from ..verification.neighbours.table import Checked
from ..verification.statement import Statement
from ..verification.verdicts import Evidence, Outcome
from . import downloads
from .constants import Constant, constants
from .downloads import Download
from .experiments import Kept
from .gathered import Content, Drawing, Response
from .opening import Conclusion, first_numbers, proved
from .proofs import Proved
from .protocols import KeptProtocol
from .verdict_rows import Row, response_words, rows

_PACKAGES = ("trajalign", "sympy", "python-flint", "mpmath", "numpy")
NO_EVIDENCE = "none"


@dataclass(frozen=True)
class Part:
    """One response as the page shows it."""

    response: Response
    rows: tuple[Row, ...]

    @property
    def number(self) -> int:
        """What tells it from the others."""
        return self.response.number

    @property
    def prefix(self) -> str:
        """What the ids of this part begin with."""
        return self.response.prefix

    @property
    def title(self) -> str:
        """The model and its loss or activation, in plain text."""
        return f"{self.response.model.name}, {self.response.model.given}"

    @property
    def stem(self) -> str:
        """What the names of its files begin with."""
        return f"{self.number}-{self.response.model.name}"

    @property
    def heading(self) -> Markup:
        """The same with the formula typeset."""
        model = self.response.model
        shown = mathml(f"{model.response.latex}(z) = {latex(model.response.expression)}")
        return Markup(f"{model.title[:1].upper()}{model.title[1:]} with {shown}")

    @property
    def derivations(self) -> Markup:
        """What they assume, and all of them, folded; "" where there are none."""
        return Markup(self.response.proofs.assumed + self.response.proofs.all)

    @property
    def diagram(self) -> Drawing | None:
        """The bifurcation diagram, with which the page begins."""
        found = [d for d in self.response.drawings if d.kind == "bifurcation" and d.picture]
        return found[0] if found else None

    @property
    def drawings(self) -> list[Drawing]:
        """The figures that stand further down."""
        return [drawing for drawing in self.response.drawings if drawing is not self.diagram]

    @cached_property
    def constants(self) -> list[Constant]:
        """Those of this response."""
        return constants(
            self.response.hypotheses, self.response.verdicts, tuple(self._ledger.values())
        )

    @property
    def proved(self) -> list[Conclusion]:
        """What is proved for all step sizes up to a number."""
        return proved(self.response.verdicts, tuple(self._ledger.values()))

    @property
    def first_numbers(self) -> list[Constant]:
        """The few constants that the page begins with."""
        return first_numbers(self.constants, self.response.model.name)

    @property
    def graph(self) -> Markup:
        """What rests on what among the rows, drawn; each leads to its row."""
        known = {row.label: row for row in self.rows if row.label in self._ledger}
        nodes = {
            label: Node(
                label.removeprefix(f"{self.response.model.name}/"),
                f"#{self.prefix}{label}",
                f"{label}: {row.outcome}, stands on {row.stands}",
                row.stands,
            )
            for label, row in known.items()
        }
        below = {label: self._ledger[label].rests_on for label in known}
        return Markup(layered(below, nodes, f"What rests on what: {self.title}"))

    def refuted_by(self, row: Row) -> Markup:
        """What a check of a statement would have to find to call it false; "" for a hypothesis."""
        known = self._ledger.get(row.label)
        return typeset(known.refuted_by) if known else Markup("")

    @cached_property
    def certificate(self) -> Download | None:
        """That of its hypotheses."""
        return downloads.certificate_of(self.response, self.stem)

    @cached_property
    def downloads(self) -> list[Download]:
        """Its files."""
        found = (
            self.certificate,
            downloads.derivations_of(self.response, self.stem),
            downloads.project_of(self.response, self.stem),
        )
        return [one for one in found if one is not None]

    def statement(self, row: Row) -> Markup:
        """What the ledger says under this label, and of which orbits."""
        if row.verdict.is_hypothesis:
            known = {h.name: h.latex for h in self.response.model.response.hypotheses}
            return typeset(known[row.label.split("/")[-1]])
        statement = self._ledger[row.label]
        said, about = statement.words, statement.about
        return typeset(f"{said}. This is said of orbits with {about}" if about else said)

    def meaning(self, row: Row) -> Markup:
        """What the exact and the measured number of a row are; "" where it has none."""
        known = self._ledger.get(row.label)
        shown = known is not None and row.coefficient is not None
        return typeset(known.numbers.get("coefficient", "")) if known and shown else Markup("")

    def numbers(self, row: Row) -> list[tuple[str, Markup]]:
        """What the numbers found for a statement mean, by their names."""
        known = self._ledger.get(row.label)
        return [(name, typeset(text)) for name, text in known.meanings] if known else []

    @cached_property
    def _ledger(self) -> dict[str, Statement]:
        return {statement.label: statement for statement in statements_about(self.response.model)}

    def link(self, label: str) -> Markup:
        """To the row of a label, where it has one."""
        known = label in {row.label for row in self.rows}
        text = Markup.escape(label)
        return Markup(f'<a href="#{self.prefix}{text}">{text}</a>') if known else text

    def proof(self, row: Row) -> Proved | None:
        """The derivation of this label, if there is one."""
        return self.response.proofs.of(row.label)

    def figure(self, drawing: Drawing) -> Markup:
        """A figure with its command and its data."""
        if drawing.picture is None:
            return Markup("")
        again = ["-o", f"{drawing.kind}.svg", "--data", f"{drawing.kind}.csv"]
        words = ["trajalign", "figure", drawing.kind, *response_words(self.response.model), *again]
        data = downloads.data_of(drawing.picture, self.stem)
        more = _TEMPLATES.get_template("below.html").render(data=data, command=shlex.join(words))
        return Markup(html_numbers.figure(drawing.picture, self.prefix + drawing.kind, more))


@dataclass(frozen=True)
class Choice:
    """One value of a filter with the number of rows that have it."""

    value: str
    words: str
    count: int


def page(
    content: Content,
    studies: Sequence[Kept | KeptProtocol],
    command: str,
    neighbours: Sequence[Checked] = (),
    names: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """The whole page; `command` is what made it, `neighbours` the table of neighbouring papers,
    `names` what a reader calls some labels."""
    parts = [
        Part(response, tuple(rows(response.model, response.verdicts, content.options, names)))
        for response in content.responses
    ]
    controls = content.controls
    context: dict[str, Any] = {
        "parts": parts,
        "studies": studies,
        "neighbours": neighbours,
        "neighbours_picture": _drawing_of_neighbours() if neighbours else "",
        "controls": controls,
        "unrefuted": [one for one in controls or () if not one.refuted],
        "counts": Counter(v.outcome.value for v in content.verdicts),
        "filters": _filters(parts),
        "total": len(content.verdicts),
        "verify": downloads.of_all(content),
        "command": command,
        "version": __version__,
        "versions": {"Python": platform.python_version()} | {p: version(p) for p in _PACKAGES},
        "marks": MARKS,
        "evidence_words": [*reversed(Evidence)],
        "outcome_words": [*Outcome],
        "no_evidence": NO_EVIDENCE,
        "appendix_style": Markup(html.STYLE),
        "study_figure": _study_figure,
        "study_report": _study_report,
        "typeset": typeset,
        "markup": Markup,
    }
    return _TEMPLATES.get_template("page.html").render(context)


def _drawing_of_neighbours() -> str:
    encoded = base64.b64encode(draw_neighbours("svg")).decode()
    return f"data:image/svg+xml;base64,{encoded}"


def typeset(text: str) -> Markup:
    """A text with $formulas$ in LaTeX; no references in it."""

    def none(*_: object) -> str:
        return ""

    found = rendered(
        text,
        Style(
            characters=lambda plain: str(Markup.escape(plain)),
            formula=mathml,
            marked=lambda mark, inside: f"<{mark}>{inside}</{mark}>",
            reference=none,
            citation=none,
        ),
    )
    return Markup(found)


def _filters(parts: Sequence[Part]) -> dict[str, list[Choice]]:
    """What can be chosen: verdicts, evidence, responses; only where there is a choice."""
    every = [row for part in parts for row in part.rows]
    verdicts = Counter(row.outcome for row in every)
    evidence = Counter(row.evidence or NO_EVIDENCE for row in every)
    ladder = [word.value for word in reversed(Evidence)] + [NO_EVIDENCE]
    found = {
        "verdict": [Choice(v, v, verdicts[v]) for v in MARKS if verdicts[v]],
        "evidence": [Choice(v, v, evidence[v]) for v in ladder if evidence[v]],
        "response": [Choice(str(p.number), p.title, len(p.rows)) for p in parts],
    }
    return {name: choices for name, choices in found.items() if len(choices) > 1}


def _study_figure(kept: Kept | KeptProtocol, index: int, number: int) -> Markup:
    """One figure of the study with this place in the page, with its data."""
    picture = kept.pictures[number - 1]
    data = downloads.data_of(picture, kept.study.name)
    more = _TEMPLATES.get_template("below.html").render(data=data, command="")
    return Markup(html_numbers.figure(picture, f"s{index}-{number}-", more))


def _study_report(kept: Kept | KeptProtocol) -> Download:
    return downloads.download(f"{kept.study.name}.json", "report of the study", kept.report)


_TEMPLATES = Environment(
    loader=PackageLoader("trajalign.report"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
