"""Descent from a formula: against steps by hand, and how it ends."""

import math

import numpy as np
import pytest
import sympy as sp

from trajalign.numerics.descent import (
    CONVERGED,
    ESCAPED,
    UNFINISHED,
    compile_composed,
    compile_objective,
    descend,
    limiting_sharpness,
)

x, y, u = sp.symbols("x y u", real=True)


def test_a_step_is_the_gradient_by_hand() -> None:
    # L = log cosh(xy): ∇L = tanh(xy) (y, x)
    objective = compile_objective(sp.log(sp.cosh(x * y)), (x, y))
    run = descend(objective, (0.5, 2.0), 0.1, max_steps=1, keep=True)
    t = math.tanh(1.0)
    assert run.path[0] == (0.5, 2.0)
    assert run.last == pytest.approx((0.5 - 0.1 * t * 2, 2 - 0.1 * t * 0.5), rel=1e-15)


def test_the_sharpness_is_the_largest_eigenvalue_by_differences() -> None:
    objective = compile_objective((x**2 * y - 1) ** 2 + x * y, (x, y))
    point, h = np.array([0.7, -0.4]), 1e-5
    rows = [
        (np.array(objective.gradient(*(point + h * e))) - objective.gradient(*(point - h * e)))
        / (2 * h)
        for e in np.eye(2)
    ]
    wanted = np.linalg.eigvalsh((np.array(rows) + np.array(rows).T) / 2)[-1]
    assert objective.sharpness(tuple(point)) == pytest.approx(wanted, rel=1e-7)


def test_a_loss_without_a_formula_is_given_by_its_slope() -> None:
    composed = compile_composed(sp.tanh(u), u, x * y, (x, y))
    whole = compile_objective(sp.log(sp.cosh(x * y)), (x, y))
    assert composed.gradient(0.3, 1.5) == pytest.approx(whole.gradient(0.3, 1.5), rel=1e-14)
    assert composed.sharpness((0.3, 1.5)) == pytest.approx(whole.sharpness((0.3, 1.5)), rel=1e-13)


@pytest.mark.parametrize(
    ("formula", "start", "eta", "outcome"),
    [
        (x**2 / 2, 1.0, 0.5, CONVERGED),
        (x**2 / 2, 1.0, 2.1, ESCAPED),
        (sp.cosh(x), 5.0, 2.5, ESCAPED),  # the gradient overflows
        (x**2 / 2, 1.0, 2.0, UNFINISHED),  # a 2-cycle
    ],
)
def test_how_it_ends(formula: sp.Expr, start: float, eta: float, outcome: str) -> None:
    run = descend(compile_objective(formula, (x,)), (start,), eta, max_steps=500)
    assert run.outcome == outcome


def test_where_descent_does_not_converge_no_sharpness_is_known() -> None:
    objective = compile_objective(x**2 / 2, (x,))
    assert math.isnan(limiting_sharpness(objective, (1.0,), 2.1))
    assert limiting_sharpness(objective, (1.0,), 0.5) == 1.0
