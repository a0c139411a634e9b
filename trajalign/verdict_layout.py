"""Groups of verdicts as lines of a terminal of a given width: in columns where they fit, else
with the rest of a row below its label."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap

from rich.cells import cell_len
from rich.text import Text

from .verdict_groups import Group, Numbers, Row
from .verification.ledger import GLUE
from .verification.verdicts import Outcome

_STYLES = {
    Outcome.PASS: "green",
    Outcome.FAIL: "bold red",
    Outcome.UNDECIDED: "yellow",
    Outcome.NOT_APPLICABLE: "dim",
}
_STEP, _BELOW = 2, 6  # columns by which rows, and what stands below one, are moved in
_GAP = "  "
_SENTENCE = 36  # columns that a sentence needs beside its label
_MEANING = 24  # columns that the meaning of a number needs
_TITLES = ("exact", "measured", "order", "")
_ORDER = 2  # the column that is set to the right


def styled(outcome: Outcome) -> Text:
    """The word for an outcome, in its colour."""
    word = "n/a" if outcome is Outcome.NOT_APPLICABLE else outcome.value
    return Text(word, _STYLES[outcome])


def filled(heading: str, text: str, width: int, hang: int = _STEP, *, gap: str = _GAP) -> Text:
    """A bold heading with a text after it, filled to the width; later lines are moved in."""
    lead = f"{heading}{gap}" if text and heading else heading
    first, *more = _wrapped(f"{lead}{text}", width, hang)
    whole = Text("\n".join([first, *more]))
    whole.stylize("bold", 0, len(heading))
    return whole


def lines(group: Group, width: int, names: Mapping[str, str]) -> Iterator[Text]:
    """The lines of a group; `names` are what a reader calls some labels, told below their rows."""
    yield filled(group.heading, f"({group.means})" if group.means else "", width)
    rows = [row for block in group.blocks for row in block.rows]
    for block in group.blocks:
        begin = _Beginning.of(rows)
        if block.heading:
            yield _moved(block.heading, width, _STEP)
        if any(row.numbers for row in block.rows):
            yield from _numbered(block.rows, begin, width, names)
        else:
            yield from _in_sentences(block.rows, begin, width, names)
    for text in group.below:
        yield _moved(text, width, _STEP)


@dataclass(frozen=True)
class _Beginning:
    """How wide labels and outcomes are."""

    labels: int
    outcomes: int

    @classmethod
    def of(cls, rows: Sequence[Row]) -> _Beginning:
        return cls(
            max(cell_len(row.label) for row in rows), max(len(styled(row.outcome)) for row in rows)
        )

    @property
    def end(self) -> int:
        """The column at which the third cell begins."""
        return _STEP + self.labels + self.outcomes + 2 * len(_GAP)

    def __call__(self, row: Row) -> Text:
        """The label and the outcome."""
        pad = " " * (self.labels - cell_len(row.label))
        return Text.assemble(f"{'':{_STEP}}{row.label}{pad}{_GAP}", styled(row.outcome))


def _in_sentences(
    rows: Sequence[Row], begin: _Beginning, width: int, names: Mapping[str, str]
) -> Iterator[Text]:
    for row in rows:
        room = width - begin.end if width - begin.end >= _SENTENCE else 0
        yield from _followed(begin(row), row.text, begin.end, room, width)
        yield from _named(row, names, width)


def _numbered(
    rows: Sequence[Row], begin: _Beginning, width: int, names: Mapping[str, str]
) -> Iterator[Text]:
    """Rows with numbers: in columns, with what they are beside them or below, or one by one."""
    columns = _Columns.of([row.numbers for row in rows if row.numbers])
    if begin.end + columns.width > width:
        columns = columns.without_arguments()
    fits = begin.end + columns.width <= width
    after = begin.end + columns.width + len(_GAP)
    room = width - after if fits and width - after >= _MEANING else 0
    if fits:
        yield Text(f"{'':{begin.end}}{columns.titles}".rstrip(), "dim")
    for row in rows:
        start, numbers = begin(row), row.numbers
        if numbers is None:
            yield start
        elif fits:
            start.append(" " * (begin.end - cell_len(start.plain)) + columns.line(numbers))
            yield from _followed(start, numbers.meaning if room else "", after, room, width)
        else:
            yield from _followed(start, _in_a_line(numbers), begin.end, 0, width)
        yield from _named(row, names, width)
    if not room:
        yield from _legend(rows, width, told=fits and not columns.shows_arguments)


def _named(row: Row, names: Mapping[str, str], width: int) -> Iterator[Text]:
    if row.label in names:
        yield _moved(names[row.label], width, _BELOW, "italic")


def _followed(start: Text, text: str, column: int, room: int, width: int) -> Iterator[Text]:
    """The start of a row and what follows: beside it from a column on if there is room, else below
    it."""
    start.rstrip()
    if not room or not text:
        yield start
        if text:
            yield _moved(text, width, _BELOW)
        return
    first, *more = _wrapped(text, room, 0)
    start.append(" " * (column - cell_len(start.plain)) + first)
    yield start
    yield from (Text(" " * column + line) for line in more)


@dataclass(frozen=True)
class _Columns:
    """The widths of the columns of numbers; those of width 0 are left out."""

    widths: tuple[int, ...]

    @classmethod
    def of(cls, found: Sequence[Numbers]) -> _Columns:
        columns = zip(*map(_cells, found), strict=True)
        sizes = (
            (max(map(cell_len, cells)), title)
            for cells, title in zip(columns, _TITLES, strict=True)
        )
        return cls(tuple(max(size, len(title)) if size else 0 for size, title in sizes))

    @property
    def width(self) -> int:
        shown = [size for size in self.widths if size]
        return sum(shown) + len(_GAP) * (len(shown) - 1)

    @property
    def shows_arguments(self) -> bool:
        return self.widths[-1] > 0

    @property
    def titles(self) -> str:
        return self._joined(_TITLES)

    def without_arguments(self) -> _Columns:
        return _Columns((*self.widths[:-1], 0))

    def line(self, numbers: Numbers) -> str:
        return self._joined(_cells(numbers))

    def _joined(self, cells: Sequence[str]) -> str:
        padded = []
        for k, (cell, size) in enumerate(zip(cells, self.widths, strict=True)):
            pad = " " * (size - cell_len(cell)) if size else ""
            if size:
                padded.append(pad + cell if k == _ORDER else cell + pad)
        return _GAP.join(padded)


def _cells(numbers: Numbers) -> tuple[str, ...]:
    return numbers.exact, numbers.measured, numbers.order, numbers.at


def _in_a_line(numbers: Numbers) -> str:
    order = f", order {numbers.order}" if numbers.order else ""
    at = f" at {numbers.at}" if numbers.at else ""
    return f"{numbers.exact}, measured {numbers.measured}{order}{at}"


def _legend(rows: Sequence[Row], width: int, *, told: bool) -> Iterator[Text]:
    """What the numbers are, and where `told`, at which arguments they were taken."""
    found = [
        f"({row.label.split('/')[-1]}) {row.numbers.meaning}"
        + (f", at {row.numbers.at}" if told and row.numbers.at else "")
        for row in rows
        if row.numbers and row.numbers.meaning
    ]
    if found:
        yield _moved(f"what each is: {'; '.join(found)}", width, _STEP)


def _moved(text: str, width: int, by: int, style: str = "") -> Text:
    found = _wrapped(text, width - by, _STEP)
    return Text("\n".join(" " * by + line for line in found), style)


def _wrapped(text: str, width: int, hang: int) -> list[str]:
    """Lines of a text; a formula is broken only where a line has no room for it."""
    if any(cell_len(word) > width - hang for word in text.split(" ")):
        text = text.replace(GLUE, " ")
    found = wrap(text, width, break_on_hyphens=False, subsequent_indent=" " * hang)
    return [line.replace(GLUE, " ") for line in found] or [""]
