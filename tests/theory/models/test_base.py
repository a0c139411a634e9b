"""What every model has: symbols, a small parameter, and its reduced map for one response."""

from dataclasses import FrozenInstanceError, dataclass
from typing import ClassVar

import pytest
import sympy as sp

from trajalign.theory.models import (
    EPSILON,
    ETA,
    PHI_SQUARED,
    Model,
    P,
    ParameterSpace,
    Q,
    R,
    ReducedModel,
)
from trajalign.theory.responses import Activation, Loss, Response


@dataclass(frozen=True)
class Toy(Model):
    """A model with η = ε³ whose four parts tell p, q, r and r' apart."""

    response: Response
    name: ClassVar[str] = "toy"
    exponent: ClassVar[sp.Rational] = sp.Integer(3)

    def generic(self):
        return ReducedModel(P * R(P), Q + R(P), sp.diff(R(P), P), ETA * PHI_SQUARED(P))

    def parameter_space(self):
        t = sp.Symbol("t")
        return ParameterSpace((t,), t**2, t, ETA * t)


HUBER = Toy(Loss.parse("sqrt(1 + z**2)"))  # r = (1 + z²)^(−1/2)
ALGEBRAIC = Toy(Activation.parse("z/sqrt(1 + z**2)"))  # r = (1 + z²)^(−2), φ² = z²/(1 + z²)


def test_the_symbols():
    symbols = (P, Q, ETA, EPSILON, R, PHI_SQUARED)
    assert [str(s) for s in symbols] == ["p", "q", "eta", "epsilon", "r", "w"]
    assert (P.is_real, P.is_positive) == (True, None)  # p changes sign at every step
    assert all(s.is_positive for s in (Q, ETA, EPSILON))


@pytest.mark.parametrize(
    "entries",
    [
        ((2, 0), (0, 5)),
        ((1, 3), (3, 1)),  # eigenvalues 4 and −2
        ((-4, 2), (2, -1)),  # 0 and −5
        ((7, 0), (0, 7)),
    ],
)
def test_the_sharpness_is_the_larger_eigenvalue(entries):
    block = sp.Matrix(entries)
    larger = max(block.eigenvals())
    assert ReducedModel(P, Q, block.trace(), block.det()).sharpness == larger


def test_step_size_and_small_parameter_are_inverse():
    assert HUBER.step_size(sp.Integer(2)) == 8
    assert HUBER.small_parameter(sp.Integer(8)) == 2
    assert sp.simplify(HUBER.small_parameter(HUBER.step_size(EPSILON)) - EPSILON) == 0


def test_the_parts_for_a_loss():
    reduced, r = HUBER.reduced, (1 + P**2) ** sp.Rational(-1, 2)
    assert sp.simplify(reduced.p_next - P * r) == 0
    assert sp.simplify(reduced.q_next - Q - r) == 0
    assert sp.simplify(reduced.trace + P * r**3) == 0  # the derivative is carried out
    assert reduced.determinant == ETA * PHI_SQUARED(P)  # a loss knows nothing of φ²


def test_the_parts_for_an_activation():
    reduced = ALGEBRAIC.reduced
    assert sp.simplify(reduced.p_next - P / (1 + P**2) ** 2) == 0
    assert sp.simplify(reduced.q_next - Q - (1 + P**2) ** -2) == 0
    assert sp.simplify(reduced.trace + 4 * P / (1 + P**2) ** 3) == 0
    assert sp.simplify(reduced.determinant - ETA * P**2 / (1 + P**2)) == 0


def test_the_reduced_model_is_made_once():
    assert HUBER.reduced is HUBER.reduced


def test_models_and_their_parts_are_values():
    assert Toy(HUBER.response) == HUBER != ALGEBRAIC
    assert len({HUBER, Toy(HUBER.response), ALGEBRAIC}) == 2
    for frozen, name in (
        (HUBER, "response"),
        (HUBER.generic(), "p_next"),
        (HUBER.parameter_space(), "objective"),
    ):
        with pytest.raises(FrozenInstanceError):
            setattr(frozen, name, None)


class WithoutParameterSpace(Model):
    name: ClassVar[str] = "half"
    exponent: ClassVar[sp.Rational] = sp.S.One

    def generic(self):
        return HUBER.generic()


class WithoutMap(Model):
    name: ClassVar[str] = "half"
    exponent: ClassVar[sp.Rational] = sp.S.One

    def parameter_space(self):
        return HUBER.parameter_space()


@pytest.mark.parametrize(
    ("incomplete", "missing"),
    [(WithoutParameterSpace, "parameter_space"), (WithoutMap, "generic")],
)
def test_a_model_must_define_both_methods(incomplete, missing):
    with pytest.raises(TypeError, match=missing):
        incomplete(HUBER.response)


class Smallest(WithoutMap):
    """Only what a new model has to define: the response comes with `Model`."""

    def generic(self):
        return HUBER.generic()


def test_a_new_model_need_not_mention_its_response():
    assert Smallest(ALGEBRAIC.response).response is ALGEBRAIC.response
    assert sp.simplify(Smallest(HUBER.response).reduced.p_next - HUBER.reduced.p_next) == 0
    with pytest.raises(FrozenInstanceError):
        Smallest(HUBER.response).response = ALGEBRAIC.response
