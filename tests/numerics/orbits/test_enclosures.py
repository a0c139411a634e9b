"""Rigorous orbits: what they contain, when they stop, and what they refuse."""

import pytest
import sympy as sp
from flint import arb, ctx, fmpq
from mpmath import mp
from zoo import BY_NAME, PROBLEMS

from trajalign.numerics.orbits.enclosed_loops import compile_enclosed_loop
from trajalign.numerics.orbits.enclosures import enclose, enclose_accurately
from trajalign.numerics.orbits.iteration import Stops
from trajalign.numerics.orbits.loops import compile_loop
from trajalign.numerics.orbits.recorded import iterate
from trajalign.theory.errors import InputError, NoWeightsError, UnresolvedError
from trajalign.theory.models import TwoLayerLinear
from trajalign.theory.responses import Loss

ratio = sp.Rational
NEAR, FAR = (ratio(1, 2), ratio(4, 5)), (ratio(2), ratio(3))
LINEAR_START, NEURON_START = (ratio(1, 2), ratio(9, 10)), (ratio(-3, 5), ratio(7, 8))


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_balls_contain_the_orbit_of_the_original_map(problem):
    linear = problem.epsilon_power == 2
    start, eta = (LINEAR_START, ratio(1, 8)) if linear else (NEURON_START, ratio(1, 20))
    loop = compile_enclosed_loop(problem.model)
    orbit = enclose(loop, eta, start, Stops(150), bits=200)
    assert orbit.outcome == "step limit"
    with mp.workdps(120), ctx.workprec(500):
        p, q, h = (mp.mpf(int(x.p)) / int(x.q) for x in (*start, eta))
        for p_ball, q_ball in zip(orbit.p, orbit.q, strict=True):
            assert p_ball.contains(arb(p))
            assert q_ball.contains(arb(q))
            assert max(p_ball.rad() / abs(p_ball), q_ball.rad()) < 1e-40
            p, q = problem.step(p, q, h)


@pytest.mark.parametrize("name", ["log-cosh", "langevin", "tanh"])
def test_boxes_may_contain_the_line_p_0(name):
    problem = BY_NAME[name]
    eta, box = ratio(1, 10), (arb(0, 1e-3), arb(1.25, 1e-3))
    orbit = enclose(compile_enclosed_loop(problem.model), eta, box, Stops(40), bits=100)
    assert orbit.outcome == "step limit"
    with mp.workdps(60), ctx.workprec(200):
        for share in (-1, -0.3, 1e-6, 0.9, 1):
            p, q = mp.mpf(share) / 1000, mp.mpf(1.25) + mp.mpf(share) / 1000
            for p_ball, q_ball in zip(orbit.p, orbit.q, strict=True):
                assert p_ball.contains(arb(p))
                assert q_ball.contains(arb(q))
                p, q = problem.step(p, q, mp.mpf(1) / 10)
    assert all(x.contains(0) for x in orbit.p)


@pytest.mark.thorough
def test_radii_serve_after_a_hundred_thousand_steps():
    model = BY_NAME["log-cosh"].model
    start, eta, stops = (ratio(1, 2), ratio(4, 5)), ratio(1, 200), Stops(10**5)
    orbit = enclose(compile_enclosed_loop(model), eta, start, stops, bits=216, every=5000)
    assert orbit.steps == 10**5
    assert max(x.rad() for x in orbit.p + orbit.q) < 1e-50
    plain = iterate(compile_loop(model), eta, start, stops, digits=70, every=5000, checked=False)
    assert plain.times == orbit.times
    assert all(ball.contains(x) for ball, x in zip(orbit.p, plain.p, strict=True))


def test_a_box_shrinks_across_the_slow_curve():
    """Orbits of the same box end closer to each other than they begin (reference.md §3)."""
    loop, box = compile_enclosed_loop(BY_NAME["log-cosh"].model), (arb(0.5, 1e-6), arb(0.8, 1e-6))
    orbit = enclose(loop, ratio(1, 20), box, Stops(10**4, until=ratio(1, 10**8)))
    assert orbit.outcome == "converged"
    assert orbit.q[-1].rad() < 1e-9


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_the_certified_crossing_is_that_of_plain_orbits(problem):
    eta = ratio(1, 5) if problem.epsilon_power == 2 else ratio(1, 20)
    start, stops = (ratio(1, 2), ratio(9, 10)), Stops(2000, at_crossing=True)
    orbit = enclose(compile_enclosed_loop(problem.model), eta, start, stops)
    plain = iterate(compile_loop(problem.model), eta, start, stops)
    assert orbit.outcome == plain.outcome == "crossed"
    assert orbit.earliest_crossing == orbit.latest_crossing == plain.crossing


