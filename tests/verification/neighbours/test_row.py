"""How a row's numbers are judged."""

import math

import pytest

from trajalign.verification.neighbours.row import (
    Expected,
    Measured,
    at_most,
    between,
    judge,
    largest,
    near,
    off,
)
from trajalign.verification.verdicts import Outcome

HALF = near("gap", "1/2", 0.5, 0.01, "the next order")


def predicted() -> tuple[Expected, ...]:
    return (HALF,)


@pytest.mark.parametrize(
    ("value", "outcome"),
    [(0.5, "pass"), (0.51, "pass"), (0.5101, "fail"), (0.4899, "fail"), (math.inf, "fail")],
)
def test_a_number_has_to_be_within_its_tolerance(value: float, outcome: str) -> None:
    assert judge(predicted(), (Measured(value),)).outcome.value == outcome


def test_a_number_that_is_not_known_is_undecided_and_no_failure() -> None:
    judged = judge(predicted(), (Measured(math.nan),))
    assert judged.outcome is Outcome.UNDECIDED
    assert judged.reason == "gap could not be measured"


def test_one_number_that_fails_outweighs_one_that_is_not_known() -> None:
    both = (HALF, at_most("rise", "0", 0.0, "claimed"))
    judged = judge(both, (Measured(math.nan), Measured(0.1, {"start": "1, 2"})))
    assert judged.outcome is Outcome.FAIL
    assert judged.witness == {"start": "1, 2"}


def test_numbers_that_are_missing_are_an_error() -> None:
    with pytest.raises(ValueError, match="shorter"):
        judge((HALF, HALF), (Measured(0.5),))


def test_bounds_are_kept_on_their_side_only() -> None:
    upper, lower = at_most("a", "", 1.0, ""), between("b", "", 1.0, math.inf, "")
    assert [upper.objection(v) == "" for v in (-math.inf, 1.0, 1.1)] == [True, True, False]
    assert [lower.objection(v) == "" for v in (math.inf, 1.0, 0.9)] == [True, True, False]


def test_a_twin_moves_one_number_with_its_range() -> None:
    twin = off(lambda: (HALF, HALF), 1.1, 1)
    assert twin.predict is not None
    first, second = twin.predict()
    assert first == HALF
    assert (second.low, second.value, second.high) == pytest.approx((0.54, 0.55, 0.56))
    assert twin.falsified == "number 2 times 1.1"


def test_the_largest_is_not_known_where_one_is_not() -> None:
    found = largest([Measured(1.0), Measured(math.nan), Measured(2.0)])
    assert math.isnan(found.value)
    assert largest([Measured(1.0), Measured(2.0, {"eta": "1"})]).where == {"eta": "1"}


def test_noise_is_not_shown_as_a_number() -> None:
    assert Measured(3e-16).shown == "< 1e-09"
    assert (Measured(0.0).shown, Measured(1.19287330).shown) == ("0", "1.19287")
