"""The chapter on the edge: it checks, and a wrong coefficient in it does not."""

from dataclasses import replace

import pytest
import sympy as sp

from trajalign.theory.derivation.claims import Definition, Derivation, Identity
from trajalign.theory.derivation.edge import law
from trajalign.theory.derivation.notation import CURVATURE_C, DRIFT_SHIFT, KAPPA
from trajalign.theory.responses import Loss
from trajalign.verification.derivations.judging import DerivationError, check_derivation

FLIP, PLANAR = law()


def with_claim(derivation: Derivation, name: str, claim: object) -> Derivation:
    steps = tuple(
        replace(step, claim=claim) if step.name == name else step for step in derivation.steps
    )
    assert steps != derivation.steps
    return replace(derivation, steps=steps)


@pytest.mark.parametrize("derivation", [FLIP, PLANAR], ids=lambda d: d.label)
def test_every_step_checks(derivation: Derivation) -> None:
    checks = check_derivation(derivation, Loss).checks
    assert {check.how for check in checks} == {"definition", "cited", "checked"}


@pytest.mark.parametrize("factor", [2, -1])
def test_another_c_is_refused(factor: int) -> None:
    (c,) = (step.claim for step in FLIP.steps if step.name == "c")
    twin = with_claim(FLIP, "c", Definition(CURVATURE_C, factor * c.sides[1]))
    with pytest.raises(DerivationError, match="step twice"):
        check_derivation(twin, Loss)


def test_another_curve_is_refused() -> None:
    (curve,) = (step.claim for step in FLIP.steps if step.name == "curve")
    name, value = curve.sides
    twin = with_claim(FLIP, "curve", Definition(name, value.subs(KAPPA, 2 * KAPPA)))
    with pytest.raises(DerivationError, match="step solves"):
        check_derivation(twin, Loss)


@pytest.mark.parametrize("name", ["square", "cubic"])
def test_another_shift_is_refused(name: str) -> None:
    (claim,) = (step.claim for step in PLANAR.steps if step.name == name)
    assert isinstance(claim, Identity)
    wrong = claim.sides[1].subs(DRIFT_SHIFT, 2 * DRIFT_SHIFT)
    twin = with_claim(PLANAR, name, replace(claim, sides=(claim.sides[0], wrong)))
    with pytest.raises(DerivationError, match=f"step {name}"):
        check_derivation(twin, Loss)


def test_its_coefficient_is_that_of_the_law() -> None:
    from trajalign.theory.derivation.notation import ALONG_FOURTH, ALONG_THIRD, COUPLING, STIFF
    from trajalign.theory.edge.law import flip_coefficient
    from trajalign.theory.models import ETA

    (c,) = (step.claim for step in FLIP.steps if step.name == "c")
    found = flip_coefficient(ETA, ALONG_THIRD, ALONG_FOURTH, [(STIFF, COUPLING)])
    assert sp.simplify(found - c.sides[1]) == 0
