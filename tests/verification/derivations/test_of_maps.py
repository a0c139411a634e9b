"""The derivations of the reduced maps hold, and no step survives a changed number."""

from typing import Any

import pytest
from derivations_helper import (
    assert_every_falsified_definition_is_refuted,
    assert_every_falsified_step_is_refuted,
    chapter_on,
)

from trajalign.theory.models import SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import Activation, Loss
from trajalign.verification.derivations.judging import check_derivation

derivations = chapter_on("maps")
MODELS = [TwoLayerLinear(Loss.parse("log-cosh")), SingleNeuron(Activation.parse("tanh"))]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_every_step_holds_and_a_changed_number_does_not(model: Any) -> None:
    earlier: dict[str, Any] = {}
    for derivation in derivations(model, 2):
        checked = check_derivation(derivation, model.kind, earlier)
        assert all(check.how != "cited" for check in checked.checks)
        assert_every_falsified_step_is_refuted(derivation, model.kind, earlier)
        earlier[derivation.label] = derivation


@pytest.mark.thorough
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_a_changed_definition_does_not_go_unnoticed(model: Any) -> None:
    assert_every_falsified_definition_is_refuted(derivations(model, 2), model.kind)
