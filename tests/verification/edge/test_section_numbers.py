"""Numbers that were measured before, by other code, for the law of the edge."""

import math

import mpmath as mp
import pytest

from trajalign.numerics.edge.descent import Start, descend
from trajalign.numerics.edge.flip import flip_at
from trajalign.numerics.edge.landscape import Landscape
from trajalign.numerics.edge.manifold import EdgeError, minimum_near, where_sharpness_is
from trajalign.theory.edge.objective import Objective
from trajalign.theory.expressions.parsing import parse_rational


def share(text: str, at: tuple[float, ...], eta: float, **constants: str) -> tuple[float, float]:
    """κ, and the measured gap over it."""
    known = {name: parse_rational(value) for name, value in constants.items()}
    landscape = Landscape.of(Objective.parse(text, constants=known))
    lines = landscape.lines
    minimum = minimum_near(lines, tuple(map(mp.mpf, at)))
    flip = flip_at(lines, where_sharpness_is(lines, minimum, 2 / mp.mpf(eta)) if eta else minimum)
    kappa = float(flip.kappa)
    run = descend(lines, landscape.steps, flip, Start(12 * kappa, 13 * kappa))
    return kappa, run.gap / kappa


# Of log cosh(xy) + γsx² + 10s²: gap/κ for γ and 1/η.
STABLE = {
    "0": {20: 1.0008, 40: 1.0002},
    "20": {20: 1.00002, 40: 1.0001},
    "40": {20: 0.9988, 40: 0.9999},
}


@pytest.mark.parametrize("g", STABLE)
@pytest.mark.parametrize("n", [20, pytest.param(40, marks=pytest.mark.thorough)])
def test_with_a_stable_mode(g: str, n: int) -> None:
    text = "log(cosh(x*y)) + g*s*x**2 + 10*s**2"
    _, found = share(text, (0, 0, math.sqrt(2 * n)), 1 / n, g=g)
    places = 5 if STABLE[g][n] == 1.00002 else 4
    assert round(found, places) == pytest.approx(STABLE[g][n], abs=1.01 * 10.0**-places)


# Of ½(1 − x²y²)²: κ and the gap, to the digits known; the step sizes are those at which κ is so.
@pytest.mark.parametrize(
    ("eta", "kappa", "gap"),
    [
        (0.03157, "0.00194", "0.00193"),
        (0.0112, "0.00025", "0.00025"),
        pytest.param(0.00387, "3e-05", "3e-05", marks=pytest.mark.thorough),
    ],
)
def test_the_minimalist_example(eta: float, kappa: str, gap: str) -> None:
    size, found = share("(1 - x**2*y**2)**2/2", (0.25, 4), eta)
    digits = 3 if eta > 0.02 else 2 if eta > 0.01 else 1
    assert (f"{size:.{digits}g}", f"{found * size:.{digits}g}") == (kappa, gap)


def test_two_equal_eigenvalues_at_the_edge_are_refused() -> None:
    with pytest.raises(EdgeError, match="the two largest eigenvalues agree"):
        share("log(cosh(x*y)) + 10*s**2", (0, 0, math.sqrt(20)), 0)
