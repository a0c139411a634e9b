"""The appendix as one web page with MathML: no network, no scripts."""

from __future__ import annotations

import re
from html import escape

from latex2mathml.converter import convert

from .. import __version__
from ..theory.derivation.claims import Cited, Step
from . import html_numbers
from .document import Document, Entry, Link, continues, links, punctuation
from .formulas import rows
from .inline import Style, rendered, without_macros
from .numbers import Numbers
from .references import plain

_WIDTH = 80.0  # of a formula's rows, in characters
_STYLE = """
:root { color-scheme: light dark; }
body { font: 1.05rem/1.55 Georgia, "Times New Roman", serif; max-width: 46rem; margin: 2rem auto;
  padding: 0 1rem; }
h1 { font-size: 1.6rem; line-height: 1.25; } h2 { font-size: 1.25rem; margin-top: 2.5rem; }
math { font-size: 1.05em; } dt { font-weight: bold; float: left; width: 3rem; }
dd { margin: 0 0 .4rem 3rem; } code { font-size: .9em; }
.statement { border-left: .25rem solid #7a9cc6; padding: .1rem 0 .1rem .9rem; font-style: italic; }
.statement strong { font-style: normal; }
.formula { display: flex; align-items: center; overflow-x: auto; margin: .6rem 0; }
.formula math { margin: 0 auto; padding: .2rem 0; }
.formula a { padding-left: 1rem; text-decoration: none; color: inherit; }
.formula:target { outline: .1rem solid #7a9cc6; }
.mark, .evidence { font-size: .85rem; opacity: .8; }
td, th, mtd { padding: .15em .2em; }
table { border-collapse: collapse; margin: 1rem 0; font-size: .85rem; }
caption { text-align: left; }
th { text-align: left; border-bottom: .06rem solid; } td.number, th.number { text-align: right; }
figure { margin: 1.5rem 0; } figure svg { max-width: 100%; height: auto; background: white; }
figcaption { font-size: .85rem; }
"""


def page(document: Document, numbers: Numbers | None = None) -> str:
    """The whole appendix, with the tables and figures of its numbers where they are given."""
    title = _words(document, document.title)
    contents = "\n".join(
        f'<li><a href="#{_id(document, e)}">{_words(document, e.derivation.title)}</a></li>'
        for e in document.entries
    )
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta name="generator" content="trajalign {escape(__version__)}">',
        f"<title>{escape(_plain_title(document))}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{title}</h1>",
        *(f"<p>{_words(document, part)}</p>" for part in document.introduction),
        _hypotheses(document),
        f"<nav><ol>{contents}</ol></nav>" if contents else "",
        *(_entry(document, entry) for entry in document.entries),
        "" if numbers is None else html_numbers.section(numbers),
        _references(document),
        "</body></html>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def mathml(latex: str, *, display: bool = False) -> str:
    r"""A formula, or rows aligned at &, as MathML.

    >>> mathml(r"\taEta").startswith('<math xmlns="http://www.w3.org/1998/Math/MathML"')
    True
    """
    lines = latex.split("\n")
    if len(lines) == 1:
        return _math(_converted(latex), display)
    cells = [[_converted(side) for side in line.split("&", 1)] for line in lines]
    table = "".join(
        f'<mtr><mtd style="text-align: right">{left}</mtd>'
        f'<mtd style="text-align: left">{right}</mtd></mtr>'
        for left, right in cells
    )
    return _math(f'<mtable displaystyle="true">{table}</mtable>', display)


def _math(inner: str, display: bool) -> str:
    kind = ' display="block"' if display else ""
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML"{kind}>{inner}</math>'


def _converted(latex: str) -> str:
    if not latex.strip():
        return ""
    whole = convert(_PRIMES.sub(_as_superscript, without_macros(latex)))
    inner = _OUTER.sub("", whole).removesuffix("</math>")
    return inner.replace("<mi>&#x00064;</mi>", '<mi mathvariant="normal">d</mi>')


