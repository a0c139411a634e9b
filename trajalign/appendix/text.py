"""The appendix in plain Unicode, 80 columns wide."""

from __future__ import annotations

import re
import textwrap

from ..theory.derivation.claims import Step
from ..theory.writing.inline import Style, rendered
from ..theory.writing.plain_math import plain_math
from ..theory.writing.references import plain
from .document import Document, Entry, continues, links, mark, punctuation
from .formulas import rows

_COLUMNS = 80
_INDENT = "    "
_WIDTH = 56.0  # of a formula's rows, before what is still too long is wrapped
_QUAD = r"\quad "
_KEPT = "\xa0"  # a space at which no line is broken


def page(document: Document) -> str:
    """The whole appendix."""
    parts = [
        _title(_words(document, document.title)),
        *(_paragraph(_words(document, part)) for part in document.introduction),
        *([_hypotheses(document)] if document.hypotheses else []),
        *(_entry(document, entry) for entry in document.entries),
        _references(document),
    ]
    return "\n\n".join(parts).replace(_KEPT, " ") + "\n"


def _title(text: str) -> str:
    lines = textwrap.wrap(text.replace(_KEPT, " "), _COLUMNS)
    return "\n".join([*lines, "=" * max(map(len, lines))])


def _hypotheses(document: Document) -> str:
    (_, general), *named = document.hypotheses
    first = _words(
        document, f"Throughout, {general}. The other hypotheses are used where they are named:"
    )
    items = [
        _paragraph(f"{name}  {_words(document, text)}.", _INDENT, " " * 8) for name, text in named
    ]
    return "\n".join([_paragraph(first), *items])


def _entry(document: Document, entry: Entry) -> str:
    derivation = entry.derivation
    heading = f"{entry.number}  {_words(document, derivation.title)}".replace(_KEPT, " ")
    heading += f" [{entry.called}]" if entry.called else ""
    statement = _words(document, derivation.statement, entry)
    parts = [
        f"{heading}\n{'-' * len(heading)}",
        _paragraph(f"{entry.name} ({derivation.label}). {statement}"),
    ]
    for index, step in enumerate(derivation.steps):
        before = "Proof. " if index == 0 else ""
        end = punctuation(derivation.steps, index)
        parts += _step(document, entry, step, before, end, continues(derivation.steps, index))
    parts.append(_paragraph(f"[{entry.evidence}]"))
    if entry.read:
        parts.append(_paragraph(f"[{_words(document, entry.read, entry)}]"))
    return "\n\n".join(parts)


def _step(
    document: Document, entry: Entry, step: Step, before: str, end: str, goes_on: bool
) -> list[str]:
    text = before + _words(document, "" if goes_on else step.text.strip(), entry)
    if not step.claim.sides:
        said = mark(step.claim, lambda source: _cited(document, [source]))
        return [_paragraph(f"{text} {said}")]
    number = f"({entry.numbers[step.name]})"
    after = f"   {plain_math(end)}" if end.strip(",.") else end
    broken = rows(step.claim, _WIDTH)
    room = _COLUMNS - len(_INDENT) - len(after) - len(number) - 2
    plain_rows = [_plain_row(row, len(broken) > 1) for row in broken]
    *lines, last = [_INDENT + line for row in plain_rows for line in _wrapped(row, room)]
    shown = "\n".join([*lines, f"{last + after:<{_COLUMNS - len(number)}}{number}"])
    return ([_paragraph(text)] if text.strip() else []) + [shown]


def _plain_row(row: str, several: bool) -> str:
    if not several:
        return plain_math(row)
    left, right = row.split("&", 1)
    shown = plain_math(f"{left} {right.removeprefix(_QUAD)}")
    return shown if left else f"    {shown}"


def _wrapped(text: str, width: int) -> list[str]:
    """A formula in lines, broken before a sign, and between factors only where it must be."""
    inner, place, where = text.lstrip().partition("   at ")
    start = text[: len(text) - len(text.lstrip())]
    together = re.sub(r"([=+−<>]) | (?![=+−<>] )", rf"\1{_KEPT}", inner)
    lines = []
    for line in _lines(together, width - len(start), "    "):
        fits = len(line) <= width - len(start)
        lines += [line] if fits else _lines(line.replace(_KEPT, " "), width - len(start), " " * 8)
    if place and len(lines[-1] + place + where) > width - len(start):
        lines.append(" ")
    lines[-1] += place + where
    return [start + line for line in lines]


def _lines(text: str, width: int, later: str) -> list[str]:
    return textwrap.wrap(
        text, width, subsequent_indent=later, break_on_hyphens=False, break_long_words=False
    )


def _paragraph(text: str, first: str = "", later: str = "") -> str:
    return textwrap.fill(
        text,
        _COLUMNS,
        initial_indent=first,
        subsequent_indent=later,
        break_on_hyphens=False,
        break_long_words=False,
    )


def _references(document: Document) -> str:
    lines = [
        _paragraph(f"[{number}] {plain(key)}", "", "    ")
        for number, key in enumerate(document.citations, 1)
    ]
    return "\n".join(["References", "----------", *lines])


def _cited(document: Document, keys: list[str]) -> str:
    return f"[{', '.join(str(document.citations.index(key) + 1) for key in keys)}]"


def _words(document: Document, text: str, entry: Entry | None = None) -> str:
    def refer(kind: str, names: list[str], begins: bool) -> str:
        here = entry.derivation.label if entry else ""
        found = links(document, kind, names, here, begins)
        return "".join(link.text for link in found).replace(" ", _KEPT)

    return rendered(
        text,
        Style(
            characters=lambda text: text,
            formula=lambda latex: plain_math(latex).replace(" ", _KEPT),
            marked=lambda mark, inside: inside,
            reference=refer,
            citation=lambda keys: _cited(document, keys),
        ),
    )
