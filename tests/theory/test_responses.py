"""Losses and activations, the response r through which the models see them, and r''(0)."""

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp
from zoo import BY_NAME, LINEAR, PROBLEMS, evaluated

from trajalign.theory.errors import ExpressionError, NoExpansionError
from trajalign.theory.expressions.parsing import Z
from trajalign.theory.responses import ACTIVATIONS, LOSSES, Activation, Loss

POINTS = (-3, -1, 0.25, 0.75, 2, 10)


# The zoo itself: its entries were typed in by hand, so they are checked against one another.


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_the_zoo_is_consistent(problem):
    with mp.workdps(80):
        for point in map(mp.mpf, POINTS):
            value, slope = problem.function(point), problem.derivative(point)
            assert mp.almosteq(mp.diff(problem.function, point), slope, 1e-35, 1e-35)
            product = slope if problem in LINEAR else value * slope
            assert mp.almosteq(problem.r(point), product / point, 1e-35)
        # r(z) = 1 + r''(0) z²/2 + O(z⁴)
        small = mp.mpf(10) ** -10
        second = 2 * (problem.r(small) - 1) / small**2
        assert abs(second - mp.mpf(sp.N(problem.curvature, 40))) < 1e-18


@pytest.mark.parametrize(
    ("name", "curvature"),
    [
        ("log-cosh", -sp.Rational(2, 3)),
        ("pseudo-huber", -1),
        ("atan", -sp.Rational(2, 3)),
        ("logistic", -sp.Rational(1, 6)),
        ("langevin", -sp.Rational(2, 15)),
        ("erf-loss", -sp.pi / 6),
        ("tanh", -sp.Rational(8, 3)),
        ("algebraic", -4),
        ("arctan", -sp.Rational(8, 3)),
        ("gudermann", -sp.Rational(4, 3)),
        ("erf", -2 * sp.pi / 3),
    ],
)
def test_the_curvature_at_zero(name, curvature):
    assert sp.simplify(BY_NAME[name].model.response.curvature - curvature) == 0
    assert sp.simplify(BY_NAME[name].curvature - curvature) == 0


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_the_response_is_the_closed_form(problem):
    with mp.workdps(40):
        for point in map(mp.mpf, POINTS):
            found = evaluated(problem.model.response.response, z=point)
            assert mp.almosteq(found, problem.r(point), 1e-25)


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(PROBLEMS), st.floats(0.1, 20))
def test_the_response_is_even(problem, point):
    with mp.workdps(40):
        r = problem.model.response.response
        assert mp.almosteq(evaluated(r, z=mp.mpf(point)), evaluated(r, z=-mp.mpf(point)), 1e-25)


def test_the_response_series_of_log_cosh_is_that_of_tanh():
    # tanh z / z = 1 − z²/3 + 2 z⁴/15 − …
    series = Loss.parse("log-cosh").response_series
    assert series == (1, 0, -sp.Rational(1, 3), 0, sp.Rational(2, 15), 0)


# Reading


# r''(0) by hand: ℓ(0)/3 from ℓ = z²/2 + ℓ(0) z⁴/24 + …, and −8a from φ = z − a z³ + …
CURVATURES = {
    "log-cosh": sp.Rational(-2, 3),  # z²/2 − z⁴/12
    "pseudo-huber": sp.Integer(-1),  # z²/2 − z⁴/8
    "atan": sp.Rational(-2, 3),  # z²/2 − z⁴/12
    "log-cosh-half": sp.Rational(-1, 6),  # log-cosh stretched by 2
    "langevin": sp.Rational(-2, 15),  # ln(sinh z/z) = z²/6 − z⁴/180
    "tanh": sp.Rational(-8, 3),  # a = 1/3
    "algebraic": sp.Integer(-4),  # a = 1/2
    "arctan": sp.Rational(-8, 3),  # a = 1/3
    "erf": -2 * sp.pi / 3,  # a = π/12
    "gudermannian": sp.Rational(-4, 3),  # a = 1/6
    "logistic": sp.Rational(-2, 3),  # 2 tanh(z/2): a = 1/12
}


def test_the_catalogue():
    assert {*LOSSES, *ACTIVATIONS} == set(CURVATURES)
    for name, text in LOSSES.items():
        assert Loss.parse(name) == Loss.parse(text)
        assert Loss.parse(name).curvature == CURVATURES[name]
    for name, text in ACTIVATIONS.items():
        assert Activation.parse(name) == Activation.parse(text)
        assert sp.expand(Activation.parse(name).curvature - CURVATURES[name]) == 0
    with pytest.raises(TypeError):
        LOSSES["mine"] = "z**2"


