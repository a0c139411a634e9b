"""The lemma on losses with r''(0) = 0: every line checks, no falsified one does, and its number."""

import mpmath as mp
import pytest
import sympy as sp
from derivations_helper import assert_every_falsified_step_is_refuted, last_side

from trajalign.numerics.curve.flat import flat_constant
from trajalign.theory.derivation.book import chapter
from trajalign.theory.derivation.notation import AIRY_ZERO, CUBE_ROOT, FLATNESS
from trajalign.theory.models import SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import Activation, Loss
from trajalign.verification.derivations.judging import check_derivation

MODELS = {
    "linear": TwoLayerLinear(Loss.parse("log-cosh")),
    "neuron": SingleNeuron(Activation.parse("tanh")),
}
FLAT = {name: chapter("flat")(model, 1)[0] for name, model in MODELS.items()}


@pytest.mark.parametrize("name", MODELS)
def test_every_step_checks_and_no_falsified_one_does(name: str) -> None:
    kind = type(MODELS[name].response)
    earlier = {d.label: d for d in chapter(f"{name}.maps")(MODELS[name], 1)}
    assert FLAT[name].label == f"{name}/flat-saturation"
    check_derivation(FLAT[name], kind, earlier)
    assert_every_falsified_step_is_refuted(FLAT[name], kind, earlier)


@pytest.mark.parametrize("rho", [1, 4])
@pytest.mark.parametrize("name", MODELS)
def test_its_gap_is_that_of_the_orbit_that_is_integrated(name: str, rho: int) -> None:
    """Airy's function here, a differential equation in numerics/curve/flat.py. The gap is
    C_4 (η/ρ)^(1/3), or C_4 ((2η)²/ρ)^(1/3)/η."""
    eta = 1e-3
    drift = eta**2 if name == "linear" else 2 * eta
    place = {AIRY_ZERO: -float(mp.airyaizero(1, derivative=1)), CUBE_ROOT: drift ** (1 / 6)}
    gap = float(last_side(FLAT[name], "sharpness").subs(place | {FLATNESS: sp.Integer(rho)}))
    assert gap == pytest.approx(flat_constant(4) * (drift**2 / rho) ** (1 / 3) / eta, rel=1e-9)
