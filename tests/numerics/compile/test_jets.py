"""Jets over boxes against mpmath's Taylor coefficients at points of the boxes."""

import random
from collections.abc import Callable
from typing import Any

import pytest
import sympy as sp
from flint import arb, ctx, fmpq
from mpmath import mp
from zoo import BY_NAME, PROBLEMS, Problem, to_mpf

from trajalign.numerics.compile.jets import accurate_jet, compile_jet, taylor_enclosure
from trajalign.theory.errors import InputError, NotFiniteError
from trajalign.theory.expressions.parsing import Z, parse_expression

ORDER = 3
BOXES = [(-2, 2), (0, 10), (0, 1e-3), (-1e-9, 1e-3), (0.3, 0.4), (0.9, 1.1), (-1.5, -1), (7, 7.01)]
Jet = Callable[[arb, int], tuple[arb, ...]]


@pytest.fixture(autouse=True)
def many_digits():
    with mp.workdps(60), ctx.workprec(200):
        yield


def jet_of(problem: Problem) -> Any:
    return compile_jet(problem.model.response.response, Z)


def hull(low: float, high: float) -> arb:
    return arb(low).union(arb(high))


def points(low: float, high: float) -> list[Any]:
    """Both ends and some points between, but not 0 itself, where the formulas are 0/0."""
    rng = random.Random(3)
    shares = [0, 1, 0.5, *(rng.random() for _ in range(3))]
    found = [mp.mpf(low) + (mp.mpf(high) - low) * share for share in shares]
    return [x for x in found if abs(x) > 1e-4]


def inside(ball: arb, value: Any, slack: Any = 1e-40) -> bool:
    """Whether the ball is finite and, made wider by `slack`, contains a number."""
    exact = arb(fmpq(value.p, value.q)) if isinstance(value, sp.Rational) else arb(mp.mpf(value))
    return ball.is_finite() and bool((ball + arb(0, slack)).contains(exact))


def all_inside(function: Callable[[Any], Any], jet: Jet, boxes: Any = BOXES) -> bool:
    for low, high in boxes:
        found = jet(hull(low, high), ORDER)
        for x in points(low, high):
            exact = mp.taylor(function, x, ORDER)
            if not all(inside(f, e) for f, e in zip(found, exact, strict=True)):
                return False
    return True


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_a_jet_contains_the_coefficients_at_every_point_of_the_box(problem):
    assert all_inside(problem.r, jet_of(problem))


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_a_taylor_enclosure_contains_them_too(problem):
    jet = jet_of(problem)
    for terms in (1, 2, 5):
        assert all_inside(problem.r, lambda x, n, t=terms: taylor_enclosure(jet, x, n, terms=t))


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_taylor_without_its_remainder_is_caught(problem):
    jet = jet_of(problem)

    def polynomial_only(box: arb, order: int) -> tuple[arb, ...]:
        centre = box.mid()
        c = jet(centre, order + 1)
        return tuple(c[k] + (k + 1) * c[k + 1] * (box - centre) for k in range(order + 1))

    assert not all_inside(problem.r, polynomial_only)


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
@pytest.mark.parametrize("box", [(-2, 2), (0, 10), (-1e-30, 1e-30), (0, 1e-30), (1e-30, 2e-30)])
def test_jets_are_finite_and_right_at_the_removable_singularity(problem, box):
    jet = jet_of(problem)(hull(*box), 2)
    x = (mp.mpf(box[0]) + box[1]) / 2 if box[1] < 1 else mp.mpf(0)
    curvature = mp.mpf(sp.N(problem.curvature, 60)) / 2  # r = 1 + curvature z² + O(z⁴)
    for c, exact in zip(jet, (1 + curvature * x**2, 2 * curvature * x, curvature), strict=True):
        assert inside(c, exact, 1e-50)


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_the_width_is_proportional_to_that_of_a_thin_box(problem):
    jet = jet_of(problem)
    for middle in (fmpq(1, 3), fmpq(-7, 5), fmpq(3)):
        boxes = [arb(middle).mid() + arb(0, arb(10) ** -digits) for digits in (10, 20, 40)]
        factors = [[c.rad() / x.rad() for c in jet(x, ORDER)] for x in boxes]
        for wide, *others in zip(*factors, strict=True):
            assert wide < 1e5
            assert all(0.99 * wide < other < 1.01 * wide for other in others)


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_the_excess_of_a_taylor_enclosure_is_quadratic(problem):
    """Halving a small box halves the true range; the excess over it must fall by about four."""
    jet, middle = jet_of(problem), mp.mpf(2) / 3

    def excess(radius: Any) -> Any:
        found = taylor_enclosure(jet, arb(middle) + arb(0, arb(radius)), 0, terms=2)[0]
        true = abs(problem.r(middle + radius) - problem.r(middle - radius))  # r is monotone
        return to_mpf((found.upper() - found.lower()).mid()) - true

    wide, narrow = mp.mpf(2) ** -8, mp.mpf(2) ** -10
    rounding = narrow * mp.mpf(2) ** -26  # radii have 30 bits
    assert 0 < excess(narrow) + rounding < excess(wide) / 12 + 3 * rounding


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
@pytest.mark.parametrize("x", ["1e-30", "-1e-12", "1/1000", "3"])
def test_precision_is_raised_until_the_jet_is_good(problem, x):
    ball, bits = arb(fmpq(sp.Rational(x).p, sp.Rational(x).q)), 150
    with ctx.workprec(30):  # of no consequence
        found = accurate_jet(jet_of(problem), ball.mid(), ORDER, bits=bits)
    assert max(c.rad() for c in found) < arb(2) ** -bits * 2 * max(c.abs_upper() for c in found)
    reference = jet_of(problem)
    with ctx.workprec(2000):
        assert all(a.overlaps(b) for a, b in zip(found, reference(ball.mid(), ORDER), strict=True))


