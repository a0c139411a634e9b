"""Ladders with a known answer: y(ε) = c + a εᵏ + …, made up here, judged by the code.

The values are exact dyadic or computed in mpmath; nothing below comes from an orbit.
"""

import math
from collections.abc import Callable

import mpmath as mp
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from trajalign.verification.measuring.ladder import (
    COEFFICIENT_TOLERANCE,
    ORDER_SLACK,
    Finding,
    Ladder,
    observed_order,
    settled,
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


def sequence(residual: Callable[[float], float], c: float = 0.75, ratio: float = 0.5) -> Ladder:
    """y = c + residual(ε) against the claim c, on four rungs from ε = 1/100 down."""
    epsilons = tuple(0.01 * ratio**k for k in range(4))
    residuals = tuple(map(residual, epsilons))
    return Ladder(c, epsilons, tuple(c + r for r in residuals), residuals)


@ORDERS
@SIZES
def test_known_order_and_coefficient_are_read_off(order: float, a: float) -> None:
    y = ladder(0.75, order, a)
    # The next term bends the local order by log2((1 + .3e)/(1 + .15e)) < 0.3 e/2/ln 2 < 0.002.
    assert y.order == pytest.approx(order, abs=0.002)
    # For 4h, 2h, h Neville's weights at 0 are 1/3, −2, 8/3: ε³ leaves 8h³ = (4h)³/8.
    assert y.extrapolated == pytest.approx(0.75, abs=abs(a) * EPSILONS[-3] ** order / 4)
    # ε^1.5 is no polynomial, so that its extrapolation with a = −40 is off by more than is allowed.
    near = abs(y.extrapolated / 0.75 - 1) <= COEFFICIENT_TOLERANCE
    assert (y.judge(order) == Finding()) == near


@ORDERS
@pytest.mark.parametrize("a", [-1.0, 1.0])
def test_order_one_too_high_is_refuted_in_words(order: float, a: float) -> None:
    finding = ladder(0.75, order, a / 8).judge(order + 1)
    # An expansion goes in whole powers; what fits none is not refuted, but does not pass.
    text = finding.objection if order != 1.5 else finding.undecided
    assert f"instead of {order + 1:g}" in text
    assert "order" in text


@pytest.mark.parametrize("order", [1, 2, 3])
def test_order_half_too_high_does_not_pass(order: float) -> None:
    assert 0 < ORDER_SLACK < 0.5
    assert ladder(0.75, order, 0.1).judge(order + 0.5)


@pytest.mark.parametrize("c", [0.75, -1.5, 1e-6, 1e6])
@pytest.mark.parametrize("off", [1.01, 0.99, 1.001, 0.999])
@pytest.mark.parametrize("a", [-1.0, 0.0, 1.0])
def test_wrong_coefficient_is_refuted_and_the_right_one_is_not(
    c: float, off: float, a: float
) -> None:
    # The error term a c ε is as large as the falsification on the rungs themselves.
    assert ladder(c, 1, a * c, claimed=off * c).judge(1).objection
    if a:
        assert ladder(c, 1, a * c).judge(1) == Finding()


def test_error_term_cannot_stand_in_for_the_coefficient() -> None:
    # On the last rung the value equals the wrong claim exactly: ε = 2⁻⁸, 0.75 + 2ε = 0.7578125.
    y = ladder(0.75, 1, 2, claimed=0.7578125, next_term=0)
    assert y.residuals[-1] == 0
    assert y.judge(1).objection


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("place", range(5))
def test_what_is_not_a_number_decides_nothing_wherever_it_counts(place: int, bad: float) -> None:
    y = ladder(0.75, 1, 0.1)
    residuals = [*y.residuals]
    residuals[place] = bad
    spoilt = Ladder(0.75, EPSILONS, y.values, tuple(residuals))
    # Order and extrapolation use the last two and three rungs.
    assert bool(spoilt.judge(1).undecided) == (place >= 2)
    assert bool(spoilt.judge_order(1).undecided) == (place >= 3)
    assert not spoilt.judge(1).objection
    assert settled(EPSILONS[-3:], [1.0, bad, 1.0]) is None


def test_one_zero_residual_among_others_proves_nothing() -> None:
    # A sign change that happens to fall on a rung has no order.
    y = ladder(0.75, 1, 0.001)
    lucky = Ladder(0.75, EPSILONS, y.values, (*y.residuals[:-1], 0.0))
    assert math.isnan(lucky.order)
    assert lucky.judge(1)
    assert Ladder(0.75, EPSILONS, y.values, (*y.residuals[:-2], 0.0, y.residuals[-1])).judge(1)


def test_residuals_below_all_resolution_pass_only_where_nothing_is_expected_there() -> None:
    # Where the next term is not known to vanish, nothing left is as suspicious as too much.
    exact = Ladder(0.75, EPSILONS, (0.75,) * 5, (1e-40,) * 5)
    assert exact.order == math.inf
    assert exact.judge(4, vanishes=True) == Finding()
    assert exact.judge(4).undecided
    assert Ladder(0.75, EPSILONS, (0.75,) * 5, (0.0,) * 5).judge(4, vanishes=True) == Finding()


# What settles, and what does not ---------------------------------------------------------------

# Each with the verdict on y = 0.75 + O(ε), by hand.
PASSES = {
    "a power law": lambda e: 2 * e,
    "and its next term": lambda e: 2 * e - 30 * e**2,
    "less than the slack from it": lambda e: e**1.2 / 10,
}
REFUTED = {
    "another number by 1 %": lambda e: 0.0075 + 2 * e,
    "another number by 1 ‰": lambda e: 0.00075 + 2 * e,
    "order 0, of any size": lambda e: 40 + e,
    "order −1: y grows like 1/ε": lambda e: 0.01 / e,
}
OPEN = {
    # The layer is stepped over at the first rungs and not at the last: log-periodic wobble.
    "a layer half crossed": lambda e: 2 * e * (1 + 0.9 * math.sin(7 * math.log(e))),
    "a layer that sets in late": lambda e: 2 * e + (0.02 if e < 0.003 else 0),
    "noise": lambda e: 1e-3 * math.sin(1e9 * e),
    "an order between two": lambda e: 0.01 * e**0.5,
    "an order above the claim": lambda e: 5 * e**2,
    "a change of sign": lambda e: 2 * e - 900 * e**2,
}


@pytest.mark.parametrize("name", PASSES)
def test_what_passes(name: str) -> None:
    assert sequence(PASSES[name]).judge(1) == Finding()


@pytest.mark.parametrize("name", REFUTED)
@pytest.mark.parametrize("ratio", [0.5, 0.25])
def test_what_has_settled_on_something_else_is_refuted(name: str, ratio: float) -> None:
    finding = sequence(REFUTED[name], ratio=ratio).judge(1)
    assert finding.objection
    assert not finding.undecided


@pytest.mark.parametrize("name", OPEN)
def test_what_smaller_steps_could_still_save_is_left_open(name: str) -> None:
    finding = sequence(OPEN[name]).judge(1)
    assert finding.undecided
    assert not finding.objection


@pytest.mark.parametrize("size", [0.001, 0.02, 1.0])
def test_a_logarithm_does_not_pass_for_a_power(size: float) -> None:
    assert sequence(lambda e: size / math.log(1 / e) ** 2).judge(1)


def test_a_higher_order_passes_where_the_next_coefficient_is_known_to_be_zero() -> None:
    y = sequence(OPEN["an order above the claim"])
    assert y.judge(1, vanishes=True) == Finding()
    assert y.judge(2) == Finding()
    assert "more than the next term" in y.judge(1).undecided


def test_the_measured_misfits_of_a_kink_are_left_open() -> None:
    """sup |q/r − 1 − h₁ε − h₂ε²|/ε³ of a loss with a kink, stepped by hand in mpmath: 29, 147,
    653, 2252 at ε = 1/324, 1/1296, …: the misfit over ε² neither falls like ε nor settles.
    """
    epsilons = tuple(1 / (324 * 4.0**k) for k in range(4))
    worst = tuple(c * e for c, e in zip((29, 147, 653, 2252), epsilons, strict=True))
    finding = Ladder(0.5, epsilons, worst, worst).judge_order(1)
    assert finding.undecided
    assert not finding.objection


@pytest.mark.parametrize(
    "values",
    [
        (0.72694, 0.72785, 0.72092),  # up, then down by more
        (0.74766, 0.74802, 0.746914),
    ],
)
def test_three_rungs_that_turn_have_not_settled(values: tuple[float, ...]) -> None:
    """Λ of atan from 5 % above c, where it is 0.71758: a documented false alarm."""
    epsilons = (0.005041, 0.0025, 0.001225)
    claim = 0.71757695
    y = Ladder(claim, epsilons, values, tuple(v - claim for v in values))
    assert not y.judge(1).objection
    assert y.judge(1).undecided


@given(
    c=st.floats(0.1, 10),
    a=st.floats(-3, 3).filter(lambda a: abs(a) > 0.05),
    b=st.floats(-3, 3),
    off=st.sampled_from([-0.02, -0.01, 0.01, 0.02]),
    ratio=st.sampled_from([0.5, 0.25]),
)
def test_expansions_pass_and_their_twins_are_refuted(
    c: float, a: float, b: float, off: float, ratio: float
) -> None:
    epsilons = tuple(0.005 * ratio**k for k in range(4))
    rests = [c * (a * e + b * e**2) for e in epsilons]
    values = tuple(c + r for r in rests)
    assume(abs(a) > 4 * 0.005 * ratio**2 * abs(b))
    assert Ladder(c, epsilons, values, tuple(rests)).judge(1) == Finding()
    wrong = (1 + off) * c
    assert Ladder(wrong, epsilons, values, tuple(v - wrong for v in values)).judge(1).objection
    assert Ladder(c, epsilons, values, tuple(rests)).judge(2).objection


@pytest.mark.parametrize("floor", [1e-12, 1e-6, 1e-3])
def test_stalled_residual_does_not_pass(floor: float) -> None:
    # The residual falls like ε and then stops at a floor, as noise or a wrong constant does.
    residuals = (*(max(0.01 * e, floor) for e in EPSILONS[:3]), floor, floor)
    y = Ladder(0.75, EPSILONS, tuple(0.75 + r for r in residuals), residuals)
    assert y.order == pytest.approx(0)
    assert y.judge(1)


def test_growing_residual_is_refuted() -> None:
    residuals = tuple(1e-9 / e for e in EPSILONS)
    y = Ladder(0.75, EPSILONS, tuple(0.75 + r for r in residuals), residuals)
    assert y.order == pytest.approx(-1)
    assert y.judge(1).objection


def test_a_residual_that_changes_its_sign_has_no_order() -> None:
    assert observed_order([0.5, 0.25], [-4e-2, -1e-2]) == pytest.approx(2)
    assert math.isnan(observed_order([0.5, 0.25], [-4e-2, 1e-2]))


def test_claim_of_zero_needs_a_measured_zero() -> None:
    # "Without the correction": a relative tolerance of 0 leaves no slack.
    assert ladder(0.75, 1, 0.1, claimed=0.0).judge(1).objection


@given(
    k=st.floats(0.5, 4),
    a=st.floats(-1e3, 1e3).filter(lambda a: abs(a) > 1e-3),
    ratio=st.sampled_from([0.5, 0.25, 0.1]),
)
def test_pure_power_has_its_order_for_every_ratio(k: float, a: float, ratio: float) -> None:
    epsilons = [0.1, 0.1 * ratio]
    assert observed_order(epsilons, [a * e**k for e in epsilons]) == pytest.approx(k, abs=1e-9)


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
            assert (y.judge(1) == Finding()) is stands
            assert bool(y.judge(1).objection) is not stands
            assert y.judge(2).objection
