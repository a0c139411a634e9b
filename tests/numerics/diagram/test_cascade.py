"""The cascade, orbit diagrams and Lyapunov exponents of the frozen-q family.

The Cauchy loss ℓ = ln(1+z²)/2 is solved by hand. With s = p/(1+p²) and F = −g_q, F(a) = b and
F(b) = a give 2s(a) = 2s(b) = q(a + b), hence ab = 1 for a ≠ b, and (a + 1/a)² = 2/q. Then
F'(a) = (2/q) s'(a) − 1 = (1 − a²)/a² − 1 = 1/a² − 2, and the multiplier of {a, b} is
(1/a² − 2)(a² − 2) = 5 − 2(a² + 1/a²) = 9 − 4/q: it is 1 at q = ½ and −1 at q = 2/5.
"""

from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
import sympy as sp
from mpmath import mp
from zoo import linear, neuron, to_mpf

from trajalign.numerics.diagram.attractors import lyapunov_exponents, orbit_diagram
from trajalign.numerics.diagram.cascade import cascade, enclose_root
from trajalign.theory.diagram.branches import FLIP, SYMMETRY_BREAKING, bifurcation_diagram
from trajalign.theory.diagram.exact_roots import log_slope_root
from trajalign.theory.errors import InputError, NoExpansionError, NotFiniteError
from trajalign.theory.responses import ACTIVATIONS, LOSSES, Activation, Loss

FEIGENBAUM = 4.669201609102990
SUBCRITICAL = "z**2/2 - 4*z**4/15 + 23*z**6/200 - 5*z**8/224"  # see test_diagram


CAUCHY = linear("log(1 + z**2)/2")
found = cache(cascade)


def tanh_slope(z):
    return mp.tanh(z) * mp.sech(z) ** 2


def cauchy_slope(z):
    return z / (1 + z**2)


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


# Orbit diagrams ---------------------------------------------------------------------------------


def test_orbits_settle_on_the_cycles_found_by_hand():
    """q = 1.5: 0; q = 0.8: ±p with 1/(1+p²) = q, p = ½; q = 0.45: {a, −1/a}, (a + 1/a)² = 2/q."""
    q = np.array([1.5, 0.8, 0.45])
    points = orbit_diagram(CAUCHY, q, keep=8).points
    assert points.shape == (3, 8)
    assert np.all(np.abs(points[0]) < 1e-100)
    assert np.allclose(np.abs(points[1]), 0.5, atol=1e-12)
    assert np.allclose(points[1, 1:], -points[1, :-1], atol=1e-12)
    assert np.allclose(points[2, ::2] * points[2, 1::2], -1, atol=1e-12)
    assert np.allclose((points[2, ::2] - points[2, 1::2]) ** 2, 2 / 0.45, atol=1e-11)
    assert not np.allclose(np.abs(points[2]), np.abs(points[2, 0]))  # not symmetric


@pytest.mark.parametrize("name", [*LOSSES, *ACTIVATIONS])
def test_orbits_lie_on_the_branch_q_r(name):
    """On the 2-cycle r(p) = q, with r evaluated by mpmath from the same text."""
    model = linear(name) if name in LOSSES else neuron(name)
    q = np.array([0.65, 0.75, 0.85])
    points = orbit_diagram(model, q, keep=2, transient=3000).points
    r = sp.lambdify(sp.Symbol("z", real=True), model.response.response, "mpmath")
    with mp.workdps(30):
        levels = [float(r(mp.mpf(p))) for p in points[:, 0]]
    assert np.allclose(levels, q, rtol=0, atol=1e-10)
    assert not np.allclose(levels, q + 1e-6, rtol=0, atol=1e-10)
    assert np.allclose(points[:, 1], -points[:, 0], atol=1e-10)


def test_a_mirrored_start_gives_the_mirrored_attractor():
    q = np.linspace(0.48, 0.7, 12)
    right = orbit_diagram(neuron("tanh"), q, start=0.4, keep=6).points
    left = orbit_diagram(neuron("tanh"), q, start=-0.4, keep=6).points
    assert np.array_equal(right, -left)


