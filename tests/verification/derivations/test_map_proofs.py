"""The reduced map and the sharpness as identities of polynomials."""

from dataclasses import replace

import pytest
import sympy as sp
from third_models import COSH, TANH, TIED, UNITS, wrong

from trajalign.theory.algebra.exact_algebra import vanishes_exactly
from trajalign.theory.models import ETA, Activation, Loss, P, SingleNeuron, TwoLayerLinear
from trajalign.theory.models.unspecified import unspecified
from trajalign.verification.derivations.map_proofs import (
    _defects_of_others,
    map_proof,
    sharpness_proof,
)

LINEAR = TwoLayerLinear(Loss.parse("log-cosh"))
NEURON = SingleNeuron(Activation.parse("tanh"))
OFF = 1 + ETA * P**2 / sp.Integer(10) ** 4000


def of_map(model):
    return map_proof(model, model.reduced.p_next, model.reduced.q_next)


def of_sharpness(model):
    return sharpness_proof(model, model.reduced.sharpness)


@pytest.mark.parametrize("model", [LINEAR, NEURON, TANH, COSH, UNITS, TIED], ids=lambda m: m.name)
def test_the_map_is_an_identity_and_with_a_slip_in_p_or_q_alone_it_is_not(model):
    assert of_map(model).holds is True
    assert of_map(wrong(model, p_next=OFF)).holds is False
    assert of_map(wrong(model, q_next=OFF)).holds is False


@pytest.mark.parametrize("model", [LINEAR, NEURON, TANH, COSH, TIED], ids=lambda m: m.name)
def test_so_is_the_sharpness(model):
    assert of_sharpness(model).holds is True
    assert of_sharpness(wrong(model, trace=OFF)).holds is False
    assert of_sharpness(wrong(model, determinant=OFF)).holds is False


def test_the_linear_network_has_them_for_every_width_and_input_dimension():
    assert "every width" in of_map(LINEAR).how
    assert "every width" in of_sharpness(LINEAR).how
    assert "every width" not in of_map(UNITS).how


def test_its_other_eigenvalues_are_bounded_by_the_identities_not_by_words():
    """‖x‖ = 1 makes K³ = K; with another input the other eigenvalues are larger than |ℓ'|."""
    space = unspecified(LINEAR)
    assert all(vanishes_exactly(e) for e in _defects_of_others(space))
    longer = replace(space, argument=2 * space.argument, p=2 * space.p)
    assert not all(vanishes_exactly(e) for e in _defects_of_others(longer))


def test_without_the_derivation_the_spectrum_of_more_parameters_is_open():
    assert of_sharpness(UNITS).holds is None


def test_a_claim_that_is_not_the_models_is_not_taken_for_it():
    p_next, q_next = NEURON.reduced.p_next, NEURON.reduced.q_next
    assert map_proof(NEURON, p_next * OFF, q_next).holds is None
    assert sharpness_proof(NEURON, NEURON.reduced.sharpness * OFF).holds is None


def test_an_identity_of_one_response_alone_is_found():
    """φ' = 1 − φ² holds for tanh: with it put in by hand, the map is right for tanh only."""

    class OfTanh(type(NEURON)):
        def generic(self):
            right = super().generic()
            by_hand = P - 2 * sp.tanh(P) * (1 - sp.tanh(P) ** 2) / sp.Symbol("q", positive=True)
            return type(right)(by_hand, right.q_next, right.trace, right.determinant)

    assert of_map(OfTanh(NEURON.response)).how == "zero for this response"
    assert of_map(OfTanh(Activation.parse("arctan"))).holds is not True
