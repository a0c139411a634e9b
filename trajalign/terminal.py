"""What a command shows on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.measure import Measurement
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

_ANY = 10**4  # columns
_NARROW = 40  # columns; with fewer no table is drawn, and the terminal breaks the lines


class Output(Console):
    """A console that cuts off no word, and leaves a broken pipe to the caller."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.is_narrow = self.width < _NARROW
        if self.is_narrow:
            self.width = _NARROW

    def print(self, *objects: Any, **options: Any) -> None:
        """As Rich does, but a table whose words do not fit becomes a plain list."""
        for thing in objects:
            listed = isinstance(thing, Table) and not self._fits(thing)
            wraps = {"soft_wrap": True} if self.is_narrow or listed else {}
            super().print(_listed(self, thing) if listed else thing, **options | wraps)
        if not objects:
            super().print(**options)

    def _fits(self, table: Table) -> bool:
        """Whether there is room for each word; not asked where a width was chosen for a table."""
        if self.is_narrow or table.width is not None:
            return not self.is_narrow
        anything = self.options.update(width=_ANY)
        return Measurement.get(self, anything, table).minimum <= self.width

    def on_broken_pipe(self) -> None:
        """Raise it again."""
        raise BrokenPipeError


def _listed(console: Console, table: Table) -> Text:
    """The title, the headings and the rows of a table, each in one line; "–" for an empty cell
    that others follow."""

    def words(cells: Iterable[Any]) -> Text:
        texts = [c if isinstance(c, Text) else console.render_str(str(c)) for c in cells]
        while texts and not texts[-1]:
            texts.pop()
        return Text("  ").join(text or Text("–") for text in texts)

    title = [words([table.title])] if table.title else []
    head = words(column.header for column in table.columns)
    rows = (words(cells) for cells in zip(*(c.cells for c in table.columns), strict=True))
    return Text("\n").join([*title, head, *rows])


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None] | None]:
    """A bar on stderr that is told (done, total); None where stderr is no terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn())
    # Without a thread that redraws it, the work may be spread over forked processes.
    with Progress(*columns, console=console, transient=True, auto_refresh=False) as bar:
        task = bar.add_task(what, total=None)

        def update(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, refresh=True)

        bar.refresh()
        yield update


@contextmanager
def status_line(what: str) -> Iterator[Callable[[str], None]]:
    """One line on stderr that can be told what is going on; silent where stderr is no terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda text: None
        return
    with console.status(what) as status:
        yield lambda text: status.update(f"{what}: {text}")
