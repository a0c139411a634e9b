"""Arithmetic in Q(ρ) against SymPy's radicals and identities by hand."""

import random

import pytest
import sympy as sp

from trajalign.theory.algebra.constants import in_field, is_zero, tidy_constant
from trajalign.theory.algebra.number_fields import NumberField, common_field
from trajalign.theory.errors import InputError, NotFiniteError


@pytest.mark.parametrize(("radicand", "n"), [(2, 2), (100000001, 2), (5, 3), (2, 6)])
def test_sums_products_and_quotients_are_those_of_the_numbers(radicand: int, n: int) -> None:
    field, draw = NumberField(sp.Integer(radicand), n), random.Random(radicand)
    root = sp.Integer(radicand) ** sp.Rational(1, n)
    for _ in range(5):
        a, b = (
            sum((sp.Rational(draw.randrange(-9, 9), 7) * root**k for k in range(n)), sp.Integer(0))
            for _ in range(2)
        )
        b += 17  # so that nothing divides by 0
        x, y = field.element(a), field.element(b)
        for exact, found in ((a + b, x + y), (a - b, x - y), (a * b, x * y), (a / b, x / y)):
            assert abs(sp.N(exact - found.expression(), 60)) < sp.Float("1e-50")
        assert x**3 == x * x * x
        assert y**-2 * y * y == 1
        assert hash(x + 0) == hash(x)


def test_what_is_zero_is_told_and_what_nearly_is_zero_is_not() -> None:
    root = sp.sqrt(100000001)
    assert tidy_constant((root - 10000) * (root + 10000) - 1) == 0
    assert is_zero((3 + 2 * sp.sqrt(2)) ** 20 * (3 - 2 * sp.sqrt(2)) ** 20 - 1)
    assert not is_zero((root - 10000) ** 9)  # 1e-39
    assert tidy_constant(1 / (1 + sp.sqrt(2))) == sp.sqrt(2) - 1
    [[a]], back = in_field([sp.sqrt(2) + sp.cbrt(2)])
    assert back(a * a) == 2 + 2 ** sp.Rational(2, 3) + 2 * sp.sqrt(2) * sp.cbrt(2)


def test_a_division_by_zero_is_an_error() -> None:
    field = NumberField(sp.Integer(2), 2)
    with pytest.raises(InputError, match="divides by 0"):
        field.element(sp.sqrt(2)) / field.number(0)
    with pytest.raises(NotFiniteError, match="divides by 0"):
        tidy_constant(
            sp.Pow(sp.Mul(sp.sqrt(2), sp.sqrt(2), evaluate=False) - 2, -1, evaluate=False)
        )


def test_what_belongs_to_no_such_field_is_refused() -> None:
    with pytest.raises(InputError, match="lower degree"):
        NumberField(sp.Integer(4), 2)
    with pytest.raises(InputError, match="not rational in"):
        NumberField(sp.Integer(2), 2).element(sp.sqrt(3))
    with pytest.raises(InputError, match="not rational in"):
        NumberField(sp.Integer(2), 2).element(sp.cbrt(2))
    for others in ([], [sp.pi], [sp.sqrt(2), sp.pi], [sp.sqrt(1 + sp.sqrt(2))]):
        assert common_field(others) is None
