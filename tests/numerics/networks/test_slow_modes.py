"""The law with stable modes as variables of their own, in its two limits, and against descent."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from trajalign.numerics.networks import FlipLaw, Network, Schedule, Task, descend, gaussian_points
from trajalign.numerics.networks.slow_modes import end_of_slow_system, gap_with_slow_modes
from trajalign.numerics.networks.tasks import run_of
from trajalign.theory.errors import InputError
from trajalign.theory.responses import Loss

pytest.importorskip("jax")


def law(rate, coupling=20.0, mu=0.03):
    """η = 0.1 and one stable mode."""
    none = np.zeros(0)
    return FlipLaw(
        0.1, (2 + mu) / 0.1, 0.0, -60.0, np.array([rate]), np.array([coupling]),
        none, none, np.array([2.0]),
    )  # fmt: skip


def test_a_fast_mode_gives_its_term_of_c():
    one = law(rate=5.0)
    assert one.c == pytest.approx(5.0)  # 1 without the mode
    found = end_of_slow_system(one, 0.03 / one.c, np.zeros(1))
    assert found == pytest.approx(one.gap_from(one.mu, 0.03 / one.c), rel=0.03)
    assert found < 0.3 * law(5.0, coupling=0.0).gap_from(0.03, 0.03)


@pytest.mark.parametrize("rate", [0.02, 0.1, 3.0])
@pytest.mark.parametrize("shift", [-0.2, 0.0, 0.2])
def test_it_is_the_flow_that_it_takes_steps_of(rate, shift):
    """ηλ_j is 0.2, 1 and 30 times the drift without the mode; by SciPy's Radau, in ln P, μ, s."""
    one = law(rate, coupling=0.5)

    def motion(_, state):
        log, mu, s = state
        p = np.exp(log)
        pull = mu + 0.1 * 0.5 * s - p
        return [2 * pull, -0.02 * p, -0.1 * rate * s - 0.1 / 2 * 0.5 * p]

    start = [np.log(0.02), one.mu, shift]
    end = solve_ivp(motion, (0, 20_000), start, method="Radau", rtol=1e-8, atol=1e-12).y[1, -1]
    found = end_of_slow_system(one, 0.02, np.array([shift]))
    assert found == pytest.approx(-end, rel=0.015, abs=1e-4)  # κ is 0.01
    if rate < 0.1:  # the twin: as if the mode followed at once
        assert found != pytest.approx(one.gap_from(one.mu + 0.05 * shift, 0.02), rel=0.1)


def test_a_run_off_is_told():
    one = law(1.0, coupling=0.0)
    away = FlipLaw(
        one.step_size, one.sharpness, 0.0, 60.0, one.rates, one.couplings, one.direction,
        one.modes, one.force,
    )  # fmt: skip
    assert end_of_slow_system(away, 0.01, np.zeros(1)) is None
    with pytest.raises(InputError, match="needs a point of an orbit that oscillates"):
        end_of_slow_system(one, 0.0, np.zeros(1))


@pytest.mark.thorough
def test_descent_ends_where_the_system_says():
    network = Network(3, 8, 3, "elu")
    task = Task(network, gaussian_points(3, 3, 0), Loss.parse("pseudo-huber"), 0.05)
    start = network.initial_weights([4.0], [4])  # past the edge, at η = 1/20, at step 400
    early = descend(task, start, Schedule(400, 400, 400)).weights
    end = descend(task, start, Schedule(10000, 10000, 10000)).recorded.sharpness[0, -1]
    gap = 2 - task.step_size * end
    assert gap_with_slow_modes(task, run_of(early, 0)) == pytest.approx(gap, rel=0.03)
