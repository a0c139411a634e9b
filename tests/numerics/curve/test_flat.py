"""C_β against Airy's function, another integrator, and descent on losses with r''(0) = 0."""

import math

import mpmath as mp
import numpy as np
import pytest
import sympy as sp

from trajalign.numerics.curve.flat import airy_constant, flat_constant, inner_orbit
from trajalign.numerics.curve.long_times import flat_crossing_constant
from trajalign.numerics.descent import compile_composed, compile_objective, limiting_sharpness
from trajalign.theory.errors import InputError
from trajalign.theory.models import SingleNeuron, TwoLayerLinear

X, Y = sp.symbols("X Y", positive=True)
x, y = sp.symbols("x y", real=True)


def by_runge_kutta(beta: int, far: float, steps: int = 2000) -> float:
    """C_β = 2Y(0) from dY/dX = −X/(2(Y + X^β/β)) with the classical rule at 20 digits."""
    with mp.workdps(20):
        h, at = -mp.mpf(far) / steps, mp.mpf(far)
        height = -(at**beta) / beta + at ** (2 - beta) / 2

        def slope(x: mp.mpf, y: mp.mpf) -> mp.mpf:
            return -x / (2 * (y + x**beta / beta))

        for _ in range(steps):
            k1 = slope(at, height)
            k2 = slope(at + h / 2, height + h * k1 / 2)
            k3 = slope(at + h / 2, height + h * k2 / 2)
            k4 = slope(at + h, height + h * k3)
            height += h * (k1 + 2 * k2 + 2 * k3 + k4) / 6
            at += h
        return float(2 * height)


def test_for_order_two_it_is_the_law_of_all_other_losses() -> None:
    # w = 1/2 solves w w' = X w − X/2.
    assert flat_constant(2) == pytest.approx(1, abs=1e-12)


def test_for_order_four_it_is_a_zero_of_the_derivative_of_airys_function() -> None:
    wanted = mp.cbrt(2) * -mp.airyaizero(1, derivative=1)
    assert flat_constant(4) == pytest.approx(float(wanted), abs=1e-10)
    assert float(airy_constant()) == pytest.approx(float(wanted), rel=1e-14)


def airy(height: float) -> tuple[mp.mpf, mp.mpf]:
    """u and u' for u = Ai(−4^{1/3} Y), with which X² = u'/u on the inner orbit for β = 4."""
    k = mp.cbrt(4)
    return mp.airyai(-k * height), -k * mp.airyai(-k * height, derivative=1)


@pytest.mark.parametrize("height", [-300.0, -3.0, -1.0, 0.0, 0.3, 0.6])
def test_for_order_four_all_of_the_orbit_is_airys(height: float) -> None:
    value, slope = airy(height)
    x = mp.sqrt(slope / value)
    found = float(inner_orbit(4).misfit(np.array(float(x))))
    assert found == pytest.approx(float(height + x**4 / 4), rel=1e-9)


def test_for_order_four_the_crossing_is_where_airy_says() -> None:
    value, slope = airy(0)
    wanted = mp.sqrt(mp.cbrt(4) * -mp.airyai(0, derivative=1) / mp.airyai(0))
    assert mp.almosteq(wanted, mp.sqrt(slope / value))
    assert inner_orbit(4).crossing == pytest.approx(float(wanted), abs=1e-10)


def test_for_order_four_the_delay_is_an_integral_of_airys() -> None:
    """ds = dY/X², so that the time from Y = −L is ∫ u/u' dY; from there on u/u' falls off like
    1/(2√−Y) + 1/(16 Y²)."""
    start = 100
    with mp.workdps(15):

        def rate(height: mp.mpf) -> mp.mpf:
            value, slope = airy(height)
            return value / slope

        cuts = [-start, -30, -10, -3, -1, 0]
        time = mp.quad(rate, cuts)
        value, slope = airy(-start)
        wanted = slope / value / 2 - time  # X²/2 is X^(β−2)/(β−2)
        beyond = mp.mpf(1) / (8 * start)  # of X²/2 − √L and of the integral of 1/(16Y²), to L^−4
    assert inner_orbit(4).delay == pytest.approx(float(wanted), abs=float(beyond))
    assert inner_orbit(4).delay != pytest.approx(float(wanted) * 1.01, abs=float(beyond))


@pytest.mark.parametrize("beta", [3, 4, 6, 8])
def test_the_delay_does_not_depend_on_where_the_orbit_is_taken_up(beta: int) -> None:
    """The same by Simpson's rule from X = 3, with the orbit's own w there."""
    orbit = inner_orbit(beta)
    x = np.linspace(orbit.crossing, 3.0, 4001)
    weights = np.tile([2.0, 4.0], 2001)[:4001]
    weights[[0, -1]] = 1
    time = float(weights @ (1 / (2 * x * orbit.misfit(x)))) * (x[1] - x[0]) / 3
    # Beyond 3 the integrand is x^(β−3)(1 + ((β − 2)/2) x^(2−2β) + …).
    further = (beta - 2) / 2 * 3.0**-beta / beta
    found = 3.0 ** (beta - 2) / (beta - 2) - time - further
    assert found == pytest.approx(orbit.delay, abs=3 * further**2 + 1e-8)


