"""Minima, their manifolds, and the way along them."""

import mpmath as mp
import pytest

from trajalign.numerics.edge.landscape import Landscape, found_minimum
from trajalign.numerics.edge.manifold import (
    EdgeError,
    minimum_near,
    settled,
    slope_along,
    where_sharpness_is,
)
from trajalign.theory.edge.objective import Objective


def landscape(text: str) -> Landscape:
    return Landscape.of(Objective.parse(text))


def point(*texts: str) -> tuple[mp.mpf, ...]:
    return tuple(map(mp.mpf, texts))


def test_newton_comes_to_the_hyperbola() -> None:
    found = minimum_near(landscape("(x*y - 1)**2").lines, point("0.3", "4"))
    with mp.workdps(50):
        assert abs(found.point[0] * found.point[1] - 1) < mp.mpf(10) ** -38
        assert abs(found.sharpness - 2 * (found.point[0] ** 2 + found.point[1] ** 2)) < 1e-30
    assert found.flat == 1


def test_with_the_dimension_known_it_comes_to_the_foot_of_the_perpendicular() -> None:
    with mp.workdps(50):
        lines, offset = landscape("(x**2 + y**2 - 1)**2").lines, mp.mpf("1e-6")
        far = ((1 + offset) * mp.mpf("0.6"), (1 + offset) * mp.mpf("0.8"))
        foot = settled(lines, far, 1)
        assert abs(foot[0] - mp.mpf("0.6")) < 1e-12  # the square of the distance
        assert abs(foot[1] - mp.mpf("0.8")) < 1e-12


@pytest.mark.parametrize(
    ("text", "at", "flat", "stable"),
    [
        ("log(cosh(x*y))", ("0", "4"), 1, 0),
        ("log(cosh(a*b + c*d))", ("0", "3", "0", "2"), 3, 0),
        ("log(cosh(x*y)) + s**2", ("0", "0", "3"), 1, 1),  # s, x, y
        ("x**2 + y**2/3", ("1", "1"), 0, 1),
    ],
)
def test_how_many_directions_are_flat(
    text: str, at: tuple[str, ...], flat: int, stable: int
) -> None:
    found = minimum_near(landscape(text).lines, point(*at))
    assert (found.flat, len(found.stable)) == (flat, stable)


def test_following_the_minima_to_a_sharpness() -> None:
    lines = landscape("(x*y - 1)**2").lines
    start = minimum_near(lines, point("0.5", "2"))
    found = where_sharpness_is(lines, start, 100)
    # λ = 2(x² + y²) with xy = 1: y² = 25 + √(624)
    with mp.workdps(50):
        assert abs(found.point[1] ** 2 - (25 + mp.sqrt(624))) < mp.mpf(10) ** -25


def test_a_sharpness_that_is_not_there() -> None:
    lines = landscape("(x*y - 1)**2").lines
    start = minimum_near(lines, point("0.5", "2"))
    with pytest.raises(EdgeError, match=r"λ does not come to 3\.0; it is 4"):
        where_sharpness_is(lines, start, 3)  # λ ≥ 4


def test_the_slope_of_the_sharpness_is_tangent() -> None:
    lines = landscape("log(cosh(x*y))").lines
    slope = slope_along(lines, minimum_near(lines, point("0", "4")))
    assert [float(x) for x in slope] == pytest.approx([0, 8])  # λ = y²


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("x**2 + y**4", ("1", "0"), "no minima lie that way: this minimum is degenerate"),
        ("x**2 + y**4", ("1", "1"), "is degenerate"),
        ("x**2 + y**3", ("1", "0"), "is degenerate"),
        ("x**2 - y**2", ("1", "0"), "is a saddle: the smallest eigenvalue of its Hessian is -2.0"),
        ("x**4 + y**4", ("0", "0"), "no positive eigenvalue"),
        ("-x**2 - 2*y**2", ("1", "0"), "no minimum found"),
        ("x + y", ("1", "0"), "no minimum found"),
        ("exp(-x)*(1+y**2)", ("1", "1"), "runs off, to .*the least value may be at infinity"),
        ("x**4 - x*y**6", ("0", "1"), "no minimum found"),
        ("x**2 + y**2", ("1", "0"), "the two largest eigenvalues agree"),
    ],
)
def test_what_is_no_minimum_on_a_manifold_is_refused(
    text: str, at: tuple[str, str], words: str
) -> None:
    with pytest.raises(EdgeError, match=words):
        minimum_near(landscape(text).lines, point(*at))


@pytest.mark.parametrize(
    ("text", "sharpness"), [("log(cosh(x*y))", 16), ("log(cosh(x)) + y**2/4", 1)]
)
def test_a_minimum_is_found(text: str, sharpness: int) -> None:
    assert float(found_minimum(landscape(text)).sharpness) == pytest.approx(sharpness)


def test_where_none_is_found_it_says_so() -> None:
    with pytest.raises(EdgeError, match="another point can be given by --at"):
        found_minimum(landscape("x + y"))
