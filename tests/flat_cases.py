"""A response with r''(0) = 0 of which everything is known by hand, and plans for it."""

from dataclasses import replace
from functools import cache

import sympy as sp
from zoo import linear, neuron

from trajalign.theory.models import Model
from trajalign.verification.hypotheses.assumptions import Assumptions
from trajalign.verification.ledger import claim_for
from trajalign.verification.measuring.claims import Claim, Judgement
from trajalign.verification.measuring.effort import QUICK
from trajalign.verification.measuring.orbit_claims import OrbitClaim
from trajalign.verification.measuring.orbit_view import OrbitView
from trajalign.verification.measuring.plans import Plan

NEURON = neuron("z/(1+z**4)**(1/4)")  # r = (1 + p⁴)^(−3/2)
QUARTIC = linear("4*log(cosh(z))/3 - log(cosh(2*z))/12")
SEXTIC = linear("3*log(cosh(z))/2 - 3*log(cosh(2*z))/20 + log(cosh(3*z))/90")


@cache
def plan_for(model: Model, top: sp.Rational | None = None) -> Plan:
    """From one start, so that tests are quick."""
    effort = replace(QUICK, starts=QUICK.starts[:1])
    assumptions = Assumptions(model)
    plan = Plan(model, lipschitz=assumptions.lipschitz, effort=effort)
    return plan.with_runs(assumptions.z0_and_c[1], top)


@cache
def views(plan: Plan) -> tuple[OrbitView, ...]:
    return tuple(OrbitView(plan, eta, start) for start in plan.starts for eta in plan.etas)


def quick_plan() -> Plan:
    """Orbits of some thousand steps: of this neuron the corrections go with η^(2/3)."""
    return plan_for(NEURON, sp.Rational(1, 700))


def claim_of(name: str, plan: Plan) -> OrbitClaim:
    claim = claim_for(f"{plan.model.name}/{name}", plan)
    assert isinstance(claim, OrbitClaim)
    return claim


def judged(claim: Claim, plan: Plan) -> Judgement:
    assert isinstance(claim, OrbitClaim)
    return claim.judge(plan, [claim.measure(view) for view in views(plan)])
