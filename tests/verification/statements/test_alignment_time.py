"""t_a's logarithm: the factor by hand, t_a itself by stepping, and laws that are not the one.

With μ = 1 + 2p r'/r at r(p) = q0, the misalignment falls like |μ|ᵗ to the order of ε², so
t_a = 2 ln(1/ε)/|ln μ| + O(1). By hand:

    pseudo-Huber   r = (1+p²)^(−1/2): p r'/r = −p²/(1+p²) = q² − 1, so μ = 2q0² − 1; ε = η²
    algebraic      r = (1+p²)^(−2): p r'/r = −4p²/(1+p²) = 4√q − 4, so μ = 8√q0 − 7; ε = η
"""

import math
from dataclasses import replace
from functools import cache

import pytest
import sympy as sp
from mpmath import mp
from planned import planned
from zoo import BY_NAME

from trajalign.verification.controls import with_wrong_map
from trajalign.verification.ledger import claim_for
from trajalign.verification.measuring.claims import Measurement
from trajalign.verification.measuring.orbit_view import REFUTING, OrbitView
from trajalign.verification.measuring.plans import Plan
from trajalign.verification.statements.alignment import AlignmentClaim
from trajalign.verification.statements.alignment_time import AlignmentTimeClaim

BY_HAND = {
    "pseudo-huber": lambda q0: 4 / -mp.log(2 * q0**2 - 1),
    "algebraic": lambda q0: 2 / -mp.log(8 * mp.sqrt(q0) - 7),
}
NAMES = list(BY_HAND)


@cache
def plan_of(name: str) -> Plan:
    return planned(BY_NAME[name].model)


@cache
def claim_of(name: str) -> AlignmentTimeClaim:
    model = BY_NAME[name].model
    claim = claim_for(f"{model.name}/alignment-time", plan_of(name))
    assert isinstance(claim, AlignmentTimeClaim)
    return claim


@cache
def runs_of(name: str) -> list[Measurement]:
    return claim_of(name).measured.measure(plan_of(name))


def number(value: sp.Rational) -> mp.mpf:
    return mp.mpf(int(value.p)) / int(value.q)


