"""The sharpness as the largest eigenvalue of the Hessian, and where it is another one."""

import numpy as np
import pytest
from descent_by_hand import SEEDS, SIZES, Network, predicted
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp
from zoo import BY_NAME, LINEAR, NEURON, PROBLEMS, evaluated

from trajalign.theory.models import TwoLayerLinear
from trajalign.theory.responses import Loss


def largest_eigenvalue(network, problem):
    with mp.workdps(50):
        bend = float(mp.diff(problem.derivative, mp.mpf(network.output)))
    return float(np.linalg.eigvalsh(network.hessian(bend))[-1])


@pytest.mark.parametrize("problem", LINEAR, ids=str)
def test_the_hand_made_hessian_is_the_derivative_of_the_hand_made_gradient(problem):
    network = Network.random(problem, 3, 2, seed=7)
    bend = float(mp.diff(problem.derivative, mp.mpf(network.output)))
    h, rows = 1e-5, []
    for unit in np.eye(8):
        high, low = network.moved(h * unit), network.moved(-h * unit)
        rows.append((high.gradient() - low.gradient()) / (2 * h))
    assert np.allclose(network.hessian(bend), rows, atol=1e-8)


@settings(deadline=None, max_examples=50)
@given(st.sampled_from(LINEAR), SIZES, SIZES, SEEDS, st.floats(0.01, 0.5))
def test_the_linear_sharpness_is_the_largest_eigenvalue_of_the_dense_hessian(
    problem, d, m, seed, eta
):
    network = Network.random(problem, d, m, seed)
    p, q = network.coordinates(eta)
    if abs(p) < 1e-3:
        return
    (found,) = predicted([problem.model.reduced.sharpness], p, q, eta)
    assert found == pytest.approx(largest_eigenvalue(network, problem), rel=1e-9)
    with mp.workdps(40):
        formula = problem.sharpness(mp.mpf(p), mp.mpf(q), mp.mpf(eta))
        assert found == pytest.approx(float(formula), rel=1e-12)


def test_a_wrong_sharpness_is_not_the_largest_eigenvalue():
    """Without the term 8 ℓ'ℓ''p, and with 2ℓ''/(ηq) alone, as one might guess."""
    problem, eta = BY_NAME["log-cosh"], 0.3
    network = Network.random(problem, 3, 2, seed=1)
    p, q = network.coordinates(eta)
    reduced = problem.model.reduced
    largest = largest_eigenvalue(network, problem)
    assert predicted([reduced.sharpness], p, q, eta)[0] == pytest.approx(largest, rel=1e-12)
    first, size = np.tanh(p), (1 - np.tanh(p) ** 2) * 2 / (eta * q)
    assert abs((size + np.sqrt(size**2 + 4 * first**2)) / 2 / largest - 1) > 1e-3
    assert abs(size / largest - 1) > 1e-3


def test_for_a_loss_that_is_not_convex_the_sharpness_is_another_eigenvalue():
    """w ⟂ Uᵀx + v gives the eigenvector (x wᵀ, w) with eigenvalue ℓ'. For ℓ'' < 0 it wins.

    λ ≥ |ℓ'| means √(…) ≥ 2|ℓ'| − ℓ''S; squared, −ℓ''S|ℓ'| ≤ 2ℓ'ℓ''p. For ℓ'' > 0 this is
    S ≥ −2|p|; for ℓ'' < 0 it is S ≤ −2|p|, which is never so. With one weight on each side
    there is no such w, and no other eigenvalue.
    """
    loss = Loss.parse("log(1 + z**2)/2")  # ℓ' = z/(1+z²), ℓ'' = (1−z²)/(1+z²)²
    formula, eta = TwoLayerLinear(loss).reduced.sharpness, 0.1
    bend = (1 - 4) / 25
    for width, x in ((1, np.array([1.0])), (2, np.array([0.6, 0.8]))):
        U, v = np.zeros((len(x), width)), np.zeros(width)
        U[:, 0], v[0] = 2 * x, 1  # f = 2
        network = Network(x, U, v, lambda z: z / (1 + z**2))
        (found,) = predicted([formula], *network.coordinates(eta), eta)
        largest = np.linalg.eigvalsh(network.hessian(bend))[-1]
        if width == 1:
            assert found == pytest.approx(largest, rel=1e-12)
        else:
            assert largest == pytest.approx(2 / 5, rel=1e-12)  # ℓ'(2)
            assert found < 0.8 * largest


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(NEURON), st.floats(0.05, 3), st.floats(0.1, 3), st.floats(0.01, 0.5))
def test_the_neurons_sharpness_is_the_larger_eigenvalue(problem, p, q, eta):
    (found,) = predicted([problem.model.reduced.sharpness], p, q, eta)
    with mp.workdps(40):
        exact = problem.sharpness(mp.mpf(p), mp.mpf(q), mp.mpf(eta))
    assert found == pytest.approx(float(exact), rel=1e-9)


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_at_the_minimum_the_sharpness_is_two_over_eta_q(problem):
    with mp.workdps(60):
        p, q, eta = mp.mpf(10) ** -20, mp.mpf("1.25"), mp.mpf("0.1")
        found = evaluated(problem.model.reduced.sharpness, p=p, q=q, eta=eta)
        assert abs(found - 2 / (eta * q)) < 1e-15
