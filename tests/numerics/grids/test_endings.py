"""How an orbit of a grid ends, in cases solved by hand."""

import numpy as np
import pytest
import sympy as sp
from mpmath import mp
from small_grids import ENGINES, LOG_COSH, QUADRATIC, only
from zoo import linear, neuron

from trajalign.numerics.grids.endings import (
    COLLAPSED,
    DIVERGED,
    EDGE_OF_STABILITY,
    GRADIENT_FLOW,
    OUTCOMES,
    UNDECIDED,
)
from trajalign.numerics.grids.grid import grid
from trajalign.theory.errors import NoWeightsError

# Each outcome, by hand --------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_every_outcome_of_the_quadratic_loss(engine):
    """η = 1. From q0 = 4 straight to 0. From q0 = 4/5, u = 5/4: u' − u = p²(u − 2) < 0, so that u
    falls below 1. From q0 = 2/5, u = 5/2: u and |p| grow. At u = 2, p = 2 nothing changes:
    p' = (1 − 4 + 4) p, u' = u + 4·0."""
    found = grid(QUADRATIC, [1], [0.125, 2], [4, 0.8, 0.4, 0.5], engine=engine, steps=3000)
    outcomes = found.outcome.values[0]
    assert list(outcomes[0, :3]) == [GRADIENT_FLOW, EDGE_OF_STABILITY, DIVERGED]
    assert outcomes[1, 3] == UNDECIDED
    still = found.isel(eta=0, p0=1, q0=3)
    assert (still.period, still.p_last, still.q_last, still.steps) == (1, 2.0, 0.5, 3000)
    assert found.t_b.values[0, 0, 0] == 0


@pytest.mark.parametrize("engine", ENGINES)
def test_what_does_not_exist_is_marked(engine):
    found = grid(QUADRATIC, [1], [0.125, 2], [4, 0.8, 0.4, 0.5], engine=engine, steps=3000)
    converged = np.isin(found.outcome, (GRADIENT_FLOW, EDGE_OF_STABILITY))
    for name in ("q_limit", "limiting_sharpness"):
        assert np.array_equal(np.isfinite(found[name]), converged)
    assert np.array_equal(found.period != -1, found.outcome == UNDECIDED)
    gone = found.outcome == DIVERGED
    assert gone.any()
    assert np.all(found.t_b.values[gone] == -1)
    assert np.all(found.t_a.values[gone] == -1)
    assert np.all(found.t_a.values[found.outcome == GRADIENT_FLOW] == -1)


@pytest.mark.parametrize("engine", ENGINES)
def test_diverged_orbits_stop_where_they_diverge(engine):
    """η = 1, u = 4: p = 3, 6, −42, −11802, and then (1 − 2·1306102 + 11802²)·(−11802) < −10⁶."""
    found = grid(QUADRATIC, [1], [3], [0.25], engine=engine)
    assert only(found, "steps") == 4
    assert only(found, "p_last") == (1 - 2 * 1306102 + 11802**2) * -11802


def test_starts_that_no_weights_have_are_marked_and_not_run():
    """|p| η q ≤ 1 for all weights; at p = 3, η = q = 1 u' would be 1 + 9·(−1) = −8."""
    found = grid(QUADRATIC, [1], [3, sp.Rational(1, 2), -1], [1, sp.Rational(3, 2)])
    none = found.outcome.values[0] == OUTCOMES.index("no_weights")
    assert none.tolist() == [[True, True], [False, False], [False, True]]
    alone = grid(QUADRATIC, [1], [sp.Rational(1, 2)], [1, sp.Rational(3, 2)])
    for name in found.data_vars:
        missing = found[name].values[0][none]
        integers = np.issubdtype(missing.dtype, np.integer)
        expected = {"outcome": OUTCOMES.index("no_weights"), "steps": 0}.get(name, -1)
        assert np.all(missing == expected) if integers else np.all(np.isnan(missing))
        np.testing.assert_array_equal(found[name].values[0, 1], alone[name].values[0, 0])
    with pytest.raises(NoWeightsError, match=r"allowed here: \|p\| <= 1, or eta <= 0.3333"):
        grid(QUADRATIC, [1], [3], [1, 2])


