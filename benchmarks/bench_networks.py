"""Gradient descent of wide networks: the package against a bare jitted loop, in one run."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from trajalign.numerics.networks import Network, Schedule, Task, descend, one_point, sharpness
from trajalign.theory.responses import Loss

WIDTH, INPUTS, STEPS, LONG = 256, 10, 5000, 2000
SCALES = [1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0]
ETA = 0.02
ROUNDS = 9
MOST_SECONDS, MOST_RATIO = 120.0, 1.5
TASK = Task(Network(3, WIDTH, INPUTS, "tanh"), one_point(INPUTS, 1.0), Loss.parse("log-cosh"), ETA)


def start() -> tuple[Any, ...]:
    """One run per scale."""
    return TASK.network.initial_weights(SCALES, [0])


def bare_loop() -> Callable[[Any], Any]:
    """LONG gradient steps of all runs, and nothing else."""

    def objective(weights: Any) -> Any:
        first, second, last = weights
        output = last @ jnp.tanh(second @ jnp.tanh(first[:, 0]))
        return jnp.log(jnp.cosh(output - 1.0))

    gradient = jax.vmap(jax.grad(objective))

    def step(_: int, weights: Any) -> Any:
        return jax.tree.map(lambda w, g: w - ETA * g, weights, gradient(weights))

    return jax.jit(lambda weights: jax.lax.fori_loop(0, LONG, step, weights))


def seconds(run: Callable[[], Any]) -> float:
    """Of one call."""
    begin = time.perf_counter()
    run()
    return time.perf_counter() - begin


def test_time_per_step_against_a_bare_loop(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In turn, so that a busy machine slows both; p, q and the loss every 10 steps.

    The sharpness is left out here and timed by itself: it is computed at chosen steps only.
    """
    alone = [seconds(lambda: sharpness(TASK, start())) for _ in range(2)][-1] / len(SCALES)
    none = np.full(len(SCALES), np.nan)
    monkeypatch.setattr("trajalign.numerics.networks.descent.sharpness", lambda task, weights: none)
    schedule, every_step = Schedule(LONG, 10, LONG), Schedule(LONG, 1, LONG)
    with jax.enable_x64(True):
        loop, weights = bare_loop(), start()
        found = descend(TASK, weights, schedule)  # compiles, as the next lines do
        descend(TASK, weights, every_step)
        for ours, theirs in zip(found.weights, loop(weights), strict=True):
            np.testing.assert_allclose(ours, np.asarray(theirs), rtol=1e-8, atol=1e-10)
        ratios, dense, bare = [], [], []
        for _ in range(ROUNDS):
            bare.append(seconds(lambda: jax.block_until_ready(loop(weights))))
            ratios.append(seconds(lambda: descend(TASK, weights, schedule)) / bare[-1])
            dense.append(seconds(lambda: descend(TASK, weights, every_step)) / bare[-1])
    ratio = statistics.median(ratios)
    with capsys.disabled():
        per_step = 1e6 * statistics.median(bare) / LONG
        print(f"\nbare loop              {per_step:6.0f} µs a step of all {len(SCALES)} runs")
        print(f"with a record / bare   {ratio:6.2f} (at most {MOST_RATIO})")
        print(f"  in single rounds       {min(ratios):.2f} to {max(ratios):.2f}")
        print(f"  at every step          {statistics.median(dense):.2f}")
        print(f"sharpness              {1e3 * alone:6.0f} ms a run; {os.cpu_count()} cores")
    assert ratio <= MOST_RATIO


def test_a_whole_study(capsys: pytest.CaptureFixture[str]) -> None:
    """8 scales, 5000 steps, with everything that is recorded, compilation included."""
    took = seconds(lambda: descend(TASK, start(), Schedule(STEPS, 10, 250)))
    with capsys.disabled():
        bar = f"(at most {MOST_SECONDS:g} s)"
        print(f"\n{len(SCALES)} runs of {STEPS} steps   {took:6.0f} s {bar}")
    assert took <= MOST_SECONDS
