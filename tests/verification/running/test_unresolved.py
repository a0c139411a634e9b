"""A response with a layer thinner than a step: neither a pass nor a failure.

LAYERED is analytic and bends within 10⁻⁶ of z² = 1/10. h₁ and h₂ are those of the theory, in x = p²
with ρ = ln r:

    h₁ = −½ (p r³/r' + p² r²),  g = x r² + 2h₁,  κ = r²(2h₁ + x r²/2),
    h₂ = ((4h₁² + g²)ρ' + 2x g² ρ'' − κ − 2g h₁')/(4ρ').
"""

from functools import cache

import mpmath as mp
import pytest

from trajalign.theory.models import TwoLayerLinear
from trajalign.theory.responses import Loss
from trajalign.verification.ledger import claim_for
from trajalign.verification.measuring.claims import Judgement, Measurement
from trajalign.verification.measuring.orbit_claims import judge_lost, resolved
from trajalign.verification.measuring.orbit_view import REFUTING, OrbitView
from trajalign.verification.measuring.plans import Plan

LAYERED = "sqrt(1+z**2) - 3*z**4*((z**2-1/10)+sqrt((z**2-1/10)**2+1/10**12))**3*exp(-15*z**2)"


@cache
def plan_of(text: str) -> Plan:
    return Plan(TwoLayerLinear(Loss.parse(text))).with_runs(0.72)


def r(p: mp.mpf) -> mp.mpf:
    """ℓ'/z by hand: for u = w + s, s = √(w² + 10⁻¹²), w = z² − 1/10, u' = 2z u/s."""
    w = p**2 - mp.mpf(1) / 10
    s = mp.sqrt(w**2 + mp.mpf(10) ** -12)
    bump = (4 * p**2 - 30 * p**4 + 6 * p**4 / s) * (w + s) ** 3
    return 1 / mp.sqrt(1 + p**2) - 3 * mp.exp(-15 * p**2) * bump


def h(p: mp.mpf) -> tuple[mp.mpf, mp.mpf]:
    """h₁ and h₂ from derivatives in x by differences."""
    x = p**2

    def rho(x):
        return mp.log(r(mp.sqrt(x)))

    def first(x):
        # p r'/r = 2x ρ'
        return -(mp.exp(2 * rho(x)) / (2 * mp.diff(rho, x)) + x * mp.exp(2 * rho(x))) / 2

    one, two = mp.diff(rho, x), mp.diff(rho, x, 2)
    h1, r2 = first(x), r(p) ** 2
    g, kappa = x * r2 + 2 * h1, r2 * (2 * h1 + x * r2 / 2)
    slope = mp.diff(first, x, h=mp.mpf(10) ** -15)
    h2 = ((4 * h1**2 + g**2) * one + 2 * x * g**2 * two - kappa - 2 * g * slope) / (4 * one)
    return h1, h2


def test_the_largest_misfit_is_that_of_all_steps() -> None:
    plan = plan_of(LAYERED)
    claim = claim_for("linear/slow-curve-2", plan)
    view = OrbitView(plan, plan.etas[0], plan.starts[0])
    run = claim.measure(view)
    t = int(run.where["t"])
    with mp.workdps(40):
        eta = mp.mpf(1) / int(1 / plan.etas[0])
        p, q = (mp.mpf(int(x.p)) / int(x.q) for x in plan.starts[0])
        misfits = {}
        for step in range(t + 100):
            near = abs(p**2 - mp.mpf(1) / 10) < 0.02
            if step >= run.values["settled"] and (near or step == t):
                h1, h2 = h(abs(p))
                misfits[step] = abs(q / r(p) - 1 - h1 * eta**2 - h2 * eta**4) / eta**4
            s = r(p)
            p, q = (
                (1 - 2 * s / q + eta**2 * p**2 * s**2) * p,
                q / (1 - eta**2 * p**2 * s * (2 * q - s)),
            )
    assert max(misfits, key=lambda step: misfits[step]) == t
    assert run.values["worst"] == pytest.approx(float(misfits[t]), rel=1e-5)
    # At the layer it is many times what it is a few steps before.
    assert run.values["worst"] > 5 * float(min(misfits.values()))


@pytest.mark.thorough
def test_a_layer_ends_undecided() -> None:
    plan = plan_of(LAYERED)
    claim = claim_for("linear/slow-curve-2", plan)
    start = plan.starts[0]
    runs = [claim.measure(OrbitView(plan, eta, start)) for eta in plan.etas[:3]]
    found = claim.judge(plan, runs)
    assert (found.objection, found.witness) == ("", None)
    assert "order" in found.undecided


def test_a_layer_is_unresolved_until_steps_are_smaller_than_it() -> None:
    plan = plan_of(LAYERED)
    place = plan.unresolved(1e-4).split("p = ")[1].split(",")[0]
    assert float(place) == pytest.approx(0.1**0.5, abs=1e-3)
    assert plan.unresolved(1e-9) == ""
    assert plan_of("pseudo-huber").unresolved(1e-2) == ""


def test_what_is_not_resolved_is_not_refuted() -> None:
    refuted = Judgement("error of order 0.000 in ε instead of 1", {"eta": "1/72"}, {"order": "0"})
    runs = [Measurement(1e-4, {"value": 1.0}, {"eta": "1/72"})]
    assert resolved(plan_of("pseudo-huber"), runs, refuted) == refuted
    found = resolved(plan_of(LAYERED), runs, refuted)
    assert (found.objection, found.witness, found.quantities) == ("", None, refuted.quantities)
    assert found.undecided.startswith(f"{refuted.objection}; but the step sizes do not resolve")


@pytest.mark.parametrize(
    ("troubles", "refuted"),
    [
        (("", "", ""), None),
        ((f"{REFUTING}: it diverged", "", ""), False),
        ((f"{REFUTING}: it diverged",) * 3, True),
        ((f"{REFUTING}: it diverged",) * 2 + ("an orbit did not converge in 10 steps",), False),
    ],
)
def test_lost_orbits_refute_only_at_every_step_size(
    troubles: tuple[str, ...], refuted: bool | None
) -> None:
    runs = [
        Measurement(0.1 / 2**k, {} if text else {"value": 1.0}, {"eta": "1", "trouble": text})
        for k, text in enumerate(troubles)
    ]
    found = judge_lost(runs)
    if refuted is None:
        assert found is None
    else:
        assert found is not None
        assert bool(found.objection) == bool(found.witness) == refuted
        assert bool(found.undecided) != refuted


def test_a_start_too_near_c_refutes_nothing() -> None:
    """√(1+z²) has μ = 2q² − 1: 0.0082 at q = 0.71, just above c = 1/√2, and 0.3122 at 0.81."""
    refuted = Judgement("coefficient 2 instead of 1", {"eta": "1/72"})
    for q0, kept in (("71/100", False), ("81/100", True)):
        runs = [Measurement(1e-3, {"value": 1.0}, {"eta": "1/72", "q0": q0})]
        found = resolved(plan_of("pseudo-huber"), runs, refuted)
        assert bool(found.objection) is kept
        assert ("too near c" in found.undecided) is not kept
