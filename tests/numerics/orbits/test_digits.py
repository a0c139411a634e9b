"""How many digits of an orbit are good, how many are claimed, and p far below them."""

import math

import pytest
import sympy as sp
from mpmath import mp
from recorded_orbits import ROUNDABOUT, TINY, run
from zoo import BY_NAME, PROBLEMS, to_mpf

from trajalign.numerics.orbits.iteration import Stops
from trajalign.numerics.orbits.loops import compile_loop
from trajalign.numerics.orbits.recorded import iterate
from trajalign.numerics.precision import working_bits

# Precision


def test_an_ill_conditioned_response_keeps_its_digits(loop_of):
    """3 (coth z − 1/z)/z loses twice the digits of 1/z: 40 of 50 where p = 10⁻²⁰."""
    orbit = run(loop_of("langevin"), "1/10", until=sp.Rational(1, 10**20), digits=50)
    assert orbit.outcome == "converged"
    r = BY_NAME["langevin"].r
    with mp.workdps(150):
        eta = mp.mpf(1) / 10
        for t in range(0, len(orbit) - 1, 7):
            p, q = to_mpf(orbit.p[t]), to_mpf(orbit.q[t])
            p_next = (1 - 2 * r(p) / q + eta**2 * p**2 * r(p) ** 2) * p
            assert abs(to_mpf(orbit.p[t + 1]) / p_next - 1) < mp.mpf(10) ** -50


@pytest.mark.parametrize("name", ["log-cosh", "langevin", "tanh", "erf"])
def test_thirty_more_digits_change_nothing(name, loop_of):
    short, long = (run(loop_of(name), "1/10", digits=d) for d in (40, 70))
    assert len(short) == len(long)
    with mp.workdps(80):
        worst = max(
            abs(to_mpf(a) / to_mpf(b) - 1)
            for a, b in zip(short.p + short.q, long.p + long.q, strict=True)
        )
    assert worst < mp.mpf(10) ** -36
    assert worst > 0  # and they were not computed at the same precision


def test_the_entries_are_exact_numbers(loop_of):
    orbit = run(loop_of("log-cosh"), "1/10", max_steps=20)
    assert all(x.is_exact() for x in orbit.p + orbit.q)
    assert (orbit.eta, orbit.digits) == (sp.Rational(1, 10), 50)
    assert working_bits(50) >= 50 * 3.3219


# The digits that are claimed


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_the_good_digits_are_good(problem, loop_of):
    orbit = run(loop_of(problem.name), "1/10", digits=40, max_steps=150, until=0)
    assert orbit.good_digits >= 40
    with mp.workdps(150):
        p, q, eta = mp.mpf("0.5"), mp.mpf("0.8"), mp.mpf("0.1")
        for t in range(151):
            error = max(abs(to_mpf(orbit.p[t]) / p - 1), abs(to_mpf(orbit.q[t]) / q - 1))
            assert error < mp.mpf(10) ** -orbit.good_digits
            p, q = problem.step(p, q, eta)


CHAOS = ("1/1000000", ("0.7", "0.4"))  # p r'/r < −1 on the 2-cycle: the neuron's cascade is over


def test_an_orbit_that_loses_its_digits_begins_anew_with_more(loop_of):
    """In chaos a bit or so is lost per step; 1500 steps need far more bits than 30 digits have."""
    eta, start = CHAOS
    orbit = run(loop_of("tanh"), eta, start, digits=30, max_steps=1500, every=1500)
    assert orbit.good_digits >= 30
    with mp.workdps(1500):
        p, q = mp.mpf("0.7"), mp.mpf("0.4")
        for _ in range(1500):
            p, q = BY_NAME["tanh"].step(p, q, mp.mpf(10) ** -6)
        assert abs(to_mpf(orbit.p[-1]) / p - 1) < mp.mpf(10) ** -30


