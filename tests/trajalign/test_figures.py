"""Figures as data, against plain floating-point formulas written here, and their drawing."""

import csv
import io
import math

import pytest
import sympy as sp

from trajalign.figures.alignment import alignment_picture, ladder_picture
from trajalign.figures.bifurcation import bifurcation_picture
from trajalign.figures.drawing import FORMATS, draw
from trajalign.figures.picture import MEASURED, ORBIT, PREDICTED, STABLE, UNSTABLE, Curve, Picture
from trajalign.theory.errors import InputError, NoCurvatureError
from trajalign.theory.models import SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import Activation, Loss
from trajalign.verification.plans import Plan

LINEAR = TwoLayerLinear(Loss.parse("log-cosh"))
NEURON = SingleNeuron(Activation.parse("tanh"))
HALF = sp.Rational(1, 2)
SMALL = Picture("test", "a line", "$x$", "$y$", (Curve("line", STABLE, (0.0, 1.0), (1.0, 3.0)),))


def tanh_response(p: float) -> float:
    return math.tanh(p) / math.cosh(p) ** 2 / p


def slope_of_two_steps(p: float, q: float) -> float:
    """(g_q∘g_q)'(p) by a central difference."""

    def step(x: float) -> float:
        return (1 - 2 * tanh_response(x) / q) * x

    d = 1e-5
    return (step(step(p + d)) - step(step(p - d))) / (2 * d)


def plan_for(model: TwoLayerLinear | SingleNeuron, *etas: sp.Rational) -> Plan:
    return Plan(model, 50, sp.S.One, etas, ((HALF * model.response.scale, sp.Rational(9, 10)),))


def curves_of(picture: Picture, look: str) -> list[Curve]:
    return [curve for curve in picture.curves if curve.look == look]


def test_the_branches_lie_on_r_and_carry_their_stability() -> None:
    picture = bifurcation_picture(NEURON)
    seen = set()
    for curve in picture.curves:
        for p, q in zip(curve.x[1:-1], curve.y[1:-1], strict=True):
            assert q == pytest.approx(tanh_response(p), abs=1e-12)
            multiplier = slope_of_two_steps(p, q)
            if abs(abs(multiplier) - 1) > 1e-2:
                assert (abs(multiplier) < 1) == (curve.look == STABLE)
                seen.add(curve.look)
    assert seen == {STABLE, UNSTABLE}
    trivial = [curve for curve in picture.curves if set(curve.x) == {0.0}]
    assert {(c.look, max(c.y) > 1) for c in trivial} == {(STABLE, True), (UNSTABLE, False)}


def test_special_points_are_marked_where_they_are() -> None:
    marks = {mark.kind: mark for mark in bifurcation_picture(NEURON).marks}
    assert marks["symmetry-breaking"].x == pytest.approx(math.asinh(math.sqrt(HALF)))
    assert (marks["flip"].x, marks["flip"].y) == (0, 1)
    assert marks["superstable"].y == pytest.approx(0.771893620880)


def test_orbits_obey_the_map() -> None:
    eta = 0.1
    start = (HALF, sp.Rational(9, 10))
    picture = bifurcation_picture(LINEAR, sp.Rational(1, 10), [start])
    (orbit,) = curves_of(picture, ORBIT)
    p, q = 0.5, 0.9
    points = list(zip(orbit.x, orbit.y, strict=True))
    for t in range(60):
        near = min(points, key=lambda point: abs(point[0] - p) + abs(point[1] - q))
        if t == 0:
            assert near == (p, q)
        slope = math.tanh(p)
        r = slope / p
        p, q = (1 - 2 * r / q + eta**2 * slope**2) * p, q / (1 - eta**2 * p * slope * (2 * q - r))
    assert picture.caption.endswith("with an orbit at step size 1/10")


def test_the_residuals_are_those_of_the_expansion() -> None:
    eta = sp.Rational(1, 20)
    picture = alignment_picture(plan_for(LINEAR, eta), eta)
    measured, predicted = (curves_of(picture, look) for look in (MEASURED, PREDICTED))
    epsilon = 1 / 400
    # At the end p → 0, where h_k(0) = 3/4, 63/80, 3267/2240 by hand (theory.md §4).
    for k, h in enumerate((3 / 4, 63 / 80, 3267 / 2240), start=1):
        assert predicted[k - 1].y[-1] == pytest.approx(h * epsilon**k, rel=1e-6)
        assert measured[k - 1].y[-1] == pytest.approx(h * epsilon**k, rel=1e-2)
    assert measured[0].y[0] > 10 * predicted[0].y[0]  # the transient


@pytest.mark.parametrize(("model", "top"), [(LINEAR, 20), (NEURON, 100)], ids=["linear", "neuron"])
def test_on_the_ladder_each_residual_falls_with_its_own_order(
    model: TwoLayerLinear | SingleNeuron, top: int
) -> None:
    picture = ladder_picture(plan_for(model, sp.Rational(1, top), sp.Rational(1, 2 * top)))
    for k, curve in enumerate(curves_of(picture, MEASURED), start=1):
        order = math.log(curve.y[0] / curve.y[1]) / math.log(curve.x[0] / curve.x[1])
        assert order == pytest.approx(k, abs=0.15)


def test_the_data_can_be_saved_and_read_back() -> None:
    rows = list(csv.DictReader(io.StringIO(bifurcation_picture(LINEAR).csv())))
    assert set(rows[0]) == {"curve", "look", "x", "y"}
    point = next(row for row in rows if row["look"] == STABLE and float(row["x"]) > 1)
    assert float(point["y"]) == pytest.approx(math.tanh(float(point["x"])) / float(point["x"]))


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_drawing_is_the_same_on_every_run(file_format: str) -> None:
    first = draw(SMALL, file_format)
    assert first == draw(SMALL, file_format)
    assert first[:4] in (b"%PDF", b"<?xm", b"\x89PNG")


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(InputError, match="one of pdf, svg, png"):
        draw(SMALL, "gif")
    with pytest.raises(NoCurvatureError):
        bifurcation_picture(TwoLayerLinear(Loss.parse("atan(z**2)/2")))
