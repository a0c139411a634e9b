"""Matrix identities are judged for all sizes, and those that hold for some sizes are refused."""

from typing import Any

import pytest
import sympy as sp

from trajalign.theory.derivation import Derivation, Identity, Step
from trajalign.theory.derivation.notation import INPUT, OUTER, WEIGHTS, WEIGHTS_CHANGE
from trajalign.theory.errors import InputError
from trajalign.theory.models import ETA
from trajalign.theory.responses import Loss
from trajalign.verification.derivations.algebra import vanishes
from trajalign.verification.derivations.judging import DerivationError, check_derivation
from trajalign.verification.derivations.points import compare

x, u, v, e = INPUT, WEIGHTS, OUTER, WEIGHTS_CHANGE
f = sp.Trace(x.T * u * v)

TRUE = [
    (f, sp.Trace(v.T * u.T * x)),
    (sp.Trace(x.T * (u + ETA * e) * v), f + ETA * sp.Trace(v * x.T * e)),
    ((u - ETA * x * v.T).T * x, u.T * x - ETA * sp.Trace(x.T * x) * v),
    (x * v.T * u.T * x, f * x),
    (sp.ImmutableMatrix([[f, 1]]), sp.ImmutableMatrix([[sp.Trace(u * v * x.T), 1]])),
]
FALSE = [
    (f, sp.Trace(x.T * e * v)),
    (sp.Trace(x.T * x) * v, u.T * x),
    (x * v.T * u.T * x, 2 * f * x),
    # These hold if m = 1, or if d = 1.
    (f**2, sp.Trace(x.T * u * u.T * x) * sp.Trace(v.T * v)),
    (f**2, sp.Trace(x.T * x) * sp.Trace(v.T * u.T * u * v)),
    (sp.ImmutableMatrix([[f, 1]]), sp.ImmutableMatrix([[f, 2]])),
]


@pytest.mark.parametrize(("left", "right"), TRUE)
def test_both_judges_accept_what_holds_for_all_sizes(left: Any, right: Any) -> None:
    assert vanishes(left - right)
    assert compare(left, right, Loss) >= 32


@pytest.mark.parametrize(("left", "right"), FALSE)
def test_each_judge_refuses_what_does_not(left: Any, right: Any) -> None:
    assert not vanishes(left - right)
    with pytest.raises(InputError, match="differ at a random point"):
        compare(left, right, Loss)


def test_sides_of_different_sizes_are_refused() -> None:
    step = Step("sizes", "", Identity((u.T * x, x)))
    with pytest.raises(DerivationError, match="different sizes"):
        check_derivation(Derivation("x/y", "", "", (step,)), Loss)


def test_what_cannot_be_taken_apart_is_refused() -> None:
    with pytest.raises(InputError, match="cannot be judged"):
        vanishes(sp.Trace(u * u.T) - f)
    with pytest.raises(InputError, match="not a sum or product"):
        vanishes(sp.Inverse(sp.MatrixSymbol("M", 2, 2)) - sp.MatrixSymbol("M", 2, 2))
