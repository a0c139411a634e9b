"""One orbit of a model, with its frame and its picture."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Self

from ..figures.bifurcation import diagram_picture, orbit_curve
from ..figures.drawing import on_axes
from ..numerics.orbits import recorded
from ..theory.models import Model
from . import tables

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_ENDS = 3  # rows that are shown at each end
_DIGITS = 12


@dataclass(frozen=True, repr=False)
class Orbit(recorded.Orbit):
    """(p_t, q_t) at the steps t in `times`, as exact binary numbers, each held in an `arb`.

    - `model`, `eta`: what was iterated;
    - `times`, `p`, `q`, `u` = 1/q: the entries, all of one length;
    - `outcome`: "converged", "diverged", "step limit" or "at the minimum";
    - `crossing`: the first t with q_t > 1, or None; `steps`: how many steps were taken;
    - `good_digits`: the decimal digits in which every entry agrees with a run at higher precision.
    """

    model: Model = field(kw_only=True)

    @classmethod
    def of(cls, model: Model, found: recorded.Orbit) -> Self:
        """An orbit that was recorded."""
        values = {f.name: getattr(found, f.name) for f in fields(found)}
        return cls(**values, model=model)

    def to_frame(self) -> pd.DataFrame:
        """A pandas frame with the columns t, p and q, in double precision; the fields have all
        digits. Raises MissingExtraError without pandas."""
        rows = zip(self.times, map(float, self.p), map(float, self.q), strict=True)
        return tables.Table(("t", "p", "q"), tuple(rows)).frame()

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw it on the bifurcation diagram, on `ax` or on new axes, and return these.

        Raises what `bifurcation_diagram` raises.
        """
        return on_axes(diagram_picture(self.model, [orbit_curve(self.p, self.q)]), ax)[0]

    def __repr__(self) -> str:
        return f"<Orbit of {self._told}>"

    @property
    def _told(self) -> str:
        passed = (
            "q never passes 1" if self.crossing is None else f"q passes 1 at t = {self.crossing}"
        )
        known = "" if self.good_digits is None else f", {self.good_digits} good digits"
        about = f"{self.model.designation} {self.model.response.text}, eta = {self.eta}"
        return f"{about}: {self.outcome}, {self.steps} steps, {passed}{known}"

    def _repr_html_(self) -> str:
        every = list(zip(self.times, self.p, self.q, strict=True))
        shown = [(t, *(x.str(_DIGITS, radius=False) for x in entry)) for t, *entry in every[:_ENDS]]
        last = [(t, *(x.str(_DIGITS, radius=False) for x in entry)) for t, *entry in every[-_ENDS:]]
        if len(every) > 2 * _ENDS:
            shown += [("⋮", "⋮", "⋮"), *last]
        elif len(every) > _ENDS:
            shown += last[2 * _ENDS - len(every) :]
        table = tables.Table(("t", "p", "q"), tuple(shown))
        return tables.page(table.html(self._told, ("t",)))