def test_for_order_two_there_is_no_delay() -> None:
    assert math.isnan(inner_orbit(2).delay)


@pytest.mark.parametrize("height", [sp.Rational(939, 1000), sp.Rational(3, 5)])
def test_the_crossing_constant_of_a_neuron_by_hand(height: sp.Rational) -> None:
    """r = (1 + p⁴)^(−3/2): the integrand is 3p/√(1 + p⁴), its integral (3/2) asinh p²."""
    square = mp.sqrt(mp.mpf(float(height)) ** (mp.mpf(-2) / 3) - 1)
    found = flat_crossing_constant(SingleNeuron("z/(1+z**4)**(1/4)"), height)
    assert float(found) == pytest.approx(float(1.5 * mp.asinh(square)), rel=1e-12)


def test_the_crossing_constant_of_the_linear_model_by_quadrature() -> None:
    """∫ |r'|/(p² r³) dp for r = 1/(1 + p⁴), that is ∫ 4p(1 + p⁴) dp = 2p² + 2p⁶/3."""
    height = sp.Rational(4, 5)
    found = flat_crossing_constant(TwoLayerLinear("atan(z**2)/2"), height)
    square = 0.5  # p⁴ = 1/4
    assert float(found) == pytest.approx(2 * square + 2 * square**3 / 3, rel=1e-12)


@pytest.mark.parametrize(("beta", "far"), [(3, 3.0), (6, 1.9)])
def test_another_integrator_finds_the_same(beta: int, far: float) -> None:
    assert flat_constant(beta) == pytest.approx(by_runge_kutta(beta, far), abs=1e-9)


def test_orders_below_two_are_refused() -> None:
    with pytest.raises(InputError, match="beta ≥ 2, got 1"):
        flat_constant(1)


def test_the_step_of_the_linear_model_becomes_the_flow() -> None:
    """β = 4, so that all powers of μ = η^{1/3} are whole: p = μX, q = 1 + μ⁴Y, η² = μ⁶."""
    mu = sp.Symbol("mu", positive=True)
    p, q, epsilon = mu * X, 1 + mu**4 * Y, mu**6
    r = 1 - p**4 / 4
    turned = 2 * r / q - 1 - epsilon * p**2 * r**2
    assert sp.series(turned, mu, 0, 8).removeO().expand() == sp.expand(
        1 - 2 * mu**4 * (X**4 / 4 + Y)
    )
    risen = q / (1 - epsilon * p**2 * r * (2 * q - r)) - q
    assert sp.series(risen, mu, 0, 12).removeO().expand() == sp.expand(mu**8 * X**2)


def test_the_flow_is_the_equation_that_is_integrated() -> None:
    beta = sp.Symbol("beta", positive=True)
    w = Y + X**beta / beta
    along = sp.diff(w, X) + sp.diff(w, Y) * X**2 / (-2 * X * w)  # dw/dX with dY/dX = Y'/X'
    assert sp.simplify(w * along - (X ** (beta - 1) * w - X / 2)) == 0


def test_for_order_four_airys_function_solves_it() -> None:
    """x = X²/2 has dx/dY = −2(Y + x²), and x = u'/(2u) has it for u = Ai(−4^{1/3} Y)."""
    flow = X * (-2 * X * (X**4 / 4 + Y)) / X**2
    assert sp.expand(flow + 2 * (Y + (X**2 / 2) ** 2)) == 0
    height = sp.Symbol("Y", real=True)
    u = sp.airyai(-sp.cbrt(4) * height)
    half = sp.diff(u, height) / (2 * u)
    assert sp.simplify(sp.diff(half, height) + 2 * (height + half**2)) == 0
    far = -50.0  # on the frozen cycle x² = −Y
    assert float(half.subs(height, far).evalf() / math.sqrt(-far)) == pytest.approx(1, abs=1e-2)


@pytest.mark.parametrize(
    ("loss", "rho"),
    [
        (sp.atan((x * y) ** 2) / 2, 4),  # r = 1/(1 + z⁴)
        (sp.asinh((x * y) ** 2) / 2, 2),  # r = 1/√(1 + z⁴)
    ],
    ids=["atan", "asinh"],
)
def test_descent_on_an_analytic_loss_ends_there(loss: sp.Expr, rho: int) -> None:
    """Two step sizes and an extrapolation in η^{4/3}, at which the next term stands."""
    objective, found = compile_objective(loss, (x, y)), []
    etas = (1 / 50, 1 / 100)
    for eta in etas:
        top = math.sqrt(2 / (eta * 0.95))
        gap = 2 / eta - limiting_sharpness(objective, (top, 0.4 / top), eta, until=1e-11)
        found.append(gap / (eta / rho) ** (1 / 3))
    one, two = (eta ** (4 / 3) for eta in etas)
    value = (one * found[1] - two * found[0]) / (one - two)
    assert value == pytest.approx(flat_constant(4), rel=10 * one * two)
    assert abs(found[1] - flat_constant(4)) < 10 * two
    assert value != pytest.approx(flat_constant(3), rel=1e-2)


