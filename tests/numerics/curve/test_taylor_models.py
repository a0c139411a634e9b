"""Enclosures of the theory's functions on cells of x = p², against mpmath and formulas by hand."""

from collections.abc import Callable
from typing import Any

import hypothesis.strategies as st
import pytest
from flint import arb, ctx, fmpq
from hypothesis import given, settings
from mpmath import mp
from uniform_cases import BY_NAME, NAMES, Case, exactly, near, rational, step_of

from trajalign.numerics.curve.taylor_models import CurveModels, OutOfRangeError
from trajalign.theory.errors import NoCurvatureError
from trajalign.theory.models import Activation, Loss, SingleNeuron, TwoLayerLinear

PER_UNIT = 32  # cells to a unit
FUNCTIONS = ("r", "inverse", "omega", "h1", "h2")
AFTER_ZERO = arb(2) ** arb(-60)


@pytest.fixture(autouse=True)
def _precision():
    with ctx.workprec(128), mp.workdps(60):
        yield


def true(case: Case, name: str) -> Callable[[Any], Any] | None:
    """A function by mpmath, None where the case has none."""
    known: dict[str, Any] = {
        "r": case.r,
        "inverse": lambda x: 1 / case.r(x),
        "omega": case.omega,
        "h1": case.first,
        "h2": case.second,
    }
    return known[name]


def places(curve: CurveModels) -> dict[str, arb]:
    """Where a model of cells may go wrong: their edges, and just beside them."""
    width, last = curve.width, curve.end
    some = {"after 0": AFTER_ZERO, "end": arb(last), "middle of 0": arb(width) / 2}
    for i in (1, 2, 9, 10, 11):
        edge = arb(width * i)
        some |= {
            f"edge {i}": edge,
            f"below {i}": edge - AFTER_ZERO,
            f"above {i}": edge + AFTER_ZERO,
        }
    some["interior"] = arb(width * fmpq(17, 3)).mid()
    return {name: x for name, x in some.items() if x <= arb(last)}


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("name", NAMES)
def test_at_a_point_a_narrow_ball_has_the_value_and_the_slope(name: str, function: str) -> None:
    case, curve = BY_NAME[name], step_of(name).curve
    f = true(case, function)
    for place, x in places(curve).items():
        found = curve.over(function, x, 2)
        if f is None:
            assert all(ball == 0 for ball in found), place
            continue
        at = rational(x)
        for ball, value in zip(found, (f(at), mp.diff(f, at)), strict=True):
            assert ball.overlaps(near(value, 25)), place
            assert ball.rad() < 1e-8, place
            assert not ball.overlaps(near(value * (1 + mp.mpf("1e-6")), 25)), place


@pytest.mark.parametrize("name", NAMES)
def test_at_zero_are_the_numbers_by_hand(name: str) -> None:
    case, curve = BY_NAME[name], step_of(name).curve
    first = curve.value("h1", arb(0))
    assert first.overlaps(arb(case.first_at_zero.numerator) / case.first_at_zero.denominator)
    assert first.rad() < 1e-12
    assert curve.value("r", arb(0)).overlaps(arb(1))
    second = {"log-cosh": fmpq(63, 80), "pseudo-huber": fmpq(1, 2)}
    if name in second:
        assert curve.value("h2", arb(0)).overlaps(arb(second[name]))
    # r = 1 + r''(0)x/2 + … and h₁(0) = −1/(2r''(0)), twice that for a neuron (reference.md §3)
    slope = -arb(1) / (4 * first) if case.linear else -arb(1) / (2 * first)
    assert curve.over("r", arb(0), 2)[1].overlaps(slope)


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("name", ["pseudo-huber", "tanh", "frozen-weight"])
@settings(deadline=None, max_examples=12)
@given(data=st.data())
def test_over_a_box_all_values_and_slopes_are_in_it(
    name: str, function: str, data: st.DataObject
) -> None:
    case, curve = BY_NAME[name], step_of(name).curve
    f = true(case, function)
    cells = int(curve.end / curve.width) - 1  # the end, rounded outwards, would be past it
    low, high = sorted(data.draw(st.lists(st.fractions(0, cells), min_size=2, max_size=2)))
    share = data.draw(st.fractions(0, 1))
    low_x, high_x, x = (
        curve.width * fmpq(k.numerator, k.denominator)
        for k in (low, high, low + share * (high - low))
    )
    box = arb(low_x).union(arb(high_x))
    with ctx.workprec(128), mp.workdps(60):
        found = curve.over(function, box, 2)
        if f is None or x == 0:
            return
        at = rational(x)
        assert found[0].overlaps(near(f(at), 25))
        assert found[1].overlaps(near(mp.diff(f, at), 25))
        # As wide as the function is there, and a little for each cell: not all numbers.
        assert found[0].rad() < 1e-6 + 4 * arb(high_x - low_x + curve.width * 2)


