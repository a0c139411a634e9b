"""When q passes 1, against orbits on the tube and the integral of the clock by mpmath."""

import random
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import Any

import pytest
from flint import arb, ctx, fmpq
from mpmath import mp
from uniform_cases import BY_NAME, DELTA, NAMES, exactly, near, rational, tube_of

from trajalign.verification.theorems.bounds import hull
from trajalign.verification.theorems.crossing import Arrival, Clock, _times_log
from trajalign.verification.theorems.errors import NotProvedError


@pytest.fixture(autouse=True)
def _precision():
    with ctx.workprec(128), mp.workdps(30):
        yield


@lru_cache(maxsize=8)
def clock_of(name: str) -> Clock:
    with ctx.workprec(128):
        return Clock(tube_of(name))


def left(clock: Clock, x: arb, zeta: arb, e: arb) -> arb:
    """ε times the steps from x to ζε, less ρ₀ ln(1/ε)."""
    return clock.theta(x) - clock._theta_scaled(zeta) + clock._added(x, zeta, e)


def passed(name: str, x: Any, w: Any, epsilon: Any) -> int:
    """t_b: the first t with q_t > 1, from a point of the tube with |w| ≤ δ."""
    case = BY_NAME[name]
    q = case.r(x) * (1 + case.height(x, epsilon) + w * epsilon**2)
    return next(t for t, (_, q) in enumerate(case.orbit(mp.sqrt(x), q, epsilon)) if q > 1)


@pytest.mark.parametrize("name", NAMES)
def test_the_scale_of_the_crossing_is_known(name: str) -> None:
    """log-cosh: 1/3, √(1+z²): 1/2, tanh: 2/3."""
    start = clock_of(name).start
    assert start.overlaps(near(BY_NAME[name].scale, 20))
    assert start.rad() < 1e-8


@pytest.mark.parametrize("name", NAMES)
def test_orbits_pass_one_when_they_are_said_to(name: str) -> None:
    case, clock, numbers = BY_NAME[name], clock_of(name), random.Random(11)
    for share in (fmpq(1), fmpq(4, 5), fmpq(1, 4)):
        high = case.largest * share
        box = high * fmpq(9, 10), high
        ends = case.end * fmpq(7, 10), case.end * fmpq(8, 10)
        x_box = arb(ends[0]).lower(), arb(ends[1]).upper()
        low_k, high_k = clock.constants(Arrival((arb(3), arb(4)), x_box, hull(*box)))
        for _ in range(3):
            epsilon = rational(numbers.choice(box))
            x = rational(numbers.choice(ends))
            w = rational(DELTA) * numbers.uniform(-1, 1)
            late = numbers.choice([3, 4])
            k = epsilon * (late + passed(name, x, w, epsilon))
            k -= case.scale * mp.log(1 / epsilon)
            assert low_k <= near(k, 12) <= high_k
        assert high_k - low_k < 0.6


@pytest.mark.parametrize("name", NAMES)
def test_bounds_moved_by_their_width_are_broken(name: str) -> None:
    case, clock = BY_NAME[name], clock_of(name)
    x, e = case.end * fmpq(4, 5), case.largest
    place = exactly(rational(x))
    arrival = Arrival((arb(0), arb(0)), (place, place), arb(e))
    low, high = clock.constants(arrival)
    k = rational(e) * passed(name, rational(x), mp.mpf(0), rational(e))
    k = near(k - case.scale * mp.log(1 / rational(e)), 12)
    width = high - low
    assert low <= k <= high
    assert width < 0.15
    assert not low + width <= k
    assert not k <= high - width
    assert abs(k - (low + high) / 2) < width * 0.45


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("reached", [fmpq(1, 1000), fmpq(1, 20), fmpq(1, 3), fmpq(3, 5)])
def test_the_way_to_a_place_is_the_integral_of_the_clock(name: str, reached: fmpq) -> None:
    """∫ dx/(2x g₀) for ε → 0, wherever the way ends: in the first box of the clock or past it."""
    case, e = BY_NAME[name], fmpq(1, 10**9)
    clock = Clock(replace(tube_of(name), largest=e))
    x, to = case.end * fmpq(9, 10), case.end * reached
    theta = mp.quad(lambda y: 1 / (2 * y * case.rest(y)), [rational(to), rational(x)])
    expected = near(theta - case.scale * mp.log(1 / rational(e)), 7)
    found = left(clock, exactly(rational(x)), arb(to) / arb(e), arb(e))
    assert found.overlaps(expected)
    assert found.rad() < 0.1
    # Past the first box what bends the clock there is part of it, whatever the end of the way.
    shorter = mp.quad(lambda y: 1 / (2 * y * case.rest(y)), [rational(to), rational(x)]) * 0.8
    assert not found.overlaps(near(shorter - case.scale * mp.log(1 / rational(e)), 7))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("steps", [10, 60, 200])
