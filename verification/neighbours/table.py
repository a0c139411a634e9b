"""The table of neighbouring papers: its rows, each from its paper's file, and their verdicts."""

from __future__ import annotations

import difflib
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from ...numerics.pools import Progress, workers
from ...theory.errors import InputError
from ..verdicts import Outcome
from . import papers
from .effort import QUICK, Effort
from .row import Expected, Judgement, Measured, Row, Source, judge


@cache
def rows() -> tuple[Row, ...]:
    """All rows, by the year of the paper, its key, and then in their order there.

    >>> [row.label for row in rows()][:2]
    ['agarwala/limit', 'ahn/beta-3']
    """
    names = [module.name for module in iter_modules(papers.__path__)]
    found = [row for name in names for row in import_module(f"{papers.__name__}.{name}").ROWS]
    return tuple(sorted(found, key=lambda row: (row.source.year, row.source.key)))


def sources() -> tuple[Source, ...]:
    """The papers, in the order of the rows."""
    return tuple(dict.fromkeys(row.source for row in rows()))


def rows_of(keys: Iterable[str]) -> tuple[Row, ...]:
    """The rows of some papers, all where none is named. Raises InputError for an unknown one.

    >>> [row.name for row in rows_of(["kreisler"])]
    ['monotone', 'label']
    """
    wanted, known = list(keys), [source.key for source in sources()]
    for key in wanted:
        if key not in known:
            close = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean {close[0]}? " if close else ""
            raise InputError(f"--source {key[:60]!r}: {hint}known are {', '.join(known)}")
    return tuple(row for row in rows() if not wanted or row.source.key in wanted)


@dataclass(frozen=True)
class Finding:
    """A row with what was expected, what was measured and what that comes to."""

    label: str
    expected: tuple[Expected, ...]
    measured: tuple[Measured, ...]
    judgement: Judgement
    seconds: float

    @property
    def row(self) -> Row:
        """The row of the table."""
        return _by_label()[self.label]


@dataclass(frozen=True)
class FalsifiedRow:
    """A falsified copy of a row and whether it was refuted."""

    label: str
    falsified: str
    refuted: bool
    objection: str


@dataclass(frozen=True)
class Checked:
    """What was found for a row, and for its falsified copies where these were tried."""

    finding: Finding
    falsified: tuple[FalsifiedRow, ...]


def check(
    wanted: Sequence[Row],
    effort: Effort = QUICK,
    *,
    controls: bool = False,
    jobs: int = 1,
    progress: Progress | None = None,
) -> list[Checked]:
    """Predict, measure and judge some rows; with `controls` their falsified copies too.

    `jobs` > 1 spreads the rows over that many processes.
    """
    work = [(row.label, effort, controls) for row in wanted]
    found = []
    with workers(jobs, forked=True) as pool:
        for done, one in enumerate(_each(pool, work), start=1):
            found.append(one)
            if progress is not None:
                progress(done, len(work))
    return found


def _each(pool: Executor | None, work: list[tuple[str, Effort, bool]]) -> Iterable[Checked]:
    return map(_checked, work) if pool is None else pool.map(_checked, work)


def _checked(job: tuple[str, Effort, bool]) -> Checked:
    label, effort, controls = job
    row, begin = _by_label()[label], time.perf_counter()
    expected = row.predict()  # before anything is run
    measured = row.measure(effort)
    judgement = judge(expected, measured)
    finding = Finding(label, expected, measured, judgement, time.perf_counter() - begin)
    falsified = []
    for twin in row.twins if controls else ():
        wrong = expected if twin.predict is None else twin.predict()
        found = measured if twin.measure is None else twin.measure(effort)
        said = judge(wrong, found)
        refuted = said.outcome is Outcome.FAIL
        falsified.append(FalsifiedRow(label, twin.falsified, refuted, said.reason))
    return Checked(finding, tuple(falsified))


@cache
def _by_label() -> dict[str, Row]:
    return {row.label: row for row in rows()}
