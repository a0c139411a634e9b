"""The models that have a file: found without a list, and told from copies of another name."""

from typing import ClassVar

import pytest

from trajalign.theory import models
from trajalign.theory.errors import InputError
from trajalign.theory.models import Activation, Loss, Response, SingleNeuron, TwoLayerLinear
from trajalign.theory.models.base import About
from trajalign.verification.controls import with_wrong_map


def test_those_of_the_paper_come_first() -> None:
    assert models.names() == ("linear", "neuron", "deep", "frozen-weight", "product")
    assert models.from_paper() == (TwoLayerLinear, SingleNeuron)


@pytest.mark.parametrize("name", models.names())
def test_every_model_is_made_of_a_text(name: str) -> None:
    kind = models.named(name)
    (text, *_) = kind.usual()
    made = models.of(name, text)
    assert type(made) is kind
    assert made == kind(kind.kind.parse(text))
    assert models.is_built_in(made)


def test_a_response_belongs_to_the_papers_model() -> None:
    assert models.for_response(Loss.parse("atan")) == TwoLayerLinear("atan")
    assert models.for_response(Activation.parse("erf")) == SingleNeuron("erf")
    with pytest.raises(InputError, match="no model of the paper"):
        models.for_kind(Response)


@pytest.mark.parametrize("wrong", ["Linear", "", "linear "])
def test_another_name_is_refused(wrong: str) -> None:
    with pytest.raises(InputError, match="known are linear, neuron, deep, frozen-weight"):
        models.of(wrong, "tanh")


def test_a_copy_is_no_built_in_model() -> None:
    copy = with_wrong_map(models.of("neuron", "tanh"))
    assert copy.name == "neuron"
    assert not models.is_built_in(copy)


def test_what_was_proved_for_a_model_is_not_inherited_under_another_name() -> None:
    class Same(SingleNeuron):
        pass

    class Renamed(SingleNeuron):
        name: ClassVar[str] = "my_own"

    class Described(SingleNeuron):
        name: ClassVar[str] = "described"
        about: ClassVar[About] = About(title="neuron of mine")

    assert Same.about == SingleNeuron.about
    assert Same.about.from_paper
    assert Renamed.about == About()
    assert Renamed("tanh").title == r"model my\_own"
    assert Described("tanh").title == "neuron of mine"
    assert not Described.about.from_paper


@pytest.mark.parametrize("name", models.names())
def test_an_orbit_starts_below_the_edge_and_off_the_curve(name: str) -> None:
    p, q = models.named(name).about.start
    assert p > 0
    assert 0 < q < 1
