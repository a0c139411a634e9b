"""The sharpness gap along an orbit: what is not looked at is bounded."""

import mpmath as mp
import pytest
import sympy as sp
from claims_by_hand import R_MPMATH, plan_of
from flint import ctx
from planned import planned

from trajalign.theory.models import Model, P, Q, SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import Activation, Loss
from trajalign.verification.ledger import claim_for
from trajalign.verification.measuring.orbit_view import OrbitView
from trajalign.verification.statements.progressive_sharpening import SharpeningClaim, _Gaps

MODELS = [
    TwoLayerLinear(Loss.parse("log-cosh")),
    SingleNeuron(Activation.parse("1024*tanh(z/1024)")),
]


@pytest.mark.parametrize("model", MODELS)
def test_largest_gap_is_that_of_all_steps(model: Model) -> None:
    """Each root found by a method that cannot miss it, at every step; for wrong surrogates too."""
    plan = planned(model)
    right = claim_for(f"{model.name}/progressive-sharpening", plan)
    view = OrbitView(plan, plan.etas[0], plan.starts[0])
    for claim in (right, *right.falsified_copies()):
        assert isinstance(claim, SharpeningClaim)
        gaps, run = _Gaps(view, claim.surrogate), claim.read(view)
        with ctx.workprec(100):
            sizes = {t: gaps.exactly(t) for t in range(view.settled, len(view.orbit))}
            largest = max(map(float, sizes.values()))
            assert run.values["value"] * float(view.epsilon) == pytest.approx(largest, rel=1e-12)
            assert float(sizes[int(run.where["t"])]) == pytest.approx(largest, rel=1e-12)


@pytest.mark.parametrize("model", MODELS)
def test_bound_holds_at_every_step_beyond_and_is_good_near_the_end(model: Model) -> None:
    plan = planned(model)
    claim = claim_for(f"{model.name}/progressive-sharpening", plan)
    assert isinstance(claim, SharpeningClaim)
    view = OrbitView(plan, plan.etas[0], plan.starts[0])
    gaps, steps = _Gaps(view, claim.surrogate), range(view.crossing, len(view.orbit))
    with ctx.workprec(100):
        sizes = [gaps.at(t)[1] for t in steps]
        for k in range(0, len(steps), len(steps) // 20):
            assert not gaps.bound(steps[k:]) < max(sizes[k:])
        half = len(steps) // 2
        assert gaps.bound(steps[half:]) == pytest.approx(max(sizes[half:]), rel=1e-2)


def test_surrogate_formula() -> None:
    """λ̃(q) = (2/η)(1 + r̂ r'(r̂)/q): at r̂ = z, q = r(z), that is 2(1 + z r'/r)."""
    plan = plan_of("linear", "log(cosh(z))")
    claim = claim_for("linear/progressive-sharpening", plan)
    assert isinstance(claim, SharpeningClaim)
    z, q = sp.Rational(3, 5), sp.Rational(7, 8)
    value = claim.surrogate.subs({P: z, Q: q})
    with mp.workdps(30):
        zm = mp.mpf(3) / 5
        expected = 2 * (1 + zm * mp.diff(R_MPMATH["log(cosh(z))"], zm) * 8 / 7)
    assert abs(sp.N(value, 25) - sp.Float(mp.nstr(expected, 25))) < sp.Float("1e-15")
