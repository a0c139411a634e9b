"""What descent on an objective does at its edge of stability: the law, and what was measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from .. import edge_output
from ..figures.drawing import on_axes
from ..figures.edge import edge_picture
from ..verification.edge.examination import Examined
from . import tables
from .verdicts import Verdicts

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_MEASURED = "measured over predicted"


@dataclass(frozen=True, repr=False)
class Edge:
    """An objective's flip at ηλ = 2, what the law says there, and how descent compares.

    - `kind`: "supercritical", "subcritical", "still" or "degenerate";
    - `eta` = 2/λ, `c` and `kappa`: the flip asked for, as floats; κ is None where it is degenerate;
    - `verdicts`: the claims of the law, judged;
    - `examined`: all of it, as `verification.edge` has it.
    """

    examined: Examined
    verdicts: Verdicts

    @property
    def kind(self) -> str:
        """Which case of the law it is."""
        return self.examined.kind

    @property
    def eta(self) -> float:
        """The step size of the flip, 2/λ."""
        return float(self.examined.first.flip.eta)

    @property
    def c(self) -> float:
        """The coefficient of the flip's normal form: stable 2-cycles for c > 0."""
        return float(self.examined.first.flip.c)

    @property
    def kappa(self) -> float | None:
        """2 − ηλ* of descent past the flip; None for a degenerate one."""
        return None if self.examined.first.flip.degenerate else self.examined.first.kappa

    @property
    def facts(self) -> Mapping[str, str]:
        """The minimum, the flip, c, κ and what the law says, in words."""
        return dict(edge_output.facts_of(self.examined))

    def to_frame(self) -> pd.DataFrame:
        """A pandas frame, a row for each label and rung: where, κ there, and what was measured over
        what was predicted, None where descent did otherwise. Raises MissingExtraError."""
        rows = []
        for verdict in self.verdicts:
            found = verdict.quantities.get(_MEASURED, ())
            assert isinstance(found, tuple)
            places = edge_output.rungs_of(self.examined, verdict.label) if found else []
            for (at, kappa), value in zip(places, found, strict=True):
                rows.append((verdict.label, at, float(kappa), tables.decimal(value)))
        return tables.Table(("label", "at", "kappa", _MEASURED), tuple(rows)).frame()

    def plot(self, ax: Axes | tuple[Axes, ...] | None = None) -> tuple[Axes, ...]:
        """Draw descent on the predicted diagram, and where there is a ladder the error of the gap
        on a second one. Returns the axes. Raises InputError where nothing was measured."""
        return on_axes(edge_picture(self.examined), ax)

    def __repr__(self) -> str:
        console = tables.plain()
        edge_output.show(console, self.examined, self.verdicts)
        return tables.text_of(console)

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><th scope="row">{escape(name)}</th><td>{escape(text)}</td></tr>'
            for name, text in self.facts.items()
        )
        title = f"<caption>edge  {escape(self.examined.landscape.text)}</caption>"
        return tables.page(f"<table>{title}<tbody>{rows}</tbody></table>", self.verdicts.body())
