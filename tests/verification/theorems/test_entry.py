"""Boxes of starts, followed step by step: random orbits from inside stay inside."""

import random
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice, pairwise
from typing import Any

import pytest
from flint import arb, ctx, fmpq
from mpmath import mp
from uniform_cases import BY_NAME, DELTA, NAMES, Case, funnel_of, near, rational, step_of

from trajalign.verification.theorems.bounds import hull
from trajalign.verification.theorems.entry import Bounds, Entry
from trajalign.verification.theorems.errors import NotProvedError

WIDTH = fmpq(1, 400)  # of q0
Box = tuple[fmpq, fmpq]


@pytest.fixture(autouse=True)
def _precision():
    with ctx.workprec(128), mp.workdps(40):
        yield


@dataclass(frozen=True)
class Recorded(Entry):
    """One that remembers all bounds."""

    history: list[Bounds] = field(default_factory=list)

    def _sharpened(self, b: Bounds) -> Bounds:
        self.history.append(super()._sharpened(b))
        return self.history[-1]

    def _stage(self, b: Bounds, target: arb) -> Bounds:
        self.history.append(super()._stage(b, target))
        return self.history[-1]


@dataclass(frozen=True)
class Start:
    q: Box
    p: Box
    epsilon: Box

    @property
    def bounds(self) -> Bounds:
        x = [arb(p * p) for p in self.p]
        q = [arb(q) for q in self.q]
        return Bounds(0, (x[0].lower(), x[1].upper()), (q[0].lower(), q[1].upper()), None, arb(0))

    def drawn(self, numbers: random.Random) -> list[Any]:
        """q0, p0 and ε, corners of the box among them."""
        found = []
        for low, high in (self.q, self.p, self.epsilon):
            share = numbers.choice([0, 1, fmpq(numbers.randrange(1000), 1000)])
            found.append(rational(low + (high - low) * share))
        return found


def starts(case: Case) -> list[Start]:
    """Below and above the curve, and with a range of ε from 0 on."""
    q0 = fmpq(85, 100) if case.linear else fmpq(88, 100)
    q, e = (q0, q0 + WIDTH), case.largest
    # r(p) > q/2 with room, and p² within what is known.
    below, above = (fmpq(30, 100), fmpq(60, 100)) if case.linear else (fmpq(15, 100), fmpq(36, 100))
    return [
        Start(q, (below, below * fmpq(21, 20)), (e * fmpq(9, 10), e)),
        Start(q, (above, above * fmpq(21, 20)), (e * fmpq(9, 10), e)),
        Start(q, (below, below * fmpq(21, 20)), (fmpq(0), e / 4)),
    ]


@lru_cache(maxsize=32)
def followed(name: str, which: int) -> tuple[list[Bounds], Bounds, Start, arb]:
    """All bounds, those at the end, and what was reached."""
    case = BY_NAME[name]
    start = starts(case)[which]
    entry = Recorded(step_of(name), funnel_of(name), hull(*start.epsilon))
    low = start.epsilon[0]
    target = arb(DELTA * low * low) if low > 0 else arb(fmpq(1, 50))
    return entry.history, entry.follow(start.bounds, target.lower()), start, target


def inside(case: Case, b: Bounds, p: Any, q: Any, epsilon: Any) -> bool:
    x = near(p * p, 35)
    v = near(abs(case.misfit(p * p, q, epsilon)), 25)
    return bool(
        b.x[0] <= x + arb(10) ** arb(-30)
        and x - arb(10) ** arb(-30) <= b.x[1]
        and b.q[0] <= near(q, 35) + arb(10) ** arb(-30)
        and near(q, 35) - arb(10) ** arb(-30) <= b.q[1]
        and (b.misfit is None or v <= b.misfit)
    )


