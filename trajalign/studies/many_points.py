"""How runs of many data points stand to their own diagram, and to three that are wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import EllipsisType

import numpy as np

from ..numerics.compile.floats import Floats
from ..numerics.networks import Trajectories, effective_diagram
from ..theory.errors import InputError
from ..theory.responses import Loss
from .criteria import DiagramCriteria
from .study import Study

EFFECTIVE, ONE_POINT, UNSHIFTED, OTHER_LOSS = "effective", "one_point", "unshifted", "other_loss"
WRONG = (ONE_POINT, UNSHIFTED, OTHER_LOSS)
_LARGEST_SECOND = 0.9  # κ₂/κ; beyond, two directions are at the edge
_MOST = 0.95


@dataclass(frozen=True)
class Fit:
    """Of |q/Q − 1| over the judged steps of a run: the median, and what 95 % of them stay below;
    None where no step is judged, infinite where Q is not there to compare with."""

    median: float | None
    most: float | None

    def meets(self, asked: DiagramCriteria) -> bool:
        """Whether both are as small as asked for."""
        if self.median is None or self.most is None:
            return False
        return self.median <= asked.median and self.most <= asked.most


@dataclass(frozen=True, eq=False)
class ManyPoints:
    """`misfits`: q/Q − 1 of all runs at all times, Q the response Q₀(p; w) ("effective"), r(p)
    ("one_point"), Q₀(p; 0) ("unshifted") and Q₀ of another loss ("other_loss"); `edge`: below it q
    makes the centre of the frozen map unstable; `judged`: from the end of the transient to the
    first step with q ≥ `edge`, while κ₂/κ ≤ 0.9."""

    misfits: Mapping[str, Floats]
    edge: Floats
    judged: np.ndarray

    def fits(self, run: int | EllipsisType) -> dict[str, Fit]:
        """Of one run (... where there is one alone, without an axis of runs), for each diagram."""
        steps = self.judged[run]
        return {name: _fit(off[run, steps]) for name, off in self.misfits.items()}


def many_points(study: Study, recorded: Trajectories) -> ManyPoints:
    """The trajectories of a study that asks for a `diagram`, held against diagrams. Raises
    InputError for another study."""
    asked = study.criteria.diagram
    if asked is None:
        raise InputError(f"{study.name}: its criteria have no diagram")
    z, v = (np.moveaxis(values, 1, -1) for values in (recorded.residuals, recorded.leading))
    seen = Seen(recorded.times, recorded.p, recorded.q, recorded.second, z, v)
    return held_against(seen, study.task.loss, asked.other_loss, study.criteria.transient)


@dataclass(frozen=True, eq=False)
class Seen:
    """What diagrams are held against: at `times` p, q and κ₂/κ (`second`) of one run or several,
    with the data points as a last axis the `residuals` and the direction `leading`."""

    times: Floats
    p: Floats
    q: Floats
    second: Floats
    residuals: Floats
    leading: Floats


def held_against(seen: Seen, loss: Loss, other_loss: Loss, transient: int) -> ManyPoints:
    """Runs held against the diagram of a loss and three that are wrong, from a step on."""
    p, z, v = seen.p, seen.residuals, seen.leading
    own = effective_diagram(loss, z, v)
    one = np.ones((*p.shape, 1))
    responses = {
        EFFECTIVE: own.response,
        ONE_POINT: effective_diagram(loss, p[..., None], one).response,
        UNSHIFTED: effective_diagram(loss, p[..., None] * v, v).response,
        OTHER_LOSS: effective_diagram(other_loss, z, v).response,
    }
    with np.errstate(all="ignore"):
        misfits = {name: seen.q / response - 1 for name, response in responses.items()}
    return ManyPoints(
        misfits, own.edge, judged(seen.times, seen.q, own.edge, seen.second, transient)
    )


def judged(times: Floats, q: Floats, edge: Floats, second: Floats, transient: int) -> np.ndarray:
    """Which steps are: from the transient to the first step with q ≥ `edge`, while κ₂/κ ≤ 0.9."""
    late = times >= transient
    with np.errstate(all="ignore"):
        dwelling = np.logical_and.accumulate((q < edge) | ~late, axis=-1) & late
    found: np.ndarray = dwelling & (second <= _LARGEST_SECOND)
    return found


def _fit(off: Floats) -> Fit:
    if not off.size:
        return Fit(None, None)
    sizes = np.where(np.isnan(off), np.inf, np.abs(off))
    most = np.sort(sizes)[int(np.ceil(_MOST * sizes.size)) - 1]
    return Fit(float(np.median(sizes)), float(most))
