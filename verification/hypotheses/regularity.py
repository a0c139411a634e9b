"""Whether a response is smooth, symmetric and normalised: what all other hypotheses stand on.

A refutation of symmetry is a point where ball arithmetic excludes it, or a power of the wrong
parity in the exact power series at 0. A refutation of smoothness is exact where the series from the
right and from the left differ; else it is three points closing in on 0 at which a derivative jumps
or keeps growing: good numerical evidence, not a proof. Where no power series was found and nothing
speaks against it: undecided.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import sympy as sp
from flint import arb, ctx

from ...numerics.compile.balls import BallFunction, compile_balls, evaluate, exact
from ...theory.errors import NoExpansionError, NotFiniteError
from ...theory.expressions.parsing import Z
from ...theory.identities import is_identically_zero
from ...theory.responses import Response
from ...theory.series import taylor
from ..verdicts import Evidence, Outcome


@dataclass(frozen=True)
class Finding:
    """What was found about one hypothesis."""

    outcome: Outcome
    evidence: Evidence | None = None
    reason: str = ""
    witness: dict[str, str] = field(default_factory=dict)
    quantities: dict[str, str] = field(default_factory=dict)


def passed(evidence: Evidence = Evidence.SAMPLED, **quantities: str) -> Finding:
    """A pass."""
    return Finding(Outcome.PASS, evidence, quantities=quantities)


def failed(witness: dict[str, str], evidence: Evidence = Evidence.SAMPLED) -> Finding:
    """A failure with its witness."""
    return Finding(Outcome.FAIL, evidence, witness=witness)


def undecided(reason: str) -> Finding:
    """Neither."""
    return Finding(Outcome.UNDECIDED, reason=reason)


def found_by(judge: Callable[[], Finding]) -> Finding:
    """What is found, where the response has values, and the expansion, that this takes."""
    try:
        return judge()
    except NotFiniteError as error:
        return undecided(str(error))
    except NoExpansionError as error:
        return Finding(Outcome.NOT_APPLICABLE, reason=str(error))


_BITS = 300
_NEAR = (20, 40, 60)  # z = ±2^−20 and so on, in units of the response's scale
_APART = arb("1e-3")
_SIDED_TERMS = 12


def judge_analytic(response: Response, grid: Sequence[sp.Rational]) -> Finding:
    """ℓ or φ has a power series at 0, found exactly, and ℓ' or φφ' is real on the grid."""
    slope = compile_balls(response.slope, [Z])
    for z in (side for point in grid for side in (point, -point)):
        if not _is_real(slope, z):
            return failed({"z": str(z), "value": "not real"})
    try:
        taylor(response.expression, 6)
    except NoExpansionError as error:
        witness = _two_sides(response.expression)
        if witness:
            return failed(witness, Evidence.DERIVED)
        witness = _kink(response)
        if witness:
            return failed(witness)
        return undecided(str(error))
    return passed(points=str(2 * len(grid)))


def judge_symmetry(response: Response, grid: Sequence[sp.Rational]) -> Finding:
    """ℓ(−z) = ℓ(z) or φ(−z) = −φ(z)."""
    sign = 1 if response.symmetry == "even" else -1
    difference = response.expression - sign * response.expression.subs(Z, -Z)
    f, compared = compile_balls(difference, [Z]), 0
    with ctx.workprec(_BITS):
        for z in grid:
            value = f(arb(exact(z)))[0]
            if value.is_finite() and not value.contains(0):
                return failed({"z": str(z), "defect": value.str(6, radius=False)})
            compared += bool(value.is_finite())
    if sp.expand(difference) == 0 or is_identically_zero(difference):
        return passed(Evidence.DERIVED, points=str(compared))
    # A defect can hide between the points, or be smaller there than their precision.
    witness = _lopsided_term(response)
    if witness:
        return failed(witness, Evidence.DERIVED)
    if not compared:
        return undecided(f"no difference of two sides could be computed with {_BITS} bits")
    return passed(points=str(compared))


def is_symmetric(response: Response) -> bool:
    """Whether symmetry is derived: a refutation has that evidence too.

    >>> from trajalign.theory.responses import Loss
    >>> is_symmetric(Loss.parse("log(cosh(z))")), is_symmetric(Loss.parse("z**2/2 + z**3"))
    (True, False)
    """
    found = judge_symmetry(response, [])
    return found.outcome is Outcome.PASS and found.evidence is Evidence.DERIVED


def _lopsided_term(response: Response) -> dict[str, str]:
    """An odd power in the series of ℓ at 0, or an even one in that of φ; {} if none is seen."""
    try:
        coefficients = taylor(response.expression, _SIDED_TERMS)
    except NoExpansionError:
        return {}
    first = 1 if response.symmetry == "even" else 0
    with ctx.workprec(_BITS):
        for k in range(first, _SIDED_TERMS, 2):
            value = compile_balls(coefficients[k], [])()[0]
            if value.is_finite() and not value.contains(0):
                return {"z": "0", f"coefficient of z^{k}": value.str(6, radius=False)}
    return {}


def judge_normalised(response: Response) -> Finding:
    """ℓ''(0) = 1 or φ'(0) = 1, from the exact power series."""
    coefficients = taylor(response.expression, 3)
    even = response.symmetry == "even"
    name, value = ("ℓ''(0)", 2 * coefficients[2]) if even else ("φ'(0)", coefficients[1])
    if value.is_Rational:
        equal: bool | None = bool(value == 1)
    else:
        with ctx.workprec(_BITS):
            excess = compile_balls(value - 1, [])()[0]
        # Two ways to write 1: SymPy may not know, but only balls that exclude 1 refute.
        equal = (True if sp.simplify(value - 1) == 0 else None) if excess.contains(0) else False
    if equal is None:
        return undecided(f"whether {name} = {value} is 1")
    if equal:
        return passed(Evidence.DERIVED)
    return failed({"z": "0", name: str(value)}, Evidence.DERIVED)


