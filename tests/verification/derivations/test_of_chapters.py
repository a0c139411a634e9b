"""The chapters beside curve, maps and diagram hold; changed numbers are refuted."""

import pytest
from derivations_helper import (
    assert_every_falsified_definition_breaks_a_step,
    assert_every_falsified_step_is_refuted,
    chapter_on,
    derivations_of,
)

from trajalign.theory.models import Model, SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import Activation, Loss
from trajalign.verification.derivations.judging import check_derivation

MODELS = [TwoLayerLinear(Loss.parse("log-cosh")), SingleNeuron(Activation.parse("tanh"))]
OTHERS = [
    TwoLayerLinear(Loss.parse("pseudo-huber")),
    TwoLayerLinear(Loss.parse("atan")),
    SingleNeuron(Activation.parse("algebraic")),
    SingleNeuron(Activation.parse("arctan")),
]
CHAPTERS = ["flow", "sharpness", "long_times", "progressive", "uniform"]
OF_THE_RESPONSE = ["long_times", "progressive"]  # the others are the same for every response


def _name(model: Model) -> str:
    return f"{model.name} {model.response.text}"


every_chapter = pytest.mark.parametrize("chapter", CHAPTERS)
every_model = pytest.mark.parametrize("model", MODELS, ids=_name)


@every_chapter
@every_model
def test_every_step_holds_and_a_changed_number_does_not(chapter: str, model: Model) -> None:
    earlier = derivations_of(model)
    for derivation in chapter_on(chapter)(model, 2):
        check_derivation(derivation, model.kind, earlier)
        assert_every_falsified_step_is_refuted(derivation, model.kind, earlier)


@pytest.mark.parametrize("chapter", OF_THE_RESPONSE)
@pytest.mark.parametrize("model", OTHERS, ids=_name)
def test_every_step_holds_for_another_response(chapter: str, model: Model) -> None:
    for derivation in chapter_on(chapter)(model, 2):
        check_derivation(derivation, model.kind, derivations_of(model))


@every_chapter
@every_model
def test_no_definition_can_be_changed_without_breaking_a_step(chapter: str, model: Model) -> None:
    for derivation in chapter_on(chapter)(model, 2):
        assert_every_falsified_definition_breaks_a_step(
            derivation, model.kind, derivations_of(model)
        )
