"""Alignment if r''(0) = 0: q/r(p) − 1 is εh(p) away from p = 0 and b w(|p|/a) next to it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import sympy as sp
from flint import arb

from ...numerics.compile.balls import BallFunction, compile_balls, evaluate, exact
from ...numerics.curve.flat import inner_orbit
from ...numerics.diagram.two_cycles import two_cycles
from ...theory.curve.flat import flat_edge
from ...theory.models import P
from ..measuring.claims import OFF, Claim, Judgement, Measurement, combined
from ..measuring.flat_claims import FlatClaim, computed, not_flat
from ..measuring.ladder import Ladder
from ..measuring.orbit_claims import judgement
from ..measuring.orbit_view import OrbitView
from ..measuring.plans import Plan
from ..numbers import number
from ..quantities import Compared, Quantities
from ..statement import BY_LADDER, FLAT, FLAT_ORBITS, NEW, Form

_STEPS = 150  # about so many are looked at, evenly spread
_BITS = 64  # of r, next to which q/r − 1 is small


@dataclass(frozen=True)
class FlatAlignmentClaim(FlatClaim):
    """|q_t/r(p_t) − 1 − b w(|p_t|/a) g(p_t)| ≤ C b a^(m order) for t ≥ t_a, g = `profile`.

    w is that of the inner orbit times `factor`. `coefficient` is |p|/a where q passes 1. Two ratios
    tend to 1: of q/r(p) − 1 to εh(p) where |p| is half of r̂(q0), and to b w g where it is a.
    """

    profile: sp.Expr = field(kw_only=True)
    factor: float = field(default=1.0, kw_only=True)

    def falsified_copies(self) -> list[Claim]:
        """Those of a coefficient, a wrong h, and a wrong w."""
        return [
            *super().falsified_copies(),
            self.wrong("h off by 1 %", profile=OFF * self.profile),
            self.wrong("w off by 10 %", factor=0.9),
        ]

    def read(self, view: OrbitView) -> Measurement:
        begin, end = view.settled, len(view.orbit)
        steps = range(begin, end, max(1, (end - begin) // _STEPS))
        scan = _Scan(view, compile_balls([view.plan.family.response, self.profile], [P]))
        sizes = [abs(self._misfit(scan, t)) for t in steps]
        worst = max(sizes) if all(map(math.isfinite, sizes)) else math.nan
        place = steps[sizes.index(worst)] if worst in sizes else view.crossing
        width = self.width(float(view.epsilon))
        cycle = float(two_cycles(view.plan.model)(exact(view.start[1]), 60)[0])
        return view.measurement(
            place,
            **self.defect(_crossing_size(view) / width),
            worst=worst,
            steps=len(steps),
            settled=begin,
            outer=scan.between(cycle / 2, partial(self._outer, scan)),
            inner=scan.between(width, partial(self._inner, scan)),
        )

    def _misfit(self, scan: _Scan, t: int) -> float:
        """The left side of the claim over b."""
        p, excess, profile = scan(t)
        return excess / self.height(float(scan.view.epsilon)) - self._near(scan, p) * profile

    def _near(self, scan: _Scan, p: float) -> float:
        """w."""
        x = np.array(p / self.width(float(scan.view.epsilon)))
        return self.factor * float(inner_orbit(self.edge.beta).misfit(x))

    def _outer(self, scan: _Scan, t: int) -> float:
        """(q/r(p) − 1)/(εh(p))."""
        p, excess, profile = scan(t)
        pole = number(self.edge.drift) * p ** (2 - self.edge.beta) / (2 * number(self.edge.rho))
        return excess / (float(scan.view.epsilon) * pole * profile)

    def _inner(self, scan: _Scan, t: int) -> float:
        """(q/r(p) − 1)/(b w g)."""
        p, excess, profile = scan(t)
        return excess / (self.height(float(scan.view.epsilon)) * self._near(scan, p) * profile)

    def judge_ladder(self, plan: Plan, runs: Sequence[Measurement]) -> Judgement:
        judged = super().judge_ladder(plan, runs)
        h0 = number(self.coefficient)
        worst = tuple(run.values["worst"] for run in runs)
        sizes = tuple(self.small(run.epsilon) for run in runs)
        ladder = Ladder(h0, sizes, tuple(h0 + w for w in worst), worst)
        outer = _ratios(tuple(run.epsilon for run in runs), runs, "outer")
        inner = _ratios(sizes, runs, "inner")
        found: Quantities = {
            **judged.quantities,
            "order": self.order_quantity(plan, ladder),
            "constant": f"{max(ladder.scaled(self.order)):.4g}",
            "t_a": tuple(f"{run.values['settled']:.0f}" for run in runs),
            "steps checked": f"{sum(run.values['steps'] for run in runs):.0f}",
            "outer ratio": Compared("1", f"{outer.extrapolated:.10g}"),
            "inner ratio": Compared("1", f"{inner.extrapolated:.10g}"),
        }
        findings = (outer.judge_value(), inner.judge_value(), ladder.judge_order(self.order))
        others = [judgement(finding, runs, found) for finding in findings]
        return replace(combined([judged, *others]), quantities=found)


def _ratios(sizes: tuple[float, ...], runs: Sequence[Measurement], name: str) -> Ladder:
    """Measured ratios that tend to 1."""
    values = tuple(run.values[name] for run in runs)
    return Ladder(1.0, sizes, values, tuple(value - 1 for value in values), len(runs))


@dataclass(frozen=True)
class _Scan:
    """|p|, q/r(p) − 1 and the profile of h at steps of an orbit; `formulas` are r and the last."""

    view: OrbitView
    formulas: BallFunction

    def between(self, p: float, value: Callable[[int], float]) -> float:
        """What it is where |p| comes down to a number after t_a, between two steps."""
        begin, squares = self.view.settled, self.view.squares
        t = next(t for t in range(begin + 1, len(squares)) if squares[t] < p**2)
        high, low = (math.sqrt(squares[k]) for k in (t - 1, t))
        part = (high - p) / (high - low)
        return (1 - part) * value(t - 1) + part * value(t)

    def __call__(self, t: int) -> tuple[float, float, float]:
        p = abs(self.view.orbit.p[t]).mid()
        r, profile = evaluate(self.formulas, (p,), _BITS)
        return float(p), float(1 / (self.view.orbit.u[t] * r) - 1), float(profile)


def _crossing_size(view: OrbitView) -> arb:
    """|p| where q passes 1, between two steps."""
    q, p, t = view.orbit.q, view.orbit.p, view.crossing
    before, after = abs(p[t - 1]), abs(p[t])
    return before + (after - before) * (1 - q[t - 1]) / (q[t] - q[t - 1])


def _claim(label: str, plan: Plan) -> Claim:
    edge = flat_edge(plan.model)
    return FlatAlignmentClaim(
        label,
        computed(inner_orbit(edge.beta).crossing),
        edge=edge,
        power=edge.beta,
        profile=edge.profile,
    )


FORMS = (
    Form(
        "flat-alignment",
        142,
        says=lambda laws: (
            r"$|\taQ_t/\taR(\taP_t) - 1 - b\,w(|\taP_t|/a)\,g(\taP_t)| \le C b a^m$ for "
            r"$t \ge t_a$, where $g = \taH/\taH_0$, $\taH_0(\taP)$ is what $\taH(\taP)$ grows like "
            rf"at $0$ and $b\,w(|\taP|/a) \to \taH_0(\taP){laws.epsilon()}$ far from it; "
            r"$|\taP| = X_\beta a(1 + O(a^m))$ where $\taQ$ passes 1"
            if laws.flat
            else ""
        ),
        about=lambda laws: FLAT_ORBITS,
        claim=_claim,
        needs=lambda laws: FLAT,
        origin=NEW,
        refuted_by=BY_LADDER,
        rests_on=("reduced-map", "bifurcation/two-cycle"),
        numbers={
            "coefficient": r"$|\taP|/a$ where $\taQ$ passes 1: $X_\beta$",
            "outer ratio": r"of $\taQ/\taR(\taP) - 1$ to $\taH(\taP)\taEps$ where $|\taP|$ is half "
            r"of $\hat{\taR}(\taQ_0)$",
            "inner ratio": r"of $\taQ/\taR(\taP) - 1$ to $b\,w\,g$ where $|\taP| = a$",
        },
        silent=not_flat,
    ),
)
