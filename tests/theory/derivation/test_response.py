import pytest
import sympy as sp
from derivations_helper import last_side
from zoo import PROBLEMS, Problem

from trajalign.theory.derivation.claims import Cited, Derivation
from trajalign.theory.derivation.notation import ELL, PHI
from trajalign.theory.derivation.response import derivations
from trajalign.theory.errors import NoCurvatureError
from trajalign.theory.expressions.parsing import Z
from trajalign.theory.models import (
    PHI_SQUARED,
    Activation,
    Loss,
    Model,
    R,
    SingleNeuron,
    TwoLayerLinear,
)


def response_of(model: Model) -> Derivation:
    (found,) = derivations(model, 2)
    return found


LOG_COSH = response_of(TwoLayerLinear(Loss.parse("log-cosh")))
ALGEBRAIC = response_of(SingleNeuron(Activation.parse("algebraic")))


def test_the_loss_and_the_response_of_theory_md() -> None:
    assert last_side(LOG_COSH, "loss") == sp.log(sp.cosh(Z))
    assert last_side(LOG_COSH, "slope") == sp.tanh(Z)
    assert last_side(LOG_COSH, "response") == sp.tanh(Z) / Z
    assert last_side(LOG_COSH, "log-slope") == 2 * Z / sp.sinh(2 * Z) - 1
    assert last_side(LOG_COSH, "series") == 1 - Z**2 / 3 + 2 * Z**4 / 15


def test_the_activation_and_the_response_of_theory_md() -> None:
    assert last_side(ALGEBRAIC, "activation") == Z / sp.sqrt(1 + Z**2)
    assert last_side(ALGEBRAIC, "square") == Z**2 / (1 + Z**2)
    assert last_side(ALGEBRAIC, "response") == (1 + Z**2) ** -2
    assert last_side(ALGEBRAIC, "log-slope") == -4 * Z**2 / (1 + Z**2)


def test_what_other_derivations_replace_stands_on_the_first_side() -> None:
    first = {step.name: step.claim.sides[:1] for step in (*LOG_COSH.steps, *ALGEBRAIC.steps)}
    assert first["loss"] == (ELL(Z),)
    assert first["activation"] == (PHI(Z),)
    assert first["square"] == (PHI_SQUARED(Z),)
    assert first["response"] == (R(Z),)


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_the_curvature_is_that_of_the_zoo(problem: Problem) -> None:
    found = response_of(problem.model)
    assert sp.simplify(last_side(found, "curvature") - problem.curvature) == 0


def test_the_assumptions_are_said_not_to_be_derived_and_a4_to_hold() -> None:
    for found, missing in ((LOG_COSH, ""), (ALGEBRAIC, "A2")):
        (words,) = (step for step in found.steps if isinstance(step.claim, Cited))
        assert "A4 holds" in words.text
        assert "not derived" in words.text
        assert ("A2" in words.text) != bool(missing)


def test_a4_is_said_to_fail_where_it_does() -> None:
    found = response_of(TwoLayerLinear(Loss.parse("cosh(z)")))
    assert "A4 does not hold" in found.steps[-1].text


def test_a_response_without_curvature_is_refused() -> None:
    with pytest.raises(NoCurvatureError):
        derivations(TwoLayerLinear(Loss.parse("atan(z**2)/2")), 2)


def test_a_long_log_slope_is_left_out() -> None:
    mixed = response_of(TwoLayerLinear(Loss.parse("(sqrt(1+z**2) + log(cosh(z)))/2")))
    assert "log-slope" not in {step.name for step in mixed.steps}
