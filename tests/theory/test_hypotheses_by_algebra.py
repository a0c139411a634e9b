"""Assumptions decided by exact algebra, compared with signs worked out by hand."""

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from trajalign.theory.expressions.parsing import Z, parse_expression
from trajalign.theory.hypotheses_by_algebra import conditions, is_bounded, is_negative, log_slope
from trajalign.theory.responses import Activation, Loss


def decided(response):
    return {name: condition.decided for name, condition in conditions(response).items()}


def test_pseudo_huber():
    """r' = −z(1+z²)^(−3/2), ℓ'' = (1+z²)^(−3/2), z r'/r = −z²/(1+z²), |ℓ'| < 1: all five hold."""
    assert decided(Loss.parse("pseudo-huber")) == dict.fromkeys(
        ("A1", "A2", "A3", "A4", "A5"), True
    )


def test_a_loss_that_is_not_convex():
    """ℓ = ½ log(1+z²): r = 1/(1+z²) and ℓ'' = (1−z²)/(1+z²)², negative past z = 1; ℓ' ≤ 1/2."""
    expected = {"A1": True, "A2": False, "A3": True, "A4": True, "A5": True}
    assert decided(Loss.parse("log(1+z**2)/2")) == expected


def test_the_square_loss():
    """r = 1: r', (z r'/r)' and r''(0) vanish, which is not negative; ℓ' = z is unbounded."""
    expected = {"A1": False, "A2": True, "A3": False, "A4": False, "A5": False}
    assert decided(Loss.parse("z**2/2")) == expected


def test_the_algebraic_neuron():
    """r = (1+z²)⁻²: z r'/r = −4z²/(1+z²)."""
    neuron = Activation.parse("algebraic")
    assert decided(neuron) == dict.fromkeys(("A1", "A3", "A4", "A5"), True)
    assert sp.simplify(log_slope(neuron) + 4 * Z**2 / (1 + Z**2)) == 0


def test_what_algebra_cannot_decide_is_left_open():
    found = decided(Loss.parse("log-cosh"))
    assert found.pop("A4") is True  # r''(0) = −2/3, which is always exact
    assert set(found.values()) == {None}


def test_a_response_without_an_expansion_leaves_a4_open():
    assert decided(Loss.parse("log(cosh(z)) + z/10"))["A4"] is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("z/sqrt(1+z**2)", True),
        ("z**2/sqrt(1+z**2)", False),
        ("z**3/(1+z**2)", False),
        ("(1-z**2)/(1+z**2)", True),
        ("1/(z-1)", None),  # a pole at z = 1
        ("1/z", None),  # a pole at the end of the range
        ("tanh(z)*atan(z)", True),
        ("tanh(z) + z", None),  # SymPy is not asked for limits
    ],
)
def test_boundedness(text, expected):
    assert is_bounded(parse_expression(text)) is expected


@settings(deadline=None, max_examples=60)
@given(st.lists(st.fractions(-5, 5, max_denominator=6), min_size=1, max_size=4))
def test_products_of_linear_factors(roots):
    """−∏(z − a_i)²(1 + z²) is negative for z > 0 unless a root lies there; a product of odd powers
    has the sign of its leading term only past the largest root."""
    square = -(1 + Z**2) * sp.Mul(*((Z - sp.Rational(a)) ** 2 for a in roots))
    assert is_negative(square) is all(a <= 0 for a in roots)
    simple = -sp.Mul(*(Z - sp.Rational(a) for a in set(roots)))
    assert is_negative(simple) is all(a <= 0 for a in roots)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-z/sqrt(1+z**2)", True),
        ("1 - sqrt(1+z**2)", True),  # 0 only at z = 0
        ("2 - sqrt(1+z**2)", False),  # positive below z = √3
        ("z - sqrt(1+z**2)", None),  # neither odd nor even in z
        ("1/(z-1)", None),  # a pole at 1
        ("-sqrt(2+3*z**2)*z**2", True),
        ("z - (1+z**2)**(1/3)", None),  # not a square root
    ],
)
def test_square_roots(text, expected):
    assert is_negative(parse_expression(text)) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1/(1+sqrt(1+z**2)) - 1/2", True),  # 1/(1+s) falls from 1/2
        ("1/(1+sqrt(1+z**2)) - 1/3", False),  # positive below s = 2
        ("-z/((1+z**2)**(5/2)*(2+sqrt(1+z**2))**3)", True),
        ("z**3*(1-(1+z**2)**(7/2))", True),
        ("sqrt(1+pi*z**2) - 2", None),  # no rational radicand
        # Neither odd nor even, of high degree: told apart without any algebra of roots.
        ("-z/sqrt(1+z**2)**9 - z**6/(10**9*(1+z**2)**8) + z**3/(1+z**2)**(13/2)", None),
    ],
)
def test_powers_of_one_root(text, expected):
    assert is_negative(parse_expression(text)) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2*z/(1+sqrt(1+z**2))", True),
        ("2*z**2/(1+sqrt(1+z**2))", False),
        ("z**3/sqrt(1+z**2)**3", True),
        ("z**4/sqrt(1+z**2)**3", False),
    ],
)
def test_boundedness_with_one_root(text, expected):
    assert is_bounded(parse_expression(text)) is expected
