"""The plan of a model, as `verify` makes it from what the hypotheses are judged to be."""

import sympy as sp

from trajalign.theory.models import Model
from trajalign.verification.hypotheses.assumptions import Assumptions
from trajalign.verification.measuring.plans import Plan


def planned(model: Model, top: sp.Rational | None = None) -> Plan:
    """With runs for orbits of 50 digits, from the largest step size `top`."""
    assumptions = Assumptions(model)
    plan = Plan(model, 50, assumptions.lipschitz)
    return plan.with_runs(assumptions.z0_and_c[1], top)
