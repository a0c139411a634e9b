"""Numbers f·e^L in place of overflowing ones, against mpmath, for both engines."""

import numpy as np
import pytest
import sympy as sp
from mpmath import mp

from trajalign.numerics.compile import scaled
from trajalign.numerics.compile.floats import compile_floats, double_precision
from trajalign.numerics.compile.scaled import Scaled, scaled_formulas
from trajalign.theory.errors import NotFiniteError
from trajalign.theory.expressions.parsing import Z, parse_expression
from trajalign.theory.responses import ACTIVATIONS, LOSSES, Activation, Loss

ENGINES = ["numpy", "jax"]
FAR = [40.0, 356.0, 711.0, 746.0, 800.0, 12345.0, 1e6]

# Formula, the same for mpmath in a form that is good at any size, whether it is odd.
OVERFLOWING = [
    ("2*log(1+cosh(z))", lambda z: 2 * mp.log(1 + mp.cosh(z)), False),
    ("log(exp(z)+exp(-z))", lambda z: mp.log(2 * mp.cosh(z)), False),
    ("log(1+sinh(z)**2)/2", lambda z: mp.log(mp.cosh(z)), False),
    ("log(cosh(z)**2)/2", lambda z: mp.log(mp.cosh(z)), False),
    ("log(exp(2*z)+1)-z", lambda z: mp.log(2 * mp.cosh(z)), False),
    ("log(1+exp(z))+log(1+exp(-z))", lambda z: 2 * mp.log(2 * mp.cosh(z / 2)), False),
    ("3*log(sinh(z)/z)", lambda z: 3 * mp.log(mp.sinh(z) / z), False),
    ("asinh(sinh(z))", lambda z: z, True),
    ("sinh(z)/sqrt(1+sinh(z)**2)", mp.tanh, True),
    ("(exp(z)-exp(-z))/(exp(z)+exp(-z))", mp.tanh, True),
    ("exp(z)/(exp(z)+exp(-z))*2-1", mp.tanh, True),
    ("z*sinh(z)/(1+cosh(z))", lambda z: z * mp.tanh(z / 2), False),
    ("sqrt(1+log(cosh(z)))", lambda z: mp.sqrt(1 + mp.log(mp.cosh(z))), False),
    ("z**63/(1+z**62)", lambda z: z**63 / (1 + z**62), True),
    ("z*exp(-z**2)*cosh(z**2)", lambda z: z * mp.exp(-(z**2)) * mp.cosh(z**2), True),
    ("atan(sinh(z))", lambda z: mp.atan(mp.sinh(z)), True),
]


def at(function, points):
    with double_precision(function.engine):
        return np.asarray(function(np.array(points))[0])


@pytest.mark.parametrize(
    ("text", "truth", "odd", "engine"),
    [(*row, "numpy") for row in OVERFLOWING] + [(*row, "jax") for row in OVERFLOWING[::3]],
)
def test_any_spelling_far_out_on_both_sides(text, truth, odd, engine):
    function = compile_floats([parse_expression(text)], [odd], engine=engine)
    assert function.reach >= 1e6
    assert not function.limited
    with mp.workdps(30):
        exact = np.array([float(truth(mp.mpf(z))) for z in FAR])
    for sign in (1, -1):
        values = at(function, [sign * z for z in FAR])
        np.testing.assert_allclose(values, (sign if odd else 1) * exact, rtol=1e-13)
    assert not np.allclose(values * (1 + 1e-11), (-1 if odd else 1) * exact, rtol=1e-13, atol=0)


@pytest.mark.parametrize("kind", [Loss, Activation])
def test_the_catalogue_and_two_derivatives_reach_a_million_units(kind):
    for name in LOSSES if kind is Loss else ACTIVATIONS:
        expression, odd = kind.parse(name).expression, kind is Activation
        for _ in range(3):
            function = compile_floats([expression], [odd])
            assert function.reach >= 1e6, name
            assert not function.limited
            assert function.error < 1e-14
            expression, odd = sp.diff(expression, Z), not odd


@pytest.mark.parametrize("engine", ENGINES)
def test_each_function_of_scaled_numbers(engine):
    """f(e^z) at z = 1/2, where nothing overflows, for every function of the table."""
    from trajalign.theory.functions import ROWS

    small = sp.exp(Z) / 4  # below 1, for asin and its like
    arguments = {sp.acosh: 1 + sp.exp(Z)}
    lacking = {"erfi"} if engine == "jax" else set()
    for function in (row.kind for row in ROWS if row.name not in lacking):
        expression = function(arguments.get(function, small))
        with double_precision(engine):
            (value,) = scaled_formulas([expression], engine)(np.array(0.5))
        exact = float(expression.subs(Z, sp.Rational(1, 2)).evalf(30))
        assert float(value) == pytest.approx(exact, rel=1e-14), function


@pytest.mark.parametrize("engine", ENGINES)
def test_a_quotient_of_tails_of_the_error_function(engine):
    """e^(−z²)/erfc(z) ~ √π z, each of which is 0 in double precision from z = 27.3 on."""
    formula = scaled_formulas([sp.exp(-(Z**2)) / sp.erfc(Z)], engine)
    with double_precision(engine):
        found = np.asarray(formula(np.array([0.5, 30.0, 1e4]))[0])
    with mp.workdps(40):
        exact = [float(mp.exp(-(mp.mpf(z) ** 2)) / mp.erfc(z)) for z in (0.5, 30, 1e4)]
    np.testing.assert_allclose(found, exact, rtol=1e-13)


def test_numbers_that_no_double_holds():
    huge = sp.Integer(7) ** 500  # 10^422
    (value,) = scaled_formulas([huge * Z / (huge + 1)], "numpy")(np.array(3.0))
    assert value == pytest.approx(3.0, rel=1e-12)


def test_a_tower_of_exponentials_is_refused_beyond_its_reach_in_one_line():
    """log(1 + log(1 + e^(e^z))) ~ z, but e^z itself overflows."""
    expression = parse_expression("log(1+log(1+exp(cosh(z))))")
    function = compile_floats([expression], [False])
    assert function.limited
    assert 5 < function.reach < 710
    function.require([3.0, -3.0, function.reach])
    with pytest.raises(NotFiniteError, match=r"only up to \|z\| = .*, not at 800$") as caught:
        function.require([1.0, -800.0])
    assert "\n" not in str(caught.value)


def test_values_that_overflow_themselves_are_no_fault_of_their_evaluation():
    function = compile_floats([sp.cosh(Z)], [False])
    assert not function.limited
    assert at(function, [800.0]) == np.inf
    function.require([800.0])


@pytest.mark.parametrize(
    ("operation", "wrong"),
    [
        ("log", lambda self, x: Scaled(x.scale if x.scale is not None else self.xp.log(x.factor))),
        ("cosh", lambda self, x: Scaled(1.0, self.xp.abs(self.plain(x)))),
        ("exp", lambda self, x: Scaled(1.0, self.plain(x) * (1 + 1e-8))),
    ],
)
def test_a_wrong_rewriting_is_refused_by_the_measurement(operation, wrong, monkeypatch):
    """Without log 2, or with an exponent off by 1e-8: the reach stays where the formula's ends."""
    texts = {"log": "2*log(1+cosh(z))", "cosh": "log(1+cosh(z))", "exp": "log(exp(z)+exp(-z))"}
    expression = parse_expression(texts[operation])
    assert compile_floats([expression], [False]).turn < np.inf
    monkeypatch.setattr(scaled._Arithmetic, operation, wrong)
    function = compile_floats([expression], [False])
    assert function.turn == np.inf or function.reach < 1000
    assert function.limited
