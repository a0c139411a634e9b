"""Orbits of the reduced maps, against mpmath, an exact solution and the theory's numbers."""

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp
from zoo import BY_NAME, LINEAR, PROBLEMS, kappa, to_mpf

from trajalign.numerics.orbits import compile_step, iterate, working_bits
from trajalign.theory.errors import InputError
from trajalign.theory.models import SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import Activation, Loss

TINY = sp.Rational(1, 10**10)
START = (sp.Rational(1, 2), sp.Rational(4, 5))


@pytest.fixture(scope="module")
def step_of():
    """Each map is compiled once."""
    found = {}

    def look_up(name):
        if name not in found:
            found[name] = compile_step(BY_NAME[name].model)
        return found[name]

    return look_up


def run(step, eta, start=START, *, digits=50, until=TINY, max_steps=200_000, **options):
    eta, start = sp.Rational(str(eta)), tuple(sp.Rational(str(x)) for x in start)
    return iterate(step, eta, start, digits=digits, until=until, max_steps=max_steps, **options)


def limit_defect(orbit, power):
    """(q* − 1)/η^power."""
    return float((to_mpf(orbit.q[-1]) - 1) / to_mpf(orbit.eta) ** power)


# Against a plain loop


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_an_orbit_is_the_one_of_a_plain_mpmath_loop(problem, step_of):
    orbit = run(step_of(problem.name), "1/10", digits=50, until=sp.Rational(1, 10**9))
    with mp.workdps(90):
        p, q, eta = mp.mpf("0.5"), mp.mpf("0.8"), mp.mpf("0.1")
        for t in range(min(len(orbit), 400)):
            assert abs(to_mpf(orbit.p[t]) / p - 1) < mp.mpf(10) ** -45
            assert abs(to_mpf(orbit.q[t]) / q - 1) < mp.mpf(10) ** -45
            p, q = problem.step(p, q, eta)


def test_a_slightly_different_map_gives_another_orbit(step_of):
    """The comparison above can fail: 1 part in 10³⁰ in η is seen."""
    orbit = run(step_of("log-cosh"), "1/10", max_steps=50)
    with mp.workdps(90):
        p, q = mp.mpf("0.5"), mp.mpf("0.8")
        for _ in range(50):
            p, q = BY_NAME["log-cosh"].step(p, q, (1 + mp.mpf(10) ** -30) / 10)
        assert abs(to_mpf(orbit.p[50]) / p - 1) > mp.mpf(10) ** -40


@pytest.mark.parametrize("eta", ["1/2", "1/10", "1/50"])
def test_the_exactly_solvable_neuron(eta, step_of):
    """p_t = (−1)^t (1−η)^{t/2} p_0 and q_t = κ (1 + p_t²)^(−2), from a start on the curve.

    κ is irrational, so the start is off by 10⁻⁷⁰; the curve attracts.
    """
    with mp.workdps(120):
        size, p0 = mp.mpf(sp.Rational(eta).p) / sp.Rational(eta).q, mp.mpf("0.4")
        q0 = kappa(size) * (1 + p0**2) ** -2
        start = (sp.Rational(2, 5), sp.Rational(int(mp.nint(q0 * mp.mpf(10) ** 70)), 10**70))
        orbit = run(step_of("algebraic"), eta, start, digits=70)
        assert orbit.outcome == "converged"
        for t in range(len(orbit)):
            p = (-1) ** t * (1 - size) ** (mp.mpf(t) / 2) * p0
            assert abs(to_mpf(orbit.p[t]) / p - 1) < mp.mpf(10) ** -60
            assert abs(to_mpf(orbit.q[t]) * (1 + p**2) ** 2 / kappa(size) - 1) < mp.mpf(10) ** -60


