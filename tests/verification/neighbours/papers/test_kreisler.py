"""The sharpness of the gradient-flow solution, against gradient flow itself."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from trajalign.verification.neighbours.doublings import balanced
from trajalign.verification.neighbours.papers.kreisler import solution_sharpness


@pytest.mark.parametrize("weights", [(0.3, 1.7), (2.5, 0.9), (0.4, 1.1, 2.0), (1.5, 1.5, 0.2, 0.8)])
def test_it_is_where_the_flow_ends(weights: tuple[float, ...]) -> None:
    objective = balanced(len(weights))
    end = solve_ivp(
        lambda t, w: -np.array(objective.gradient(*w)),
        (0, 400),
        weights,
        method="LSODA",
        rtol=1e-11,
        atol=1e-12,
    ).y[:, -1]
    assert np.prod(end) == pytest.approx(1, abs=1e-8)
    assert solution_sharpness(weights) == pytest.approx(objective.sharpness(tuple(end)), rel=1e-7)