def test_the_fixed_point_is_exact():
    """r(0) = 1 is a removable singularity: no 0/0, no drift."""
    for model in (linear("langevin"), neuron("tanh"), neuron("erf")):
        diagram = orbit_diagram(model, np.array([0.3, 1.0, 2.0]), start=0.0, keep=3)
        assert np.array_equal(diagram.points, np.zeros((3, 3)))
        exponents = lyapunov_exponents(model, np.array([0.5, 4.0]), start=0.0, steps=10)
        assert np.allclose(exponents.values, np.log([3.0, 0.5]), atol=1e-12)  # ln|1 − 2/q|


@pytest.mark.parametrize("name", [*LOSSES, *ACTIVATIONS])
@pytest.mark.parametrize("p", [1e-9, 1e-3, 0.02, 0.1, 1.0, 30.0, 800.0, 1e6])
def test_one_step_in_float64(name, p):
    """Against mpmath, from where r is 0/0 to where cosh overflows; warnings are errors."""
    model = linear(name) if name in LOSSES else neuron(name)
    (((_, after),),) = [orbit_diagram(model, np.array([1e-2]), start=p, transient=0, keep=2).points]
    s = sp.lambdify(sp.Symbol("z", real=True), model.response.slope, "mpmath")
    with mp.workdps(60):
        expected = float(mp.mpf(p) - 2 * s(mp.mpf(p)) / mp.mpf("0.01"))
    assert after == pytest.approx(expected, rel=1e-11, abs=1e-11)


def test_orbits_that_run_off_are_not_numbers():
    diagram = orbit_diagram(linear("cosh(z) - 1"), np.array([0.5, 2.0]), keep=5)
    assert np.all(np.isnan(diagram.points[0]))
    assert np.all(np.abs(diagram.points[1]) < 1e-100)
    values = lyapunov_exponents(linear("cosh(z) - 1"), np.array([0.5])).values
    assert np.isnan(values[0])


def test_an_orbit_diagram_records_its_parameters():
    q = np.array([0.5])
    diagram = orbit_diagram(neuron("tanh"), q, start=0.25, transient=7, keep=3)
    assert (diagram.start, diagram.transient, diagram.points.shape) == (0.25, 7, (1, 3))
    assert np.array_equal(diagram.q, q)
    exponents = lyapunov_exponents(neuron("tanh"), q, start=0.25, transient=7, steps=9)
    assert (exponents.start, exponents.transient, exponents.steps) == (0.25, 7, 9)


# Lyapunov exponents -----------------------------------------------------------------------------


def test_exponents_on_cycles():
    """Cauchy: fixed point ln|1 − 2/q|; ±p: ½ ln of (1 + 2 p r'/r)² with p r'/r = −2(1 − q), that is
    ln|4q − 3|; {a, −b}: ½ ln|9 − 4/q|. All negative."""
    q = np.array([1.6, 0.9, 0.6, 0.55, 0.46, 0.42])
    expected = np.log(np.abs([1 - 2 / 1.6, 0.6, -0.6, -0.8, 9 - 4 / 0.46, 9 - 4 / 0.42]))
    expected[4:] /= 2
    values = lyapunov_exponents(CAUCHY, q, transient=4000).values
    assert np.allclose(values, expected, atol=1e-9)
    assert np.all(values < 0)
    assert not np.allclose(values, 2 * expected, atol=1e-2)  # per step, not per cycle


def test_the_exponent_is_least_where_the_cycle_is_superstable():
    """At q = ¾, p = 1/√3 the multiplier is 0: ln|4q − 3| falls without bound."""
    q = np.array([0.74, 0.7499, 0.75, 0.7501, 0.76])
    values = lyapunov_exponents(CAUCHY, q, transient=4000).values
    assert values[2] < -10 < values[1] < values[0]
    assert values[2] < values[3] < values[4]


