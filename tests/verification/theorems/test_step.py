"""One step about the slow curve over boxes, against the reduced map by mpmath at 60 digits."""

import random
from dataclasses import replace
from typing import Any

import pytest
from flint import arb, arb_series, ctx, fmpq
from mpmath import mp
from uniform_cases import BY_NAME, NAMES, Case, near, rational, step_of

from trajalign.numerics.curve.taylor_models import CurveModels
from trajalign.verification.theorems.bounds import hull
from trajalign.verification.theorems.errors import NotProvedError
from trajalign.verification.theorems.step import Step

TRIALS = 12


@pytest.fixture(autouse=True)
def _precision():
    with ctx.workprec(128), mp.workdps(60):
        yield


def drawn(numbers: random.Random, low: fmpq, high: fmpq) -> fmpq:
    return low + (high - low) * fmpq(numbers.randrange(1, 1000), 1000)


def phi_of(step: Step, x: arb, v: arb, epsilon: arb) -> arb:
    return step.phi(step.place(x), arb_series([v], 1), arb_series([epsilon], 1), 1)[0]


def true_phi(case: Case, x: fmpq, v: fmpq, epsilon: fmpq) -> Any:
    """(v' − v)/x."""
    at = rational(x)
    return (case.moved(at, rational(v), rational(epsilon))[1] - rational(v)) / at


def points(case: Case, seed: int) -> list[tuple[fmpq, fmpq, fmpq]]:
    """x on the tube or a little past it, v up to 1/20 and ε up to the case's largest."""
    numbers = random.Random(seed)
    return [
        (
            drawn(numbers, fmpq(0), case.end),
            drawn(numbers, fmpq(-1, 20), fmpq(1, 20)),
            drawn(numbers, fmpq(0), case.largest),
        )
        for _ in range(TRIALS)
    ]


@pytest.mark.parametrize("name", NAMES)
def test_at_a_point_phi_is_that_of_the_map(name: str) -> None:
    case, step = BY_NAME[name], step_of(name)
    for x, v, epsilon in points(case, 1):
        found = phi_of(step, arb(x), arb(v), arb(epsilon))
        true = true_phi(case, x, v, epsilon)
        assert found.overlaps(near(true, 20))
        # Divided differences over a step of length xG are known as well as the functions vary.
        assert found.rad() < abs(near(true, 20)) / 5 + 1e-6


@pytest.mark.parametrize("name", NAMES)
def test_over_a_box_phi_is_that_of_the_map_at_all_points(name: str) -> None:
    case, step = BY_NAME[name], step_of(name)
    numbers = random.Random(2)
    for x, v, epsilon in points(case, 2):
        half = fmpq(numbers.randrange(1, 20), 1000)
        low, high = max(x - half * x, fmpq(0)), x + half * x
        box = hull(low, high), hull(v - fmpq(1, 200), v + fmpq(1, 200)), hull(0, epsilon)
        inside = (
            drawn(numbers, low, high),
            drawn(numbers, v - fmpq(1, 200), v + fmpq(1, 200)),
            drawn(numbers, fmpq(0), epsilon),
        )
        found = phi_of(step, *box)
        assert found.overlaps(near(true_phi(case, *inside), 20))
        assert found.rad() < 1


@pytest.mark.parametrize("name", NAMES)
def test_the_slope_in_v_is_that_of_a_difference(name: str) -> None:
    case, step = BY_NAME[name], step_of(name)
    tiny = fmpq(1, 10**12)
    for x, v, epsilon in points(case, 3):
        ends = [true_phi(case, x, v + sign * tiny, epsilon) for sign in (1, -1)]
        slope = near((ends[0] - ends[1]) / (2 * rational(tiny)), 15)
        thin = step.slope_in_v(step.place(arb(x)), arb(v), arb(epsilon))
        assert thin.overlaps(slope)
        assert thin.rad() < abs(slope) / 4
        wide = step.slope_in_v(
            step.place(hull(x, x * fmpq(51, 50))), hull(v, v + fmpq(1, 100)), hull(0, epsilon)
        )
        assert wide.overlaps(slope)
        assert wide.rad() < 2 * abs(slope)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("share", [fmpq(1, 100), fmpq(1, 3), fmpq(1)])
def test_on_the_curve_phi_is_of_third_order(name: str, share: fmpq) -> None:
    case, step = BY_NAME[name], step_of(name)
    x = case.end * share
    bound = step.on_curve(step.place(arb(x)), arb(case.largest))
    sizes = [
        abs(true_phi(case, x, fmpq(0), epsilon)) / rational(epsilon) ** 3
        for epsilon in (case.largest, case.largest / 10, fmpq(1, 10**4), fmpq(1, 10**6))
    ]
    assert all(near(size, 15) <= bound for size in sizes)
    assert bound < 2 * near(max(sizes), 15) + 0.01  # and not much larger
    over = step.on_curve(step.place(hull(x * fmpq(99, 100), x)), arb(case.largest))
    assert bound <= over < 4 * bound + 1


