"""Extrapolation to 0, in rationals: on polynomials, and against Lagrange's formula."""

from fractions import Fraction

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from trajalign.numerics.neville import extrapolate

RATIONALS = st.fractions(-100, 100, max_denominator=1000)


@given(
    coefficients=st.lists(RATIONALS, min_size=1, max_size=6),
    points=st.lists(
        st.fractions(Fraction(1, 1000), 1, max_denominator=1000),
        min_size=6,
        max_size=6,
        unique=True,
    ),
)
@example([Fraction(3, 4), Fraction(-1, 3)], [Fraction(1, 2**k) for k in range(6)])
@settings(deadline=None)
def test_neville_is_exact_on_polynomials(
    coefficients: list[Fraction], points: list[Fraction]
) -> None:
    # Six points fix a polynomial of degree 5; in rationals its value at 0 comes out exactly.
    values = [sum(c * x**i for i, c in enumerate(coefficients)) for x in points]
    assert extrapolate(points, values) == coefficients[0]


@given(st.lists(RATIONALS, min_size=3, max_size=3, unique=True), RATIONALS)
def test_neville_agrees_with_lagrange(points: list[Fraction], slope: Fraction) -> None:
    # Lagrange's formula at 0, on values of no particular polynomial.
    assume(0 not in points)
    values = [1 / x + slope for x in points]
    expected = Fraction(0)
    for i, x in enumerate(points):
        weight = Fraction(1)
        for j, y in enumerate(points):
            if j != i:
                weight *= y / (y - x)
        expected += weight * values[i]
    assert extrapolate(points, values) == expected
