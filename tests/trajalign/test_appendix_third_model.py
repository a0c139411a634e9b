"""The appendix of a third model: what holds for any, checked, and a line on what is left out."""

import json

import pytest
import sympy as sp
from third_models import COSH, TANH, TIED, wrong

from trajalign.appendix import archive, html, latex_document, text
from trajalign.appendix.document import document
from trajalign.theory.derivation.book import appendix
from trajalign.theory.errors import InputError, ReducedMapError
from trajalign.theory.models import ETA, Loss, P
from trajalign.verification.derivations.judging import DerivationError, check_appendix

CHAPTERS = (
    "response",
    "reduced-map",
    "bifurcation/flip",
    "bifurcation/criterion",
    "bifurcation/two-cycle",
    "alignment",
)
ABOUT_THE_CURVE = ("step-about-curve", "up-to-a-number")  # of a map that is rational


def made(model):
    found = appendix(model)
    return document(model, found, check_appendix(found))


@pytest.mark.parametrize("model", [TANH, pytest.param(COSH, marks=pytest.mark.thorough), TIED])
def test_what_holds_for_any_model_is_derived_and_printed(model):
    document = made(model)
    labels = [entry.derivation.label.removeprefix(f"{model.name}/") for entry in document.entries]
    assert tuple(labels) == CHAPTERS + ABOUT_THE_CURVE
    page = text.page(document)
    assert page.startswith(f"Derivations for the model {model.name} with")
    (left_out,) = (line for line in page.split(". ") if "Not written for it" in line)
    assert "the limit, saturation" in " ".join(left_out.split())
    assert "feels" in page
    assert "neuron" not in page
    assert f"model {model.name}" in html.page(document)
    assert r"\label{ta:" + model.name + "/reduced-map" in latex_document.fragment(document)


def test_its_map_is_checked_step_by_step():
    (chapter,) = (d for d in appendix(TIED).derivations if d.label == "tied/reduced-map")
    assert [step.name for step in chapter.steps][-2:] == ["p-next", "q-next"]
    model = wrong(TIED, q_next=1 + ETA**2 * P**2 / sp.Integer(10) ** 90)
    with pytest.raises(DerivationError, match="tied/reduced-map: step q-next"):
        check_appendix(appendix(model))


def test_a_definition_for_one_response_alone_is_refused_in_one_line():
    class Unprepared(type(TANH)):
        def parameter_space(self):
            if not self.response.expression.has(sp.tanh):
                raise ValueError("tanh only")
            return super().parameter_space()

    with pytest.raises(ReducedMapError, match="does not take an unspecified loss or activation"):
        appendix(Unprepared(TANH.response))


def test_json_is_checked_where_the_model_is_given():
    class TiedLoss(type(TIED)):
        kind = Loss

    data = json.loads(json.dumps(archive.archive(made(TiedLoss("log-cosh")))))
    assert len(archive.check(data, own=TiedLoss)) == len(data["derivations"])
    with pytest.raises(InputError, match="neither Loss nor Activation"):
        archive.archive(made(TIED))
    with pytest.raises(InputError, match="unknown model 'tied'"):
        archive.check(data)
    with pytest.raises(InputError, match="unknown model 'tied'"):
        archive.check(data, own=type(TANH))


def test_json_of_a_copy_that_is_called_like_a_built_in_model_is_refused_in_one_line():
    with pytest.raises(InputError, match="frozen-weight is the name of a built-in model"):
        archive.archive(made(TANH))
