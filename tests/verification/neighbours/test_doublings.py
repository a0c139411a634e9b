"""Doublings of balanced products against closed forms and the literature's constant."""

import pytest

from trajalign.verification.neighbours.cascades import ROUGH
from trajalign.verification.neighbours.doublings import (
    balanced,
    doublings,
    feigenbaum,
    measured_doubling,
    resolutions,
)


def test_the_first_two_of_depth_two_are_known_exactly() -> None:
    # ηλ = 2η = 2; on the 2-cycle x² + y² = 1 + 1/η, xy = 1/η, and its multiplier is 9 − 2(1 + η)²
    first, second, *_ = doublings(2, ROUGH[2])
    assert first == pytest.approx(1, abs=1e-14)
    assert second == pytest.approx(5**0.5 - 1, abs=1e-14)


@pytest.mark.parametrize("depth", [2, 4])
def test_the_first_is_where_the_balanced_minimum_loses_its_stability(depth: int) -> None:
    assert doublings(depth, ROUGH[depth])[0] == pytest.approx(2 / depth, abs=1e-14)
    assert balanced(depth).sharpness((1.0,) * depth) == pytest.approx(depth)


@pytest.mark.parametrize("depth", [2, 4])
def test_the_ratios_come_closer_to_feigenbaums_constant(depth: int) -> None:
    away = [abs(ratio - 4.669201609) for ratio in feigenbaum(doublings(depth, ROUGH[depth]))]
    assert away == sorted(away, reverse=True)
    assert away[-1] < 0.02


def test_descent_finds_the_first_within_what_it_can_tell() -> None:
    etas = doublings(2, ROUGH[2])
    found = measured_doubling(balanced(2), 1, 0.9, 1.1)
    assert abs(found - 1) < resolutions(etas)[0]
    assert abs(found - 1.001) > resolutions(etas)[0]
