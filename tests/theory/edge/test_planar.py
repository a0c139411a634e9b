"""The planar normal form: in other coordinates than the law's, and to the same leading order."""

import pytest
import sympy as sp
from edge_cases import CASES, Case

from trajalign.theory.edge.exact import exact_flip
from trajalign.theory.edge.law import drift, flip_coefficient
from trajalign.theory.edge.objective import Objective
from trajalign.theory.edge.planar import planar_form, planar_form_of
from trajalign.theory.errors import InputError

IN_THE_PLANE = [case for case in CASES if len(case.at) == 2]
L, L1, C3, C4, M1, M2, M3 = sp.symbols("l l1 c3 c4 m1 m2 m3", real=True)
X, D = sp.symbols("x d", real=True)


def of(expression: sp.Expr) -> dict[tuple[int, int], sp.Expr]:
    """The Taylor coefficients up to the fourth order."""
    terms = sp.Poly(sp.expand(expression), X, D).terms()
    return {powers: c for powers, c in terms if sum(powers) <= 4}


@pytest.mark.parametrize("case", IN_THE_PLANE, ids=lambda case: case.text)
def test_products_and_others_worked_out_by_hand(case: Case) -> None:
    found = planar_form(Objective.parse(case.text), case.at)
    assert found.eta == case.eta
    # Where the curve of minima is straight and along an axis, the coordinates are the law's.
    if case.at["x"] == 0:
        assert (found.c, found.kappa) == (case.c, case.kappa)
    assert abs(found.kappa / case.kappa - 1) <= case.kappa**2


def test_about_a_straight_curve_along_an_axis_it_is_the_law() -> None:
    found = planar_form_of(of((L + L1 * D) / 2 * X**2 + C3 * X**3 + C4 * X**4))
    eta = 2 / L
    assert sp.simplify(found.c - flip_coefficient(eta, 6 * C3, 24 * C4)) == 0
    assert sp.simplify(found.k - drift(eta, L1)) == 0
    assert found.shift == 0


def test_about_any_curve_the_drift_is_that_of_the_law() -> None:
    # The curve x = m₁δ + m₂δ² + …, at an angle whose cosine is (1 + m₁²)^(−1/2): λ = lΛ(1 + m'²).
    off = X - M1 * D - M2 * D**2 - M3 * D**3
    found = planar_form_of(of((L + L1 * D) / 2 * off**2 + C3 * off**3 + C4 * off**4))
    stretch = 1 + M1**2
    slope = (L1 * stretch + L * 4 * M1 * M2) / sp.sqrt(stretch)  # of λ, along the curve
    assert sp.simplify(found.eta - 2 / (L * stretch)) == 0
    assert sp.simplify(found.k - drift(found.eta, slope) / stretch) == 0  # p in x, not across


def test_on_a_sloping_straight_line_c_is_that_of_the_law_where_lambda_is_linear() -> None:
    off = X - M1 * D
    found = planar_form_of(of((L + L1 * D) / 2 * off**2 + C3 * off**3 + C4 * off**4))
    stretch = sp.sqrt(1 + M1**2)
    # Along u = (1, −m₁)/stretch, off grows by stretch.
    third, fourth = 6 * C3 * stretch**3, 24 * C4 * stretch**4
    extra = -3 * L1 * M1 / stretch * stretch**2  # of L_uuu, from λ along u
    c = flip_coefficient(found.eta, third + extra, fourth)
    assert sp.simplify(found.c - c / stretch**2) == 0


def test_the_exact_form_and_this_differ_by_less_than_kappa_squared() -> None:
    objective = Objective.parse("(1 - x**2*y**2)**2/2")
    at = {"x": sp.Rational(1, 4), "y": sp.Integer(4)}
    ratio = planar_form(objective, at).kappa / exact_flip(objective, at).kappa
    assert 0 < abs(ratio - 1) < 4e-6


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("(x*y - 1)**2", {"x": 1, "y": 4}, "the gradient is not 0"),
        ("x**2 + y**2/3", {"x": 0, "y": 0}, "does not lie on a curve of minima"),
        ("x**2 + y**4", {"x": 0, "y": 0}, "does not lie on a curve of minima"),
        ("x**2", {"x": 0}, "of two parameters"),
    ],
)
def test_what_is_refused(text: str, at: dict[str, int], words: str) -> None:
    point = {name: sp.Integer(value) for name, value in at.items()}
    with pytest.raises(InputError, match=words):
        planar_form(Objective.parse(text), point)
