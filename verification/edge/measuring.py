"""What is measured at a rung: descent from several starts past the flip."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from ...numerics.edge.descent import Run, Start, descend, passes
from .rungs import Rung

# Starts in units of κ: μ₀, cP₀, and on which side. From the first two, exp(−μ₀/κ) is below 10⁻⁵.
_ALIGNED = ((12, 13, 1), (18, 9, -1))
_EARLY = (1, 0.1, 1)
# The same for a subcritical flip, in units of |κ|: the first leaves, the other comes to rest.
_LEAVING, _STAYING = (1.5, 0.1, 1), (0.5, 0.1, 1)
AHEAD = 4  # the crossing is timed from μ = 4κ
BESIDE = 1  # P is looked at where μ = κ


@dataclass(frozen=True)
class Measured:
    """The runs at a rung: from far above the flip, and one from so near that its end depends on
    where it starts.

    At a subcritical flip the first is one that leaves.
    """

    rung: Rung
    aligned: tuple[Run, ...]
    early: Run

    @cached_property
    def times(self) -> tuple[float, ...]:
        """Of every aligned run, the steps from μ = 4κ to μ = 0; NaN where they were not passed."""
        high = AHEAD * self.rung.kappa
        return tuple(self._passes(run, 0.0)[0] - self._passes(run, high)[0] for run in self.aligned)

    @cached_property
    def squares(self) -> tuple[float, ...]:
        """Of every aligned run, P where μ = κ."""
        return tuple(self._passes(run, BESIDE * self.rung.kappa)[1] for run in self.aligned)

    def _passes(self, run: Run, mu: float) -> tuple[float, float]:
        return passes(self.rung.lines, self.rung.steps, run, mu)

    @property
    def spread(self) -> float:
        """How far apart the aligned runs end, in units of κ."""
        gaps = [run.gap for run in self.aligned]
        return (max(gaps) - min(gaps)) / self.rung.kappa

    def witness(self, run: Run) -> Mapping[str, str]:
        """What reproduces a run."""
        where = {"at": self.rung.where, "kappa": f"{self.rung.kappa:.8g}"}
        start = {"mu0": f"{run.start.mu:.8g}", "cP0": f"{run.start.scaled:.8g}"}
        gap = {} if math.isnan(run.gap) else {"gap": f"{run.gap:.10g}"}
        return {**where, **start, "descent": run.ending, "steps": str(run.steps), **gap}


def measured(rung: Rung) -> Measured:
    """Descent at a rung. Raises EdgeError where no start is found."""
    size = abs(rung.kappa)
    places = (*_ALIGNED, _EARLY) if rung.kappa > 0 else (_LEAVING, _STAYING)
    runs = [
        descend(rung.lines, rung.steps, rung.flip, Start(mu * size, scaled * size, side))
        for mu, scaled, side in places
    ]
    return Measured(rung, tuple(runs[:-1]), runs[-1])
