"""The appendix as one web page with MathML: no network, no scripts."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from .. import __version__
from ..theory.derivation.claims import Step
from ..theory.writing.inline import Style, rendered
from ..theory.writing.references import plain
from . import html_numbers
from .document import Document, Entry, Link, continues, links, mark, punctuation
from .formulas import rows
from .mathml import mathml
from .numbers import Numbers

_WIDTH = 80.0  # of a formula's rows, in characters
STYLE = """
:root { color-scheme: light dark; --line: #4a73a8; --ink: #1b1b1b; --paper: #fff; --link: #0b4fa0; }
@media (prefers-color-scheme: dark) {
  :root { --line: #7a9cc6; --ink: #e4e4e4; --paper: #16181b; --link: #9cc4ff; }
  figure svg { filter: invert(1) hue-rotate(180deg); mix-blend-mode: screen; }
}
body { font: 1.05rem/1.55 Georgia, "Times New Roman", serif; max-width: 46rem; margin: 2rem auto;
  padding: 0 1rem; color: var(--ink); background: var(--paper); overflow-wrap: break-word; }
a { color: var(--link); }
h1 { font-size: 1.6rem; line-height: 1.25; } h2 { font-size: 1.25rem; margin-top: 2.5rem; }
math { font-size: 1.05em; } code { font-size: .9em; }
@media (max-width: 46rem) { p, dd { overflow-x: auto; overflow-y: hidden; } }
.hypotheses dt { font-weight: bold; float: left; width: 3rem; }
.hypotheses dd { margin: 0 0 .4rem 3rem; }
.statement { border-left: .25rem solid var(--line); padding: .1rem 0 .1rem .9rem;
  font-style: italic; }
.statement strong { font-style: normal; }
.formula { display: flex; align-items: center; overflow: auto hidden; margin: .6rem 0; }
.formula math { margin: 0 auto; padding: .2rem 0; }
.formula a { padding-left: 1rem; text-decoration: none; color: inherit; }
.formula:target { outline: .1rem solid var(--line); }
.mark, .evidence { font-size: .85rem; }
td, th, mtd { padding: .15em .2em; }
table { border-collapse: collapse; margin: 1rem 0; font-size: .85rem; }
caption { text-align: left; }
.wide { overflow-x: auto; }
th { text-align: left; border-bottom: .06rem solid; } td.number, th.number { text-align: right; }
figure { margin: 1.5rem 0; } figure svg { max-width: 100%; height: auto; background: white; }
figcaption { font-size: .85rem; }
"""


@dataclass(frozen=True)
class Frame:
    """An appendix and how it stands in a page.

    All its ids begin with `prefix`, so that one page can hold several; headings of derivations are
    of this `level`; `folded` derivations are opened by their titles, or by a link to a formula.
    """

    document: Document
    prefix: str = ""
    level: int = 2
    folded: bool = False

    def anchor(self, label: str, step: str = "") -> str:
        """The id of a derivation or of one of its formulas, ready for an attribute."""
        return escape(self.prefix + self.document.anchor(label, step))

    def reference(self, key: str) -> str:
        """The id of a work that is cited."""
        return escape(f"{self.prefix}ref-{key}")


def page(document: Document, numbers: Numbers | None = None) -> str:
    """The whole appendix, with the tables and figures of its numbers where they are given."""
    frame = Frame(document)
    contents = "\n".join(
        f'<li><a href="#{frame.anchor(e.derivation.label)}">'
        f"{words(frame, e.derivation.title)}</a></li>"
        for e in document.entries
    )
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta name="generator" content="trajalign {escape(__version__)}">',
        f"<title>{escape(_plain_title(document))}</title><style>{STYLE}</style></head><body><main>",
        f"<h1>{words(frame, document.title)}</h1>",
        *(f"<p>{words(frame, part)}</p>" for part in document.introduction),
        hypotheses(frame),
        f'<nav aria-label="Contents"><ol>{contents}</ol></nav>' if contents else "",
        *(_entry(frame, entry) for entry in document.entries),
        "" if numbers is None else html_numbers.section(numbers),
        _references(frame),
        "</main></body></html>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def derivations(frame: Frame) -> str:
    """The derivations and their references, to stand in a page whose style has `STYLE`."""
    return "\n".join([*(_entry(frame, e) for e in frame.document.entries), _references(frame)])


def hypotheses(frame: Frame) -> str:
    """What the statements assume: a sentence, and a list of names."""
    (_, general), *named = frame.document.hypotheses
    items = "".join(
        f"<dt>{escape(name)}</dt><dd>{words(frame, text)}.</dd>" for name, text in named
    )
    first = f"Throughout, {general}. The other hypotheses are used where they are named:"
    return f'<p>{words(frame, first)}</p><dl class="hypotheses">{items}</dl>'


def _entry(frame: Frame, entry: Entry) -> str:
    derivation = entry.derivation
    statement = words(frame, derivation.statement, entry)
    name = f"<strong>{entry.name}</strong> (<code>{escape(derivation.label)}</code>)."
    called = f" [{escape(entry.called)}]" if entry.called else ""
    title = f"{entry.number}. {words(frame, derivation.title)}{called}"
    heading = f"<h{frame.level}>{title}</h{frame.level}>"
    parts = [
        f"<details><summary>{heading}</summary>" if frame.folded else "",
        f'<section id="{frame.anchor(derivation.label)}">',
        "" if frame.folded else heading,
        f'<p class="statement">{name} {statement}</p>',
    ]
    for index, step in enumerate(derivation.steps):
        before = "<em>Proof.</em> " if index == 0 else ""
        end = punctuation(derivation.steps, index)
        goes_on = continues(derivation.steps, index)
        parts.append(_step(frame, entry, step, before, end, goes_on))
    parts.append(f'<p class="evidence">{escape(entry.evidence)}</p>')
    if entry.read:
        parts.append(f'<p class="evidence">{words(frame, entry.read, entry)}</p>')
    parts.append("</section>")
    parts.append("</details>" if frame.folded else "")
    return "\n".join(part for part in parts if part)


def _step(frame: Frame, entry: Entry, step: Step, before: str, end: str, goes_on: bool) -> str:
    text = before + words(frame, "" if goes_on else step.text.strip(), entry)
    if not step.claim.sides:
        said = mark(step.claim, lambda source: _cited(frame, [source]))
        return f'<p>{text} <span class="mark">{said}</span></p>'
    paragraph = f"<p>{text}</p>\n" if text.strip() else ""
    return paragraph + display(frame, entry, step, end)


def display(frame: Frame, entry: Entry, step: Step, end: str = "", *, again: bool = False) -> str:
    """A step's formula with its number; `again` where it stands in the page a second time."""
    place = frame.anchor(entry.derivation.label, step.name)
    shown = mathml("\n".join(rows(step.claim, _WIDTH)) + _punctuated(end), display=True)
    number = entry.numbers[step.name]
    own = "" if again else f' id="{place}"'
    return (
        f'<div class="formula"{own} tabindex="0" role="group" aria-label="equation {number}">'
        f'{shown}<a href="#{place}">({number})</a></div>'
    )


def _punctuated(end: str) -> str:
    return rf"\text{{{end}}}" if end in (",", ".") else end


def _references(frame: Frame) -> str:
    items = "".join(
        f'<li id="{frame.reference(key)}">{escape(plain(key))}</li>'
        for key in frame.document.citations
    )
    return f"<h{frame.level}>References</h{frame.level}>\n<ol>{items}</ol>"


def _cited(frame: Frame, keys: list[str]) -> str:
    links = (
        f'<a href="#{frame.reference(key)}">{frame.document.citations.index(key) + 1}</a>'
        for key in keys
    )
    return f"[{', '.join(links)}]"


def _link(frame: Frame, link: Link) -> str:
    text = escape(link.text)
    return f'<a href="#{escape(frame.prefix + link.anchor)}">{text}</a>' if link.anchor else text


def _plain_title(document: Document) -> str:
    return f"Derivations: {document.appendix.model}, {document.appendix.response}"


def words(frame: Frame, text: str, entry: Entry | None = None) -> str:
    """A text of the document; its references are meant within the derivation of `entry`."""

    def refer(kind: str, names: list[str], begins: bool) -> str:
        here = entry.derivation.label if entry else ""
        found = links(frame.document, kind, names, here, begins)
        return "".join(_link(frame, link) for link in found)

    return rendered(
        text,
        Style(
            characters=lambda text: escape(text, quote=False),
            formula=mathml,
            marked=lambda mark, inside: f"<{mark}>{inside}</{mark}>",
            reference=refer,
            citation=lambda keys: _cited(frame, keys),
        ),
    )
