"""The page of the ledger says what the ledger says: its table is the ledger's, word by word.

`python tests/test_ledger_words.py` writes the table anew.
"""

import re
from pathlib import Path
from textwrap import fill

import pytest

from trajalign.verification.ledger import forms, known_statements
from trajalign.verification.statement import Statement

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "ledger.md"
BEGIN, END = "| label | statement, linear | statement, neuron |", "<!-- end of the ledger -->"
MODELS = ("linear", "neuron")


def short(statement: Statement) -> str:
    own = statement.label.startswith(f"{statement.model}/")
    return statement.label.split("/", 1)[1] if own else statement.label


def by_name() -> dict[str, dict[str, Statement]]:
    found: dict[str, dict[str, Statement]] = {}
    for model in MODELS:
        for statement in known_statements(model):
            found.setdefault(short(statement), {})[model] = statement
    order = [form.name for form in forms()]  # each model has one that the other has not
    return {name: found[name] for name in sorted(found, key=order.index)}


def label(name: str, rows: dict[str, Statement]) -> str:
    (*_, row) = rows.values()
    return f"`{row.label}`" if len(rows) == 1 or row.label == name else f"`…/{name}`"


def table() -> str:
    lines = [BEGIN, "|---|---|---|"]
    for name, rows in by_name().items():
        said = [rows[m].conclusion if m in rows else "" for m in MODELS]
        cells = [said[0], "the same" if said[0] == said[1] else said[1]]
        lines.append(
            " | ".join((f"| {label(name, rows)}", *(c.replace("|", r"\|") for c in cells))) + " |"
        )
    return "\n".join(lines)


def orbits() -> str:
    """Which orbits the rows speak of: those of one condition together."""
    groups: dict[str, list[str]] = {}
    for name, rows in by_name().items():
        for statement in rows.values():
            if statement.orbits:
                known = groups.setdefault(statement.orbits, [])
                own = name == "gradient-flow"
                known += [f"`{statement.label}`" if own else f"`{name}`"]
    items = [f"- {', '.join(dict.fromkeys(names))}: {text}." for text, names in groups.items()]
    wrapped = [
        fill(x, 105, subsequent_indent="  ", break_on_hyphens=False, break_long_words=False)
        for x in items
    ]
    return "\n".join(["They are said of the orbits with", "", *wrapped])


def block() -> str:
    return f"{table()}\n\n{orbits()}\n\n{END}"


def shown(text: str) -> str:
    """The part of the page that is the ledger's."""
    return text[text.index(BEGIN) : text.index(END) + len(END)]


def test_the_page_has_the_ledgers_words() -> None:
    assert shown(PAGE.read_text(encoding="utf-8")) == block()


@pytest.mark.parametrize("model", MODELS)
def test_every_word_of_the_ledger_is_there(model: str) -> None:
    """Not by the code that writes it: every conclusion, and every condition on the orbits."""
    text = re.sub(r"\s+", " ", shown(PAGE.read_text(encoding="utf-8")).replace(r"\|", "|"))
    for statement in known_statements(model):
        assert statement.conclusion in text
        assert statement.orbits in text


def test_a_word_that_was_changed_is_seen() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert shown(text.replace("pₜ ≠ 0 for all t", "p₀ ≠ 0")) != block()


@pytest.mark.parametrize("model", MODELS)
def test_statements_on_the_edge_of_stability_speak_of_orbits_that_never_meet_zero(
    model: str,
) -> None:
    about = {short(s): s.orbits for s in known_statements(model)}
    edge = set(about) - {
        *("reduced-map", "sharpness", "solution-sharpness"),
        *("bifurcation/flip", "bifurcation/flat-flip", "bifurcation/two-cycle"),
        *("gradient-flow", "exact", "one-orbit"),
    }
    edge = {name for name in edge if not name.startswith("theorem/")}
    assert len(edge) == 13
    for name in edge:
        assert "pₜ ≠ 0 for all t" in about[name]
        assert "c < q₀" in about[name]
    assert "|p₀| ≤" in about["gradient-flow"]


if __name__ == "__main__":
    old = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(old.replace(shown(old), block()), encoding="utf-8")
