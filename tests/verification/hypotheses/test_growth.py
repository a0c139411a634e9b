"""Whether |f| has settled: records along z = ±2, ±2², ±2⁴, …, ±2⁴⁰⁹⁶, worked out by hand."""

import math
from dataclasses import FrozenInstanceError
from itertools import pairwise

import pytest
import sympy as sp
from mpmath import mp

from trajalign.theory.errors import NotFiniteError
from trajalign.theory.expressions.parsing import Z
from trajalign.verification.hypotheses.growth import _golden, growth

GRID = [sp.Rational(k, 4) for k in (1, 2, 3, 4, 6, 8)]


def judged(text, scale=1, grid=GRID):
    scale = sp.Rational(scale)
    return growth(sp.sympify(text, {"z": Z}), scale, [scale * z for z in grid])


@pytest.mark.parametrize(
    ("text", "supremum"),
    [
        ("tanh(z)", 1),
        ("-tanh(z)", 1),
        ("atan(z)", math.pi / 2),
        ("3*z/sqrt(1 + z**2)", 3),
        ("z/(1 + z**2)", 0.5),  # at z = 1, which is in the grid
        ("z*exp(-z**2)", math.exp(-0.5) / math.sqrt(2)),  # at 1/√2, between two points of it
        ("exp(-(z - 5/4)**2)", 1),  # between the fourth and the fifth
        # next to the best point, not at the broad hill before it (by sampling in steps of 10⁻⁷)
        ("exp(-100*(z - 29/20)**2) + 7*exp(-4*(z - 1/2)**2)/10", 1.0189883190),
        ("exp(-z**2)", math.exp(-1 / 16)),  # the largest value seen, at the first point
        ("(z/16)**16*exp(16 - sqrt(z**2))", 1),  # past the grid, at a point of the ladder
        ("1/(1 + exp(z))", 1),  # the larger of the two sides
        ("1/(1 + exp(-z))", 1),
        ("1/3", 1 / 3),
    ],
)
def test_a_bounded_function(text, supremum):
    found = judged(text)
    assert found.settled
    assert found.supremum == pytest.approx(supremum, rel=1e-6)
    assert found.far.removeprefix("-") == "1 * 2^4096"


@pytest.mark.parametrize(
    ("text", "far", "value"),
    [
        # past 2⁹⁰⁰: sinh at 2¹⁶ (at 2⁸ it is e²⁵⁶/2 ≈ 2³⁶⁸), z at 2¹⁰²⁴, √z at 2²⁰⁴⁸
        ("sinh(z)", "1 * 2^16", None),
        ("exp(z)", "1 * 2^16", None),
        ("exp(-z)", "-1 * 2^16", None),
        ("z", "1 * 2^1024", "1.79769e+308"),
        ("(1 + z**2)**(1/4)", "1 * 2^2048", "1.79769e+308"),
        ("exp(z**2)", "1 * 2^8", None),  # at 2⁴ it is e²⁵⁶
        # a logarithm: ln(2·2⁴⁰⁹⁶) = 4097 ln 2
        ("asinh(z)", "1 * 2^4096", "2839.82"),
        ("asinh(asinh(z))", "1 * 2^4096", "8.64464"),  # its gains stay at ln 2
    ],
)
def test_an_unbounded_function_does_not_settle(text, far, value):
    found = judged(text)
    assert not found.settled
    assert found.supremum == math.inf
    assert found.far == far
    assert value is None or found.value == value


@pytest.mark.parametrize("depth", range(1, 8))
def test_an_iterated_logarithm_never_settles(depth):
    """At z = 2^(2^k) log log z gains as log k does, and the ratios of its gains rise."""
    text = "z"
    for _ in range(depth):
        text = f"asinh({text})"
    found = judged(text)
    assert not found.settled
    assert found.supremum == math.inf
    assert found.seen == pytest.approx(float(found.value), rel=1e-4)


def test_the_last_value_is_reported():
    found = judged("asinh(asinh(asinh(z)))")
    # asinh² of 2⁴⁰⁹⁶ is asinh(2839.82) = 8.6446, and asinh of that 2.8534
    assert found.far == "1 * 2^4096"
    assert found.value == str(round(math.asinh(math.asinh(4097 * math.log(2))), 5))


def test_what_settles_like_one_over_an_iterated_logarithm_is_left_open():
    # 1 − 1/√(1+G²) with G = asinh(asinh z), 8.64 at 2⁴⁰⁹⁶: its supremum 1 is nowhere near
    assert not judged("1 - 1/sqrt(1+asinh(asinh(z))**2)").settled


def test_what_settles_like_one_over_a_logarithm_gains_half_each_time():
    found = judged("1 - 1/sqrt(1+asinh(z)**2)")
    assert found.settled
    assert found.supremum == pytest.approx(1, abs=1e-6)
    assert found.seen == pytest.approx(1 - 1 / (4097 * math.log(2)), abs=1e-7)


