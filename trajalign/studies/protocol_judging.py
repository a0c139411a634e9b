"""What a protocol found, run by run, held against its criteria; and what must not meet them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..numerics.compile.floats import Floats
from .judging import Finding
from .protocol import Protocol
from .protocol_criteria import ProtocolCriteria
from .protocol_runs import Track, Tracks
from .study import FAIL, PASS

SHARPENS, HOVERS, FALLS, PASSED = "sharpens", "hovers", "falls", "flow_goes_past"
_LAST = 10  # the last so many-th part of the steps
DATA_SETS, CONTROLS, FLOWS = "data_sets", "controls", "flows"


@dataclass(frozen=True)
class Hovering:
    """The sharpness in units of 2/η from the first look at 1 or more (time `reached`, None if there
    is none) to the end: how many `looks`, their `median`, and the share of them `inside` the wider
    bounds; both are NaN where 1 is not reached, and so is the median where the run flies away."""

    reached: float | None
    looks: int
    median: float
    inside: float

    def meets(self, asked: ProtocolCriteria) -> bool:
        """Whether it stays at the edge."""
        low, high = asked.median
        return (
            self.looks >= asked.looks and low <= self.median <= high and self.inside >= asked.share
        )


@dataclass(frozen=True)
class ProtocolRun:
    """One step size on one data set.

    `start`, `hovering` and `flow_end`, the flow's last sharpness, are in units of 2/η. `loss_then`
    is the loss where 2/η was reached, `loss_end` the median over the last tenth of the steps (at a
    single one it may be on its way up), `rising` the share of the steps between at which it rises.
    `met` has what is met of the criteria, `flow` the hovering of the flow's own sharpness.
    """

    data_set: str
    fraction: float
    step_size: float
    start: float
    hovering: Hovering
    loss_then: float
    loss_end: float
    rising: float
    flow_end: float
    flow: Hovering
    met: tuple[str, ...]

    @property
    def shows(self) -> bool:
        """Whether everything asked for is there."""
        return set(self.met) == {SHARPENS, HOVERS, FALLS, PASSED}


@dataclass(frozen=True)
class ProtocolJudgement:
    """All runs, the `controls` apart, and how they stand against the criteria."""

    runs: tuple[ProtocolRun, ...]
    controls: tuple[ProtocolRun, ...]
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> str:
        """Fail if one criterion is not met."""
        return FAIL if any(f.verdict == FAIL for f in self.findings) else PASS

    def shown(self, data_set: str) -> bool:
        """Whether every step size on this data set shows what is claimed."""
        return all(run.shows for run in self.runs if run.data_set == data_set)


def judge_protocol(protocol: Protocol, tracks: Sequence[Tracks]) -> ProtocolJudgement:
    """Measure every run and compare with the criteria.

    What must not meet them: the control, whose step size the flow's sharpness never reaches, is not
    to sharpen, hover and fall (that the flow does not go past it is so by its choice); and the
    flow's own sharpness, in units of any 2/η, is not to hover.
    """
    every = [
        _run(protocol, one.name, fraction, descent, found.flow)
        for one, found in zip(protocol.data_sets, tracks, strict=True)
        for fraction, descent in zip(protocol.all_fractions, found.descents, strict=True)
    ]
    runs = tuple(run for run in every if run.fraction != protocol.control)
    controls = tuple(run for run in every if run.fraction == protocol.control)
    names = [one.name for one in protocol.data_sets]
    showing = sum(all(run.shows for run in runs if run.data_set == name) for name in names)
    false = sum({SHARPENS, HOVERS, FALLS} <= set(run.met) for run in controls)
    flows = sum(run.flow.meets(protocol.criteria) for run in runs)
    asked = protocol.criteria.data_sets
    findings = (
        Finding(DATA_SETS, asked, showing, PASS if showing >= asked else FAIL),
        Finding(CONTROLS, 0, false, FAIL if false else PASS),
        Finding(FLOWS, 0, flows, FAIL if flows else PASS),
    )
    return ProtocolJudgement(runs, controls, findings)


def _run(
    protocol: Protocol, name: str, fraction: float, descent: Track, flow: Track
) -> ProtocolRun:
    asked, unit = protocol.criteria, 2 / descent.step_size
    here = hovering(descent.sharpness_times, descent.sharpness / unit, asked.wider)
    own = hovering(flow.sharpness_times, flow.sharpness / unit, asked.wider)
    then, rising = _losses(descent, here.reached)
    start = float(descent.sharpness[0] / unit)
    end = float(np.median(descent.loss[-max(1, len(descent.loss) // _LAST) :]))
    flow_end = float(flow.sharpness[-1] / unit)
    holds = {
        SHARPENS: start <= asked.start and here.reached is not None,
        HOVERS: here.meets(asked),
        FALLS: end < then,
        PASSED: flow_end >= asked.past,
    }
    met = tuple(name for name, value in holds.items() if value)
    return ProtocolRun(
        name, fraction, descent.step_size, start, here, then, end, rising, flow_end, own, met
    )


def hovering(times: Floats, ratio: Floats, wider: tuple[float, float]) -> Hovering:
    """How a sharpness in units of 2/η stays where it came to 1.

    >>> hovering(np.arange(4.0), np.array([0.5, 1.0, 1.1, 0.5]), (0.8, 1.2))
    Hovering(reached=1.0, looks=3, median=1.0, inside=0.6666666666666666)
    """
    first = np.flatnonzero(ratio >= 1)
    if not first.size:
        return Hovering(None, 0, float("nan"), float("nan"))
    late = ratio[first[0] :]
    inside = float(np.mean((late >= wider[0]) & (late <= wider[1])))
    return Hovering(float(times[first[0]]), len(late), float(np.median(late)), inside)


def _losses(descent: Track, reached: float | None) -> tuple[float, float]:
    """The loss where 2/η was reached, and the share of the steps after it at which it rises."""
    if reached is None:
        return float("nan"), float("nan")
    late = descent.loss[int(np.argmin(np.abs(descent.times - reached))) :]
    if len(late) < 2:
        return float(late[0]), float("nan")
    return float(late[0]), float(np.mean(np.diff(late) > 0))
