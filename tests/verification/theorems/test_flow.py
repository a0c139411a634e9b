"""Gradient flow's side, against orbits by mpmath."""

import random

import pytest
from flint import arb, ctx, fmpq
from mpmath import mp
from uniform_cases import BY_NAME, NAMES, Case, near, rational, step_of

from trajalign.verification.theorems.errors import NotProvedError
from trajalign.verification.theorems.flow import Flow, flow

Q = (fmpq(6, 5), fmpq(2))


@pytest.fixture(autouse=True)
def _precision():
    with ctx.workprec(128), mp.workdps(30):
        yield


def height_of(case: Case) -> fmpq:
    return fmpq(4, 5) if case.linear else fmpq(1, 2)


def found_for(name: str) -> Flow:
    case = BY_NAME[name]
    return flow(step_of(name), Q, height_of(case), case.largest)


@pytest.mark.parametrize("name", NAMES)
def test_orbits_shrink_and_q_rises_as_is_said(name: str) -> None:
    case, found, numbers = BY_NAME[name], found_for(name), random.Random(17)
    height = rational(height_of(case))
    slowest, farthest = mp.mpf(0), mp.mpf(0)
    for _ in range(16):
        p0 = height * numbers.choice([1, 1e-3, numbers.random()])
        q0 = rational(numbers.choice([*Q, Q[0] + (Q[1] - Q[0]) * numbers.randrange(100) / 100]))
        epsilon = rational(case.largest) * numbers.choice([1, 1e-3])
        shrunk = mp.mpf(1)
        for t, (p, q) in enumerate(case.orbit(p0, q0, epsilon)):
            if t > 60:
                break
            assert abs(p / p0) <= shrunk * (1 + mp.mpf(10) ** -25)
            assert q0 <= q
            assert near(mp.log(q / q0) / (epsilon * height**2), 12) <= arb(found.drift)
            farthest = max(farthest, mp.log(q / q0) / (epsilon * height**2))
            p_next = case.step(p, q, epsilon)[0]
            slowest = max(slowest, abs(p_next / p))
            shrunk *= 1 - rational(found.rate)
    # A rate a tenth larger, or a drift an eighth as large, would be refuted by these orbits.
    assert slowest > 1 - rational(found.rate) * 1.1
    assert near(farthest, 12) > arb(found.drift) / 8


@pytest.mark.parametrize("name", NAMES)
def test_a_rate_by_hand_is_not_exceeded(name: str) -> None:
    """At p = 0 it is min(2 − 2/q0, 2/q0), and no start is faster."""
    found = found_for(name)
    assert 0 < found.rate <= min(2 - 2 / Q[0], 2 / Q[1])
    assert found.drift > 0


@pytest.mark.parametrize("name", NAMES)
def test_for_large_q_it_is_slow(name: str) -> None:
    """|p'/p| is near 1 − 2r/q, so that 2r/q is no less than the rate."""
    case = BY_NAME[name]
    found = flow(step_of(name), (fmpq(3), fmpq(6)), height_of(case), fmpq(1, 10**5))
    true = 2 * case.r(rational(height_of(case)) ** 2) / 6
    assert 0.8 * true < rational(found.rate) <= true


@pytest.mark.parametrize(
    ("q", "height", "largest"),
    [
        pytest.param((fmpq(99, 100), fmpq(2)), fmpq(4, 5), fmpq(1, 200), id="q below 1"),
        pytest.param((fmpq(1), fmpq(2)), fmpq(4, 5), fmpq(1, 200), id="q from 1 on"),
        pytest.param((fmpq(6, 5), fmpq(2)), fmpq(1), fmpq(2), id="large steps"),
        pytest.param((fmpq(1001, 1000), fmpq(2)), fmpq(1), fmpq(1, 5), id="q may rise far"),
    ],
)
def test_what_may_not_shrink_is_refused(q: tuple[fmpq, fmpq], height: fmpq, largest: fmpq) -> None:
    with pytest.raises(NotProvedError):
        flow(step_of("log-cosh"), q, height, largest)