def test_over_several_cells_a_box_is_little_wider_than_the_function() -> None:
    curve = step_of("pseudo-huber").curve
    box = arb(curve.width / 3).union(arb(curve.width * 5 / 2))
    at_ends = [1 / (2 * (1 + arb(curve.width * k))) for k in (fmpq(1, 3), fmpq(5, 2))]
    found = curve.value("h1", box)  # 1/(2(1 + x)) falls
    assert at_ends[1].overlaps(arb(found.lower()) + arb(0, 1e-3))
    assert at_ends[0].overlaps(arb(found.upper()) + arb(0, 1e-3))
    assert all(found.contains(end.mid()) for end in at_ends)


@pytest.mark.parametrize("name", NAMES)
def test_higher_coefficients_are_those_of_taylor(name: str) -> None:
    case, curve = BY_NAME[name], step_of(name).curve
    x = arb(curve.width * 7 / 2).mid()
    with mp.workdps(90):
        known = mp.taylor(case.r, rational(x), 5)
    for ball, value in zip(curve.over("r", x, 6), known, strict=True):
        assert ball.overlaps(near(value, 25))
        assert ball.rad() < 1e-5


@pytest.mark.parametrize("name", NAMES)
def test_a_place_is_found_from_its_height(name: str) -> None:
    case, curve = BY_NAME[name], step_of(name).curve
    for place, x in places(curve).items():
        if place == "end":
            continue
        height = exactly(case.r(rational(x)))
        found = curve.place_of(height)
        assert found.overlaps(x + arb(0, arb(10) ** arb(-35))), place
        assert found.rad() < 1e-7, place
        assert not found.overlaps(curve.place_of(height * arb(0.999))), place


def test_where_r_is_one_or_more_is_zero() -> None:
    curve = step_of("log-cosh").curve
    assert curve.place_of(arb(1)) == 0
    assert curve.place_of(arb(1.25)) == 0


@pytest.mark.parametrize(
    "height", [arb(0.25), arb(-0.5), arb.nan()], ids=["low", "negative", "NaN"]
)
def test_a_height_that_r_does_not_have_is_refused(height: arb) -> None:
    with pytest.raises(OutOfRangeError, match="r is not known to reach"):
        step_of("log-cosh").curve.place_of(height)


@pytest.mark.parametrize("place", ["beyond", "across", "NaN", "infinite"])
def test_past_the_end_nothing_is_said(place: str) -> None:
    curve = step_of("log-cosh").curve
    end = arb(curve.end)
    x = {
        "beyond": end + AFTER_ZERO,
        "across": end + arb(0, 0.01),
        "NaN": arb.nan(),
        "infinite": arb.pos_inf(),
    }[place]
    with pytest.raises(OutOfRangeError, match="is beyond"):
        curve.over("r", x, 1)


def test_what_a_box_has_below_zero_is_not_looked_at() -> None:
    curve = step_of("log-cosh").curve
    found = curve.value("h1", arb(0, 1e-9))
    assert found.overlaps(arb(0.75))
    assert found.rad() < 1e-8


def test_a_response_of_another_unit_has_cells_of_another_width() -> None:
    """ℓ(sz)/s² for s = 4 is log-cosh with x in sixteenths: h₁ is, by reference.md §3, r³ and r² of
    the same numbers, so h₁(x) = h₁ of log-cosh at 16x, divided by 16."""
    scaled = CurveModels(TwoLayerLinear(Loss.parse("log(cosh(4*z))/16")), 2, fmpq(1, 20))
    plain = step_of("log-cosh").curve
    assert scaled.unit == plain.unit / 16
    x = arb(3) / 128
    for name, factor in (("r", 1), ("h1", 16), ("h2", 256)):
        assert (scaled.value(name, x) * factor).overlaps(plain.value(name, 16 * x))
        assert not (scaled.value(name, x) * factor).overlaps(plain.value(name, 15 * x))


def test_without_curvature_there_are_no_models() -> None:
    with pytest.raises(NoCurvatureError):
        CurveModels(SingleNeuron(Activation.parse("z")), 2, fmpq(1))


def test_where_r_does_not_fall_there_are_no_models() -> None:
    # ℓ' = z(1 − z² + z⁴): r = 1 − x + x² turns at x = 1/2.
    with pytest.raises(OutOfRangeError, match="r > 0 > r' is not certain"):
        CurveModels(TwoLayerLinear(Loss.parse("z**2/2 - z**4/4 + z**6/6")), 1, fmpq(1))