@pytest.mark.parametrize("target", [0, 1])
def test_descent_on_a_loss_that_is_not_even_ends_there(target: int) -> None:
    """g = u + u²/2 + u³/2 − 2u⁵ has α = 3·1² − 3 = 0 and Q₀ = 1 − P⁴ + …, so ρ = 4. Three step
    sizes, polynomial in η^{2/3}."""
    p = sp.Symbol("p")
    there = -p - p**2 - p**3 + 2 * p**5  # ũ, to p⁵

    def g(u: sp.Expr) -> sp.Expr:
        return sp.expand(u + u**2 / 2 + u**3 / 2 - 2 * u**5)

    assert all(sp.Poly(g(p) + g(there), p).coeff_monomial(p**k) == 0 for k in range(6))
    defect = sp.Poly(sp.expand(2 * g(p) - (1 - p**4) * (p - there)), p)  # of Q₀ = 1 − p⁴
    assert all(defect.coeff_monomial(p**k) == 0 for k in range(6))

    u, found = x * y - target, []
    objective = compile_objective(u**2 / 2 + u**3 / 6 + u**4 / 8 - u**6 / 3, (x, y))
    etas = (1 / 100, 1 / 200, 1 / 400)
    for eta in etas:
        size, height = 2 / (eta * 0.97), target + 0.25
        top = math.sqrt((size + math.sqrt(size**2 - 4 * height**2)) / 2)
        gap = 2 / eta - limiting_sharpness(objective, (top, height / top), eta, until=1e-11)
        found.append(gap / (eta / 4) ** (1 / 3))
    h = [eta ** (2 / 3) for eta in etas]
    low, high = ((h[k] * found[k + 1] - h[k + 1] * found[k]) / (h[k] - h[k + 1]) for k in (0, 1))
    value = (h[0] * high - h[2] * low) / (h[0] - h[2])
    assert value == pytest.approx(flat_constant(4), rel=5e-3)  # the corrections are large
    assert value != pytest.approx(flat_constant(4) * 4 ** (1 / 3), rel=0.1)  # of ρ = 1
    assert value != pytest.approx(flat_constant(6), rel=0.05)


def test_descent_on_a_neuron_ends_where_the_law_of_the_neuron_says() -> None:
    """φ² = atan z², so that r = 1/(1 + z⁴), ρ = 4; 2η stands in the place of η²."""
    objective, found = compile_objective(sp.atan(x**2) * y**2 / 2, (x, y)), []
    etas = (1 / 1000, 1 / 4000)
    for eta in etas:
        start = (0.3, math.sqrt(2 / (eta * 0.98)))
        gap = 2 / eta - limiting_sharpness(objective, start, eta, until=1e-12)
        found.append(eta * gap / ((2 * eta) ** 2 / 4) ** (1 / 3))
    assert found[1] == pytest.approx(flat_constant(4), rel=10 * etas[1] ** (2 / 3))
    one, two = (eta ** (2 / 3) for eta in etas)
    value = (one * found[1] - two * found[0]) / (one - two)
    assert value == pytest.approx(flat_constant(4), rel=10 * one * two)


def test_orbits_tell_the_constant_to_eight_digits() -> None:
    """ℓ' = u/(1 + |u|³)^{1/3}: three step sizes, polynomial in h = η^{3/2} to second order."""
    u = sp.Symbol("u", real=True)
    objective = compile_composed(u / sp.cbrt(1 + sp.Abs(u) ** 3), u, x * y, (x, y))
    etas, found = (1 / 40, 1 / 80, 1 / 160), []
    for eta in etas:
        size, height = 2 / eta * (1 + 0.6**3) ** (1 / 3), 0.6  # on q = r(p)
        top = math.sqrt((size + math.sqrt(size**2 - 4 * height**2)) / 2)
        gap = 2 / eta - limiting_sharpness(objective, (top, height / top), eta, until=1e-11)
        found.append(gap / eta**0.5)
    h = [eta**1.5 for eta in etas]
    low, high = ((h[k] * found[k + 1] - h[k + 1] * found[k]) / (h[k] - h[k + 1]) for k in (0, 1))
    value = (h[0] * high - h[2] * low) / (h[0] - h[2])
    assert value == pytest.approx(flat_constant(3), rel=10 * h[0] * h[1] * h[2])
