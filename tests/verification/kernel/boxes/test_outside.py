"""Where an orbit leaves a tube of half the width."""

from __future__ import annotations

from fractions import Fraction

import pytest

from trajalign.theory import models
from trajalign.verification.kernel.boxes.outside import leaves

STEP = Fraction(1, 100)
PLACES = tuple(Fraction(k, 10) for k in range(1, 8))


# h_2(p) of sqrt(1+z**2) is at most h_2(0) = 1/2: inside of that orbits are driven outwards.
@pytest.mark.parametrize(("width", "left"), [("7/25", True), ("2/5", True), ("3/5", False)])
def test_a_narrow_tube_is_left_and_a_wide_one_is_not(width: str, left: bool) -> None:
    root = models.of("linear", "sqrt(1+z**2)")
    assert (leaves(root, STEP, iter(PLACES), Fraction(width)) is not None) is left


def test_no_place_is_found_where_there_is_none() -> None:
    assert leaves(models.of("neuron", "tanh"), STEP, iter(()), Fraction(1, 10)) is None