def test_exponents_of_the_cycles_of_the_cascade():
    """ln|multiplier|/period for the cycles of period 4 and 8 found by continuation."""
    for branch in found(neuron("tanh"), 4).branches[1:]:
        cycle = branch.cycles[len(branch.cycles) // 2]
        start = float(cycle.points[0])
        (value,) = lyapunov_exponents(
            neuron("tanh"), np.array([float(cycle.q)]), start=start, transient=2000, steps=4000
        ).values
        expected = float(abs(cycle.multiplier).log()) / branch.period
        assert value == pytest.approx(expected, rel=1e-6)
        assert value < 0


def test_chaos_has_positive_exponents():
    """Past the accumulation point of the cascade, 0.49331… for tanh, outside windows."""
    past = lyapunov_exponents(neuron("tanh"), np.array([0.45, 0.46, 0.47]), steps=20000).values
    assert np.all(past > 0.1)
    before = lyapunov_exponents(neuron("tanh"), np.array([0.495, 0.52, 0.6]), steps=20000).values
    assert np.all(before < 0)


def test_a_chaotic_exponent_by_separation():
    """ln of the growth of a separation of 10⁻⁸⁰, over 40 steps from the same start."""
    (value,) = lyapunov_exponents(
        neuron("tanh"), np.array([0.4375]), start=0.3125, transient=0, steps=40
    ).values
    with mp.workdps(120):
        a, b = mp.mpf("0.3125"), mp.mpf("0.3125") + mp.mpf(10) ** -80
        for _ in range(40):
            a, b = (p - 2 * tanh_slope(p) / mp.mpf("0.4375") for p in (a, b))
        measured = float(mp.log(abs(b - a) * mp.mpf(10) ** 80) / 40)
    assert value == pytest.approx(measured, abs=1e-7)
    assert value > 0.1


# Refusals ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "error", "message"),
    [
        (linear("-log(1 - z**2)/2"), NotFiniteError, "r is not a finite real number at p = "),
        (linear("z**2/2 + z**3/6"), InputError, "r must be even"),
        (linear("abs(z)**3"), NoExpansionError, "not known to be smooth at 0"),
        (neuron("2*tanh(z)"), InputError, r"r\(0\) must be 1, but is 4"),
    ],
    ids=["complex", "odd", "no expansion", "not normalised"],
)
@pytest.mark.parametrize(
    "use",
    [
        cascade,
        lambda model: orbit_diagram(model, np.array([0.5])),
        lambda model: lyapunov_exponents(model, np.array([0.5])),
    ],
    ids=["cascade", "orbit diagram", "Lyapunov exponents"],
)
def test_bad_responses(use, model, error, message):
    with pytest.raises(error, match=message) as caught:
        use(model)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("use", [orbit_diagram, lyapunov_exponents])
@pytest.mark.parametrize(
    ("q", "message"),
    [
        ([0.5, 0.0], "finite q > 0, got q = 0"),
        ([-1.0], "got q = -1"),
        ([np.nan], r"q\[0\] = .*nan.*: need a finite"),
        ([np.inf], r"q\[0\] = .*inf.*: need a finite"),
        ([[0.5]], r"q\[0\] = .*: need a finite rational number"),
    ],
)
def test_bad_levels(use, q, message):
    with pytest.raises(InputError, match=message):
        use(CAUCHY, np.array(q))


def test_bad_counts():
    q = np.array([0.5])
    with pytest.raises(InputError, match="keep"):
        orbit_diagram(CAUCHY, q, keep=0)
    with pytest.raises(InputError, match="transient"):
        orbit_diagram(CAUCHY, q, transient=-1)
    with pytest.raises(InputError, match="steps"):
        lyapunov_exponents(CAUCHY, q, steps=0)
    with pytest.raises(InputError, match="start = nan: need a finite"):
        orbit_diagram(CAUCHY, q, start=float("nan"))
    with pytest.raises(InputError, match="at least 1 flip, got 0"):
        cascade(CAUCHY, 0)


def test_no_levels_give_an_empty_diagram():
    assert orbit_diagram(CAUCHY, np.array([]), keep=4).points.shape == (0, 4)
