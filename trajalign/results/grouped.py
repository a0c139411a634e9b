"""Verdicts as HTML, in the groups in which the terminal shows them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from ..remedies import remedies
from ..verdict_groups import Block, Group, Row, groups, not_applicable
from ..verdict_output import by_response
from ..verdict_words import answer, count_of, hypotheses_in_words
from ..verification.hypotheses.information import WORDS
from ..verification.verdicts import Verdict
from .tables import Table

_SENTENCES = ("label", "verdict", "")
_NUMBERS = ("label", "verdict", "exact", "measured", "order", "at", "what it is")


def body(verdicts: Sequence[Verdict], information: Sequence[Verdict]) -> str:
    """The groups of each response, and what stands around them."""
    parts: list[str] = []
    for (model, response), found in by_response(verdicts):
        about = [verdict for verdict in information if verdict.subject == (model, response)]
        parts.append(f"<p><b>{escape(model)}</b> <code>{escape(response)}</code></p>")
        parts += _hypotheses(found, about)
        for group in groups(found):
            parts += _group(group)
        parts += _remarks(found)
    return "".join(parts)


def _hypotheses(verdicts: Sequence[Verdict], information: Sequence[Verdict]) -> Iterator[str]:
    if all(verdict.is_hypothesis for verdict in verdicts):
        return
    if told := hypotheses_in_words(verdicts):
        yield f"<div><b>Hypotheses</b> {escape(told)}</div>"
    for verdict in information:
        condition = WORDS[verdict.label.split("/")[-1]]
        yield _line(f"for information: {condition}: {answer(verdict)}")


def _group(group: Group) -> Iterator[str]:
    means = f' <span class="faint">{escape(group.means)}</span>' if group.means else ""
    yield f"<p><b>{escape(group.heading)}</b>{means}</p>"
    yield from map(_block, group.blocks)
    yield from map(_line, group.below)


def _block(block: Block) -> str:
    if any(row.numbers for row in block.rows):
        table = Table(_NUMBERS, tuple(map(_with_numbers, block.rows)))
    else:
        table = Table(_SENTENCES, tuple((*_begun(row), row.text or None) for row in block.rows))
    return table.filled().html(block.heading, _NUMBERS[2:5])


def _begun(row: Row) -> tuple[str, str]:
    return row.label, row.outcome.value


def _with_numbers(row: Row) -> tuple[str | None, ...]:
    n = row.numbers
    if n is None:
        return (*_begun(row), None, None, None, None, row.text or None)
    more = (n.exact, n.measured, n.order, n.at, n.meaning)
    return (*_begun(row), *(text or None for text in more))


def _remarks(verdicts: Sequence[Verdict]) -> Iterator[str]:
    for reason, labels in not_applicable(verdicts).items():
        yield _line(f"{count_of(labels)}: {reason}")
    for remedy in remedies(verdicts):
        yield _line(f"{remedy.why}:")
        yield f"<pre>{escape(remedy.command)}</pre>"
        yield _line(remedy.means)


def _line(text: str) -> str:
    return f'<div class="faint">{escape(text)}</div>'
