"""The derivations of the slow curve and its limit hold, and no step survives a changed number."""

from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from derivations_helper import OFF, assert_every_falsified_step_is_refuted, chapter_on
from zoo import BY_NAME

from trajalign.theory.derivation import Definition, Derivation, curve, frozen, limits, response
from trajalign.theory.models import Loss, Model, TwoLayerLinear
from trajalign.verification.derivations.judging import Checked, DerivationError, check_derivation

SLOW = ("atan", "langevin", "gudermann", "arctan", "erf")
NAMES = [
    *("log-cosh", "pseudo-huber", "tanh", "algebraic"),
    *(pytest.param(name, marks=pytest.mark.thorough) for name in SLOW),
]
MODELS = ("log-cosh", "algebraic")


@cache
def before(model: Model) -> dict[str, Derivation]:
    """The derivations that the curve's rest on, which have tests of their own."""
    needed = (*chapter_on("maps")(model, 2), *frozen.derivations(model, 2))
    return {derivation.label: derivation for derivation in needed}


def chapters(model: Model, order: int) -> tuple[Derivation, ...]:
    parts = (response, curve, limits)
    return tuple(derivation for part in parts for derivation in part.derivations(model, order))


def checked(model: Model, order: int) -> dict[str, Checked]:
    earlier, found = dict(before(model)), {}
    for derivation in chapters(model, order):
        found[derivation.label] = check_derivation(derivation, model.kind, earlier)
        earlier[derivation.label] = derivation
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_step_holds(name: str) -> None:
    model = BY_NAME[name].model
    for label, derivation in checked(model, 2).items():
        cited = [check.name for check in derivation.checks if check.how == "cited"]
        kind = label.partition("/")[2]
        words = {"response": ["assumptions"], "alignment": ["attraction"], "limit": ["attraction"]}
        assert cited == words.get(kind, [])


@pytest.mark.thorough
@pytest.mark.parametrize("order", [1, 3, 4])
@pytest.mark.parametrize("name", ["pseudo-huber", "algebraic"])
def test_other_orders_hold(name: str, order: int) -> None:
    assert checked(BY_NAME[name].model, order)


@pytest.mark.thorough
def test_a_response_without_a_closed_form_holds() -> None:
    assert checked(TwoLayerLinear(Loss.parse("(sqrt(1+z**2) + log(cosh(z)))/2")), 2)


@pytest.mark.thorough
@pytest.mark.parametrize("name", MODELS)
def test_a_changed_number_is_refuted(name: str) -> None:
    model: Any = BY_NAME[name].model
    earlier = dict(before(model))
    for derivation in chapters(model, 2):
        assert_every_falsified_step_is_refuted(derivation, model.kind, earlier)
        earlier[derivation.label] = derivation


@pytest.mark.parametrize("name", MODELS)
def test_a_changed_number_at_first_order_is_refuted(name: str) -> None:
    model: Any = BY_NAME[name].model
    earlier = dict(before(model))
    for derivation in chapters(model, 1):
        assert_every_falsified_step_is_refuted(derivation, model.kind, earlier, at_most=1)
        earlier[derivation.label] = derivation


@pytest.mark.thorough
@pytest.mark.parametrize("name", MODELS)
def test_a_changed_definition_does_not_go_unnoticed(name: str) -> None:
    model: Any = BY_NAME[name].model
    mine = chapters(model, 2)
    for index, derivation in enumerate(mine):
        for step in derivation.steps:
            if isinstance(step.claim, Definition):
                wrong = replace(step, claim=replace(step.claim, value=OFF * step.claim.value))
                steps = tuple(wrong if s is step else s for s in derivation.steps)
                whole = (*mine[:index], replace(derivation, steps=steps), *mine[index + 1 :])
                with pytest.raises(DerivationError):
                    judge(whole[index:], model, mine[:index])


def judge(new: tuple[Derivation, ...], model: Model, old: tuple[Derivation, ...]) -> None:
    earlier = before(model) | {derivation.label: derivation for derivation in old}
    for derivation in new:
        check_derivation(derivation, model.kind, earlier)
        earlier[derivation.label] = derivation
