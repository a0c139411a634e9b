"""How the orbits from a grid of starts end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .. import sweep_output
from ..figures.drawing import on_axes
from ..figures.phase import ends_picture
from ..numerics.extras import require
from ..theory.arguments import integer
from ..theory.errors import InputError
from ..theory.models import Model
from . import tables

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes


@dataclass(frozen=True, repr=False, eq=False)
class Sweep:
    """The ends of many orbits, in double precision.

    - `model`, `seconds`;
    - `dataset`: an xarray Dataset over (eta, p0, q0), as `numerics.grid` describes it;
    - `counts`: how many orbits end how.
    """

    model: Model
    dataset: xr.Dataset
    seconds: float

    @property
    def _names(self) -> np.ndarray:
        return np.array(str(self.dataset.outcome.attrs["flag_meanings"]).split())

    @property
    def counts(self) -> Mapping[str, int]:
        """The number of orbits by how they end, of those ends that occur."""
        found = self._names[self.dataset.outcome.values.ravel()]
        names, counts = np.unique(found, return_counts=True)
        return {str(n): int(count) for n, count in zip(names, counts, strict=True)}

    def to_frame(self) -> pd.DataFrame:
        """A pandas frame, a row for each orbit; `outcome` in words. Raises MissingExtraError."""
        require("pandas", "notebook")
        frame = self.dataset.to_dataframe().reset_index()
        return frame.assign(outcome=self._names[frame["outcome"]])

    def plot(self, ax: Axes | None = None, *, eta: int = 0) -> Axes:
        """Draw the phase diagram at the step size with this number, on `ax` or on new axes, and
        return these. Raises InputError unless p0 and q0 are equally spaced."""
        number = integer(eta, "eta")
        sizes = str(self.dataset.attrs["eta_exact"]).split()
        if not 0 <= number < len(sizes):
            raise InputError(f"eta = {number}: the step sizes are numbered 0 to {len(sizes) - 1}")
        part = self.dataset.isel(eta=[number]).assign_attrs(eta_exact=sizes[number])
        return on_axes(ends_picture(self.model, part), ax)[0]

    def __repr__(self) -> str:
        console = tables.plain()
        sweep_output.show(console, self.dataset, self.seconds)
        return tables.text_of(console)

    def _repr_html_(self) -> str:
        rows = []
        for k, eta in enumerate(str(self.dataset.attrs["eta_exact"]).split()):
            part = Sweep(self.model, self.dataset.isel(eta=[k]), self.seconds)
            rows += [(eta, name, count) for name, count in part.counts.items()]
        title = f"{self.model.designation}  {self.model.response.text}"
        return tables.page(tables.Table(("eta", "outcome", "orbits"), tuple(rows)).html(title))
