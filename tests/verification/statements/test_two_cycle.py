"""The 2-cycle: where it stops to attract, and a cycle of which something is not known."""

import mpmath as mp
import pytest
import sympy as sp
from claims_by_hand import R_MPMATH, plan_of, tried

from trajalign.verification.ledger import claim_for
from trajalign.verification.measuring.claims import Measurement
from trajalign.verification.statements import two_cycle


def test_two_cycle_of_tanh_neuron_loses_stability_at_sinh_p_squared_one_half() -> None:
    """p r'/r = −1 at sinh p = 1/√2, q = 0.5845…; below it the 2-cycle repels (section 2)."""
    p = mp.asinh(1 / mp.sqrt(2))
    q_flip = R_MPMATH["tanh(z)"](p)
    assert float(q_flip) == pytest.approx(0.5845, abs=1e-4)
    plan = plan_of("neuron", "tanh(z)")
    (entry,) = tried(plan, [claim_for("bifurcation/two-cycle", plan)])
    levels = [float(sp.Rational(q)) for q in entry.quantities["levels"]]
    multipliers = [float(m) for m in entry.quantities["multipliers"]]
    assert min(levels) < q_flip < max(levels)
    for q, multiplier in zip(levels, multipliers, strict=True):
        assert (multiplier < 1) == (q > q_flip)


@pytest.mark.parametrize("name", ["closure", "measured", "predicted"])
def test_a_cycle_of_which_something_is_not_known_is_objected_to(name: str) -> None:
    values = {"closure": 0.0, "measured": 0.5, "predicted": 0.5, "attracted": 1.0}
    assert two_cycle._cycle_objection(Measurement(1.0, values, {"q": "1/2"})) == ""
    unknown = values | {name: float("nan")}
    assert two_cycle._cycle_objection(Measurement(1.0, unknown, {"q": "1/2"})) != ""
