"""Formulas as functions of floats, against mpmath."""

import mpmath as mp
import pytest
import sympy as sp

from trajalign.numerics.compile.scalars import compile_scalars
from trajalign.numerics.descent import compile_objective
from trajalign.theory.errors import InputError

x, y = sp.symbols("x y", real=True)


@pytest.mark.parametrize("name", ["tanh", "erf", "erfi", "erfc", "asinh", "atan"])
def test_functions_that_math_has_and_functions_that_it_lacks(name: str) -> None:
    function = compile_scalars((x, y), [getattr(sp, name)(x) * y])
    (found,) = function(0.7, 3.0)
    assert found == pytest.approx(float(3 * getattr(mp, name)(mp.mpf("0.7"))), rel=1e-14)


def test_rows_of_formulas_keep_their_shape() -> None:
    function = compile_scalars((x, y), ((x * y, x), (sp.Abs(y), sp.S.One)))
    assert function(2.0, -3.0) == ((-6.0, 2.0), (3.0, 1))


def test_a_function_that_is_nowhere_is_refused() -> None:
    with pytest.raises(InputError, match="has no function sech"):
        compile_scalars((x,), [sp.sech(x)])


def test_descent_takes_any_elementary_function() -> None:
    # L = erfi(xy)²: ∇L = 2 erfi(xy) · (2/√π) exp(x²y²) (y, x)
    found = compile_objective(sp.erfi(x * y) ** 2, (x, y)).gradient(0.5, 0.8)
    slope = 2 * mp.erfi(mp.mpf("0.4")) * 2 / mp.sqrt(mp.pi) * mp.exp(mp.mpf("0.16"))
    assert found == pytest.approx((float(0.8 * slope), float(0.5 * slope)), rel=1e-13)
