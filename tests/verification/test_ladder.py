"""Ladders with a known answer: y(ε) = c + a εᵏ + …, made up here, judged by the code.

The values are exact dyadic or computed in mpmath; nothing below comes from an orbit.
"""

import math
from fractions import Fraction

import mpmath as mp
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from trajalign.verification.ladder import (
    COEFFICIENT_TOLERANCE,
    ORDER_SLACK,
    Ladder,
    extrapolate,
    observed_order,
)

EPSILONS = tuple(2.0**-k for k in range(4, 9))


def ladder(
    c: float, order: float, a: float, *, claimed: float | None = None, next_term: float = 0.3
) -> Ladder:
    """c + a ε^order (1 + next_term ε), with the residual against `claimed` (default: c)."""
    claimed = c if claimed is None else claimed
    errors = [a * e**order * (1 + next_term * e) for e in EPSILONS]
    residuals = tuple((c - claimed) + error for error in errors)
    return Ladder(claimed, EPSILONS, tuple(c + error for error in errors), residuals)


ORDERS = pytest.mark.parametrize("order", [1, 1.5, 2, 3])
SIZES = pytest.mark.parametrize("a", [-40.0, -0.8, 0.01, 5.0])


@ORDERS
@SIZES
def test_known_order_and_coefficient_are_read_off(order: float, a: float) -> None:
    y = ladder(0.75, order, a)
    # The next term bends the local order by log2((1 + .3e)/(1 + .15e)) < 0.3 e/2/ln 2 < 0.002.
    assert y.order == pytest.approx(order, abs=0.002)
    # For 4h, 2h, h Neville's weights at 0 are 1/3, −2, 8/3: ε³ leaves 8h³ = (4h)³/8.
    assert y.extrapolated == pytest.approx(0.75, abs=abs(a) * EPSILONS[-3] ** order / 4)
    assert (y.objection(order) == "") == (abs(y.extrapolated / 0.75 - 1) <= COEFFICIENT_TOLERANCE)


@ORDERS
@pytest.mark.parametrize("a", [-1.0, 1.0])
def test_order_one_too_high_is_refuted_in_words(order: float, a: float) -> None:
    objection = ladder(0.75, order, a / 8).objection(order + 1)
    assert f"instead of {order + 1:g}" in objection
    assert "order" in objection


@pytest.mark.parametrize("order", [1, 2, 3])
def test_order_half_too_high_is_refuted(order: float) -> None:
    assert 0 < ORDER_SLACK < 0.5
    assert ladder(0.75, order, 0.1).objection(order + 0.5)


@pytest.mark.parametrize("c", [0.75, -1.5, 1e-6, 1e6])
@pytest.mark.parametrize("off", [1.01, 0.99, 1.005, 0.995])
@pytest.mark.parametrize("a", [-1.0, 0.0, 1.0])
def test_wrong_coefficient_is_refuted_and_the_right_one_is_not(
    c: float, off: float, a: float
) -> None:
    # The error term a c ε is as large as the falsification on the rungs themselves.
    assert ladder(c, 1, a * c).objection(1) == ""
    assert ladder(c, 1, a * c, claimed=off * c).objection(1)


def test_error_term_cannot_stand_in_for_the_coefficient() -> None:
    # On the last rung the value equals the wrong claim exactly: ε = 2⁻⁸, 0.75 + 2ε = 0.7578125.
    y = ladder(0.75, 1, 2, claimed=0.7578125, next_term=0)
    assert y.residuals[-1] == 0
    assert y.objection(1)


@pytest.mark.parametrize("place", range(5))
def test_nan_is_refuted_wherever_it_counts(place: int) -> None:
    y = ladder(0.75, 1, 0.1)
    residuals = [*y.residuals]
    residuals[place] = math.nan
    spoilt = Ladder(0.75, EPSILONS, y.values, tuple(residuals))
    # Order and extrapolation use the last two and three rungs.
    assert bool(spoilt.objection(1)) == (place >= 2)
    assert bool(spoilt.order_objection(1)) == (place >= 3)


@pytest.mark.parametrize("bad", [math.inf, -math.inf])
def test_infinite_residual_is_refuted(bad: float) -> None:
    y = ladder(0.75, 1, 0.1)
    assert Ladder(0.75, EPSILONS, y.values, (*y.residuals[:-1], bad)).objection(1)


def test_one_zero_residual_among_others_proves_nothing() -> None:
    # A sign change that happens to fall on a rung has no order.
    y = ladder(0.75, 1, 0.001)
    lucky = Ladder(0.75, EPSILONS, y.values, (*y.residuals[:-1], 0.0))
    assert math.isnan(lucky.order)
    assert lucky.objection(1)
    assert Ladder(0.75, EPSILONS, y.values, (*y.residuals[:-2], 0.0, y.residuals[-1])).objection(1)


