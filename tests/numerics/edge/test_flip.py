"""Flips in numbers, against those worked out by hand."""

import mpmath as mp
import pytest
import sympy as sp
from edge_cases import CASES, Case

from trajalign.numerics.edge.flip import Flip, offset
from trajalign.numerics.edge.landscape import Landscape
from trajalign.theory.edge.exact import exact_flip
from trajalign.theory.edge.objective import Objective


def flip_of(text: str, at: dict[str, sp.Rational]) -> Flip:
    landscape = Landscape.of(Objective.parse(text))
    with mp.workdps(50):
        return landscape.flip_near([mp.mpf(int(at[n].p)) / int(at[n].q) for n in landscape.names])


def near(found: mp.mpf, exact: sp.Rational) -> bool:
    with mp.workdps(50):
        return bool(abs(found / (mp.mpf(int(exact.p)) / int(exact.q)) - 1) < 1e-12)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.text)
def test_it_is_what_was_worked_out_by_hand(case: Case) -> None:
    found = flip_of(case.text, case.at)
    assert near(found.eta, case.eta)
    assert near(found.c, case.c)
    assert near(found.kappa, case.kappa)


@pytest.mark.parametrize(
    ("text", "minimum", "bend", "inverse_rho"),
    [
        ("(1 - x**2*y**2)**2/4", 1, 2, 0.5),  # 3·2⁴/(3·6² − 2·6)
        ("sqrt(1 + (x*y - 2)**2)", 2, 1, 1.0),
    ],
)
def test_of_a_product_that_is_not_0_it_is_the_law_of_saturation(
    text: str, minimum: int, bend: int, inverse_rho: float
) -> None:
    eta = 1e-4  # for x ≫ y alone
    top = (2 / (eta * bend)) ** 0.5
    found = Landscape.of(Objective.parse(text)).flip_near((top, minimum / top))
    assert float(found.kappa) / eta**2 == pytest.approx(inverse_rho, rel=1e-6)


def test_of_one_parameter_c_is_the_condition_on_derivatives() -> None:
    # f = u²/2 + a u³/6 + b u⁴/24, η = 2: c = (3a² − b)/3, and nothing drifts
    a, b = sp.Rational(7, 10), sp.Rational(-2, 5)
    found = flip_of(f"u**2/2 + ({a})*u**3/6 + ({b})*u**4/24", {"u": sp.S.Zero})
    assert near(found.c, (3 * a * a - b) / 3)
    assert found.kappa == 0


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("(a*b*c - 1)**2/2", {"a": "1/4", "b": "2", "c": "2"}),
        ("(x*y - 1)**2", {"x": "1/4", "y": "4"}),
        ("log(cosh(a*b + c*d))", {"a": "0", "b": "4", "c": "0", "d": "3"}),
        (
            "log(cosh(x*y)) + 5*s*x**2 + 4*s**2 - 3*r*x**2 + 6*r**2 + s*r",
            {"x": "0", "y": "6", "s": "0", "r": "0"},
        ),
    ],
)
def test_jets_and_polarisation_give_what_algebra_does(text: str, at: dict[str, str]) -> None:
    point = {name: sp.Rational(value) for name, value in at.items()}
    exact, found = exact_flip(Objective.parse(text), point), flip_of(text, point)
    assert near(found.c, exact.c)
    assert near(found.kappa, exact.kappa)


def test_a_flip_without_drift_and_one_with_c_0() -> None:
    zero, one = sp.S.Zero, sp.S.One
    ring = flip_of("(x**2 + y**2 - 1)**2", {"x": one, "y": zero})
    assert ring.still
    assert ring.kappa == 0
    flat = flip_of("x**2*y**2/2", {"x": zero, "y": 4 * one})
    assert flat.degenerate
    assert flat.kappa == mp.inf


def test_the_2_cycle_has_its_points_where_the_offset_says() -> None:
    # One parameter: p' = −p + A p² + …, so ±p + (A/2)p² is a 2-cycle but for O(p³) and c = 0 of it.
    found = flip_of("x**2/2 + x**3/6 + x**4/8 + y**2/8", {"x": sp.S.Zero, "y": sp.S.Zero})
    p = mp.mpf("1e-4")
    points = [offset(found, side * p)[0] for side in (1, -1)]
    step = [x - 2 * (x + x**2 / 2 + x**3 / 2) for x in points]
    assert abs(step[0] - points[1]) < 10 * p**3
    assert abs(step[1] - points[0]) < 10 * p**3
