"""Enclosed limits against exact ones, tabulated ones, and long runs at 200 digits."""

from itertools import pairwise

import pytest
import sympy as sp
from flint import arb, ctx, fmpq
from mpmath import mp
from zoo import BY_NAME, PROBLEMS, Problem, kappa

from trajalign.numerics.compile.jets import compile_jet
from trajalign.numerics.orbits.enclosed_loops import compile_enclosed_loop
from trajalign.numerics.orbits.enclosures import EnclosedOrbit, enclose
from trajalign.numerics.orbits.iteration import Stops
from trajalign.numerics.orbits.limits import LimitEnclosure, Tail, compile_tail, enclose_limit
from trajalign.theory.models import ETA, P
from trajalign.theory.models.division_free import U

ratio = sp.Rational
START = ratio(1, 2), ratio(9, 10)


def orbit_to(problem: Problem, eta: sp.Rational, until: sp.Rational, start=START) -> EnclosedOrbit:
    stops = Stops(10**5, until=until)
    return enclose(compile_enclosed_loop(problem.model), eta, start, stops, bits=300, every=10**5)


def limit_of(problem: Problem, eta: sp.Rational, until: sp.Rational, start=START) -> LimitEnclosure:
    return enclose_limit(compile_tail(problem.model), orbit_to(problem, eta, until, start))


def step_size(problem: Problem) -> sp.Rational:
    return ratio(1, 4) if problem.epsilon_power == 2 else ratio(1, 10)


def long_run(problem: Problem, eta: sp.Rational, start=START):
    """q after so many steps at 200 digits that p² no longer matters."""
    p, q, h = (mp.mpf(int(x.p)) / int(x.q) for x in (*start, eta))
    while abs(p) > mp.mpf(10) ** -70:
        p, q = problem.step(p, q, h)
    return q


@pytest.fixture(autouse=True)
def many_digits():
    with mp.workdps(200), ctx.workprec(700):
        yield


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_the_limit_contains_that_of_a_long_run(problem):
    eta = step_size(problem)
    limit, exact = limit_of(problem, eta, ratio(1, 10**6)), long_run(problem, eta)
    assert limit.outcome == "trapped"
    assert limit.q.contains(arb(exact))
    assert limit.q.rad() < 1e-20


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_a_tail_with_half_the_drift_is_caught(problem):
    eta, tail = step_size(problem), compile_tail(problem.model)
    half = compile_jet(tail.drift.expression / 2, P, (U, ETA))
    orbit = orbit_to(problem, eta, ratio(1, 1000))
    exact = arb(long_run(problem, eta))
    assert enclose_limit(tail, orbit).q.contains(exact)
    assert not enclose_limit(Tail(tail.model, tail.ratio, half), orbit).q.contains(exact)
    assert not orbit.q[-1].contains(exact)


@pytest.mark.parametrize("eta", [ratio(1, 10), ratio(1, 50), ratio(1, 2)])
def test_on_the_exact_slow_curve_the_limit_is_kappa(eta):
    exact = kappa(mp.mpf(int(eta.p)) / int(eta.q))
    p0 = mp.mpf(1) / 2
    tiny = arb(0, arb(10) ** -80)
    start = arb(p0), arb(exact * (1 + p0**2) ** -2) + tiny
    limit = limit_of(BY_NAME["algebraic"], eta, ratio(1, 10**15), start)
    assert limit.outcome == "trapped"
    assert limit.q.contains(arb(exact))
    assert limit.q.rad() < 1e-50
    # there p_{t+1} = −√(1−η) p_t
    assert limit.contraction >= (1 - arb(fmpq(eta.p, eta.q))).sqrt()
    assert limit.contraction - (1 - arb(fmpq(eta.p, eta.q))).sqrt() < 1e-25


MEASURED = [  # reference.md §4
    ("log-cosh", "1/10", "0.75802085"),
    ("log-cosh", "1/20", "0.75197786"),
    ("log-cosh", "1/40", "0.75049276"),
    ("pseudo-huber", "1/10", "0.50506313"),
    ("pseudo-huber", "1/20", "0.50125392"),
    ("pseudo-huber", "1/40", "0.50031274"),
    ("tanh", "1/50", "0.38007916"),
    ("tanh", "1/100", "0.37751764"),
    ("tanh", "1/200", "0.37625341"),
]


@pytest.mark.parametrize(("name", "eta", "coefficient"), MEASURED)
def test_the_limit_agrees_with_the_measured_one(name, eta, coefficient):
    problem, h = BY_NAME[name], ratio(eta)
    q = limit_of(problem, h, ratio(1, 10**6), (ratio(1, 2), ratio(4, 5))).q
    epsilon = arb(fmpq(h.p, h.q)) ** problem.epsilon_power
    assert abs((q - 1) / epsilon - arb(mp.mpf(coefficient))) < 5e-9


@pytest.mark.parametrize("name", ["log-cosh", "tanh", "langevin"])
def test_the_limit_narrows_like_the_fourth_power_of_p(name):
    problem = BY_NAME[name]
    widths = [limit_of(problem, step_size(problem), ratio(1, 10**k)).q.rad() for k in (3, 6, 9, 12)]
    for wide, narrow in pairwise(widths):
        assert narrow < wide * arb(10) ** -11


def test_the_contraction_and_the_drift_hold_along_the_tail():
    problem, eta = BY_NAME["log-cosh"], ratio(1, 4)
    limit = limit_of(problem, eta, ratio(1, 100))
    orbit = orbit_to(problem, eta, ratio(1, 100))
    loop = compile_enclosed_loop(problem.model)
    box = orbit.p[-1], orbit.q[-1]
    after = enclose(loop, eta, box, Stops(50), bits=300)
    for p, p_next in pairwise(after.p):
        assert abs(p_next) < abs(p) * limit.contraction
    pairs = zip(after.p, after.u, after.u[1:], strict=False)
    assert all(limit.drift.contains((u_next / u - 1) / p**2) for p, u, u_next in pairs)


@pytest.mark.parametrize("name", ["log-cosh", "tanh"])
@pytest.mark.parametrize("start", [(ratio(1, 10), ratio(9, 10)), (arb(0, 1e-9), arb(1, 1e-3))])
def test_an_orbit_that_may_still_move_away_is_not_trapped(name, start):
    model = BY_NAME[name].model
    orbit = enclose(compile_enclosed_loop(model), ratio(1, 100), start, Stops(1))
    limit = enclose_limit(compile_tail(model), orbit)
    assert limit.outcome == "not trapped"
    assert (limit.q, limit.contraction, limit.drift) == (None, None, None)


def test_in_the_gradient_flow_regime_the_trap_closes_at_once():
    problem, eta, start = BY_NAME["log-cosh"], ratio(1, 100), (ratio(1, 10), ratio(4))
    limit = limit_of(problem, eta, ratio(1), start)
    assert limit.step == 0
    assert limit.outcome == "trapped"
    assert limit.q.contains(arb(long_run(problem, eta, start)))


def test_a_ball_of_step_sizes_gives_a_ball_of_limits():
    problem = BY_NAME["log-cosh"]
    loop, stops = compile_enclosed_loop(problem.model), Stops(10**4, until=ratio(1, 10**4))
    orbit = enclose(loop, arb(0.25, 1e-8), START, stops)
    limit = enclose_limit(compile_tail(problem.model), orbit)
    assert limit.outcome == "trapped"
    for share in (-1, 0, 1):
        eta = ratio(1, 4) + ratio(share, 10**8)
        assert limit.q.contains(arb(long_run(problem, eta)))
