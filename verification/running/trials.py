"""Units of work: which runs the claims need, done one by one or spread over processes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass, field
from typing import TypeVar

import sympy as sp

from ...numerics.pools import Progress
from ..measuring.claims import Claim, DirectClaim, Measurement
from ..measuring.orbit_claims import OrbitClaim
from ..measuring.orbit_view import OrbitView
from ..measuring.plans import Plan

T = TypeVar("T")
S = TypeVar("S")
Place = tuple[sp.Rational, tuple[sp.Rational, sp.Rational]]  # η and (p0, q0)


@dataclass(frozen=True)
class Trial:
    """A claim on its way to a verdict, with the plan whose runs it is measured on."""

    claim: Claim
    plan: Plan


@dataclass(frozen=True)
class Unit:
    """One piece of work for one process: one orbit, or one direct claim's own runs.

    `trials` are all the claims that measure it.
    """

    trials: tuple[Trial, ...]
    keys: tuple[int, ...]
    place: Place | None = None


@dataclass
class Collected:
    """What the runs of one trial gave."""

    runs: list[Measurement] = field(default_factory=list)
    seconds: float = 0.0


class Stopped(KeyboardInterrupt):
    """An interrupt, with what was `collected` before: None for a trial that was not finished."""

    def __init__(self, collected: Sequence[Collected | None]) -> None:
        super().__init__()
        self.collected = collected


def collect(
    trials: Sequence[Trial], pool: Executor | None, progress: Progress | None = None
) -> list[Collected]:
    """Run everything the trials need; the answer has their order, runs in the plan's order.

    An interrupt is raised as Stopped.
    """
    units = _units(trials)
    outcomes: dict[int, list[tuple[int, list[Measurement], float]]] = {}
    try:
        for done, (index, outcome) in enumerate(_run_all(units, pool), start=1):
            outcomes[index] = outcome
            if progress is not None:
                progress(done, len(units))
    except KeyboardInterrupt:
        lost = {key for i, unit in enumerate(units) if i not in outcomes for key in unit.keys}
        found = enumerate(_gathered(trials, outcomes))
        raise Stopped([None if key in lost else had for key, had in found]) from None
    return _gathered(trials, outcomes)


def _gathered(
    trials: Sequence[Trial], outcomes: Mapping[int, list[tuple[int, list[Measurement], float]]]
) -> list[Collected]:
    found = [Collected() for _ in trials]
    for index in sorted(outcomes):
        for key, runs, seconds in outcomes[index]:
            found[key].runs += runs
            found[key].seconds += seconds
    return found


def run_unit(unit: Unit) -> list[tuple[int, list[Measurement], float]]:
    """Do one unit; for every claim its key, its measurements and the seconds it took."""
    if unit.place is None:
        trial = unit.trials[0]
        if not isinstance(trial.claim, DirectClaim):
            raise TypeError(f"{trial.claim.label} needs orbits")
        begin = time.perf_counter()
        runs = trial.claim.measured.measure(trial.plan)
        seconds = (time.perf_counter() - begin) / len(unit.keys)
        return [(key, runs, seconds) for key in unit.keys]
    begin = time.perf_counter()
    view = OrbitView(unit.trials[0].plan, *unit.place)
    shared = (time.perf_counter() - begin) / len(unit.trials)
    results = []
    for key, trial in zip(unit.keys, unit.trials, strict=True):
        if not isinstance(trial.claim, OrbitClaim):
            raise TypeError(f"{trial.claim.label} makes its own runs")
        begin = time.perf_counter()
        run = trial.claim.measure(view)
        results.append((key, [run], shared + time.perf_counter() - begin))
    return results


def spread(pool: Executor | None, function: Callable[[S], T], items: Iterable[S]) -> list[T]:
    """`map` over the pool, or here without one; a single item too, so that forks know of it."""
    given = list(items)
    return list(
        map(function, given) if pool is None or len(given) == 1 else pool.map(function, given)
    )


def _units(trials: Sequence[Trial]) -> list[Unit]:
    """One unit per orbit of every plan, and one per set of direct claims measured alike."""
    direct: dict[tuple[Plan, DirectClaim], list[int]] = {}
    sharing: dict[Plan, list[int]] = {}
    for key, trial in enumerate(trials):
        if isinstance(trial.claim, DirectClaim):
            direct.setdefault((trial.plan, trial.claim.measured), []).append(key)
        elif isinstance(trial.claim, OrbitClaim):
            sharing.setdefault(trial.plan, []).append(key)

    def unit(keys: list[int], place: Place | None = None) -> Unit:
        return Unit(tuple(trials[key] for key in keys), tuple(keys), place)

    orbits = [
        unit(keys, (eta, start))
        for plan, keys in sharing.items()
        for start in plan.starts
        for eta in plan.etas
    ]
    return orbits + [unit(keys) for keys in direct.values()]


def _run_all(
    units: Sequence[Unit], pool: Executor | None
) -> Iterator[tuple[int, list[tuple[int, list[Measurement], float]]]]:
    """The units' outcomes with their indices, in the order in which they finish."""
    if pool is None:
        yield from ((index, run_unit(unit)) for index, unit in enumerate(units))
        return

    # Longest first: pairs of orbits at many digits are among the direct claims, and the smallest
    # step size takes longer than all the others together.
    def step_size(index: int) -> float:
        place = units[index].place
        return 0.0 if place is None else float(place[0])

    by_cost = sorted(range(len(units)), key=step_size)
    futures = {pool.submit(run_unit, units[index]): index for index in by_cost}
    for future in as_completed(futures):
        yield futures[future], future.result()
