"""The final sharpness of a study's runs: predicted, and held against what was measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..numerics.compile.floats import Floats
from ..numerics.networks import Schedule, Trajectories, averaged_flow, descend, flip_law, settle
from ..numerics.networks.architecture import Weights
from ..numerics.networks.tasks import run_of
from ..theory.errors import InputError
from .criteria import SaturationCriteria
from .study import Study

LARGEST_SECOND = 1.9  # ηλ₂ on the way; beyond, two directions are at the edge
LEAST_MARGIN = 10.0  # ηλ_j and 2 − ηλ_j over κ, for the law
_FROM = 5.0  # (2/q − 2)/κ at the early step, for the law
_STEADY = 0.01  # of the gap, between the last two looks
FIELDS = ("flow", "without_drift", "second", "law", "bare_law", "margin")
START = "start"


@dataclass(frozen=True)
class Saturation:
    """The gap 2 − ηλ of a run at its last step: `measured`; `flow`, predicted by the averaged flow
    from an early point; `law`, κ at the minimum where the run ended. `second` is the largest ηλ₂
    that the flow met, `margin` that of the law. Two predictions that are wrong: `without_drift`,
    the flow on which the oscillation has no effect, and `bare_law`, κ without the stable modes;
    the latter is none where there are no such modes. None where there is no such number.

    `of_flow` and `of_law` say whether the run is judged by these.
    """

    measured: float | None
    flow: float | None
    without_drift: float | None
    second: float | None
    law: float | None
    bare_law: float | None
    margin: float | None
    of_flow: bool
    of_law: bool

    def misses(self, name: str) -> float:
        """|predicted/measured − 1|, infinite where one of the two is missing."""
        predicted = getattr(self, name)
        if predicted is None or not self.measured:
            return float("inf")
        return float(abs(predicted / self.measured - 1))


Predictions = Mapping[str, Floats]


def predict(study: Study, asked: SaturationCriteria, end: Weights) -> Predictions:
    """For every run, by name, the numbers that `Saturation` is made of, NaN where there are none.

    Parameters: the study; what it asks; the weights of all runs at the last step.
    """
    schedule = Schedule(asked.start, asked.start, asked.start)
    early = descend(study.task, study.weights, schedule).weights
    found = [_predict(study, asked, run_of(early, i), run_of(end, i)) for i in _runs(study)]
    columns = {name: np.array([run[name] for run in found]) for name in FIELDS}
    return columns | {START: np.array(asked.start)}


def are_of(predictions: Predictions, asked: SaturationCriteria) -> bool:
    """Whether these predictions are from the step that is asked for."""
    return int(predictions[START]) == asked.start


def _runs(study: Study) -> range:
    return range(len(study.starts))


def _predict(
    study: Study, asked: SaturationCriteria, early: Weights, end: Weights
) -> dict[str, float]:
    task, eta = study.task, study.task.step_size
    found = dict.fromkeys(FIELDS, float("nan"))
    if not all(np.isfinite(layer).all() for layer in end):
        return found
    for name, drift in (("flow", True), ("without_drift", False)):
        try:
            ahead = averaged_flow(task, early, study.schedule.steps - asked.start, drift=drift)
        except InputError:
            continue
        found[name] = 2 - eta * ahead.sharpness
        if drift:
            found["second"] = ahead.second
    try:
        law = flip_law(task, settle(task, end))
    except InputError:  # no weights that fit all data
        return found
    found |= {"law": law.kappa, "margin": law.margin}
    if len(law.rates):
        bare = law.coefficient(np.zeros(len(law.rates), dtype=bool))
        found["bare_law"] = law.k / (2 * bare)
    return found


def saturations(
    study: Study, asked: SaturationCriteria, recorded: Trajectories, predictions: Predictions
) -> tuple[Saturation, ...]:
    """What was predicted of every run and measured of it.

    A run is judged by the flow if q was below 1 at some step, it is steady at the end, and
    ηλ₂ ≤ 1.9 all the way of the flow. It is judged by the law if, instead of the last, ηλ_j and
    2 − ηλ_j are at least 10κ at the end for all stable modes, and it came to the edge from far
    above: 2/q − 2 ≥ 5κ at the step `start`.
    """
    at = int(np.searchsorted(recorded.times, asked.start))
    found = []
    for i in _runs(study):
        told = {name: float(predictions[name][i]) for name in FIELDS}
        with np.errstate(all="ignore"):
            far = bool(2 / recorded.q[i, at] - 2 >= _FROM * told["law"])
        measured = 2 - study.task.step_size * recorded.sharpness[i, -2:]
        found.append(_saturation(measured, bool((recorded.q[i] < 1).any()), far, told))
    return tuple(found)


def _saturation(
    gaps: Floats, was_at_edge: bool, from_far: bool, told: Mapping[str, float]
) -> Saturation:
    before, last = (float(gap) for gap in gaps)
    steady = bool(np.isfinite(gaps).all() and abs(last - before) <= _STEADY * abs(last))
    judged = steady and was_at_edge and told["second"] <= LARGEST_SECOND
    known = {name: value if np.isfinite(value) else None for name, value in told.items()}
    return Saturation(
        measured=last if np.isfinite(last) else None,
        of_flow=judged,
        of_law=steady and was_at_edge and from_far and told["margin"] >= LEAST_MARGIN,
        **known,
    )