@pytest.mark.parametrize("which", [0, 1, 2])
@pytest.mark.parametrize("name", NAMES)
def test_orbits_stay_inside_until_the_tube_is_reached(name: str, which: int) -> None:
    case, numbers = BY_NAME[name], random.Random(which)
    history, end, start, target = followed(name, which)
    assert history[0].time == 0
    assert all(a.time < b.time <= a.time + 16 for a, b in pairwise(history))
    assert history[-1] == end
    assert end.misfit is not None
    assert end.misfit <= target
    for _ in range(6):
        q, p, epsilon = start.drawn(numbers)
        orbit = list(islice(case.orbit(p, q, epsilon), end.time + 1))
        for b in history:
            assert inside(case, b, *orbit[b.time], epsilon), b.time


@pytest.mark.parametrize("name", NAMES)
def test_bounds_a_step_late_are_broken(name: str) -> None:
    case, (history, end, start, _) = BY_NAME[name], followed(name, 0)
    q, p, epsilon = map(rational, (start.q[0], start.p[0], start.epsilon[1]))
    orbit = list(islice(case.orbit(p, q, epsilon), end.time + 2))
    assert not all(inside(case, b, *orbit[b.time + 1], epsilon) for b in history)


@pytest.mark.parametrize("name", NAMES)
def test_bounds_that_are_narrower_are_broken(name: str) -> None:
    """Of x by 0.1 % on one side: the corners of a box go along its bounds at first."""
    case, (history, end, start, _) = BY_NAME[name], followed(name, 0)
    narrower = [replace(b, x=(b.x[0] * arb(1.001), b.x[1])) for b in history]
    broken = False
    for epsilon in start.epsilon:
        for q in start.q:
            values = map(rational, (start.p[0], q, epsilon))
            p0, q0, e = values
            orbit = list(islice(case.orbit(p0, q0, e), end.time + 1))
            broken = broken or not all(inside(case, b, *orbit[b.time], e) for b in narrower)
    assert broken


@pytest.mark.parametrize("name", NAMES)
def test_the_phase_of_orbits_rises_as_is_said(name: str) -> None:
    """θ(x̄_t) − θ(x̄_0) + εt with r(x̄) = q, and θ the integral of dx/(2x g₀)."""
    case, (history, _, start, _) = BY_NAME[name], followed(name, 0)
    rises = []
    for corner in ((0, 0, 0), (1, 1, 1), (1, 0, 1)):
        q0, p, epsilon = (
            rational(ends[k])
            for ends, k in zip((start.q, start.p, start.epsilon), corner, strict=True)
        )
        b = history[-1]
        q = next(islice(case.orbit(p, q0, epsilon), b.time, None))[1]
        first, last = (
            mp.findroot(
                lambda x, q=q: case.r(x) - q,
                (mp.mpf("1e-3"), rational(case.end) * 2),
                solver="anderson",
            )
            for q in (q0, q)
        )
        passed = mp.quad(lambda x: 1 / (2 * x * case.rest(x)), [last, first])
        rises.append(near(epsilon * b.time - passed, 12))
    assert b.phase is not None
    assert all(b.phase.overlaps(rise) for rise in rises)
    assert b.phase.rad() < 0.05
    assert not all((b.phase + 2 * b.phase.rad()).overlaps(rise) for rise in rises)


@pytest.mark.parametrize("name", NAMES)
def test_an_image_has_the_summit_of_the_map(name: str) -> None:
    """x' = x(1 − γ)² rises and falls again: what is largest is no image of an end."""
    case, e = BY_NAME[name], BY_NAME[name].largest
    q, end = fmpq(85, 100), rational(case.end) * 2

    def image(x: Any) -> Any:
        return case.step(mp.sqrt(x), rational(q), rational(e))[0] ** 2

    x = max((end * k / 200 for k in range(1, 200)), key=image)
    x = mp.findroot(lambda at: mp.diff(image, at), x)
    entry = Entry(step_of(name), funnel_of(name), arb(e))
    for low, high in ((0.7, 1.2), (0.83, 1.1), (0.99, 1.005)):
        ends = near(x * low).lower(), near(x * high).upper()
        found = entry._image(Bounds(0, ends, (arb(q).lower(), arb(q).upper())))
        assert found[0] <= near(min(image(x * low), image(x * high))) + arb(10) ** arb(-25)
        assert near(image(x)) <= found[1] < near(image(x)) * 1.04


