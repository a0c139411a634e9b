"""Random instances of a response satisfy what relates ℓ, φ and r."""

import random

import pytest
import sympy as sp

from trajalign.theory.derivation.notation import ELL, PHI
from trajalign.theory.expressions.parsing import Z
from trajalign.theory.models import PHI_SQUARED, R
from trajalign.theory.responses import Activation, Loss, Response
from trajalign.verification.derivations.points import _derivative, _instance


def instance(sides: list[sp.Expr], kind: type[Response]) -> list[sp.Expr]:
    return _instance(sides, kind, random.Random(3))


@pytest.mark.parametrize(
    ("kind", "zero"),
    [
        (Loss, R(Z) * Z - sp.diff(ELL(Z), Z)),
        (Loss, sp.diff(R(Z) * Z, Z, 2) - sp.diff(ELL(Z), Z, 3)),
        (Activation, R(Z) * Z - PHI(Z) * sp.diff(PHI(Z), Z)),
        (Activation, PHI_SQUARED(Z) - PHI(Z) ** 2),
        (Activation, sp.diff(PHI_SQUARED(Z), Z) - 2 * Z * R(Z)),
    ],
)
def test_an_instance_satisfies_what_relates_its_functions(kind, zero):
    (found,) = instance([zero], kind)
    assert sp.cancel(found) == 0
    assert sp.cancel(instance([zero + R(Z) * Z**2], kind)[0]) != 0


def test_other_functions_are_independent():
    f = sp.Function("f")
    left, right = instance([f(Z), R(Z)], Loss)
    assert left.free_symbols == right.free_symbols == {Z}
    assert sp.cancel(left - right) != 0


def test_sides_without_functions_stay_as_they_are():
    assert instance([Z + 1, sp.Integer(2)], Loss) == [Z + 1, 2]


def test_derivatives_are_in_lowest_terms():
    value = (1 + Z**2) / (1 + 3 * Z**2 + Z**4 / 2)
    for order in (1, 2, 3):
        found = _derivative(value, order)
        assert sp.cancel(found - sp.diff(value, Z, order)) == 0
        below = sp.Poly(sp.fraction(found)[1], Z)
        assert below.degree() == 4 * (order + 1)