def _two_sides(expression: sp.Expr) -> dict[str, str]:
    """A coefficient in which the power series from the right and from the left differ; {} if none.

    Exact: with |z| = z from the right and −z from the left. Only what is smooth in z and |z| has
    such series.
    """
    try:
        right, left = (
            taylor(expression.xreplace({sp.Abs(Z): side * Z}), _SIDED_TERMS) for side in (1, -1)
        )
    except NoExpansionError:
        return {}
    for k, (one, other) in enumerate(zip(right, left, strict=True)):
        if one.is_Rational and other.is_Rational and one != other:
            return {"z": "0", f"coefficient of z^{k} for z > 0 and z < 0": f"{one} and {other}"}
    return {}


def _kink(response: Response) -> dict[str, str]:
    """Three points towards 0 at which ℓ' (or φφ') jumps, grows, or changes slope; {} if none."""
    s = compile_balls(response.slope, [Z])
    slope = compile_balls(sp.diff(response.slope, Z), [Z])
    curve = compile_balls(sp.diff(response.slope, Z, 2), [Z])
    for f, name in ((s, "s"), (slope, "s'"), (curve, "s''")):
        try:
            right, left = ([_near(f, k, side) for k in _NEAR] for side in (1, -1))
        except NotFiniteError:
            return {}
        jumps = all(abs(a - b) > _APART for a, b in zip(right, left, strict=True))
        grows = all(abs(b) > abs(a) + _APART for a, b in pairwise(right))
        if jumps or grows:
            kind = "ℓ'" if response.symmetry == "even" else "φφ'"
            values = f"{right[-1].str(6, radius=False)} and {left[-1].str(6, radius=False)}"
            return {"z": f"±2^-{_NEAR[-1]}", f"{name}(z), {name}(−z) for s = {kind}": values}
    return {}


def _near(f: BallFunction, k: int, side: int) -> arb:
    point = side * sp.Rational(1, 2**k)
    try:
        return evaluate(f, (exact(point),), 30)[0]
    except NotFiniteError:
        if _is_real(f, point):
            return arb(0)
        raise


def _is_real(f: BallFunction, z: sp.Rational) -> bool:
    """Whether f(z) is finite and real: whether the ball is, at some precision."""
    with ctx.workprec(_BITS):
        if f(arb(exact(z)))[0].is_finite():
            return True
    try:
        evaluate(f, (exact(z),), 30)
    except NotFiniteError:
        return False
    return True
