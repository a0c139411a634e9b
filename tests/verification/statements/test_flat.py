"""The statements where r''(0) = 0: they pass, their falsified copies fail, and their numbers."""

import itertools
import math

import mpmath as mp
import pytest
import sympy as sp
from flat_cases import NEURON, QUARTIC, SEXTIC, claim_of, judged, plan_for, quick_plan
from zoo import linear, neuron

from trajalign.theory.models import Model, Product
from trajalign.theory.models.deep import Deep
from trajalign.verification.ledger import claim_for
from trajalign.verification.measuring.claims import DirectClaim
from trajalign.verification.measuring.plans import Plan
from trajalign.verification.quantities import Compared, Order
from trajalign.verification.running.options import Options
from trajalign.verification.running.runner import examine, verify
from trajalign.verification.verdicts import Outcome

NAMES = ("flat-alignment", "flat-crossing", "flat-limit", "flat-saturation")
AIRY_ZERO = -float(mp.airyaizero(1, derivative=1))
# C_4/2, C_4 and X_4, from Airy's function.
EXACT = {
    "flat-limit": AIRY_ZERO / 4 ** (1 / 3),
    "flat-saturation": 2 ** (1 / 3) * AIRY_ZERO,
    "flat-alignment": math.sqrt(4 ** (1 / 3) * -float(mp.airyai(0, 1) / mp.airyai(0))),
}


def coefficient(quantities: dict[str, object]) -> Compared:
    found = quantities["coefficient"]
    assert isinstance(found, Compared)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_it_passes_and_every_falsified_copy_is_refuted(name: str) -> None:
    plan = quick_plan()
    claim = claim_of(name, plan)
    right = judged(claim, plan)
    assert (right.objection, right.undecided) == ("", "")
    for copy in claim.falsified_copies():
        assert judged(copy, plan).objection, copy.falsified


@pytest.mark.parametrize(("name", "wanted"), EXACT.items())
def test_its_coefficient_is_that_of_airys_function(name: str, wanted: float) -> None:
    plan = quick_plan()
    found = coefficient(dict(judged(claim_of(name, plan), plan).quantities))
    assert float(sp.Float(found.exact)) == pytest.approx(wanted, rel=1e-8)
    assert float(found.measured) == pytest.approx(wanted, rel=1e-6)


def test_orders_are_told_in_the_step_size() -> None:
    """β = m = 4 for this neuron, a ~ η^(1/6): q* is known to a⁸ = η^(4/3), λ* to η^(1/3)."""
    plan = quick_plan()
    for name, wanted in (("flat-limit", 4 / 3), ("flat-saturation", 1 / 3)):
        order = judged(claim_of(name, plan), plan).quantities["order"]
        assert isinstance(order, Order)
        assert float(order.claimed) == pytest.approx(wanted, abs=1e-5)
        assert float(order.measured) == pytest.approx(wanted, abs=0.02)


def test_the_time_of_crossing_has_no_logarithm() -> None:
    """ε t_b → K(q0) = (3/2) asinh p², p⁴ = q0^(−2/3) − 1."""
    plan = quick_plan()
    ((_, q0),) = plan.starts
    found = judged(claim_of("flat-crossing", plan), plan).quantities["constant K(q0)"]
    assert isinstance(found, Compared)
    wanted = 1.5 * math.asinh(math.sqrt(float(q0) ** (-2 / 3) - 1))
    assert float(sp.Float(found.exact)) == pytest.approx(wanted, rel=1e-10)
    assert float(found.measured) == pytest.approx(wanted, rel=2e-4)


@pytest.mark.parametrize(
    ("model", "coefficient"),
    [
        (QUARTIC, sp.Rational(-32, 15)),
        (NEURON, sp.Integer(-6)),
        (linear("z**2/2 + z**6/6"), sp.Integer(4)),  # r = 1 + z⁴ rises: the flip is subcritical
    ],
)
def test_the_flip(model: Model, coefficient: sp.Expr) -> None:
    """g₁ = p(1 − 2r), so that g₁∘g₁ = p + 4c p⁵ + … for r = 1 + c p⁴ + …"""
    plan = Plan(model)
    claim = claim_for("bifurcation/flat-flip", plan)
    assert isinstance(claim, DirectClaim)
    runs = claim.measured.measure(plan)
    right = claim.judge(plan, runs)
    assert (right.objection, right.undecided) == ("", "")
    found = right.quantities["coefficient"]
    assert isinstance(found, Compared)
    assert sp.Rational(found.exact) == coefficient
    for copy in claim.falsified_copies():
        assert isinstance(copy, DirectClaim)
        assert copy.judge(plan, copy.measured.measure(plan)).objection, copy.falsified


def test_a_ladder_falls_by_quarters_of_epsilon() -> None:
    for plan in (plan_for(QUARTIC), quick_plan()):
        sizes = [float(plan.epsilon(eta)) for eta in plan.etas]
        assert [a / b for a, b in itertools.pairwise(sizes)] == pytest.approx([4.0] * 4)


def test_of_another_response_it_is_left_out_unless_it_is_asked_for() -> None:
    curved = neuron("algebraic")
    labels = {"neuron/flat-limit", "bifurcation/flat-flip"}
    found = {v.label: v for v in verify([curved], Options(labels))}
    for label in labels:
        assert found[label].outcome is Outcome.NOT_APPLICABLE
        assert found[label].reason == "r''(0) is not 0"
    assert not any("flat" in v.label for v in verify([curved], Options({"neuron/sharpness"})))


@pytest.mark.parametrize(
    ("loss", "needs"),
    [
        ("atan(z**2)/2", "needs A2"),  # r = 1/(1 + z⁴)
        ("z**2/2", "needs A1"),  # r = 1
    ],
)
def test_the_other_hypotheses_are_needed(loss: str, needs: str) -> None:
    (verdict,) = (
        v for v in verify([linear(loss)], Options({"linear/flat-limit"})) if "flat" in v.label
    )
    assert verdict.outcome is Outcome.NOT_APPLICABLE
    assert verdict.reason.startswith(needs)


def test_the_product_model_has_no_such_label() -> None:
    flat = Product("4*log(cosh(z))/3 - log(cosh(2*z))/12")
    assert not any("flat" in v.label for v in verify([flat], Options({"product/A4"})))


@pytest.mark.thorough
@pytest.mark.parametrize(
    "model", [QUARTIC, SEXTIC, NEURON, Deep("4*log(cosh(z))/3 - log(cosh(2*z))/12")]
)
def test_all_of_it_for_several_models(model: Model) -> None:
    labels = {f"{model.name}/{name}" for name in NAMES} | {"bifurcation/flat-flip"}
    report = examine([model], Options(labels), jobs=2)
    found = {v.label: v.outcome for v in report.verdicts if v.label in labels}
    assert found == dict.fromkeys(labels, Outcome.PASS)
    assert all(row.refuted for row in report.controls if row.label in labels)
