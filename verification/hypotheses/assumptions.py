"""The hypotheses of the theorems: refuted at a point, derived, proved in balls, or sampled.

A failure of A1–A4 is rigorous: the witness is a rational point where the enclosure excludes the
claim. What no point refutes is derived by exact algebra where that can tell, else proved over all
z > 0 (see `claims`: evidence "enclosed"); a pass without a proof is a sample. A5, a
statement about infinity, fails where a form at infinity proves |ℓ'| or |φ| unbounded, or at a point
with |φ'| > 1; without a proof it passes where the values seen have settled (see `growth`), and the
form at infinity, where there is one, does not grow.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Mapping
from functools import cached_property
from itertools import pairwise

import sympy as sp
from flint import arb, ctx, fmpq

from ...numerics.compile.balls import BallFunction, compile_balls, evaluate, exact
from ...numerics.inverse_response import solve_decreasing
from ...theory.arguments import takes
from ...theory.errors import NotFiniteError, UnresolvedError
from ...theory.expressions.parsing import Z
from ...theory.hypotheses_by_algebra import Condition, conditions, log_slope
from ...theory.models import MODEL, Model
from ...theory.responses import Loss, Response
from ...theory.series import taylor
from ...theory.valleys import Valley
from ..verdicts import Evidence, Outcome, Verdict
from .analyticity import prove_analytic
from .growth import Growth, growth
from .proofs import Proof, Witness
from .regularity import (
    Finding,
    failed,
    found_by,
    judge_analytic,
    judge_normalised,
    judge_symmetry,
    passed,
    undecided,
)
from .sign_claims import (
    PROVABLE,
    Constants,
    Divergence,
    divergence,
    enclose_constants,
    grows_like,
    prove_hypothesis,
    states_bound,
    supremum,
)
from .valleys import end_and_c, judge_valley

SIGN_BITS = 30
_BITS_AT_ZERO = 300
_SEED = 20230711
_SHOWN = {"A1": "r'(z)", "A2": "−ℓ''(z)", "A3": "(z r'/r)'(z)"}
_FAR_POINTS = 40
_PATIENCE = 3  # points whose sign cannot be told before a search is given up


class Assumptions:
    """Judges every hypothesis of one model; `verdicts` holds the answers by name."""

    @takes(model=MODEL)
    def __init__(self, model: Model) -> None:
        self.model = model
        self.response: Response = model.response

    @cached_property
    def verdicts(self) -> dict[str, Verdict]:
        """One verdict per hypothesis on the model's response, in the order of the ledger."""
        return {name: verdict for name, (verdict, _) in self._judgements.items()}

    @cached_property
    def proofs(self) -> dict[str, tuple[Proof, ...]]:
        """The proofs of those hypotheses that have one in ball arithmetic."""
        found = self._judgements
        verdict, conditions = found["analytic"]
        # Of a response that is analytic without a condition the proof is empty, but there is one.
        proved = {"analytic": conditions} if verdict.evidence is Evidence.ENCLOSED else {}
        return proved | {name: proofs for name, (_, proofs) in found.items() if proofs}

    @property
    def stated_bound(self) -> sp.Rational | None:
        """A bound of |ℓ'| or |φ| that is proved; None where A5 has no proof or another one."""
        found = self.proofs.get("A5", ())
        return self._bound_to_prove if states_bound(self.response, len(found)) else None

    @cached_property
    def unbounded(self) -> Divergence | None:
        """A proof that |ℓ'| or |φ| is unbounded; None where there is none."""
        return divergence(self.response)

    @cached_property
    def constants(self) -> Constants | None:
        """z0 and c enclosed, with their proof; None where none was found, or they are others."""
        if self._valley:
            return None
        try:
            return enclose_constants(self.response, self.z0_and_c[0])
        except NotFiniteError:
            return None

    @cached_property
    def _judgements(self) -> dict[str, tuple[Verdict, tuple[Proof, ...]]]:
        found: dict[str, tuple[Verdict, tuple[Proof, ...]]] = {}
        for name in self.model.hypotheses:
            begin = time.perf_counter()
            finding, proofs = self._judged_and_proved(name, found)
            seconds = time.perf_counter() - begin
            found[name] = (
                verdict_on(self.model, name, self.model.hypotheses[name], finding, seconds),
                proofs,
            )
        return found

    def _judged_and_proved(
        self, name: str, found: Mapping[str, tuple[Verdict, tuple[Proof, ...]]]
    ) -> tuple[Finding, tuple[Proof, ...]]:
        """One hypothesis, given what was `found` of those before it."""
        if name == "analytic":
            return self._judged_analytic()
        analytic = found["analytic"][0].outcome
        if analytic is not Outcome.PASS:
            known = Outcome.NOT_APPLICABLE if analytic is Outcome.FAIL else Outcome.UNDECIDED
            return Finding(known, reason="needs analytic"), ()
        finding = self._judged(name)
        if (
            self._valley
            or name not in PROVABLE
            or finding.outcome not in (Outcome.PASS, Outcome.UNDECIDED)
        ):
            return finding, ()
        even = found["symmetry"][0]  # a refutation may be derived too
        derived = even.outcome is Outcome.PASS and even.evidence is Evidence.DERIVED
        symmetric = name != "A5" or derived
        return self._proved(name, finding, symmetric)

    @property
    def lipschitz(self) -> sp.Rational:
        """sup |ℓ'| (linear) or sup |φ| (neuron), rounded up; meaningful where A5 passes."""
        found, limit = self._growth, supremum(self.response)
        if limit.is_finite():  # what happens far out is known, then
            largest = max(found.seen, float(abs(limit).upper()))
        else:
            largest = found.supremum
        relative = largest / float(self.response.scale)
        return self.response.scale * sp.Rational(math.ceil(relative * 1000 - 1e-6), 1000)

    @cached_property
    def z0_and_c(self) -> tuple[float, float]:
        """z0, the first z at which z r'/r comes down to −1/2, and c = max(r(z0), 1/2); of a loss
        about a minimum see `end_and_c`.

        Where A3 holds for all z it is also the last. For the neuron it need not be: z r'/r may rise
        again where r < c, and with the last one 2-cycles that repel could lie above c.
        Double precision is enough: they guide where the runs start, no claim rests on them.
        """
        if self._valley:
            return end_and_c(self.model)
        f = compile_balls([log_slope(self.response), self.conditions["A3"].expression], [Z])
        half = arb(fmpq(-1, 2))
        grid = sorted(self.grid)
        above = next((z for z in grid if evaluate(f, (exact(z),), SIGN_BITS)[0] < half), None)
        if above is None:
            return math.inf, 0.5
        z0 = solve_decreasing(f, half, arb(exact(grid[0])), arb(exact(above)), 60)
        r0 = evaluate(compile_balls(self.response.response, [Z]), (z0,), 60)[0]
        return float(z0), max(float(r0), 0.5)

    @cached_property
    def conditions(self) -> dict[str, Condition]:
        """A1–A3 as symbolic claims."""
        return conditions(self.response)

    @cached_property
    def grid(self) -> list[sp.Rational]:
        """Rational points z > 0: a geometric ladder and random ones, in the response's scale."""
        # Simple fractions first, so that a witness is easy to check by hand.
        simple = [sp.Integer(1), sp.Integer(2), sp.Rational(1, 2), sp.Integer(3), sp.Rational(1, 4)]
        ladder = [sp.Rational(2) ** k * (8 + i) / 8 for k in range(-10, 6) for i in range(8)]
        rng = random.Random(_SEED)
        extra = [sp.Rational(rng.randrange(1, 64000), 1000) for _ in range(64)]
        points = [*simple, *sorted({*ladder, *extra})]
        return [self.response.scale * z for z in dict.fromkeys(points)]

    # One method per hypothesis ---------------------------------------------------------------

    def _judged(self, name: str) -> Finding:
        if self._valley:
            return judge_valley(self.model, name, self.grid)
        judges: dict[str, Callable[[], Finding]] = {
            "analytic": lambda: judge_analytic(self.response, self.grid),
            "symmetry": lambda: judge_symmetry(self.response, self.grid),
            "normalised": lambda: judge_normalised(self.response),
            "A1": lambda: self._negative("A1", self.grid),
            "A2": lambda: self._negative("A2", self.grid),
            "A3": self._judge_a3,
            "A4": lambda: self._at_zero(lambda value: bool(value < 0)),
            "A5": self._judge_a5,
            "curved": lambda: self._at_zero(lambda value: value != 0),
        }
        return found_by(judges[name])

    def _judged_analytic(self) -> tuple[Finding, tuple[Proof, ...]]:
        """What no sample refutes is proved, or at least on both sides of 0 up to some z."""
        finding = self._judged("analytic")
        if finding.outcome is not Outcome.PASS:
            return finding, ()
        found = prove_analytic(self.response)
        if found.proofs is not None:
            boxes = sum(len(proof.boxes) for proof in found.proofs)
            if not found.proofs:
                return passed(Evidence.ENCLOSED, needs="no condition"), ()
            return passed(Evidence.ENCLOSED, boxes=str(boxes)), found.proofs
        if found.reach is None:
            return undecided(found.reason), ()
        reached = finding.quantities | {"proved for": f"|z| ≤ {found.reach}"}
        return passed(Evidence.SAMPLED, **reached), ()

    def _at_zero(self, holds: Callable[[sp.Expr], bool]) -> Finding:
        value = self.response.curvature
        if holds(value):
            return passed(Evidence.DERIVED, **{"r''(0)": str(value)})
        return failed({"z": "0", "r''(0)": str(value)}, Evidence.DERIVED)

    def _judge_a3(self) -> Finding:
        points = self.grid
        if not self._linear:
            c = exact(sp.Rational(round(self.z0_and_c[1] * 10**6), 10**6))
            r = compile_balls(self.response.response, [Z])
            points = [z for z in points if _value(r, z) >= c]
            return self._negative("A3", points) if points else self._nowhere_as_high()
        finding = self._negative("A3", points)
        return finding if finding.outcome is Outcome.FAIL else self._rise() or finding

    def _nowhere_as_high(self) -> Finding:
        """What to say of A3 where it speaks of no point tried: no pass, for nothing was tried."""
        with ctx.workprec(_BITS_AT_ZERO):
            height = compile_balls(taylor(self.response.response, 1)[0], [])()[0]
        if height < 0.5:
            shown = f"r(0) = {_show(height)} < 1/2 ≤ c, and no point tried has r(z) ≥ c"
            return Finding(Outcome.NOT_APPLICABLE, reason=f"says nothing of this response: {shown}")
        return undecided("no point tried has r(z) ≥ c")

    def _rise(self) -> Finding | None:
        """Two points between which z r'/r rises, as it does past a zero of r."""
        slope = compile_balls(log_slope(self.response), [Z])
        values = []
        for z in sorted(self.grid):
            try:
                values.append((z, evaluate(slope, (exact(z),), SIGN_BITS)[0]))
            except NotFiniteError:
                continue
        for (left, before), (right, after) in pairwise(values):
            if after > before:
                shown = f"{_show(before)} and {_show(after)}"
                witness = {"z": str(left), "and z": str(right), "z r'(z)/r(z)": shown}
                return failed(witness, Evidence.ENCLOSED)
        return None

    def _judge_a5(self) -> Finding:
        if not self._linear:
            steepness = compile_balls(sp.diff(self.response.expression, Z), [Z])
            for z in (side for point in self.grid for side in (point, -point)):
                value = _value(steepness, z)
                if abs(value) > 1:
                    return failed({"z": str(z), "φ'(z)": _show(value)}, Evidence.ENCLOSED)
        shown, grows = self._size, self.unbounded
        if grows:
            witness = {"z": "∞" if grows.side > 0 else "−∞", f"{shown}(z)": "∞"}
            witness["growth"] = str(grows.like)
            return failed(
                witness | {"proved from": str(grows.side * grows.start)}, Evidence.ENCLOSED
            )
        found = self._growth
        like = next((e for side in (1, -1) if (e := grows_like(self.response, side))), None)
        if like is not None:  # whatever the values seen do
            return undecided(f"{shown} grows like {like}, but from which z on is not known")
        if found.settled:
            return passed(bound=self._bound(found.supremum))
        return undecided(f"sup {shown} is not settled by z = {found.far}: {found.value} there")

    def _negative(self, name: str, points: list[sp.Rational]) -> Finding:
        """The condition's expression is negative at every one of the points, of which there are
        some: all of none would be a pass for nothing."""
        if not points:
            raise ValueError(f"{name}: no point to try it at")
        condition = self.conditions[name]
        f = compile_balls(condition.expression, [Z])
        unclear: list[str] = []
        for z in points:
            try:
                value = evaluate(f, (exact(z),), SIGN_BITS)[0]
            except NotFiniteError as error:
                unclear.append(str(error))
                if len(unclear) == _PATIENCE:
                    break
                continue
            if value >= 0:
                # The neuron's A3 is claimed where r ≥ c, and c is only approximate here.
                certain = name != "A3" or self._linear
                evidence = Evidence.ENCLOSED if certain else Evidence.SAMPLED
                return failed({"z": str(z), _SHOWN[name]: _show(value)}, evidence)
        if unclear:
            return undecided(unclear[0])
        if condition.decided:
            return passed(points=str(len(points)), symbolically="holds for all z > 0")
        return passed(points=str(len(points)))

    def _refuted_far_out(self, name: str) -> Finding | None:
        """A point far beyond the grid, where not every expression can be evaluated; or None."""
        for k in range(_FAR_POINTS):
            z = self.response.scale * sp.Integer(100 * 3**k // 2**k)
            finding = self._negative(name, [z])
            if finding.outcome is Outcome.FAIL:
                return finding
            if finding.outcome is Outcome.UNDECIDED:
                return None
        return None

    def _sampled_everywhere(self, name: str) -> bool:
        """Whether the hypothesis is claimed for all z > 0 and exact algebra does not tell."""
        return (self._linear or name != "A3") and not self.conditions[name].decided

    def _proved(
        self, name: str, sampled: Finding, symmetric: bool
    ) -> tuple[Finding, tuple[Proof, ...]]:
        """What a proof makes of what no sample refutes; A5, which also speaks of z < 0, needs
        `symmetric`."""
        if name != "A5" and self.conditions[name].decided:
            sampled = passed(Evidence.DERIVED, **sampled.quantities)
        proofs = prove_hypothesis(self.response, name) if symmetric else None
        if not proofs and name in ("A1", "A2", "A3") and self._sampled_everywhere(name):
            far = self._refuted_far_out(name)
            if far is not None:
                return far, ()
        if name == "A5" and symmetric and not proofs and self._may_be_bounded:
            proofs = prove_hypothesis(self.response, name, self._bound_to_prove)
        if isinstance(proofs, Witness):
            finding = self._negative(name, [proofs.z])
            return (finding if finding.outcome is Outcome.FAIL else sampled), ()
        if not proofs:
            return sampled, ()
        found = {**sampled.quantities, "boxes": str(sum(len(proof.boxes) for proof in proofs))}
        if name == "A5" and states_bound(self.response, len(proofs)):
            found["proved"] = f"{self._size} < {float(self._bound_to_prove):.6g}"
        elif name == "A5":
            found["bound"] = self._bound(float(supremum(self.response)))
        derived = sampled.evidence is Evidence.DERIVED
        return passed(Evidence.DERIVED if derived else Evidence.ENCLOSED, **found), proofs

    @property
    def _bound_to_prove(self) -> sp.Rational:
        return self.lipschitz * sp.Rational(1001, 1000)

    @property
    def _may_be_bounded(self) -> bool:
        limit, found = supremum(self.response), self._growth
        return found.settled or (math.isfinite(found.seen) and bool(limit.is_finite()))

    @property
    def _size(self) -> str:
        return "|ℓ'|" if self._linear else "|φ|"

    def _bound(self, supremum: float) -> str:
        return f"sup {self._size} = {supremum:.6g}"

    @cached_property
    def _growth(self) -> Growth:
        expression = self.response.slope if self._linear else self.response.expression
        return growth(expression, self.response.scale, self.grid)

    @property
    def _valley(self) -> bool:
        return isinstance(self.response, Valley)

    @property
    def _linear(self) -> bool:
        return isinstance(self.response, Loss)


def verdict_on(model: Model, name: str, text: str, finding: Finding, seconds: float) -> Verdict:
    """What was found about a condition on a model's response, `text` in words, as a verdict."""
    reason = finding.reason
    if finding.outcome is Outcome.FAIL:
        shown = ", ".join(f"{k} = {v}" for k, v in finding.witness.items())
        reason = f"{text}: fails, {shown}"
    return Verdict(
        f"{model.name}/{name}",
        model.name,
        model.response.text,
        finding.outcome,
        finding.evidence,
        reason,
        quantities=finding.quantities,
        witness=finding.witness or None,
        seconds=seconds,
        options=model.settings,
    )


def _value(f: BallFunction, z: sp.Rational) -> arb:
    """f(z); 0 where it cannot be told from that."""
    try:
        return evaluate(f, (exact(z),), SIGN_BITS)[0]
    except UnresolvedError:
        return arb(0)


def _show(value: arb) -> str:
    return str(value.str(6, radius=False))
