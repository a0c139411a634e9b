"""Fast-forward against the exact solution, step-by-step orbits in mpmath and the theory's laws."""

import time
from dataclasses import replace

import pytest
import sympy as sp
from flint import arb, ctx
from mpmath import mp
from zoo import BY_NAME, NEURON, PROBLEMS, kappa, to_mpf

from trajalign.numerics.curve.fast_forward import fast_forward
from trajalign.numerics.curve.long_times import crossing_time
from trajalign.numerics.curve.motion import CurveMotion
from trajalign.numerics.curve.orbits import orbit_on_curve
from trajalign.theory.curve.series import curve_series
from trajalign.theory.errors import InputError, NoCurvatureError, NotEvenError, NotFiniteError
from trajalign.theory.models import SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import Activation, Loss

HEIGHT = sp.Rational(4, 5)
OFF_CURVE = (sp.Rational(1, 2), HEIGHT)
ON_CURVE = (None, HEIGHT)
TINY = sp.Rational(1, 10**6)
SMALL = {"log-cosh": "1/20", "pseudo-huber": "1/20", "atan": "1/20", "erf-loss": "1/20"}
SMALL |= {"logistic": "1/40", "langevin": "1/60"}  # where h is larger
SMALL |= {problem.name: "1/200" for problem in NEURON}


def number(value):
    return mp.mpf(int(value.p)) / int(value.q)


def small(problem):
    return sp.Rational(SMALL[problem.name])


def misses(found, steps):
    """The steps at which p or q is farther from a step-by-step orbit than its estimate."""
    wrong = []
    for t, exact_values in steps.items():
        for estimate, exact in zip(found.at(t), exact_values, strict=True):
            if not abs(to_mpf(estimate.value) - exact) <= to_mpf(estimate.error):
                wrong.append(t)
    return wrong


def step_by_step(problem, eta, start, until):
    """(p_t, q_t) for t ≤ `until` in plain mpmath, at the precision in force."""
    (p, q), eta = start, number(eta)
    orbit = [(p, q)]
    for _ in range(until):
        p, q = problem.step(p, q, eta)
        orbit.append((p, q))
    return orbit


