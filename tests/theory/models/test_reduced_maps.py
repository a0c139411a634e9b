"""From a gradient step in parameter space to the reduced map, and its symmetries."""

import numpy as np
import pytest
import sympy as sp
from descent_by_hand import SEEDS, SIZES, Network, map_of, predicted
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp
from zoo import BY_NAME, LINEAR, NEURON, PROBLEMS, evaluated

from trajalign.theory.models import ETA, PHI_SQUARED, P, Q, R, SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import Activation, Loss


def defect(model_map, before, after, eta):
    """How far the map is from what gradient descent did, in natural units."""
    (p, q), (p_next, q_next) = before, after
    p_found, q_found = predicted(model_map, p, q, eta)
    # p' is a difference of terms of the size of p (1 + 2/q); 1/q' of terms of the size of 1/q.
    return max(
        abs(p_found - p_next) / (abs(p) * (1 + 2 / q)),
        abs(1 / q_found - 1 / q_next) / (1 / q + eta),
    )


@settings(deadline=None, max_examples=80)
@given(st.sampled_from(LINEAR), SIZES, SIZES, SEEDS, st.floats(0.01, 0.5))
def test_the_linear_map_is_gradient_descent(problem, d, m, seed, eta):
    network = Network.random(problem, d, m, seed)
    before, after = network.coordinates(eta), network.step(eta).coordinates(eta)
    if abs(before[0]) < 1e-3:
        return  # the double-precision f of the hand-made step has no digits left
    assert defect(map_of(problem), before, after, eta) < 1e-10


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(NEURON), st.floats(0.01, 3), st.floats(-3, 3), st.floats(0.01, 0.5))
def test_the_neurons_map_is_gradient_descent(problem, x, y, eta):
    if abs(y) < 0.1:
        return
    phi, slope = (float(f(mp.mpf(x))) for f in (problem.function, problem.derivative))
    x_next, y_next = x - eta * phi * slope * y**2, y - eta * phi**2 * y
    if abs(y_next) < 1e-3:
        return
    before, after = (x, 2 / (eta * y**2)), (x_next, 2 / (eta * y_next**2))
    assert defect(map_of(problem), before, after, eta) < 1e-10


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("q moves twice as far", lambda p, q: (p, 2 * q - Q)),
        ("q stands still", lambda p, q: (p, Q)),
        ("p' is off by 0.1 %", lambda p, q: (sp.Rational(1001, 1000) * p, q)),
        ("p' without the term in η²", lambda p, q: (P * (1 - 2 * sp.tanh(P) / (P * Q)), q)),
        ("η and q exchanged", lambda p, q: (p, q.subs({Q: ETA, ETA: Q}, simultaneous=True))),
    ],
)
def test_a_wrong_map_is_not_gradient_descent(name, wrong):
    problem, eta = BY_NAME["log-cosh"], 0.3
    network = Network.random(problem, 3, 2, seed=1)
    before, after = network.coordinates(eta), network.step(eta).coordinates(eta)
    assert defect(map_of(problem), before, after, eta) < 1e-12
    assert defect(wrong(*map_of(problem)), before, after, eta) > 1e-5


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_the_maps_are_the_formulas_of_the_paper(problem):
    with mp.workdps(50):
        p, q, eta = mp.mpf("0.7"), mp.mpf("0.9"), mp.mpf("0.2")
        found = (evaluated(e, p=p, q=q, eta=eta) for e in map_of(problem))
        for a, b in zip(found, problem.step(p, q, eta), strict=True):
            assert mp.almosteq(a, b, 1e-45)


def test_the_generic_maps_are_the_formulas_of_the_paper():
    r = R(P)
    linear = TwoLayerLinear(Loss.parse("log-cosh")).generic()
    assert sp.cancel(linear.p_next - (1 - 2 * r / Q + ETA**2 * P**2 * r**2) * P) == 0
    assert sp.cancel(linear.q_next - Q / (1 - ETA**2 * P**2 * r * (2 * Q - r))) == 0
    neuron = SingleNeuron(Activation.parse("tanh")).generic()
    assert sp.cancel(neuron.p_next - (1 - 2 * r / Q) * P) == 0
    assert sp.cancel(neuron.q_next - Q / (1 - ETA * PHI_SQUARED(P)) ** 2) == 0


# Symmetries


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(PROBLEMS), st.floats(0.05, 3), st.floats(0.1, 3), st.floats(0.01, 0.5))
def test_reflection(problem, p, q, eta):
    """F(−p, q) = (−p', q')."""
    p_next, q_next = predicted(map_of(problem), p, q, eta)
    mirrored = predicted(map_of(problem), -p, q, eta)
    assert mirrored == pytest.approx((-p_next, q_next), rel=1e-12, abs=1e-12)


@settings(deadline=None, max_examples=20)
@given(SEEDS)
def test_p_and_q_do_not_see_rotations_of_the_width(seed):
    """U → UO, v → Oᵀv leaves p, q and L alone (parameter space of width 3, input dimension 2)."""
    space = TwoLayerLinear(Loss.parse("log-cosh")).parameter_space()
    values = sp.lambdify((*space.parameters, ETA), (space.p, space.q, space.objective))
    rng = np.random.default_rng(seed)
    U, v = rng.normal(size=(2, 3)), rng.normal(size=3)
    rotation, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    before = values(*U.ravel(), *v, 0.1)
    after = values(*(U @ rotation).ravel(), *(rotation.T @ v), 0.1)
    assert after == pytest.approx(before, rel=1e-9, abs=1e-9)
    # and p, q are the ones of the hand-made network
    network = Network(np.array([0.6, 0.8]), U, v, np.tanh)
    assert before[:2] == pytest.approx(network.coordinates(0.1), rel=1e-9)
    assert before[2] == pytest.approx(np.log(np.cosh(network.output)), rel=1e-9, abs=1e-12)


def test_the_neurons_parameter_space():
    space = SingleNeuron(Activation.parse("tanh")).parameter_space()
    x, y = space.parameters
    assert sp.simplify(space.objective - sp.tanh(x) ** 2 * y**2 / 2) == 0
    assert (space.p, sp.simplify(space.q - 2 / (ETA * y**2))) == (x, 0)
