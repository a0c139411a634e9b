"""The claims beyond the paper: the slow curve to higher order, the exact curve, how precise
the alignment is, and the crossing to its constant.

Expected values come from elsewhere: h_2 and h_3 at p = 0 from reference.md §3 and from
exact power series, the exact curve from its closed form, Λ from mpmath's own quadrature.
"""

from dataclasses import replace

import mpmath as mp
import pytest
import sympy as sp
from planned import planned
from zoo import linear, neuron

from trajalign.theory.curve.series import curve_series
from trajalign.theory.errors import UnresolvedError
from trajalign.theory.models import EPSILON, Model, P
from trajalign.verification.controls import with_wrong_map
from trajalign.verification.ledger import claim_for
from trajalign.verification.measuring.claims import (
    Claim,
    Judgement,
    Measurement,
    NotApplicableError,
)
from trajalign.verification.measuring.curve_scan import Scan, curve_term
from trajalign.verification.measuring.orbit_view import REFUTING, OrbitView
from trajalign.verification.measuring.plans import Plan
from trajalign.verification.running import preparation
from trajalign.verification.running.options import Options
from trajalign.verification.running.runner import verify
from trajalign.verification.running.trials import Trial, collect
from trajalign.verification.statements.alignment import AlignmentClaim
from trajalign.verification.statements.crossing import CrossingClaim
from trajalign.verification.statements.exact import ExactClaim
from trajalign.verification.statements.exponential_alignment import ExponentialClaim
from trajalign.verification.verdicts import Evidence, Outcome

MIXTURE = "log(cosh(z))/2 + sqrt(1+z**2)/2"  # no differential field is known for it


def plan_for(model: Model, top: str | None = None) -> Plan:
    return planned(model, None if top is None else sp.Rational(top))


def judged(plan: Plan, *claims: Claim) -> list[Judgement]:
    found = collect([Trial(claim, plan) for claim in claims], None)
    return [claim.judge(plan, entry.runs) for claim, entry in zip(claims, found, strict=True)]


# The slow curve to higher order ---------------------------------------------------------------

AT_ZERO = [
    (linear("log-cosh"), 2, "63/80"),
    (linear("pseudo-huber"), 2, "1/2"),  # (p² + 2)/(4(1 + p²)²)
    (neuron("algebraic"), 2, "1/8"),  # of 2/(1 + √(1 − ε)) = 1 + ε/4 + ε²/8 + 5ε³/64 + …
    (neuron("algebraic"), 3, "5/64"),
]


@pytest.mark.parametrize(("model", "order", "value"), AT_ZERO)
def test_the_coefficient_at_zero_is_the_one_worked_out_by_hand(
    model: Model, order: int, value: str
) -> None:
    claim = claim_for(f"{model.name}/slow-curve-{order}", plan_for(model))
    assert claim.coefficient == sp.Rational(value)


@pytest.mark.parametrize(
    "model", [linear("log-cosh"), linear(MIXTURE), neuron("tanh"), neuron("erf")]
)
@pytest.mark.parametrize("order", [2, 3])
def test_the_coefficient_at_zero_is_that_of_the_power_series(model: Model, order: int) -> None:
    claim = claim_for(f"{model.name}/slow-curve-{order}", plan_for(model))
    assert sp.simplify(claim.coefficient - curve_series(model, order).limit[order]) == 0
    assert len(claim.lower) == order - 1


def test_the_terms_are_those_of_the_curve_and_not_spelled_out() -> None:
    claim = claim_for("linear/slow-curve-3", plan_for(linear("pseudo-huber")))
    assert (*claim.lower, claim.h) == tuple(map(curve_term, (1, 2, 3)))


