"""The diagram to move through: its orbits are those of the map, whatever is chosen."""

import json
import math

import pytest
from small_appendix import MODEL

from trajalign.figures.explored import Explored, explored
from trajalign.theory import models
from trajalign.theory.errors import InputError


@pytest.fixture(scope="module")
def found() -> Explored:
    return explored(MODEL)


def in_floats(eta: float, p: float, q: float, steps: int) -> list[tuple[float, float]]:
    """Steps of the map of the linear model with log cosh, in machine numbers."""
    found = [(p, q)]
    for _ in range(steps):
        r = math.tanh(p) / p
        p, q = (
            (1 - 2 * r / q + eta**2 * p**2 * r**2) * p,
            q / (1 - eta**2 * p**2 * r * (2 * q - r)),
        )
        found.append((p, q))
    return found


def test_every_point_is_one_of_the_orbit_with_that_step_size_and_start(found: Explored) -> None:
    data = json.loads(found.as_json())
    assert (len(data["etas"]), len(data["starts"])) == (5, 5)
    for i, eta in enumerate(found.step_sizes):
        for j, p0 in enumerate(found.starts):
            shown = data["orbits"][i][j]
            orbit = in_floats(float(eta), float(p0), float(found.q0), shown["t"][-1])
            for t, p, q in zip(shown["t"], shown["p"], shown["q"], strict=True):
                assert abs(p - orbit[t][0]) < 2e-5
                assert abs(q - orbit[t][1]) < 2e-5


def test_another_step_size_and_another_start_give_other_points(found: Explored) -> None:
    data = json.loads(found.as_json())["orbits"]
    ends = {(tuple(orbit["p"]), tuple(orbit["q"])) for row in data for orbit in row}
    assert len(ends) == 25


def test_where_there_is_no_diagram_there_is_none_to_move_through() -> None:
    with pytest.raises(InputError, match="r''"):
        explored(models.of("linear", "z**2/2"))


def test_an_orbit_that_leaves_is_cut_where_it_is_no_number_any_more() -> None:
    found = explored(models.of("linear", "cosh(z)-1"))
    assert "Infinity" not in found.as_json()
    assert any(orbit.outcome == "diverged" for row in found.orbits for orbit in row)
