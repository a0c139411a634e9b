"""Why a quotient of polynomials in z, e^(cz) and their like is negative: rungs that hold."""

import random
from itertools import pairwise

import mpmath
import pytest
import sympy as sp

from trajalign.theory.errors import InputError
from trajalign.theory.expressions.parsing import Z
from trajalign.verification.kernel.hypotheses.field import T, field_of
from trajalign.verification.kernel.hypotheses.ladders import ladder, rests, shifted

NEGATIVE = [
    Z - sp.sinh(Z) * sp.cosh(Z),
    Z * sp.cosh(Z) - sp.sinh(Z) - Z**3 / 3 - Z**5,  # not negative where z is large
    sp.atan(Z) - Z,
    Z / sp.sqrt(1 + Z**2) - sp.asinh(Z),
    sp.tanh(Z) - Z,
]


@pytest.mark.parametrize("e", [NEGATIVE[0], *NEGATIVE[2:]])
def test_what_is_negative_has_a_ladder(e: sp.Expr) -> None:
    field = field_of([e])
    assert ladder(field, field.inside(e)) is not None


@pytest.mark.parametrize("e", [-NEGATIVE[0], NEGATIVE[1], Z - sp.Rational(1, 2), sp.sinh(Z) - Z])
def test_what_is_not_has_none(e: sp.Expr) -> None:
    field = field_of([e])
    assert ladder(field, field.inside(e)) is None


@pytest.mark.parametrize("e", [NEGATIVE[0], *NEGATIVE[2:]])
def test_every_rung_is_the_derivative_of_the_one_above(e: sp.Expr) -> None:
    """In numbers, by mpmath: what is left over `over` has the next rung as its derivative."""
    field = field_of([e])
    found = ladder(field, field.inside(e))
    assert found is not None
    place = random.Random(5).uniform(0.3, 2.0)
    for rung, below in pairwise(found):
        assert rung.over is not None
        quotient = sp.lambdify(Z, field.outside(rung.left / rung.over), "mpmath")
        slope = sp.lambdify(Z, field.outside(below.element), "mpmath")
        assert mpmath.almosteq(mpmath.diff(quotient, place), slope(place), 1e-8)
        assert quotient(0) <= 0


def test_a_shift_is_the_same_with_the_rest_put_in() -> None:
    field = field_of([sp.exp(Z)])
    (atom,) = field.atoms
    shift = shifted(field, 1 + T + T**2 / 3 - atom.symbol)
    assert shift is not None
    assert (shift.sign, shift.terms) == (-1, 2)
    assert sp.expand(shift.factor.xreplace(rests(field, shift.terms)) - shift.image) == 0
    assert shifted(field, 1 + T + T**2 - atom.symbol) is None


@pytest.mark.parametrize(
    "e",
    [
        sp.sin(Z),
        sp.erf(Z),
        sp.exp(Z**2),
        sp.tanh(100 * Z) + sp.tanh(Z),
        sp.sqrt(1 + Z**2) + sp.sqrt(2 + Z**2),
    ],
)
def test_what_has_no_place_in_a_field_is_refused_in_one_line(e: sp.Expr) -> None:
    with pytest.raises(InputError) as error:
        field_of([e]).inside(e)
    assert len(str(error.value).splitlines()) == 1
