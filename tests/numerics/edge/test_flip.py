"""Flips in numbers, against those worked out by hand."""

import mpmath as mp
import pytest
import sympy as sp
from edge_cases import CASES, Case

from trajalign.numerics.descent import CONVERGED, compile_objective, descend
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


UNEQUAL = {"x": sp.S.Zero, "y": sp.Integer(3), "w": sp.Integer(5), "v": sp.Integer(2)}


@pytest.mark.parametrize(
    ("loss", "names", "curvature"),
    [
        ("log(cosh({}))", "xyw", sp.Rational(2, 3)),
        ("log(cosh({}))", "xywv", sp.Rational(2, 3)),
        ("sqrt(1 + ({})**2)", "xyw", sp.S.One),
    ],
)
def test_of_a_product_with_unequal_outer_weights(
    loss: str, names: str, curvature: sp.Rational
) -> None:
    """κ = 2ηΣ y_i⁻²/|r''(0)|: with Y = Πy_i, λ = Y², |∇λ|² = 4Y⁴ Σ y_i⁻², c = η|r''(0)|Y⁴/2."""
    at = {name: UNEQUAL[name] for name in names}
    found = flip_of(loss.format("*".join(names)), at)
    outer = [at[name] for name in names if name != "x"]
    assert near(found.eta, 2 / sp.Mul(*outer) ** 2)
    wanted = 2 * 2 / sp.Mul(*outer) ** 2 * sp.Add(*(y**-2 for y in outer)) / curvature
    assert near(found.kappa, wanted)
    equal = 2 * 2 / sp.Mul(*outer) ** 2 * len(outer) / sp.Mul(*outer) ** sp.Rational(2, len(outer))
    assert not abs(float(found.kappa) / float(equal / curvature) - 1) < 1e-2


def test_descent_with_unequal_outer_weights_ends_there() -> None:
    """2/η − λ* against 2Σ y_i⁻²/|r''(0)| at the weights where it ends, at two step sizes."""
    x, y, w = sp.symbols("x y w", real=True)
    objective, gaps = compile_objective(sp.log(sp.cosh(x * y * w)), (x, y, w)), []
    for eta in (1e-3, 2.5e-4):
        start = (0.1, (2.04 / eta / 9) ** 0.25 * 1.0, 3 * (2.04 / eta / 9) ** 0.25)
        found = descend(objective, start, eta, until=1e-11)
        assert found.outcome == CONVERGED
        law = 2 * sum(1 / weight**2 for weight in found.last[1:]) / (2 / 3)
        gaps.append((2 / eta - objective.sharpness(found.last)) / law)
    # The corrections go with κ, here η^(3/2) times a number.
    assert abs(gaps[1] - 1) < abs(gaps[0] - 1) < 0.05
    assert gaps[1] == pytest.approx(1, abs=0.01)


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
