"""Enclosures along a box of orbits against one of its orbits, stepped and evaluated by mpmath."""

from dataclasses import replace
from functools import cache

import pytest
import sympy as sp
from flint import arb, ctx
from mpmath import mp
from planned import planned
from zoo import BY_NAME

from trajalign.numerics.orbits.enclosed_loops import compile_enclosed_loop
from trajalign.numerics.orbits.enclosures import EnclosedOrbit, enclose
from trajalign.numerics.orbits.iteration import Stops
from trajalign.numerics.orbits.limits import LimitEnclosure, compile_tail, enclose_limit
from trajalign.verification.measuring.orbit_bounds import misalignments, passage, sharpness_gaps
from trajalign.verification.measuring.orbit_view import OrbitView

NAMES = ["pseudo-huber", "tanh", "langevin"]  # the last one is 0/0 at 0, twice over
RADIUS = 1e-10


@pytest.fixture(autouse=True)
def many_digits():
    with mp.workdps(60), ctx.workprec(128):
        yield


@cache
def enclosed(name: str) -> tuple[OrbitView, EnclosedOrbit, LimitEnclosure]:
    plan = planned(BY_NAME[name].model)
    eta, (p0, q0) = plan.etas[0], plan.starts[0]
    stops = Stops(10**4, until=plan.model.response.scale / 1000)
    with ctx.workprec(128):
        box = arb(mpf(p0), RADIUS), arb(mpf(q0), RADIUS)
    orbit = enclose(compile_enclosed_loop(plan.model), eta, box, stops, bits=128)
    return OrbitView(plan, eta, (p0, q0)), orbit, enclose_limit(compile_tail(plan.model), orbit)


def mpf(value: sp.Rational) -> mp.mpf:
    return mp.mpf(int(value.p)) / int(value.q)


@cache
def stepped(name: str) -> list[tuple[mp.mpf, mp.mpf]]:
    """An orbit of the box, from beside its middle."""
    view, orbit, _ = enclosed(name)
    p, q = (
        mpf(x) + mp.mpf(RADIUS) * share for x, share in zip(view.start, (0.9, -0.7), strict=True)
    )
    found = [(p, q)]
    for _ in range(orbit.steps):
        found.append(BY_NAME[name].step(*found[-1], mpf(view.eta)))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_the_misalignment_of_an_orbit_is_in_the_ball_of_its_step(name: str) -> None:
    problem, (view, orbit, limit) = BY_NAME[name], enclosed(name)
    epsilon = mpf(view.eta) ** problem.epsilon_power
    balls = list(misalignments(view, orbit, limit, view.plan.curve.h))
    assert len(balls) == orbit.steps - view.settled + 2
    steps = range(view.settled, orbit.steps + 1)
    for t in [*steps[::40], steps[-1]]:
        p, q = stepped(name)[t]
        exact = abs(q / problem.r(p) - 1 - problem.h(p) * epsilon) / epsilon**2
        ball = balls[t - view.settled]
        assert ball.contains(arb(exact))
        assert ball.rad() < 1e-3 * abs(ball)
    # What is left after them all is in the last one.
    p, q = stepped(name)[-1]
    for _ in range(500):
        p, q = problem.step(p, q, mpf(view.eta))
    exact = abs(q / problem.r(p) - 1 - problem.h(p) * epsilon) / epsilon**2
    assert balls[-1].contains(arb(exact))


def test_the_misalignment_with_another_h_is_in_none_of_the_balls() -> None:
    problem, (view, orbit, limit) = BY_NAME["tanh"], enclosed("tanh")
    epsilon = mpf(view.eta) ** problem.epsilon_power
    wrong = view.plan.curve.h * (1 + sp.Rational(1, 1000))
    for t, ball in enumerate(misalignments(view, orbit, limit, wrong), start=view.settled):
        if t <= orbit.steps and t % 40 == 0:
            p, q = stepped("tanh")[t]
            exact = abs(q / problem.r(p) - 1 - problem.h(p) * epsilon) / epsilon**2
            assert not ball.contains(arb(exact))


@pytest.mark.parametrize("name", NAMES)
def test_the_gap_to_the_surrogate_is_in_the_ball_of_its_step(name: str) -> None:
    problem, (view, orbit, _) = BY_NAME[name], enclosed(name)
    eta = mpf(view.eta)
    balls = list(sharpness_gaps(view, orbit))
    assert len(balls) == view.crossing - view.settled
    for t in [*range(view.settled, view.crossing, 40), view.crossing - 1]:
        p, q = stepped(name)[t]
        exact = abs(eta * problem.sharpness(abs(p), q, eta) - problem.surrogate(q, abs(p)))
        ball = balls[t - view.settled]
        assert ball.contains(arb(exact / eta**problem.epsilon_power))
        assert ball.rad() < 0.1 * abs(ball)


def test_the_gap_of_another_response_is_in_none_of_the_balls() -> None:
    (view, orbit, _), problem = enclosed("tanh"), BY_NAME["tanh"]
    eta = mpf(view.eta)
    for t, ball in enumerate(sharpness_gaps(view, orbit), start=view.settled):
        if t % 40 == 0:
            p, q = stepped("tanh")[t]
            wrong = problem.surrogate(q, abs(p)) * (1 + mp.mpf(10) ** -4)
            exact = abs(eta * problem.sharpness(abs(p), q, eta) - wrong)
            assert not ball.contains(arb(exact / eta**problem.epsilon_power))


def test_where_q_passes_1_and_what_is_certain_around_it() -> None:
    view, orbit, limit = enclosed("tanh")
    found = passage(orbit, limit)
    assert found["earliest"] == found["latest"] == view.crossing
    assert (found["rises"], found["falls"], found["stays beyond"]) == (True, False, True)


def test_without_a_limit_nothing_is_known_of_the_tail() -> None:
    view, orbit, limit = enclosed("tanh")
    lost = replace(limit, outcome="not trapped", q=None, contraction=None, drift=None)
    assert not passage(orbit, lost)["stays beyond"]
    *before, tail = misalignments(view, orbit, lost, view.plan.curve.h)
    assert all(ball.is_finite() for ball in before)
    assert not tail.is_finite()


def test_an_orbit_that_goes_back_is_seen() -> None:
    _, orbit, limit = enclosed("tanh")
    u = list(orbit.u)
    u[5], u[6] = u[6], u[5]
    found = passage(replace(orbit, u=tuple(u)), limit)
    assert (found["rises"], found["falls"]) == (False, True)
    u = list(orbit.u)
    u[-1] = arb(1, 1e-20)
    assert not passage(replace(orbit, u=tuple(u)), limit)["stays beyond"]
    unknown = passage(replace(orbit, latest_crossing=None), limit)
    assert unknown["latest"] != unknown["latest"]  # NaN
    assert not unknown["stays beyond"]


def test_q_next_to_1_has_no_certain_inverse() -> None:
    """r̂ is asked for only where q < 1 for certain; otherwise nothing is claimed."""
    view, orbit, _ = enclosed("tanh")
    u = list(orbit.u)
    u[view.crossing - 1] = arb(1, 1e-3)
    *before, last = sharpness_gaps(view, replace(orbit, u=tuple(u)))
    assert all(ball.is_finite() for ball in before)
    assert not last.is_finite()
