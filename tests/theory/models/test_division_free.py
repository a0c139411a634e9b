"""The map in (p, u = 1/q) is the reduced map, without a division."""

import pytest
import sympy as sp
from mpmath import mp
from zoo import PROBLEMS

from trajalign.theory.models import ETA, P
from trajalign.theory.models.division_free import SLOPE, SQUARE, U, division_free, tidy

X = sp.Symbol("x", real=True)
POINTS = [("0.3", "0.8", "0.1"), ("-1.4", "1.7", "0.4"), ("1e-20", "0.9", "0.01")]


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_it_takes_the_steps_of_the_map_in_p_and_q(problem):
    form = division_free(problem.model)
    step = sp.lambdify((P, U, ETA), form.map, modules="mpmath")
    with mp.workdps(80):
        for p, q, eta in (tuple(map(mp.mpf, point)) for point in POINTS):
            found, expected = step(p, 1 / q, eta), problem.step(p, q, eta)
            assert abs(found[0] / expected[0] - 1) < mp.mpf(10) ** -30
            assert abs(found[1] * expected[1] - 1) < mp.mpf(10) ** -30


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_it_is_a_polynomial_in_p_u_and_the_slope(problem):
    form = division_free(problem.model)
    for part in (form.p_next, form.u_next):
        assert part.is_polynomial(P, U, ETA, SLOPE, SQUARE)
    assert (form.square is None) == (problem.model.name == "linear")


def test_the_linear_form_is_the_one_of_theory_md():
    """s = 1 + η²t²: p' = ps − 2tu, u' = us − 2η²pt."""
    form = division_free(PROBLEMS[0].model)
    s = 1 + ETA**2 * SLOPE**2
    assert sp.expand(form.p_next - (P * s - 2 * SLOPE * U)) == 0
    assert sp.expand(form.u_next - (U * s - 2 * ETA**2 * P * SLOPE)) == 0
    assert sp.expand(form.u_next - (U * s + 2 * ETA**2 * P * SLOPE)) != 0


@pytest.mark.parametrize(
    ("long", "short"),
    [
        (sp.sinh(X) / sp.cosh(X), sp.tanh(X)),
        (2 * sp.sinh(X / 2) / sp.cosh(X / 2), 2 * sp.tanh(X / 2)),
        (sp.sinh(X), sp.sinh(X)),
        (X / (1 + X) - X**2 / (1 + X) ** 2, X / (X + 1) ** 2),
    ],
)
def test_shorter_formulas(long, short):
    assert tidy(long) == short
