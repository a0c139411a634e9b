"""Figures as data, against plain floating-point formulas written here, and their drawing."""

import csv
import io
import math

import numpy as np
import pytest
import sympy as sp
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox

from trajalign.figures.alignment import alignment_picture, ladder_picture
from trajalign.figures.bifurcation import bifurcation_picture
from trajalign.figures.drawing import FORMATS, draw, with_figure
from trajalign.figures.looks import line as line_style
from trajalign.figures.picture import (
    MEASURED,
    ORBIT,
    PREDICTED,
    STABLE,
    UNSTABLE,
    Curve,
    Picture,
    Regions,
)
from trajalign.theory.errors import InputError, NoCurvatureError
from trajalign.theory.models import SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import Activation, Loss
from trajalign.verification.measuring.plans import Plan

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


def linear_orbit(eta: float, p: float, q: float, steps: int) -> list[tuple[float, float]]:
    points = [(p, q)]
    for _ in range(steps):
        slope = math.tanh(p)
        r = slope / p
        p, q = (1 - 2 * r / q + eta**2 * slope**2) * p, q / (1 - eta**2 * p * slope * (2 * q - r))
        points.append((p, q))
    return points


def test_orbits_obey_the_map() -> None:
    start = (HALF, sp.Rational(9, 10))
    picture = bifurcation_picture(LINEAR, sp.Rational(1, 10), [start])
    (orbit,) = curves_of(picture, ORBIT)
    shown = list(zip(orbit.x, orbit.y, strict=True))

    def far(points: list[tuple[float, float]]) -> float:
        return max(min(abs(p - x) + abs(q - y) for x, y in points) for p, q in shown)

    assert far(linear_orbit(0.1, 0.5, 0.9, 500)) < 1e-9
    assert far(linear_orbit(0.1, 0.5, 0.901, 500)) > 1e-4
    transient = np.array(linear_orbit(0.1, 0.5, 0.9, 19))  # it is drawn whole
    assert np.array(shown[:20]) == pytest.approx(transient)
    assert picture.caption.endswith("with an orbit at step size 1/10 from p0 = 1/2, q0 = 9/10")


def test_an_orbit_that_is_cut_off_is_told() -> None:
    eta = sp.Rational(1, 10**9)
    caption = bifurcation_picture(LINEAR, eta, [(HALF, sp.Rational(9, 10))]).caption
    assert caption.endswith("from p0 = 1/2, q0 = 9/10, cut off after 200000 steps")


def test_an_orbit_that_diverges_is_not_drawn() -> None:
    with pytest.raises(InputError, match="p0 = 1, q0 = 1/20, eta = 20 diverges"):
        bifurcation_picture(LINEAR, sp.Integer(20), [(sp.Integer(1), sp.Rational(1, 20))])


def collisions(figure: Figure) -> list[str]:
    """The labels that cover a curve or another label, or leave the frame."""
    (axes,) = figure.axes
    figure.draw_without_rendering()
    texts = [text for text in axes.texts if text.get_text()]
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts]
    frame, found = axes.get_window_extent(), []
    for name, box in boxes:
        inside = frame.x0 <= box.x0 < box.x1 <= frame.x1 and frame.y0 <= box.y0 < box.y1 <= frame.y1
        crossed = any(line.get_window_extent().overlaps(box) and crosses(line, box)
                      for line in axes.lines)  # fmt: skip
        others = [other for other_name, other in boxes if other_name != name]
        if not inside or crossed or any(box.overlaps(other) for other in others):
            found.append(name)
    return found


def crosses(line: Line2D, box: Bbox) -> bool:
    path = line.get_transform().transform_path(line.get_path())
    if line.get_linestyle() == "None":
        return bool(box.contains(*path.vertices.T).any())
    return bool(path.intersects_bbox(box, filled=False))


@pytest.mark.parametrize("model", [LINEAR, NEURON], ids=["linear", "neuron"])
def test_no_label_covers_a_curve_or_leaves_the_frame(
    model: TwoLayerLinear | SingleNeuron,
) -> None:
    eta = sp.Rational(1, 50)
    start = (HALF * model.response.scale, sp.Rational(4, 5))
    seen: list[list[str]] = []

    def look(figure: Figure) -> None:
        seen.append(collisions(figure))
        for text in figure.axes[0].texts:
            text.set_horizontalalignment("left")
            if isinstance(text, Annotation):
                text.xyann = (-8, -3)
        seen.append(collisions(figure))

    with_figure(bifurcation_picture(model, eta, [start]), look)
    placed, moved = seen
    assert placed == []
    assert len(moved) >= 2


def test_regions_are_drawn_and_saved() -> None:
    regions = Regions(("sea", "land"), (0.0, 1.0, 2.0), (5.0, 6.0), ((0, 0, 1), (1, 0, 1)))
    picture = Picture("map", "a map", "$x$", "$y$", (), regions=regions)
    rows = list(csv.DictReader(io.StringIO(picture.csv())))
    land = {(float(row["x"]), float(row["y"])) for row in rows if row["curve"] == "land"}
    assert land == {(2, 5), (0, 6), (2, 6)}

    def look(figure: Figure) -> None:
        (axes,) = figure.axes
        (image,) = axes.images
        assert image.get_extent() == [-0.5, 2.5, 4.5, 6.5]
        (legend,) = figure.legends
        assert [text.get_text() for text in legend.get_texts()] == ["sea", "land"]

    with_figure(picture, look)


def test_curves_of_one_look_differ_without_colour() -> None:
    """In dashes, in marker or in filling; the first four at least."""
    for look in (ORBIT, MEASURED, PREDICTED):
        styles = [line_style(look, number) for number in range(4)]
        plain = {(s.get("marker"), str(s["ls"]), s.get("mfc") == "white") for s in styles}
        assert len(plain) == 4


def test_as_many_runs_as_there_are_markers_have_colours_of_their_own() -> None:
    styles = [line_style(ORBIT, number) for number in range(7)]
    assert len({style["marker"] for style in styles}) == 7
    assert len({style["mec"] for style in styles}) == 7


def test_the_residuals_are_those_of_the_expansion() -> None:
    eta = sp.Rational(1, 20)
    picture = alignment_picture(plan_for(LINEAR, eta), eta)
    measured, predicted = (curves_of(picture, look) for look in (MEASURED, PREDICTED))
    epsilon = 1 / 400
    # At the end p → 0, where h_k(0) = 3/4, 63/80, 3267/2240 (reference.md §3).
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
