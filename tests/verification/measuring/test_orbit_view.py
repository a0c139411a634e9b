"""Which orbits the edge-of-stability statements speak of: those on which p_t is never 0.

The neuron z/√(1+z²) has r = (1+z²)⁻², so r(2/3) = 81/169, and from p0 = 2/3, q0 = 162/169 the first
step has the factor 1 − 2 r/q = 0: p_1 = 0 for every η, and q never passes 1.
"""

import math
from dataclasses import replace
from functools import cache

import pytest
import sympy as sp
from mpmath import mp

from trajalign.theory import Activation, Loss, SingleNeuron, TwoLayerLinear
from trajalign.verification import QUICK, Options, verify
from trajalign.verification.controls import with_wrong_map
from trajalign.verification.hypotheses.assumptions import Assumptions
from trajalign.verification.ledger import claim_for
from trajalign.verification.measuring.orbit_view import SILENT, OrbitView, is_silent
from trajalign.verification.measuring.plans import Plan
from trajalign.verification.running.preparation import prepare
from trajalign.verification.running.runner import _judge
from trajalign.verification.running.trials import collect
from trajalign.verification.verdicts import Outcome

ALGEBRAIC = SingleNeuron(Activation.parse("algebraic"))
THROWN = sp.Rational(2, 3), sp.Rational(162, 169)
FINE = sp.Rational(1, 3), sp.Rational(9, 10)
ON_ORBITS = ("alignment", "limit", "saturation", "crossing", "progressive-sharpening")
OWN_RUNS = ("alignment-time", "exponential-alignment", "one-orbit")


@cache
def plan(*starts: tuple[sp.Rational, sp.Rational]) -> Plan:
    found = Assumptions(ALGEBRAIC)
    ladder = Plan(ALGEBRAIC, 50, found.lipschitz).with_runs(found.z0_and_c[1], sp.Rational(1, 40))
    assert all(found.z0_and_c[1] < q0 < 1 for _, q0 in starts)
    return replace(ladder, starts=starts)


def test_the_counterexample_by_hand() -> None:
    p0, q0 = THROWN
    r = (1 + p0**2) ** -2
    assert (1 - 2 * r / q0) * p0 == 0
    for eta in (sp.Rational(1, 50), sp.Rational(1, 1000)):
        assert q0 / (1 - eta * p0**2 / (1 + p0**2)) ** 2 < 1  # where q stays


@pytest.mark.parametrize("eta", [sp.Rational(1, 40), sp.Rational(1, 50), sp.Rational(1, 640)])
def test_nothing_is_said_of_an_orbit_that_meets_zero(eta: sp.Rational) -> None:
    view = OrbitView(plan(THROWN), eta, THROWN)
    assert view.trouble.startswith(SILENT)
    assert "p_t = 0 at t = 1" in view.trouble


def test_a_start_next_to_it_is_spoken_of() -> None:
    """10⁻⁶ beside: |p_1| is about 10⁻⁶, which takes longer, and q passes 1."""
    near = THROWN[0] + sp.Rational(1, 10**6), THROWN[1]
    view = OrbitView(plan(near), sp.Rational(1, 40), near)
    assert SILENT not in view.trouble
    assert abs(view.orbit.p[1]) < 1e-5
    assert view.crossing > 100


@pytest.mark.parametrize("name", [*ON_ORBITS, *OWN_RUNS])
def test_a_statement_on_such_starts_only_does_not_apply(name: str) -> None:
    chosen = plan(THROWN)
    label = f"neuron/{name}"
    prepared = prepare((ALGEBRAIC, Options(frozenset({label}))))
    ((statement, trial),) = prepared.trials
    trial = replace(trial, plan=chosen, claim=claim_for(label, chosen))
    (found,) = collect([trial], None)
    verdict = _judge(prepared, statement, trial, found)
    assert verdict.outcome is Outcome.NOT_APPLICABLE
    assert verdict.reason.startswith(SILENT)


@pytest.mark.parametrize("name", ["limit", "alignment-time", "exponential-alignment"])
@pytest.mark.parametrize("starts", [(THROWN, FINE), (FINE, THROWN)])
def test_other_starts_are_judged_all_the_same(name: str, starts: tuple) -> None:
    """The true statement passes on the other start, and a wrong map is still refuted there."""
    chosen = plan(*starts)
    label = f"neuron/{name}"
    ((_, trial),) = prepare((ALGEBRAIC, Options(frozenset({label})))).trials
    claim = claim_for(label, chosen)
    right = replace(trial, plan=chosen, claim=claim)
    wrong = replace(right, plan=replace(chosen, model=with_wrong_map(ALGEBRAIC)))
    for one, refuted in ((right, False), (wrong, True)):
        (found,) = collect([one], None)
        assert any(map(is_silent, found.runs))
        judged = one.claim.judge(one.plan, found.runs)
        assert (bool(judged.objection), judged.undecided) == (refuted, "")


# How long a small start takes ------------------------------------------------------------------

# tanh, q0 = 4/5, η = 1/50: stepped in mpmath for the issue that reported it.
SMALL = {1: 8, 5: 31, 10: 59, 20: 116}
ETA = 50


def stepped(p: mp.mpf, q: mp.mpf, steps: int) -> list[tuple[mp.mpf, mp.mpf]]:
    """The neuron tanh at η = 1/50, written out."""
    orbit = []
    for _ in range(steps):
        orbit.append((p, q))
        r = mp.tanh(p) * mp.sech(p) ** 2 / p
        p, q = (1 - 2 * r / q) * p, q / (1 - mp.tanh(p) ** 2 / ETA) ** 2
    return orbit


