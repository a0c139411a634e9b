"""Descent in double precision, against what is known of single steps and of simple objectives."""

import math

import pytest

from trajalign.numerics.edge.descent import (
    LEFT,
    LIMIT,
    Start,
    descend,
    expression_steps,
    height,
    passes,
    starting_point,
)
from trajalign.numerics.edge.flip import Flip
from trajalign.numerics.edge.landscape import Landscape
from trajalign.theory.edge.objective import Objective


def toy(text: str = "log(cosh(x*y))", y: int = 8) -> tuple[Landscape, Flip]:
    landscape = Landscape.of(Objective.parse(text))
    return landscape, landscape.flip_near((0, y))


def test_steps_are_those_of_gradient_descent() -> None:
    steps = expression_steps(Objective.parse("x**2*y + erf(x) + abs(y)"))
    x, y, eta = 0.3, 0.7, 0.1
    before, after = steps((x, y), eta, 1)
    slope = 2 * x * y + 2 / math.sqrt(math.pi) * math.exp(-(x**2))
    assert before == (x, y)
    assert after == pytest.approx((x - eta * slope, y - eta * (x**2 + 1)), rel=1e-15)


@pytest.mark.parametrize("text", ["exp(x**2)*y", "sqrt(x)*y"])
def test_where_arithmetic_fails_there_is_no_number(text: str) -> None:
    _, after = expression_steps(Objective.parse(text))((40.0, 3.0), 1000.0, 60)
    assert any(map(math.isnan, after)) or not all(map(math.isfinite, after))


def test_a_start_is_where_it_says() -> None:
    landscape, flip = toy()
    x, y = starting_point(landscape.lines, flip, Start(0.02, 0.03, -1))
    assert y**2 * float(flip.eta) - 2 == pytest.approx(0.02)  # λ = y²
    assert float(flip.c) * x**2 == pytest.approx(0.03)
    assert x < 0


def test_it_comes_to_rest_below_the_edge_by_the_law_of_products() -> None:
    landscape, flip = toy()
    kappa = 1.5 * float(flip.eta) ** 2  # η²/ρ with ρ = 2/3
    run = descend(landscape.lines, landscape.steps, flip, Start(12 * kappa, 13 * kappa))
    assert run.ending == LIMIT
    assert run.gap == pytest.approx(kappa, rel=kappa)
    assert height(landscape.lines, run, run.samples[-1]) == pytest.approx(-run.gap, rel=1e-6)


def test_it_does_not_matter_how_often_one_looks() -> None:
    """Where descent passes a height is found between two looks, to a part of a step."""
    landscape, flip = toy(y=5)
    kappa = float(flip.kappa)
    run = descend(landscape.lines, landscape.steps, flip, Start(8 * kappa, 9 * kappa))
    when, square = passes(landscape.lines, landscape.steps, run, kappa)
    point = starting_point(landscape.lines, flip, run.start)
    before, after = landscape.steps(point, float(flip.eta), math.floor(when))
    y = (before[1] + after[1]) / 2
    assert float(flip.eta) * y**2 - 2 == pytest.approx(kappa, rel=0.02)
    assert math.dist(before, after) ** 2 / 4 == pytest.approx(square, rel=0.02)


def test_it_leaves_where_the_flip_is_subcritical() -> None:
    landscape, flip = toy("cosh(x*y)")
    size = abs(float(flip.kappa))
    assert (
        descend(landscape.lines, landscape.steps, flip, Start(2 * size, size / 10)).ending == LEFT
    )


def test_a_height_that_is_not_passed() -> None:
    landscape, flip = toy(y=5)
    kappa = float(flip.kappa)
    run = descend(landscape.lines, landscape.steps, flip, Start(kappa, kappa / 10))
    for mu in (2 * kappa, -2 * kappa):
        assert all(map(math.isnan, passes(landscape.lines, landscape.steps, run, mu)))
