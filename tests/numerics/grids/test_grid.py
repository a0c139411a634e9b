"""Grids of float64 orbits, against mpmath orbits."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
import sympy as sp
from mpmath import mp
from small_grids import AXES, ENGINES, INTEGERS, LOG_COSH, REALS, only
from zoo import BY_NAME, LINEAR, NEURON, PROBLEMS, LinearProblem

from trajalign.numerics.grids.endings import EDGE_OF_STABILITY, GRADIENT_FLOW
from trajalign.numerics.grids.grid import grid, linspace
from trajalign.theory.errors import InputError


@dataclass(frozen=True)
class Reference:
    """An orbit followed by mpmath: what the grid is to report of it."""

    outcome: int
    t_a: int
    t_b: int
    q_limit: float


@cache
def reference(problem, eta, p0, q0, step=None):
    step = step or problem.step
    with mp.workdps(60):  # 3 (coth z − 1/z) loses 30 digits at z = 10⁻¹⁵
        eta, p, q = mp.mpf(eta), mp.mpf(p0), mp.mpf(q0)
        tolerance = 2 * abs(mp.mpf(sp.N(problem.h_at_zero, 30))) * eta**problem.epsilon_power
        t, t_a, t_b = 0, 0, None
        while abs(p) > 1e-15:
            if q > 1 and t_b is None:
                t_b = t
            if q <= 1 and abs(q / problem.r(p) - 1) > tolerance:
                t_a = t + 1
            p, q = step(p, q, eta)
            t += 1
        outcome = EDGE_OF_STABILITY if t_b else GRADIENT_FLOW
        return Reference(outcome, t_a if t_b and t_a < t_b else -1, t_b, float(q))


def moderate(problem):
    return 0.125 if isinstance(problem, LinearProblem) else 0.03125


STARTS = [(0.5, 0.875), (-0.75, 0.9375), (0.5, 2.5)]


@cache
def from_starts(problem, engine):
    p0, q0 = (sorted(set(axis)) for axis in zip(*STARTS, strict=True))
    return grid(problem.model, [moderate(problem)], p0, q0, engine=engine)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
@pytest.mark.parametrize("start", STARTS)
def test_an_orbit_is_that_of_mpmath(problem, start, engine):
    eta = moderate(problem)
    found = from_starts(problem, engine).sel(p0=start[0], q0=start[1])
    expected = reference(problem, eta, *start)
    assert only(found, "outcome") == expected.outcome
    assert only(found, "t_b") == expected.t_b
    assert only(found, "t_a") == expected.t_a
    assert only(found, "q_limit") == pytest.approx(expected.q_limit, rel=1e-12)
    sharpness = 2 / (eta * expected.q_limit)
    assert only(found, "limiting_sharpness") == pytest.approx(sharpness, rel=1e-12)
    assert only(found, "period") == -1


def test_another_map_is_told_apart():
    """q' = q (1 + η² p² r (2q − r)) agrees with the true q' only to first order in η²."""
    problem, start = BY_NAME["log-cosh"], (0.5, 0.875)

    def wrong(p, q, eta):
        r = problem.r(p)
        return problem.step(p, q, eta)[0], q * (1 + eta**2 * p**2 * r * (2 * q - r))

    found = grid(problem.model, [0.125], [start[0]], [start[1]])
    expected = reference(problem, 0.125, *start, step=wrong)
    assert only(found, "q_limit") != pytest.approx(expected.q_limit, rel=1e-12)
    assert only(found, "q_limit") == pytest.approx(expected.q_limit, rel=1e-2)


@pytest.mark.parametrize(
    ("name", "eta", "coefficient"),
    [
        ("log-cosh", "1/10", 0.75802085),
        ("log-cosh", "1/20", 0.75197786),
        ("log-cosh", "1/40", 0.75049276),
        ("pseudo-huber", "1/10", 0.50506313),
        ("pseudo-huber", "1/20", 0.50125392),
        ("tanh", "1/50", 0.38007916),
        ("tanh", "1/100", 0.37751764),
    ],
)
def test_limits_at_the_edge_of_stability(name, eta, coefficient):
    """(q* − 1)/ε of the theory's reference table."""
    problem, eta = BY_NAME[name], sp.Rational(eta)
    found = grid(problem.model, [eta], [-0.5, 0.75], [0.8], steps=200_000)
    epsilon = float(eta) ** problem.epsilon_power
    assert np.all(found.outcome == EDGE_OF_STABILITY)
    assert found.q_limit.values == pytest.approx(1 + coefficient * epsilon, abs=2e-8 * epsilon)


