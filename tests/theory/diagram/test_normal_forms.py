"""The normal form of a flip decides on which side of it small 2-cycles are."""

import pytest
import sympy as sp

from trajalign.theory.diagram.frozen_family import criticality, flip_coefficient, flip_discriminant
from trajalign.theory.errors import InputError
from trajalign.theory.expressions.parsing import Z


@pytest.mark.parametrize(
    ("third", "fourth", "expected"),
    [
        (0, -1, "supercritical"),
        (0, 1, "subcritical"),
        (1, 2, "supercritical"),
        (1, 4, "subcritical"),
    ],
)
def test_the_general_criterion_decides_by_iteration(third, fourth, expected):
    """F = x²/2 + a x³/6 + b x⁴/24: 3a² − b. Past η = 2 orbits from near 0 settle on a small 2-cycle
    of size O(√(η − 2)) iff it is positive; otherwise they run off."""
    x = sp.Symbol("x")
    objective = x**2 / 2 + sp.Rational(third, 6) * x**3 + sp.Rational(fourth, 24) * x**4
    discriminant = flip_discriminant(objective, x, sp.S.Zero)
    assert discriminant == 3 * third**2 - fourth
    coefficient = flip_coefficient(x - 2 * sp.diff(objective, x), x, sp.S.Zero)
    assert coefficient == -sp.Rational(2, 3) * discriminant
    assert criticality(coefficient) == expected
    p = 1e-3
    for _ in range(20000):
        p -= 2.002 * (p + third * p**2 / 2 + fourth * p**3 / 6)
        if abs(p) > 0.5:
            break
    assert (abs(p) < 0.2) == (expected == "supercritical")


def test_the_flip_of_the_logistic_map():
    """F = 3x(1 − x) at ⅔: F'' = −6, F''' = 0, so −½ · 36 = −18."""
    x = sp.Symbol("x")
    assert flip_coefficient(3 * x * (1 - x), x, sp.Rational(2, 3)) == -18
    with pytest.raises(InputError, match=r"no flip at 1/2: F\(1/2\) is 3/4"):
        flip_coefficient(3 * x * (1 - x), x, sp.S.Half)
    with pytest.raises(InputError, match=r"F'.*is -2, not -1"):
        flip_coefficient(4 * x * (1 - x), x, sp.Rational(3, 4))


def test_a_discriminant_needs_a_minimum():
    with pytest.raises(InputError, match="no minimum at 1: F' is"):
        flip_discriminant(Z**2, Z, sp.S.One)
    with pytest.raises(InputError, match="F'' is -2"):
        flip_discriminant(-(Z**2), Z, sp.S.Zero)


def test_criticality_never_guesses():
    assert criticality(sp.S.Zero) == "degenerate"
    hidden = sp.cosh(1) ** 2 - sp.sinh(1) ** 2 - 1  # zero, not visibly
    assert criticality(hidden) == "degenerate"
    assert criticality(hidden + sp.Rational(1, 10**30)) == "subcritical"
