"""The page of the neighbouring papers says what the rows say; its numbers are those of a run.

`python tests/test_neighbours_page.py` writes the tables anew.
"""

import re
from pathlib import Path

import pytest

from trajalign.verification.neighbours.row import Row
from trajalign.verification.neighbours.table import Finding, check, rows, sources

PAGE = Path(__file__).resolve().parent.parent / "docs" / "neighbours.md"
BEGIN, END = "<!-- the rows -->", "<!-- end of the rows -->"
NUMBER = re.compile(r" \| [^|]+ \|$", re.MULTILINE)  # the last cell of a line: what was measured


def cell(text: str) -> str:
    return text.replace("|", r"\|").replace("*", r"\*").replace("_", r"\_")


def claim(row: Row) -> str:
    partly = f" *In part:* {cell(row.partly)}." if row.partly else ""
    return (
        f"- **`{row.label}`** ({row.evidence.value}). *Objective:* {cell(row.objective)}. "
        f"*Claim:* {cell(row.claim)} (read in: {cell(row.words)}). *Here:* {cell(row.law.value)}; "
        f"{cell(row.parameters)}.{partly}"
    )


def numbers(findings: dict[str, Finding], own: list[Row]) -> list[str]:
    lines = ["| row | number | formula | predicted | measured |", "|---|---|---|---|---|"]
    for row in own:
        measured = findings[row.label].measured if findings else None
        for k, one in enumerate(row.predict()):
            name = f"`{row.name}`" if k == 0 else ""
            found = measured[k].shown if measured else "?"
            cells = [name, cell(one.name), cell(one.formula), one.shown, found]
            lines.append(f"| {' | '.join(cells)} |")
    return lines


def block(findings: dict[str, Finding]) -> str:
    parts = [BEGIN]
    for source in sources():
        own = [row for row in rows() if row.source == source]
        link = f"[arXiv:{source.arxiv}](https://arxiv.org/abs/{source.arxiv})"
        parts += ["", f"### {source.key}", ""]
        parts += [f"{source.authors}: *{source.title}* ({source.year}), {link}.", ""]
        parts += [claim(row) for row in own]
        parts += ["", *numbers(findings, own)]
    return "\n".join([*parts, "", END])


def shown() -> str:
    text = PAGE.read_text(encoding="utf-8")
    return text[text.index(BEGIN) : text.index(END) + len(END)]


def measured() -> dict[str, Finding]:
    return {one.finding.label: one.finding for one in check(rows(), jobs=2)}


def test_the_page_has_the_words_and_the_predictions_of_the_rows() -> None:
    assert NUMBER.sub(" |", shown()) == NUMBER.sub(" |", block({}))


@pytest.mark.thorough
def test_the_page_has_what_is_measured() -> None:
    assert shown() == block(measured())


def test_a_word_that_was_changed_is_seen() -> None:
    assert NUMBER.sub(" |", shown().replace("2/η", "3/η")) != NUMBER.sub(" |", block({}))


if __name__ == "__main__":
    old = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(old.replace(shown(), block(measured())), encoding="utf-8")
