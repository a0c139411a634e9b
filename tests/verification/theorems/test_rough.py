"""The diagram in floats, against Zhu's closed forms and the even response."""

import math

import pytest
from half_width_cases import BY_NAME
from mpmath import mp

from trajalign.theory.models import TwoLayerLinear
from trajalign.verification.theorems.errors import NotProvedError
from trajalign.verification.theorems.rough import Rough, RoughHalfWidth, rough

ZHU = BY_NAME["Zhu"]


def test_zhu_has_its_closed_forms() -> None:
    found = rough(ZHU.model)
    assert isinstance(found, RoughHalfWidth)
    for x in (0.0, 0.001, 0.02, 0.06):
        assert found(x) == pytest.approx(1 - 4 * x, rel=1e-9)
        assert found.centre(math.sqrt(x)) == pytest.approx(math.sqrt(1 - 3 * x) - 1, abs=1e-9)
    assert found.place(0.9) == pytest.approx(0.025, rel=1e-6)
    assert found.unit == 1 / 16


def test_the_farthest_image_is_that_of_the_map() -> None:
    found, x, q = rough(ZHU.model), 0.02, 0.85
    images = []
    for sign in (1, -1):
        p = ZHU.point(mp.sqrt(x), sign)
        images.append(ZHU.half_width(p - 2 * ZHU.g(p) / q) ** 2)
    assert max(images) <= found.farthest(x, q) < max(images) * 1.1
    assert x < found.thrown(x, 0.01) < 1.5 * x


def test_where_g_falls_the_least_quotient_is_none() -> None:
    found = rough(ZHU.model)
    w = 0.1
    ends = [ZHU.point(mp.mpf(w), sign) for sign in (1, -1)]
    assert found.least(w) == pytest.approx(float(min(ZHU.g(p) / p for p in ends)), rel=1e-9)
    assert found.least(0.3) == 0  # g' = 0 at w = 1/√12


def test_of_an_even_loss_it_is_the_response() -> None:
    found = rough(TwoLayerLinear("log-cosh"))
    assert type(found) is Rough
    assert found(0.25) == pytest.approx(math.tanh(0.5) / 0.5, rel=1e-12)
    assert found.least(0.5) == found(0.25)
    assert found.thrown(0.25, 0.1) == 0.25
    assert found(found.place(0.8)) == pytest.approx(0.8, rel=1e-9)


def test_a_height_that_is_not_reached_is_refused() -> None:
    with pytest.raises(NotProvedError, match="does not fall"):
        rough(TwoLayerLinear("log-cosh")).place(-0.1)
