"""The long-time laws against reference.md, against mpmath, and against orbits."""

import mpmath as mp
import pytest
import sympy as sp

from trajalign.numerics.curve.long_times import alignment_exponent, crossing_time
from trajalign.numerics.orbits.iteration import Stops
from trajalign.numerics.orbits.loops import compile_loop
from trajalign.numerics.orbits.recorded import iterate
from trajalign.theory.curve.long_times import long_times
from trajalign.theory.errors import InputError, NotFiniteError
from trajalign.theory.models import Activation, Loss, P, SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import ACTIVATIONS, LOSSES

LOG_COSH = TwoLayerLinear(Loss.parse("log-cosh"))
TANH = SingleNeuron(Activation.parse("tanh"))
ALGEBRAIC = SingleNeuron(Activation.parse("algebraic"))
CATALOGUE = [TwoLayerLinear(Loss.parse(name)) for name in LOSSES]
CATALOGUE += [SingleNeuron(Activation.parse(name)) for name in ACTIVATIONS]


def name(model):
    return f"{model.name}:{model.response.text}"


def rational(text):
    return sp.Rational(text)


def test_the_reference_values():
    """reference.md §3: Λ = 0.426650108… and 0.545463869…."""
    assert mp.nstr(alignment_exponent(LOG_COSH, rational("4/5")), 9) == "0.426650108"
    assert mp.nstr(alignment_exponent(TANH, rational("17/20")), 9) == "0.545463869"


def test_log_cosh_by_an_integral_written_by_hand():
    """p r'/r = 2p/sinh 2p − 1, so μ = 4p/sinh 2p − 1; and r'/(p² r³) = (p r'/r)/(p³ r²)."""

    def integrand(p):
        slope = 2 * p / mp.sinh(2 * p) - 1
        return mp.log(abs(1 + 2 * slope)) * slope / (p * mp.tanh(p) ** 2)

    with mp.workdps(150):
        end = mp.findroot(lambda p: mp.tanh(p) / p - mp.mpf(4) / 5, 0.9)
        expected = mp.quad(integrand, [mp.mpf(10) ** -40, end])
        assert mp.almosteq(alignment_exponent(LOG_COSH, rational("4/5"), 30), expected, 1e-20)


def test_the_algebraic_neuron_by_hand():
    """r = (1+x)⁻² and φ² = x/(1+x): decay = −2φ²r/(p r') = 1/2 for every p.

    So Λ = −2 ∫ ln|1 − 8x/(1+x)·…| dp/p with μ = 1 + 2p r'/r = (1 − 7x)/(1 + x), x = p².
    """
    laws = long_times(ALGEBRAIC)
    assert laws.decay_at_zero == sp.Rational(1, 2)
    assert sp.simplify(laws.delay) == 0
    with mp.workdps(30):
        q0 = mp.mpf(9) / 10
        a = mp.sqrt(q0 ** mp.mpf("-0.5") - 1)
        expected = -2 * mp.quad(lambda p: mp.log(abs((1 - 7 * p**2) / (1 + p**2))) / p, [0, a])
        assert mp.almosteq(alignment_exponent(ALGEBRAIC, rational("9/10"), 25), expected, 1e-20)


def test_the_exponent_is_what_the_product_of_multipliers_gives():
    """ε Σ ln|μ(p_t)| along one orbit, ε = 10⁻⁴, is −Λ up to O(ε)."""
    eta = rational("1/100")
    start, stops = (rational("-1/3"), rational("4/5")), Stops(200_000, sp.Rational(1, 10**8))
    orbit = iterate(compile_loop(LOG_COSH), eta, start, stops, digits=40, checked=False)
    settled = orbit.p[60:]  # past the transient
    total = mp.mpf(0)
    for p in settled:
        x = 2 * abs(mp.mpf(float(p)))
        total += mp.log(abs(2 * x / mp.sinh(x) - 1))
    q = sp.Rational(str(mp.mpf(float(orbit.q[60])))).limit_denominator(10**9)
    exact = alignment_exponent(LOG_COSH, q, 20)
    assert abs(-total / 10**4 / exact - 1) < 0.002


@pytest.mark.parametrize("model", CATALOGUE, ids=name)
def test_the_crossing_time_against_orbits(model):
    """Within a few steps of the step-by-step orbit, and not within them if K is off by 1 %."""
    scale, q0 = model.response.scale, rational("17/20")
    eta = 1 / (20 * scale) if model.name == "linear" else 1 / (400 * scale**2)
    stops = Stops(300_000, at_crossing=True)
    orbit = iterate(compile_loop(model), eta, (scale / 2, q0), stops, every=100_000, checked=False)
    predicted = crossing_time(model, q0, eta)
    assert abs(predicted - orbit.crossing) < max(3, 0.004 * orbit.crossing)
    wrong = crossing_time(model, q0 + rational("1/50"), eta)
    assert abs(wrong - orbit.crossing) > max(3, 0.004 * orbit.crossing)


def test_a_height_that_the_response_does_not_take():
    with pytest.raises(NotFiniteError):
        alignment_exponent(LOG_COSH, rational("1"))


def test_no_law_without_curvature():
    with pytest.raises(InputError, match=r"r''\(0\) = 0"):
        long_times(TwoLayerLinear(Loss.parse("atan(z**2)/2")))


def test_the_integrand_of_the_exponent_is_that_of_theory_md():
    """linear: ln|μ| r'/(p² r³); neuron: ln|μ| r'/(2 φ² r)."""
    for model, by_hand in (
        (LOG_COSH, lambda r, s, w: s / (P**2 * r**3)),
        (TANH, lambda r, s, w: s / (2 * w * r)),
    ):
        r = model.response.response.subs(sp.Symbol("z", real=True), P)
        w = model.response.expression.subs(sp.Symbol("z", real=True), P) ** 2
        slope = sp.diff(r, P)
        expected = sp.log(sp.Abs(1 + 2 * P * slope / r)) * by_hand(r, slope, w)
        for point in (0.3, 0.7):
            difference = (long_times(model).exponent - expected).subs(P, sp.Float(point, 30))
            assert abs(sp.N(difference, 20)) < 1e-15


def test_an_integrand_that_is_0_in_a_unit_far_from_1():
    """The algebraic neuron's delay is 0 in every unit of z; in this one balls see 0 · 10⁴⁰."""
    stretched = SingleNeuron(Activation.parse("1e-20*z/sqrt(1e-40+z**2)"))
    eta = rational("1/400") * 10**40  # η φ² has no unit
    plain = crossing_time(ALGEBRAIC, rational("9/10"), rational("1/400"))
    found = crossing_time(stretched, rational("9/10"), eta)
    assert abs(found / plain - 1) < 1e-10
