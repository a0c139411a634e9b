"""Ball evaluation encloses the truth, keeps rationals exact and refuses what it cannot enclose."""

from fractions import Fraction

import pytest
import sympy as sp
from flint import arb, ctx, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp
from zoo import BY_NAME, PROBLEMS, to_mpf

from trajalign.numerics.compile.balls import MAX_BITS, compile_balls, evaluate, exact
from trajalign.theory.errors import NotFiniteError
from trajalign.theory.models import ETA, P, Q

Z = sp.Symbol("z", real=True)
W = sp.Symbol("w", real=True)
THIRD = sp.Rational(1, 3)
TRUE_DIGITS = 80

EXPRESSIONS = {  # defined on all of 0 < z < 1
    "exp": (sp.exp(Z), mp.exp),
    "log": (sp.log(Z), mp.log),
    "sin": (sp.sin(Z), mp.sin),
    "cos": (sp.cos(Z), mp.cos),
    "tan": (sp.tan(Z), mp.tan),
    "cot": (sp.cot(Z), mp.cot),
    "sec": (sp.sec(Z), mp.sec),
    "csc": (sp.csc(Z), mp.csc),
    "sinh": (sp.sinh(Z), mp.sinh),
    "cosh": (sp.cosh(Z), mp.cosh),
    "tanh": (sp.tanh(Z), mp.tanh),
    "coth": (sp.coth(Z), mp.coth),
    "sech": (sp.sech(Z), mp.sech),
    "csch": (sp.csch(Z), mp.csch),
    "asin": (sp.asin(Z), mp.asin),
    "acos": (sp.acos(Z), mp.acos),
    "atan": (sp.atan(Z), mp.atan),
    "asinh": (sp.asinh(Z), mp.asinh),
    "acosh": (sp.acosh(1 + Z), lambda z: mp.acosh(1 + z)),
    "atanh": (sp.atanh(Z), mp.atanh),
    "erf": (sp.erf(Z), mp.erf),
    "erfc": (sp.erfc(Z), mp.erfc),
    "abs": (sp.Abs(Z - THIRD) + Z, lambda z: abs(z - mp.mpf(1) / 3) + z),
    "pi and e": (sp.pi * Z + sp.E, lambda z: mp.pi * z + mp.e),
    "quotient": (Z**2 / (3 + Z**4), lambda z: z**2 / (3 + z**4)),
    "powers": (
        (1 + Z) ** THIRD - (2 + Z) ** sp.Rational(-7, 2) + Z**-3 + Z**17,
        lambda z: mp.cbrt(1 + z) - (2 + z) ** (-mp.mpf(7) / 2) + z**-3 + z**17,
    ),
    "roots": (
        sp.sqrt(Z) + Z ** sp.Rational(3, 2) + 1 / sp.sqrt(1 + Z),
        lambda z: mp.sqrt(z) + mp.sqrt(z) ** 3 + 1 / mp.sqrt(1 + z),
    ),
    "cancellation": (sp.tanh(Z) / Z - 1 + Z**2 / 3, lambda z: mp.tanh(z) / z - 1 + z**2 / 3),
}
POINTS = st.fractions(Fraction(1, 1000), Fraction(999, 1000), max_denominator=10**6)


def rational(value):
    return fmpq(value.numerator, value.denominator)


def truth(function, value):
    """f(value) as an exact fraction, right to about 80 digits."""
    with mp.workdps(TRUE_DIGITS + 40):
        sign, mantissa, exponent, _ = function(mp.mpf(value.numerator) / value.denominator)._mpf_
    return Fraction(-int(mantissa) if sign else int(mantissa)) * Fraction(2) ** exponent


def encloses(ball, value):
    """Whether the ball meets an interval of relative width 10⁻⁸⁰ around the value."""
    with ctx.workprec(600):
        return ball.overlaps(arb(rational(value)) * arb(1, arb(10) ** -TRUE_DIGITS))


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(sorted(EXPRESSIONS)), POINTS, st.sampled_from([30, 53, 113, 200]))
def test_a_compiled_expression_encloses_its_value(name, point, bits):
    expression, function = EXPRESSIONS[name]
    with ctx.workprec(bits):
        (ball,) = compile_balls(expression, [Z])(arb(rational(point)))
    assert encloses(ball, truth(function, point))


