"""Functions in JAX against the same as expressions."""

from typing import Any

import mpmath as mp
import pytest

from trajalign.numerics.edge.landscape import Landscape
from trajalign.numerics.edge.manifold import EdgeError, minimum_near
from trajalign.numerics.edge.traced import traced
from trajalign.theory.edge.objective import Objective
from trajalign.theory.errors import NotFiniteError

jax = pytest.importorskip("jax")
TEXT = "log(cosh(x*y)) + 20*s*x**2 + 10*s**2"


def function(s: Any, x: Any, y: Any) -> Any:
    return jax.numpy.log(jax.numpy.cosh(x * y)) + 20 * s * x**2 + 10 * s**2


def test_it_has_the_flip_of_the_expression() -> None:
    there = (mp.mpf(0), mp.mpf(0), mp.mpf(5))  # a minimum, so that both are at the same
    flips = []
    for one in (traced("f", ("s", "x", "y"), function), Landscape.of(Objective.parse(TEXT))):
        flips.append(one.flip_near(there))
    for name in ("eta", "third", "fourth", "slope", "c", "kappa"):
        found, expected = (float(getattr(flip, name)) for flip in flips)
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-9), name
    assert flips[0].minimum.flat == 1


def test_its_steps_are_those_of_the_expression() -> None:
    made, expected = traced("f", ("s", "x", "y"), function), Landscape.of(Objective.parse(TEXT))
    for count in (1, 7):
        pairs = (one.steps((0.01, 0.2, 3.0), 0.05, count) for one in (made, expected))
        for found, known in zip(*pairs, strict=True):
            assert found == pytest.approx(known, rel=1e-12)


def test_what_is_not_finite_or_degenerate_is_refused() -> None:
    root = traced("f", ("x", "y"), lambda x, y: jax.numpy.sqrt(x) * y)
    with pytest.raises(NotFiniteError, match="no derivatives"):
        root.lines.along((mp.mpf(-1), mp.mpf(1)), (mp.mpf(1), mp.mpf(0)), 2)
    quartic = traced("f", ("x", "y"), lambda x, y: x**2 + y**4)
    with pytest.raises(EdgeError, match="degenerate"):
        minimum_near(quartic.lines, (mp.mpf(0), mp.mpf(0)))