def test_q_only_rises_and_the_box_gets_narrow() -> None:
    for name in NAMES:
        history, end, _, _ = followed(name, 0)
        assert all(a.q[0] <= b.q[0] + arb(10) ** arb(-30) for a, b in pairwise(history))
        # At the end x is where r(x) = q/S: a range of q0, and what orbits differ by.
        steep = abs(step_of(name).curve.over("r", end.x[0].union(end.x[1]), 2)[1])
        assert end.x[1] - end.x[0] < 3 * (end.q[1] - end.q[0]) / steep.lower() + 0.01
        assert end.q[1] - end.q[0] < arb(4 * WIDTH) + 0.02


@pytest.mark.parametrize("name", NAMES)
def test_what_is_kept_is_where_the_curve_has_that_q(name: str) -> None:
    case = BY_NAME[name]
    q = (arb(fmpq(88, 100)).lower(), arb(fmpq(89, 100)).upper())
    entry = Entry(step_of(name), funnel_of(name), hull(0, case.largest))
    misfit = arb(fmpq(1, 200))
    low, high = entry.kept(q, misfit)
    numbers, found = random.Random(7), []
    for _ in range(400):
        x = rational(funnel_of(name).end) * numbers.random()
        v = rational(fmpq(1, 200)) * numbers.uniform(-1, 1)
        epsilon = rational(case.largest) * numbers.random()
        height = case.r(x) * (1 + case.height(x, epsilon) + v)
        if q[0] <= near(height) <= q[1]:
            found.append(near(x))
    assert len(found) > 5
    assert all(low <= x <= high for x in found)
    assert high - low < 0.2


def test_what_would_leave_the_funnel_is_not_kept() -> None:
    name = "log-cosh"
    entry = Entry(step_of(name), funnel_of(name), hull(0, fmpq(1, 200)))
    for q in (fmpq(3, 4), fmpq(1, 2)):  # r is 0.8 at the end
        with pytest.raises(ArithmeticError if q < fmpq(3, 5) else NotProvedError):
            entry.kept((arb(q), arb(q) + arb(0.005)), arb(fmpq(1, 200)))


@pytest.mark.parametrize(
    "start",
    [
        pytest.param(Bounds(0, (arb(0), arb(0.1)), (arb(0.85), arb(0.86))), id="from p = 0"),
        pytest.param(Bounds(0, (arb(0.09), arb(2.5)), (arb(0.85), arb(0.86))), id="too far"),
        pytest.param(Bounds(0, (arb(0.09), arb(0.1)), (arb(0.5), arb(0.9))), id="a wide q"),
        pytest.param(Bounds(0, (arb(0.09), arb(0.1)), (arb(1.2), arb(1.21))), id="q past 1"),
    ],
)
def test_what_is_lost_on_the_way_is_not_proved(start: Bounds) -> None:
    entry = Entry(step_of("log-cosh"), funnel_of("log-cosh"), hull(0, fmpq(1, 200)))
    with pytest.raises((NotProvedError, ArithmeticError)):
        entry.follow(start, arb(fmpq(1, 1000)))


def test_a_target_below_the_floor_is_never_reached() -> None:
    name = "log-cosh"
    start = starts(BY_NAME[name])[0]
    entry = Entry(step_of(name), funnel_of(name), hull(*start.epsilon))
    with pytest.raises(NotProvedError, match="is drawn to"):
        entry.follow(start.bounds, entry.floor(len(funnel_of(name).levels) - 1) * 0.99)