def test_an_orbit_off_the_exact_curve_ends_at_its_limit_up_to_an_exponentially_small_rest(step_of):
    """From any start the limit is κ up to e^(−Λ/η); at η = 1/100 that is less than 10⁻²⁰."""
    orbit = run(step_of("algebraic"), "1/100", ("0.3", "0.9"), until=sp.Rational(1, 10**30))
    with mp.workdps(60):
        q = to_mpf(orbit.q[-1])
        assert abs(q - kappa(mp.mpf(1) / 100)) < mp.mpf(10) ** -20
        assert abs(q - (1 + mp.mpf(1) / 400 + mp.mpf(1) / 80000)) > 5e-8  # κ to second order
        # the limiting sharpness (1 + √(1−η))/η
        assert abs(200 / q - 100 * (1 + mp.sqrt(mp.mpf(99) / 100))) < mp.mpf(10) ** -17


# The numbers of theory.md §4


@pytest.mark.parametrize(
    ("name", "power", "eta", "printed"),
    [
        ("log-cosh", 2, "0.1", "0.75802085"),
        ("log-cosh", 2, "0.05", "0.75197786"),
        ("log-cosh", 2, "0.025", "0.75049276"),
        ("pseudo-huber", 2, "0.1", "0.50506313"),
        ("pseudo-huber", 2, "0.05", "0.50125392"),
        ("pseudo-huber", 2, "0.025", "0.50031274"),
        ("tanh", 1, "0.02", "0.38007916"),
        ("tanh", 1, "0.01", "0.37751764"),
        ("tanh", 1, "0.005", "0.37625341"),
    ],
)
def test_the_limits_are_those_of_the_theory(name, power, eta, printed, step_of):
    orbit = run(step_of(name), eta, until=sp.Rational(1, 10**8))
    assert orbit.outcome == "converged"
    assert f"{limit_defect(orbit, power):.8f}" == printed


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [("log-cosh", 3 / 4, 63 / 80), ("pseudo-huber", 1 / 2, 1 / 2)],
)
def test_the_second_order_of_the_slow_curve(name, first, second, step_of):
    """q* = 1 + h₁(0) η² + h₂(0) η⁴ + …; for √(1+z²) h₂ = (p²+2)/(4(1+p²)²), ½ at p = 0."""
    slopes = []
    for eta in ("0.05", "0.025"):
        orbit = run(step_of(name), eta, until=sp.Rational(1, 10**9))
        slopes.append((limit_defect(orbit, 2) - first) / float(sp.Rational(eta)) ** 2)
    assert (4 * slopes[1] - slopes[0]) / 3 == pytest.approx(second, rel=1e-4)


@pytest.mark.parametrize("name", ["tanh", "log-cosh"])
def test_limits_of_two_orbits_differ_by_an_exponentially_small_amount(name, step_of):
    """Same q0, two p0: ln|Δq*| = −Λ/ε + const + O(ε); the slope between two ε gives Λ.

    With a = r̂(q0), linear Λ = ∫₀^a ln|1 + 2p r'/r| r'/(p² r³) dp = 0.426650108… (log-cosh, 0.8);
    neuron Λ = ∫₀^a ln|1 + 2p r'/r| r'/(2φ² r) dp = 0.545463869… (tanh, 0.85).
    """
    problem = BY_NAME[name]
    linear = problem in LINEAR
    q0, etas, digits = (
        ("0.8", ("1/10", "1/14"), 90) if linear else ("0.85", ("1/100", "1/200"), 120)
    )
    expected = "0.426650108" if linear else "0.545463869"
    with mp.workdps(30):
        a = mp.findroot(lambda z: problem.r(z) - mp.mpf(q0), 0.6)

        def integrand(p):
            r, slope = problem.r(p), problem.r_slope(p)
            weight = p**2 * r**3 if linear else 2 * problem.function(p) ** 2 * r
            return mp.log(abs(1 + 2 * p * slope / r)) * slope / weight

        rate = mp.quad(integrand, [mp.mpf(10) ** -8, a])
        assert abs(rate - mp.mpf(expected)) < 1e-7
    logs, inverses = [], []
    with mp.workdps(digits):
        for eta in etas:
            ends = [
                to_mpf(
                    run(
                        step_of(name),
                        eta,
                        (p0, q0),
                        digits=digits,
                        until=sp.Rational(1, 10**40 if linear else 10**65),
                    ).q[-1]
                )
                for p0 in ("0.5", "0.3")
            ]
            logs.append(mp.log(abs(ends[1] - ends[0])))
            inverses.append(mp.mpf(int(1 / sp.Rational(eta))) ** problem.epsilon_power)
        measured = -(logs[1] - logs[0]) / (inverses[1] - inverses[0])
    assert float(measured) == pytest.approx(float(expected), rel=0.01)


