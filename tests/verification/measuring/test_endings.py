"""How far above 1 orbits are said to end, against orbits, and in both directions."""

import pytest
import sympy as sp
from zoo import linear, neuron

from trajalign.numerics.orbits.iteration import Stops
from trajalign.numerics.orbits.loops import compile_loop
from trajalign.numerics.orbits.recorded import iterate
from trajalign.theory.models import Model
from trajalign.verification.measuring.endings import Curved, Flat, ending

QUARTIC = linear("4*log(cosh(z))/3 - log(cosh(2*z))/12")
SEXTIC = linear("3*log(cosh(z))/2 - 3*log(cosh(2*z))/20 + log(cosh(3*z))/90")
NEURON = neuron("z/(1+z**4)**(1/4)")
MODELS = [linear("log-cosh"), neuron("tanh"), QUARTIC, SEXTIC, NEURON]


def test_which_applies() -> None:
    kinds = [type(ending(model)) for model in MODELS]
    assert kinds == [Curved, Curved, Flat, Flat, Flat]


@pytest.mark.parametrize("model", MODELS)
def test_the_step_size_for_a_rise_has_that_rise(model: Model) -> None:
    found = ending(model)
    for rise in (0.01, 1e-4):
        assert found.rise(1 / found.inverse(rise)) == pytest.approx(rise, rel=1e-12)


@pytest.mark.parametrize("model", MODELS)
def test_orbits_end_near_there_and_in_about_that_time(model: Model) -> None:
    found = ending(model)
    eta = sp.Rational(1, 40) if model.name == "linear" else sp.Rational(1, 2000)
    epsilon = float(model.small_parameter(eta))
    stops = Stops(100_000, sp.Rational(1, 10**8), sp.Integer(100))
    start = (sp.Rational(3, 10), sp.Rational(93, 100))
    orbit = iterate(compile_loop(model), eta, start, stops, digits=30, checked=False)
    rise = float(orbit.q[len(orbit) - 1] - 1)
    assert orbit.outcome == "converged"
    assert rise == pytest.approx(found.rise(epsilon), rel=0.25)
    crossing = found.crossing(float(eta), epsilon)
    assert orbit.crossing is not None
    assert 0.05 * crossing < orbit.crossing < 2 * crossing


def test_small_steps_resolve_a_flat_response_and_large_ones_do_not() -> None:
    found = ending(QUARTIC)
    assert isinstance(found, Flat)
    # a = (ε/ρ²)^(1/6), ρ = 32/15; 1 − r is ρp⁴/4 less (68/63)p⁶: within half up to p = 1/2 or so.
    assert found.unresolved(1e-6) == ""
    assert "do not resolve the response near p = " in found.unresolved(1.0)
