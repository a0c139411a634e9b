"""The formulas of the law, against what they solve and against limits known otherwise."""

import math

import pytest
import sympy as sp

from trajalign.theory.edge.law import (
    crossing_time,
    diagram,
    drift,
    end,
    flip_coefficient,
    gap,
    rests,
    through,
)

MU, C, KAPPA = (sp.Symbol(name, positive=True) for name in ("mu", "c", "kappa"))


def test_one_parameter_is_the_known_criterion() -> None:
    f2, f3, f4 = sp.symbols("f2 f3 f4", positive=True)
    known = (3 * f3**2 - f2 * f4) / (3 * f2**2)
    assert sp.simplify(flip_coefficient(2 / f2, f3, f4) - known) == 0


def test_the_curve_solves_the_equations() -> None:
    # ln P' − ln P = 2(μ − cP), μ' − μ = −kP, as a flow: dP/dμ = −2(μ − cP)/k with k = 2cκ.
    start = sp.Symbol("mu0", positive=True), sp.Symbol("P0", positive=True)
    p = through(MU, C, KAPPA, start)
    assert sp.simplify(sp.diff(p, MU) + 2 * (MU - C * p) / (2 * C * KAPPA)) == 0
    assert sp.simplify(p.subs(MU, start[0]) - start[1]) == 0


@pytest.mark.parametrize(
    ("kappa", "mu", "scaled"), [(0.1, 1, 0.3), (2, 0.5, 0.1), (-1, 0.4, -0.2), (-0.1, 0.02, -0.01)]
)
def test_the_end_is_where_p_is_0_again(kappa: float, mu: float, scaled: float) -> None:
    found = float(end(kappa, mu, scaled))
    assert found < 0
    assert rests(kappa, mu, scaled)
    assert float(through(found, 1, kappa, (mu, scaled))) == pytest.approx(0, abs=1e-12)


def test_far_from_the_flip_the_start_is_forgotten() -> None:
    ends = [float(end(0.01, mu, scaled)) for mu, scaled in ((0.3, 0.01), (0.2, 0.15))]
    assert ends == pytest.approx([-0.01, -0.01], rel=1e-7)


def test_for_large_kappa_it_is_self_stabilization() -> None:
    # Damian, Nichani and Lee: μ²/2 + kP/2 is conserved.
    c, kappa, mu, p = 3.0, 1e6, 1e-3, 1e-13
    found = float(end(kappa, mu, c * p))
    assert found**2 == pytest.approx(mu**2 + 2 * c * kappa * p, rel=1e-4)


@pytest.mark.parametrize(("mu", "scaled", "stays"), [(0.5, -0.1, True), (0.95, -0.1, False)])
def test_a_subcritical_flip_keeps_what_starts_near(mu: float, scaled: float, stays: bool) -> None:
    assert rests(-1, mu, scaled) is stays


def test_the_time_is_that_of_the_flow_on_the_curve() -> None:
    # dμ/dt = −kP = −2κ(μ + κ)
    time = crossing_time(KAPPA, MU)
    assert sp.simplify(sp.diff(time, MU) - 1 / (2 * KAPPA * (MU + KAPPA))) == 0
    assert time.subs(MU, 0) == 0


def test_the_gap_is_where_the_diagram_ends() -> None:
    kappa = gap(C, drift(sp.Symbol("eta"), sp.Symbol("g")))
    assert diagram(-kappa, C, kappa) == 0
    assert math.isclose(float(gap(2, drift(1, 4))), 2)
