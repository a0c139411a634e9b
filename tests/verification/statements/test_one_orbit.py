"""One orbit proved: against orbits stepped by mpmath from the corners of the box, and falsified.

The reference is the map of reference.md §1, at 60 digits. What is proved of the whole box has to
hold at its corners; what is a little off has to be refuted, or at the least not proved.
"""

import math
from dataclasses import replace
from functools import cache
from itertools import product

import pytest
import sympy as sp
from mpmath import mp
from planned import planned
from zoo import BY_NAME

from trajalign.verification.controls import with_wrong_map
from trajalign.verification.ledger import claim_for
from trajalign.verification.measuring.claims import Judgement, Measurement
from trajalign.verification.measuring.orbit_view import REFUTING
from trajalign.verification.measuring.plans import Plan
from trajalign.verification.quantities import Interval
from trajalign.verification.running.options import Options
from trajalign.verification.running.runner import verify
from trajalign.verification.statements import one_orbit
from trajalign.verification.statements.one_orbit import OneOrbitClaim
from trajalign.verification.verdicts import Evidence, Outcome

NAMES = ["log-cosh", "pseudo-huber", "tanh", "algebraic"]


@cache
def plan_of(name: str) -> Plan:
    return planned(BY_NAME[name].model)


@cache
def claim_of(name: str) -> OneOrbitClaim:
    claim = claim_for(f"{BY_NAME[name].model.name}/one-orbit", plan_of(name))
    assert isinstance(claim, OneOrbitClaim)
    return claim


@cache
def run_of(name: str) -> Measurement:
    (run,) = claim_of(name).measured.measure(plan_of(name))
    return run


def judged(name: str, **changes) -> Judgement:
    return replace(claim_of(name), **changes).judge(plan_of(name), [run_of(name)])


def bound_of(name: str, what: str) -> float:
    """The constant that was proved."""
    text = judged(name).quantities[what]
    assert text.startswith("≤ ")
    return float(text.removeprefix("≤ "))


def ends(found: Interval) -> tuple[mp.mpf, mp.mpf]:
    return mp.mpf(found.low), mp.mpf(found.high)


def number(text: str) -> mp.mpf:
    value = sp.Rational(text)
    return mp.mpf(int(value.p)) / int(value.q)


@pytest.mark.parametrize("name", NAMES)
def test_the_bounds_are_proved_and_say_so(name: str) -> None:
    found = judged(name)
    assert (found.objection, found.undecided, found.witness) == ("", "", None)
    assert found.evidence is Evidence.ENCLOSED


@pytest.mark.parametrize("name", NAMES)
def test_what_is_proved_holds_at_the_corners_of_the_box(name: str) -> None:
    problem, parameters = BY_NAME[name], claim_of(name).parameters(plan_of(name))
    found = judged(name).quantities
    corners = list(product(parameters["p0"], parameters["q0"]))
    assert len(set(corners)) == 4
    eta = number(parameters["eta"])
    epsilon = eta**problem.epsilon_power
    allowed, gap_allowed = bound_of(name, "misalignment/eps^2"), bound_of(name, "sharpness gap/eps")
    for p0, q0 in (corners[0], corners[3]):
        with mp.workdps(40):
            p, q, t, passed, worst, gap = number(p0), number(q0), 0, None, mp.mpf(0), mp.mpf(0)
            while abs(p) > 1e-9:
                if t >= int(found["t_a"]) and (t < 100 or t % 50 == 0):
                    size = abs(q / problem.r(p) - 1 - problem.h(p) * epsilon)
                    worst = max(worst, size / epsilon**2)
                if int(found["t_a"]) <= t < int(found["t_b"]) and t % 50 == 0:
                    surrogate = problem.surrogate(q, abs(p))
                    difference = eta * problem.sharpness(abs(p), q, eta) - surrogate
                    gap = max(gap, abs(difference) / epsilon)
                (p, q), before, t = problem.step(p, q, eta), q, t + 1
                if passed is None:
                    assert q > before
                    passed = t if q > 1 else None
            assert passed == int(found["t_b"])
            # What q still moves by is of the order of p²: 10⁻¹⁸.
            low, high = ends(found["q*"])
            assert low <= q <= high
            assert high - low < 1e-9
            low, high = ends(found["eta times the limiting sharpness"])
            assert low <= eta * problem.sharpness(mp.mpf(10) ** -12, q, eta) <= high
            assert 0.9 * allowed < worst <= allowed
            assert 0.9 * gap_allowed < gap <= gap_allowed


