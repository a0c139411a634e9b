"""What a study found, run by run, and how it stands against the criteria set before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..numerics.compile.floats import Floats, compile_floats
from ..numerics.networks import Trajectories
from ..numerics.networks.reduced import deviations
from ..theory.responses import Loss
from .study import FAIL, PASS, UNDECIDED, Study

EDGE, LEFT, FLOW, DIVERGED = "edge", "left", "flow", "diverged"
EVIDENCE = "sampled"


@dataclass(frozen=True)
class Run:
    """One run. `outcome`: "edge" if q < 1 when the transient is over (these are judged); "left" if
    q < 1 before, but no longer; "flow" if q never was below 1; "diverged" if it flew away.

    Over the judged steps, `worst` is the largest |q/r(p) − 1| and `typical` the median of
    q/r(p) − 1; `aligned` is the first step from which on |q/r(p) − 1| is as small as asked for, and
    `crossing` the first from which on q ≥ 1; `sharpness` is the last one in units of 2/η.
    """

    start: Mapping[str, float]
    outcome: str
    worst: float
    typical: float
    aligned: int | None
    crossing: int | None
    sharpness: float
    deviation: float | None


@dataclass(frozen=True)
class Finding:
    """One criterion: what was asked for, what was measured (None: nothing to measure it on)."""

    name: str
    asked: float
    measured: float | None
    verdict: str


@dataclass(frozen=True)
class Judgement:
    """All runs and criteria; `verdict` is the worst of the criteria's."""

    runs: tuple[Run, ...]
    findings: tuple[Finding, ...]

    @property
    def failing(self) -> tuple[str, ...]:
        """The criteria that are not met."""
        return tuple(f.name for f in self.findings if f.verdict == FAIL)

    def is_expected(self, study: Study) -> bool:
        """Whether all criteria are met; of a negative control, whether those and only those fail
        that its file names. A control that fails for another reason controls nothing."""
        if study.expected_to_fail:
            return set(self.failing) == set(study.expected_to_fail)
        return self.verdict == PASS

    @property
    def verdict(self) -> str:
        """Fail if one criterion fails, undecided if one is and none fails."""
        found = {finding.verdict for finding in self.findings}
        return next((v for v in (FAIL, UNDECIDED) if v in found), PASS)


def residuals(loss: Loss, p: Floats, q: Floats) -> Floats:
    """q/r(p) − 1 in double precision.

    >>> residuals(Loss.parse("z**2/2"), np.array([0.0, 1.0]), np.array([1.25, 0.5]))
    array([ 0.25, -0.5 ])
    """
    with np.errstate(all="ignore"):
        found: Floats = q / response(loss, p) - 1
    return found


def response(loss: Loss, p: Floats) -> Floats:
    """r(p) in double precision."""
    compiled = compile_floats((loss.response,), (False,), scale=float(loss.scale))
    compiled.require(p)
    return np.asarray(compiled(p)[0])


def outcomes(study: Study, recorded: Trajectories) -> tuple[str, ...]:
    """How every run ended: EDGE, LEFT, FLOW or DIVERGED, as `Run` says."""
    off = residuals(study.task.loss, recorded.p, recorded.q)
    return tuple(_outcome(study, recorded, off[i], i) for i in range(len(off)))


def _outcome(study: Study, recorded: Trajectories, off: Floats, index: int) -> str:
    q = recorded.q[index]
    if not (np.isfinite(off).all() and np.isfinite(recorded.sharpness[index, -1])):
        return DIVERGED
    if q[recorded.times >= study.criteria.transient][0] < 1:
        return EDGE
    return LEFT if (q < 1).any() else FLOW


def judge(study: Study, recorded: Trajectories) -> Judgement:
    """Measure every run and compare with the study's criteria."""
    off = residuals(study.task.loss, recorded.p, recorded.q)
    asked = study.criteria
    exact: Sequence[float | None] = [None] * len(off)
    if asked.reduced_map is not None:
        exact = deviations(study.task, study.weights, recorded).tolist()
    runs = tuple(_run(study, recorded, off[i], i, exact[i]) for i in range(len(off)))
    edge = [run for run in runs if run.outcome == EDGE]
    findings = [
        Finding("edge_runs", asked.edge_runs, len(edge), _at_least(len(edge), asked.edge_runs)),
        _finding("alignment", asked.alignment, [run.worst for run in edge]),
        _finding("spread", asked.spread, _range([run.typical for run in edge])),
        _finding("sharpness", asked.sharpness, [abs(run.sharpness - 1) for run in edge]),
    ]
    if asked.reduced_map is not None:
        known = [run.deviation for run in runs if run.deviation is not None]
        findings.append(_finding("reduced_map", asked.reduced_map, known))
    return Judgement(runs, tuple(findings))


def _run(
    study: Study, recorded: Trajectories, off: Floats, index: int, deviation: float | None
) -> Run:
    times, q = recorded.times, recorded.q[index]
    sharpness = float(recorded.sharpness[index, -1]) * study.task.step_size / 2
    late = times >= study.criteria.transient
    return Run(
        study.starts[index],
        _outcome(study, recorded, off, index),
        float(np.max(np.abs(off[late]))),
        float(np.median(off[late])),
        _from_then_on(times, np.abs(off) <= study.criteria.alignment),
        _from_then_on(times, q >= 1),
        sharpness,
        deviation,
    )


def _from_then_on(times: Floats, holds: np.ndarray) -> int | None:
    """The first recorded step from which on something holds to the end."""
    broken = np.flatnonzero(~holds)
    first = 0 if not broken.size else int(broken[-1]) + 1
    return int(times[first]) if first < len(times) else None


def _finding(name: str, asked: float, values: Sequence[float]) -> Finding:
    if not values:
        return Finding(name, asked, None, UNDECIDED)
    worst = float(max(values))
    return Finding(name, asked, worst, PASS if worst <= asked else FAIL)


def _at_least(count: int, asked: int) -> str:
    return PASS if count >= asked else FAIL


def _range(values: Sequence[float]) -> list[float]:
    """Largest minus smallest, of two or more."""
    return [max(values) - min(values)] if len(values) > 1 else []
