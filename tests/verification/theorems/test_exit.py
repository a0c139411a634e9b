"""The limit, saturation and the gap of the sharpness on the tube, against orbits by mpmath."""

import random
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from typing import Any

import pytest
from flint import arb, ctx, fmpq
from mpmath import mp
from uniform_cases import BY_NAME, DELTA, NAMES, near, rational, step_of, tube_of

from trajalign.verification.theorems.errors import NotProvedError
from trajalign.verification.theorems.exit import Gap, Tube, widest_crossing

Point = tuple[Any, Any]
SETTLED = 1e-11  # p² below which q changes by less than a few times that


@pytest.fixture(autouse=True)
def _precision():
    with ctx.workprec(128), mp.workdps(30):
        yield


@lru_cache(maxsize=8)
def orbit_of(name: str, divided: int = 1) -> tuple[Any, list[Point]]:
    """ε, and an orbit that begins on the rim of the tube near its end, up to p² = 10⁻¹¹."""
    case = BY_NAME[name]
    with mp.workdps(30):
        epsilon, x = rational(case.largest / divided), rational(case.end) * mp.mpf("0.95")
        q = case.r(x) * (1 + case.height(x, epsilon) + rational(DELTA) * epsilon**2)
        found = []
        for p, q_now in case.orbit(mp.sqrt(x), q, epsilon):
            found.append((p, q_now))
            if p * p < SETTLED:
                return epsilon, found
    raise AssertionError


@pytest.mark.parametrize("name", NAMES)
def test_on_the_tube_p_falls_q_rises_and_the_bend_is_bounded(name: str) -> None:
    case, tube = BY_NAME[name], tube_of(name)
    tube.check_motion()
    epsilon, orbit = orbit_of(name)
    constant = tube.alignment()
    for (p, q), (p_next, q_next) in zip(orbit[::20], orbit[1::20], strict=False):
        assert abs(p_next) < abs(p)
        assert p_next * p < 0
        assert q_next > q
        off = abs(q / case.r(p * p) - 1 - epsilon * case.first(p * p))
        assert near(off / epsilon**2, 15) <= constant
    # sup |h₂| is found to a per cent, so that a smaller constant would be too small on the rim.
    second = max(abs(case.second(rational(case.end) * k / 40 + mp.mpf("1e-9"))) for k in range(41))
    assert near(second, 7) + DELTA <= constant + 1e-6
    assert constant < near(second, 15) * 1.02 + DELTA


@pytest.mark.parametrize("name", NAMES)
def test_the_limit_is_where_it_is_said_to_be(name: str) -> None:
    case, (first, limit, saturation) = BY_NAME[name], tube_of(name).limit()
    epsilon, orbit = orbit_of(name)
    at_zero = mp.mpf(case.first_at_zero.numerator) / case.first_at_zero.denominator
    assert first.overlaps(near(at_zero, 30))
    slack = near(5 * SETTLED / epsilon**2, 15)
    q = orbit[-1][1]
    off = near(abs(q - 1 - epsilon * at_zero) / epsilon**2, 15) - slack
    assert off <= limit
    inverse = near(abs(1 / q - 1 + epsilon * at_zero) / epsilon**2, 15) - slack
    assert inverse <= saturation
    # Without the room of the tube both are |h₂(0)| and |h₁(0)² − h₂(0)|, as ε → 0.
    h2 = case.second(mp.mpf("1e-12"))
    assert abs(limit - DELTA - near(abs(h2), 10)) < 0.01
    assert abs(saturation - DELTA - near(abs(at_zero**2 - h2), 10)) < 0.02


@pytest.mark.parametrize("name", NAMES)
def test_smaller_constants_of_the_limit_are_broken(name: str) -> None:
    case = BY_NAME[name]
    epsilon, orbit = orbit_of(name, 4)
    at_zero = mp.mpf(case.first_at_zero.numerator) / case.first_at_zero.denominator
    q, h2 = orbit[-1][1], case.second(mp.mpf("1e-12"))
    slack = 5 * SETTLED / epsilon**2
    assert abs(q - 1 - epsilon * at_zero) / epsilon**2 > 0.9 * abs(h2) - slack
    inverse = abs(1 / q - 1 + epsilon * at_zero) / epsilon**2
    assert inverse > 0.8 * abs(at_zero**2 - h2) - slack