@pytest.mark.parametrize(("top", "wrong"), [(1, False), (2, False), (3, False), (2, True)])
def test_every_step_is_looked_at_and_its_misfit_is_the_one_by_hand(top: int, wrong: bool) -> None:
    """z/√(1+z²): r = (1+p²)⁻², q = κr with κ = 1 + ε/4 + ε²/8 + 5ε³/64 + …, and h_k constant."""
    plan = plan_for(neuron("algebraic"))
    view = OrbitView(plan, plan.etas[1], plan.starts[0])
    terms = [curve_term(k) for k in range(1, top + 1)]
    known = [mp.mpf(1) / 4, mp.mpf(1) / 8, mp.mpf(5) / 64][:top]
    if wrong:
        terms[0] *= 1 + P**2 / 100
    begin = view.settled_to(top)
    sizes = Scan(view, tuple(terms)).sizes(begin)
    assert len(sizes) == len(view.orbit) - begin
    with mp.workdps(60):
        (p, q), eta = (mp.mpf(int(x.p)) / int(x.q) for x in plan.starts[0]), None
        eta = mp.mpf(1) / int(1 / plan.etas[1])
        for t in range(len(view.orbit)):
            if t >= begin:
                factor = 1 + p**2 / 100 if wrong else 1
                curve = sum(h * eta**k for k, h in enumerate(known, start=1))
                curve += (factor - 1) * known[0] * eta
                misfit = abs(q * (1 + p**2) ** 2 - 1 - curve) / eta**top
                assert sizes[t - begin] == pytest.approx(float(misfit), rel=1e-4), t
            p, q = p * (1 - 2 / (q * (1 + p**2) ** 2)), q / (1 - eta * p**2 / (1 + p**2)) ** 2


def test_a_curve_spelled_out_is_looked_at_in_every_step_too() -> None:
    plan = plan_for(neuron("algebraic"))
    view = OrbitView(plan, plan.etas[0], plan.starts[0])
    begin = view.settled
    named, spelled = (
        Scan(view, (h,)).sizes(begin) for h in (curve_term(1), sp.Rational(1, 4) + 0 * P)
    )
    formula = Scan(view, (sp.cosh(P) * 0 + sp.exp(sp.log(1 + P**2)) / (4 + 4 * P**2),))
    assert formula.sizes(begin) == pytest.approx(named, rel=1e-4)
    assert spelled == pytest.approx(named, rel=1e-4)


@pytest.mark.parametrize(
    ("model", "label", "order"),
    [
        (linear("pseudo-huber"), "linear/slow-curve-2", 6),
        (linear("pseudo-huber"), "linear/slow-curve-3", 8),
        (neuron("tanh"), "neuron/slow-curve-2", 3),
        (neuron("tanh"), "neuron/slow-curve-3", 4),
    ],
)
def test_orbits_follow_the_curve_to_higher_order_and_no_other(
    model: Model, label: str, order: int
) -> None:
    plan = plan_for(model)
    claim = claim_for(label, plan)
    assert isinstance(claim, AlignmentClaim)
    *lower, last = claim.lower
    wrong = [
        replace(claim, h=claim.h * sp.Rational(199, 200)),
        replace(claim, coefficient=claim.coefficient * sp.Rational(201, 200)),
        replace(claim, lower=(*lower, last * (1 + P**2 / 100))),
        replace(claim, order=claim.order + 1),
    ]
    right, *others = judged(plan, claim, *wrong)
    assert (right.objection, right.undecided) == ("", "")
    assert float(right.quantities["order"].claimed) == order
    assert float(right.quantities["order"].measured) == pytest.approx(order, abs=0.1)
    assert all(other.objection and other.witness for other in others)


def test_a_step_size_too_large_for_t_a_is_left_out_if_three_are_left() -> None:
    # Where q drifts twice as fast, the first orbit passes q = 1 before it counts as settled.
    plan = plan_for(neuron("tanh"))
    claim = claim_for("neuron/slow-curve-3", plan)
    fast = replace(plan, model=with_wrong_map(plan.model), starts=plan.starts[:1])
    fast.__dict__["curve"] = plan.curve
    (found,) = judged(fast, claim)
    assert len(found.quantities["t_a"]) == len(plan.etas) - 1
    assert found.objection
    (found,) = judged(replace(fast, etas=fast.etas[:3]), claim)
    assert found.objection == ""
    assert "before t_a" in found.undecided


