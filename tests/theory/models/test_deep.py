"""Products of any depth, against gradient descent in all of their weights."""

import mpmath
import pytest
import sympy as sp

from trajalign.numerics.curve.cells import curve_cells
from trajalign.numerics.curve.fast_forward import fast_forward
from trajalign.numerics.orbits.iteration import Stops
from trajalign.numerics.orbits.loops import compile_loop
from trajalign.numerics.orbits.recorded import iterate
from trajalign.theory import models
from trajalign.theory.curve.closed import curve_generic
from trajalign.theory.curve.first_order import slow_curve
from trajalign.theory.curve.normal_form import normal_form, scaled_sharpness
from trajalign.theory.curve.series import curve_series
from trajalign.theory.errors import ArgumentError
from trajalign.theory.models import ETA, Deep, P, Q, R, TwoLayerLinear
from trajalign.theory.responses import Loss

DEPTHS = (2, 3, 4)
START = sp.Rational(3, 10), sp.Rational(4, 5)


def weights(depth, eta, p, q):
    """(x, y₁, …, y_m) with equal y and this p and q."""
    m = depth - 1
    y = (2 / (eta * q)) ** (mpmath.mpf(1) / (2 * m))
    return [p / y**m, *[y] * m]


def step(theta, eta, slope):
    """One step of gradient descent on ℓ(∏θ), every weight by itself."""
    product = mpmath.fprod(theta)
    return [t - eta * slope(product) * product / t for t in theta]


def hessian(theta, slope, bend):
    """Of log cosh(∏θ): ℓ'' f_i f_j + ℓ' f_ij, f_i = ∏/θ_i and f_ij = ∏/(θ_i θ_j) for i ≠ j."""
    f, n = mpmath.fprod(theta), len(theta)
    first = [f / t for t in theta]
    return mpmath.matrix(
        [
            [
                bend(f) * first[i] * first[j]
                + (slope(f) * f / (theta[i] * theta[j]) if i != j else 0)
                for j in range(n)
            ]
            for i in range(n)
        ]
    )


@pytest.mark.parametrize("depth", DEPTHS)
def test_the_map_is_that_of_gradient_descent_in_all_weights(depth):
    model, eta = Deep("log-cosh", depth=depth), mpmath.mpf("0.07")
    with mpmath.workdps(30):
        p, q = mpmath.mpf("-0.7"), mpmath.mpf("0.9")
        theta = step(weights(depth, eta, p, q), eta, mpmath.tanh)
        assert max(theta[1:]) == min(theta[1:])  # the weights stay equal
        place = {P: sp.Float(p, 30), Q: sp.Float(q, 30), ETA: sp.Float(eta, 30)}
        p_next, q_next = (
            mpmath.mpf(str(e.subs(place).evalf(30)))
            for e in (model.reduced.p_next, model.reduced.q_next)
        )
        assert mpmath.almosteq(p_next, mpmath.fprod(theta), 1e-25)
        assert mpmath.almosteq(q_next, 2 / (eta * theta[1] ** (2 * (depth - 1))), 1e-25)


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("p", ["-0.7", "0.2", "1.1"])
def test_the_sharpness_is_the_largest_eigenvalue_in_all_weights(depth, p):
    model = Deep("log-cosh", depth=depth)
    with mpmath.workdps(30):
        eta = mpmath.mpf("0.07")
        place = {P: sp.Rational(p), Q: sp.Rational(9, 10), ETA: sp.Rational(7, 100)}
        theta = weights(depth, eta, mpmath.mpf(p), mpmath.mpf("0.9"))
        all_of_them = mpmath.eigsy(
            hessian(theta, mpmath.tanh, lambda z: mpmath.sech(z) ** 2), eigvals_only=True
        )
        found = mpmath.mpf(str(model.reduced.sharpness.doit().subs(place).evalf(30)))
        assert mpmath.almosteq(found, max(all_of_them), 1e-22)


# λ* = 2/η − 2m 2^(−1/m) η^(1/m)/|r''(0)| + …, from another program (tests/reference.md);
# the last column by it, at a small step size.
MEASURED = {2: (1.5, 1.50001), 3: (4.24264, 4.24266), 4: (7.14330, 7.14352)}