def test_the_crossings_of_a_box_bracket_those_of_its_points():
    eta, stops = ratio(1, 20), Stops(3000, at_crossing=True)
    model = BY_NAME["log-cosh"].model
    box = arb(0.5, 1e-4), arb(0.8125, 1e-4)
    orbit = enclose(compile_enclosed_loop(model), eta, box, stops)
    assert orbit.outcome == "crossed"
    assert orbit.earliest_crossing < orbit.latest_crossing < orbit.earliest_crossing + 9
    for x, y in ((-1, -1), (-1, 1), (1, -1), (1, 1), (0, 0)):
        start = ratio(1, 2) + ratio(x, 10001), ratio(13, 16) + ratio(y, 10001)
        crossing = iterate(compile_loop(model), eta, start, stops, checked=False).crossing
        assert orbit.earliest_crossing <= crossing <= orbit.latest_crossing


def test_no_crossing_is_claimed_before_it_is_certain():
    loop = compile_enclosed_loop(BY_NAME["log-cosh"].model)
    before = enclose(loop, ratio(1, 20), NEAR, Stops(100))
    assert (before.earliest_crossing, before.latest_crossing) == (None, None)
    touching = enclose(loop, ratio(1, 20), (arb(0.5), arb(1, 0.01)), Stops(1))
    assert (touching.earliest_crossing, touching.latest_crossing) == (0, None)
    beyond = enclose(loop, ratio(1, 20), FAR, Stops(1))
    assert (beyond.earliest_crossing, beyond.latest_crossing) == (0, 0)


def test_the_step_size_may_be_a_ball():
    loop = compile_enclosed_loop(BY_NAME["log-cosh"].model)
    orbit = enclose(loop, arb(0.125, 1e-7), LINEAR_START, Stops(60))
    assert orbit.outcome == "step limit"
    with ctx.workprec(400):
        for share in (-1, 0.25, 1):
            p, q, eta = arb(0.5), arb(fmpq(9, 10)), arb(0.125) + arb(1e-7) * share
            for p_ball, q_ball in zip(orbit.p, orbit.q, strict=True):
                assert p_ball.overlaps(p)
                assert q_ball.overlaps(q)
                t = p.tanh()
                turn = eta * t
                p, q = (
                    (p - 2 * t / q + turn**2 * p).mid(),
                    (q / (1 - turn * eta * (2 * q * p - t))).mid(),
                )


@pytest.mark.parametrize("every", [1, 7, 1000, 5000])
def test_decimated_orbits_keep_every_kth_box_and_the_last(every):
    loop = compile_enclosed_loop(BY_NAME["pseudo-huber"].model)
    dense = enclose(loop, ratio(1, 20), NEAR, Stops(2500))
    sparse = enclose(loop, ratio(1, 20), NEAR, Stops(2500), every=every)
    assert sparse.times == (*range(0, 2500, every), 2500)
    for t, p, u in zip(sparse.times, sparse.p, sparse.u, strict=True):
        assert (p.mid_rad_10exp(30), u.mid_rad_10exp(30)) == (
            dense.p[t].mid_rad_10exp(30),
            dense.u[t].mid_rad_10exp(30),
        )


def test_stopping_at_a_size_of_p():
    loop = compile_enclosed_loop(BY_NAME["log-cosh"].model)
    stops = Stops(10**4, until=ratio(1, 10**30))
    orbit = enclose(loop, ratio(1, 4), LINEAR_START, stops)
    assert orbit.outcome == "converged"
    assert abs(orbit.p[-1]) <= arb(10) ** -30
    assert not abs(orbit.p[-2]) <= arb(10) ** -30


@pytest.mark.parametrize("name", ["tanh", "log-cosh", "langevin"])
def test_a_box_that_grows_too_large_is_lost_and_says_so(name):
    loop = compile_enclosed_loop(BY_NAME[name].model)
    orbit = enclose(loop, ratio(1, 50), (arb(0.5, 0.25), arb(0.75, 0.25)), Stops(1000))
    assert orbit.outcome == "lost"
    assert all(x.is_finite() for x in orbit.p + orbit.u)
    assert orbit.steps < 1000


def test_divergence_is_proved():
    loop = compile_enclosed_loop(TwoLayerLinear(Loss.parse("z**2/2")))
    orbit = enclose(loop, ratio(1), (ratio(2), ratio(1, 3)), Stops(100))
    assert orbit.outcome == "diverged"
    assert abs(orbit.p[-1]) > 10**6