@pytest.mark.parametrize("power", [sp.Rational(1, 500), sp.Rational(1, 400)])
def test_slow_convergence_is_extrapolated_as_a_geometric_series(power):
    """1 − (1+z²)^(−a/2) is 1 − 2^(−a 2^k) at the k-th point (k ≥ 9); the last three gains fall by
    the factors q₁ and q₂, and with the worse of them still promise gain·q/(1 − q)."""
    found = judged(f"1 - (1 + z**2)**(-{power / 2})")
    with mp.workdps(30):
        a = mp.mpf(power.p) / power.q
        values = [1 - mp.mpf(2) ** (-a * 2**k) for k in (9, 10, 11, 12)]
        gains = [y - x for x, y in pairwise(values)]
        worst = max(gains[1] / gains[0], gains[2] / gains[1])
        expected = values[-1] + gains[2] * worst / (1 - worst)
    assert worst < 0.9
    assert found.settled
    assert found.supremum == pytest.approx(float(expected), rel=1e-9)


def test_gains_that_neither_fall_nor_grow_are_left_open():
    # a = 1/1000: the values 0.299, 0.508, 0.758, 0.942 gain 0.209, 0.250, 0.183
    assert not judged("1 - (1 + z**2)**(-1/2000)").settled


@pytest.mark.parametrize("scale", [sp.Rational(1, 1000), 3, 10**6])
@pytest.mark.parametrize(
    ("text", "settled", "far", "value"),
    [
        ("tanh(z)", True, "2^4096", 1),
        ("z*exp(-z**2)", True, "2^4096", 0),
        ("asinh(z)", False, "2^4096", 4097 * math.log(2)),
        ("z", False, "2^1024", 2.0**1023 * 2 ** (1 - 1e-9)),
        ("asinh(asinh(asinh(z)))", False, "2^4096", 2.8534),
    ],
)
def test_the_scale_is_the_unit_of_z_and_of_f(scale, text, settled, far, value):
    """s f(z/s) has the same points in units of s, and s times the values."""
    scale, plain = sp.Rational(scale), judged(text)
    found = judged(f"{scale}*({text.replace('z', f'(z/({scale}))')})", scale)
    assert (found.settled, plain.settled) == (settled, settled)
    assert found.far == f"{scale} * {far}"
    assert found.supremum == pytest.approx(float(scale) * plain.supremum, rel=1e-9)
    with mp.workdps(20):
        expected = mp.mpf(scale.p) / scale.q * value
        assert mp.almosteq(mp.mpf(found.value), expected, 1e-4, 1e-9)


def test_points_of_the_grid_may_come_in_any_order():
    assert judged("z*exp(-z**2)", grid=GRID[::-1]) == judged("z*exp(-z**2)")


def test_a_hidden_zero_is_a_zero():
    found = judged("sin(z)**2 + cos(z)**2 - 1")
    assert found.settled
    assert found.supremum < 1e-60


def test_a_size_past_the_limit_in_the_grid_is_not_settled():
    # exp(z²) at z = 64 is e⁴⁰⁹⁶
    assert not judged("exp(z**2)", grid=[sp.Integer(1), sp.Integer(64)]).settled


@pytest.mark.parametrize("text", ["log(z)", "sqrt(1 - z**2)", "1/(z - 1/2)"])
def test_what_is_not_real_is_an_error(text):
    with pytest.raises(NotFiniteError):
        judged(text)


@pytest.mark.parametrize("size", [1, 50])
def test_what_has_settled_still_promises_its_last_gain(size):
    # a = 31/2048: 1 − 2⁻³¹ and then 1 − 2⁻⁶², a gain of 4.7·10⁻¹⁰; the gain before is 2·10⁻⁵
    found = judged(f"{size}*(1 - (1 + z**2)**(-31/4096))")
    assert found.settled
    assert found.supremum == pytest.approx(size * (1 + 2.0**-31), rel=1e-12)


def test_a_rise_at_the_very_end_is_not_taken_for_settled():
    # flat at 1/2 as far as 2²⁰⁴⁸, and 1 at 2⁴⁰⁹⁶
    assert not judged("tanh(z)/2 + tanh(z/2**3000)/2").settled
    assert judged("tanh(z)/2 + tanh(z/2**1500)/2").settled


def test_a_judgement_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        judged("tanh(z)").settled = False


@pytest.mark.parametrize("peak", [0.003, 1 / 3, 0.5, 0.96])
def test_golden_section_finds_a_peak_anywhere_in_the_interval(peak):
    found = _golden(lambda t: 7 - (t - peak) ** 2, 0.0, 1.0)
    assert found == pytest.approx(7, abs=1e-12)
    assert found <= 7


def test_golden_section_finds_a_maximum_at_an_end_and_a_flat_one():
    assert _golden(lambda t: t, 2.0, 3.0) == pytest.approx(3, abs=1e-6)
    assert _golden(lambda t: -t, 2.0, 3.0) == pytest.approx(-2, abs=1e-6)
    assert _golden(lambda _: 5.0, 2.0, 3.0) == 5
