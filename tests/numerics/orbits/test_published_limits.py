"""Limits of orbits against the numbers of reference.md, section 4."""

import pytest
import sympy as sp
from mpmath import mp
from recorded_orbits import limit_defect, run
from zoo import BY_NAME, LINEAR, to_mpf


@pytest.mark.parametrize(
    ("name", "power", "eta", "printed"),
    [
        ("log-cosh", 2, "0.1", "0.75802085"),
        ("log-cosh", 2, "0.05", "0.75197786"),
        ("log-cosh", 2, "0.025", "0.75049276"),
        ("pseudo-huber", 2, "0.1", "0.50506313"),
        ("pseudo-huber", 2, "0.05", "0.50125392"),
        ("pseudo-huber", 2, "0.025", "0.50031274"),
        ("tanh", 1, "0.02", "0.38007916"),
        ("tanh", 1, "0.01", "0.37751764"),
        ("tanh", 1, "0.005", "0.37625341"),
    ],
)
def test_the_limits_are_those_of_the_theory(name, power, eta, printed, loop_of):
    orbit = run(loop_of(name), eta, until=sp.Rational(1, 10**8))
    assert orbit.outcome == "converged"
    assert f"{limit_defect(orbit, power):.8f}" == printed


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [("log-cosh", 3 / 4, 63 / 80), ("pseudo-huber", 1 / 2, 1 / 2)],
)
def test_the_second_order_of_the_slow_curve(name, first, second, loop_of):
    """q* = 1 + h₁(0) η² + h₂(0) η⁴ + …; for √(1+z²) h₂ = (p²+2)/(4(1+p²)²), ½ at p = 0."""
    slopes = []
    for eta in ("0.05", "0.025"):
        orbit = run(loop_of(name), eta, until=sp.Rational(1, 10**9))
        slopes.append((limit_defect(orbit, 2) - first) / float(sp.Rational(eta)) ** 2)
    assert (4 * slopes[1] - slopes[0]) / 3 == pytest.approx(second, rel=1e-4)


@pytest.mark.parametrize("name", ["tanh", "log-cosh"])
def test_limits_of_two_orbits_differ_by_an_exponentially_small_amount(name, loop_of):
    """Same q0, two p0: ln|Δq*| = −Λ/ε + const + O(ε); the slope between two ε gives Λ.

    With a = r̂(q0), linear Λ = ∫₀^a ln|1 + 2p r'/r| r'/(p² r³) dp = 0.426650108… (log-cosh, 0.8);
    neuron Λ = ∫₀^a ln|1 + 2p r'/r| r'/(2φ² r) dp = 0.545463869… (tanh, 0.85).
    """
    problem = BY_NAME[name]
    linear = problem in LINEAR
    q0, etas, digits = (
        ("0.8", ("1/10", "1/14"), 90) if linear else ("0.85", ("1/100", "1/200"), 120)
    )
    expected = "0.426650108" if linear else "0.545463869"
    with mp.workdps(30):
        a = mp.findroot(lambda z: problem.r(z) - mp.mpf(q0), 0.6)

        def integrand(p):
            r, slope = problem.r(p), problem.r_slope(p)
            weight = p**2 * r**3 if linear else 2 * problem.function(p) ** 2 * r
            return mp.log(abs(1 + 2 * p * slope / r)) * slope / weight

        rate = mp.quad(integrand, [mp.mpf(10) ** -8, a])
        assert abs(rate - mp.mpf(expected)) < 1e-7
    logs, inverses = [], []
    with mp.workdps(digits):
        for eta in etas:
            ends = [
                to_mpf(
                    run(
                        loop_of(name),
                        eta,
                        (p0, q0),
                        digits=digits,
                        until=sp.Rational(1, 10**40 if linear else 10**65),
                    ).q[-1]
                )
                for p0 in ("0.5", "0.3")
            ]
            logs.append(mp.log(abs(ends[1] - ends[0])))
            inverses.append(mp.mpf(int(1 / sp.Rational(eta))) ** problem.epsilon_power)
        measured = -(logs[1] - logs[0]) / (inverses[1] - inverses[0])
    assert float(measured) == pytest.approx(float(expected), rel=0.01)
