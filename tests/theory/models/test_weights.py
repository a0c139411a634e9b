"""The bound on p: which (p, q) some weights have, against weights themselves."""

import numpy as np
import pytest
import sympy as sp

from trajalign.theory.errors import NoWeightsError
from trajalign.theory.models import SingleNeuron, TwoLayerLinear
from trajalign.theory.models.weights import has_weights, require_weights
from trajalign.theory.responses import Activation, Loss

R = sp.Rational
LINEAR = TwoLayerLinear(Loss.parse("log-cosh"))
NEURON = SingleNeuron(Activation.parse("tanh"))


@pytest.mark.parametrize("width", [1, 2, 5])
def test_all_weights_of_the_linear_model_are_within_the_bound(width: int) -> None:
    rng = np.random.default_rng(width)
    for a, b in rng.integers(-9, 10, (300, 2, width)):
        if (size := int(a @ a + b @ b)) > 0:
            assert has_weights(LINEAR, R(1, 7), R(int(a @ b)), 2 / (R(1, 7) * size))


def test_the_bound_is_attained_and_sharp() -> None:
    """a = b: f = |a|², S = 2|a|², so that |p| η q = 1."""
    eta, p = R(1, 7), R(5, 2)
    q = 2 / (eta * 2 * p)
    assert has_weights(LINEAR, eta, p, q)
    assert has_weights(LINEAR, eta, -p, q)
    for more in (p + R(1, 10**40), -p - R(1, 10**40)):
        assert not has_weights(LINEAR, eta, more, q)
        with pytest.raises(NoWeightsError, match=r"they have \|p\| <= 1/\(eta\*q\)"):
            require_weights(LINEAR, eta, more, q)


def test_the_neuron_has_no_bound() -> None:
    """x = p and y = √(2/(ηq)) are weights, whatever p is."""
    require_weights(NEURON, R(100), R(10**9), R(10**9))


def test_nothing_is_refused_of_a_model_that_says_nothing() -> None:
    class Third(TwoLayerLinear):
        largest_p = None

    require_weights(Third(Loss.parse("log-cosh")), R(5), R(30), R(1))
