"""The compiled loop is the reduced map, step for step, and stops where it is told to."""

import pytest
from flint import arb, ctx
from mpmath import mp
from zoo import PROBLEMS, to_mpf

from trajalign.numerics.orbits.loops import Watch, compile_loop
from trajalign.theory.models import TwoLayerLinear
from trajalign.theory.responses import Loss

OPEN = Watch(arb(0), arb(10**6), arb(0))
STATE = (arb(0.375), arb(1.25))  # p and 1/q
ETA = arb(0.125)


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_steps_are_those_of_the_map_in_p_and_q(problem):
    loop, ps, us = compile_loop(problem.model), [], []
    with ctx.workprec(300):
        state, done = loop.record(STATE, ETA, 5, OPEN, ps, us)
    assert done == len(ps) == len(us) == 5
    assert state == (ps[-1], us[-1])
    with mp.workdps(100):
        p, q = mp.mpf(0.375), 1 / mp.mpf(1.25)
        for found_p, found_u in zip(ps, us, strict=True):
            p, q = problem.step(p, q, mp.mpf(0.125))
            assert abs(to_mpf(found_p) / p - 1) < mp.mpf(10) ** -80
            assert abs(to_mpf(found_u) * q - 1) < mp.mpf(10) ** -80


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_with_and_without_a_record_the_loop_does_the_same(problem):
    loop = compile_loop(problem.model)
    with ctx.workprec(200):
        assert loop.advance(STATE, ETA, 40, OPEN) == loop.record(STATE, ETA, 40, OPEN, [], [])


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_a_single_step_in_balls_encloses_the_loop_s(problem):
    loop = compile_loop(problem.model)
    with ctx.workprec(100):
        p, u = loop.step(*STATE, ETA)
        (p_next, u_next), _ = loop.advance(STATE, ETA, 1, OPEN)
        assert p.contains(p_next)
        assert u.contains(u_next)
        assert not p.is_exact()


def test_the_numbers_are_exact():
    ps, us = [], []
    LOG_COSH.record(STATE, ETA, 10, OPEN, ps, us)
    assert all(x.is_exact() for x in ps + us)


# What ends a loop. ℓ = z²/2 has p' = p(1 + η²p²) − 2pu and u' = u(1 + η²p²) − 2η²p².


LOG_COSH, SQUARE = (compile_loop(TwoLayerLinear(Loss.parse(e))) for e in ("log-cosh", "z**2/2"))


def ends(watch, state=STATE, loop=SQUARE, count=1000):
    with ctx.workprec(100):
        (p, u), done = loop.advance(state, ETA, count, watch)
        before = loop.advance(state, ETA, done - 1, OPEN)[0] if done > 1 else state
    return p, u, done, before


@pytest.mark.parametrize("sign", [1, -1])
def test_a_small_p(sign):
    """At u = 1/4 |p| is about halved a step."""
    near = arb(1) / 1000
    p, _, done, before = ends(Watch(near, arb(10), arb(0)), (sign * arb(0.375), arb(0.25)))
    assert abs(p) <= near < abs(before[0])
    assert 5 < done < 12


@pytest.mark.parametrize("sign", [1, -1])
def test_a_large_p(sign):
    """At u = 5/2 |p| grows about fourfold a step: 3/8, 3/2, 6, 24."""
    p, _, done, before = ends(Watch(arb(0), arb(10), arb(0)), (sign * arb(0.375), arb(2.5)))
    assert abs(p) >= 10 > abs(before[0])
    assert done == 3


def test_a_u_that_falls_to_the_floor():
    _, u, done, before = ends(Watch(arb(0), arb(10**6), arb(1)), (arb(0.5), arb(1.015625)))
    assert u <= 1 < before[1]
    assert done > 1


def test_the_number_of_steps():
    assert ends(OPEN, (arb(0.375), arb(0.5)), LOG_COSH, 17)[2] == 17


def test_a_point_where_the_map_has_no_value():
    """ℓ' = atanh z: at p = 3/8, u = 5 the first step leaves (−1, 1), the second has no value."""
    loop = compile_loop(TwoLayerLinear(Loss.parse("z*atanh(z) + log(1 - z**2)/2")))
    p, _, done, before = ends(OPEN, (arb(0.375), arb(5)), loop)
    assert done == 2
    assert before[0] < -1
    assert not p.is_finite()


def test_the_program_computes_eta_squared_once_before_the_loop():
    """Everything that depends on η alone is outside; the rest needs p or u."""
    program = LOG_COSH.program
    changing = program.needing(program.variables[:2])
    outside = [
        line
        for index, line in enumerate(program.lines)
        if program.register(index) not in changing and line.operation != "constant"
    ]
    assert [line.operation for line in outside] == ["multiply", "multiply"]  # η², 2η²


def test_bounds_of_more_bits_than_the_precision_are_exact():
    """p = −near is |p| ≤ near, also where −near has to be rounded to the working precision."""
    near = (arb(1) / 1000).mid()
    with ctx.workprec(20):
        _, done = SQUARE.advance((-2 * near, arb(0.25)), arb(0), 5, Watch(near, arb(1), arb(0)))
    assert done == 1  # η = 0 and u = 1/4 halve p exactly
