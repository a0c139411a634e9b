"""The hypotheses of the theorems, sampled in ball arithmetic.

A failure is rigorous: the witness is a rational point where the enclosure excludes the claim
(A5, a statement about infinity, is judged by growth under doubling). A pass is a sample.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable
from functools import cached_property
from itertools import pairwise
from typing import Any

import sympy as sp
from flint import arb, ctx, fmpq

from ..numerics.balls import BallFunction, compile_balls, evaluate, exact
from ..numerics.roots import solve_decreasing
from ..theory.errors import NoExpansionError, NotFiniteError
from ..theory.expressions import Z
from ..theory.models import Model
from ..theory.responses import Response
from ..theory.series import taylor
from ..theory.statements import HYPOTHESES
from .verdicts import Evidence, Outcome, Verdict

SIGN_BITS = 30
_SEED = 20230711
_DOUBLINGS = 40


class Assumptions:
    """Judges every hypothesis of one model; `verdicts` holds the answers by name."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.response: Response = model.response

    @cached_property
    def verdicts(self) -> dict[str, Verdict]:
        """One verdict per hypothesis of `HYPOTHESES[model.name]`, in that order."""
        found: dict[str, Verdict] = {}
        for name in HYPOTHESES[self.model.name]:
            if name != "analytic" and found["analytic"].outcome is not Outcome.PASS:
                found[name] = self._verdict(name, Outcome.NOT_APPLICABLE, reason="needs: analytic")
                continue
            judge: Callable[[], Verdict] = getattr(self, f"_judge_{name.lower()}")
            try:
                found[name] = judge()
            except NotFiniteError as error:
                found[name] = self._verdict(name, Outcome.UNDECIDED, reason=str(error))
        return found

    def failing(self, names: Iterable[str]) -> list[Verdict]:
        """Those of the named hypotheses that do not pass."""
        return [self.verdicts[n] for n in names if self.verdicts[n].outcome is not Outcome.PASS]

    @property
    def lipschitz(self) -> sp.Rational:
        """sup |ℓ'| (linear) or sup |φ| (neuron), rounded up; meaningful where A5 passes."""
        return sp.Rational(math.ceil(self._bound[1] * 1000 - 1e-6), 1000)

    @cached_property
    def z0_and_c(self) -> tuple[float, float]:
        """z0 = sup{z : z r'/r ≥ −1/2} and c = max(r(z0), 1/2), by root finding.

        Double precision is enough: they guide where the runs start, no claim rests on them.
        """
        slope = sp.diff(self.log_slope, Z)
        f = compile_balls([self.log_slope, slope], [Z])
        half = arb(fmpq(-1, 2))
        grid = sorted(self.grid)
        above = next((z for z in grid if evaluate(f, (exact(z),), SIGN_BITS)[0] < half), None)
        if above is None:
            return float("inf"), 0.5
        z0 = solve_decreasing(f, half, arb(exact(grid[0])), arb(exact(above)), 60)
        r0 = evaluate(compile_balls(self.response.response, [Z]), (z0,), 60)[0]
        return float(z0), max(float(r0), 0.5)

    @cached_property
    def log_slope(self) -> sp.Expr:
        """z r'(z)/r(z) = z s'(z)/s(z) − 1 with s = z r, which cancels less."""
        return Z * sp.diff(self.response.slope, Z) / self.response.slope - 1

    @cached_property
    def grid(self) -> list[sp.Rational]:
        """Rational points z > 0: a geometric ladder and random ones, in the response's scale."""
        curvature = abs(float(self.response.curvature))
        scale = sp.Rational(round(64 / min(max(curvature, 1e-6), 1e6) ** 0.5) or 1, 64)
        ladder = [
            scale * sp.Rational(2) ** k * (8 + i) / 8 for k in range(-10, 6) for i in range(8)
        ]
        rng = random.Random(_SEED)
        extra = [scale * sp.Rational(rng.randrange(1, 64000), 1000) for _ in range(64)]
        # Simple fractions first, so that a witness is easy to check by hand.
        simple = [sp.Integer(1), sp.Integer(2), sp.Rational(1, 2), sp.Integer(3), sp.Rational(1, 4)]
        return list(dict.fromkeys([*simple, *sorted({*ladder, *extra})]))

    # One method per hypothesis ---------------------------------------------------------------

    def _judge_analytic(self) -> Verdict:
        try:
            _ = self.response.response_series
        except NoExpansionError as error:
            return self._fail("analytic", {"z": "0", "reason": str(error)})
        f = compile_balls(self.response.response, [Z])
        for z in self.grid:
            for side in (z, -z):
                try:
                    evaluate(f, (exact(side),), SIGN_BITS)
                except NotFiniteError:
                    # A hidden exact 0 never reaches a relative accuracy; NaN is the failure.
                    with ctx.workprec(256):
                        if not f(arb(exact(side)))[0].is_finite():
                            return self._fail("analytic", {"z": str(side), "r(z)": "not real"})
        return self._pass("analytic")

    def _judge_symmetry(self) -> Verdict:
        sign = 1 if self.response.symmetry == "even" else -1
        e = self.response.expression
        difference = e - sign * e.subs(Z, -Z)
        f = compile_balls(difference, [Z])
        with ctx.workprec(300):
            for z in self.grid:
                value = f(arb(exact(z)))[0]
                if value.is_finite() and not value.contains(0):
                    return self._fail("symmetry", {"z": str(z), "defect": _show(value)})
        symbolic = sp.expand(difference) == 0
        return self._pass("symmetry", Evidence.DERIVED if symbolic else Evidence.SAMPLED)

    def _judge_normalised(self) -> Verdict:
        coefficients = taylor(self.response.expression, 3)
        name = "ℓ''(0)" if self.model.name == "linear" else "φ'(0)"
        value = 2 * coefficients[2] if self.model.name == "linear" else coefficients[1]
        if value == 1:
            return self._pass("normalised", Evidence.DERIVED)
        return self._fail("normalised", {"z": "0", name: str(value)})

    def _judge_curved(self) -> Verdict:
        return self._at_zero("curved", lambda value: value != 0)

    def _judge_a4(self) -> Verdict:
        return self._at_zero("A4", lambda value: bool(value < 0))

    def _at_zero(self, name: str, holds: Callable[[sp.Expr], bool]) -> Verdict:
        value = self.response.curvature
        if holds(value):
            return self._pass(name, Evidence.DERIVED, {"r''(0)": str(value)})
        return self._fail(name, {"z": "0", "r''(0)": str(value)})

    def _judge_a1(self) -> Verdict:
        return self._negative("A1", sp.diff(self.response.response, Z), "r'(z)")

    def _judge_a2(self) -> Verdict:
        return self._negative("A2", -1 - self.log_slope, "−1 − z r'(z)/r(z)")

    def _judge_a3(self) -> Verdict:
        slope = sp.diff(self.log_slope, Z)
        points = self.grid
        if self.model.name == "neuron":
            c = exact(sp.Rational(round(self.z0_and_c[1] * 10**6), 10**6))
            r = compile_balls(self.response.response, [Z])
            points = [z for z in points if evaluate(r, (exact(z),), SIGN_BITS)[0] >= c]
        return self._negative("A3", slope, "(z r'/r)'(z)", points)

    def _judge_a5(self) -> Verdict:
        if self.model.name == "linear":
            return self._bound[0]
        first = sp.diff(self.response.expression, Z)
        size = compile_balls(first, [Z])
        for z in self.grid:
            value = evaluate(size, (exact(z),), SIGN_BITS)[0]
            if abs(value) > 1:
                return self._fail("A5", {"z": str(z), "φ'(z)": _show(value)})
        return self._bound[0]

    # What they share -------------------------------------------------------------------------

    def _negative(
        self, name: str, claim: sp.Expr, shown: str, points: list[sp.Rational] | None = None
    ) -> Verdict:
        """`claim` < 0 at every point of the grid."""
        f = compile_balls(claim, [Z])
        points = self.grid if points is None else points
        for z in points:
            value = evaluate(f, (exact(z),), SIGN_BITS)[0]
            if value >= 0:
                return self._fail(name, {"z": str(z), shown: _show(value)})
        return self._pass(name, quantities={"points": str(len(points))})

    @cached_property
    def _bound(self) -> tuple[Verdict, float]:
        """sup |ℓ'| or sup |φ|, from the records at z = 1, 2, 4, …, 2^40, with the verdict on it."""
        linear = self.model.name == "linear"
        shown = "ℓ'" if linear else "φ"
        f = compile_balls(self.response.slope if linear else self.response.expression, [Z])
        records = [0.0]
        for k in range(_DOUBLINGS + 1):
            value = abs(_value_or_zero(f, sp.Integer(2) ** k))
            if value > 2**60:
                shown_value = value.str(6, radius=False)
                return self._fail("A5", {"z": f"2^{k}", f"|{shown}(z)|": shown_value}), math.inf
            records.append(max(records[-1], float(value)))
        sup, gains = records[-1], [b - a for a, b in pairwise(records[-9:])]
        ratios = [b / a for a, b in pairwise(gains) if a > 0]
        if gains[-1] > 1e-9 * sup and min(ratios) >= 0.99:
            witness = {"z": f"2^{_DOUBLINGS}", f"|{shown}(z)|": f"{sup:.6g}"}
            witness["growth"] = f"{gains[-1]:.6g} per doubling of z"
            return self._fail("A5", witness), math.inf
        if gains[-1] > 1e-9 * sup and max(ratios) > 0.9:
            reason = f"sup |{shown}| is not settled by z = 2^{_DOUBLINGS}"
            return self._verdict("A5", Outcome.UNDECIDED, reason=reason), math.inf
        sup += 10 * gains[-1]
        return self._pass("A5", quantities={f"sup |{shown}|": f"{sup:.6g}"}), sup

    def _pass(
        self,
        name: str,
        evidence: Evidence = Evidence.SAMPLED,
        quantities: dict[str, str] | None = None,
    ) -> Verdict:
        return self._verdict(name, Outcome.PASS, evidence, quantities=quantities or {})

    def _fail(self, name: str, witness: dict[str, str]) -> Verdict:
        shown = ", ".join(f"{k} = {v}" for k, v in witness.items())
        claim = HYPOTHESES[self.model.name][name]
        return self._verdict(
            name, Outcome.FAIL, Evidence.SAMPLED, reason=f"{claim}: fails, {shown}", witness=witness
        )

    def _verdict(
        self, name: str, outcome: Outcome, evidence: Evidence | None = None, **more: Any
    ) -> Verdict:
        label = f"{self.model.name}/{name}"
        return Verdict(label, self.model.name, self.response.text, outcome, evidence, **more)


def _value_or_zero(f: BallFunction, z: sp.Rational) -> arb:
    try:
        return evaluate(f, (exact(z),), SIGN_BITS)[0]
    except NotFiniteError:
        with ctx.workprec(256):
            value = f(arb(exact(z)))[0]
        if value.is_finite() and abs(value) < arb(2) ** -100:
            return arb(0)
        raise


def _show(value: arb) -> str:
    return str(value.str(6, radius=False))
