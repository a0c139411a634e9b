"""What a user writes: two responses of their own, and everything the ledger says of them."""

from hypothesis import given, settings

from trajalign.theory import Activation, Loss, TwoLayerLinear
from trajalign.verification import Assumptions, Outcome
from trajalign.verification.testing.conformance import parametrize_with_checks
from trajalign.verification.testing.strategies import admissible_losses

MY_LOSS = Loss.parse("(5*sqrt(1+z**2) + 1/sqrt(1+z**2))/4")
MY_ACTIVATION = Activation.parse("z*(4+5*z**2)/(4*(1+z**2)**(3/2))")
UNBOUNDED = Loss.parse("(1+z**2)**(3/4)*2/3")


@parametrize_with_checks([MY_LOSS, MY_ACTIVATION])
def test_the_theory_applies(model, check):
    check(model)


@parametrize_with_checks([UNBOUNDED], expected_failures={"linear/A5": "ℓ' grows like √z"})
def test_only_one_hypothesis_fails(model, check):
    check(model)


@settings(max_examples=5, deadline=None)
@given(admissible_losses())
def test_generated_losses_have_a_bounded_slope(loss):
    assert Assumptions(TwoLayerLinear(loss)).verdicts["A5"].outcome is Outcome.PASS
