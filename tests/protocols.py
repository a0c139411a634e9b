"""A small protocol, and descent by formula in place of that of networks: what it ought to find."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from trajalign.numerics.networks import Descent, Schedule, Task, Trajectories
from trajalign.studies.protocol_runs import Track

FILE = Path(__file__).with_name("small_protocol.toml")
SMALL = FILE.read_text(encoding="utf-8")
FLOW_STEP = 20 / 200
TOP = 4.0  # the flow's largest sharpness


def flow_sharpness(t: Any) -> Any:
    """Rises from 1 to `TOP` over the first half of the time 20, and stays there."""
    return 1 + (TOP - 1) * np.minimum(np.asarray(t) / 10, 1)


def at_the_edge(t: Any, step_size: float) -> Any:
    """As the flow's up to 2/η, and from there on alternately 5 % above and 1 % below it."""
    edge, free = 2 / step_size, flow_sharpness(t)
    side = np.where(np.arange(len(t)) % 2, 0.99, 1.05)
    return np.where(free < edge, free, edge * side)


def loss(t: Any) -> Any:
    """Falls all the time."""
    return np.exp(-np.asarray(t) / 5)


def track(step_size: float, schedule: Schedule, sharpness: Callable[..., Any]) -> Track:
    """The columns of one run, by formula."""
    times = np.arange(0.0, schedule.steps + 1, schedule.every) * step_size
    looks = np.array(schedule.sharpness_steps) * step_size
    return Track(step_size, times, loss(times), looks, sharpness(looks, step_size))


def descend_by_formula(sharpness: Callable[..., Any] = at_the_edge) -> Callable[..., Descent]:
    """What `descend` gives, of runs whose sharpness is this; of the flow the flow's."""

    def descend(task: Task, start: Any, schedule: Schedule) -> Descent:
        eta = task.step_size
        slow = abs(eta - FLOW_STEP) < 1e-12
        found = track(eta, schedule, (lambda t, _: flow_sharpness(t)) if slow else sharpness)
        nothing = np.zeros((1, 0))
        recorded = Trajectories(
            found.times / eta, nothing, nothing, nothing, nothing, found.loss[None],
            nothing, nothing, found.sharpness_times / eta, found.sharpness[None],
        )  # fmt: skip
        return Descent(schedule.steps, start, recorded)

    return descend
