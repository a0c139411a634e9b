"""Verdicts as a sequence, also by their labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import verdict_tables
from ..verification.verdicts import Verdict
from . import grouped, tables
from .labelled import Labelled

if TYPE_CHECKING:
    import pandas as pd

_FRAME = (
    *("label", "model", "response", "verdict", "evidence", "exact", "value", "measured"),
    *("order", "claimed_order", "reason", "seconds"),
)


@dataclass(frozen=True, repr=False)
class Verdicts(Labelled[Verdict]):
    """Verdicts in their order, by number or by label; shown as a table.

    - `all`: the verdicts; each has `label`, `outcome`, `evidence`, `coefficient` (`exact`,
      `measured`), `order`, `parameters`, `quantities`, `witness` and `reason`;
    - `seconds`: how long they took;
    - `information`: verdicts on two conditions that no statement here needs.
    """

    information: tuple[Verdict, ...] = ()

    def _label(self, one: Verdict) -> str:
        return one.label

    def to_frame(self) -> pd.DataFrame:
        """A pandas frame, a row each. `exact` is the formula and `value` its decimal; numbers are
        floats, None where there are none. Raises MissingExtraError without pandas."""
        return tables.Table(_FRAME, tuple(map(_row, self.all))).frame()

    def __repr__(self) -> str:
        console = tables.plain()
        verdict_tables.print_verdicts(console, self.all, self.seconds, information=self.information)
        return tables.text_of(console)

    def _repr_html_(self) -> str:
        return tables.page(self.body())

    def body(self) -> str:
        """The tables as HTML, without the style that they need."""
        return grouped.body(self.all, self.information)


def _row(verdict: Verdict) -> tuple[object, ...]:
    found, order = verdict.coefficient, verdict.order
    return (
        verdict.label,
        verdict.model,
        verdict.response,
        verdict.outcome.value,
        verdict.evidence.value if verdict.evidence else None,
        found.exact if found else None,
        tables.decimal(found.decimal or found.exact) if found else None,
        tables.decimal(found.measured) if found else None,
        tables.decimal(order.measured) if order else None,
        tables.decimal(order.claimed) if order else None,
        verdict.reason,
        verdict.seconds,
    )