def test_steps_along_the_curve_are_told_to_a_few_of_them(name: str, steps: int) -> None:
    """With a narrow tube: from x as far as an orbit gets in so many steps of the largest ε."""
    case, x = BY_NAME[name], BY_NAME[name].end / 2
    clock = Clock(replace(tube_of(name), delta=fmpq(1, 100)))
    e = rational(case.largest)
    q = case.r(rational(x)) * (1 + case.height(rational(x), e))
    orbit = islice(case.orbit(mp.sqrt(rational(x)), q, e), steps, None)
    reached = exactly(next(orbit)[0] ** 2)
    found = left(clock, exactly(rational(x)), reached / arb(case.largest), arb(case.largest))
    found += near(case.scale * mp.log(1 / e), 20)
    assert found.overlaps(near(e * steps, 20))
    assert found.rad() < 0.08


def test_a_late_arrival_is_as_late_at_the_crossing() -> None:
    clock, e, x = clock_of("log-cosh"), tube_of("log-cosh").largest, arb(0.5)
    early, late, both = (
        clock.constants(Arrival(times, (x, x), arb(e)))
        for times in ((arb(3), arb(3)), (arb(7), arb(7)), (arb(3), arb(7)))
    )
    assert both == (early[0], late[1])
    assert abs(late[1] - early[1] - 4 * arb(e)) < 1e-9


@pytest.mark.parametrize("name", NAMES)
def test_q_is_past_one_only_where_x_is_between_the_two(name: str) -> None:
    case, clock, numbers = BY_NAME[name], clock_of(name), random.Random(13)
    narrowest, widest = clock.crossing
    assert 0 < narrowest < widest
    for _ in range(200):
        epsilon = rational(case.largest) * numbers.random()
        x = epsilon * numbers.uniform(0.8 * float(narrowest), 1.2 * float(widest))
        v = rational(DELTA) * numbers.uniform(-1, 1) * epsilon**2
        q = case.r(x) * (1 + case.height(x, epsilon) + v)
        share = near(x / epsilon, 15)
        assert share >= narrowest if q <= 1 else share <= widest
    assert widest < narrowest * 1.25


@pytest.mark.parametrize("name", NAMES)
def test_an_arrival_where_q_may_be_past_one_is_refused(name: str) -> None:
    case, clock = BY_NAME[name], clock_of(name)
    x = clock.crossing[1] * arb(case.largest) * 0.99
    with pytest.raises(NotProvedError, match="may have passed 1"):
        clock.constants(Arrival((arb(0), arb(0)), (x.lower(), x.upper()), arb(case.largest)))


def test_a_way_that_ends_past_the_boxes_is_refused() -> None:
    with pytest.raises(NotProvedError, match="before the tube"):
        clock_of("log-cosh")._added(arb(0.5), arb(10) ** arb(9), arb(0.01))


def test_a_clock_that_may_stand_still_is_refused() -> None:
    tube = tube_of("log-cosh")
    with pytest.raises(NotProvedError, match="may stand still"):
        Clock(replace(tube, delta=fmpq(1000)))._added(arb(0.5), arb(2), arb(tube.largest))
    with pytest.raises(NotProvedError, match="that p falls is not certain"):
        Clock(replace(tube, largest=fmpq(1, 2)))


@pytest.mark.parametrize("ends", [(fmpq(1, 500), fmpq(1, 100)), (fmpq(0), fmpq(1, 3))])
def test_the_logarithm_times_the_step_is_bounded(ends: tuple[fmpq, fmpq]) -> None:
    found = _times_log(hull(*ends))
    for k in range(1, 11):
        e = rational(ends[0] + (ends[1] - ends[0]) * k / 10)
        assert found.overlaps(near(e * mp.log(1 / e), 20))
    assert found.rad() < 0.2


def test_past_1_over_e_it_does_not_rise_and_is_refused() -> None:
    with pytest.raises(NotProvedError, match="too large for the clock"):
        _times_log(hull(0, fmpq(2, 5)))
