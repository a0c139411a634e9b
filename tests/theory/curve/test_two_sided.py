"""The slow curve on both sides as power series, against the even one and descent on two numbers."""

from itertools import pairwise

import pytest
import sympy as sp
from mpmath import mp

from trajalign.theory.curve.first_order import generic_h, slow_curve
from trajalign.theory.curve.series import curve_series
from trajalign.theory.curve.two_sided_first_order import (
    OPPOSITE,
    OTHER_RISE,
    RISE,
    SLOPE,
    two_sided_first_order,
)
from trajalign.theory.errors import InputError, NoCurvatureError, ReducedMapError
from trajalign.theory.models import P, Product, TwoLayerLinear

ZHU = Product("(1 - z**2)**2/4", minimum=1)


@pytest.mark.parametrize("text", ["log-cosh", "pseudo-huber", "atan", "sqrt(1+z**2) + z**2/8"])
def test_of_an_even_loss_without_a_target_it_is_the_even_series(text):
    if text.endswith("8"):  # ℓ''(0) = 5/4, which the linear network does not take
        text, even = text, "(sqrt(1+z**2) + z**2/8)*4/5"
    else:
        even = text
    found, known = (
        curve_series(m, 3, n) for m, n in ((Product(text), 5), (TwoLayerLinear(even), 3))
    )
    assert found.power == 1
    for h, expected in zip(found.h, known.h, strict=True):
        assert h[::2] == expected
        assert set(h[1::2]) == {0}


def test_a_mirror_image_has_the_mirrored_curve():
    right, left = (curve_series(Product("(1 - z**2)**2/4", minimum=m), 3, 4) for m in (1, -1))
    for h, other in zip(right.h, left.h, strict=True):
        assert [c * (-1) ** n for n, c in enumerate(h)] == list(other)


@pytest.mark.parametrize("target", [0, 1, sp.Rational(-3, 2)])
def test_the_limit_is_that_of_every_target_to_first_order_only(target):
    first, second = curve_series(Product("log-cosh", target=target), 2).limit[1:]
    assert first == sp.Rational(3, 4)
    # Found by the recursion for a letter z: h_2(0) = 63/80 − (3/4) z². Descent agrees below.
    assert second == sp.Rational(63, 80) - sp.Rational(3, 4) * sp.Rational(target) ** 2


def descent(slope, bend, start, eta):
    """q* of plain gradient descent on ℓ(xy), to |p| ≤ 10⁻¹⁵."""
    x, y, z = start
    while abs(x * y - z) > mp.mpf(10) ** -15:
        g = slope(x * y)
        x, y = x - eta * g * y, y - eta * g * x
    return 2 / (eta * bend * (x * x + y * y))


@pytest.mark.parametrize(
    ("model", "slope", "bend", "z", "q0"),
    [
        (ZHU, lambda u: u**3 - u, 2, 1, 0.93),
        (Product("log-cosh", target=1), lambda u: mp.tanh(u - 1), 1, 1, 0.85),
    ],
    ids=["Zhu", "a target"],
)
def test_descent_on_two_numbers_ends_where_the_series_says(model, slope, bend, z, q0):
    first, second = curve_series(model, 2).limit[1:]
    found = []
    with mp.workdps(25):
        for eta in (mp.mpf(1) / 8, mp.mpf(1) / 12):
            size = 2 / (eta * bend * q0)  # x² + y² with xy = z + 1/50
            f = z + mp.mpf(1) / 50
            x = (mp.sqrt(size + 2 * f) + mp.sqrt(size - 2 * f)) / 2
            epsilon = (eta * bend) ** 2
            excess = descent(slope, bend, (f / x, x, z), eta) - 1
            found.append((epsilon, float((excess / epsilon - mp.mpf(first.p) / first.q) / epsilon)))
    ((e, a), (f, b)) = ((float(x), y) for x, y in found)
    assert (e * b - f * a) / (e - f) == pytest.approx(float(second), abs=0.03 * abs(float(second)))
    assert all(abs(x - y) > 1e-3 for (_, x), (_, y) in pairwise(found))  # they are two runs


def test_the_closed_form_is_that_of_the_even_map():
    # With p̃ = −p, g = p r and g' = r + p r' on both sides it is −p²r²/2 − p r³/(2r').
    model = Product("log-cosh")
    h = two_sided_first_order(model).h
    r, rise = sp.Function("r")(P), sp.Symbol("s")
    even = h.subs({OPPOSITE: -P, RISE: r + P * rise, OTHER_RISE: r + P * rise, SLOPE: P * r})
    assert sp.cancel(even - (-(P**2) * r**2 / 2 - P * r**3 / (2 * rise))) == 0


def test_the_slow_curve_has_its_number_at_zero():
    curve = slow_curve(ZHU)
    assert (curve.h_at_zero, curve.decay) == (sp.Rational(1, 16), sp.Rational(1, 8))
    assert curve.sharpness_gap is sp.nan


def test_what_the_two_sides_do_not_have_is_refused():
    with pytest.raises(ReducedMapError, match="not odd in p"):
        generic_h(ZHU)
    with pytest.raises(InputError, match="log\\(2\\), which is not rational"):
        curve_series(Product("log(1 + exp(z)) - 4*z/5"), 1)
    with pytest.raises(NoCurvatureError):
        curve_series(Product("z**2/2"), 1)