def test_an_expression_is_read_as_written():
    loss = Loss.parse("sqrt(1 + z**2)")
    assert loss.expression == sp.sqrt(1 + Z**2)
    assert loss.text == "sqrt(1 + z**2)"
    assert loss.slope == Z / sp.sqrt(1 + Z**2)
    activation = Activation.parse("tanh(z)")
    assert sp.simplify(activation.slope - sp.tanh(Z) * (1 - sp.tanh(Z) ** 2)) == 0


@pytest.mark.parametrize(
    "text", ["log-cos", "", "x*y", "z*x", "u", "log_cosh", "import os", "tanh"]
)
def test_what_is_no_loss_is_refused(text):
    with pytest.raises(ExpressionError):
        Loss.parse(text)  # tanh is an activation's name, and as an expression it lacks (z)


def test_symmetries():
    assert (Loss.symmetry, Activation.symmetry) == ("even", "odd")


# Responses that break an assumption still have their series


@pytest.mark.parametrize(
    ("response", "series"),
    [
        (Loss.parse("z**2/2"), (1, 0, 0)),
        (Loss.parse("2*log(cosh(z))"), (2, 0, -sp.Rational(2, 3))),
        (Loss.parse("exp(z) - 1 - z"), (1, sp.Rational(1, 2), sp.Rational(1, 6))),
        (Loss.parse("cosh(z) - 1"), (1, 0, sp.Rational(1, 6))),
        (Loss.parse("atan(z**2)/2"), (1, 0, 0)),
        (Activation.parse("sin(z)"), (1, 0, -sp.Rational(2, 3))),  # sin 2z/(2z)
        (Activation.parse("z"), (1, 0, 0)),
        (Activation.parse("tanh(2*z)"), (4, 0, -sp.Rational(64, 3))),
    ],
    ids=lambda v: getattr(v, "text", ""),
)
def test_the_series_of_other_responses(response, series):
    assert response.response_series[:3] == series


@pytest.mark.parametrize(
    "response",
    [Loss.parse("abs(z)"), Activation.parse("z/(1 + abs(z))"), Loss.parse("exp(z)")],
    ids=lambda v: v.text,
)
def test_a_response_without_a_series_says_so(response):
    with pytest.raises(NoExpansionError):
        _ = response.curvature


@pytest.mark.parametrize("k", [1, 3, 40])
def test_the_unit_of_z_follows_the_curvature(k):
    # For ℓ(kz)/k² the response is r(kz), whose r''(0) is k² times as large.
    loss = Loss.parse(f"log(cosh({k}*z))/{k}**2")
    assert loss.curvature == -sp.Rational(2, 3) * k**2
    assert 0.5 <= float(loss.scale) ** 2 * abs(float(loss.curvature)) <= 2


@pytest.mark.parametrize("k", [1, 16])
def test_the_unit_of_z_does_not_follow_a_curvature_that_is_nearly_zero(k):
    # (1+b) log(b + cosh z) with b = 2 − 10⁻⁹: r = 1 − 5.6·10⁻¹¹ z² − z⁴/180 + …, whose unit is
    # 180^(1/4) = 3.7, not 10⁵; with kz for z it is k times as short.
    loss = Loss.parse(f"(3-1/10**9)*log(2-1/10**9+cosh({k}*z))/{k}**2")
    assert abs(loss.curvature) < 1e-6
    assert 2 <= k * loss.scale <= 8


def test_the_unit_of_a_response_without_curvature():
    # asinh(w²)/2 with w = z/32: ℓ' = w/√(1+w⁴) times 1/32, so that r = 1 − z⁴/(2·32⁴) + …
    loss = Loss.parse("32**2*asinh((z/32)**2)/2")
    assert loss.curvature == 0
    assert 16 <= loss.scale <= 64


@pytest.mark.parametrize(
    ("text", "curvature"),
    [
        ("1 - sech(z)", "-5/3"),  # ℓ = z²/2 − 5z⁴/24 + …
        ("-log(sech(z))", "-2/3"),  # log cosh
        ("-3*log(z*csch(z))", "-2/15"),  # 3 log(sinh z/z) = z²/2 − z⁴/60 + …
    ],
)
def test_the_reciprocals_of_hyperbolic_functions_are_understood(text, curvature):
    assert Loss.parse(text).curvature == sp.Rational(curvature)
