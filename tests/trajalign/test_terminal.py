"""Tables on terminals of any width: every word of every cell is there."""

import io
import re

import pytest
from rich import box
from rich.table import Table
from rich.text import Text

from trajalign.terminal import Output

WIDTHS = [0, 1, 5, 10, 15, 20, 30, 40, 60, 80, 200]
CELLS = [
    ("linear/A1", "pass", "enclosed", "[0.123456789 +/- 1e-9]"),
    ("linear/edge-of-stability", "n/a", "", "the loss is log(cosh(z+1)) and not normalised"),
    ("[bold]neuron/A5[/]", "fail", "sampled", "sup=2.00198 at z=1e+06, unbounded-as-it-seems"),
]


def table(fixed):
    made = Table(box=box.SIMPLE_HEAD, title=Text("linear  log-cosh"))
    for heading in ("label", "verdict", "evidence", "what was found"):
        made.add_column(heading, no_wrap=heading in fixed, overflow="fold")
    for row in CELLS:
        made.add_row(*row)
    return made


def shown(thing, width, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(width))
    stream = io.StringIO()
    Output(file=stream).print(thing)
    return stream.getvalue()


@pytest.mark.parametrize("fixed", [(), ("label", "verdict")])
@pytest.mark.parametrize("width", WIDTHS)
def test_no_word_is_lost_at_any_width(width, fixed, monkeypatch):
    text = shown(table(fixed), width, monkeypatch)
    for row in CELLS:
        words = [re.sub(r"\[/?bold\]|\[/\]", "", w) for cell in row for w in cell.split()]
        assert [word for word in words if word not in text] == []
        if (
            "─" not in text
        ):  # a plain list has them in their order too, and a dash where one is empty
            line = next(line for line in text.splitlines() if words[0] in line)
            empty = [k for k, cell in enumerate(row) if not cell and any(row[k:])]
            assert [word for word in line.split() if word != "–"] == words
            assert line.split().count("–") == len(empty)
    assert "[bold]" not in text


@pytest.mark.parametrize("width", WIDTHS)
def test_borders_only_where_the_words_fit(width, monkeypatch):
    text = shown(table(()), width, monkeypatch)
    has_borders = "─" in text
    assert has_borders == (width >= 80)
    if has_borders:
        assert max(map(len, text.splitlines())) <= width


@pytest.mark.parametrize("width", WIDTHS)
def test_other_text_is_there_at_any_width(width, monkeypatch):
    words = "orbit converged after 123456 steps in trajalign/averylongnamethatnolinehasroomfor"
    assert words.split()[:6] == shown(words, width, monkeypatch).split()[:6]
    assert shown(words, width, monkeypatch).replace("\n", "").split()[-1][:9] == "trajalign"


def test_an_empty_line_stays_one(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    stream = io.StringIO()
    Output(file=stream).print()
    assert stream.getvalue() == "\n"
