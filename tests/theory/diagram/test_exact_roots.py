"""Roots in closed form or in brackets, their digits, and refusals of false ones."""

import pytest
import sympy as sp
from diagrams_by_hand import HALF, ONE, mpf
from mpmath import mp
from zoo import neuron

from trajalign.theory.diagram.branches import SUPERSTABLE, bifurcation_diagram
from trajalign.theory.diagram.exact_roots import ExactRoot, log_slope_root, log_slope_roots
from trajalign.theory.errors import InputError
from trajalign.theory.models import P
from trajalign.theory.responses import Activation, Loss


@pytest.mark.parametrize(
    ("response", "value", "expected"),
    [
        (Loss.parse("pseudo-huber"), HALF, sp.Integer(1)),  # −p²/(1+p²)
        (Activation.parse("algebraic"), HALF, 1 / sp.sqrt(7)),  # −4p²/(1+p²)
        (Activation.parse("algebraic"), ONE, 1 / sp.sqrt(3)),
        (Activation.parse("tanh"), ONE, sp.asinh(1 / sp.sqrt(2))),
        (Activation.parse("tanh(3*z)/3"), ONE, sp.asinh(1 / sp.sqrt(2)) / 3),
        (Loss.parse("sqrt(1 + 4*z**2)/4"), HALF, sp.S.Half),
        (Loss.parse("log(1 + z**2)/2"), sp.Rational(-3, 2), sp.sqrt(3)),  # −2p²/(1+p²)
    ],
    ids=str,
)
def test_closed_forms(response, value, expected):
    search = log_slope_roots(response, value)
    (root,) = search.roots
    assert sp.simplify(root.closed_form - expected) == 0
    assert search.complete
    assert root.interval[0] < expected < root.interval[1]
    assert abs(sp.N(root.equation.subs(P, root.closed_form), 40)) < 1e-38
    assert abs(sp.N(root.equation.subs(P, root.closed_form * 1.001), 40)) > 1e-5


def test_z0_of_log_cosh():
    """p r'/r = 2p/sinh 2p − 1 = −½ where sinh 2p = 4p: no closed form, thirty digits on demand."""
    root = log_slope_root(Loss.parse("log-cosh"), HALF)
    assert root.closed_form is None
    assert root.of(P**2) is None
    with mp.workdps(60):
        expected = mp.findroot(lambda z: mp.sinh(2 * z) - 4 * z, mp.mpf("1.09"))
        assert abs(mpf(root.digits(30)) - expected) < mp.mpf(10) ** -29
        assert abs(mpf(root.digits(50)) - expected) < mp.mpf(10) ** -49
        low, high = (mpf(end) for end in root.interval)
        assert low < expected < high
        assert (mp.sinh(2 * low) - 4 * low) * (mp.sinh(2 * high) - 4 * high) < 0
    assert str(root.digits(30)).startswith("1.0886")


def test_z0_and_c_of_the_solvable_neuron():
    (point,) = bifurcation_diagram(neuron("algebraic")).points(SUPERSTABLE)
    assert (point.p.closed_form, point.q, point.multiplier) == (
        1 / sp.sqrt(7),
        sp.Rational(49, 64),
        0,
    )


def test_digits_refuse_a_false_root():
    false = ExactRoot(P**2 + 1, (sp.Integer(0), sp.Integer(2)))
    with pytest.raises((ArithmeticError, ValueError)):
        false.digits()


def test_a_root_that_is_a_point_of_the_grid_is_not_lost():
    """The grid contains p = 1, where the equation of the pseudo-Huber loss is exactly 0."""
    (root,) = log_slope_roots(Loss.parse("pseudo-huber"), HALF).roots
    assert root.interval[0] < 1 < root.interval[1]


def test_no_root_is_an_error_that_says_how_far():
    with pytest.raises(InputError, match="no p > 0 has"):
        log_slope_root(Loss.parse("pseudo-huber"), ONE)  # −p²/(1+p²) > −1: exact
    with pytest.raises(InputError, match=r"no p up to \d+ has"):
        log_slope_root(Loss.parse("langevin"), ONE)  # sampled


def test_a_root_of_another_order_keeps_its_meaning():
    """(1+z²)^(7/8): r = (1+p²)^(−1/8), p r'/r = −p²/(4(1+p²)) > −¼ for every p."""
    response = Loss.parse("4*(1 + z**2)**(7/8)/7")
    assert log_slope_roots(response, HALF).roots == ()
    (root,) = log_slope_roots(response, sp.Rational(-1, 5)).roots  # p² = 4
    assert abs(root.digits(20) - 2) < 1e-18
