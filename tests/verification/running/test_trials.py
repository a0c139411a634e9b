"""Units of work: every run once, in any order, with errors that reach the caller."""

import multiprocessing
import pickle
import time
from dataclasses import replace

import pytest
import sympy as sp

from trajalign.numerics.pools import workers
from trajalign.theory.errors import InputError, NotFiniteError
from trajalign.theory.models import P, Q, SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import Activation, Loss
from trajalign.verification.controls import with_wrong_map
from trajalign.verification.hypotheses.assumptions import Assumptions
from trajalign.verification.ledger import claim_for
from trajalign.verification.measuring.claims import Claim, DirectClaim, Measurement
from trajalign.verification.measuring.plans import Plan
from trajalign.verification.running.trials import (
    Collected,
    Trial,
    Unit,
    _units,
    collect,
    run_unit,
    spread,
)
from trajalign.verification.statements.reduced_map import MapClaim

MODEL = SingleNeuron(Activation.parse("algebraic"))


@pytest.fixture(scope="module")
def plan() -> Plan:
    assumptions = Assumptions(MODEL)
    return Plan(MODEL, 40, assumptions.lipschitz).with_runs(
        assumptions.z0_and_c[1], sp.Rational(1, 30)
    )


def trial(plan: Plan, name: str) -> Trial:
    return Trial(claim_for(f"neuron/{name}", plan), plan)


def broken(plan: Plan) -> Trial:
    """A direct claim whose measurement raises TypeError: a function that no ball knows."""
    unknown = sp.Function("mystery")(P)
    return Trial(MapClaim("neuron/reduced-map", unknown, Q), plan)


def test_runs_come_in_the_order_of_the_plan(plan: Plan) -> None:
    with workers(2) as pool:
        (found,) = collect([trial(plan, "limit")], pool)
    places = [(run.where["p0"], run.where["q0"], run.where["eta"]) for run in found.runs]
    assert places == [(str(p), str(q), str(eta)) for p, q in plan.starts for eta in plan.etas]


def test_claims_on_the_same_plan_share_their_orbits(plan: Plan) -> None:
    seen: list[tuple[int, int]] = []
    names = ("limit", "saturation", "crossing")
    found = collect([trial(plan, name) for name in names], None, lambda d, t: seen.append((d, t)))
    orbits = len(plan.starts) * len(plan.etas)
    assert seen[-1] == (orbits, orbits)
    assert [len(entry.runs) for entry in found] == [orbits] * 3


def direct_trials(plan: Plan, name: str) -> list[Trial]:
    right = trial(plan, name)
    return [right, *(Trial(copy, plan) for copy in right.claim.falsified_copies())]


