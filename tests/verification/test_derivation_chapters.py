"""The chapters on flow, spectrum, long times and sharpening hold; changed numbers are refuted."""

from types import ModuleType

import pytest
from derivations_helper import (
    assert_every_falsified_definition_breaks_a_step,
    assert_every_falsified_step_is_refuted,
    derivations_of,
)

from trajalign.theory.derivation import flow, long_times, progressive, spectrum
from trajalign.theory.models import Model, SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import Activation, Loss
from trajalign.verification.derivations import check_derivation

MODELS = [TwoLayerLinear(Loss.parse("log-cosh")), SingleNeuron(Activation.parse("tanh"))]
OTHERS = [
    TwoLayerLinear(Loss.parse("pseudo-huber")),
    TwoLayerLinear(Loss.parse("atan")),
    SingleNeuron(Activation.parse("algebraic")),
    SingleNeuron(Activation.parse("arctan")),
]
CHAPTERS = [flow, spectrum, long_times, progressive]
OF_THE_RESPONSE = [long_times, progressive]  # flow and spectrum are the same for every response


def _name(case: ModuleType | Model) -> str:
    if isinstance(case, ModuleType):
        return case.__name__.rpartition(".")[2]
    return f"{case.name} {case.response.text}"


every_chapter = pytest.mark.parametrize("chapter", CHAPTERS, ids=_name)
every_model = pytest.mark.parametrize("model", MODELS, ids=_name)


@every_chapter
@every_model
def test_every_step_holds_and_a_changed_number_does_not(chapter: ModuleType, model: Model) -> None:
    earlier = derivations_of(model)
    for derivation in chapter.derivations(model, 2):
        check_derivation(derivation, model.name, earlier)
        assert_every_falsified_step_is_refuted(derivation, model.name, earlier)


@pytest.mark.parametrize("chapter", OF_THE_RESPONSE, ids=_name)
@pytest.mark.parametrize("model", OTHERS, ids=_name)
def test_every_step_holds_for_another_response(chapter: ModuleType, model: Model) -> None:
    for derivation in chapter.derivations(model, 2):
        check_derivation(derivation, model.name, derivations_of(model))


@every_chapter
@every_model
def test_no_definition_can_be_changed_without_breaking_a_step(
    chapter: ModuleType, model: Model
) -> None:
    for derivation in chapter.derivations(model, 2):
        assert_every_falsified_definition_breaks_a_step(
            derivation, model.name, derivations_of(model)
        )