def telling(found, orbit):
    aligned, crossing, last = found.aligned, found.crossing, len(orbit) - 1
    times = {0, 1, aligned, aligned + 1, (aligned + crossing) // 2, crossing - 1, crossing, last}
    return {t: orbit[t] for t in times if t <= last}


# An exact solution


@pytest.mark.parametrize("eta", ["1/10", "1/1000", "1/1000000", "1/1000000000000"])
def test_the_exactly_solvable_neuron(eta):
    """q = κ (1 + p²)^(−2), p_t = (−1)^t (1 − η)^(t/2) p_0, q* = κ; reference.md §3."""
    found = fast_forward(BY_NAME["algebraic"].model, sp.Rational(eta), ON_CURVE, digits=40)
    with mp.workdps(110):
        size, height = number(sp.Rational(eta)), number(HEIGHT)
        limit = kappa(size)
        p0, rate = mp.sqrt(mp.sqrt(limit / height) - 1), mp.log1p(-size) / 2
        assert abs(to_mpf(found.limit.value) - limit) <= to_mpf(found.limit.error) < 1e-40
        crossing = int(mp.floor(mp.log((mp.sqrt(limit) - 1) / p0**2) / (2 * rate))) + 1
        assert (found.crossing, found.crossing_error) == (crossing, 0)
        for t in (0, 1, 2, 5, 1000, crossing, 10**6 + 1, 10**12, 3 * 10**12 + 1):
            p = (-1) ** (t % 2) * mp.exp(t * rate) * p0
            q = limit * (1 + p**2) ** -2
            assert not misses(found, {t: (p, q)})
            if t <= crossing:
                assert all(x.good_digits >= 40 for x in found.at(t))


def test_the_horizon_costs_digits_but_no_time():
    """At t = 10⁴⁰ the exponent has 28 digits before the point, and its error grows with t."""
    found = fast_forward(BY_NAME["algebraic"].model, sp.Rational(1, 10**12), ON_CURVE, digits=60)
    begun = time.perf_counter()
    p, _ = found.at(10**40)
    assert time.perf_counter() - begun < 5
    with mp.workdps(140):
        limit = kappa(mp.mpf(10) ** -12)
        start = mp.sqrt(mp.sqrt(limit / number(HEIGHT)) - 1)
        exact = mp.exp(mp.mpf(10) ** 40 * mp.log1p(-(mp.mpf(10) ** -12)) / 2) * start
        assert abs(to_mpf(p.value) - exact) <= to_mpf(p.error) < exact * mp.mpf(10) ** -20


# Step by step, where that is feasible


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_an_orbit_from_off_the_curve_is_the_one_of_single_steps(problem):
    eta = small(problem)
    found = fast_forward(problem.model, eta, OFF_CURVE)
    assert found.good_digits >= 30
    with mp.workdps(80):
        start = tuple(number(x) for x in OFF_CURVE)
        orbit = step_by_step(problem, eta, start, 3 * found.crossing)
        crossing = next(t for t, (_, q) in enumerate(orbit) if q > 1)
        assert abs(found.crossing - crossing) <= found.crossing_error <= 1
        assert misses(found, telling(found, orbit)) == []


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_an_orbit_on_the_curve_stays_there_under_single_steps(problem):
    """The start is the curve's own, so what is tested is that the curve is invariant."""
    eta = small(problem)
    found = fast_forward(problem.model, eta, ON_CURVE)
    with mp.workdps(80):
        start = tuple(to_mpf(x.value) for x in found.at(0))
        orbit = step_by_step(problem, eta, start, 2 * found.crossing)
        assert misses(found, telling(found, orbit)) == []
        p, _ = found.at(2 * found.crossing)
        error = abs(to_mpf(p.value) - orbit[2 * found.crossing][0])
        assert to_mpf(p.error) < 1000 * error  # no idle estimate


@pytest.mark.parametrize("name", ["log-cosh", "langevin", "tanh", "erf"])
def test_the_limit_is_the_one_of_single_steps(name):
    problem = BY_NAME[name]
    eta = small(problem)
    found = fast_forward(problem.model, eta, OFF_CURVE, digits=20)
    with mp.workdps(60):
        p, q = (number(x) for x in OFF_CURVE)
        while abs(p) > mp.mpf(10) ** -13:  # q* − q is about |r''(0)| p²/2
            p, q = problem.step(p, q, number(eta))
        assert abs(to_mpf(found.limit.value) - q) < to_mpf(found.limit.error) + 2 * p**2
        assert found.limit.error < 1e-20


@pytest.mark.parametrize(
    ("name", "eta"),
    [("log-cosh", "1/10"), ("log-cosh", "1/5"), ("tanh", "1/10"), ("gudermann", "1/10")],
)
def test_where_few_digits_can_be_had_the_estimate_says_how_many(name, eta):
    """The attainable accuracy is finite at these η; the estimate is neither too small nor idle."""
    problem, eta = BY_NAME[name], sp.Rational(eta)
    found = fast_forward(problem.model, eta, OFF_CURVE)
    assert 1 <= found.good_digits < 30
    with mp.workdps(80):
        start = tuple(number(x) for x in OFF_CURVE)
        orbit = step_by_step(problem, eta, start, 4 * found.crossing)
        assert misses(found, telling(found, orbit)) == []
        p, _ = found.at(2 * found.crossing)
        actual = abs(to_mpf(p.value) - orbit[2 * found.crossing][0])
        assert to_mpf(p.error) < 100 * actual


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_more_digits_differ_by_less_than_the_estimate(problem):
    """Few nodes are used for few digits, and then interpolation makes the error."""
    eta = sp.Rational(1, 10**4) if problem.epsilon_power == 2 else sp.Rational(1, 10**8)
    few, many = (fast_forward(problem.model, eta, ON_CURVE, digits=n) for n in (5, 30))
    assert few.crossing == many.crossing
    for t in (0, 1000, few.crossing, 3 * few.crossing):
        for rough, fine in zip(few.at(t), many.at(t), strict=True):
            with mp.workdps(80):
                error = abs(to_mpf(rough.value) - to_mpf(fine.value))
                assert 0 < error <= to_mpf(rough.error)


def test_three_hundred_thousand_steps():
    """From (1/2, 4/5): counted once in 160-bit ball arithmetic, 4303759 steps at η = 1/1000."""
    found = fast_forward(BY_NAME["log-cosh"].model, sp.Rational(1, 1000), OFF_CURVE)
    assert (found.crossing, found.crossing_error) == (4303759, 0)


# What must be refuted


@pytest.mark.parametrize("wrong", ["eta", "decay", "sign", "second order"])
def test_the_comparison_with_single_steps_refutes_a_falsified_motion(wrong):
    problem, eta = BY_NAME["log-cosh"], small(BY_NAME["log-cosh"])
    found = fast_forward(problem.model, eta, ON_CURVE)
    with mp.workdps(80):
        start = tuple(to_mpf(x.value) for x in found.at(0))
        steps = telling(found, step_by_step(problem, eta, start, found.crossing + 5))
    assert misses(found, steps) == []
    if wrong == "eta":
        off = fast_forward(problem.model, eta * (1 + sp.Rational(1, 10**35)), ON_CURVE)
    else:
        curve = found._orbit.motion.curve
        with ctx.workprec(curve.precision):
            second = arb(63) / 80 * (arb(1) / 400) ** 2  # h_2(0) ε², about what h_2 is elsewhere
            off_curve = {
                "decay": replace(curve, decay=curve.decay * (1 + arb(10) ** -35)),
                "sign": replace(curve, decay=-curve.decay),
                "second order": replace(curve, height=curve.height - second),
            }[wrong]
        off = replace(found, _orbit=orbit_on_curve(CurveMotion(off_curve), HEIGHT))
    assert misses(off, steps) != []


# The theory's laws


def test_a_step_size_of_one_millionth_to_thirty_digits_in_seconds():
    begun = time.perf_counter()
    found = fast_forward(BY_NAME["log-cosh"].model, TINY, OFF_CURVE)
    assert time.perf_counter() - begun < 10
    assert found.good_digits >= 30
    assert 8.9e12 < found.crossing < 9.0e12
    assert found.crossing_error == 0


@pytest.mark.parametrize("name", ["log-cosh", "pseudo-huber", "atan", "langevin"])
def test_the_limit_is_the_one_of_the_exact_series(name):
    model = BY_NAME[name].model
    found = fast_forward(model, TINY, ON_CURVE, digits=60)
    series = curve_series(model, 9).limit
    with mp.workdps(110):
        terms = [number(c) * mp.mpf(10) ** (-12 * k) for k, c in enumerate(series)]
        assert abs(to_mpf(found.limit.value) - mp.fsum(terms)) < mp.mpf(10) ** -80
        assert abs(to_mpf(found.limit.value) - mp.fsum(terms[:3])) > to_mpf(found.limit.error)
        assert found.limit.good_digits >= 60


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_the_limit_to_first_order(problem):
    """q* = 1 + h(0) ε + O(ε²), also where the coefficients are irrational."""
    eta = TINY if problem.epsilon_power == 2 else TINY**2
    found = fast_forward(problem.model, eta, ON_CURVE)
    with mp.workdps(50):
        slope = (to_mpf(found.limit.value) - 1) * mp.mpf(10) ** 12
        assert abs(slope - mp.mpf(sp.N(problem.h_at_zero, 40))) < 1e-9


@pytest.mark.parametrize("name", ["log-cosh", "tanh"])
@pytest.mark.parametrize("exponent", [6, 8])
def test_the_crossing_follows_its_law(name, exponent):
    """t_b = (κ ln(1/η) + K(q0))/ε (1 + O(ε ln(1/ε)))."""
    problem = BY_NAME[name]
    eta = sp.Rational(1, 10**exponent)
    found = fast_forward(problem.model, eta, ON_CURVE)
    predicted = crossing_time(problem.model, HEIGHT, eta, digits=25)
    epsilon = number(eta) ** problem.epsilon_power
    assert abs(found.crossing / predicted - 1) < 2 * epsilon * abs(mp.log(epsilon))


def test_doubling_in_double_precision_is_off_by_half_a_billion_steps():
    """60 nodes of float64 gave t_b = 8 908 407 103 735 for log-cosh from q0 = 0.8 at η = 10⁻⁶.

    There D is about 10⁻¹², so float64 has four digits of it. The law of the crossing time, whose
    integrals know nothing of the doubling, is off that number by 5·10⁸ and off ours by 8.
    """
    model = BY_NAME["log-cosh"].model
    law = crossing_time(model, HEIGHT, TINY, digits=25)
    assert abs(law - 8_908_407_103_735) > 5 * 10**8
    assert abs(law - fast_forward(model, TINY, ON_CURVE).crossing) < 20


def test_many_digits():
    model = BY_NAME["log-cosh"].model
    hundred, thirty = (fast_forward(model, TINY, ON_CURVE, digits=n) for n in (100, 30))
    assert hundred.good_digits >= 100
    assert hundred.crossing == thirty.crossing
    with mp.workdps(130):
        gap = abs(to_mpf(hundred.limit.value) - to_mpf(thirty.limit.value))
        assert gap <= to_mpf(thirty.limit.error)


# Starts


def test_the_mirror_image_of_a_start():
    model = BY_NAME["log-cosh"].model
    one, other = (fast_forward(model, TINY, (p0, HEIGHT)) for p0 in (OFF_CURVE[0], -OFF_CURVE[0]))
    for t in (0, 1, one.aligned, one.aligned + 1, 10**12, 10**12 + 1):
        (p, q), (mirror, same) = one.at(t), other.at(t)
        with ctx.workprec(1000):
            assert abs(p.value + mirror.value) <= p.error
            assert abs(q.value - same.value) <= q.error


def test_a_start_on_the_curve_has_the_height_asked_for():
    p, q = fast_forward(BY_NAME["tanh"].model, TINY, ON_CURVE).at(0)
    with mp.workdps(60):
        assert abs(to_mpf(q.value) - number(HEIGHT)) <= to_mpf(q.error) < mp.mpf(10) ** -40
    assert p.value > 0


def test_an_orbit_that_is_chaotic_before_it_aligns():
    """At q0 = 1/3 no short cycle attracts; the orbit aligns once q has risen beyond 9/16."""
    problem, eta = BY_NAME["algebraic"], sp.Rational(1, 1000)
    start = (sp.Rational(1, 2), sp.Rational(1, 3))
    found = fast_forward(problem.model, eta, start)
    assert found.good_digits >= 30
    with mp.workdps(300):
        first = tuple(number(x) for x in start)
        orbit = step_by_step(problem, eta, first, found.crossing + 10)
        assert next(t for t, (_, q) in enumerate(orbit) if q > 1) == found.crossing
        assert misses(found, telling(found, orbit)) == []


@pytest.mark.parametrize("unit", [sp.Rational(1, 1024), sp.Integer(1024)])
def test_the_unit_of_z_changes_no_digit(unit):
    """ℓ(z) → s² ℓ(z/s) is the same motion of p/s with ηs in place of η."""
    stretched = TwoLayerLinear(Loss.parse(f"({unit**2})*log(cosh(z/({unit})))"))
    found = fast_forward(LINEAR_MODEL, TINY, OFF_CURVE)
    same = fast_forward(stretched, TINY / unit, (OFF_CURVE[0] * unit, HEIGHT))
    assert same.crossing == found.crossing
    assert same.good_digits >= 30
    for t in (0, found.aligned, found.crossing):
        (p, q), (image, height) = found.at(t), same.at(t)
        with ctx.workprec(600):
            factor = arb(int(unit.p)) / int(unit.q)
            assert abs(image.value - factor * p.value) <= factor * p.error + image.error
            assert abs(q.value - height.value) <= q.error + height.error


LINEAR_MODEL = BY_NAME["log-cosh"].model
TENTH = sp.Rational(1, 10)


@pytest.mark.parametrize(
    ("model", "eta", "start", "error", "says"),
    [
        (LINEAR_MODEL, -TENTH, OFF_CURVE, InputError, "eta > 0"),
        (LINEAR_MODEL, sp.nan, OFF_CURVE, InputError, "finite rational"),
        (LINEAR_MODEL, sp.oo, OFF_CURVE, InputError, "finite rational"),
        (LINEAR_MODEL, TENTH, (sp.Integer(0), HEIGHT), InputError, "p0 != 0"),
        (LINEAR_MODEL, TENTH, (TENTH, sp.Integer(0)), InputError, "0 < q0 < 1"),
        (LINEAR_MODEL, TENTH, (TENTH, sp.Rational(11, 10)), InputError, "0 < q0 < 1"),
        (LINEAR_MODEL, TENTH, (TENTH, None), InputError, "finite rational"),
        (LINEAR_MODEL, TENTH, (sp.Integer(100), HEIGHT), InputError, "no weights"),
        (
            BY_NAME["tanh"].model,
            sp.Rational(1, 20),
            (sp.Integer(30), HEIGHT),
            InputError,
            "does not come",
        ),
        (LINEAR_MODEL, sp.Integer(1), OFF_CURVE, InputError, "smaller eta"),
        (BY_NAME["algebraic"].model, TINY, (None, TENTH), InputError, "does not attract"),
        (TwoLayerLinear(Loss.parse("z**2/2")), TENTH, OFF_CURVE, NoCurvatureError, r"r''\(0\)"),
        (TwoLayerLinear(Loss.parse("exp(z) - z")), TENTH, OFF_CURVE, NotEvenError, "even"),
        (TwoLayerLinear(Loss.parse("cosh(z)")), TENTH, OFF_CURVE, NotFiniteError, "stays above"),
        (SingleNeuron(Activation.parse("sinh(z)")), TENTH, OFF_CURVE, NotFiniteError, "above"),
    ],
)
def test_bad_input_is_named(model, eta, start, error, says):
    with pytest.raises(error, match=says):
        fast_forward(model, eta, start)


@pytest.mark.parametrize("digits", [0, -1, 1001])
def test_digits_out_of_range(digits):
    with pytest.raises(InputError, match="digits"):
        fast_forward(LINEAR_MODEL, TENTH, OFF_CURVE, digits=digits)


def test_a_negative_step():
    with pytest.raises(InputError, match="t >= 0"):
        fast_forward(LINEAR_MODEL, TENTH, OFF_CURVE, digits=5).at(-1)
