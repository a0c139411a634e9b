"""Cobwebs, sharpness, phase diagrams, limits and cascades against formulas in plain floats."""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
import sympy as sp
from scipy.integrate import quad
from scipy.optimize import brentq

from trajalign.figures.cascade import cascade_picture
from trajalign.figures.cobweb import cobweb_picture
from trajalign.figures.exponential import exponential_picture
from trajalign.figures.phase import phase_picture
from trajalign.figures.picture import ATTRACTOR, MEASURED, PATH, PREDICTED, Curve, Picture
from trajalign.figures.sharpness import sharpness_picture
from trajalign.theory.errors import InputError
from trajalign.theory.models import SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import Activation, Loss

R = sp.Rational
LINEAR = TwoLayerLinear(Loss.parse("log-cosh"))
ATAN = TwoLayerLinear(Loss.parse("z*atan(z) - log(1+z**2)/2"))
COSH = TwoLayerLinear(Loss.parse("cosh(z)"))
NEURON = SingleNeuron(Activation.parse("tanh"))
START = (R(3, 10), R(4, 5))
Point = tuple[float, float]


def only(picture: Picture, look: str) -> Curve:
    (curve,) = (curve for curve in picture.curves if curve.look == look)
    return curve


def linear_orbit(slope: Callable[[float], float], eta: float, p: float, q: float) -> list[Point]:
    """reference.md §1, 2000 steps or until p is as good as 0 or far away."""
    points = [(p, q)]
    while len(points) < 2000 and 1e-3 < abs(p) < 1e6 and q > 0:
        s = slope(p)
        p, q = p - 2 * s / q + eta**2 * s**2 * p, q / (1 - eta**2 * (2 * q * p * s - s**2))
        points.append((p, q))
    return points


def neuron_orbit(eta: float, p: float, q: float) -> list[Point]:
    points = [(p, q)]
    while len(points) < 20_000 and abs(p) > 1e-4 and q < 1e100:
        t = math.tanh(p)
        p, q = p - 2 * t * (1 - t**2) / q, q / (1 - eta * t**2) ** 2
        points.append((p, q))
    return points


# Cobwebs -----------------------------------------------------------------------------------------


def off_graph(curve: Curve, step: Callable[[float], float]) -> float:
    """How far the corners of a cobweb are from the graph and from the diagonal."""
    corners = list(zip(curve.x, curve.y, strict=True))
    on_graph = [abs(y - step(x)) for x, y in corners[::2]]
    on_diagonal = [abs(x - y) for x, y in corners[1::2]]
    turns = [min(abs(a[0] - b[0]), abs(a[1] - b[1])) for a, b in itertools.pairwise(corners)]
    return max(on_graph + on_diagonal + turns)


@pytest.mark.parametrize(("which", "sign"), [("half", -1), ("full", 1)])
def test_a_cobweb_goes_between_the_graph_and_the_diagonal(which: str, sign: int) -> None:
    path = only(cobweb_picture(LINEAR, START, which=which), PATH)
    assert path.x[0] == 0.3
    assert off_graph(path, lambda p: sign * (p - 2 * math.tanh(p) / 0.8)) < 1e-12
    assert off_graph(path, lambda p: sign * (p - 2 * math.tanh(p) / 0.81)) > 1e-2
    assert abs(path.x[-1]) == pytest.approx(brentq(lambda p: math.tanh(p) / p - 0.8, 0.1, 3))


def test_along_an_orbit_the_corners_are_its_points() -> None:
    picture = cobweb_picture(LINEAR, START, step_size=R(1, 10))
    path = only(picture, PATH)
    for step_size, agrees in ((0.1, True), (0.11, False)):
        orbit = linear_orbit(math.tanh, step_size, 0.3, 0.8)
        expected = [(-1) ** t * p for t, (p, _) in enumerate(orbit)]
        pairs = zip(path.x[::2], expected, strict=False)
        assert (max(abs(a - b) for a, b in pairs) < 1e-9) == agrees
    assert "q from 0.8 to 1.00" in picture.caption


# Sharpness ---------------------------------------------------------------------------------------


def linear_sharpness(eta: float, p: float, q: float, twisted: float = 8) -> float:
    """reference.md §1: λ = ½ [ℓ''S + √(ℓ''²S² + 4ℓ'² + 8ℓ'ℓ''p)]."""
    first, second, s = math.tanh(p), 1 / math.cosh(p) ** 2, 2 / (eta * q)
    return (
        second * s + math.sqrt((second * s) ** 2 + 4 * first**2 + twisted * first * second * p)
    ) / 2


def neuron_sharpness(eta: float, p: float, q: float) -> float:
    """Of ½ φ(x)² y² with φ = tanh, φ' = 1 − φ², φ'' = −2φφ'."""
    y, f = math.sqrt(2 / (eta * q)), math.tanh(p)
    d = 1 - f**2
    mixed = 2 * f * d * y
    return float(np.linalg.eigvalsh([[(d**2 - 2 * f**2 * d) * y**2, mixed], [mixed, f**2]])[-1])