@pytest.mark.parametrize("name", NAMES)
def test_the_misfits_are_those_of_second_order(name: str) -> None:
    """(q* − 1 − h(0) ε)/ε² → h_2(0): 63/80, 1/2 and 1/8 by reference.md §3."""
    second = {"log-cosh": 63 / 80, "pseudo-huber": 1 / 2, "algebraic": 1 / 8, "tanh": 0.25}[name]
    assert bound_of(name, "limit error/eps^2") == pytest.approx(second, rel=0.01)
    # sup |D| = |D(0)| = 6 |h(0)|, and that is where q passes 1
    gap = 6 * float(BY_NAME[name].h_at_zero)
    assert bound_of(name, "sharpness gap/eps") == pytest.approx(gap, rel=0.02)


# reference.md §4 has (q* − 1)/ε for log-cosh at 1/20 and for tanh at 1/200.
@pytest.mark.parametrize(
    ("name", "eta", "value"),
    [("log-cosh", "1/20", "0.75197786"), ("tanh", "1/200", "0.37625341")],
)
def test_the_limit_is_the_published_one(name: str, eta: str, value: str) -> None:
    assert claim_of(name).parameters(plan_of(name))["eta"] == eta
    epsilon = number(eta) ** BY_NAME[name].epsilon_power
    found = judged(name).quantities["q*"]
    for end in (found.low, found.high):
        assert abs((mp.mpf(end) - 1) / epsilon - mp.mpf(value)) < 1e-8


def test_the_constant_is_predicted_from_second_order() -> None:
    # h_2 = (p² + 2)/(4(1+p²)²) ≤ 1/2 for √(1+z²) and 1/8 for z/√(1+z²); half as much again
    assert float(claim_of("pseudo-huber").constant) == pytest.approx(3 / 4, rel=5e-3)
    assert float(claim_of("algebraic").constant) == pytest.approx(3 / 16, rel=5e-3)


# Falsified ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_what_is_off_is_refuted_with_certainty(name: str) -> None:
    claim, run = claim_of(name), run_of(name)
    low = sp.Rational(run.values["misalignment, at least"])
    wrong = [
        {"limit": claim.limit * sp.Rational(102, 100)},
        {"limit": claim.limit * sp.Rational(98, 100)},
        {"limit": sp.S.Zero},
        {"saturation": claim.saturation * sp.Rational(105, 100)},
        {"saturation": sp.S.Zero},
        {"gap": claim.gap * sp.Rational(3, 4)},
        {"gap": sp.S.Zero},
        {"constant": low * sp.Rational(999, 1000)},
        {"late": 1},
        {"late": -1},
        {"late": 100},
    ]
    for changes in wrong:
        found = judged(name, **changes)
        assert found.objection, changes
        assert found.evidence is Evidence.ENCLOSED
        assert found.witness
        assert found.undecided == ""


@pytest.mark.parametrize("name", ["pseudo-huber", "algebraic"])
@pytest.mark.parametrize("factor", ["21/20", "19/20", "-1", "0"])
def test_another_curve_is_refuted_with_certainty(name: str, factor: str) -> None:
    wrong = replace(claim_of(name), h=sp.Rational(factor) * claim_of(name).h)
    found = wrong.judge(plan_of(name), wrong.measure(plan_of(name)))
    assert found.objection.startswith("misalignment")


