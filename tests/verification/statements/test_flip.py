"""The flip where the curvature is positive."""

from claims_by_hand import tried

from trajalign.theory.models import of as model_of
from trajalign.verification.ledger import claim_for
from trajalign.verification.measuring.plans import Plan


def test_flip_with_positive_curvature_is_subcritical() -> None:
    """ℓ = cosh: k = 1/3 > 0, no stable 2-cycle is born below q = 1; the statement covers it."""
    plan = Plan(model_of("linear", "cosh(z) - 1"))
    claim = claim_for("bifurcation/flip", plan)
    (entry,) = tried(plan, [claim])
    assert entry.judgement.objection == ""
    assert entry.quantities["coefficient"].exact == "2/3"
    assert entry.quantities["criticality"] == "subcritical"
