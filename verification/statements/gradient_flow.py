"""The gradient-flow regime: explicit bounds on |p_t| and q_t, attacked with random starts."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import sympy as sp
from flint import arb, ctx

from ...numerics.compile.balls import BallFunction, compile_balls, evaluate, exact
from ...numerics.orbits.iteration import Stops
from ...numerics.orbits.loops import Loop, compile_loop
from ...numerics.orbits.recorded import iterate
from ...numerics.precision import working_bits
from ...theory.expressions.parsing import Z
from ...theory.models.flow_regime import HEIGHT, LEAST, RATE, STEP, FlowRegime
from ..measuring.claims import OFF, Claim, DirectClaim, Judgement, Measurement
from ..measuring.plans import Plan
from ..quantities import Compared, Quantities
from ..statement import PAPER, REGULAR, Form

_TOP = sp.Rational(1, 50)  # the largest step size in the unit of p; the others halve it
_SMALL = sp.Rational(1, 10**12)  # |p| in its unit at which an orbit ends
_MAX_STEPS = 40_000


@dataclass(frozen=True)
class Bounds:
    """|p_t| ≤ front (1 − m)^t and q0 ≤ q_t ≤ q0 exp(drift)."""

    front: arb
    m: arb
    drift: arb


@dataclass(frozen=True)
class FlowClaim(DirectClaim):
    """The bounds with m multiplied by `rate` and the exponent of the drift by `drift`."""

    rate: sp.Rational = sp.S.One
    drift: sp.Rational = sp.S.One

    def falsified_copies(self) -> list[Claim]:
        """A faster decay, and a q that stays where it is."""
        return [
            self.wrong("decay rate m off by 1 %", rate=OFF),
            self.wrong("q does not move", drift=sp.Integer(0)),
        ]

    def parameters(self, plan: Plan) -> dict[str, Any]:
        """Step sizes, number of draws per step size, seed and digits."""
        etas = [str(_step_size(plan, rung)) for rung in _rungs(plan)]
        drawn = {"draws": plan.effort.draws, "seed": plan.effort.seed}
        return {"eta": etas, **drawn, **super().parameters(plan)}

    @property
    def measured(self) -> FlowClaim:
        """How much of its bound q may use is for `judge` to say."""
        return replace(self, drift=sp.S.One, falsified="")

    def measure(self, plan: Plan) -> list[Measurement]:
        """For every draw: how much of each bound is used up. At least 1 refutes it for decay and
        drift; for the asymptotic rate, less than 1 does."""
        r = compile_balls(plan.model.response.response, [Z])
        loop = compile_loop(plan.model)
        runs = []
        with ctx.workprec(working_bits(plan.digits)):
            for rung in _rungs(plan):
                for start, eta in _draws(plan, rung, r):
                    runs.append(self._run(plan, loop, start, eta, r))
        return runs

    def _run(
        self,
        plan: Plan,
        loop: Loop,
        start: tuple[sp.Rational, sp.Rational],
        eta: sp.Rational,
        r: BallFunction,
    ) -> Measurement:
        bounds = _bounds(plan, eta, start, r)
        assert bounds is not None
        stops = Stops(_MAX_STEPS, _SMALL * _unit(plan), 10**6 * _unit(plan))
        orbit = iterate(loop, eta, start, stops, digits=plan.digits, checked=False)
        envelope, shrink = bounds.front, 1 - exact(self.rate) * bounds.m
        used, place = arb(0), 0
        for t, p in enumerate(orbit.p):
            share = abs(p) / envelope
            if not share <= used:  # what is not known counts as large, and stays
                used, place = share, t
                if not share.is_finite():
                    break
            envelope = (envelope * shrink).mid()
        rise = (orbit.q[-1] / orbit.q[0]).log()
        falls = sum(bool(b < a) for a, b in zip(orbit.q, orbit.q[1:], strict=False))
        values = {
            "decay": float(used),
            "rate": float((1 - abs(orbit.p[-1] / orbit.p[-2])) / (exact(self.rate) * bounds.m)),
            "rise": float(rise / bounds.drift),
            "falls": float(falls),
            "lost": float(orbit.outcome not in ("converged", "step limit")),
            "endless": float(orbit.outcome == "step limit"),
        }
        where = {
            "eta": str(eta),
            "p0": str(start[0]),
            "q0": str(start[1]),
            "t": str(place),
            "p_t": orbit.p[place].str(12, radius=False),
            "q_end": orbit.q[-1].str(12, radius=False),
        }
        return Measurement(float(eta), values, where)

    def judge(self, plan: Plan, runs: Sequence[Measurement]) -> Judgement:
        """Every draw must keep all bounds."""
        if not runs:
            return Judgement("", None, undecided="no admissible starting point was found")
        decay, rise = (max(run.values[n] for run in runs) for n in ("decay", "rise"))
        rate = min(run.values["rate"] for run in runs)
        found: Quantities = {
            "coefficient": Compared("≥ 1", f"{rate:.6g}"),
            "decay bound used": f"{decay:.6g}",
            "drift bound used": f"{rise:.6g}",
            "draws": str(len(runs)),
        }
        unknown = next((run for run in runs if any(map(math.isnan, run.values.values()))), None)
        if unknown is not None:
            return Judgement("", None, found, undecided=f"a bound is not known: {unknown.where}")
        for run in runs:
            v = run.values
            checks = {
                "the orbit diverged": v["lost"] > 0,
                "|p_t| exceeds its bound": v["decay"] > 1 + 1e-12,
                "|p_t| decays more slowly than claimed": not v["rate"] >= 1,
                "q_t falls": v["falls"] > 0,
                "q_t exceeds its bound": not v["rise"] <= float(self.drift),
            }
            objection = next((text for text, bad in checks.items() if bad), "")
            if objection:
                return Judgement(objection, run.where, found)
        if any(run.values["endless"] for run in runs):
            text = f"an orbit did not converge in {_MAX_STEPS} steps"
            return Judgement("", None, found, undecided=text)
        return Judgement("", None, found)


def _rungs(plan: Plan) -> list[sp.Rational]:
    return [_TOP / 2**k for k in range(plan.effort.flow_rungs)]


def _draws(
    plan: Plan, rung: sp.Rational, r: BallFunction
) -> list[tuple[tuple[sp.Rational, sp.Rational], sp.Rational]]:
    """Admissible (p0, q0) for one step size, the corners of the admissible region included."""
    unit, eta = _unit(plan), _step_size(plan, rung)
    rng = random.Random(f"{plan.effort.seed} {rung}")
    low = _regime(plan).drawn_above.subs(STEP, rung)
    wanted = [(sp.Rational(1, 1000), sp.Rational(21, 20)), (sp.Integer(1), low + rung / 100)]
    wanted += [(sp.Integer(-1), 1 / (16 * rung) - rung), (sp.Integer(1), sp.Rational(3, 2))]
    while len(wanted) < plan.effort.draws + 4:
        p0 = sp.Rational(rng.choice([-1, 1]) * rng.randrange(1, 1001), 1000)
        spread = rng.choice([rung, sp.Integer(1), 1 / (20 * rung)])
        wanted.append((p0, low + sp.Rational(rng.randrange(1, 1001), 1000) * spread))
    pairs = [((p0 * unit, q0), eta) for p0, q0 in wanted]
    return [(start, eta) for start, eta in pairs if _bounds(plan, eta, start, r) is not None]


def _unit(plan: Plan) -> sp.Rational:
    """The unit of p: sup |ℓ'| or sup |φ|, rounded up.

    With p = L p̃ the linear model has a 1-Lipschitz loss and step size ηL; with p = s p̃ and
    φ = s φ̃, for any s, the neuron has an admissible φ̃ and step size ηs²: the degree of r.
    """
    return plan.model.response.scale if plan.lipschitz is None else plan.lipschitz


def _step_size(plan: Plan, rung: sp.Rational) -> sp.Rational:
    """The step size η that in the unit of p is `rung`."""
    return rung / _unit(plan) ** plan.model.response.degree


def _regime(plan: Plan) -> FlowRegime:
    regime = plan.model.laws.flow
    assert regime is not None  # the ledger has the statement for such models only
    return regime


def _bounds(
    plan: Plan, eta: sp.Rational, start: tuple[sp.Rational, sp.Rational], r: BallFunction
) -> Bounds | None:
    """The bounds of the statement, or None where its hypotheses on (p0, q0, η) fail."""
    p0, q0 = start
    unit = _unit(plan)
    if abs(p0) > unit or q0 <= 1:
        return None
    q, x = arb(exact(q0)), arb(exact(eta / _step_size(plan, sp.Integer(1))))
    lowest = evaluate(r, (exact(unit),), 100)[0].mid()
    regime = _regime(plan)
    place = (STEP, HEIGHT, LEAST)
    ends = compile_balls([regime.above, *regime.below], place)(x, q, lowest)
    if not (ends[0] < q and all(q < end for end in ends[1:])):
        return None
    m = reduce(arb.min, compile_balls(list(regime.rates), place)(x, q, lowest))
    drift = compile_balls(regime.drift, [*place, RATE])(x, q, lowest, m)[0]
    front = abs(exact(p0)) if regime.from_start else exact(unit)
    return Bounds(arb(front), m.mid(), drift)


FORMS = (
    Form(
        "gradient-flow",
        50,
        says=lambda laws: laws.flow.bounds if laws.flow else "",
        about=lambda laws: laws.flow.orbits if laws.flow else "",
        claim=lambda label, plan: FlowClaim(label),
        needs=lambda laws: (*REGULAR, "A1", "A2", "A5"),
        origin=PAPER,
        refuted_by=(
            r"an orbit within the bounds on $(\taP_0, \taQ_0)$ on which $|\taP_t|$ exceeds its"
            r" bound, $\taQ_t$ falls, or $\taQ$ ends above its bound"
        ),
        rests_on=("reduced-map",),
        numbers={
            "coefficient": r"the least of $(1 - |\taP_{t+1}/\taP_t|)/m$ over all orbits, at their "
            "end; the statement says at least 1"
        },
    ),
)
