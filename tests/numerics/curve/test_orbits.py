"""How an orbit comes to the slow curve: where it is handed over, and what is not accepted."""

import pytest
import sympy as sp
from flint import ctx
from mpmath import mp
from zoo import BY_NAME, to_mpf

from trajalign.numerics.curve.invariant import curve_below
from trajalign.numerics.curve.motion import CurveMotion
from trajalign.numerics.curve.orbits import orbit_on_curve, orbit_to_curve
from trajalign.theory.errors import InputError

HEIGHT = sp.Rational(4, 5)
ETA = sp.Rational(1, 20)
BITS = 140


def motion(name, height=HEIGHT, eta=ETA):
    problem = BY_NAME[name]
    return CurveMotion(curve_below(problem.model, eta**problem.epsilon_power, height, BITS))


@pytest.fixture(scope="module")
def log_cosh():
    return motion("log-cosh")


def to_curve(motion, p0, q0=HEIGHT, name="log-cosh", eta=ETA):
    return orbit_to_curve(motion, BY_NAME[name].model, eta, (sp.Rational(p0), q0), BITS)


@pytest.mark.parametrize("p0", ["1/2", "-1/2", "1/1000000", "3"])
def test_the_states_before_the_curve_are_those_of_single_steps(log_cosh, p0):
    orbit = to_curve(log_cosh, p0)
    with mp.workdps(80):
        p, q = mp.mpf(sp.Rational(p0).p) / sp.Rational(p0).q, mp.mpf(4) / 5
        for state in orbit.states:
            for estimate, exact in zip(state, (p, q), strict=True):
                assert abs(to_mpf(estimate.value) - exact) <= to_mpf(estimate.error)
                assert estimate.good_digits > 30
            p, q = BY_NAME["log-cosh"].step(p, q, mp.mpf(1) / 20)


def test_the_handover_is_on_the_curve_and_no_earlier(log_cosh):
    orbit = to_curve(log_cosh, "1/2")
    curve = log_cosh.curve

    def gap(state):
        p, q = (x.value for x in state)
        return abs(q / curve.height(p * p) - 1)

    with ctx.workprec(curve.precision):
        assert gap(orbit.states[-1]) <= 2 * orbit.gap < 1e-30
        assert all(gap(state) > orbit.gap for state in orbit.states[:-1])


def test_a_start_far_from_the_curve_takes_longer_to_come_to_it(log_cosh):
    assert to_curve(log_cosh, "1/2").aligned < to_curve(log_cosh, "1/1000000000000").aligned


def test_an_orbit_that_passes_one_before_it_is_on_the_curve_keeps_its_gap():
    """tanh at η = 1/10: some ten steps to the crossing, no time to align."""
    orbit = to_curve(motion("tanh", eta=sp.Rational(1, 10)), "1/2", name="tanh", eta=2 * ETA)
    assert orbit.crossing == orbit.aligned < 20
    assert orbit.crossing_error == 0
    assert 1e-8 < orbit.gap < 1e-3
    assert orbit.limit().error > orbit.gap / 2


@pytest.mark.parametrize(("p0", "q0"), [("100", "4/5"), ("-60", "9/10")])
def test_an_orbit_that_diverges_is_refused(p0, q0):
    height = sp.Rational(q0)
    with pytest.raises(InputError, match="does not come to the slow curve; at step"):
        to_curve(motion("log-cosh", height), p0, height)


def test_where_the_curve_repels_no_orbit_starts_on_it():
    """z/√(1+z²): the 2-cycle is stable for p² < 1/3, q > 9/16."""
    eta = sp.Rational(1, 1000)
    with pytest.raises(InputError, match="does not attract at q = 11/20"):
        orbit_on_curve(motion("algebraic", sp.Rational(11, 20), eta), sp.Rational(11, 20))
    started = orbit_on_curve(motion("algebraic", sp.Rational(23, 40), eta), sp.Rational(23, 40))
    assert started.aligned == 0


@pytest.mark.parametrize("q0", ["1/2", "4/5", "999/1000"])
def test_a_start_on_the_curve_lies_at_its_height(q0):
    height = sp.Rational(q0)
    found = motion("log-cosh", height)
    (p, q) = orbit_on_curve(found, height).states[0]
    with mp.workdps(60):
        assert abs(to_mpf(q.value) - mp.mpf(height.p) / height.q) <= to_mpf(q.error)
    with ctx.workprec(found.curve.precision):
        assert 0 < p.value < found.curve.end
