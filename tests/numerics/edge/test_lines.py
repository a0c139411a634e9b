"""Derivatives along lines, against mpmath's differences and SymPy."""

import mpmath as mp
import pytest
import sympy as sp

from trajalign.numerics.edge.lines import (
    dot,
    expression_lines,
    fourth,
    gradient,
    hessian,
    third,
)
from trajalign.theory.edge.objective import Objective
from trajalign.theory.errors import NotFiniteError

OBJECTIVE = Objective.parse("log(cosh(x*y)) + exp(w)*x**3/5 + y*w**2*sin(x)")  # w, x, y
POINT = (mp.mpf("0.3"), mp.mpf("-0.7"), mp.mpf("1.1"))
U = (mp.mpf("0.6"), mp.mpf("-0.2"), mp.mpf("0.5"))
LINES = expression_lines(OBJECTIVE)


def exactly(expression: sp.Expr) -> mp.mpf:
    values = dict(zip(OBJECTIVE.parameters, map(str, POINT), strict=True))
    return mp.mpf(str(sp.N(expression.subs({k: sp.Rational(v) for k, v in values.items()}), 40)))


def along(times: int) -> sp.Expr:
    """The derivative of this order along U."""
    found = OBJECTIVE.expression
    for _ in range(times):
        found = sum(
            sp.Rational(mp.nstr(u, 3)) * sp.diff(found, x)
            for u, x in zip(U, OBJECTIVE.parameters, strict=True)
        )
    return found


@pytest.fixture(autouse=True)
def _many_digits():
    with mp.workdps(40):
        global POINT, U
        POINT = tuple(mp.mpf(text) for text in ("0.3", "-0.7", "1.1"))
        U = tuple(mp.mpf(text) for text in ("0.6", "-0.2", "0.5"))
        yield


def test_the_gradient_and_the_hessian_are_sympys() -> None:
    slopes = OBJECTIVE.gradient
    found = gradient(LINES, POINT)
    second = hessian(LINES, POINT)
    for i, slope in enumerate(slopes):
        assert mp.almosteq(found[i], exactly(slope), 1e-30)
        for j, x in enumerate(OBJECTIVE.parameters):
            assert mp.almosteq(second[i, j], exactly(sp.diff(slope, x)), 1e-30)


def test_the_third_and_fourth_derivatives_are_sympys() -> None:
    v = third(LINES, POINT, U)
    for i, x in enumerate(OBJECTIVE.parameters):
        assert mp.almosteq(v[i], exactly(sp.diff(along(2), x)), 1e-28)
    assert mp.almosteq(dot(v, U), exactly(along(3)), 1e-28)
    assert mp.almosteq(fourth(LINES, POINT, U), exactly(along(4)), 1e-28)


def test_where_there_are_none_it_says_so() -> None:
    lines = expression_lines(Objective.parse("sqrt(x)*y"))
    with pytest.raises(NotFiniteError, match="no derivatives"):
        lines.along((mp.mpf(-1), mp.mpf(1)), (mp.mpf(1), mp.mpf(0)), 2)
