"""Q₀ and h at points on both sides, against two equations that mpmath solves."""

from itertools import pairwise

import pytest
import sympy as sp
from flint import arb
from mpmath import mp

from trajalign.numerics.curve.long_times import crossing_constant
from trajalign.numerics.curve.two_sided import TwoSidedCurve
from trajalign.theory.curve.series import curve_series
from trajalign.theory.errors import NotFiniteError
from trajalign.theory.models import Product

SOFT = Product("log(1 + exp(z)) - 4*z/5")
ZHU = Product("(1 - z**2)**2/4", minimum=1)


def soft(p):
    return (1 / (1 + mp.exp(-(mp.log(4) + p))) - mp.mpf(4) / 5) * 25 / 4


def by_hand(g, z, p):
    """h at p: h(p̃) + Q₀'/Q₀(p̃)(p' − p̃) = q'/Q₀ − 1 to first order, and the same at p̃."""

    def across(x):
        return mp.findroot(lambda y: g(y) + g(x), -x)

    def height(x):
        return 2 * g(x) / (x - across(x))

    other, top = across(p), g(p)
    steep, there = (mp.diff(lambda x: mp.log(height(x)), x) for x in (p, other))
    forced = [
        2 * height(p) * s * top * (z + x) - top**2 - slope * top**2 * (z + x)
        for s, x, slope in ((1, p, there), (-1, other, steep))
    ]
    a, b = there * (p - other) - 1, 1 + steep * (p - other)
    return (forced[1] + b * forced[0]) / (1 + a * b)


@pytest.mark.parametrize("p", [0.25, -0.25, 0.9])
def test_h_is_that_of_two_linear_equations(p):
    with mp.workdps(30):
        expected = by_hand(soft, mp.log(4), mp.mpf(p))
    _, h = TwoSidedCurve(SOFT, 1).at(arb(p)).values
    assert float(h) == pytest.approx(float(expected), rel=1e-12)


def test_near_and_at_zero_it_is_the_power_series():
    series = curve_series(ZHU, 3, 6)
    curve = TwoSidedCurve(ZHU, 3)
    for p in (0.0, 2.0**-30, -(2.0**-7)):
        values = curve.at(arb(p)).values[1:]
        for h, terms in zip(values, series.h, strict=True):
            expected = sum(float(c) * p**n for n, c in enumerate(terms))
            assert float(h) == pytest.approx(expected, rel=1e-8)


def test_where_g_turns_there_is_no_other_side():
    # g = ((1+p)³ − (1+p))/2 is at most 1/√27 in size for p < 0, which p = 0.16 exceeds.
    assert TwoSidedCurve(ZHU, 1).at(arb(0.15)).opposite < -0.3
    with pytest.raises(NotFiniteError, match=r"no point is opposite to p = 0\.16"):
        TwoSidedCurve(ZHU, 1).at(arb(0.16))


def test_the_time_of_crossing_is_that_of_descent():
    """η² t_b − ϱ ln(1/η) → K(q0), with t_b counted by plain descent on two numbers."""
    q0, found = 0.93, []
    expected = float(crossing_constant(ZHU, sp.Rational(93, 100)))
    for eta in (1 / 16, 1 / 32, 1 / 64):
        size, f = 2 / (eta * 2 * q0), 1.02
        x = ((size + 2 * f) ** 0.5 + (size - 2 * f) ** 0.5) / 2
        y, t, before = f / x, 0, 0.0
        while True:
            q = 1 / (eta * (x * x + y * y))
            if (q + before) / 2 > 1:
                break
            g, before = (x * y) ** 3 - x * y, q
            x, y, t = x - eta * g * y, y - eta * g * x, t + 1
        # In units with ℓ'' = 1 it is (2η)² t_b = 8 ln(1/η) + K.
        found.append(4 * eta**2 * t - 8 * float(mp.log(1 / eta)))
    # What is left is O(ε ln 1/ε): a halving of η leaves a quarter of it, and a little more.
    left = [abs(value - expected) for value in found]
    assert all(after < before / 3 for before, after in pairwise(left))
    assert left[-1] < 0.1