# The exact curve ------------------------------------------------------------------------------


def test_algebraic_neuron_moves_exactly_along_kappa_r() -> None:
    plan = plan_for(neuron("algebraic"))
    claim = claim_for("neuron/exact", plan)
    assert isinstance(claim, ExactClaim)
    assert sp.simplify(claim.kappa - 2 / (1 + sp.sqrt(1 - EPSILON))) == 0
    assert sp.simplify(claim.factor - sp.sqrt(1 - EPSILON)) == 0
    almost = [  # wrong by one part in 10⁴⁰
        replace(claim, kappa=claim.kappa + sp.Rational(1, 10**40)),
        replace(claim, factor=claim.factor * (1 + sp.Rational(1, 10**40))),
        replace(claim, factor=-claim.factor),
    ]
    right, *wrong = judged(plan, claim, *almost)
    assert right.objection == ""
    assert right.evidence is Evidence.DERIVED
    assert float(right.quantities["digits that agree"]) >= 50
    assert all(found.objection and found.witness for found in wrong)


@pytest.mark.parametrize("digits", [30, 400])
def test_as_many_digits_agree_as_are_asked_for(digits: int) -> None:
    plan = replace(plan_for(neuron("algebraic")), digits=digits)
    (found,) = judged(plan, claim_for("neuron/exact", plan))
    assert found.objection == ""
    assert float(found.quantities["digits that agree"]) >= digits


def test_a_stretched_algebraic_neuron_is_exact_too() -> None:
    plan = plan_for(neuron("2*z/sqrt(4+z**2)"))
    (found,) = judged(plan, claim_for("neuron/exact", plan))
    assert found.objection == ""


def test_without_an_exact_curve_the_statement_does_not_apply() -> None:
    with pytest.raises(NotApplicableError, match="not a multiple of r"):
        claim_for("neuron/exact", plan_for(neuron("tanh")))
    (verdict,) = verify([neuron("tanh")], Options(frozenset({"neuron/exact"})))[-1:]
    assert verdict.outcome is Outcome.NOT_APPLICABLE
    assert verdict.reason == "the slow curve is not a multiple of r for this response"
    assert all(hypothesis.outcome is Outcome.PASS for hypothesis in verdict.hypotheses)


