"""Starts with small |p|, against orbits by mpmath."""

import random

import pytest
from flint import ctx, fmpq
from mpmath import mp
from uniform_cases import BY_NAME, NAMES, Case, near, rational, step_of

from trajalign.verification.theorems.approach import Approach, approach
from trajalign.verification.theorems.errors import NotProvedError

Q = (fmpq(85, 100), fmpq(86, 100))


@pytest.fixture(autouse=True)
def _precision():
    with ctx.workprec(128), mp.workdps(60):
        yield


def first_p(case: Case) -> fmpq:
    return fmpq(1, 5) if case.linear else fmpq(1, 10)


def found_for(name: str) -> Approach:
    case = BY_NAME[name]
    return approach(step_of(name), Q, first_p(case) ** 2, case.largest)


@pytest.mark.parametrize("name", NAMES)
def test_orbits_grow_as_fast_as_is_said_and_no_further(name: str) -> None:
    case, found, numbers = BY_NAME[name], found_for(name), random.Random(3)
    first = rational(first_p(case))
    fastest, most_steps = mp.inf, 0
    for _ in range(12):
        p0 = first * mp.mpf(10) ** numbers.uniform(-8, 0)
        q0 = rational(numbers.choice(Q))
        epsilon = rational(case.largest) * numbers.choice([1, 1e-6, numbers.random()])
        steps = 0
        for p, q in case.orbit(p0, q0, epsilon):
            assert near(q) <= found.risen
            if p * p >= first**2:
                assert near(p * p) <= found.reached
                break
            grown = abs(case.step(p, q, epsilon)[0] / p)
            assert near(grown) >= found.growth
            fastest, steps = min(fastest, grown), steps + 1
        assert steps <= 1 + near(mp.log(first / p0)) * found.weight
        most_steps = max(most_steps, steps)
    assert most_steps > 10
    assert near(fastest) < found.growth * 1.02  # so that 2 % more would be refuted


@pytest.mark.parametrize("name", NAMES)
def test_a_smaller_weight_is_broken_by_some_orbit(name: str) -> None:
    case, found = BY_NAME[name], found_for(name)
    first, p0 = rational(first_p(case)), rational(first_p(case)) / 10**30
    orbit = case.orbit(p0, rational(Q[1]), rational(fmpq(1, 10**6)))
    steps = next(t for t, (p, _) in enumerate(orbit) if abs(p) >= first)
    # p grows by 2/q0 − 1 at a step while it is small.
    assert steps > 1 + near(mp.log(first / p0)) * found.weight * fmpq(3, 4)
    assert abs(steps - mp.log(first / p0) / mp.log(2 / rational(Q[1]) - 1)) < 5


@pytest.mark.parametrize("name", NAMES)
def test_the_last_step_counts_too(name: str) -> None:
    """A start a little below the first |p| takes one step, not ln(√x₁/|p0|)/ln m of them."""
    case, found = BY_NAME[name], found_for(name)
    first = rational(first_p(case))
    p0 = first * (1 - mp.mpf(10) ** -9)
    orbit = case.orbit(p0, rational(Q[0]), rational(case.largest))
    steps = next(t for t, (p, _) in enumerate(orbit) if abs(p) >= first)
    assert steps == 1 > near(mp.log(first / p0)) * found.weight


@pytest.mark.parametrize(
    ("q", "first"),
    [
        pytest.param((fmpq(9, 10), fmpq(101, 100)), fmpq(1, 25), id="q past 1"),
        pytest.param((fmpq(85, 100), fmpq(86, 100)), fmpq(9, 10), id="past the curve"),
        pytest.param((fmpq(1, 3), fmpq(86, 100)), fmpq(1, 25), id="q may fall"),
        pytest.param((fmpq(85, 100), fmpq(9999, 10000)), fmpq(1, 10000), id="slow growth"),
    ],
)
def test_what_does_not_grow_is_refused(q: tuple[fmpq, fmpq], first: fmpq) -> None:
    with pytest.raises(NotProvedError):
        approach(step_of("log-cosh"), q, first, fmpq(1, 100))