@pytest.mark.parametrize("name", NAMES)
def test_the_gap_bounds_the_sharpness_along_orbits(name: str) -> None:
    case, tube = BY_NAME[name], tube_of(name)
    constant = Gap(tube).constant()
    by_hand = arb(case.gap.numerator) / case.gap.denominator
    assert by_hand <= constant < by_hand * 1.05
    epsilon, orbit = orbit_of(name)
    largest = mp.mpf(0)
    for t, (p, q) in enumerate(orbit):
        if t % 25 == 0 or abs(q - 1) < epsilon / 10:
            off = abs(case.sharpness(p, q, epsilon) - case.surrogate(q)) / epsilon
            assert near(off, 15) <= constant
            largest = max(largest, off)
    assert near(largest, 15) > by_hand * 0.97  # so that a gap of 0.97 times that is refuted


@pytest.mark.parametrize("name", NAMES)
def test_before_q_is_one_the_gap_is_that_of_its_place(name: str) -> None:
    """To first order in ε along S = 1 + ε(h₁ + ε(h₂ + w)), at half of the tube's length."""
    case, tube = BY_NAME[name], replace(tube_of(name), delta=fmpq(1, 1000), largest=fmpq(1, 10**6))
    x, epsilon = rational(case.end / 2), mp.mpf(10) ** -9
    q = case.r(x) * (1 + case.height(x, epsilon))
    true = near(abs(case.sharpness(mp.sqrt(x), q, epsilon) - case.surrogate(q)) / epsilon, 6)
    found = Gap(tube)._before(arb(case.end / 2))
    assert found.overlaps(true)
    assert abs(found - true) < 0.02 * true


@pytest.mark.parametrize("name", NAMES)
def test_where_q_is_past_one_x_is_small(name: str) -> None:
    case, tube, numbers = BY_NAME[name], tube_of(name), random.Random(5)
    widest = widest_crossing(tube)
    closest = mp.mpf(0)
    for _ in range(300):
        epsilon = rational(case.largest) * numbers.random()
        x = epsilon * float(widest) * numbers.uniform(0.8, 1.2)
        v = rational(DELTA) * numbers.uniform(-1, 1) * epsilon**2
        if case.r(x) * (1 + case.height(x, epsilon) + v) > 1:
            assert near(x / epsilon, 15) <= widest
            closest = max(closest, x / epsilon)
    assert near(closest, 15) > widest * 0.9


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"delta": fmpq(400)}, id="the misfit outweighs the curve"),
        pytest.param({"largest": fmpq(2)}, id="a step of 2"),
    ],
)
def test_where_motion_is_not_certain_nothing_is_said(name: str, changes: dict[str, fmpq]) -> None:
    with pytest.raises(NotProvedError, match="not certain"):
        replace(tube_of(name), **changes).check_motion()


def test_with_too_much_room_there_is_no_gap() -> None:
    with pytest.raises(NotProvedError):
        Gap(replace(tube_of("log-cosh"), delta=fmpq(400))).constant()


def test_boxes_cover_the_tube() -> None:
    tube = Tube(step_of("log-cosh"), fmpq(2, 3), DELTA, fmpq(1, 100))
    boxes = list(tube.boxes())
    assert boxes[0].contains(0)
    assert boxes[-1].overlaps(arb(fmpq(2, 3)))
    assert all(a.overlaps(b) for a, b in pairwise(boxes))
    assert sum(2 * box.rad() for box in boxes) < 0.7


def test_a_response_that_may_not_fall_has_no_crossing(monkeypatch: pytest.MonkeyPatch) -> None:
    """An enclosure of (1/r)' with 0 in it bounds nothing."""
    tube = tube_of("log-cosh")
    true = tube.step.curve.over

    def blurred(name: str, x: arb, count: int) -> list[arb]:
        found = true(name, x, count)
        return found if name != "inverse" else [found[0], found[1] + arb(0, 1), *found[2:]]

    monkeypatch.setattr(tube.step.curve, "over", blurred)
    with pytest.raises(NotProvedError):
        widest_crossing(tube)
