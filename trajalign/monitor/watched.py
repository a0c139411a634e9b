"""A run of one's own, which a monitor has watched: where it is on the diagram of its points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..numerics.compile.floats import Floats
from ..studies.criteria import DiagramCriteria
from ..studies.many_points import EFFECTIVE, Fit, ManyPoints, Seen, held_against, judged
from ..studies.study import FAIL, PASS, UNDECIDED
from ..theory.errors import InputError
from ..theory.responses import Loss
from .prediction import Prediction
from .record import Record

_TRANSIENT = 0.1  # of the run, where nothing else is asked
_OTHER, _OTHERWISE = "pseudo-huber", "log-cosh"
MEDIAN, MOST = 0.02, 0.05  # as in the studies


@dataclass(frozen=True)
class Held:
    """A prediction, and what was measured at the first step from its end on at which the sharpness
    was computed: there 2 − ηλ is `gap`. Both are None where the run did not go that far."""

    prediction: Prediction
    step: int | None
    gap: float | None


@dataclass(frozen=True, eq=False)
class Watched:
    """How a watched run stands to diagrams. `transient`: the step from which it is judged;
    `many`, its misfits at all looks; `fits`, over the judged looks, by the diagram's name;
    `crossing`, the first step from the transient on at which q is not below the edge; `sharpness`,
    the last that was computed, in units of 2/η. Both are None where there is no such number.
    `predictions`: those that were made, beside what was measured; no verdict rests on them."""

    record: Record
    transient: int
    asked: DiagramCriteria
    many: ManyPoints
    fits: Mapping[str, Fit]
    crossing: int | None
    sharpness: float | None
    predictions: tuple[Held, ...]

    @property
    def judged(self) -> int:
        """How many looks are judged."""
        return int(self.many.judged.sum())

    @property
    def verdict(self) -> str:
        """Whether q/Q₀ − 1 is as small as asked for; undecided where no look is at the edge."""
        if not self.judged:
            return UNDECIDED
        return PASS if self.fits[EFFECTIVE].meets(self.asked) else FAIL


def watched(record: Record, transient: int | None = None) -> Watched:
    """A run that was watched, held against its diagram and, where its loss is one of the theory,
    three wrong ones.

    Parameters: what the monitor saved; `transient`, the step from which it is judged (a tenth of
    the run if None). Asked is what the studies ask: a median of |q/Q₀ − 1| of at most 0.02, and
    95 % of the looks at most 0.05. Raises InputError for a transient that leaves no look.
    """
    times = record.column("step")
    start = int(np.ceil(_TRANSIENT * times[-1])) if transient is None else transient
    if not 0 <= start <= times[-1]:
        raise InputError(f"transient = {start}: the looks are at steps 0 to {int(times[-1])}")
    other = Loss.parse(_OTHER)
    if record.loss is not None and record.loss.expression == other.expression:
        other = Loss.parse(_OTHERWISE)
    many = _held(record, other, start)
    above = times[(record.column("q") >= many.edge) & (times >= start)]
    return Watched(
        record,
        start,
        DiagramCriteria(MEDIAN, MOST, 1.0, other),
        many,
        many.fits(...),
        int(above[0]) if above.size else None,
        _last(record.column("sharpness") * record.step_size / 2),
        tuple(_beside(record, prediction) for prediction in record.predictions),
    )


def _beside(record: Record, prediction: Prediction) -> Held:
    end = prediction.step + prediction.steps
    for look in record.looks:
        if look.step >= end and np.isfinite(look.sharpness):
            return Held(prediction, look.step, float(2 - record.step_size * look.sharpness))
    return Held(prediction, None, None)


def _held(record: Record, other: Loss, start: int) -> ManyPoints:
    """Against its own diagram alone where the loss is none of the theory: what it says elsewhere
    is not known then."""
    times, p, q, second = (record.column(name) for name in ("step", "p", "q", "second"))
    if record.loss is not None:
        seen = Seen(times, p, q, second, record.residuals, record.leading)
        return held_against(seen, record.loss, other, start)
    edge = record.column("edge")
    steps = judged(times, q, edge, second, start)
    return ManyPoints({EFFECTIVE: record.column("off")}, edge, steps)


def _last(values: Floats) -> float | None:
    known = values[np.isfinite(values)]
    return float(known[-1]) if known.size else None
