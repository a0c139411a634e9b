"""Identically zero or not, by polynomials alone."""

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from trajalign.theory.algebra.exact_algebra import vanishes_exactly

X, Y = sp.symbols("x y", real=True)
POSITIVE = sp.Symbol("s", positive=True)
TINY = sp.Integer(10) ** -5000

IDENTITIES = {
    "binomial": (X + Y) ** 7 - sum(sp.binomial(7, k) * X**k * Y ** (7 - k) for k in range(8)),
    "partial fractions": 1 / (X * (X + 1)) - 1 / X + 1 / (X + 1),
    "a function as a letter": (sp.tanh(X) + 1) ** 2 - sp.tanh(X) ** 2 - 2 * sp.tanh(X) - 1,
    "conjugate": 1 / (sp.sqrt(1 + X) - 1) - (sp.sqrt(1 + X) + 1) / X,
    "nested roots": sp.sqrt(1 + sp.sqrt(X)) ** 4 - 1 - 2 * sp.sqrt(X) - X,
    "roots of numbers": sp.sqrt(2) * sp.sqrt(3 + 3 * X) - sp.sqrt(6 + 6 * X),
    "different roots of one base": (1 + X) ** sp.Rational(5, 6) - sp.sqrt(1 + X) * sp.cbrt(1 + X),
}


@pytest.mark.parametrize("e", IDENTITIES.values(), ids=IDENTITIES)
def test_identities_vanish_and_their_neighbours_do_not(e):
    assert vanishes_exactly(e) is True
    assert vanishes_exactly(e + TINY) is False
    assert vanishes_exactly(e + TINY * X**40) is False


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=6), st.integers(-9, 9))
def test_a_polynomial_is_zero_if_and_only_if_its_coefficients_are(coefficients, root):
    """Horner by hand: p(x) − (x − a) q(x) − p(a) is zero, and with p(a) off by one it is not."""
    quotient, rest = [], 0
    for c in coefficients:
        rest = rest * root + c
        quotient.append(rest)
    *quotient, rest = quotient
    p, q = (sum(c * X**k for k, c in enumerate(reversed(cs))) for cs in (coefficients, quotient))
    e = sp.Mul(X - root, q, evaluate=False) + rest - p
    assert vanishes_exactly(e) is True
    assert vanishes_exactly(e + 1) is False


def test_what_has_no_value_or_takes_too_long_is_not_decided():
    zero = sp.Add(X, -X, Y, -Y, evaluate=False)
    assert vanishes_exactly(sp.Pow(zero, -1, evaluate=False)) is None
    assert vanishes_exactly(sp.zoo * X) is None
    long = sp.Mul(*(sum(sp.symbols(f"a{k}:40")) for k in range(8)))
    assert vanishes_exactly(long**9 - X) is None


def test_related_letters_are_not_told_so_zero_is_the_only_proof():
    assert vanishes_exactly(sp.sinh(X) ** 2 - sp.cosh(X) ** 2 + 1) is False


def test_floats_are_refused():
    with pytest.raises(TypeError, match="no floats"):
        vanishes_exactly(X - sp.Float("0.1"))
