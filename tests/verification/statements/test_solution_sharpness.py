"""The label of the solution sharpness: what is derived, and for which models and losses."""

from dataclasses import replace

import pytest
from claims_by_hand import plan_of, tried

from trajalign.theory.models import of as model_of
from trajalign.verification.derivations.map_proofs import solution_proof
from trajalign.verification.ledger import claim_for, statements_about
from trajalign.verification.measuring.claims import NotApplicableError
from trajalign.verification.verdicts import Evidence

LABEL = "linear/solution-sharpness"


@pytest.mark.parametrize("loss", ["log(cosh(z))", "sqrt(1+z**2)"])
def test_it_is_derived_for_every_width(loss: str) -> None:
    plan = plan_of("linear", loss)
    (entry,) = tried(plan, [claim_for(LABEL, plan)])
    judged = entry.judgement
    assert (judged.objection, judged.undecided) == ("", "")
    assert judged.evidence is Evidence.DERIVED
    assert str(judged.quantities["exact algebra"]).endswith(
        f"every width and input dimension by {LABEL}"
    )


def test_every_falsified_copy_is_refuted_at_a_point() -> None:
    plan = plan_of("linear", "log(cosh(z))")
    for entry in tried(plan, claim_for(LABEL, plan).falsified_copies()):
        judged = entry.judgement
        assert "relative" in judged.objection
        assert judged.witness is not None


def test_exact_algebra_tells_a_wrong_square_and_a_wrong_factor() -> None:
    model = model_of("linear", "log(cosh(z))")
    right = model.solution
    assert right is not None
    assert solution_proof(model, right).holds is True
    assert solution_proof(model, replace(right, square=2 * right.square)).holds is True
    assert solution_proof(model, replace(right, factor=2 * right.factor)).holds is False
    wrong = replace(right, square=right.square + model.generic().p_next ** 2)
    assert solution_proof(model, wrong).holds is False


def test_the_neuron_has_no_such_statement() -> None:
    neuron = model_of("neuron", "tanh(z)")
    assert not any("solution" in s.label for s in statements_about(neuron))
    plan = plan_of("neuron", "tanh(z)")
    with pytest.raises(NotApplicableError):
        claim_for("neuron/solution-sharpness", plan)
