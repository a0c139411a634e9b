"""Orbits of the reduced maps, against mpmath and an exact solution: entries, stops, outcomes."""

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp
from recorded_orbits import run
from zoo import BY_NAME, PROBLEMS, kappa, to_mpf

from trajalign.numerics.orbits.loops import compile_loop
from trajalign.theory.models import TwoLayerLinear
from trajalign.theory.responses import Loss

# Against a plain loop


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_an_orbit_is_the_one_of_a_plain_mpmath_loop(problem, loop_of):
    orbit = run(loop_of(problem.name), "1/10", digits=50, until=sp.Rational(1, 10**9))
    with mp.workdps(90):
        p, q, eta = mp.mpf("0.5"), mp.mpf("0.8"), mp.mpf("0.1")
        for t in range(min(len(orbit), 400)):
            assert abs(to_mpf(orbit.p[t]) / p - 1) < mp.mpf(10) ** -45
            assert abs(to_mpf(orbit.q[t]) / q - 1) < mp.mpf(10) ** -45
            p, q = problem.step(p, q, eta)


def test_a_slightly_different_map_gives_another_orbit(loop_of):
    """The comparison above can fail: 1 part in 10³⁰ in η is seen."""
    orbit = run(loop_of("log-cosh"), "1/10", max_steps=50)
    with mp.workdps(90):
        p, q = mp.mpf("0.5"), mp.mpf("0.8")
        for _ in range(50):
            p, q = BY_NAME["log-cosh"].step(p, q, (1 + mp.mpf(10) ** -30) / 10)
        assert abs(to_mpf(orbit.p[50]) / p - 1) > mp.mpf(10) ** -40


@pytest.mark.parametrize("eta", ["1/2", "1/10", "1/50"])
def test_the_exactly_solvable_neuron(eta, loop_of):
    """p_t = (−1)^t (1−η)^{t/2} p_0 and q_t = κ (1 + p_t²)^(−2), from a start on the curve.

    κ is irrational, so the start is off by 10⁻⁷⁰; the curve attracts.
    """
    with mp.workdps(120):
        size, p0 = mp.mpf(sp.Rational(eta).p) / sp.Rational(eta).q, mp.mpf("0.4")
        q0 = kappa(size) * (1 + p0**2) ** -2
        start = (sp.Rational(2, 5), sp.Rational(int(mp.nint(q0 * mp.mpf(10) ** 70)), 10**70))
        orbit = run(loop_of("algebraic"), eta, start, digits=70)
        assert orbit.outcome == "converged"
        for t in range(len(orbit)):
            p = (-1) ** t * (1 - size) ** (mp.mpf(t) / 2) * p0
            assert abs(to_mpf(orbit.p[t]) / p - 1) < mp.mpf(10) ** -60
            assert abs(to_mpf(orbit.q[t]) * (1 + p**2) ** 2 / kappa(size) - 1) < mp.mpf(10) ** -60


def test_an_orbit_off_the_exact_curve_ends_at_its_limit_up_to_an_exponentially_small_rest(loop_of):
    """From any start the limit is κ up to e^(−Λ/η); at η = 1/100 that is less than 10⁻²⁰."""
    orbit = run(loop_of("algebraic"), "1/100", ("0.3", "0.9"), until=sp.Rational(1, 10**30))
    with mp.workdps(60):
        q = to_mpf(orbit.q[-1])
        assert abs(q - kappa(mp.mpf(1) / 100)) < mp.mpf(10) ** -20
        assert abs(q - (1 + mp.mpf(1) / 400 + mp.mpf(1) / 80000)) > 5e-8  # κ to second order
        # the limiting sharpness (1 + √(1−η))/η
        assert abs(200 / q - 100 * (1 + mp.sqrt(mp.mpf(99) / 100))) < mp.mpf(10) ** -17


# Which steps are kept


@pytest.mark.parametrize("every", [1, 7, 64, 100, 5000])
def test_a_decimated_orbit_has_the_same_entries(every, loop_of):
    dense = run(loop_of("langevin"), "1/10", checked=False)
    sparse = run(loop_of("langevin"), "1/10", every=every)
    last = len(dense) - 1
    assert list(sparse.times) == sorted({*range(0, last + 1, every), last})
    assert (sparse.outcome, sparse.crossing, sparse.steps) == ("converged", dense.crossing, last)
    for t, p, q in zip(sparse.times, sparse.p, sparse.q, strict=True):
        assert abs(float(p / dense.p[t]) - 1) < 1e-15
        assert abs(float(q / dense.q[t]) - 1) < 1e-15


