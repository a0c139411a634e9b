"""Doublings of balanced products as descent finds them, against closed forms."""

import pytest

from trajalign.verification.neighbours.doublings import balanced, measured_doubling, resolutions


@pytest.mark.parametrize("depth", [2, 4])
def test_the_sharpness_of_the_balanced_minimum_is_the_depth(depth: int) -> None:
    assert balanced(depth).sharpness((1.0,) * depth) == pytest.approx(depth)


def test_descent_finds_the_first_within_what_it_can_tell() -> None:
    # ηλ = 2η = 2 at the first, and √5 − 1 is the second
    (width,) = resolutions([1.0, 5**0.5 - 1])
    found = measured_doubling(balanced(2), 1, 0.9, 1.1)
    assert abs(found - 1) < width
    assert abs(found - 1.001) > width
