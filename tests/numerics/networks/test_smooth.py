"""Functions of the theory under JAX's differentiation, against formulas written here."""

import numpy as np
import pytest
from mpmath import mp

from trajalign.numerics.compile.floats import double_precision
from trajalign.numerics.networks.smooth import derivatives_of, loss_function, smooth_function
from trajalign.theory.responses import Activation, Loss

jax = pytest.importorskip("jax")

PLACES = [-300.0, -2.0, -1e-3, -1e-9, 0.0, 1e-12, 0.3, 5.0]


def derivatives(function, z, order):
    found = []
    with double_precision("jax"):
        for _ in range(order + 1):
            found.append(float(function(jax.numpy.asarray(z))))
            function = jax.grad(function)
    return found


@pytest.mark.parametrize("z", PLACES)
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("log-cosh", (np.tanh, lambda z: 1 / np.cosh(z) ** 2)),
        ("pseudo-huber", (lambda z: z / np.sqrt(1 + z * z), lambda z: (1 + z * z) ** -1.5)),
        ("atan", (np.arctan, lambda z: 1 / (1 + z * z))),
        ("z**2/2", (lambda z: z, np.ones_like)),
    ],
)
def test_first_and_second_derivative_of_a_loss(name, expected, z):
    _, first, second = derivatives(loss_function(Loss.parse(name)).value, z, 2)
    rounding = 1e-15 if abs(z) > 1 else 1e-300  # far out, relative to the largest value
    assert first == pytest.approx(expected[0](z), rel=1e-13, abs=rounding)
    assert second == pytest.approx(expected[1](z), rel=1e-13, abs=rounding)


def test_a_loss_itself():
    value, *_ = derivatives(loss_function(Loss.parse("log-cosh")).value, 0.7, 0)
    assert value == pytest.approx(np.log(np.cosh(0.7)), rel=1e-15)


@pytest.mark.parametrize("z", [800.0, -800.0, 1e-7])
@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("log-cosh", lambda z: mp.log(mp.cosh(z))),
        ("langevin", lambda z: 3 * mp.log(mp.sinh(z) / z)),
        ("2*log(1+cosh(z))-2*log(2)", lambda z: 4 * mp.log(mp.cosh(z / 2))),
        ("4*log(cosh(z/2))", lambda z: 4 * mp.log(mp.cosh(z / 2))),
    ],
)
def test_a_loss_far_out_and_near_by(text, exact, z):
    """log cosh 800 = 800 − log 2; near 0 a loss has all its digits too: z²/2."""
    value, first, _ = derivatives(loss_function(Loss.parse(text)).value, z, 2)
    with mp.workdps(60):
        assert value == pytest.approx(float(exact(mp.mpf(z))), rel=1e-14)
        assert first == pytest.approx(float(mp.diff(exact, mp.mpf(z))), rel=1e-13)


@pytest.mark.parametrize("z", PLACES)
def test_an_activation_and_two_derivatives(z):
    activation = Activation.parse("algebraic")
    expressions = derivatives_of(activation.expression, 2)
    function = smooth_function(expressions, (True, False, True), 1.0)
    s = 1 + z * z
    expected = (z / np.sqrt(s), s**-1.5, -3 * z * s**-2.5)
    assert derivatives(function, z, 2) == pytest.approx(expected, rel=1e-12, abs=1e-300)
    if abs(z) > 0.1:  # the falsified twin
        assert derivatives(function, 1.01 * z, 2) != pytest.approx(expected, rel=1e-12)
