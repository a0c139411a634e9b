"""A definition in parameter space with letters for ℓ or φ and its derivatives."""

from dataclasses import dataclass

import pytest
import sympy as sp
from third_models import COSH, TANH, TIED, UNITS, FrozenWeight

from trajalign.theory.expressions.parsing import Z
from trajalign.theory.models import (
    ETA,
    PHI_SQUARED,
    Activation,
    Loss,
    P,
    ParameterSpace,
    R,
    SingleNeuron,
    TwoLayerLinear,
)
from trajalign.theory.models.unspecified import JETS, unspecified

MODELS = (
    TwoLayerLinear(Loss.parse("atan")),
    SingleNeuron(Activation.parse("erf")),
    TANH,
    COSH,
    UNITS,
    TIED,
)


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.name)
def test_filled_in_it_is_the_gradient_and_hessian_of_the_definition(model):
    """SymPy differentiates the objective with its own response; the letters take its values."""
    space, given = unspecified(model), model.parameter_space()
    e = model.response.expression
    jets = {jet: sp.diff(e, Z, k).subs(Z, space.argument) for k, jet in enumerate(JETS)}
    at = {t: sp.Rational(3 + k, 7) for k, t in enumerate(given.parameters)} | {ETA: 1}
    hessian = sp.hessian(given.objective, given.parameters)
    pairs = [
        *zip(space.gradient, (sp.diff(given.objective, t) for t in given.parameters), strict=True),
        *zip(space.hessian, hessian, strict=True),
        (space.in_parameters(R(P)), model.concrete(R(P)).subs(P, given.p)),
        (space.in_parameters(sp.diff(R(P), P)), model.concrete(sp.diff(R(P), P)).subs(P, given.p)),
    ]
    if isinstance(model.response, Activation):
        pairs.append(
            (space.in_parameters(sp.diff(PHI_SQUARED(P), P)), sp.diff(e**2, Z).subs(Z, given.p))
        )
    for mine, theirs in pairs:
        difference = (mine.subs(jets) - theirs).subs(at)
        assert abs(sp.N(difference, 50)) < sp.Float("1e-40")


def test_a_function_of_another_argument_is_not_known():
    space = unspecified(COSH)
    assert space.in_parameters(R(2 * P)) is None
    assert space.in_parameters(sp.Function("s")(P)) is None


@dataclass(frozen=True)
class OneSided(FrozenWeight):
    """Its definition is another for the response at hand than for an unspecified one."""

    def parameter_space(self):
        right = super().parameter_space()
        known = self.response.expression.has(sp.tanh)
        return ParameterSpace(right.parameters, right.objective * (1 + known), right.p, right.q)


class Sampled(FrozenWeight):
    """It asks its response for a number, which an unspecified one does not have."""

    def parameter_space(self):
        right = super().parameter_space()
        scale = self.response.expression.subs(Z, 0)
        return ParameterSpace(right.parameters, right.objective + scale, right.p, right.q)


class Elsewhere(FrozenWeight):
    """p is not where the objective has φ."""

    def parameter_space(self):
        right = super().parameter_space()
        return ParameterSpace(right.parameters, right.objective, 2 * right.p, right.q)


@pytest.mark.parametrize("model", [OneSided, Sampled, Elsewhere])
def test_a_definition_that_is_not_one_for_every_response_has_none(model):
    assert unspecified(model(TANH.response)) is None
