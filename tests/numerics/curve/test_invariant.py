"""The slow curve at one ε, against the exact solution, hand-derived orders and the true map."""

from dataclasses import replace

import pytest
import sympy as sp
from flint import arb, ctx
from mpmath import mp
from zoo import BY_NAME, PROBLEMS, kappa, to_mpf

from trajalign.numerics.curve.invariant import CurveFinder, Grid, curve_below, largest
from trajalign.theory.errors import InputError, NotFiniteError
from trajalign.theory.models import SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import Activation, Loss

BITS = 170
FRACTIONS = ("0.03", "0.2", "0.47", "0.91")  # of the range


def rational(text):
    return sp.Rational(text)


def number(value):
    return mp.mpf(int(value.p)) / int(value.q)


def points(curve):
    return [to_mpf(curve.end) * mp.mpf(fraction) for fraction in FRACTIONS]


def value_at(curve, polynomial, p):
    with ctx.workprec(curve.precision):
        return to_mpf(polynomial(arb(p) ** 2))


def invariance_defect(problem, curve, epsilon, p):
    """How far the true step from (p, Q(p)) misses the curve, relative to q."""
    with mp.workdps(70):
        eta = number(epsilon) ** (mp.mpf(1) / problem.epsilon_power)
        with ctx.workprec(curve.precision):
            q = to_mpf(curve.height(arb(p) ** 2))
        p_next, q_next = problem.step(p, q, eta)
        return abs(q_next / value_at(curve, curve.height, p_next) - 1)


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_the_true_step_leads_from_the_curve_to_the_curve(problem):
    epsilon = rational("1/10000")
    curve = curve_below(problem.model, epsilon, rational("4/5"), BITS)
    assert curve.height_error < 1e-40
    for p in points(curve):
        assert invariance_defect(problem, curve, epsilon, p) < 2 * to_mpf(curve.height_error)


def test_a_curve_that_is_off_by_little_more_than_its_error_is_not_invariant():
    problem, epsilon = BY_NAME["log-cosh"], rational("1/10000")
    curve = curve_below(problem.model, epsilon, rational("4/5"), BITS)
    with ctx.workprec(curve.precision):
        off = replace(curve, height=curve.height * (1 + 100 * curve.height_error.mid()))
    for p in points(curve)[2:]:
        assert invariance_defect(problem, off, epsilon, p) > 10 * to_mpf(curve.height_error)


@pytest.mark.parametrize("epsilon", ["1/10", "1/1000", "1/1000000000"])
def test_the_exactly_solvable_neuron(epsilon):
    """Q = κ (1 + p²)^(−2) and e^D = √(1 − η)."""
    model = SingleNeuron(Activation.parse("algebraic"))
    curve = curve_below(model, rational(epsilon), rational("4/5"), BITS)
    with mp.workdps(90):
        eta = number(rational(epsilon))
        for p in (*points(curve), mp.mpf(0)):
            height = kappa(eta) * (1 + p**2) ** -2
            found = value_at(curve, curve.height, p)
            assert abs(found / height - 1) < to_mpf(curve.height_error) < mp.mpf(10) ** -38
            decay = value_at(curve, curve.decay, p)
            assert abs(decay - mp.log1p(-eta) / 2) < to_mpf(curve.decay_error)


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_the_first_order_is_the_one_of_the_theory(problem):
    """Q = r (1 + ε h + O(ε²)), h as in reference.md §3."""
    epsilon = rational("1/10") ** 12
    curve = curve_below(problem.model, epsilon, rational("4/5"), BITS)
    with mp.workdps(60):
        for p in points(curve)[1:]:
            first = (value_at(curve, curve.height, p) / problem.r(p) - 1) * mp.mpf(10) ** 12
            assert abs(first / problem.h(p) - 1) < mp.mpf(10) ** -8


def test_the_second_order_of_the_pseudo_huber_loss():
    """h_1 = 1/(2(1+p²)) and h_2 = (p²+2)/(4(1+p²)²); reference.md §3."""
    model = BY_NAME["pseudo-huber"].model
    curve = curve_below(model, rational("1/10") ** 10, rational("4/5"), BITS)
    with mp.workdps(60):
        for p in points(curve):
            x, epsilon = p**2, mp.mpf(10) ** -10
            ratio = value_at(curve, curve.height, p) * mp.sqrt(1 + x)
            second = ((ratio - 1) / epsilon - 1 / (2 * (1 + x))) / epsilon
            assert abs(second / ((x + 2) / (4 * (1 + x) ** 2)) - 1) < mp.mpf(10) ** -8


def test_the_pull_is_one_minus_the_multiplier_of_the_two_cycle():
    """μ = 1 + 2 p r'/r + O(ε); log-cosh: p r'/r = 2p/sinh 2p − 1."""
    curve = curve_below(BY_NAME["log-cosh"].model, rational("1/10") ** 12, rational("4/5"), BITS)
    with mp.workdps(30):
        for p in points(curve):
            ratio = 2 * p / mp.sinh(2 * p) - 1
            assert abs(value_at(curve, curve.pull, p) + 2 * ratio) < 1e-11


def test_more_nodes_and_bits_change_the_curve_by_no_more_than_its_error():
    finder = CurveFinder(BY_NAME["tanh"].model, rational("1/200"))
    with ctx.workprec(64):
        end = arb(3) / 4
    coarse, fine = finder.find(end, 32, BITS), finder.find(end, 128, 2 * BITS)
    for p in points(coarse):
        gap = abs(value_at(coarse, coarse.height, p) / value_at(fine, fine.height, p) - 1)
        assert gap < to_mpf(coarse.height_error)
        assert to_mpf(fine.height_error) < to_mpf(coarse.height_error)


def test_interpolation_reproduces_a_polynomial_and_shows_the_error_between_the_nodes():
    with ctx.workprec(300):
        grid = Grid.of(arb(2), 8)
        cubic = grid.interpolate([x**3 - 2 * x for x in grid.nodes])
        assert abs(cubic(arb(3)) - 21) < 1e-60
        poor = grid.interpolate([(-x).exp() for x in grid.nodes])
        errors = [abs(poor(x) - (-x).exp()) for x in grid.between]
        # |e^{−x} − interpolant| ≤ 2 (X/4)⁸ / 8! for X = 4
        assert 1e-7 < largest(errors) < 2 / 40320
        assert largest([poor(x) - (-x).exp() for x in grid.nodes]) < 1e-60


def test_the_largest_of_values_with_one_that_is_none():
    assert largest([arb(1), arb(-3)]) == 3
    assert largest([arb(1), arb("nan")]) == arb("inf")


@pytest.mark.parametrize(
    ("loss", "epsilon", "q0", "error"),
    [
        ("log-cosh", "1", "4/5", InputError),
        ("cosh(z)", "1/100", "4/5", NotFiniteError),  # r ≥ 1
        ("z**2/4 + log(cosh(z))/2", "1/100", "1/5", NotFiniteError),  # r > 1/2
    ],
)
def test_where_there_is_no_curve(loss, epsilon, q0, error):
    with pytest.raises(error):
        curve_below(TwoLayerLinear(Loss.parse(loss)), rational(epsilon), rational(q0), BITS)


@pytest.mark.parametrize("q0", ["4/5", "99/100", "99999/100000", "9999999999/10000000000"])
def test_the_range_goes_beyond_the_height_asked_for_even_within_order_epsilon_of_one(q0):
    curve = curve_below(BY_NAME["log-cosh"].model, rational("1/1000"), rational(q0), BITS)
    assert value_at(curve, curve.height, to_mpf(curve.end)) < number(rational(q0))
