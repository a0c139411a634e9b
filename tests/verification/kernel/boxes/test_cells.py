"""The cells on which Coq is to confirm bounds."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest

from trajalign.theory import models
from trajalign.verification.kernel.boxes.cells import _functions, _start, plan
from trajalign.verification.kernel.boxes.responses import on_x
from trajalign.verification.kernel.names import Untranslatable

ROOT = "sqrt(1+z**2)"
END, LARGEST, C = Fraction(3, 5), Fraction(1, 400), Fraction(14, 25)


def test_cells_cover_the_tube_without_a_gap() -> None:
    found = plan(on_x(models.of("linear", ROOT)), END, LARGEST, C)
    assert found.boxes[0].low == 0
    assert found.boxes[-1].high == END
    assert all(a.high == b.low for a, b in pairwise(found.boxes))


def test_what_e_is_at_0_is_4_l_times_the_second_order_of_the_curve() -> None:
    known = on_x(models.of("linear", ROOT))
    at = _functions(known, known.values(None))
    for x in (0.01, 0.3, 1.0):  # h_2 = (x + 2)/(4 (1 + x)^2)
        row = at(x)
        assert _start(x, row) / (4 * row["L"]) == pytest.approx((x + 2) / (4 * (1 + x) ** 2))


def test_for_log_cosh_it_is_63_80_at_0() -> None:
    known = on_x(models.of("linear", "log-cosh"))
    at = _functions(known, known.values(known.near(END)))
    row = at(1e-9)
    assert _start(1e-9, row) / (4 * row["L"]) == pytest.approx(63 / 80, rel=1e-3)


@pytest.mark.parametrize(("constant", "largest"), [(C / 2, LARGEST), (C, Fraction(1, 3))])
def test_half_the_width_or_too_large_a_step_is_not_planned(
    constant: Fraction, largest: Fraction
) -> None:
    with pytest.raises(Untranslatable, match="not kept by this argument"):
        plan(on_x(models.of("linear", ROOT)), END, largest, constant)


@pytest.mark.parametrize(
    ("model", "response"), [("linear", "atan"), ("neuron", "algebraic"), ("product", "log-cosh")]
)
def test_other_responses_are_told_in_a_line(model: str, response: str) -> None:
    with pytest.raises(Untranslatable, match=r"the tube in Coq is written for"):
        on_x(models.of(model, response))


def test_every_range_lies_in_order() -> None:
    found = plan(
        on_x(models.of("neuron", "tanh")), Fraction(9, 50), Fraction(1, 200), Fraction(7, 25)
    )
    for box in found.boxes:
        assert all(low < high for low, high in box.ranges.values())