def surrogate(eta: float, q: float) -> float:
    """λ̃ for log-cosh, where z r'/r = 2z/sinh 2z − 1."""
    if q >= 1:
        return 2 / eta
    z = brentq(lambda z: math.tanh(z) / z - q, 1e-9, 50, xtol=1e-15)
    return 2 / eta * 2 * z / math.sinh(2 * z)


def test_the_sharpness_of_the_linear_model_and_its_prediction() -> None:
    picture = sharpness_picture(LINEAR, R(1, 20), START)
    orbit = linear_orbit(math.tanh, 0.05, 0.3, 0.8)
    found, predicted = only(picture, MEASURED), only(picture, PREDICTED)
    for t, value, expected in zip(found.x, found.y, predicted.y, strict=True):
        p, q = orbit[int(t)]
        assert value == pytest.approx(linear_sharpness(0.05, p, q), rel=1e-9)
        assert expected == pytest.approx(surrogate(0.05, q), rel=1e-6)
    p, q = orbit[int(found.x[30])]
    assert found.y[30] != pytest.approx(linear_sharpness(0.05, p, q, twisted=4), rel=1e-9)


def test_the_phases_end_at_alignment_and_at_the_passage_of_q_1() -> None:
    picture = sharpness_picture(LINEAR, R(1, 20), START)
    orbit = linear_orbit(math.tanh, 0.05, 0.3, 0.8)
    crossing = next(t for t, (_, q) in enumerate(orbit) if q > 1)
    off = [abs(q * p / math.tanh(p) - 1) > 2 * 0.75 / 400 for p, q in orbit[:crossing]]
    upright = [c.x[0] for c in picture.curves if len(set(c.x)) == 1]
    assert upright == [1 + max(t for t, far in enumerate(off) if far), crossing]
    names = [mark.label for mark in picture.marks if not mark.dot]
    assert names == ["transient", "progressive sharpening", "saturation"]


def test_it_saturates_where_the_theory_says() -> None:
    """reference.md §3: 2/η − η/|r''(0)| + O(η³), with r''(0) = −2/3."""
    picture = sharpness_picture(LINEAR, R(1, 20), START)
    (limit,) = (mark.y for mark in picture.marks if mark.dot)
    assert limit == pytest.approx(40 - 0.05 * 3 / 2, abs=2e-3)
    assert limit != pytest.approx(40 - 0.05 * 2 / 3, abs=2e-3)


def test_the_sharpness_of_a_neuron() -> None:
    picture = sharpness_picture(NEURON, R(1, 100), (R(1, 5), R(17, 20)))
    orbit = neuron_orbit(0.01, 0.2, 0.85)
    found = only(picture, MEASURED)
    for t, value in zip(found.x, found.y, strict=True):
        assert value == pytest.approx(neuron_sharpness(0.01, *orbit[int(t)]), rel=1e-8)
    p, q = orbit[int(found.x[5])]
    assert found.y[5] != pytest.approx(neuron_sharpness(0.01, p, 1.001 * q), rel=1e-5)


def test_gradient_flow_has_no_phases() -> None:
    picture = sharpness_picture(LINEAR, R(1, 20), (R(3, 10), R(3, 2)))
    assert [mark.kind for mark in picture.marks] == ["limiting sharpness"]


# Phase diagrams ----------------------------------------------------------------------------------


def linear_ending(p: float, q: float) -> str:
    orbit = linear_orbit(math.atan, 0.1, p, q)
    return "edge of stability" if q < 1 < orbit[-1][1] else "gradient flow"


def neuron_ending(p: float, q: float) -> str:
    orbit = neuron_orbit(0.05, p, q)
    if orbit[-1][1] > 1e20:
        return "collapsed"
    return "edge of stability" if q < 1 else "gradient flow"


@pytest.mark.parametrize(
    ("model", "eta", "ending", "count"),
    [(ATAN, R(1, 10), linear_ending, 2), (NEURON, R(1, 20), neuron_ending, 3)],
    ids=["atan", "tanh"],
)
def test_every_cell_of_a_phase_diagram(
    model: TwoLayerLinear | SingleNeuron,
    eta: sp.Rational,
    ending: Callable[[float, float], str],
    count: int,
) -> None:
    """Sixteen columns: orbits are computed several at a time, and each has to be right."""
    pytest.importorskip("xarray")
    p0s = [R(2 * k + 1, 10) - R(8, 5) for k in range(16)]
    q0s = [R(1, 8), R(1, 2), R(7, 8), R(5, 4)]
    regions = phase_picture(model, eta, p0s, q0s).regions
    assert regions is not None
    expected = [[ending(float(p), float(q)) for p in p0s] for q in q0s]
    shown = [[regions.names[code] for code in row] for row in regions.codes]
    assert shown == expected
    assert shown != expected[::-1]
    assert len({name for row in shown for name in row}) == count


# Limits ------------------------------------------------------------------------------------------


