"""Orbits of the reduced maps, against mpmath, an exact solution and the theory's numbers."""

import math

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp
from zoo import BY_NAME, LINEAR, PROBLEMS, kappa, to_mpf

from trajalign.numerics.orbits.iteration import Stops
from trajalign.numerics.orbits.loops import compile_loop
from trajalign.numerics.orbits.recorded import iterate
from trajalign.numerics.precision import working_bits
from trajalign.theory.errors import InputError, NotNormalisedError, NoWeightsError
from trajalign.theory.models import SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import Activation, Loss

TINY = sp.Rational(1, 10**10)
START = (sp.Rational(1, 2), sp.Rational(4, 5))
ROUNDABOUT = SingleNeuron(Activation.parse("z/sqrt(1+z**2)*(cosh(z)**2-sinh(z)**2)"))  # factor 1


@pytest.fixture(scope="module")
def loop_of():
    """Each map is compiled once."""
    found = {}

    def look_up(name):
        if name not in found:
            found[name] = compile_loop(BY_NAME[name].model)
        return found[name]

    return look_up


def run(
    loop,
    eta,
    start=START,
    *,
    until=TINY,
    max_steps=200_000,
    escape=10**6,
    crossing=False,
    **options,
):
    eta, start = sp.Rational(str(eta)), tuple(sp.Rational(str(x)) for x in start)
    stops = Stops(max_steps, sp.Rational(until), sp.Rational(escape), crossing)
    return iterate(loop, eta, start, stops, **options)


def limit_defect(orbit, power):
    """(q* − 1)/η^power."""
    return float((to_mpf(orbit.q[-1]) - 1) / to_mpf(orbit.eta) ** power)


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


# The numbers of reference.md §4


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
def test_the_limits_are_those_of_the_theory(name, power, eta, printed, loop_of):
    orbit = run(loop_of(name), eta, until=sp.Rational(1, 10**8))
    assert orbit.outcome == "converged"
    assert f"{limit_defect(orbit, power):.8f}" == printed


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [("log-cosh", 3 / 4, 63 / 80), ("pseudo-huber", 1 / 2, 1 / 2)],
)
def test_the_second_order_of_the_slow_curve(name, first, second, loop_of):
    """q* = 1 + h₁(0) η² + h₂(0) η⁴ + …; for √(1+z²) h₂ = (p²+2)/(4(1+p²)²), ½ at p = 0."""
    slopes = []
    for eta in ("0.05", "0.025"):
        orbit = run(loop_of(name), eta, until=sp.Rational(1, 10**9))
        slopes.append((limit_defect(orbit, 2) - first) / float(sp.Rational(eta)) ** 2)
    assert (4 * slopes[1] - slopes[0]) / 3 == pytest.approx(second, rel=1e-4)


@pytest.mark.parametrize("name", ["tanh", "log-cosh"])
def test_limits_of_two_orbits_differ_by_an_exponentially_small_amount(name, loop_of):
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
                        loop_of(name),
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


# Starts without weights


@pytest.mark.parametrize(
    ("eta", "p0", "q0", "allowed"),
    [
        ("1/20", "30", "7/10", r"\|p\| <= 28\.57, or eta <= 0\.04761"),
        ("5", "3/10", "4/5", r"\|p\| <= 0\.25, or eta <= 4\.166"),
        ("1/2", "-3", "9/10", r"\|p\| <= 2\.222, or eta <= 0\.3703"),
    ],
)
def test_a_start_that_no_weights_have_is_refused(eta, p0, q0, allowed, loop_of):
    with pytest.raises(NoWeightsError, match=allowed):
        run(loop_of("log-cosh"), eta, (p0, q0))


def test_on_the_bound_there_are_weights(loop_of):
    """|p| η q = 1: v = ±Uᵀx. This is kept: u = η|p| from then on.

    The neuron has weights for every p and every q > 0."""
    orbit = run(loop_of("log-cosh"), "1/2", ("5/2", "4/5"), max_steps=5)
    assert len(orbit) > 1
    for p, u in zip(orbit.p, orbit.u, strict=True):
        assert float(u) == pytest.approx(abs(float(p)) / 2)
    assert len(run(loop_of("tanh"), "5", ("3", "4/5"), max_steps=1)) == 2


def test_another_edge_than_1_is_refused():
    loop = compile_loop(TwoLayerLinear(Loss.parse("2*log(cosh(z))")))
    with pytest.raises(NotNormalisedError, match="divide the loss by 2"):
        run(loop, "1/20")


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


def test_an_orbit_falls_far_below_what_its_digits_resolve(loop_of):
    """Step after step leaves |p| below the rounding of the first; none of them cancels."""
    stops = Stops(10**5, until=sp.Rational(1, 10**40))
    start = sp.Rational(1, 2), sp.Rational(4, 5)
    orbit = iterate(loop_of("log-cosh"), sp.Rational(1, 10), start, stops, digits=20)
    assert orbit.outcome == "converged"
    assert 0 < abs(orbit.p[-1]) <= 1e-40


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
def test_bad_input_is_refused_with_the_numbers(loop_of, eta, start):
    with pytest.raises(InputError, match="need eta > 0, q0 > 0, p0 != 0") as caught:
        run(loop_of("log-cosh"), eta, start)
    assert f"eta={eta}" in str(caught.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"digits": 0}, "digits"),
        ({"digits": 10**6}, "digits"),
        ({"every": 0}, "every"),
        ({"max_steps": 0}, "at least one step"),
        ({"until": -1}, "0 <= until < escape"),
        ({"escape": 0}, "0 <= until < escape"),
    ],
)
def test_numbers_out_of_range_are_refused(options, message, loop_of):
    with pytest.raises(InputError, match=message):
        run(loop_of("log-cosh"), "1/10", **options)


def test_a_user_expression_needs_no_catalogue():
    """φ = z/√(1+z²) written otherwise has the same orbit."""
    twin = compile_loop(SingleNeuron(Activation.parse("sin(atan(z))")))
    known = compile_loop(BY_NAME["algebraic"].model)
    for a, b in zip(run(twin, "1/10").q, run(known, "1/10").q, strict=True):
        assert abs(float(a / b) - 1) < 1e-15