@pytest.mark.parametrize("name", ["pseudo-huber", "algebraic"])
def test_orbits_of_a_wrong_map_are_refuted(name: str) -> None:
    plan, claim = plan_of(name), claim_of(name)
    wrong = replace(plan, model=with_wrong_map(plan.model))
    wrong.__dict__["curve"] = plan.curve
    assert claim.judge(wrong, claim.measure(wrong)).objection


# Undecided is not a pass -------------------------------------------------------------------------


def test_a_bound_inside_the_enclosure_is_neither_proved_nor_refuted() -> None:
    values = run_of("pseudo-huber").values
    ends = [sp.Rational(values[f"misalignment, {end}"]) for end in ("at least", "at most")]
    assert ends[0] < ends[1]
    # The others are far inside their bounds, so that this one decides.
    found = judged("pseudo-huber", constant=sum(ends) / 2)
    assert found.objection == ""
    assert found.undecided.startswith("misalignment")
    assert judged("pseudo-huber", constant=ends[1]).undecided == ""


@pytest.mark.parametrize(
    ("changes", "refuted"),
    [
        ({"misalignment, at most": math.nan}, False),
        ({"misalignment, at most": math.inf}, False),
        ({"q, at most": math.nan}, False),
        ({"gap, at most": math.nan}, False),
        ({"gap, at least": math.nan, "gap, at most": math.nan}, False),
        ({"gap, at least": 9.0, "gap, at most": 9.5}, True),
        ({"q, at least": math.nan}, False),
        ({"earliest": math.nan}, False),
        ({"latest": math.nan}, False),
        ({"latest": 10**6}, False),
        ({"earliest": 0}, False),
        ({"rises": False}, False),
        ({"stays beyond": False}, False),
        ({"rises": False, "falls": True}, True),
        ({"q, at least": 0.99, "q, at most": 1.01}, False),
        ({"q, at least": 0.99, "q, at most": 0.995}, True),
    ],
)
def test_only_what_is_certain_counts(changes: dict[str, float], refuted: bool) -> None:
    run, claim = run_of("tanh"), claim_of("tanh")
    shaken = Measurement(run.epsilon, dict(run.values) | changes, run.where)
    found = claim.judge(plan_of("tanh"), [shaken])
    assert bool(found.objection) == bool(found.witness) == refuted
    assert bool(found.undecided) != refuted
    assert "nan" not in str(found.quantities).lower()


@pytest.mark.parametrize("radius", ["1/1000", "1/20"])
def test_a_wide_box_is_left_undecided(radius: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_orbit, "_RADIUS", sp.Rational(radius))
    claim, plan = claim_of("pseudo-huber"), plan_of("pseudo-huber")
    found = claim.judge(plan, claim.measure(plan))
    assert found.objection == ""
    assert found.undecided


@pytest.mark.parametrize(
    ("trouble", "refuted"),
    [
        (f"{REFUTING}: all orbits of the box diverge", True),
        ("the boxes do not shrink to p = 0: lost", False),
    ],
)
def test_an_orbit_without_an_end_is_no_pass(trouble: str, refuted: bool) -> None:
    run = Measurement(0.01, {}, {"eta": "1/20", "trouble": trouble})
    found = claim_of("tanh").judge(plan_of("tanh"), [run])
    assert bool(found.objection) == bool(found.witness) == refuted
    assert bool(found.undecided) != refuted


def test_the_verdict_names_its_box() -> None:
    (*_, verdict) = verify([BY_NAME["tanh"].model], Options(frozenset({"neuron/one-orbit"})))
    assert (verdict.outcome, verdict.evidence) == (Outcome.PASS, Evidence.ENCLOSED)
    p0, q0 = plan_of("tanh").starts[0]
    for name, middle in (("p0", p0), ("q0", q0)):
        low, high = map(sp.Rational, verdict.parameters[name])
        assert low < middle < high
        assert low + high == 2 * middle
    assert sp.Rational(verdict.parameters["C"]) > 0