def test_at_zero_the_bound_on_the_curve_is_that_of_the_limit() -> None:
    # Φ(v = 0)/ε³ → −4ρ'h₃ as ε → 0; log-cosh has h₃(0) = 3267/2240 (reference.md §3), ρ' = −1/3.
    step = step_of("log-cosh")
    found = step.on_curve(step.place(arb(0)), arb(fmpq(1, 10**8)))
    assert abs(found - arb(4) / 3 * fmpq(3267, 2240)) < 1e-6


@pytest.mark.parametrize("name", NAMES)
def test_the_lower_orders_vanish(name: str) -> None:
    case, step = BY_NAME[name], step_of(name)
    for k in range(5):
        for coefficient in step.lower_orders(arb(case.end * k / 4)):
            assert coefficient.contains(0)
            assert coefficient.rad() < 1e-8


def test_with_another_curve_they_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    case, step = BY_NAME["log-cosh"], step_of("log-cosh")
    with_true = step.lower_orders(arb(case.end / 2))
    true = CurveModels.over

    class Wrong(CurveModels):
        def located(self, x: arb):
            located = super().located(x)
            cells = tuple(
                cell
                | {
                    "h1": replace(
                        cell["h1"],
                        polynomial=cell["h1"].polynomial * arb(fmpq(101, 100)),
                        derivatives=[],
                    )
                }
                for cell in located.cells
            )
            return replace(located, cells=cells)

    wrong = Wrong.__new__(Wrong)
    wrong.__dict__ |= step.curve.__dict__
    assert true(wrong, "r", arb(0.1), 1)[0].overlaps(step.curve.value("r", arb(0.1)))
    monkeypatch.setattr(step, "curve", wrong)
    with_wrong = step.lower_orders(arb(case.end / 2))
    assert all(c.contains(0) for c in with_true)
    assert with_wrong[0].contains(0)  # at ε = 0 all rests, with any h₁
    assert not with_wrong[1].contains(0)


@pytest.mark.parametrize("name", NAMES)
def test_the_image_and_its_slope_are_those_of_the_map(name: str) -> None:
    case, step = BY_NAME[name], step_of(name)
    for x, v, epsilon in points(case, 4):
        q = case.lowest + v / 2

        def image(at: Any, q: fmpq = q, epsilon: fmpq = epsilon) -> Any:
            return case.step(mp.sqrt(at), rational(q), rational(epsilon))[0] ** 2

        at = rational(x)
        for box in (
            (arb(x), arb(q), arb(epsilon)),
            (hull(x, x * 2), hull(q, q + v), hull(0, epsilon)),
        ):
            after, slope = step.image(*box)
            assert after.overlaps(near(image(at), 25))
            assert slope.overlaps(near(mp.diff(image, at), 20))
        assert step.image(arb(x), arb(q), arb(epsilon))[1].rad() < 1e-8


@pytest.mark.parametrize("name", NAMES)
def test_the_pull_bounds_how_q_rises(name: str) -> None:
    case, step = BY_NAME[name], step_of(name)
    for x, v, epsilon in points(case, 5):
        q = case.r(rational(x)) * (1 + rational(v))
        q_next = case.step(mp.sqrt(rational(x)), q, rational(epsilon))[1]
        true = near((q_next / q - 1) / rational(epsilon), 20)
        s = arb(1 + v)
        for box in ((arb(x), s), (hull(x * fmpq(9, 10), x), s + arb(0, 0.01))):
            low, high = step.pull(step.place(box[0]), box[1], hull(0, epsilon))
            assert low <= true <= high
            assert high - low < true * 0.35 + 1e-3


def test_where_q_may_fall_nothing_is_said() -> None:
    # Linear: τ has the sign of 2S − 1.
    step = step_of("log-cosh")
    with pytest.raises(NotProvedError, match="q is not known to rise"):
        step.pull(step.place(arb(0.25)), hull(fmpq(2, 5), fmpq(4, 5)), hull(0, fmpq(1, 100)))


def test_a_series_that_came_out_short_is_no_answer() -> None:
    step = step_of("log-cosh")
    with pytest.raises(ArithmeticError, match="too short"):
        step.phi(step.place(arb(0.25)), arb_series([0, 1], 2), arb_series([0, 1], 2), 3)