def alignment_exponent(q0: float) -> float:
    """reference.md §3: Λ = ∫₀^a ln|1 + 2p r'/r| · r'/(p² r³) dp for log-cosh, r(a) = q0."""

    def integrand(p: float) -> float:
        r, bend = math.tanh(p) / p, 2 * p / math.sinh(2 * p) - 1  # r and p r'/r
        return math.log(abs(1 + 2 * bend)) * bend / (p**3 * r**2)

    end = brentq(lambda p: math.tanh(p) / p - q0, 0.1, 5)
    return float(quad(integrand, 1e-4, end)[0])  # near 0 the integrand is 8p/9


def test_limits_lie_apart_by_the_exponential_law() -> None:
    picture = exponential_picture(LINEAR, START, R(1, 10))
    found, line = only(picture, MEASURED), only(picture, PREDICTED)
    assert (found.x[0], found.x[-1]) == (100, 400)
    slope = (line.y[0] - line.y[-1]) / (line.x[0] - line.x[-1])
    assert -slope == pytest.approx(0.426650108, abs=1e-9)
    assert -slope == pytest.approx(alignment_exponent(0.8), rel=1e-6)
    # ε ln|Δq*| tends to −Λ with an error of the order of ε, for both ends of the ladder alike.
    first, last = (-y / x - 0.426650108 for x, y in ((found.x[i], found.y[i]) for i in (0, -1)))
    assert last / first == pytest.approx(1 / 4, abs=0.03)
    first, last = (-y / x - 0.44 for x, y in ((found.x[i], found.y[i]) for i in (0, -1)))
    assert last / first != pytest.approx(1 / 4, abs=0.03)


# Cascades ----------------------------------------------------------------------------------------


def drift(q: float, points: list[float], period: int) -> float:
    """How far −g_q, g_q = (1 − 2/(q(1+p²)))p, moves the points in some steps."""
    worst = 0.0
    for start in points:
        p = start
        for _ in range(period):
            p = (2 / (q * (1 + p**2)) - 1) * p
        worst = max(worst, abs(p - start))
    return worst


def test_an_orbit_diagram_shows_cycles_of_the_periods_between_the_flips() -> None:
    """r = 1/(1+p²): p r'/r = −2p²/(1+p²) is −1 at p = 1, q = 1/2."""
    picture = cascade_picture(TwoLayerLinear(Loss.parse("log(1+z**2)/2")))
    flips = [mark.x for mark in picture.marks]
    assert (picture.marks[0].x, picture.marks[0].y) == pytest.approx((0.5, 1))
    assert flips == sorted(flips, reverse=True)
    dots = only(picture, ATTRACTOR)
    heights = np.unique(dots.x)
    assert picture.x_range is not None
    between = itertools.pairwise([picture.x_range[0], *flips[:3]])
    for period, (high, low) in zip((1, 2, 4), between, strict=True):
        middle = (high + low) / 2
        q = float(heights[np.argmin(abs(heights - middle))])
        points = [y for x, y in zip(dots.x, dots.y, strict=True) if x == q]
        assert drift(q, points, period) < 1e-6
        assert drift(q * 1.001, points, period) > 1e-5
        if period > 1:
            assert drift(q, points, period // 2) > 1e-2


def test_the_flip_of_tanh_is_where_it_is_by_hand() -> None:
    """reference.md §2: sinh p = 1/√2, there q = tanh p sech² p/p."""
    mark = cascade_picture(NEURON).marks[0]
    p = math.asinh(math.sqrt(1 / 2))
    assert (mark.x, mark.y) == pytest.approx((math.tanh(p) / math.cosh(p) ** 2 / p, p))


# What cannot be drawn ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: cobweb_picture(LINEAR, START, which="third"), "half or full, not third"),
        (lambda: cobweb_picture(LINEAR, (R(1), R(0))), "q0 > 0"),
        (lambda: sharpness_picture(LINEAR, R(1, 1000), START), "does not converge in 200000 steps"),
        (lambda: sharpness_picture(LINEAR, R(2), (R(5), R(10))), "no weights"),
        (lambda: sharpness_picture(COSH, R(1, 20), START), "diverges"),
        (lambda: exponential_picture(LINEAR, (R(1), R(1))), "0 < q0 < 1"),
        (lambda: exponential_picture(LINEAR, START, R(1, 50)), "digits"),
        (lambda: phase_picture(LINEAR, R(1, 10), [R(1)], [R(1)]), "at least two"),
        (lambda: cascade_picture(LINEAR), "log"),
        (lambda: cascade_picture(SingleNeuron(Activation.parse("z"))), "must not vanish"),
        (
            lambda: cobweb_picture(TwoLayerLinear(Loss.parse("z**2/2+z**4/24")), START),
            "leaves every bound",
        ),
    ],
)
def test_what_has_no_picture_is_refused(make: Callable[[], Picture], told: str) -> None:
    with pytest.raises(InputError, match=told):
        make()