@pytest.mark.parametrize("name", NAMES)
def test_the_factor_is_the_one_worked_out_by_hand(name: str) -> None:
    for slope, (_, q0) in zip(claim_of(name).slopes, plan_of(name).starts, strict=True):
        assert float(slope) == pytest.approx(float(BY_HAND[name](number(q0))), rel=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_t_a_has_that_factor_and_no_other(name: str) -> None:
    claim, plan, runs = claim_of(name), plan_of(name), runs_of(name)
    right = claim.judge(plan, runs)
    assert (right.objection, right.undecided) == ("", "")
    found = right.quantities["coefficient"]
    assert float(found.measured) == pytest.approx(float(found.decimal), rel=1e-4)
    assert abs(float(right.quantities["growth"].measured)) < 0.01
    wrong = [
        *(
            replace(claim, slopes=tuple(sp.Rational(factor) * s for s in claim.slopes))
            for factor in ("199/200", "201/200", "1/2", "2", "-1", "0")
        ),
        replace(claim, slopes=claim.slopes[::-1]),
        replace(claim, growth=1),
        replace(claim, growth=-0.5),
    ]
    for copy in wrong:
        found = copy.judge(plan, runs)
        assert found.objection
        assert found.witness


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_curve_is_reached_in_half_the_time(name: str) -> None:
    """Next to q = r(p)(1 + 1.01 h ε) the misalignment is of the order of ε, not ε²."""
    claim, plan = claim_of(name), plan_of(name)
    wrong = replace(claim, h=sp.Rational(101, 100) * claim.h)
    found = wrong.judge(plan, wrong.measure(plan))
    assert found.objection
    ratio = float(found.quantities["coefficient"].measured) / float(claim.slopes[0])
    assert ratio == pytest.approx(0.5, abs=0.01)


def test_orbits_of_a_wrong_map_are_found_out() -> None:
    claim, plan = claim_of("algebraic"), plan_of("algebraic")
    wrong = replace(plan, model=with_wrong_map(plan.model))
    wrong.__dict__["curve"] = plan.curve
    assert claim.judge(wrong, claim.measure(wrong)).objection


@pytest.mark.parametrize("name", NAMES)
def test_t_a_is_the_last_time_the_bound_is_broken(name: str) -> None:
    """Step by step with the map of reference.md §1, at 120 digits."""
    problem = BY_NAME[name]
    for run in (run for run in runs_of(name) if run.epsilon > 1e-20):
        with mp.workdps(120):
            eta, p, q = (number(sp.Rational(run.where[key])) for key in ("eta", "p0", "q0"))
            epsilon, sizes = eta**problem.epsilon_power, []
            for _ in range(400):
                sizes.append(abs(q / problem.r(p) - 1 - problem.h(p) * epsilon) / epsilon**2)
                p, q = problem.step(p, q, eta)
        # In 400 steps of this size nothing moves along the curve.
        constant = max(sizes[300:])
        broken = [t for t, size in enumerate(sizes) if size > 2 * constant]
        assert int(run.where["t"]) == broken[-1] + 1
        # The transient alone is as large as 2C when with the plateau it is between C and 3C.
        assert abs(run.values["time"] - broken[-1] - 1) < 2
        assert run.values["constant"] == pytest.approx(float(constant), rel=1e-3)


def invented(name: str, times) -> list[Measurement]:
    """Runs in which t_a is `times` of ln(1/η) and the number of the start."""
    found = []
    for k, run in enumerate(runs_of(name)):
        start = k // 4
        values = dict(run.values) | {"time": times(run.values["log"], start)}
        found.append(Measurement(run.epsilon, values, run.where))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_only_the_logarithm_stands(name: str) -> None:
    claim, plan = claim_of(name), plan_of(name)
    slopes = [float(s) for s in claim.slopes]

    def judged(times):
        return claim.judge(plan, invented(name, times))

    right = judged(lambda log, k: slopes[k] * log - 3)
    assert (right.objection, right.undecided) == ("", "")
    refuted = {
        "no growth": lambda log, k: 100.0,
        "the second start only": lambda log, k: slopes[k] * log + (log if k else 0),
        "by 1 %": lambda log, k: 1.01 * slopes[k] * log + 5,
    }
    for text, times in refuted.items():
        assert "ln(1/η)" in judged(times).objection, text
    still_moving = {
        "a power": lambda log, k: math.exp(log / 2),
        "a square": lambda log, k: slopes[k] * log**2,
        "no number": lambda log, k: float("nan"),
    }
    for text, times in still_moving.items():
        found = judged(times)
        assert (found.objection, bool(found.undecided)) == ("", True), text


def test_a_start_on_the_curve_has_no_transient() -> None:
    plan, problem = plan_of("algebraic"), BY_NAME["algebraic"]
    p0, (eta, *_) = (
        sp.Rational(1, 4),
        (sp.Rational(run.where["eta"]) for run in runs_of("algebraic")),
    )
    q0 = sp.Rational(16**2, 17**2) * (1 + eta / 4)  # κ = 1 + η/4 + η²/8 + …
    on_curve = replace(plan, starts=((p0, q0),))
    assert problem.h_at_zero == sp.Rational(1, 4)
    first, *_ = claim_of("algebraic").measure(on_curve)
    assert first.values["time"] == 0
    assert first.values["constant"] == pytest.approx(1 / 8, rel=1e-6)


@pytest.mark.parametrize(("lost", "refuted"), [(1, False), (4, True)])
def test_orbits_that_are_lost_refute_where_all_of_one_start_are(lost: int, refuted: bool) -> None:
    claim, plan, runs = claim_of("algebraic"), plan_of("algebraic"), runs_of("algebraic")
    trouble = {"trouble": f"{REFUTING}: it diverged before it can be aligned"}
    gone = [Measurement(run.epsilon, {}, {**run.where, **trouble}) for run in runs[:lost]]
    found = claim.judge(plan, [*gone, *runs[lost:]])
    text = found.objection if refuted else found.undecided
    assert text.startswith(REFUTING)
    assert bool(found.objection) == bool(found.witness) == refuted


@pytest.mark.parametrize("name", NAMES)
def test_on_the_ladder_the_bound_holds_from_some_way_before_t_a(name: str) -> None:
    """`alignment` reports it: stepped with the map of reference.md §1."""
    problem, plan = BY_NAME[name], plan_of(name)
    claim = claim_for(f"{problem.model.name}/alignment", plan)
    assert isinstance(claim, AlignmentClaim)
    for start in plan.starts:
        run = claim.measure(OrbitView(plan, plan.etas[1], start))
        with mp.workdps(40):
            (p, q), eta = map(number, start), number(plan.etas[1])
            epsilon, broken = eta**problem.epsilon_power, []
            for t in range(int(run.values["settled"])):
                size = abs((q / problem.r(p) - 1) / epsilon - problem.h(p))
                broken += [t] if size > 2 * run.values["worst"] else []
                p, q = problem.step(p, q, eta)
        assert run.values["first"] == broken[-1] + 1 < run.values["settled"]


@pytest.mark.parametrize("label", ["alignment-time", "exponential-alignment"])
def test_two_starts_may_have_the_same_height(label: str) -> None:
    plan = plan_of("algebraic")
    (p0, q0), _ = plan.starts
    both = replace(plan, starts=((p0, q0), (-p0 / 2, q0)))
    claim = claim_for(f"neuron/{label}", both)
    assert claim.judge(both, claim.measured.measure(both)).objection == ""
