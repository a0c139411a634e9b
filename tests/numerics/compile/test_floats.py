"""Expressions in float64, against mpmath, for both engines."""

import numpy as np
import pytest
import sympy as sp
from mpmath import mp
from zoo import PROBLEMS

from trajalign.numerics import extras
from trajalign.numerics.compile.floats import TABLE, compile_floats, double_precision
from trajalign.numerics.extras import MissingExtraError
from trajalign.theory.errors import NotFiniteError
from trajalign.theory.expressions.parsing import Z
from trajalign.theory.responses import ACTIVATIONS, LOSSES, Activation, Loss

ENGINES = ["numpy", "jax"]
ULP = {"numpy": 8 * 2.0**-52, "jax": 24 * 2.0**-52}  # XLA's tanh alone is off by up to 6.5 ulp
MAGNITUDES = [1e-300, 1e-200, 1e-100, 1e-30, 1e-16, 1e-8, 1e-6, 1e-4, 1e-3]
MAGNITUDES += [0.01, 0.03, 0.06, 0.0626, 0.1, 0.126, 0.2, 0.3, 0.49, 0.51, 0.7, 0.99, 1.01, 1.5]
MAGNITUDES += [2.0, 3.0, 5.0, 8.0, 13.0, 19.0, 30.0, 80.0, 250.0, 500.0, 1000.0]


def at(function, points):
    with double_precision(function.engine):
        return [np.asarray(values) for values in function(np.array(points))]


def slope_of(response):
    if response in LOSSES:
        return Loss.parse(response).slope
    return Activation.parse(response).slope


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_slopes_agree_with_mpmath_over_all_magnitudes(problem, engine):
    """Relative to the largest value of p r(p) up to |p|; below one unit that is p r(p) itself."""
    response = problem.model.response
    function = compile_floats([response.slope], [True], scale=float(response.scale), engine=engine)
    with mp.workdps(700):
        exact = [p * problem.r(mp.mpf(p)) for p in MAGNITUDES]
    largest = np.maximum.accumulate([float(x) for x in exact])
    for sign in (1, -1):
        (values,) = at(function, [sign * p for p in MAGNITUDES])
        errors = [
            float(abs(mp.mpf(float(v)) - sign * x)) for v, x in zip(values, exact, strict=True)
        ]
        assert np.all(errors <= ULP[engine] * largest)
        assert np.all(np.sign(values[:-9]) == sign)


@pytest.mark.parametrize("name", [*LOSSES, *ACTIVATIONS])
def test_the_engines_agree_on_the_catalogue(name):
    slope = slope_of(name)
    ours, theirs = (at(compile_floats([slope], [True], engine=e), MAGNITUDES)[0] for e in ENGINES)
    largest = np.maximum.accumulate(np.abs(ours))
    assert np.all(np.abs(ours - theirs) <= 32 * 2.0**-52 * largest)
    assert not np.all(np.abs(ours - theirs * (1 + 1e-13)) <= 32 * 2.0**-52 * largest)


def test_a_formula_as_it_stands_fails_where_its_series_serves():
    """3 (coth z − 1/z) = z − z³/15 + …: the difference of two numbers of size 1/z loses digits."""
    slope = Loss.parse("langevin").slope
    z = np.array([1e-5])
    naive = sp.lambdify(Z, slope, "numpy")(z)
    function = compile_floats([slope], [True])
    assert function.cut > 0
    assert abs(at(function, z)[0] / z - 1)[0] < 1e-10  # z²/15 is 7·10⁻¹²
    assert abs(naive / z - 1)[0] > 1e-9


def test_no_series_where_none_is_needed():
    for name in ("log-cosh", "pseudo-huber", "atan", "algebraic"):
        assert compile_floats([slope_of(name)], [True]).cut == 0


@pytest.mark.parametrize("engine", ENGINES)
def test_the_side_that_does_not_overflow_is_chosen(engine):
    """4/(1+e^−z) − 2 as typed has e^1000 at z = −1000, and in its derivative at z = 1000 too."""
    slope = Activation.parse("logistic").slope
    function = compile_floats([slope], [True], engine=engine)
    right, left = at(function, [300.0, -300.0])[0]
    assert right == -left
    with mp.workdps(30):  # φφ' = 2 tanh(z/2)·sech²(z/2)
        exact = 2 * mp.tanh(150) * mp.sech(150) ** 2
    assert float(exact) == pytest.approx(right, rel=1e-13)
    assert function.reach > 1e5