@pytest.mark.parametrize("engine", ENGINES)
def test_overflow_is_divergence(engine):
    """sinh overflows beyond 710, and an orbit of cosh z − 1 gets there in two steps."""
    found = grid(linear("cosh(z) - 1"), [0.01], [30], [0.5], engine=engine)
    assert only(found, "outcome") == DIVERGED
    assert only(found, "steps") < 3


@pytest.mark.parametrize("engine", ENGINES)
def test_a_neuron_whose_output_weight_dies_has_collapsed(engine):
    """From x = 3, where tanh' is small, y shrinks by 1 − η tanh² x ≈ 0.98 a step and x stays."""
    found = grid(neuron("tanh"), [0.02], [3.0], [1.25], steps=10**5, engine=engine)
    assert only(found, "outcome") == COLLAPSED
    with mp.workdps(30):
        x, y = mp.mpf(3), mp.sqrt(2 / (mp.mpf("0.02") * mp.mpf("1.25")))
        for _ in range(only(found, "steps")):
            slope = mp.tanh(x) * mp.sech(x) ** 2
            x, y = x - mp.mpf("0.02") * slope * y**2, y * (1 - mp.mpf("0.02") * mp.tanh(x) ** 2)
        assert only(found, "p_last") == pytest.approx(float(x), rel=1e-12)
        assert y < mp.mpf(10) ** -70
    assert np.isnan(only(found, "q_limit"))
    assert only(found, "q_last") > 1e150


def test_landing_on_the_unstable_point_is_no_convergence():
    """η = 1, p0 = 1, u = 1: p' = (1 − 2 + 1) p = 0, u' = 1 + (1 − 2) = 0: an infinite q."""
    assert only(grid(QUADRATIC, [1], [1], [1]), "outcome") == DIVERGED
    # u = 5/8, p = 1/2: p' = (1 − 5/4 + 1/4) p = 0 with u' = 5/8 − 11/32 = 9/32 < 1.
    assert only(grid(QUADRATIC, [1], [0.5], [1.6]), "outcome") == GRADIENT_FLOW
    # u = 13/8, p = 3/2: p' = (1 − 13/4 + 9/4) p = 0 with u' = 13/8 − 27/32 = 25/32 < 1.
    found = grid(QUADRATIC, [1], [1.5], [sp.Rational(8, 13)])
    assert only(found, "outcome") == EDGE_OF_STABILITY
    assert only(found, "q_limit") == pytest.approx(32 / 25)


# Undecided orbits -------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_the_period_of_a_motion_in_which_q_hardly_drifts(engine):
    """The Cauchy loss with η = 10⁻⁹, solved by hand in test_continuation: ±√(1/q − 1) for q from ½
    on, {a, −1/a} for q from 2/5 on, then a cascade. For tanh at q = 0.46 there is chaos."""
    cauchy = grid(
        linear("log(1 + z**2)/2"), [1e-9], [0.3], [0.8, 0.45, 0.39], steps=20_000, engine=engine
    )
    assert list(cauchy.period.values.ravel()) == [2, 2, 4]
    assert cauchy.p_last.values[0, 0, 0] ** 2 == pytest.approx(1 / 0.8 - 1)
    chaotic = grid(neuron("tanh"), [1e-9], [0.3], [0.46], steps=20_000, engine=engine)
    assert only(chaotic, "period") == 0
    assert np.all(cauchy.outcome == UNDECIDED)


def test_the_slow_drift_has_period_two():
    found = grid(LOG_COSH, [0.02, 0.01], [0.1, 0.5, 1], [0.75, 0.9], steps=1500)
    assert np.all(found.outcome == UNDECIDED)
    assert np.all(found.period == 2)
    assert np.all(found.t_b == -1)
    assert np.all(found.t_a >= 0)