@pytest.mark.parametrize(("name", "runs"), [("exponential-alignment", 1), ("gradient-flow", 2)])
def test_falsified_copies_share_what_is_measured_alike(
    plan: Plan, name: str, runs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    trials = direct_trials(plan, name)
    alone = [Collected(t.claim.measure(t.plan)) for t in trials if isinstance(t.claim, DirectClaim)]
    measured: list[Claim] = []
    kind = type(trials[0].claim)
    real = kind.measure

    def counted(claim: DirectClaim, plan: Plan) -> list[Measurement]:
        measured.append(claim)
        return real(claim, plan)

    monkeypatch.setattr(kind, "measure", counted)
    together = collect(trials, None)
    assert len(measured) == runs < len(trials)  # of gradient-flow, m off by 1 % is another run
    assert [entry.runs for entry in together] == [entry.runs for entry in alone]
    for t, entry in zip(trials, together, strict=True):
        assert bool(t.claim.judge(t.plan, entry.runs).objection) == bool(t.claim.falsified)


def test_another_map_is_not_measured_with_the_right_one(plan: Plan) -> None:
    trials = direct_trials(plan, "reduced-map")
    right, *wrong = collect(trials, None)
    assert len(wrong) == 2
    assert all(entry.runs != right.runs for entry in wrong)
    on_wrong_orbits = replace(plan, model=with_wrong_map(MODEL))
    claim = trials[0].claim
    assert len(_units([trials[0], Trial(claim, plan), Trial(claim, on_wrong_orbits)])) == 2


def test_pool_and_no_pool_measure_the_same(plan: Plan) -> None:
    trials = [trial(plan, "limit"), trial(plan, "reduced-map"), trial(plan, "crossing")]
    with workers(2) as pool:
        spread_out = collect(trials, pool)
    assert [entry.runs for entry in spread_out] == [entry.runs for entry in collect(trials, None)]


def test_seconds_are_shared_fairly(plan: Plan) -> None:
    begin = time.perf_counter()
    found = collect([trial(plan, "limit"), trial(plan, "saturation")], None)
    assert 0 < sum(entry.seconds for entry in found) <= time.perf_counter() - begin


def test_one_job_needs_no_pool() -> None:
    with workers(1) as pool:
        assert pool is None
    assert spread(None, abs, [-1, 2]) == [1, 2]


def test_spread_keeps_the_order() -> None:
    with workers(2) as pool:
        assert spread(pool, abs, [-3, 2, -1]) == [3, 2, 1]


def no_children_left() -> bool:
    """Whether all worker processes are gone, some seconds of grace given."""
    deadline = time.perf_counter() + 10
    while multiprocessing.active_children() and time.perf_counter() < deadline:
        time.sleep(0.05)
    return not multiprocessing.active_children()


@pytest.mark.parametrize("jobs", [1, 2])
def test_exception_in_a_worker_reaches_the_caller(plan: Plan, jobs: int) -> None:
    with pytest.raises(TypeError, match="mystery"), workers(jobs) as pool:
        collect([broken(plan), trial(plan, "limit")], pool)
    assert no_children_left()


def test_input_error_keeps_its_kind_and_message_across_processes() -> None:
    with pytest.raises(InputError, match=r"log\(z"), workers(2) as pool:
        spread(pool, Loss.parse, ["log(z"])


def test_not_finite_error_crosses_processes_too(plan: Plan) -> None:
    # q0 = 3/2 is no value of r: looking for the aligned point raises.
    above = replace(plan, starts=((sp.Rational(1, 2), sp.Rational(3, 2)),))
    outcome: list[object] = []
    try:
        with workers(2) as pool:
            outcome += collect([trial(above, "limit")], pool)
    except NotFiniteError as error:
        outcome.append(error)
    assert outcome  # a measurement or an error of the project's own, never a broken pool


def test_workers_are_gone_afterwards(plan: Plan) -> None:
    with workers(2) as pool:
        collect([trial(plan, "limit")], pool)
        assert multiprocessing.active_children()
    assert multiprocessing.active_children() == []


def interrupted() -> None:
    with workers(2) as pool:
        assert pool is not None
        for _ in range(4):
            pool.submit(time.sleep, 60)
        time.sleep(0.2)
        raise KeyboardInterrupt


def test_interrupt_stops_the_workers_at_once() -> None:
    begin = time.perf_counter()
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert no_children_left()
    assert time.perf_counter() - begin < 20


def test_orbit_claim_without_an_orbit_is_an_error(plan: Plan) -> None:
    with pytest.raises(TypeError, match="neuron/limit needs orbits"):
        run_unit(Unit((trial(plan, "limit"),), (0,)))


def test_direct_claim_on_an_orbit_is_an_error(plan: Plan) -> None:
    place = (plan.etas[0], plan.starts[0])
    with pytest.raises(TypeError, match="neuron/reduced-map makes its own runs"):
        run_unit(Unit((trial(plan, "reduced-map"),), (0,), place))


def test_units_can_be_pickled() -> None:
    # What crosses to a worker: a model with a response that has cached properties filled in.
    model = TwoLayerLinear(Loss.parse("log-cosh"))
    assert model.reduced.q_next.has(Q)
    again = pickle.loads(pickle.dumps(model))
    assert again == model
    assert again.reduced == model.reduced
