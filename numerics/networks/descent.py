"""Full-batch gradient descent of many runs at once, recorded on the way, resumable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from ...theory.arguments import convert_fields, instance, integer, takes
from ...theory.errors import InputError
from ..compile.floats import Floats, double_precision
from ..extras import JAX, require
from .architecture import EXTRA, Weights
from .coordinates import coordinates
from .sharpness import sharpness
from .tasks import Task, derivatives

_MOST_STEPS = 10**8
_RECORDED = ("p", "q", "rest", "second", "loss")  # numbers
_OF_POINTS = ("residuals", "leading")  # one number for each data point


@dataclass(frozen=True)
class Schedule:
    """`steps` of descent, with p, q and the loss every `every` steps, and the sharpness every
    `sharpness_every`, a multiple of `every` that divides `steps`; before the first of these, where
    it changes fastest, also after `every` steps, twice as many, and so on. Raises InputError.

    >>> Schedule(steps=40, every=1, sharpness_every=10).sharpness_steps
    (0, 1, 2, 4, 8, 10, 20, 30, 40)
    """

    steps: int
    every: int
    sharpness_every: int

    def __post_init__(self) -> None:
        convert_fields(self, ("steps", "every", "sharpness_every"), integer)
        if not 1 <= self.steps <= _MOST_STEPS:
            raise InputError(f"steps = {self.steps}: need 1 to {_MOST_STEPS}")
        if self.every < 1 or self.sharpness_every < 1 or self.sharpness_every % self.every:
            raise InputError(
                f"sharpness_every = {self.sharpness_every}: need a multiple of every = {self.every}"
            )
        if self.steps % self.sharpness_every:
            raise InputError(
                f"steps = {self.steps}: need a multiple of sharpness_every = {self.sharpness_every}"
            )

    @property
    def sharpness_steps(self) -> tuple[int, ...]:
        """All steps at which the sharpness is computed."""
        regular = range(self.sharpness_every, self.steps + 1, self.sharpness_every)
        doublings = range((self.sharpness_every // self.every - 1).bit_length())
        return (0, *(self.every << k for k in doublings), *regular)


@dataclass(frozen=True, eq=False)
class Trajectories:
    """What was recorded, one row per run: at `times` p, q, `rest`, `second` and the loss, and, with
    an axis of data points before that of times, the residuals and the direction `leading` (see
    `Coordinates`); at `sharpness_times` the largest Hessian eigenvalue (NaN where a run has flown
    away).
    """

    times: Floats
    p: Floats
    q: Floats
    rest: Floats
    second: Floats
    loss: Floats
    residuals: Floats
    leading: Floats
    sharpness_times: Floats
    sharpness: Floats

    def joined(self, other: Trajectories) -> Trajectories:
        """The same followed by what came later."""
        pairs = ((getattr(self, n), getattr(other, n)) for n in self.__dataclass_fields__)
        return Trajectories(*(np.concatenate(pair, axis=-1) for pair in pairs))


@dataclass(frozen=True, eq=False)
class Descent:
    """Where the runs are after `step` steps, and how they came there."""

    step: int
    weights: Weights
    recorded: Trajectories


Keep = Callable[[Descent], None]


@takes(task=instance(Task), schedule=instance(Schedule))
def descend(
    task: Task,
    start: Weights,
    schedule: Schedule,
    *,
    after: Descent | None = None,
    keep: Keep | None = None,
) -> Descent:
    """Θ ↦ Θ − η∇L(Θ) in double precision, for all runs in one vectorised loop.

    Parameters: the task; the initial weights, with a leading axis of runs; the schedule; `after`,
    where an earlier call stopped, to go on from there; `keep`, called with what there is at every
    computation of the sharpness. A run that flies away goes on as NaN.
    Raises InputError for weights of other shapes, NotFiniteError where a run comes to a residual at
    which double precision does not give the loss, MissingExtraError without JAX.

    >>> from trajalign.numerics.networks import Network, one_point
    >>> from trajalign.theory.responses import Loss
    >>> task = Task(Network(2, 1, 1), one_point(1), Loss.parse("z**2/2"), 0.5)
    >>> found = descend(task, (np.array([[[1.0]]]), np.array([[0.5]])), Schedule(1, 1, 1))
    >>> found.recorded.p, found.weights  # u' = u − uv²/2, v' = v − u²v/2
    (array([[0.5    , 0.21875]]), (array([[[0.875]]]), array([[0.25]])))
    """
    shapes = tuple(layer.shape[1:] for layer in start)
    if shapes != task.network.shapes or len({len(layer) for layer in start}) != 1:
        raise InputError(f"weights of shapes {shapes}: need {task.network.shapes} for each run")
    now = _begin(task, start) if after is None else after
    segment = _segment(task, schedule.every, schedule.sharpness_every // schedule.every)
    for stop in schedule.sharpness_steps:
        if stop <= now.step:
            continue
        many = (stop - now.step) // schedule.every
        with double_precision(JAX):
            weights, columns = segment(now.weights, many)
            weights = tuple(np.asarray(layer) for layer in weights)
            rows = [_time_last(columns[n][1 : many + 1]) for n in (*_RECORDED, *_OF_POINTS)]
        derivatives(task).require(columns["residuals"][: many + 1])
        times = now.step + schedule.every * np.arange(1.0, many + 1)
        part = _trajectories(task, times, rows, stop, weights)
        now = Descent(stop, weights, now.recorded.joined(part))
        if keep is not None:
            keep(now)
    return now


def _begin(task: Task, start: Weights) -> Descent:
    with double_precision(JAX):
        columns = _observe_all(task)(start)
        rows = [np.asarray(columns[n])[..., None] for n in (*_RECORDED, *_OF_POINTS)]
    derivatives(task).require(columns["residuals"])
    return Descent(0, start, _trajectories(task, np.zeros(1), rows, 0, start))


def _trajectories(
    task: Task, times: Floats, rows: list[Floats], step: int, weights: Weights
) -> Trajectories:
    largest = sharpness(task, weights)[:, None]
    p, q, rest, second, loss, residuals, leading = rows
    points = residuals, leading
    return Trajectories(times, p, q, rest, second, loss, *points, np.array([float(step)]), largest)


def _time_last(column: Any) -> Floats:
    return np.moveaxis(np.asarray(column), 0, -1)


@lru_cache(maxsize=8)
def _observe_all(task: Task) -> Callable[[Weights], Any]:
    recorded_step = _recorded_step(task)
    found: Callable[[Weights], Any] = require(JAX, EXTRA).jit(lambda w: recorded_step(w)[0])
    return found


def _recorded_step(task: Task) -> Callable[[Weights], tuple[dict[str, Any], Weights]]:
    """What is recorded of all runs, and their weights after one step more."""
    about = derivatives(task)

    def of_one(weights: Weights) -> tuple[dict[str, Any], Weights]:
        here = about.local(weights)
        place = coordinates(here.residuals, here.kernel, task.step_size)
        after = tuple(w - task.step_size * g for w, g in zip(weights, here.gradient, strict=True))
        found = {**place._asdict(), "loss": here.loss, "residuals": here.residuals}
        return found, after

    found: Callable[[Weights], Any] = require(JAX, EXTRA).vmap(of_one)
    return found


@lru_cache(maxsize=8)
def _segment(task: Task, every: int, longest: int) -> Callable[[Weights, int], tuple[Weights, Any]]:
    """(weights, n) ↦ n ≤ `longest` times `every` steps of all runs, with a record at the start and
    after each `every`. It is compiled once for all n.
    """
    jax = require(JAX, EXTRA)
    lax, zeros = jax.lax, jax.numpy.zeros
    recorded_step = _recorded_step(task)

    def step(_: int, weights: Weights) -> Weights:
        return recorded_step(weights)[1]

    def put(columns: dict[str, Any], k: int, seen: dict[str, Any]) -> dict[str, Any]:
        return {n: column.at[k].set(seen[n]) for n, column in columns.items()}

    def stretch(k: int, state: tuple[Weights, Any]) -> tuple[Weights, Any]:
        weights, columns = state
        seen, weights = recorded_step(weights)  # together, since they share most of their work
        return lax.fori_loop(1, every, step, weights), put(columns, k, seen)

    def run(weights: Weights, count: int) -> tuple[Weights, Any]:
        first = (longest + 1, len(weights[0]))
        columns = {n: zeros(first) for n in _RECORDED}
        columns |= {n: zeros((*first, len(task.data.targets))) for n in _OF_POINTS}
        weights, columns = lax.fori_loop(0, count, stretch, (tuple(weights), columns))
        return weights, put(columns, count, recorded_step(weights)[0])

    compiled: Callable[[Weights, int], tuple[Weights, Any]] = jax.jit(run)
    return compiled
