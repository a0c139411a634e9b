"""The exponent Λ and the crossing law as derived, against reference.md §3 and measured values."""

import math

import mpmath
import pytest
import sympy as sp
from derivations_helper import chapter_on, last_side

from trajalign.theory.derivation import Derivation
from trajalign.theory.derivation.notation import CURVATURE, DELAY, Q0, REMAINDER, A
from trajalign.theory.models import ETA, PHI_SQUARED, Model, P, R, SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import Activation, Loss

derivations = chapter_on("long_times")

LINEAR = TwoLayerLinear(Loss.parse("log-cosh"))
NEURON = SingleNeuron(Activation.parse("tanh"))
MODELS = [LINEAR, NEURON]
# Λ of reference.md §3.
EXPONENTS = [(LINEAR, "0.8", "0.426650108"), (NEURON, "0.85", "0.545463869")]
CROSSINGS = [(LINEAR, "0.8", 20), (LINEAR, "0.8", 100), (NEURON, "0.85", 400)]


def _both(model: Model) -> tuple[Derivation, Derivation]:
    exponential, crossing = derivations(model, 2)
    return exponential, crossing


def _start(model: Model, q0: str) -> mpmath.mpf:
    r = sp.lambdify(P, model.concrete(R(P)) - sp.Rational(q0), "mpmath")
    return mpmath.findroot(r, (mpmath.mpf("0.1"), mpmath.mpf(2)), solver="anderson")


def _counted(model: Model, q0: str, eta: float) -> int:
    """When the orbit from p0 = 1/2 passes q = 1, step by step in floating point."""
    p, q, t = 0.5, float(q0), 0
    while q < 1:
        if model is LINEAR:
            r = math.tanh(p) / p
            p, q = (
                (1 - 2 * r / q + eta**2 * p**2 * r**2) * p,
                q / (1 - eta**2 * p**2 * r * (2 * q - r)),
            )
        else:
            r = math.tanh(p) / math.cosh(p) ** 2 / p
            p, q = (1 - 2 * r / q) * p, q / (1 - eta * math.tanh(p) ** 2) ** 2
        t += 1
    return t


def test_the_integrand_of_the_exponent_is_that_of_the_theory() -> None:
    r, w = R(P), PHI_SQUARED(P)
    slope = sp.diff(r, P)
    size = sp.log(sp.Abs(1 + 2 * P * slope / r))
    for model, weight in ((LINEAR, slope / (P**2 * r**3)), (NEURON, slope / (2 * w * r))):
        integral = last_side(_both(model)[0], "exponent")
        assert sp.simplify(integral.function - size * weight) == 0
        assert integral.limits[0][0] == P
        assert integral.limits[0][1] == 0


@pytest.mark.parametrize(("model", "q0", "expected"), EXPONENTS, ids=["linear", "neuron"])
def test_the_exponent_has_the_value_of_the_theory(model: Model, q0: str, expected: str) -> None:
    exponential, _ = _both(model)
    multiplier, weight = (last_side(exponential, f"{n}-here") for n in ("multiplier", "weight"))
    f = sp.lambdify(P, sp.log(multiplier) * weight, "mpmath")
    with mpmath.workdps(30):
        value = mpmath.quad(f, [mpmath.mpf(10) ** -8, _start(model, q0)])
    assert mpmath.nstr(value, 9) == expected


@pytest.mark.parametrize(
    ("model", "kappa"), [(LINEAR, 1), (NEURON, sp.Rational(1, 4))], ids=["linear", "neuron"]
)
def test_the_logarithm_has_the_factor_of_the_theory(model: Model, kappa: sp.Rational) -> None:
    _, crossing = _both(model)
    law = last_side(crossing, "law")
    assert sp.expand(law - DELAY(Q0) - kappa * CURVATURE * sp.log(1 / ETA)) == 0
    assert last_side(crossing, "rho-here") == abs(model.response.curvature)


@pytest.mark.parametrize(("model", "q0", "per_eta"), CROSSINGS, ids=["1/20", "1/100", "neuron"])
def test_the_law_gives_the_crossing_time(model: Model, q0: str, per_eta: int) -> None:
    eta = sp.Rational(1, per_eta)
    _, crossing = _both(model)
    law = last_side(crossing, "law").subs(DELAY(Q0), last_side(crossing, "constant"))
    with mpmath.workdps(30):
        end = _start(model, q0)
        rho = last_side(crossing, "rho-here")
        integrand = model.concrete(last_side(crossing, "integrand")).subs(CURVATURE, rho)
        f = sp.lambdify(P, integrand, "mpmath")
        remainder = mpmath.quad(f, [mpmath.mpf(10) ** -8, end])
        values = {A: sp.Float(end, 30), CURVATURE: rho, REMAINDER: sp.Float(remainder, 30)}
        steps = float(law.subs(values).subs(ETA, eta) / model.small_parameter(eta))
    assert steps == pytest.approx(_counted(model, q0, 1 / per_eta), abs=2 * math.log(per_eta))