def test_stopping_where_q_passes_1(loop_of):
    full = run(loop_of("log-cosh"), "1/10")
    until_crossing = run(loop_of("log-cosh"), "1/10", crossing=True)
    assert until_crossing.outcome == "crossed"
    assert until_crossing.steps == until_crossing.crossing == full.crossing


def test_p_may_fall_below_every_float(loop_of):
    orbit = run(loop_of("log-cosh"), "1/2", ("1/2", "3"), until=sp.Rational(1, 10**400), every=100)
    assert orbit.outcome == "converged"
    assert orbit.good_digits >= 50
    with mp.workdps(30):
        assert abs(to_mpf(orbit.p[-1])) <= mp.mpf(10) ** -400


def test_progress_is_told_from_time_to_time(loop_of):
    seen = []
    run(loop_of("log-cosh"), "1/50", max_steps=5000, progress=lambda now: seen.append(now.step))
    assert seen == sorted(seen)
    assert seen[-1] == 5000
    assert len(seen) >= 3


# Symmetry


@settings(deadline=None, max_examples=20)
@given(
    st.sampled_from(sorted(BY_NAME)),
    st.integers(1, 99).map(lambda n: sp.Rational(n, 100)),
    st.integers(60, 150).map(lambda n: sp.Rational(n, 100)),
)
def test_p_and_minus_p(loop_of, name, p0, q0):
    one, two = (run(loop_of(name), "1/10", (p, q0), max_steps=100) for p in (p0, -p0))
    assert (two.outcome, two.crossing, len(two)) == (one.outcome, one.crossing, len(one))
    with mp.workdps(100):
        for a, b in zip(one.p + one.q, two.p + two.q, strict=True):
            assert abs(abs(to_mpf(a) / to_mpf(b)) - 1) < mp.mpf(10) ** -40
        assert all(to_mpf(a) * to_mpf(b) < 0 for a, b in zip(one.p, two.p, strict=True))


# Outcomes


def test_a_convergent_orbit_stops_at_the_first_small_p(loop_of):
    orbit = run(loop_of("log-cosh"), "1/10")
    assert orbit.outcome == "converged"
    assert len(orbit) == len(orbit.p) == len(orbit.q)
    sizes = [abs(float(p)) for p in orbit.p]
    assert sizes[-1] <= 1e-10 < min(sizes[:-1])
    assert orbit.q[orbit.crossing] > 1
    assert all(q <= 1 for q in orbit.q[: orbit.crossing])
    # reference.md §3: t_b ≈ |r''(0)| η⁻² ln(1/η) = 153.5 at η = 0.1, up to O(η⁻²)
    assert 50 < orbit.crossing < 250


def test_in_the_gradient_flow_regime_q_is_above_1_from_the_start(loop_of):
    assert run(loop_of("log-cosh"), "1/100", ("1/2", "3")).crossing == 0


def test_the_step_limit(loop_of):
    orbit = run(loop_of("log-cosh"), "1/10", max_steps=17)
    assert (orbit.outcome, len(orbit), orbit.crossing) == ("step limit", 18, None)


def test_an_orbit_that_flies_away():
    """ℓ = z²/2: p' = (1 − 2/q + η²p²) p grows by more than |1 − 2/q| = 5 a step at q = 1/3."""
    orbit = run(compile_loop(TwoLayerLinear(Loss.parse("z**2/2"))), "1/2", ("1", "1/3"))
    assert orbit.outcome == "diverged"
    assert orbit.crossing is None


def test_what_counts_as_flying_away(loop_of):
    # log-cosh at q = 1/10: |p| = 0.5 jumps to |1 − 20 r| p, about 9
    near = run(loop_of("log-cosh"), "1/10", ("1/2", "1/10"), escape=5, max_steps=10)
    assert (near.outcome, len(near)) == ("diverged", 2)
    far = run(loop_of("log-cosh"), "1/10", ("1/2", "1/10"), max_steps=10)
    assert far.outcome == "step limit"


def test_an_orbit_that_leaves_the_domain_of_the_loss():
    """A loss with ℓ' = atanh z, undefined past z = 1: at q = 1/5 the first step overshoots."""
    step = compile_loop(TwoLayerLinear(Loss.parse("z*atanh(z) + log(1 - z**2)/2")))
    orbit = run(step, "1/10", ("1/2", "1/5"))
    assert orbit.outcome == "diverged"
    assert len(orbit) == 2