# Precision


def test_an_ill_conditioned_response_keeps_its_digits(step_of):
    """3 (coth z − 1/z)/z loses twice the digits of 1/z: 40 of 50 where p = 10⁻²⁰."""
    orbit = run(step_of("langevin"), "1/10", until=sp.Rational(1, 10**20), digits=50)
    assert orbit.outcome == "converged"
    r = BY_NAME["langevin"].r
    with mp.workdps(150):
        eta = mp.mpf(1) / 10
        for t in range(0, len(orbit) - 1, 7):
            p, q = to_mpf(orbit.p[t]), to_mpf(orbit.q[t])
            p_next = (1 - 2 * r(p) / q + eta**2 * p**2 * r(p) ** 2) * p
            assert abs(to_mpf(orbit.p[t + 1]) / p_next - 1) < mp.mpf(10) ** -50


@pytest.mark.parametrize("name", ["log-cosh", "langevin", "tanh", "erf"])
def test_thirty_more_digits_change_nothing(name, step_of):
    short, long = (run(step_of(name), "1/10", digits=d) for d in (40, 70))
    assert len(short) == len(long)
    with mp.workdps(80):
        worst = max(
            abs(to_mpf(a) / to_mpf(b) - 1)
            for a, b in zip(short.p + short.q, long.p + long.q, strict=True)
        )
    assert worst < mp.mpf(10) ** -36
    assert worst > mp.mpf(10) ** -60  # and they were not computed at the same precision


def test_the_entries_are_exact_numbers(step_of):
    orbit = run(step_of("log-cosh"), "1/10", max_steps=20)
    assert all(x.is_exact() for x in orbit.p + orbit.q)
    assert (orbit.eta, orbit.digits) == (sp.Rational(1, 10), 50)
    assert working_bits(50) >= 50 * 3.3219


# Symmetry


@settings(deadline=None, max_examples=20)
@given(
    st.sampled_from(sorted(BY_NAME)),
    st.integers(1, 99).map(lambda n: sp.Rational(n, 100)),
    st.integers(60, 150).map(lambda n: sp.Rational(n, 100)),
)
def test_p_and_minus_p(step_of, name, p0, q0):
    one = iterate(step_of(name), sp.Rational(1, 10), (p0, q0), until=TINY, max_steps=100)
    two = iterate(step_of(name), sp.Rational(1, 10), (-p0, q0), until=TINY, max_steps=100)
    assert (two.outcome, two.crossing, len(two)) == (one.outcome, one.crossing, len(one))
    with mp.workdps(100):
        for a, b in zip(one.p + one.q, two.p + two.q, strict=True):
            assert abs(abs(to_mpf(a) / to_mpf(b)) - 1) < mp.mpf(10) ** -40
        assert all(to_mpf(a) * to_mpf(b) < 0 for a, b in zip(one.p, two.p, strict=True))


# Outcomes


def test_a_convergent_orbit_stops_at_the_first_small_p(step_of):
    orbit = run(step_of("log-cosh"), "1/10")
    assert orbit.outcome == "converged"
    assert len(orbit) == len(orbit.p) == len(orbit.q)
    sizes = [abs(float(p)) for p in orbit.p]
    assert sizes[-1] <= 1e-10 < min(sizes[:-1])
    assert orbit.q[orbit.crossing] > 1
    assert all(q <= 1 for q in orbit.q[: orbit.crossing])
    # theory.md: t_b ≈ |r''(0)| η⁻² ln(1/η) = 153.5 at η = 0.1, up to O(η⁻²)
    assert 50 < orbit.crossing < 250