def test_without_the_check_such_an_orbit_is_wrong_and_claims_nothing(loop_of):
    eta, start = CHAOS
    short, long = (
        run(loop_of("tanh"), eta, start, digits=d, max_steps=1500, checked=False) for d in (30, 900)
    )
    assert short.good_digits is None
    assert abs(float(short.p[-1] / long.p[-1]) - 1) > 1e-3


@pytest.mark.parametrize("until", [0, TINY])
@pytest.mark.parametrize(
    ("p0", "q0"), [("1", "1/2"), ("3/4", "512/625"), ("2/3", "162/169")], ids=str
)
def test_an_orbit_that_a_step_takes_to_p_0_is_at_the_minimum(p0, q0, until):
    """φ = z/√(1+z²), r = (1+z²)^(−2), q0 = 2r(p0): p1 = 0, though no ball around it says so.

    q1 = q0/(1 − ηφ²)², exactly, and stays; q never passes 1.
    """
    orbit = run(compile_loop(ROUNDABOUT), "1/50", (p0, q0), until=until, max_steps=3)
    assert (orbit.outcome, orbit.steps, orbit.crossing) == ("at the minimum", 1, None)
    assert orbit.p[1] == 0
    assert orbit.zero_digits > 50
    square = sp.Rational(p0) ** 2
    exact_q = sp.Rational(q0) / (1 - square / (1 + square) / 50) ** 2
    assert abs(to_mpf(orbit.q[1]) / (mp.mpf(exact_q.p) / exact_q.q) - 1) < 1e-15


@pytest.mark.parametrize("exponent", [20, 60, 80])
def test_an_orbit_that_comes_ever_so_near_to_p_0_goes_on_from_there(exponent):
    """p0 off by 10^−k: p1 is of that size, has its 50 digits, and grows by 1 − 2/q1 a step."""
    off = sp.Rational(2, 3) + sp.Rational(1, 10**exponent)
    orbit = run(compile_loop(ROUNDABOUT), "1/10", (off, "162/169"), until=0, max_steps=3)
    assert orbit.outcome == "step limit"
    assert orbit.good_digits >= 50
    with mp.workdps(300):
        p, q, eta = mp.mpf(2) / 3 + mp.mpf(10) ** -exponent, mp.mpf(162) / 169, mp.mpf("0.1")
        for t in range(1, 4):
            square = p * p
            r, share = (1 + square) ** -2, square / (1 + square)
            p, q = p * (1 - 2 * r / q), q / (1 - eta * share) ** 2
            assert abs(to_mpf(orbit.p[t]) / p - 1) < mp.mpf(10) ** -49


def test_nearer_than_the_digits_that_are_told_it_counts_as_p_0():
    off = sp.Rational(2, 3) + sp.Rational(1, 10**130)
    orbit = run(compile_loop(ROUNDABOUT), "1/10", (off, "162/169"), until=0, max_steps=3)
    assert (orbit.outcome, 50 < orbit.zero_digits < 130) == ("at the minimum", True)


def test_a_start_next_to_p_0_does_not_count_as_converged_where_p_0_repels(loop_of):
    """t_a = 116 for p0 = 10^−20, tanh, q0 = 4/5, η = 1/50: so many steps to leave p = 0."""
    orbit = run(loop_of("tanh"), "1/50", ("1e-20", "4/5"), until=sp.Rational(1, 10**10))
    assert orbit.outcome == "converged"
    assert orbit.crossing > 116
    first = next(t for t, p in enumerate(orbit.p) if abs(p) > 1e-2)
    assert first == pytest.approx(math.log(1e18) / math.log(2 / 0.8 - 1), abs=1)
    assert orbit.q[-1] > 1


def test_an_orbit_falls_far_below_what_its_digits_resolve(loop_of):
    """Step after step leaves |p| below the rounding of the first; none of them cancels."""
    stops = Stops(10**5, until=sp.Rational(1, 10**40))
    start = sp.Rational(1, 2), sp.Rational(4, 5)
    orbit = iterate(loop_of("log-cosh"), sp.Rational(1, 10), start, stops, digits=20)
    assert orbit.outcome == "converged"
    assert 0 < abs(orbit.p[-1]) <= 1e-40