def test_alignment_comes_before_the_crossing_and_the_crossing_is_late():
    """t_a = O(ln 1/η); t_b grows like η⁻²."""
    found = grid(LOG_COSH, [0.1, 0.05, 0.025], [0.5], [0.8], steps=100_000)
    t_a, t_b = found.t_a.values.ravel(), found.t_b.values.ravel()
    assert np.all((t_a >= 0) & (t_a < 20))
    assert np.all(t_b[1:] > 3.9 * t_b[:-1])


def test_every_orbit_has_its_place():
    """A grid is its orbits one by one."""
    found = grid(LOG_COSH, *AXES)
    assert found.outcome.dims == ("eta", "p0", "q0")
    for i, eta in enumerate(AXES[0]):
        for j in (0, 3, 6):
            for k, q0 in enumerate(AXES[2]):
                alone = grid(LOG_COSH, [eta], [AXES[1][j]], [q0])
                for name in INTEGERS + REALS:
                    assert only(alone, name) == found[name].values[i, j, k], name


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("problem", [LINEAR[0], LINEAR[4], NEURON[0], NEURON[4]], ids=str)
def test_mirrored_starts_give_mirrored_orbits(problem, engine):
    eta, p0s, q0s = [moderate(problem)], [0.2, 0.7, 1], [0.85, 2.5]
    right = grid(problem.model, eta, p0s, q0s, engine=engine)
    left = grid(problem.model, eta, [-p for p in p0s], q0s, engine=engine)
    for name in INTEGERS + REALS:
        sign = -1 if name == "p_last" else 1
        assert np.array_equal(right[name].values, sign * left[name].values), name


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_the_engines_agree(problem):
    axes = ([moderate(problem)], [0.2, -0.6, 0.9], [0.85, 0.97, 2.5])
    numpy, jax = (grid(problem.model, *axes, engine=engine) for engine in ENGINES)
    for name in ("outcome", "t_a", "t_b", "period"):
        assert np.array_equal(numpy[name], jax[name]), name
    assert np.allclose(numpy.q_limit, jax.q_limit, rtol=1e-12, atol=0)
    assert not np.allclose(numpy.q_limit, jax.q_limit * (1 + 1e-11), rtol=1e-12, atol=0)


@pytest.mark.parametrize("engine", ENGINES)
def test_no_orbit_decays_to_denormal_numbers(engine):
    """Converged orbits stand still: in 10⁵ steps p would fall below 10⁻³⁰⁸ long before the end.

    At q = 2 the multiplier 1 − 2/q vanishes and p falls fastest."""
    q0s = [2, *linspace(sp.Rational(11, 10), sp.Integer(9), 30)]
    found = grid(LOG_COSH, [0.1], [1e-3, 1e-90, 0.3], q0s, steps=100_000, engine=engine)
    last = np.abs(found.p_last.values)
    assert np.all(found.outcome == GRADIENT_FLOW)
    assert not np.any((last > 0) & (last < 1e-100))
    assert found.steps.max() < 1000


def test_exact_numbers_equally_spaced():
    assert linspace(sp.Integer(0), sp.Integer(1), 3) == (0, sp.Rational(1, 2), 1)
    assert linspace(sp.Rational(1, 3), sp.Integer(9), 1) == (sp.Rational(1, 3),)
    with pytest.raises(InputError, match="an axis of 0 values"):
        linspace(sp.Integer(0), sp.Integer(1), 0)
