"""One step over boxes of half-widths, against descent on two numbers by mpmath at 40 digits."""

import random
from typing import Any

import pytest
from flint import arb, arb_series, ctx, fmpq
from half_width_cases import BY_NAME, NAMES, Case, heights, near, rational, step_of
from mpmath import mp

from trajalign.verification.theorems.bounds import hull
from trajalign.verification.theorems.errors import NotProvedError
from trajalign.verification.theorems.two_sided_step import TwoSidedStep

TRIALS = 4
SIDES = (1, -1)


@pytest.fixture(autouse=True)
def _precision():
    with ctx.workprec(128), mp.workdps(40):
        yield


def side_of(name: str, sign: int) -> TwoSidedStep:
    found = step_of(name).sides[SIDES.index(sign)]
    assert isinstance(found, TwoSidedStep)
    assert found.sign == sign
    return found


def drawn(numbers: random.Random, low: fmpq, high: fmpq) -> fmpq:
    return low + (high - low) * fmpq(numbers.randrange(1, 1000), 1000)


def points(case: Case, seed: int) -> list[tuple[fmpq, fmpq, fmpq]]:
    """x on the tube, v up to 1/30 and ε up to the case's largest."""
    numbers = random.Random(seed)
    return [
        (
            drawn(numbers, fmpq(0), case.end),
            drawn(numbers, fmpq(-1, 30), fmpq(1, 30)),
            drawn(numbers, fmpq(0), case.largest),
        )
        for _ in range(TRIALS)
    ]


def moved(case: Case, sign: int, x: fmpq, v: Any, epsilon: fmpq) -> tuple[Any, Any]:
    """x' and v'."""
    e = rational(epsilon)
    p, q = case.start(rational(x), sign, v, e)
    p, q = case.step(p, q, e)
    return case.half_width(p) ** 2, case.misfit(p, q, e)


def true_phi(case: Case, sign: int, x: fmpq, v: Any, epsilon: fmpq) -> Any:
    return (moved(case, sign, x, v, epsilon)[1] - v) / rational(x)


def phi_of(side: TwoSidedStep, x: arb, v: arb, epsilon: arb) -> arb:
    return side.phi(side.place(x), arb_series([v], 1), arb_series([epsilon], 1), 1)[0]


@pytest.mark.parametrize("sign", SIDES)
@pytest.mark.parametrize("name", NAMES)
def test_phi_is_that_of_the_map_at_points_and_over_boxes(name: str, sign: int) -> None:
    case, side = BY_NAME[name], side_of(name, sign)
    for x, v, epsilon in points(case, 1):
        true = near(true_phi(case, sign, x, rational(v), epsilon), 20)
        thin = phi_of(side, arb(x), arb(v), arb(epsilon))
        assert thin.overlaps(true)
        assert thin.rad() < abs(true) / 4 + 0.01
        wide = (
            hull(x * fmpq(99, 100), x),
            hull(v, v + fmpq(1, 400)),
            hull(epsilon / 2, epsilon),
        )
        assert phi_of(side, *wide).overlaps(true)
        assert phi_of(step_of(name), *wide).overlaps(true)  # on both sides at once


@pytest.mark.parametrize("sign", SIDES)
@pytest.mark.parametrize("name", NAMES)
def test_the_slope_in_v_is_that_of_a_difference(name: str, sign: int) -> None:
    case, side = BY_NAME[name], side_of(name, sign)
    tiny = mp.mpf(10) ** -12
    for x, v, epsilon in points(case, 2)[:2]:
        at = rational(v)
        ends = [true_phi(case, sign, x, at + way * tiny, epsilon) for way in (1, -1)]
        slope = near((ends[0] - ends[1]) / (2 * tiny), 12)
        thin = side.slope_in_v(side.place(arb(x)), arb(v), arb(epsilon))
        assert thin.overlaps(slope)
        assert thin.rad() < abs(slope) / 4
        assert thin < 0


@pytest.mark.parametrize("sign", SIDES)
@pytest.mark.parametrize("name", NAMES)
def test_the_image_and_its_slope_are_those_of_the_map(name: str, sign: int) -> None:
    case, side = BY_NAME[name], side_of(name, sign)
    for x, v, epsilon in points(case, 3)[:2]:
        e = rational(epsilon)
        p, q = case.start(rational(x), sign, rational(v), e)
        height = case.rising(p, q, e)

        def image(at: Any, height: Any = height, e: Any = e) -> Any:
            p = case.point(mp.sqrt(at), sign)
            low = 1 / mp.sqrt(1 / height**2 + e * (rational(case.z) + p) ** 2)
            return case.half_width(case.step(p, low, e)[0]) ** 2

        after, slope = side.image(arb(x), near(height, 30), arb(epsilon))
        assert after.overlaps(near(image(rational(x)), 20))
        assert slope.overlaps(near(mp.diff(image, rational(x)), 10))
        assert after.rad() < 1e-6
        box = hull(x, x * fmpq(11, 10)), near(height, 30) + arb(0, 0.001), hull(0, epsilon)
        over, slope = side.image(*box)
        assert over.overlaps(after)
        assert slope.is_finite()