def misfit(p: mp.mpf, q: mp.mpf) -> mp.mpf:
    """|q/r − 1 − h η|/η² with h = −φ² r/(p r') and r'/r = 1/(tanh p · cosh² p) − 2 tanh p − 1/p."""
    t, p = mp.tanh(abs(p)), abs(p)
    r = t * mp.sech(p) ** 2 / p
    bend = mp.sech(p) ** 2 / t - 2 * t - 1 / p
    return abs(q / r - 1 + t**2 / (p * bend) / ETA) * ETA**2


def aligned(p0: mp.mpf, q0: mp.mpf) -> tuple[int, mp.mpf, mp.mpf]:
    """t_a, twice the constant allowed, and the point of smallest |p_t| up to it."""
    orbit = stepped(p0, q0, 260 + int(-3 * mp.log(abs(p0))))
    constant = 2 * mp.mpf("0.254")  # h_2 is at most 0.254 in size
    late = (t for t, (p, q) in enumerate(orbit) if misfit(p, q) > constant)
    t_a = max(late, default=-1) + 1
    p_s, q_s = min(orbit[: t_a + 1], key=lambda point: abs(point[0]))
    return t_a, abs(p_s), q_s


@pytest.mark.parametrize(("power", "t_a"), SMALL.items())
def test_t_a_of_small_starts(power: int, t_a: int) -> None:
    with mp.workdps(60):
        assert aligned(mp.mpf(10) ** -power, mp.mpf(4) / 5)[0] == t_a


def excess(p0: mp.mpf, q0: mp.mpf) -> mp.mpf:
    """t_a without the time that |p| takes to grow: what A + B ln(1/η) has to bound."""
    t_a, p_s, q_s = aligned(p0, q0)
    return t_a - mp.log(1 / p_s) / mp.log(2 / q_s - 1)


def starts() -> list[mp.mpf]:
    """Small ones, and some that the first step throws next to 0, where r(p0) = q0/2."""
    thrown = mp.findroot(lambda z: mp.tanh(z) * mp.sech(z) ** 2 / z - mp.mpf(2) / 5, 0.9)
    beside = [thrown * (1 - mp.mpf(10) ** -k) for k in (5, 10, 20)]
    return [*(mp.mpf(10) ** -k for k in SMALL), mp.mpf(1), *beside]


def test_the_bound_on_t_a_is_the_same_for_all_starts() -> None:
    with mp.workdps(60):
        found = [excess(p0, mp.mpf(4) / 5) for p0 in starts()]
    assert max(found) - min(found) < 3


def test_a_bound_that_does_not_know_of_the_start_is_seen_to_be_none() -> None:
    """The twins: no term for small p0, a wrong rate, q0 in the place of q_s."""
    q0 = mp.mpf(4) / 5
    with mp.workdps(60):
        found = [aligned(p0, q0) for p0 in starts()]
        without = [mp.mpf(t) for t, _, _ in found]
        wrong_rate = [t - mp.log(1 / p) / mp.log(2 / q - 1) * 0.9 for t, p, q in found]
        first_height = [t - mp.log(1 / p) / mp.log(2 / q0 - 1) for t, p, _ in found]
    for twin, least in ((without, 100), (wrong_rate, 10), (first_height, 10)):
        assert max(twin) - min(twin) > least


def test_the_shipped_orbits_say_the_same() -> None:
    """A start at 10⁻¹⁰ passes its transient when mpmath says so."""
    model = SingleNeuron(Activation.parse("tanh"))
    found = Assumptions(model)
    ladder = Plan(model, 50, found.lipschitz).with_runs(found.z0_and_c[1])
    start = sp.Rational(1, 10**8), sp.Rational(4, 5)
    view = OrbitView(ladder, sp.Rational(1, ETA), start)
    with mp.workdps(60):
        mine = stepped(mp.mpf(10) ** -8, mp.mpf(4) / 5, 120)
    for t in (10, 40, 100):
        assert float(view.orbit.p[t]) == pytest.approx(float(mine[t][0]), rel=1e-12)


# A loss, where the extra term η² p² r² moves the zero of the map --------------------------------


def test_starts_of_the_ladder_do_not_meet_zero() -> None:
    options = Options(frozenset({"linear/limit"}), effort=replace(QUICK, starts=((0.5, 0.5),)))
    *_, verdict = verify([TwoLayerLinear(Loss.parse("pseudo-huber"))], options)
    assert verdict.outcome is Outcome.PASS


@pytest.mark.parametrize(("eta", "limit"), [(50, 178.69), (2000, 0.375125)])
def test_how_small_eta_has_to_be_depends_on_how_far_out_the_start_is(
    eta: int, limit: float
) -> None:
    """tanh from p0 = 3, q0 = 4/5, stepped with floats: (q* − 1)/η, which tends to 3/8."""
    p, q = 3.0, 0.8
    while abs(p) > 1e-8 or q < 1:
        r = math.tanh(p) / math.cosh(p) ** 2 / p
        p, q = (1 - 2 * r / q) * p, q / (1 - math.tanh(p) ** 2 / eta) ** 2
    assert (q - 1) * eta == pytest.approx(limit, rel=1e-4)