def test_precision_is_raised_until_the_digits_are_good():
    loop = compile_enclosed_loop(BY_NAME["tanh"].model)
    stops = Stops(10**4, until=ratio(1, 10**20))
    orbit = enclose_accurately(loop, ratio(1, 50), NEAR, stops, digits=80, every=10**4)
    for ball in (orbit.p[-1], orbit.q[-1]):
        assert ball.rad() < abs(ball) * arb(10) ** -80


def test_digits_out_of_reach_raise_an_error():
    loop = compile_enclosed_loop(BY_NAME["tanh"].model)
    box = arb(0.5, 1e-6), arb(0.8, 1e-6)
    with pytest.raises(UnresolvedError, match="do not give 50 digits"):
        enclose_accurately(loop, ratio(1, 50), box, Stops(10))


BAD = [
    ({"eta": ratio(0)}, "eta > 0"),
    ({"eta": arb(0.1, 0.2)}, "eta > 0"),
    ({"eta": arb.nan()}, "eta > 0"),
    ({"start": (ratio(1), ratio(0))}, "q0 > 0"),
    ({"start": (ratio(1), arb(1, 2))}, "q0 > 0"),
    ({"start": (arb.nan(), ratio(1))}, "finite p0"),
    ({"start": (ratio(1), arb.pos_inf())}, "q0 > 0"),
    ({"bits": 8}, "bits >= 32"),
    ({"every": 0}, "every >= 1"),
]


@pytest.mark.parametrize(("change", "message"), BAD, ids=lambda x: str(x)[:30])
def test_bad_input_is_named(change, message):
    loop = compile_enclosed_loop(BY_NAME["log-cosh"].model)
    given = {"eta": ratio(1, 10), "start": NEAR, "stops": Stops(1)} | change
    with pytest.raises(InputError, match=message):
        enclose(loop, **given)


def test_digits_below_one_are_refused():
    loop = compile_enclosed_loop(BY_NAME["log-cosh"].model)
    with pytest.raises(InputError, match="digits >= 1"):
        enclose_accurately(loop, ratio(1, 10), NEAR, Stops(1), digits=0)


def test_the_precision_in_force_is_left_alone():
    loop, before = compile_enclosed_loop(BY_NAME["log-cosh"].model), ctx.prec
    enclose(loop, ratio(1, 10), NEAR, Stops(10))
    assert ctx.prec == before


# Starts without weights, and an orbit at p = 0


def test_every_point_of_a_box_must_have_weights():
    """|p| η q ≤ 1: at η = 1/2, q = 1 the bound is 2."""
    loop = compile_enclosed_loop(BY_NAME["log-cosh"].model)
    eta = ratio(1, 2)
    assert len(enclose(loop, eta, (arb(1.9, 0.01), arb(1, 0.01)), Stops(1))) == 2
    assert len(enclose(loop, eta, (ratio(2), ratio(1)), Stops(1))) == 2  # on the bound, exactly
    for box in ((arb(1.99, 0.02), ratio(1)), (arb(1.99), arb(1, 0.02)), (ratio(3), arb(1))):
        with pytest.raises(NoWeightsError, match="not every point of the box"):
            enclose(loop, eta, box, Stops(1))
    with pytest.raises(NoWeightsError, match="not every point"):
        enclose(loop, arb(0.5, 0.1), (ratio(2), ratio(1)), Stops(1))
    with pytest.raises(NoWeightsError, match=r"\|p\| <= 2"):
        enclose(loop, eta, (ratio(3), ratio(1)), Stops(1))


def test_whether_an_orbit_is_at_p_0_an_enclosure_proves_or_leaves_open():
    """φ = z/√(1+z²), q0 = 2r(p0): p1 = 0, an unstable minimum; at p0 = 1 all numbers are binary."""
    loop = compile_enclosed_loop(BY_NAME["algebraic"].model)
    proved = enclose(loop, ratio(1, 10), (ratio(1), ratio(1, 2)), Stops(50))
    assert (proved.outcome, proved.maybe_zero) == ("at the minimum", 1)
    start = (ratio(2, 3), ratio(162, 169))
    with pytest.raises(UnresolvedError, match="at step 1 p cannot be told from 0"):
        enclose_accurately(loop, ratio(1, 50), start, Stops(50), digits=20)


def test_a_small_p_is_no_end_where_p_0_repels():
    loop = compile_enclosed_loop(BY_NAME["tanh"].model)
    start, stops = (ratio(1, 10**20), ratio(4, 5)), Stops(10**4, until=ratio(1, 10**10))
    orbit = enclose_accurately(loop, ratio(1, 20), start, stops, digits=20, every=10**4)
    assert orbit.outcome == "converged"
    assert orbit.earliest_crossing == orbit.latest_crossing > 100
    assert orbit.q[-1] > 1