@pytest.mark.parametrize("name", NAMES)
def test_the_height_rises_by_the_drift(name: str) -> None:
    case = BY_NAME[name]
    for x, v, epsilon in points(case, 4)[:2]:
        e = rational(epsilon)
        for sign in SIDES:
            p, q = case.start(rational(x), sign, rational(v), e)
            ratio = case.rising(*case.step(p, q, e), e) / case.rising(p, q, e)
            side = side_of(name, sign)
            low, high = side.pull(side.place(arb(x)), arb(1), arb(epsilon))
            assert hull(low, high).overlaps(near((ratio - 1) / e, 20))
            assert high - low < 1e-9


@pytest.mark.parametrize("name", NAMES)
def test_the_bounds_of_a_start_have_its_height(name: str) -> None:
    case, step = BY_NAME[name], step_of(name)
    q = case.lowest, case.lowest + fmpq(1, 50)
    e, box = case.largest, hull(case.end / 4, case.end / 2)
    low, high = step.started(q, box, hull(0, e))
    for sign in SIDES:
        least, most = side_of(name, sign).started(q, box, hull(e / 2, e))
        assert low <= least < most <= high
        p = case.point(mp.sqrt(rational(case.end) / 3), sign)
        for height in (q[0], (q[0] + q[1]) / 2, q[1]):
            assert least < near(case.rising(p, rational(height), rational(e) * 3 / 4), 20) < most


def test_where_there_are_no_weights_nothing_is_said() -> None:
    # 2|xy| ≤ x² + y² says √ε q |f| ≤ 1.
    with pytest.raises(NotProvedError, match="no weights"):
        step_of("Zhu").started((fmpq(9, 10), fmpq(1)), arb(0), arb(1))


@pytest.mark.parametrize("sign", SIDES)
@pytest.mark.parametrize("name", NAMES)
def test_the_heights_are_those_of_the_curve_in_q(name: str, sign: int) -> None:
    case = BY_NAME[name]
    for share in (fmpq(1, 9), fmpq(1, 2), fmpq(1)):
        x = case.end * share
        known = case.first_two(case.point(mp.sqrt(rational(x)), sign))
        for found, expected in zip(heights(name, arb(x), sign), known, strict=True):
            assert found.overlaps(near(expected, 25))
            assert found.rad() < 0.002
    assert abs(heights(name, arb(0), sign)[0] - arb(case.first_at_zero)) < 1e-6


@pytest.mark.parametrize("sign", SIDES)
@pytest.mark.parametrize("name", NAMES)
def test_the_lower_orders_vanish(name: str, sign: int) -> None:
    case, side = BY_NAME[name], side_of(name, sign)
    for k in range(5):
        for coefficient in side.lower_orders(arb(case.end * k / 4)):
            assert coefficient.contains(0)
            assert coefficient.rad() < 0.01


@pytest.mark.parametrize("name", NAMES)
def test_on_the_curve_phi_is_of_third_order(name: str) -> None:
    case = BY_NAME[name]
    x = case.end / 2
    for sign in SIDES:
        side = side_of(name, sign)
        bound = side.on_curve(side.place(arb(x)), arb(case.largest))
        sizes = [
            near(abs(true_phi(case, sign, x, mp.mpf(0), e)) / rational(e) ** 3, 12)
            for e in (case.largest, case.largest / 10)
        ]
        assert all(size <= bound for size in sizes)
        assert bound < 2 * max(sizes) + 0.05


class _Turned(TwoSidedStep):
    """The output with the other sign, as in the map of another minimum."""

    def output(self, at: Any) -> arb:
        return -super().output(at)


class _Steeper(TwoSidedStep):
    """1.01·h₁."""

    def place(self, x: arb) -> Any:
        at = super().place(x)
        h, odd = at.h, at.odd
        object.__setattr__(at, "h", (h[0] * fmpq(101, 100), *h[1:]))
        object.__setattr__(at, "odd", (odd[0] * fmpq(101, 100), *odd[1:]))
        return at


@pytest.mark.parametrize("kind", [_Turned, _Steeper])
def test_with_another_map_or_another_curve_the_lower_orders_do_not_vanish(kind: type) -> None:
    for sign in SIDES:
        wrong = kind.__new__(kind)
        wrong.__dict__ |= side_of("Zhu", sign).__dict__
        found = wrong.lower_orders(arb(BY_NAME["Zhu"].end / 2))
        assert found[0].contains(0)
        assert not found[1].contains(0)