def _as_superscript(match: re.Match[str]) -> str:
    """Primes and a power as one superscript, as latex2mathml wants them."""
    primes = r"\prime " * len(match[1])
    return f"^{{{primes}{match[2] or match[3]}}}"


_PRIMES = re.compile(r"('+)\^(?:\{([^{}]*)\}|(\w))")
_OUTER = re.compile(r"^<math[^>]*>")


def _hypotheses(document: Document) -> str:
    (_, general), *named = document.hypotheses
    items = "".join(
        f"<dt>{escape(name)}</dt><dd>{_words(document, text)}.</dd>" for name, text in named
    )
    first = f"Throughout, {general}. The other hypotheses are used where they are named:"
    return f"<p>{_words(document, first)}</p><dl>{items}</dl>"


def _entry(document: Document, entry: Entry) -> str:
    derivation = entry.derivation
    statement = _words(document, derivation.statement, entry)
    name = f"<strong>{entry.name}</strong> (<code>{escape(derivation.label)}</code>)."
    parts = [
        f'<section id="{_id(document, entry)}">',
        f"<h2>{entry.number}. {_words(document, derivation.title)}</h2>",
        f'<p class="statement">{name} {statement}</p>',
    ]
    for index, step in enumerate(derivation.steps):
        before = "<em>Proof.</em> " if index == 0 else ""
        end = punctuation(derivation.steps, index)
        goes_on = continues(derivation.steps, index)
        parts.append(_step(document, entry, step, before, end, goes_on))
    parts.append(f'<p class="evidence">{escape(entry.evidence)}</p></section>')
    return "\n".join(parts)


def _step(
    document: Document, entry: Entry, step: Step, before: str, end: str, goes_on: bool
) -> str:
    text = before + _words(document, "" if goes_on else step.text.strip(), entry)
    if isinstance(step.claim, Cited):
        source = step.claim.source
        mark = f"(Taken from {_cited(document, [source])}; not proved here.)" if source else ""
        return f'<p>{text} <span class="mark">{mark or "(Argued in words.)"}</span></p>'
    place = escape(document.anchor(entry.derivation.label, step.name))
    shown = mathml("\n".join(rows(step.claim, _WIDTH)) + _punctuated(end), display=True)
    number = f'<a href="#{place}">({entry.numbers[step.name]})</a>'
    paragraph = f"<p>{text}</p>\n" if text.strip() else ""
    return f'{paragraph}<div class="formula" id="{place}">{shown}{number}</div>'


def _punctuated(end: str) -> str:
    return rf"\text{{{end}}}" if end in (",", ".") else end


def _references(document: Document) -> str:
    items = "".join(
        f'<li id="ref-{escape(key)}">{escape(plain(key))}</li>' for key in document.citations
    )
    return f"<h2>References</h2>\n<ol>{items}</ol>"


def _cited(document: Document, keys: list[str]) -> str:
    links = (
        f'<a href="#ref-{escape(key)}">{document.citations.index(key) + 1}</a>' for key in keys
    )
    return f"[{', '.join(links)}]"


def _id(document: Document, entry: Entry) -> str:
    return escape(document.anchor(entry.derivation.label))


def _link(link: Link) -> str:
    text = escape(link.text)
    return f'<a href="#{escape(link.anchor)}">{text}</a>' if link.anchor else text


def _plain_title(document: Document) -> str:
    return f"Derivations: {document.appendix.model}, {document.appendix.response}"


def _words(document: Document, text: str, entry: Entry | None = None) -> str:
    def refer(kind: str, names: list[str], begins: bool) -> str:
        here = entry.derivation.label if entry else ""
        return "".join(map(_link, links(document, kind, names, here, begins)))

    return rendered(
        text,
        Style(
            characters=lambda text: escape(text, quote=False),
            formula=mathml,
            marked=lambda mark, inside: f"<{mark}>{inside}</{mark}>",
            reference=refer,
            citation=lambda keys: _cited(document, keys),
        ),
    )
