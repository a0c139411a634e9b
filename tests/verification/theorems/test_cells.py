"""Cells of starts and step sizes: what is said of all their orbits, against some of them."""

import random
from dataclasses import replace
from functools import lru_cache
from typing import Any

import pytest
from flint import arb, ctx, fmpq
from mpmath import mp
from uniform_cases import BY_NAME, DELTA, NAMES, Case, funnel_of, near, rational, step_of, tube_of

from trajalign.numerics.curve.taylor_models import OutOfRangeError
from trajalign.verification.theorems.approach import approach
from trajalign.verification.theorems.cells import Cell, Followed, Method
from trajalign.verification.theorems.crossing import Clock
from trajalign.verification.theorems.errors import NotProvedError

KINDS = ("one step size", "all small")
SLOW = [pytest.param(name, marks=pytest.mark.thorough) for name in NAMES[3:]]


@pytest.fixture(autouse=True)
def _precision():
    with ctx.workprec(128), mp.workdps(30):
        yield


@lru_cache(maxsize=8)
def method_of(name: str) -> Method:
    with ctx.workprec(128):
        tube = tube_of(name)
        tube.check_motion()
        return Method(step_of(name), funnel_of(name), tube, Clock(tube))


def cell_of(case: Case, kind: str) -> Cell:
    q = fmpq(85, 100) if case.linear else fmpq(88, 100)
    p = fmpq(30, 100) if case.linear else fmpq(15, 100)
    e = case.largest
    small = e / 2 if case.linear else e / 8
    ends = (e * fmpq(9, 10), e) if kind == KINDS[0] else (fmpq(0), small)
    return Cell((q, q + fmpq(1, 400)), (p, p * fmpq(11, 10)), ends)


@lru_cache(maxsize=16)
def followed(name: str, kind: str) -> tuple[Cell, Followed]:
    case, method = BY_NAME[name], method_of(name)
    cell = cell_of(case, kind)
    with ctx.workprec(128):
        small = approach(method.step, cell.q, cell.p[0] ** 2, case.largest)
        return cell, method.follow(cell, small)


def corners(case: Case, cell: Cell, count: int) -> list[tuple[Any, Any, Any]]:
    """p0, q0 and ε; where ε goes to 0, down to a quarter of the largest."""
    numbers = random.Random(19)
    low, high = cell.epsilon
    epsilons = (low or high / 4, high)
    return [
        tuple(rational(numbers.choice(ends)) for ends in (cell.p, cell.q, epsilons))
        for _ in range(count)
    ]


def measured(case: Case, p: Any, q: Any, epsilon: Any, delta: Any) -> tuple[int, int]:
    """The step from which on |v| ≤ δε² as far as it is looked at, and the first with q > 1."""
    aligned, crossed, off = 0, None, 0
    for t, (p_t, q_t) in enumerate(case.orbit(p, q, epsilon)):
        if crossed is None and q_t > 1:
            crossed = t
        if off < 40 and abs(case.misfit(p_t * p_t, q_t, epsilon)) > delta * epsilon**2:
            aligned, off = t + 1, 0
        off += 1
        if crossed is not None and off >= 40:
            return aligned, crossed
    raise AssertionError


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", [*NAMES[:3], *SLOW])
def test_orbits_are_on_the_tube_and_past_one_when_they_are_said_to(name: str, kind: str) -> None:
    case, (cell, found) = BY_NAME[name], followed(name, kind)
    least_time = mp.inf
    for p, q, epsilon in corners(case, cell, 4):
        time = rational(found.time) + rational(found.per_log) * mp.log(1 / epsilon)
        aligned, crossed = measured(case, p, q, epsilon, rational(DELTA))
        assert aligned <= time
        k = near(epsilon * crossed - case.scale * mp.log(1 / epsilon), 12)
        assert arb(found.crossing[0]) <= k <= arb(found.crossing[1])
        least_time = min(least_time, time - aligned)
    assert least_time < 25  # the time is that of the slowest orbits, or little more
    assert found.crossing[1] - found.crossing[0] < fmpq(1, 2)
    assert (found.per_log > 0) == (kind == KINDS[1])


@pytest.mark.parametrize("name", NAMES)
def test_half_of_the_time_is_broken(name: str) -> None:
    case, (cell, found) = BY_NAME[name], followed(name, KINDS[0])
    late = [measured(case, *corner, rational(DELTA))[0] for corner in corners(case, cell, 4)]
    assert max(late) > rational(found.time) / 2


@pytest.mark.parametrize("name", NAMES)
def test_a_crossing_moved_by_its_width_is_broken(name: str) -> None:
    case, (cell, found) = BY_NAME[name], followed(name, KINDS[0])
    low, high = map(rational, found.crossing)
    measures = [
        epsilon * measured(case, p, q, epsilon, rational(DELTA))[1]
        - case.scale * mp.log(1 / epsilon)
        for p, q, epsilon in corners(case, cell, 4)
    ]
    width = high - low
    assert not all(low + width <= k <= high + width for k in measures)
    assert not all(low - width <= k <= high - width for k in measures)


CASE = BY_NAME["log-cosh"]
CELL = cell_of(CASE, KINDS[0])


def follow(method: Method, cell: Cell) -> Followed:
    return method.follow(cell, approach(method.step, cell.q, cell.p[0] ** 2, CASE.largest))


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        pytest.param(
            replace(CELL, epsilon=(fmpq(1, 10**5), CASE.largest)), "is drawn to", id="many ε"
        ),
        pytest.param(replace(CELL, q=(fmpq(80, 100), fmpq(95, 100))), "not bounded", id="many q"),
        pytest.param(replace(CELL, p=(fmpq(1, 20), fmpq(2))), "", id="large p"),
        pytest.param(
            replace(CELL, q=(fmpq(97, 100), fmpq(975, 1000))), "not known to grow", id="too late"
        ),
        pytest.param(replace(CELL, q=(fmpq(60, 100), fmpq(601, 1000))), "", id="off the tube"),
    ],
)
def test_what_is_not_followed_is_refused(cell: Cell, why: str) -> None:
    with pytest.raises((NotProvedError, OutOfRangeError)) as refused:
        follow(method_of("log-cosh"), cell)
    assert why in str(refused.value)


def test_a_tube_that_ends_before_is_refused() -> None:
    method = method_of("log-cosh")
    short = replace(method, tube=replace(method.tube, end=fmpq(1, 5)))
    for kind in KINDS:
        with pytest.raises(NotProvedError, match="past the tube's end"):
            follow(short, cell_of(CASE, kind))


def test_a_tube_too_narrow_to_be_kept_is_refused() -> None:
    method = method_of("log-cosh")
    narrow = replace(method, tube=replace(method.tube, delta=fmpq(1, 10**3)))
    with pytest.raises(NotProvedError, match="too narrow for these step sizes"):
        follow(narrow, cell_of(CASE, KINDS[1]))
    with pytest.raises(NotProvedError, match="is drawn to"):
        follow(narrow, CELL)