def test_for_a_box_precision_is_raised_no_further_than_helps():
    jet = jet_of(BY_NAME["langevin"])
    box = arb(fmpq(1, 10**12)) + arb(0, arb(10) ** -14)
    found = accurate_jet(jet, box, 1, bits=200)
    assert found[0].rad() < 1e-14
    assert all(c.is_finite() for c in found)


@pytest.mark.parametrize(
    ("text", "at_zero"),
    [
        ("sinh(z)/z", (1, 0, "1/6")),
        ("(1 - cos(z))/z**2", ("1/2", 0, "-1/24")),
        ("(exp(z) - 1 - z)/z**2", ("1/2", "1/6", "1/24")),
        ("1/tanh(z) - 1/z", (0, "1/3", 0)),
        ("z*(1/tanh(z) + 1/z)", (2, 0, "1/3")),
        ("(1/tanh(z) - 1/z)**2/z**2", ("1/9", 0, "-2/135")),
        ("sqrt(tanh(z)/z)", (1, 0, "-1/6")),
        ("log(sinh(z)/z)/z**2", ("1/6", 0, "-1/180")),
        ("(4/(1+exp(-z)) - 2)/z", (1, 0, "-1/12")),
        ("(z/sin(z))**2", (1, 0, "1/3")),
    ],
)
def test_what_is_0_over_0_at_0_is_divided_out(text, at_zero):
    jet = compile_jet(parse_expression(text), Z)
    for box in (arb(0), arb(0, 1e-20), arb(0, 0.25)):
        for c, exact in zip(jet(box, 2), map(sp.Rational, at_zero), strict=True):
            assert inside(c, exact, 1e-50)


@pytest.mark.parametrize("text", ["1/z", "log(z)", "cosh(z)/z**2", "z*log(z)"])
def test_a_true_singularity_gives_no_finite_ball(text):
    jet = compile_jet(parse_expression(text), Z)
    assert not all(c.is_finite() for c in jet(arb(0, 1), 1))
    with pytest.raises(NotFiniteError, match="no finite jet at"):
        accurate_jet(jet, arb(0, 1), 1)


@pytest.mark.parametrize("text", ["abs(z)", "z*abs(z)", "sqrt(z**2)", "sqrt(cosh(z) - 1)"])
def test_a_kink_is_refused_and_smooth_elsewhere(text):
    jet = compile_jet(parse_expression(text), Z)
    assert not any(c.is_finite() for c in jet(arb(0, 1), 2)[1:])
    assert all(c.is_finite() for c in jet(arb(-2, 1), 2))
    expression = sp.lambdify(Z, parse_expression(text), "mpmath")
    for c, exact in zip(jet(arb(-2), 2), mp.taylor(expression, -2, 2), strict=True):
        assert inside(c, exact)


