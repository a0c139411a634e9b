"""The cascade of the frozen-q family, and enclosures of its exact roots."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import sympy as sp
from cascades import CAUCHY, found, tanh_slope
from mpmath import mp
from zoo import linear, neuron, to_mpf

from trajalign.numerics.diagram.cascade import cascade, enclose_root
from trajalign.theory.diagram.branches import FLIP, SYMMETRY_BREAKING, bifurcation_diagram
from trajalign.theory.diagram.exact_roots import log_slope_root
from trajalign.theory.errors import InputError
from trajalign.theory.responses import ACTIVATIONS, LOSSES, Activation, Loss

FEIGENBAUM = 4.669201609102990
SUBCRITICAL = "z**2/2 - 4*z**4/15 + 23*z**6/200 - 5*z**8/224"  # see test_diagram


# Enclosures of exact roots ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("response", "value", "equation"),
    [
        (Loss.parse("log-cosh"), sp.Rational(-1, 2), lambda z: mp.sinh(2 * z) - 4 * z),
        (Activation.parse("arctan"), sp.Integer(-1), lambda z: 2 * z * mp.atan(z) - 1),
        (Activation.parse("tanh"), sp.Integer(-1), lambda z: 3 * mp.tanh(z) ** 2 - 1),
    ],
    ids=["log-cosh", "arctan", "tanh"],
)
def test_enclosures_hold_the_root(response, value, equation):
    root = log_slope_root(response, value)
    with mp.workdps(60):
        expected = mp.findroot(equation, tuple(map(float, root.interval)), solver="anderson")
        ball = enclose_root(root, 40)
        assert abs(to_mpf(ball) - expected) < mp.mpf(10) ** -38
        assert float(ball.rad()) < 1e-38
        assert enclose_root(root, 20).contains(ball)


@pytest.mark.parametrize("name", [*LOSSES, *ACTIVATIONS])
def test_every_special_point_of_the_catalogue_is_confirmed_in_balls(name):
    model = linear(name) if name in LOSSES else neuron(name)
    points = [p for p in bifurcation_diagram(model).special_points if p.kind != FLIP]
    assert points
    for point in points:
        assert float(enclose_root(point.p, 30).rad()) < 1e-29 * float(point.p.interval[1])


def test_a_false_closed_form_is_refuted():
    root = log_slope_root(Activation.parse("tanh"), sp.Integer(-1))
    for wrong in (root.closed_form + sp.Rational(1, 10**25), sp.Rational(2, 3)):
        with pytest.raises(ArithmeticError):
            enclose_root(replace(root, closed_form=wrong), 30)


def test_a_false_equation_is_refuted():
    root = log_slope_root(Activation.parse("tanh"), sp.Integer(-1))
    with pytest.raises(ArithmeticError, match="no change of sign"):
        enclose_root(replace(root, equation=root.equation**2), 30)
    with pytest.raises(ArithmeticError, match="no change of sign"):
        enclose_root(replace(root, equation=root.equation + sp.Rational(1, 10**9)), 30)


# The cascade ------------------------------------------------------------------------------------


def test_the_cauchy_cascade_by_hand():
    cauchy = found(CAUCHY, 3)
    first, second, third = cauchy.flips
    assert [f.kind for f in cauchy.flips] == [SYMMETRY_BREAKING, FLIP, FLIP]
    assert [f.cycle.period for f in cauchy.flips] == [2, 2, 4]
    with mp.workdps(40):
        assert abs(to_mpf(first.q) - mp.mpf(1) / 2) < mp.mpf(10) ** -30
        assert abs(to_mpf(second.q) - mp.mpf(2) / 5) < mp.mpf(10) ** -30
        assert to_mpf(third.q) < 0.39
        p, q = first.cycle.points
        assert p == -q
        assert abs(to_mpf(p) - 1) < 1e-28
        assert abs(to_mpf(first.cycle.multiplier) - 1) < 1e-28  # of g_q: +1, not −1
        assert abs(to_mpf(second.cycle.multiplier) + 1) < 1e-28


def test_the_asymmetric_cycles_of_the_cauchy_loss():
    """Points {a, −b} with ab = 1 and (a + b)² = 2/q; multiplier 9 − 4/q, from 1 to −1."""
    branch = found(CAUCHY, 3).branches[0]
    assert branch.period == 2
    assert len(branch.cycles) > 8
    with mp.workdps(40):
        for cycle in branch.cycles:
            a, minus_b = map(to_mpf, cycle.points)
            q, multiplier = to_mpf(cycle.q), to_mpf(cycle.multiplier)
            assert abs(a * minus_b + 1) < 1e-28
            assert abs((a - minus_b) ** 2 - 2 / q) < 1e-28
            assert abs(multiplier - (9 - 4 / q)) < 1e-28
            assert abs(multiplier - (9 - 4 / (q * (1 + mp.mpf(10) ** -9)))) > 1e-10
    multipliers = [cycle.multiplier for cycle in branch.cycles]
    assert all(a > b for a, b in pairwise(multipliers))  # down from 1 …
    assert multipliers[-2] > -1 > multipliers[-1]  # … to past −1
    assert all(a.q > b.q for a, b in pairwise(branch.cycles))


def test_the_tanh_cascade_by_another_solver():
    """g_q⁴(p) = p with (g_q⁴)'(p) = −1 by mpmath's Newton method in two unknowns."""
    flips = found(neuron("tanh"), 5).flips
    with mp.workdps(35):
        a = mp.asinh(1 / mp.sqrt(2))
        assert abs(to_mpf(flips[0].q) - tanh_slope(a) / a) < 1e-28

        def derivative(p):
            return (1 - 3 * mp.tanh(p) ** 2) * mp.sech(p) ** 2

        for flip in flips[1:3]:

            def equations(p, q, n=flip.cycle.period):
                x, slope = p, mp.mpf(1)
                for _ in range(n):
                    slope *= 1 - 2 * derivative(x) / q
                    x -= 2 * tanh_slope(x) / q
                return x - p, slope + 1

            near = (to_mpf(flip.cycle.points[0]) + 1e-7, to_mpf(flip.q) + 1e-7)
            _, q = mp.findroot(equations, near)
            assert abs(q - to_mpf(flip.q)) < 1e-25
            assert abs(q * (1 + mp.mpf(10) ** -20) - to_mpf(flip.q)) > 1e-25


def period_reached(slope, q, start, longest=64):
    """The least power of 2 that is a period of the attractor, to 10 digits; 0 if none is."""
    p = start
    for _ in range(6000):
        p -= 2 * slope(p) / q
    orbit = [p]
    for _ in range(longest):
        orbit.append(orbit[-1] - 2 * slope(orbit[-1]) / q)
    periods = (n for n in (1, 2, 4, 8, 16, 32, 64) if abs(orbit[n] - p) < 1e-10)
    return next(periods, 0)


@pytest.mark.parametrize(
    ("model", "slope"),
    [
        (CAUCHY, lambda z: z / (1 + z * z)),
        (neuron("tanh"), lambda z: np.tanh(z) / np.cosh(z) ** 2),
        (neuron("algebraic"), lambda z: z / (1 + z * z) ** 2),
    ],
    ids=["cauchy", "tanh", "algebraic"],
)
def test_periods_double_where_the_flips_say(model, slope):
    flips = found(model, 5).flips
    gaps = [float(a.q - b.q) for a, b in pairwise(flips)]
    for flip, gap in zip(flips[1:], gaps, strict=True):
        start = float(flip.cycle.points[0]) * 1.01
        n = flip.cycle.period
        assert period_reached(slope, float(flip.q) + gap / 20, start) == n
        assert period_reached(slope, float(flip.q) - gap / 20, start) == 2 * n
        assert period_reached(slope, float(flip.q) + gap / 20, start) != 2 * n


@pytest.mark.parametrize(
    "model", [CAUCHY, *map(neuron, ACTIVATIONS)], ids=lambda m: m.response.text
)
def test_feigenbaum(model):
    """The ratios from flips 2 to 5 are within 2 % of 4.6692…, and they close in on it."""
    cascade_found = found(model, 5)
    assert cascade_found.outcome == "5 flips found"
    assert [flip.cycle.period for flip in cascade_found.flips] == [2, 2, 4, 8, 16]
    first, *ratios = cascade_found.feigenbaum_ratios
    assert len(ratios) == 2
    errors = [abs(ratio / FEIGENBAUM - 1) for ratio in ratios]
    assert max(errors) < 0.02
    assert errors[1] < errors[0] / 2
    # The first ratio leans on the symmetric cycle, far from the universal regime: off by more.
    assert abs(first / FEIGENBAUM - 1) > 0.05


def test_flips_do_not_depend_on_the_digits():
    low, high = found(neuron("tanh"), 4, digits=20), found(neuron("tanh"), 4, digits=60)
    with mp.workdps(70):
        for a, b in zip(low.flips, high.flips, strict=True):
            assert 0 < abs(to_mpf(a.q) - to_mpf(b.q)) < mp.mpf(10) ** -20


def test_the_cascade_does_not_depend_on_the_unit_of_z():
    """φ(10z)/10 has r(10z): the same q, points a tenth of the size."""
    near, far = found(neuron("tanh"), 3), found(neuron("tanh(10*z)/10"), 3)
    with mp.workdps(40):
        for a, b in zip(near.flips, far.flips, strict=True):
            assert abs(to_mpf(a.q) - to_mpf(b.q)) < 1e-28
            sizes = [max(abs(to_mpf(p)) for p in f.cycle.points) for f in (a, b)]
            assert abs(sizes[0] - 10 * sizes[1]) < 1e-25


def test_a_subcritical_flip_ends_the_cascade():
    stopped = found(linear(SUBCRITICAL), 3)
    assert len(stopped.flips) == 1
    assert stopped.branches == ()
    assert stopped.outcome.startswith("subcritical flip at q = 0.4447619")  # 467/1050
    assert stopped.feigenbaum_ratios == ()


@pytest.mark.parametrize("name", list(LOSSES))
def test_a_convex_loss_has_no_cascade(name):
    with pytest.raises(InputError, match=r"no p .*has p r'\(p\)/r\(p\) = -1"):
        cascade(linear(name))


@pytest.mark.parametrize("model", [neuron("z"), linear("z**2/2")], ids=["phi = z", "z**2/2"])
def test_a_constant_response_has_no_cascade(model):
    with pytest.raises(InputError, match=r"no p > 0 has p r'\(p\)/r\(p\) = -1"):
        cascade(model)