@settings(deadline=None, max_examples=80)
@given(st.sampled_from(sorted(EXPRESSIONS)), POINTS, POINTS, st.integers(5, 40))
def test_the_image_of_a_ball_holds_the_image_of_each_of_its_points(name, point, inside, width):
    expression, function = EXPRESSIONS[name]
    radius = fmpq(1, 2**width)
    with ctx.workprec(100):
        ball = arb(arb(rational(point)).mid(), arb(radius))
        (image,) = compile_balls(expression, [Z])(ball)
    chosen = point + (2 * inside - 1) * Fraction(1, 2**width) * Fraction(9, 10)
    if 0 < chosen < 1:
        assert encloses(image, truth(function, chosen))


@settings(deadline=None, max_examples=100)
@given(st.sampled_from(sorted(EXPRESSIONS)), POINTS, st.sampled_from([20, 53, 200]))
def test_evaluate_gives_the_bits_asked_for(name, point, bits):
    expression, function = EXPRESSIONS[name]
    (ball,) = evaluate(compile_balls(expression, [Z]), [rational(point)], bits)
    assert encloses(ball, truth(function, point))
    assert ball.rel_accuracy_bits() >= bits
    nearby = truth(function, point) * (1 + Fraction(4, 2**bits))
    assert not encloses(ball, nearby)  # so the enclosure says something


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_the_maps_of_all_models_are_enclosed(problem):
    reduced = problem.model.reduced
    step = compile_balls([reduced.p_next, reduced.q_next], [P, Q, ETA])
    point = [fmpq(7, 10), fmpq(9, 10), fmpq(1, 5)]
    with mp.workdps(TRUE_DIGITS):
        expected = problem.step(*(mp.mpf(int(x.p)) / int(x.q) for x in point))
        for found, value in zip(evaluate(step, point, 220), expected, strict=True):
            assert abs(to_mpf(found) / value - 1) < 1e-60


# Exact constants


def test_one_third_is_one_third():
    with ctx.workprec(200):
        (third,) = compile_balls(THIRD, [Z])(arb(0))
        assert third.contains(fmpq(1, 3))
        assert not third.contains(arb(1 / 3))  # the double nearest to it is another number
    with ctx.workprec(1000):
        (third,) = compile_balls(THIRD + 0 * Z, [Z])(arb(0))
        assert third.rel_accuracy_bits() > 990
        assert third.contains(fmpq(1, 3))


@pytest.mark.parametrize("n", [2**31, -(2**31), 2**64 + 1, 10**40, -(3**100)])
def test_large_integers_are_exact(n):
    with ctx.workprec(500):
        (value,) = compile_balls(sp.Integer(n) * Z, [Z])(arb(1))
        assert value == arb(n)
        (value,) = compile_balls(sp.Rational(n, 7) * Z, [Z])(arb(1))
        assert (value * 7).contains(arb(n))


def test_compiled_once_it_is_as_precise_as_the_call():
    function = compile_balls(sp.pi * Z + THIRD, [Z])
    for bits in (53, 500, 5000):
        with ctx.workprec(bits):
            assert function(arb(1))[0].rel_accuracy_bits() >= bits - 5


def test_exact_turns_a_rational_into_a_rational():
    assert exact(sp.Rational(-7, 3)) == fmpq(-7, 3)
    assert exact(sp.Integer(5)) == fmpq(5)


def test_common_subexpressions_and_several_outputs():
    big = sp.exp(sp.sin(Z) ** 2)
    both = compile_balls([big + W, big * W], [Z, W])
    one, two = both(arb(fmpq(1, 2)), arb(3))
    with mp.workdps(30):
        value = mp.exp(mp.sin(0.5) ** 2)
        assert mp.almosteq(to_mpf(one), value + 3, 1e-14)
        assert mp.almosteq(to_mpf(two), value * 3, 1e-14)


# Refusals


@pytest.mark.parametrize(
    "expression",
    [
        sp.Float("0.1") * Z,
        Z ** sp.Float("0.5"),
        sp.sin(sp.Float(1) / 3) + Z,
        sp.Symbol("y") + Z,
        sp.Symbol("z") + 1,  # not the z of the variables: another assumption, another symbol
        sp.Function("f")(Z),
        sp.gamma(Z),
        sp.Piecewise((Z, Z > 0), (0, True)),
        sp.I * Z,
        sp.oo + Z,
        Z**W,
        2**Z,
        sp.atan2(Z, 1 + Z),
        sp.EulerGamma * Z,
    ],
    ids=str,
)
def test_what_cannot_be_enclosed_is_refused(expression):
    with pytest.raises(TypeError):
        compile_balls(expression, [Z])


def test_a_python_float_is_refused():
    with pytest.raises(TypeError):
        compile_balls(Z + 0.1, [Z])