def test_parameters_are_boxes_as_well():
    a, b = sp.symbols("a b")
    jet = compile_jet(sp.exp(a * Z) * sp.tanh(b * Z) / Z, Z, (a, b))
    over = jet(arb(0, 1), 2, arb(1, fmpq(1, 4)), arb(2, fmpq(1, 2)))
    for x, p, q in ((0.5, 1.1, 2.3), (-1, 0.75, 1.5), (1, 1.25, 2.5)):
        exact = mp.taylor(lambda z, p=p, q=q: mp.exp(p * z) * mp.tanh(q * z) / z, x, 2)
        assert all(inside(c, e) for c, e in zip(over, exact, strict=True))
    assert [jet(arb(0), n, arb(1), arb(2))[0] for n in (0, 1)] == [2, 2]


def test_the_derivative_of_a_response_is_free_of_0_over_0_too():
    for problem in PROBLEMS:
        jet = compile_jet(sp.diff(problem.model.response.response, Z), Z)
        found, curvature = jet(arb(0, 1e-20), 1), sp.N(problem.curvature, 60)
        assert inside(found[0], 0, 1e-18)
        assert inside(found[1], curvature, 1e-18)
        assert found[1].rad() < 1e-18


def test_0_times_what_has_no_value_has_no_value():
    undefined = sp.log(Z - 1)
    for expression in (sp.sinh(Z) / Z**2, sp.sinh(Z) * undefined, sp.sinh(Z) * sp.sqrt(Z - 1)):
        jet = compile_jet(expression, Z)
        assert not any(jet(arb(0), n)[0].is_finite() for n in (0, 1, 2))


@pytest.mark.parametrize(
    "box",
    [arb(0), arb(1), arb(0, 1), arb(1, 1e-3), arb(0.4, 0.1), arb(2, 3), arb(0, "inf")],
    ids=str,
)
def test_where_the_value_is_finite_all_coefficients_are(box):
    inner = [Z, Z - 1, Z**2, sp.log(Z), sp.sqrt(Z), 1 / Z, sp.Abs(Z - 1), sp.sinh(Z) / Z]
    outer = [
        sp.tanh,
        sp.atan,
        sp.erf,
        sp.asin,
        sp.sqrt,
        lambda u: u**-2,
        lambda u: u**3 * sp.exp(u),
    ]
    for u in inner:
        for f in outer:
            for e in (f(u), f(u) + u, f(u) * u / Z, Z * f(u) ** sp.Rational(1, 3)):
                value, *rest = compile_jet(e, Z)(box, 3)
                assert not value.is_finite() or all(c.is_finite() for c in rest)


@pytest.mark.parametrize("outer", [sp.tanh, sp.atan, sp.erf, sp.cos])
def test_where_the_variable_is_unbounded_nothing_has_a_value(outer):
    assert not compile_jet(outer(Z), Z)(arb(0, "inf"), 1)[0].is_finite()


def test_the_global_length_of_series_is_left_alone():
    before = ctx.cap
    jet = compile_jet(sp.exp(Z), Z)
    assert jet(arb(0), 40)[40].contains(1 / arb(40).fac())
    assert ctx.cap == before


@pytest.mark.parametrize("outer", [sp.tanh, sp.atan, sp.erf, sp.cos, sp.asinh, sp.cosh])
def test_a_bounded_function_of_what_has_no_value_has_no_value(outer):
    for inner in (sp.log(Z), 1 / Z, sp.sqrt(Z - 2)):
        found = compile_jet(outer(inner), Z)(arb(0, 1), 1)
        assert not any(c.is_finite() for c in found)


@pytest.mark.parametrize(
    "expression",
    [sp.sinh(sp.Symbol("y") * Z) / Z, sp.Float(0.5) * Z, sp.Symbol("y") + Z, sp.gamma(Z), sp.I * Z],
)
def test_what_has_no_exact_meaning_is_refused(expression):
    with pytest.raises(TypeError, match="cannot compile"):
        compile_jet(expression, Z)


def test_orders_terms_and_parameters_are_checked():
    jet = compile_jet(Z, Z)
    with pytest.raises(InputError, match="order >= 0"):
        jet(arb(1), -1)
    with pytest.raises(InputError, match="values of"):
        jet(arb(1), 1, arb(2))
    with pytest.raises(InputError, match="terms >= 1"):
        taylor_enclosure(jet, arb(1), 0, terms=0)