def test_a_prediction_that_cannot_be_computed_leaves_the_statement_undecided(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(label: str, plan: Plan) -> Claim:
        raise UnresolvedError("cannot be told from 0")

    monkeypatch.setattr(preparation, "claim_for", refuse)
    (verdict,) = verify([neuron("tanh")], Options(frozenset({"neuron/crossing"})))[-1:]
    assert verdict.outcome is Outcome.UNDECIDED
    assert verdict.reason == "cannot be told from 0"


# How precise the alignment is -----------------------------------------------------------------


def exponent_of_pseudo_huber(q0: sp.Rational) -> mp.mpf:
    """∫₀^a ln|1 + 2p r'/r| r'/(p² r³) dp with r = (1+p²)^(−1/2), p r'/r = −p²/(1+p²)."""
    end = mp.sqrt(1 / mp.mpf(float(q0)) ** 2 - 1)
    return mp.quad(lambda p: -mp.log(abs((1 - p**2) / (1 + p**2))) / p, [0, end])


def test_limits_from_the_same_height_are_exponentially_close() -> None:
    plan = plan_for(linear("pseudo-huber"))
    claim = claim_for("linear/exponential-alignment", plan)
    assert isinstance(claim, ExponentialClaim)
    for exponent, (_, q0) in zip(claim.exponents, plan.starts, strict=True):
        assert float(exponent) == pytest.approx(float(exponent_of_pseudo_huber(q0)), rel=1e-9)
    (entry,) = collect([Trial(claim, plan)], None)
    right = claim.judge(plan, entry.runs)
    assert right.objection == ""
    assert float(right.quantities["order"].measured) == pytest.approx(2, abs=0.1)
    assert min(int(digits) for digits in right.quantities["digits"]) > 40
    for factor in ("199/200", "201/200", "0", "-1"):
        wrong = tuple(sp.Rational(factor) * exponent for exponent in claim.exponents)
        found = replace(claim, exponents=wrong).judge(plan, entry.runs)
        assert found.objection, factor
        assert found.witness, factor
    one, other = claim.exponents
    assert replace(claim, exponents=(other, one)).judge(plan, entry.runs).objection
    assert replace(claim, order=2).judge(plan, entry.runs).objection


@pytest.mark.parametrize(
    ("trouble", "refuted"),
    [
        (f"{REFUTING}: it diverged without passing q = 1", True),
        ("an orbit did not converge in 100 steps", False),
    ],
)
def test_an_orbit_without_a_limit_is_no_pass(trouble: str, refuted: bool) -> None:
    plan = plan_for(linear("log-cosh"))
    claim = claim_for("linear/exponential-alignment", plan)
    places = [{"p0": str(p0), "q0": str(q0), "trouble": trouble} for p0, q0 in plan.starts]
    lost = [Measurement(0.01, {}, where) for where in places for _ in range(3)]
    found = claim.judge(plan, lost)
    assert bool(found.objection) == bool(found.witness) == refuted
    assert bool(found.undecided) != refuted
    # At one step size of three it is no refutation: smaller ones do what they should.
    numbers = {"value": 0.4, "digits": 50.0}
    kept = [Measurement(0.01 / 2**k, numbers, run.where) for k, run in enumerate(lost[1:3])]
    found = claim.judge(plan, [lost[0], *kept, *lost[3:4], *kept_of(places[1], numbers)])
    assert found.objection == ""
    assert trouble in found.undecided


def kept_of(where: dict[str, str], numbers: dict[str, float]) -> list[Measurement]:
    return [Measurement(0.005 / 2**k, numbers, where) for k in range(2)]


# The crossing to its constant -----------------------------------------------------------------


def crossing_constant_of_algebraic(q0: sp.Rational) -> mp.mpf:
    """On κ r, |p| falls like (1 − η)^(t/2) to p_b with κ r(p_b) = 1, so t_b = 2 ln(p_b/a)/ln(1 − η)
    with κ = 1 + η/4 + …, r = (1 + p²)⁻²: p_b² = η/8, and η t_b = ln(1/η) + ln(8a²) + O(η ln 1/η).
    """
    return mp.log(8 * (1 / mp.sqrt(mp.mpf(float(q0))) - 1))


def test_the_crossing_has_the_constant_of_the_exactly_solvable_neuron() -> None:
    plan = plan_for(neuron("algebraic"))
    claim = claim_for("neuron/crossing", plan)
    assert isinstance(claim, CrossingClaim)
    assert claim.coefficient == 1
    for constant, (_, q0) in zip(claim.constants, plan.starts, strict=True):
        assert float(constant) == pytest.approx(float(crossing_constant_of_algebraic(q0)))
    shifted = [
        replace(claim, constants=tuple(K + shift for K in claim.constants))
        for shift in (sp.Rational(1, 200), -sp.Rational(1, 200))
    ]
    swapped = replace(claim, constants=claim.constants[::-1])
    right, *wrong = judged(plan, claim, *shifted, swapped)
    assert right.objection == ""
    assert float(right.quantities["constant K(q0)"].measured) == pytest.approx(
        float(claim.constants[0]), abs=1e-3
    )
    for found in wrong:
        assert found.objection.startswith("K(q0) =")
        assert found.witness
