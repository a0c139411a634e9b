"""The lemma on losses with r''(0) = 0: every line checks, no falsified one does, and its number."""

import mpmath as mp
import pytest
import sympy as sp
from derivations_helper import assert_every_falsified_step_is_refuted, last_side

from trajalign.numerics.curve.flat import flat_constant
from trajalign.theory.derivation.book import chapter
from trajalign.theory.derivation.notation import AIRY_ZERO, CUBE_ROOT, FLATNESS
from trajalign.theory.models import TwoLayerLinear
from trajalign.theory.responses import Loss
from trajalign.verification.derivations.judging import check_derivation

MODEL = TwoLayerLinear(Loss.parse("log-cosh"))
(FLAT,) = chapter("linear.flat")(MODEL, 1)
EARLIER = {d.label: d for d in chapter("linear.maps")(MODEL, 1)}


def test_every_step_checks_and_no_falsified_one_does() -> None:
    check_derivation(FLAT, Loss, EARLIER)
    assert_every_falsified_step_is_refuted(FLAT, Loss, EARLIER)


@pytest.mark.parametrize("rho", [1, 4])
def test_its_gap_is_that_of_the_orbit_that_is_integrated(rho: int) -> None:
    """Airy's function here, a differential equation in numerics/curve/flat.py."""
    eta = 1e-3
    place = {AIRY_ZERO: -float(mp.airyaizero(1, derivative=1)), CUBE_ROOT: eta ** (1 / 3)}
    gap = float(last_side(FLAT, "sharpness").subs(place | {FLATNESS: sp.Integer(rho)}))
    assert gap == pytest.approx(flat_constant(4) * (eta / rho) ** (1 / 3), rel=1e-9)
