"""Claims of orbits that do not do what they should."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest
import sympy as sp
from claims_by_hand import Tried, plan_of, tried

from trajalign.theory.models import Q, ReducedModel, TwoLayerLinear
from trajalign.verification.ledger import claim_for
from trajalign.verification.measuring.claims import Claim
from trajalign.verification.measuring.plans import Plan

EOS = ("alignment", "crossing", "limit", "saturation", "progressive-sharpening")


def orbit_claims(plan: Plan) -> list[Claim]:
    return [claim_for(f"{plan.model.name}/{name}", plan) for name in EOS]


def assert_lost(results: Sequence[Tried], word: str) -> None:
    for entry in results:
        judgement = entry.judgement
        assert word in judgement.objection
        assert judgement.witness is not None
        assert {"eta", "p0", "q0", "t", "p_t", "q_t"} <= set(judgement.witness)


def test_diverging_orbit_is_a_failure_with_a_witness() -> None:
    # q0 = 10⁻⁷ throws p to about 2/q0 · tanh p0 ≈ 10⁷ in one step.
    plan = plan_of("linear", "log(cosh(z))", sp.Rational(1, 10))
    claims = orbit_claims(plan)
    thrown = replace(plan, starts=((sp.Rational(1, 2), sp.Rational(1, 10**7)),))
    assert_lost(tried(thrown, claims), "diverged")


def test_one_diverging_start_is_not_outvoted_by_good_ones() -> None:
    plan = plan_of("linear", "log(cosh(z))", sp.Rational(1, 10))
    claims = orbit_claims(plan)
    bad = (sp.Rational(1, 2), sp.Rational(1, 10**7))
    assert_lost(tried(replace(plan, starts=(*plan.starts, bad)), claims), "diverged")


@pytest.mark.parametrize(
    ("kind", "text", "top"),
    [
        ("linear", "log(cosh(z))", "1/8"),
        ("linear", "sqrt(1+z**2)", "3/20"),
        ("neuron", "tanh(z)", "1/31"),
    ],
)
def test_large_step_size_that_is_allowed_refutes_nothing(kind: str, text: str, top: str) -> None:
    """A crossing before the transient is over is too soon to judge, not a counterexample."""
    plan = plan_of(kind, text, sp.Rational(top))
    for entry in tried(plan, orbit_claims(plan)):
        assert entry.judgement.objection == ""


@dataclass(frozen=True)
class Standstill(TwoLayerLinear):
    """A wrong model: q never moves, so no orbit passes q = 1."""

    def generic(self) -> ReducedModel:
        return replace(super().generic(), q_next=Q)


@dataclass(frozen=True)
class Backwards(TwoLayerLinear):
    """A wrong model: q drifts down."""

    def generic(self) -> ReducedModel:
        right = super().generic()
        return replace(right, q_next=2 * Q - right.q_next)


@pytest.mark.parametrize("wrong", [Standstill, Backwards])
def test_orbit_that_never_crosses_is_reported_not_raised(wrong: type[TwoLayerLinear]) -> None:
    plan = plan_of("linear", "log(cosh(z))", sp.Rational(1, 10))
    claims = orbit_claims(plan)
    stuck = replace(plan, model=wrong(plan.model.response), etas=plan.etas[:2])
    stuck.__dict__["curve"] = plan.curve  # the predictions are those of the right model
    stuck.__dict__["ending"] = plan.ending
    for entry in tried(stuck, claims):
        judgement = entry.judgement
        # Never a pass: a failure with its witness, or no verdict with its reason.
        assert judgement.objection or judgement.undecided
        assert bool(judgement.witness) == bool(judgement.objection)
