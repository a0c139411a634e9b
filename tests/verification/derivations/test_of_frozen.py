"""The derivations of the bifurcation diagram hold, and no step survives a changed number."""

from typing import Any

import pytest
from derivations_helper import assert_every_falsified_step_is_refuted, chapter_on

from trajalign.theory.derivation import frozen, response
from trajalign.theory.models import SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import Activation, Loss
from trajalign.verification.derivations.judging import check_derivation

LINEAR = [TwoLayerLinear(Loss.parse(name)) for name in ("log-cosh", "pseudo-huber", "atan")]
NEURON = [SingleNeuron(Activation.parse(name)) for name in ("tanh", "algebraic", "arctan")]


def before(model: Any) -> dict[str, Any]:
    found = (*response.derivations(model, 2), *chapter_on("maps")(model, 2))
    return {derivation.label: derivation for derivation in found}


@pytest.mark.parametrize("model", [LINEAR[0], NEURON[0]], ids=lambda m: m.name)
def test_every_step_holds_and_a_changed_number_does_not(model: Any) -> None:
    earlier = before(model)
    for derivation in frozen.derivations(model, 2):
        check_derivation(derivation, model.kind, earlier)
        assert_every_falsified_step_is_refuted(derivation, model.kind, earlier, at_most=2)
        earlier[derivation.label] = derivation


@pytest.mark.parametrize("models", [LINEAR, NEURON], ids=["linear", "neuron"])
def test_only_the_coefficient_of_the_flip_depends_on_the_response(models: Any) -> None:
    _, *rest = frozen.derivations(models[0], 2)
    for model in models[1:]:
        flip, *others = frozen.derivations(model, 2)
        check_derivation(flip, model.kind, before(model))
        assert others == rest
