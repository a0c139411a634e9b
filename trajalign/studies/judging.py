"""What a study found, run by run, and how it stands against the criteria set before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..numerics.compile.floats import Floats, compile_floats
from ..numerics.networks import Trajectories
from ..numerics.networks.reduced import deviations
from ..theory.responses import Loss
from .criteria import (
    DIAGRAMS,
    FLOW,
    LAW,
    WRONG_SATURATIONS,
    DiagramCriteria,
    SaturationCriteria,
)
from .many_points import EFFECTIVE, WRONG, Fit, ManyPoints, many_points
from .saturation import Predictions, Saturation, saturations
from .study import FAIL, PASS, UNDECIDED, Study

EDGE, LEFT, FLOWED, DIVERGED = "edge", "left", "flow", "diverged"
EVIDENCE = "sampled"


@dataclass(frozen=True)
class Run:
    """One run. `outcome`: "edge" if q < 1 when the transient is over (these are judged); "left" if
    q < 1 before, but no longer; "flow" if q never was below 1; "diverged" if it flew away.

    Over the judged steps, `worst` is the largest |q/r(p) − 1| and `typical` the median of
    q/r(p) − 1; `aligned` is the first step from which on |q/r(p) − 1| is as small as asked for, and
    `crossing` the first from which on q ≥ 1; `sharpness` is the last one in units of 2/η.

    Where a study asks for the diagram of many data points, Q₀(p; w) takes the place of r(p) and its
    edge that of 1; judged steps are those of `ManyPoints`, `aligned` and `crossing` are None where
    that is at none of the steps after the transient, and `diagrams` has the fits (else None).
    `saturation` is what was predicted of the final sharpness, None where a study does not ask.
    """

    start: Mapping[str, float]
    outcome: str
    worst: float
    typical: float
    aligned: int | None
    crossing: int | None
    sharpness: float
    deviation: float | None
    diagrams: Mapping[str, Fit] | None = None
    saturation: Saturation | None = None


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


@dataclass(frozen=True, eq=False)
class Placed:
    """All runs at all times: `off`, q/r(p) − 1 or q/Q₀(p; w) − 1; `edge`, below which q is at the
    edge; `judged`, which steps are; `many`, what there is besides for many data points."""

    off: Floats
    edge: Floats
    judged: np.ndarray
    many: ManyPoints | None


def place(study: Study, recorded: Trajectories) -> Placed:
    """Where the runs are on the diagram by which the study judges them."""
    if study.criteria.diagram is not None:
        many = many_points(study, recorded)
        return Placed(many.misfits[EFFECTIVE], many.edge, many.judged, many)
    off = residuals(study.task.loss, recorded.p, recorded.q)
    late = recorded.times >= study.criteria.transient
    return Placed(off, np.ones_like(off), np.broadcast_to(late, off.shape), None)


def outcomes(study: Study, recorded: Trajectories) -> tuple[str, ...]:
    """How every run ended: EDGE, LEFT, FLOWED or DIVERGED, as `Run` says."""
    placed = place(study, recorded)
    return tuple(_outcome(study, recorded, placed, i) for i in range(len(placed.off)))


def _outcome(study: Study, recorded: Trajectories, placed: Placed, index: int) -> str:
    q, off = recorded.q[index], placed.off[index]
    known = np.isfinite(off if placed.many is None else q).all()
    if not (known and np.isfinite(recorded.sharpness[index, -1])):
        return DIVERGED
    below = q < placed.edge[index]
    if below[recorded.times >= study.criteria.transient][0]:
        return EDGE
    return LEFT if below.any() else FLOWED


def judge(
    study: Study, recorded: Trajectories, predictions: Predictions | None = None
) -> Judgement:
    """Measure every run and compare with the study's criteria; `predictions` are what `predict`
    gives, for a study that asks for them."""
    placed, asked = place(study, recorded), study.criteria
    exact: Sequence[float | None] = [None] * len(placed.off)
    if asked.reduced_map is not None:
        exact = deviations(study.task, study.weights, recorded).tolist()
    runs = tuple(_run(study, recorded, placed, i, exact[i]) for i in range(len(placed.off)))
    if asked.saturation is not None and predictions is not None:
        ends = saturations(study, asked.saturation, recorded, predictions)
        runs = tuple(replace(run, saturation=end) for run, end in zip(runs, ends, strict=True))
    edge = [run for run in runs if run.outcome == EDGE]
    findings = [
        Finding("edge_runs", asked.edge_runs, len(edge), _at_least(len(edge), asked.edge_runs)),
        *_finding("alignment", asked.alignment, [run.worst for run in edge]),
        *_finding("spread", asked.spread, _range([run.typical for run in edge])),
        *_finding("sharpness", asked.sharpness, [abs(run.sharpness - 1) for run in edge]),
    ]
    known = [run.deviation for run in runs if run.deviation is not None]
    findings += _finding("reduced_map", asked.reduced_map, known)
    if asked.diagram is not None:
        findings += _of_diagrams(asked.diagram, [run.diagrams or {} for run in edge])
    if asked.saturation is not None:
        ended = [run.saturation for run in runs if run.saturation is not None]
        findings += _of_saturation(asked.saturation, ended)
    return Judgement(runs, tuple(findings))


def _of_diagrams(asked: DiagramCriteria, runs: Sequence[Mapping[str, Fit]]) -> list[Finding]:
    """Whether enough runs are on their diagram, and how many wrong ones would pass as well."""
    if not runs:
        return [
            Finding(n, a, None, UNDECIDED) for n, a in zip(DIAGRAMS, (asked.share, 0), strict=True)
        ]
    shares = {
        name: float(np.mean([fits[name].meets(asked) for fits in runs]))
        for name in (EFFECTIVE, *WRONG)
    }
    own, passing = shares[EFFECTIVE], sum(shares[name] >= asked.share for name in WRONG)
    return [
        Finding(DIAGRAMS[0], asked.share, own, PASS if own >= asked.share else FAIL),
        Finding(DIAGRAMS[1], 0, passing, PASS if passing == 0 else FAIL),
    ]


def _of_saturation(asked: SaturationCriteria, runs: Sequence[Saturation]) -> list[Finding]:
    """How far off the predictions are at worst, and how many wrong ones would pass as well."""
    kinds = {FLOW: (asked.flow, "flow", "without_drift"), LAW: (asked.law, "law", "bare_law")}
    found, passing = [], 0
    for name, (bound, right, wrong) in kinds.items():
        if bound is None:
            continue
        judged = [run for run in runs if (run.of_flow if name == FLOW else run.of_law)]
        enough = judged if len(judged) >= asked.runs else []
        found += _finding(name, bound, [run.misses(right) for run in enough])
        has_wrong = name == FLOW or any(run.bare_law is not None for run in enough)
        passing += bool(enough) and has_wrong and all(r.misses(wrong) <= bound for r in enough)
    verdict = PASS if passing == 0 else FAIL
    unknown = not any(run.of_flow for run in runs)
    return [*found, Finding(WRONG_SATURATIONS, 0, passing, UNDECIDED if unknown else verdict)]


def _run(
    study: Study, recorded: Trajectories, placed: Placed, index: int, deviation: float | None
) -> Run:
    times, off, judged = recorded.times, placed.off[index], placed.judged[index]
    sharpness = float(recorded.sharpness[index, -1]) * study.task.step_size / 2
    above, many = recorded.q[index] >= placed.edge[index], placed.many
    asked = study.criteria.misfit
    near = np.abs(off) <= (np.inf if asked is None else asked)
    return Run(
        study.starts[index],
        _outcome(study, recorded, placed, index),
        float(np.max(np.abs(off[judged]))) if judged.any() else float("nan"),
        float(np.median(off[judged])) if judged.any() else float("nan"),
        _from_then_on(times, near) if many is None else _first(times, judged, near),
        _from_then_on(times, above) if many is None else _crossing(study, times, above),
        sharpness,
        deviation,
        None if many is None else many.fits(index),
    )


def _first(times: Floats, judged: np.ndarray, holds: np.ndarray) -> int | None:
    """The first judged step from which on something holds at all judged steps."""
    start = _from_then_on(times, holds | ~judged)
    later = times[judged & (times >= (np.inf if start is None else start))]
    return int(later[0]) if later.size else None


def _crossing(study: Study, times: Floats, above: np.ndarray) -> int | None:
    """The first step after the transient at which q is not below the edge."""
    found = times[above & (times >= study.criteria.transient)]
    return int(found[0]) if found.size else None


def _from_then_on(times: Floats, holds: np.ndarray) -> int | None:
    """The first recorded step from which on something holds to the end."""
    broken = np.flatnonzero(~holds)
    first = 0 if not broken.size else int(broken[-1]) + 1
    return int(times[first]) if first < len(times) else None


def _finding(name: str, asked: float | None, values: Sequence[float]) -> list[Finding]:
    """Nothing where nothing is asked."""
    if asked is None:
        return []
    if not values:
        return [Finding(name, asked, None, UNDECIDED)]
    worst = float(max(values))
    return [Finding(name, asked, worst, PASS if worst <= asked else FAIL)]


def _at_least(count: int, asked: int) -> str:
    return PASS if count >= asked else FAIL


def _range(values: Sequence[float]) -> list[float]:
    """Largest minus smallest, of two or more."""
    return [max(values) - min(values)] if len(values) > 1 else []
