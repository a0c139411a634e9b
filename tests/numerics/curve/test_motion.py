"""Leaps along the slow curve against single steps, and what an estimate says of itself."""

from dataclasses import replace

import pytest
import sympy as sp
from flint import arb, ctx
from mpmath import mp
from zoo import BY_NAME, to_mpf

from trajalign.numerics.curve.invariant import curve_below
from trajalign.numerics.curve.motion import CurveMotion, Estimate, Place
from trajalign.theory.errors import InputError

START = Place(arb(-0.25), arb(0))


@pytest.fixture(scope="module")
def motion():
    epsilon, height = sp.Rational(1, 400), sp.Rational(4, 5)
    return CurveMotion(curve_below(BY_NAME["log-cosh"].model, epsilon, height, 170))


def log_of(place):
    return to_mpf(place.log)


@pytest.mark.parametrize("steps", [1, 2, 3, 64, 100, 1000])
def test_leaps_arrive_where_single_steps_do(motion, steps):
    place = START
    for _ in range(steps):
        place = motion.leap(place, 0)
    leapt = motion.step(START, steps)
    with mp.workdps(60):
        assert abs(log_of(leapt) - log_of(place)) <= to_mpf(leapt.error) < mp.mpf(10) ** -35


def test_no_step_is_no_motion(motion):
    assert motion.step(START, 0) == START


def test_leaps_that_are_off_by_little_do_not_arrive(motion):
    with ctx.workprec(motion.curve.precision):
        off = replace(motion.curve, decay=motion.curve.decay * (1 + arb(10) ** -30))
    good, bad = motion.step(START, 1000), CurveMotion(off).step(START, 1000)
    with mp.workdps(60):
        assert abs(log_of(good) - log_of(bad)) > 100 * to_mpf(good.error)


def test_an_error_at_the_start_is_carried_along(motion):
    """Two orbits that start 10⁻¹² apart are as far apart later as the error says."""
    with ctx.workprec(200):
        near = Place((START.log + arb(10) ** -12).mid(), arb(0))
        wide = Place(START.log, (arb(10) ** -12).mid())
    for steps in (1, 50, 5000):
        with mp.workdps(60):
            apart = abs(log_of(motion.step(near, steps)) - log_of(motion.step(START, steps)))
            assert abs(apart / to_mpf(motion.step(wide, steps).error) - 1) < 1e-6


def test_the_first_step_above_is_the_one_that_single_steps_find(motion):
    place, steps = START, 0
    while not motion.height(place).value > 1:
        place, steps = motion.leap(place, 0), steps + 1
    assert motion.first_above(START) == steps > 500


def test_a_motion_that_stays_below_one_is_lost(motion):
    low = replace(motion.curve, height=motion.curve.height * arb(0.5))
    with pytest.raises(InputError, match="is lost"):
        CurveMotion(low).first_above(START)


def test_a_curve_that_decays_the_wrong_way_leads_elsewhere(motion):
    wrong = CurveMotion(replace(motion.curve, decay=-motion.curve.decay)).step(START, 64)
    right = motion.step(START, 64)
    assert abs(log_of(wrong) - log_of(right)) > 1e20 * to_mpf(right.error)


@pytest.mark.parametrize(
    ("value", "error", "digits"),
    [("1", "2e-10", 9), ("1000", "2e-10", 12), ("-1", "0.5", 0), ("1", "1", 0), ("1", "inf", 0)],
)
def test_the_good_digits_of_an_estimate(value, error, digits):
    assert Estimate(arb(value).mid(), arb(error).mid()).good_digits == digits
