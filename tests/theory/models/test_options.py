"""Options of models: read, told, and part of what a model is."""

import pickle
from dataclasses import dataclass, replace
from typing import ClassVar

import pytest
import sympy as sp

from trajalign.theory import models
from trajalign.theory.curve.first_order import slow_curve
from trajalign.theory.curve.series import curve_series
from trajalign.theory.diagram.branches import bifurcation_diagram
from trajalign.theory.errors import ArgumentError, InputError
from trajalign.theory.expressions.parsing import parse_rational
from trajalign.theory.models import Deep, Loss, ModelOption, TwoLayerLinear
from trajalign.verification.controls import with_wrong_map


@dataclass(frozen=True)
class Shifted(TwoLayerLinear):
    """With a further option of its own, beside the one that it inherits."""

    shift_by: sp.Rational = sp.S.Zero
    name: ClassVar[str] = "shifted"
    options: ClassVar[tuple[ModelOption, ...]] = (
        *TwoLayerLinear.options,
        ModelOption("shift-by", parse_rational, "A shift.", sp.S.Zero),
    )


def test_an_option_is_read_from_a_text_or_a_number():
    assert Shifted("log-cosh", shift_by="0.5") == Shifted("log-cosh", shift_by=sp.Rational(1, 2))
    assert Shifted("log-cosh", shift_by=0.5) == Shifted("log-cosh", 1, "1/2")
    with pytest.raises(ArgumentError, match="shift-by = 'x'"):
        Shifted("log-cosh", shift_by="x")


def test_what_is_at_its_default_is_not_told_unless_it_always_is():
    assert Shifted("log-cosh").designation == "shifted"
    assert Shifted("log-cosh", shift_by=2).designation == "shifted, shift-by 2"
    assert Shifted("atan", 3, 2).settings == {"input-norm": "3", "shift-by": "2"}
    assert Shifted("pseudo-huber", 3).given == "sqrt(1+z**2), input-norm 3"
    assert Deep("log-cosh").settings == {"depth": "3"}


def test_models_that_differ_in_an_option_are_different():
    three, four = Deep("log-cosh", depth=3), Deep("log-cosh", depth=4)
    assert three != four
    assert hash(three) != hash(four)
    assert three.designation != four.designation
    assert len({three, four, Deep("log-cosh", depth="3")}) == 2
    assert three.title != four.title


def test_no_cache_confuses_them():
    """Each result is had with the other depth's already kept; h_1(0) = m/|r''(0)| by hand."""
    expected = {d: sp.Rational(3 * (d - 1), 2) for d in (2, 3, 4, 5)}
    for _ in range(2):
        for depth, value in expected.items():
            model = Deep("log-cosh", depth=depth)
            assert slow_curve(model).h_at_zero == value
            assert curve_series(model, 1).limit[1] == value
    norms = [TwoLayerLinear("log-cosh", n) for n in (1, 2)]
    one, two = norms
    assert one.reduced.q_next != two.reduced.q_next
    diagrams = [bifurcation_diagram(Deep("log-cosh", depth=d)) for d in (3, 4)]
    assert diagrams[0].special_points == diagrams[1].special_points  # ε = 0 knows no depth


@pytest.mark.parametrize("model", [Deep("atan", depth=5), TwoLayerLinear("atan", input_norm=3)])
def test_another_process_gets_the_same_model(model):
    back = pickle.loads(pickle.dumps(model))
    assert (back, back.settings, back.about, back.laws) == (
        model,
        model.settings,
        model.about,
        model.laws,
    )


def test_copies_keep_the_options():
    model = Deep("log-cosh", depth=4)
    assert replace(model, response=Loss.parse("atan")).depth == 4
    wrong = with_wrong_map(model)
    assert wrong.depth == 4
    assert pickle.loads(pickle.dumps(wrong)).depth == 4
    assert model.with_options({"depth": "5"}) == Deep("log-cosh", depth=5)


def test_options_are_given_by_name():
    assert models.of("linear", "atan", input_norm="2") == TwoLayerLinear("atan", 2)
    with pytest.raises(InputError, match="--depth does not belong to the neuron, which has no opt"):
        models.of("neuron", "tanh", depth=3)
    with pytest.raises(InputError, match="takes --input-norm; it is an option of deep"):
        models.of("linear", "atan", depth=3)


def test_every_option_of_every_model_has_a_field_and_reads_its_own_text():
    for kind in models.built_in().values():
        made = models.of(kind.name, kind.usual()[0])
        for option in kind.options:
            value = getattr(made, option.field)
            assert option.read(str(value)) == value
            assert option.help.endswith(".")


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"model": "deep", "response": "log(cosh(z))", "options": {"depth": "x"}}, "whole number"),
        ({"model": "deep", "response": "log(cosh(z))", "options": {"width": "3"}}, "--width"),
        ({"model": "deep", "response": "log(cosh(z))", "options": {"depth": 3}}, "texts"),
        ({"model": "deep", "response": "log(cosh(z))", "options": ["depth"]}, "texts"),
        ({"model": "mine", "response": "log(cosh(z))"}, "whose file is to be given"),
        ({"model": ["deep"], "response": "log(cosh(z))"}, "unknown model"),
        ({"model": "deep", "response": 3}, "text"),
    ],
)
def test_what_a_file_names_wrongly_is_refused_in_one_line(document, told):
    with pytest.raises(InputError, match=told) as refused:
        models.recalled(document)
    assert "\n" not in str(refused.value)


def test_a_file_names_a_model_with_its_options():
    document = {"model": "deep", "response": "log(cosh(z))", "options": {"depth": "5"}}
    assert models.recalled(document) == Deep("log-cosh", depth=5)
    norm = {"model": "linear", "response": "log(cosh(z))", "options": {"input-norm": "2"}}
    assert models.recalled(norm) == TwoLayerLinear("log-cosh", 2)
