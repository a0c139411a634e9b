"""What neighbouring papers claim, what follows from the theory here, and what was measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import neighbours_output
from ..verification.neighbours.table import Checked
from ..verification.verdicts import Outcome
from . import tables
from .labelled import Labelled

if TYPE_CHECKING:
    import pandas as pd

_FRAME = (
    *("label", "paper", "year", "number", "formula", "predicted", "low", "high"),
    *("measured", "verdict", "evidence", "claim"),
)
_COLUMNS = ("label", "number", "predicted", "measured", "verdict", "evidence")


@dataclass(frozen=True, repr=False)
class Neighbours(Labelled[Checked]):
    """The claims with their predictions, measurements and verdicts.

    - `all`: a claim each; of `one.finding` the `row` has the paper's words, and `expected`,
      `measured` and `judgement` what came of it; `one.falsified` are its falsified copies;
    - `seconds`: how long they took.
    """

    def _label(self, one: Checked) -> str:
        return one.finding.label

    def to_frame(self) -> pd.DataFrame:
        """A pandas frame, a row for each number: what is predicted, between which bounds, and what
        was measured. Raises MissingExtraError without pandas."""
        rows = [row for one in self.all for row in _numbers(one)]
        return tables.Table(_FRAME, tuple(rows)).frame()

    def __repr__(self) -> str:
        console = tables.plain()
        neighbours_output.print_findings(console, self.all, self.seconds)
        if any(one.falsified for one in self.all):
            neighbours_output.print_controls(console, self.all, self.seconds)
        return tables.text_of(console)

    def _repr_html_(self) -> str:
        rows = tuple(row for one in self.all for row in _shown(one))
        return tables.page(tables.Table(_COLUMNS, rows).html("", ("predicted", "measured")))


def _word(one: Checked) -> tuple[str, str | None]:
    outcome = one.finding.judgement.outcome
    known = outcome is not Outcome.UNDECIDED
    return str(outcome.value), str(one.finding.row.evidence.value) if known else None


def _numbers(one: Checked) -> Iterator[tuple[object, ...]]:
    finding, row = one.finding, one.finding.row
    for expected, measured in zip(finding.expected, finding.measured, strict=True):
        yield (
            *(finding.label, row.source.citation, row.source.year),
            *(expected.name, expected.formula, expected.value, expected.low, expected.high),
            *(measured.value, *_word(one), row.claim),
        )


def _shown(one: Checked) -> Iterator[tuple[object, ...]]:
    finding = one.finding
    for expected, measured in zip(finding.expected, finding.measured, strict=True):
        yield finding.label, expected.name, expected.shown, measured.shown, *_word(one)