def test_in_the_gradient_flow_regime_q_is_above_1_from_the_start(step_of):
    assert run(step_of("log-cosh"), "1/100", ("1/2", "3")).crossing == 0


def test_the_step_limit(step_of):
    orbit = run(step_of("log-cosh"), "1/10", max_steps=17)
    assert (orbit.outcome, len(orbit), orbit.crossing) == ("step limit", 18, None)


def test_an_orbit_that_flies_away():
    """ℓ = z²/2: p' = (1 − 2/q + η²p²) p grows by more than |1 − 2/q| = 5 a step at q = 1/3."""
    orbit = run(compile_step(TwoLayerLinear(Loss.parse("z**2/2"))), "1/2", ("1", "1/3"))
    assert orbit.outcome == "diverged"
    assert orbit.crossing is None


def test_what_counts_as_flying_away(step_of):
    # log-cosh at q = 1/10: |p| = 0.5 jumps to |1 − 20 r| p, about 9
    near = run(step_of("log-cosh"), "1/10", ("1/2", "1/10"), escape=sp.Integer(5), max_steps=10)
    assert (near.outcome, len(near)) == ("diverged", 2)
    far = run(step_of("log-cosh"), "1/10", ("1/2", "1/10"), max_steps=10)
    assert far.outcome == "step limit"


def test_an_orbit_that_leaves_the_domain_of_the_loss():
    """A loss with ℓ' = atanh z, undefined past z = 1: at q = 1/5 the first step overshoots."""
    step = compile_step(TwoLayerLinear(Loss.parse("z*atanh(z) + log(1 - z**2)/2")))
    orbit = run(step, "1/10", ("1/2", "1/5"))
    assert orbit.outcome == "diverged"
    assert len(orbit) == 2


def test_an_orbit_that_lands_on_the_minimum_has_converged(step_of):
    """Neuron, q = 2 r(p): p' = 0. Here p0 = 3/4, r = (1 + 9/16)^(−2) = 256/625."""
    orbit = run(step_of("algebraic"), "1/10", ("3/4", "512/625"), max_steps=10)
    assert (orbit.outcome, len(orbit)) == ("converged", 2)


def test_an_orbit_that_lands_on_the_minimum_has_converged_even_through_irrational_numbers(step_of):
    """The same at p0 = 1, r = 1/4, q0 = 1/2, where φ = 1/√2: no ball is exactly 0 here."""
    orbit = run(step_of("algebraic"), "1/10", ("1", "1/2"), max_steps=10)
    assert orbit.outcome == "converged"


@pytest.mark.parametrize(
    ("eta", "start"),
    [
        ("0", ("1/2", "4/5")),
        ("-1/10", ("1/2", "4/5")),
        ("1/10", ("0", "4/5")),
        ("1/10", ("1/2", "0")),
        ("1/10", ("1/2", "-1")),
    ],
)
def test_bad_input_is_refused_with_the_numbers(step_of, eta, start):
    with pytest.raises(InputError, match="need eta > 0, q0 > 0, p0 != 0") as caught:
        run(step_of("log-cosh"), eta, start)
    assert f"eta={eta}" in str(caught.value)


def test_a_user_expression_needs_no_catalogue():
    """φ = z/√(1+z²) written otherwise has the same orbit."""
    twin = compile_step(SingleNeuron(Activation.parse("sin(atan(z))")))
    known = compile_step(BY_NAME["algebraic"].model)
    for a, b in zip(run(twin, "1/10").q, run(known, "1/10").q, strict=True):
        assert abs(float(a / b) - 1) < 1e-15
