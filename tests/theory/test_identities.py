"""What is called identically zero is 0 for all z, whatever its spelling; what is not never is."""

import pytest
import sympy as sp
from mpmath import mp

from trajalign.theory.expressions.parsing import Z, parse_expression
from trajalign.theory.identities import is_identically_zero

# Pairs of equal functions, by hand; each pair differs by what SymPy does not see at once.
EQUAL = [
    ("log((exp(z)+exp(-z))/2)", "log(cosh(z))"),
    ("log((exp(2*z)+1)/2) - z", "log(cosh(z))"),
    ("log(1+exp(z)) - log(1+exp(-z))", "z"),
    ("log(z+sqrt(1+z**2))", "asinh(z)"),
    ("2*atan(tanh(z/2))", "atan(sinh(z))"),
    ("erf(z)", "1-erfc(z)"),
    ("tanh(z)", "1-2/(exp(2*z)+1)"),
    ("cosh(3*z)", "4*cosh(z)**3-3*cosh(z)"),
]
# What could be mistaken for zero: constants, tiny terms, zero on one side only.
NOT_ZERO = [
    "log(cosh(z)) - log(exp(z)+exp(-z))",
    "log((exp(2*z)+1)/2) - z - log(cosh(z)) + z**9/10**60",
    "log((exp(2*z)+1)/2) - z - log(cosh(z)) + 1/10**60",
    "atan(z) + atan(1/z) - pi/2",
    "abs(z) - z",
    "tanh(z) - 1",
    "exp(-z**2)/10**40",
    # Another branch past a pole, where nobody looks; SymPy makes a cotangent of the second.
    "atan(tan(z/1000 + 1)) - z/1000 - 1",
    "atan(tan(pi/2 - 1 - z/1000)) + z/1000 + 1 - pi/2",
]


@pytest.mark.parametrize(("one", "other"), EQUAL)
def test_two_spellings_of_one_function(one: str, other: str) -> None:
    difference = parse_expression(f"({one}) - ({other}) + z") - Z
    assert is_identically_zero(difference)
    with mp.workdps(60):  # independently of the project
        f = sp.lambdify([Z], difference, "mpmath")
        assert max(abs(f(mp.mpf(k) / 7)) for k in range(-30, 31)) < mp.mpf(10) ** -45


@pytest.mark.parametrize("text", NOT_ZERO)
def test_what_is_not_zero(text: str) -> None:
    assert not is_identically_zero(parse_expression(text))


def test_a_derivative_that_vanishes_does_not_make_a_zero() -> None:
    assert not is_identically_zero(sp.log(sp.exp(2 * Z) + 1) - Z - sp.log(sp.cosh(Z)))  # log 2
    assert not is_identically_zero(Z**2 + 0 * Z)