@pytest.mark.parametrize("depth", DEPTHS)
def test_the_limiting_sharpness_is_that_which_descent_was_measured_to_have(depth):
    model, m = Deep("log-cosh", depth=depth), depth - 1
    law = slow_curve(model).saturation_coefficient * model.small_parameter(ETA) / ETA
    assert (
        sp.simplify(law + 2 * m * 2 ** sp.Rational(-1, m) * ETA ** sp.Rational(1, m) * 3 / 2) == 0
    )
    predicted, measured = MEASURED[depth]
    coefficient = float(-law.subs(ETA, 1))
    assert coefficient == pytest.approx(predicted, abs=1e-5)
    assert coefficient == pytest.approx(measured, rel=5e-5)


@pytest.mark.parametrize("depth", DEPTHS)
def test_orbits_end_where_descent_in_all_weights_ends(depth):
    """q* − 1 − h_1(0) ε − h_2(0) ε² is of the order of ε³."""
    model, eta = Deep("log-cosh", depth=depth), sp.Rational(1, 50)
    with mpmath.workdps(30):
        size = mpmath.mpf(1) / 50
        theta = weights(depth, size, mpmath.mpf("0.3"), mpmath.mpf("0.8"))
        while abs(mpmath.fprod(theta)) > 1e-14:
            theta = step(theta, size, mpmath.tanh)
        end = 2 / (size * theta[1] ** (2 * (depth - 1)))
        orbit = iterate(
            compile_loop(model), eta, START, Stops(10**5, until=sp.Rational(1, 10**14)), digits=20
        )
        assert float(orbit.q[-1]) == pytest.approx(float(end), rel=1e-12)
        epsilon = float(model.small_parameter(eta))
        limit = [float(c) for c in curve_series(model, 3).limit]
        told = sum(c * epsilon**k for k, c in enumerate(limit))
        assert abs(float(end) - told) < 20 * abs(limit[3]) ** (4 / 3) * epsilon**4


def test_depth_two_is_the_linear_network_read_by_another_height():
    """With S = x² + y² in place of y²: 1/q_linear = 1/q + η²p²q/4, so that with ε_linear = 2ε
    h = 2 h_linear + p² r²/2 to first order; the limits agree to all orders."""
    deep, linear = Deep("log-cosh", depth=2), TwoLayerLinear("log-cosh")
    h, h_linear = curve_generic(deep, 1)[0], curve_generic(linear, 1)[0]
    assert sp.simplify(h - 2 * h_linear - P**2 * R(P) ** 2 / 2) == 0
    limits = zip(curve_series(deep, 4).limit, curve_series(linear, 4).limit, strict=True)
    assert all(a == 2**k * b for k, (a, b) in enumerate(limits))


def test_the_map_about_the_curve_is_of_the_form_that_proofs_need():
    form = normal_form(Deep("log-cosh", depth=3))
    assert form.growth.is_algebraic_expr()
    assert scaled_sharpness(Deep("log-cosh", depth=3)).trace.is_algebraic_expr()


@pytest.mark.parametrize("depth", DEPTHS)
def test_the_series_in_balls_is_that_in_rationals(depth):
    from flint import arb

    model = Deep("pseudo-huber", depth=depth)
    exact = curve_series(model, 3).limit
    for ball, value in zip(curve_cells(model, 3).at(arb(0)), exact, strict=True):
        assert abs(float(ball) - float(value)) < 1e-10


def test_fast_forward_takes_an_irrational_epsilon():
    model, eta = Deep("log-cosh", depth=3), sp.Rational(1, 10**4)
    assert not model.small_parameter(eta).is_Rational
    found, epsilon = fast_forward(model, eta, START), float(model.small_parameter(eta))
    told = 3 * epsilon + 63 / 5 * epsilon**2 + 4887 / 56 * epsilon**3
    assert float(found.limit.value - 1) == pytest.approx(told, rel=1e-9)


def test_the_depth_is_a_whole_number_and_is_told():
    assert models.of("deep", "log-cosh", depth="4") == Deep(Loss.parse("log-cosh"), 4)
    assert Deep("log-cosh").designation == "deep, depth 3"
    for wrong in (1, 13, 2.5, "two", "٣", -3, True):
        with pytest.raises(ArgumentError, match="need a whole number from 2 to 12"):
            Deep("log-cosh", depth=wrong)
