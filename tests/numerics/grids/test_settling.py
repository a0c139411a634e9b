"""From when on orbits stay near the slow curve, against the map and its curve written out here."""

import math

import numpy as np
import pytest
from small_grids import LOG_COSH
from zoo import neuron

from trajalign.numerics.grids.settling import Settled, settle

FAR_AHEAD = 100_000


def settled(
    *starts: tuple[float, float, float], width: float = 1e-4, steps: int = FAR_AHEAD
) -> Settled:
    eta, p, q = (np.array(column, dtype=float) for column in zip(*starts, strict=True))
    return settle(LOG_COSH, eta, p, q, np.full(eta.shape, width), steps=steps)


def by_hand(eta: float, p: float, q: float, width: float) -> tuple[int, int, float]:
    """(1 + the last t that is too far away, the crossing, the limit), from the map of log cosh."""
    last, crossing, t = 0, -1, 0
    while abs(p) > 1e-6 or q <= 1:
        slope = math.tanh(p)
        r = slope / p
        fall = 1 / math.cosh(p) ** 2 / p - slope / p**2 if abs(p) > 1e-3 else -2 * p / 3
        h = -(p**2) * r**2 / 2 - p * r**3 / (2 * fall)
        if abs(q / r - 1 - eta**2 * h) > width:
            last = t + 1
        p, q = (1 - 2 * r / q + eta**2 * slope**2) * p, q / (1 - eta**2 * p * slope * (2 * q - r))
        t += 1
        crossing = t if crossing < 0 and q > 1 else crossing
    return last, crossing, q


@pytest.mark.parametrize("width", [1e-2, 1e-4, 2e-5])
def test_orbits_are_followed_as_by_hand(width: float) -> None:
    starts = [(0.05, 0.3, 0.8), (0.05, -1.0, 0.6), (0.1, 0.2, 0.9), (0.1, 0.5, 0.99)]
    found = settled(*starts, width=width)
    for i, start in enumerate(starts):
        last, crossing, limit = by_hand(*start, width)
        assert (found.aligned[i], found.crossing[i]) == (last, crossing)
        assert found.limit[i] == pytest.approx(limit, abs=1e-12)


def test_what_is_asked_too_much_of_is_far_away_to_the_end() -> None:
    """At rest q/r(p) − 1 − εh(p) is about 63/80 ε² (reference.md §3)."""
    start, size = (0.05, 0.3, 0.8), 63 / 80 * 0.05**4
    enough, too_little = (settled(start, width=k * size) for k in (1.05, 0.95))
    assert enough.aligned[0] < 60
    assert too_little.aligned[0] == too_little.steps[0] > 1000


def test_an_orbit_that_is_given_up_is_not_at_rest() -> None:
    found = settled((0.05, 0.3, 0.8), steps=100)
    assert (found.aligned[0], found.crossing[0], found.steps[0]) == (-1, -1, 100)
    assert np.isnan(found.limit[0])
    assert not found.diverged[0]


def test_an_orbit_that_leaves_is_told_from_one_that_rests() -> None:
    found = settled((20.0, 1.0, 0.05), (0.05, 0.3, 0.8))
    assert list(found.diverged) == [True, False]
    assert list(found.aligned >= 0) == [False, True]


def test_a_start_past_the_edge_has_crossed() -> None:
    assert settled((0.05, 0.3, 1.5)).crossing[0] == 0


def test_starts_without_weights_are_not_run() -> None:
    """|p| η q ≤ 1 for all weights."""
    found = settled((1.0, 0.5, 0.8), (1.0, 1.3, 0.8), steps=1000)
    assert list(found.possible) == [True, False]
    assert (found.aligned[1], found.crossing[1], found.steps[1]) == (-1, -1, 0)
    assert not found.diverged[1]


def test_every_start_of_a_neuron_has_weights() -> None:
    one = np.array([0.01])
    found = settle(neuron("tanh"), one, 30 * one, 80 * one, one, steps=20_000)
    assert found.possible[0]
    assert 0 < found.aligned[0] < found.crossing[0] < found.steps[0]
    assert found.limit[0] == pytest.approx(1 + 3 / 8 * 0.01, abs=1e-4)


def test_progress_ends_at_the_end() -> None:
    seen: list[tuple[int, int]] = []
    one = np.array([0.05])
    settle(LOG_COSH, one, one, one, one, steps=200, progress=lambda *at: seen.append(at))
    assert seen[-1] == (200, 200)
    assert len(seen) > 2
