"""The derivations of the sharpness hold, and no step survives a changed number."""

import pytest
from derivations_helper import (
    assert_every_falsified_definition_breaks_a_step,
    assert_every_falsified_step_is_refuted,
    derivations_of,
)

from trajalign.theory.derivation.spectrum import derivations
from trajalign.theory.models import Model, SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import Activation, Loss
from trajalign.verification.derivations import check_derivation

MODELS = [TwoLayerLinear(Loss.parse("log-cosh")), SingleNeuron(Activation.parse("tanh"))]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_every_step_holds_and_a_changed_number_does_not(model: Model) -> None:
    earlier = derivations_of(model)
    for derivation in derivations(model, 2):
        check_derivation(derivation, model.name, earlier)
        assert_every_falsified_step_is_refuted(derivation, model.name, earlier)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_no_definition_can_be_changed_without_breaking_a_step(model: Model) -> None:
    for derivation in derivations(model, 2):
        assert_every_falsified_definition_breaks_a_step(
            derivation, model.name, derivations_of(model)
        )