# Precision


def test_cancellation_raises_the_precision():
    """tanh(p)/p − 1 + p²/3 = 2p⁴/15 − 17p⁶/315 + …: at p = 10⁻⁴⁰ it is 1.3·10⁻¹⁶¹."""
    f = compile_balls(sp.tanh(Z) / Z - 1 + Z**2 / 3, [Z])
    p = fmpq(1, 10**40)
    (value,) = evaluate(f, [p], 200)
    assert value.rel_accuracy_bits() >= 200
    with ctx.workprec(1000):
        exact_value = arb(2 * p**4 / 15 - 17 * p**6 / 315 + 62 * p**8 / 2835)
        assert abs(value / exact_value - 1) < arb(2) ** -199
        assert abs(value / arb(2 * p**4 / 15) - 1) > arb(10) ** -81  # the second term is seen
    with ctx.workprec(53):  # at a fixed precision it is only noise
        assert f(arb(p))[0].contains(0)


def test_the_precision_in_force_is_left_as_it_was():
    f = compile_balls(sp.log(Z), [Z])
    for bits in (53, 777):
        with ctx.workprec(bits):
            evaluate(f, [fmpq(2)], 3000)
            assert ctx.prec == bits
            with pytest.raises(NotFiniteError):
                evaluate(f, [fmpq(-1)], 100)
            assert ctx.prec == bits
            with pytest.raises(ValueError, match="exact point"):
                evaluate(f, [arb(1, 0.1)], 100)
            assert ctx.prec == bits
    assert ctx.prec == 53


@pytest.mark.parametrize(
    ("expression", "point"),
    [
        (sp.log(Z), -1),
        (sp.log(Z), 0),
        (sp.sqrt(Z), -2),
        (Z ** sp.Rational(1, 3), -8),
        (1 / Z, 0),
        (sp.tanh(Z) / Z, 0),  # removable, but not removed
        (sp.acosh(Z), sp.Rational(1, 2)),
        (sp.asin(Z), 2),
        (sp.atanh(Z), 1),
    ],
    ids=str,
)
def test_what_is_not_a_finite_real_number_is_refused(expression, point):
    with pytest.raises(NotFiniteError) as caught:
        evaluate(compile_balls(expression, [Z]), [exact(sp.Rational(point))], 53)
    message = str(caught.value)
    assert "z = " in message
    assert str(expression) in message
    assert "\n" not in message


def test_a_zero_that_cannot_be_recognised_is_called_one():
    """At no precision does a ball tell tanh z from (e^{2z} − 1)/(e^{2z} + 1)."""
    hidden = sp.tanh(Z) - (sp.exp(2 * Z) - 1) / (sp.exp(2 * Z) + 1)
    with pytest.raises(NotFiniteError, match="cannot be told from 0"):
        evaluate(compile_balls(hidden, [Z]), [fmpq(1)], 53)
    assert MAX_BITS >= 1 << 14


def test_a_zero_that_is_exact_is_a_value():
    assert evaluate(compile_balls(Z**2 - 4, [Z]), [fmpq(2)], 53)[0].is_zero()


def test_an_inexact_point_is_refused():
    """arb("0.1") is a ball; arb(0.1) is a double, and exact."""
    f = compile_balls(Z**2, [Z])
    with pytest.raises(ValueError, match="exact point"):
        evaluate(f, [arb("0.1")], 53)
    assert evaluate(f, [arb(0.1)], 53)[0].rel_accuracy_bits() >= 53
    assert encloses(evaluate(f, [fmpq(1, 10)], 53)[0], Fraction(1, 100))


def test_all_outputs_get_the_accuracy_not_only_the_first():
    f = compile_balls([Z, sp.cos(Z) - 1], [Z])
    first, second = evaluate(f, [fmpq(1, 10**30)], 100)
    assert min(first.rel_accuracy_bits(), second.rel_accuracy_bits()) >= 100


def test_the_ill_conditioned_response_keeps_its_bits():
    # 3 (coth z − 1/z)/z = 1 − z²/15 + … at z = 10⁻³⁰
    r = BY_NAME["langevin"].model.response.response
    (value,) = evaluate(compile_balls(r, [sp.Symbol("z", real=True)]), [fmpq(1, 10**30)], 300)
    with ctx.workprec(400):
        series = arb(1 - fmpq(1, 15 * 10**60) + fmpq(2, 315 * 10**120))
        assert abs(value - series) < arb(2) ** -299
        assert abs(value - 1) > arb(10) ** -62
