"""Orbit diagrams and Lyapunov exponents of the frozen-q family."""

import numpy as np
import pytest
import sympy as sp
from cascades import CAUCHY, found, tanh_slope
from mpmath import mp
from zoo import linear, neuron

from trajalign.numerics.diagram.attractors import lyapunov_exponents, orbit_diagram
from trajalign.numerics.diagram.cascade import cascade
from trajalign.theory.errors import InputError, NoExpansionError, NotFiniteError
from trajalign.theory.responses import ACTIVATIONS, LOSSES

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