def test_another_arithmetic_takes_over_before_the_formula_overflows():
    """e^z does at 709.8; log-cosh written with tanh never does."""
    function = compile_floats([Loss.parse("log(exp(z)+exp(-z))").slope], [True])
    assert 300 < function.turn < 700
    assert function.reach >= 1e6
    plain = compile_floats([Loss.parse("log-cosh").slope], [True])
    assert (plain.turn, plain.reach >= 1e6) == (np.inf, True)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_reach_ends_where_the_values_overflow(engine):
    """sinh² z/cosh z is finite up to z = 710.4, although sinh² z overflows at 355.6."""
    function = compile_floats([sp.sinh(Z) ** 2 / sp.cosh(Z)], [False], engine=engine)
    assert 600 < function.reach < 710.5
    assert not function.limited
    assert function.error < 1e-14
    with mp.workdps(30):
        exact = float(mp.sinh(700) ** 2 / mp.cosh(700))
    assert at(function, [-700.0])[0] == pytest.approx([exact], rel=1e-12)
    assert at(function, [720.0])[0] == np.inf


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", LOSSES)
def test_responses_are_1_at_0_as_typed_or_not(name, engine):
    """r = ℓ'(z)/z, so 0/0 as typed for most, such as tanh(z)/z; r(0) = 1 for all."""
    loss = Loss.parse(name)
    function = compile_floats([loss.response], [False], scale=float(loss.scale), engine=engine)
    assert at(function, [0.0, -0.0, 1e-300])[0] == pytest.approx([1, 1, 1], rel=1e-15)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_value_at_0_is_the_limit_of_each_expression(engine):
    """(e^z − e^−z)/z → 2 and (1 − cos z)/z → 0, in one function with z that needs no help."""
    even, odd = (sp.exp(Z) - sp.exp(-Z)) / Z, (1 - sp.cos(Z)) / Z
    function = compile_floats([even, odd, Z], [False, True, True], engine=engine)
    found = at(function, [[0.0, 0.0], [0.0, 0.0]])
    assert [values.tolist() for values in found] == [[[c] * 2] * 2 for c in (2.0, 0.0, 0.0)]


@pytest.mark.parametrize("engine", ENGINES)
def test_several_expressions_share_one_function(engine):
    phi = Activation.parse("erf").expression
    odd, even = at(compile_floats([phi, phi**2], [True, False], engine=engine), [-0.7, 0.0, 0.7])
    exact = float(mp.erf(mp.sqrt(mp.pi) * mp.mpf(0.7) / 2))
    assert odd == pytest.approx([-exact, 0, exact], rel=1e-14)
    assert even == pytest.approx([exact**2, 0, exact**2], rel=1e-14)


@pytest.mark.parametrize("engine", ENGINES)
def test_constants_have_the_shape_of_the_points(engine):
    (values,) = at(compile_floats([sp.pi / 3], [False], engine=engine), [0.1, 0.2, 0.3])
    assert values == pytest.approx([np.pi / 3] * 3)


def test_kinks_are_compiled():
    """|z|³ has no power series; 3 z|z| needs none. Its second derivative is a number at 0 too."""
    slope = sp.diff(sp.Abs(Z) ** 3, Z)
    assert at(compile_floats([slope], [True]), [-2.0, 0.5])[0] == pytest.approx([-12, 0.75])
    assert at(compile_floats([sp.diff(sp.Abs(Z), Z, 2) + 1], [False]), [3.0])[0] == [1.0]


def test_hopeless_cancellation_is_tabulated():
    """(√(10²⁴ + z²) − 10¹²) 2·10¹² is z² to 24 digits, and noise in double precision."""
    big = sp.Integer(10) ** 12
    f = compile_floats([2 * big * Z * (sp.sqrt(big**2 + Z**2) - big)], [True])
    z = np.array([-3.0, -1e-9, 0.0, 0.7, 1000.0])
    assert f.side == TABLE
    assert f(z)[0] == pytest.approx(z**3, rel=1e-14)


def test_what_varies_too_fast_for_a_table_is_refused():
    big = sp.Integer(10) ** 12
    noise = 2 * big * Z * (sp.sqrt(big**2 + Z**2) - big)
    with pytest.raises(NotFiniteError, match="double precision gives too few digits"):
        compile_floats([noise + Z * sp.sin(1000 * Z) ** 2], [True])


def test_jax_that_is_not_installed(monkeypatch):
    def refuse(name):
        raise ImportError(name)

    monkeypatch.setattr(extras, "import_module", refuse)
    with pytest.raises(
        MissingExtraError, match=r"jax is not installed: pip install 'trajalign\[sw"
    ):
        compile_floats([Z], [True], engine="jax")