def test_residuals_below_all_resolution_satisfy_every_order() -> None:
    # An exact result (the algebraic neuron's, say) leaves nothing but rounding.
    exact = Ladder(0.75, EPSILONS, (0.75,) * 5, (1e-40,) * 5)
    assert exact.order == math.inf
    assert exact.objection(4) == ""
    assert Ladder(0.75, EPSILONS, (0.75,) * 5, (0.0,) * 5).objection(4) == ""


@pytest.mark.parametrize("floor", [1e-12, 1e-6, 1e-3])
def test_stalled_residual_is_refuted(floor: float) -> None:
    # The residual falls like ε and then stops at a floor, as noise or a wrong constant does.
    residuals = (*(max(0.01 * e, floor) for e in EPSILONS[:3]), floor, floor)
    y = Ladder(0.75, EPSILONS, tuple(0.75 + r for r in residuals), residuals)
    assert y.order == pytest.approx(0)
    assert "order" in y.objection(1)


def test_growing_residual_is_refuted() -> None:
    residuals = tuple(1e-9 / e for e in EPSILONS)
    y = Ladder(0.75, EPSILONS, tuple(0.75 + r for r in residuals), residuals)
    assert y.order == pytest.approx(-1)
    assert y.objection(1)


def test_alternating_residual_with_the_right_size_has_its_order() -> None:
    # Signs do not matter for the order, sizes do.
    assert observed_order([0.5, 0.25], [-4e-2, 1e-2]) == pytest.approx(2)


def test_claim_of_zero_needs_a_measured_zero() -> None:
    # "Without the correction": a relative tolerance of 0 leaves no slack.
    assert ladder(0.75, 1, 0.1, claimed=0.0).objection(1)


@given(
    k=st.floats(0.5, 4),
    a=st.floats(-1e3, 1e3).filter(lambda a: abs(a) > 1e-3),
    ratio=st.sampled_from([0.5, 0.25, 0.1]),
)
def test_pure_power_has_its_order_for_every_ratio(k: float, a: float, ratio: float) -> None:
    epsilons = [0.1, 0.1 * ratio]
    assert observed_order(epsilons, [a * e**k for e in epsilons]) == pytest.approx(k, abs=1e-9)


RATIONALS = st.fractions(-100, 100, max_denominator=1000)


@given(
    coefficients=st.lists(RATIONALS, min_size=1, max_size=6),
    points=st.lists(
        st.fractions(Fraction(1, 1000), 1, max_denominator=1000),
        min_size=6,
        max_size=6,
        unique=True,
    ),
)
@example([Fraction(3, 4), Fraction(-1, 3)], [Fraction(1, 2**k) for k in range(6)])
@settings(deadline=None)
def test_neville_is_exact_on_polynomials(
    coefficients: list[Fraction], points: list[Fraction]
) -> None:
    # Six points fix a polynomial of degree 5; in rationals its value at 0 comes out exactly.
    values = [sum(c * x**i for i, c in enumerate(coefficients)) for x in points]
    assert extrapolate(points, values) == coefficients[0]


@given(st.lists(RATIONALS, min_size=3, max_size=3, unique=True), RATIONALS)
def test_neville_agrees_with_lagrange(points: list[Fraction], slope: Fraction) -> None:
    # Lagrange's formula at 0, on values of no particular polynomial.
    assume(0 not in points)
    values = [1 / x + slope for x in points]
    expected = Fraction(0)
    for i, x in enumerate(points):
        weight = Fraction(1)
        for j, y in enumerate(points):
            if j != i:
                weight *= y / (y - x)
        expected += weight * values[i]
    assert extrapolate(points, values) == expected


def test_extrapolation_uses_the_three_smallest_steps() -> None:
    # The first rungs are garbage; the last three are 2 + ε + ε² exactly.
    values = (99.0, -99.0, *(2 + e + e * e for e in EPSILONS[2:]))
    y = Ladder(2.0, EPSILONS, values, tuple(v - 2 for v in values))
    assert y.extrapolated == pytest.approx(2, abs=1e-15)


def test_algebraic_neurons_closed_form_stands_and_its_neighbours_fall() -> None:
    """q* = 2/(1+√(1−η)) exactly, so (q* − 1)/η = 1/4 + η/8 + 5η²/64 + … (theory, section 3)."""
    etas = [mp.mpf(1) / (34 * 2**k) for k in range(5)]
    with mp.workdps(40):
        values = [(2 / (1 + mp.sqrt(1 - eta)) - 1) / eta for eta in etas]
        for claim, stands in ((mp.mpf(1) / 4, True), (mp.mpf(101) / 400, False), (0.249, False)):
            y = Ladder(
                float(claim),
                tuple(map(float, etas)),
                tuple(map(float, values)),
                tuple(float(v - claim) for v in values),
            )
            assert (y.objection(1) == "") is stands
            assert y.objection(2)
