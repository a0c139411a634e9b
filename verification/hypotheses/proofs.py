"""Claims "this expression is negative for all z in an interval", proved by balls over boxes.

The interval is cut in boxes until Taylor's formula with Lagrange's remainder shows the sign on
each; a box at 0 takes the limit there. Past the last box the form at infinity shows it (`tails`).
Everything is done in t = z/unit, so that z ↦ z/s, with its unit, changes nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

import sympy as sp
from flint import arb, ctx

from ...numerics.compile.balls import compile_balls, evaluate, exact
from ...numerics.compile.jets import JetFunction, compile_jet, taylor_enclosure
from ...theory.errors import NotFiniteError
from ...theory.expressions.parsing import Z
from .tails import NoTailError, tail

BITS = 100
TERMS = 10
_MOST_BOXES = 600
_MOST_HALVINGS = 45
_SEARCHED = (
    16  # how far a claim is searched for a witness where its tail has no form, in units of z
)
_TAILS = [sp.Integer(2) ** k for k in range(1, 11)]  # where a tail may start, in units of z

Box = tuple[sp.Rational, sp.Rational]


@dataclass(frozen=True)
class SignClaim:
    """`expression` in Z is negative on [low, high], or on [low, ∞) where `high` is None.

    At z = 0 it is the limit that is claimed to be negative. `unit` > 0 is the natural unit of z, a
    power of two, which keeps the boxes dyadic; what is claimed does not depend on it.
    """

    expression: sp.Expr
    low: sp.Rational = sp.S.Zero
    high: sp.Rational | None = None
    unit: sp.Rational = sp.S.One

    @property
    def in_units(self) -> sp.Expr:
        """The expression with unit · Z for Z."""
        return self.expression.xreplace({Z: self.unit * Z})


@dataclass(frozen=True)
class Proof:
    """Boxes that cover [low, high], or [low, start] where `tails` tells the sign on [start, ∞)."""

    claim: SignClaim
    boxes: tuple[Box, ...]
    start: sp.Rational | None
    bits: int = BITS
    terms: int = TERMS


@dataclass(frozen=True)
class Witness:
    """A point z > 0 where a claim certainly fails."""

    z: sp.Rational
    value: arb


def prove(claim: SignClaim, unit: sp.Rational | None = None) -> Proof | Witness | None:
    """A proof of the claim, a point that refutes it, or None where neither was found.

    `unit`, where given, takes the place of the claim's.

    >>> proof = prove(SignClaim(-1 / (1 + Z**2)))
    >>> isinstance(proof, Proof) and objection(proof)
    ''
    >>> prove(SignClaim(Z - 5)).z > 5
    True
    """
    return _proved(claim if unit is None else replace(claim, unit=unit))


@lru_cache(maxsize=256)
def _proved(claim: SignClaim) -> Proof | Witness | None:
    """Remembered: −ℓ'' < 0 is A2 and what A5 needs, and r > 0 is in A3 and in z0."""
    unit, start = claim.unit, claim.high
    if start is None:
        start = _tail_start(claim)
    end = _SEARCHED * unit + claim.low if start is None else start
    boxes = _boxes(claim.in_units, claim.low / unit, end / unit)
    if boxes is None:
        return None
    if isinstance(boxes, Witness):
        return replace(boxes, z=unit * boxes.z)
    if start is None:
        witness = _refuting(iter(_TAILS), claim.in_units)
        return None if witness is None else replace(witness, z=unit * witness.z)
    scaled = tuple((unit * low, unit * high) for low, high in boxes)
    return Proof(claim, scaled, start if claim.high is None else None)


def objection(proof: Proof) -> str:
    """What is wrong with a proof, in one line; "" where it holds. Nothing is searched."""
    claim, boxes = proof.claim, proof.boxes
    if claim.high is not None and proof.start is not None:
        return f"a tail from {proof.start} does not belong to a claim up to {claim.high}"
    end = proof.start if claim.high is None else claim.high
    if end is None or not boxes or boxes[0][0] != claim.low or boxes[-1][1] != end:
        return f"the boxes do not reach from {claim.low} to {end}"
    gap = next((f"{a[1]} and {b[0]}" for a, b in pairwise(boxes) if a[1] != b[0]), None)
    if gap:
        return f"the boxes do not join between {gap}"
    function = _jet(claim.in_units)
    with ctx.workprec(proof.bits):
        for low, high in boxes:
            box = low / claim.unit, high / claim.unit
            if not (low < high and _enclosed(function, box, proof.terms) < 0):
                return f"the sign is not certain on the box [{low}, {high}]"
        if claim.high is None and not _negative_from(claim, end):
            return f"the sign is not certain past z = {end}"
    return ""


def enclosure(expression: sp.Expr, box: Box, unit: sp.Rational = sp.S.One) -> arb:
    """Encloses an expression in Z, whose natural unit is `unit`, over a box."""
    function = _jet(expression.xreplace({Z: unit * Z}))
    with ctx.workprec(BITS):
        return _enclosed(function, (box[0] / unit, box[1] / unit), TERMS)


@lru_cache(maxsize=64)
def _jet(expression: sp.Expr) -> JetFunction:
    # At a precision of its own: at 53 bits a thin layer at 0 may not be told from 0.
    with ctx.workprec(BITS):
        return compile_jet(expression, Z)


def _tail_start(claim: SignClaim) -> sp.Rational | None:
    try:
        form = tail(claim.expression, claim.unit)
    except NoTailError:
        return None
    with ctx.workprec(BITS):
        starts = (claim.unit * m for m in _TAILS if claim.unit * m > claim.low)
        return next((z for z in starts if form.sign(z) < 0), None)


def _negative_from(claim: SignClaim, start: sp.Rational) -> bool:
    try:
        return tail(claim.expression, claim.unit).sign(start) < 0
    except NoTailError:
        return False


def _boxes(expression: sp.Expr, low: sp.Rational, high: sp.Rational) -> list[Box] | Witness | None:
    """Boxes from `low` to `high` with a certain sign each, left to right; widest tried first."""
    function, done, waiting = _jet(expression), [], deque([(low, high, 0)])
    tried = 0
    with ctx.workprec(BITS):
        while waiting:
            left, right, halvings = waiting.popleft()
            tried += 1
            if _enclosed(function, (left, right), TERMS) < 0:
                done.append((left, right))
                continue
            middle = (left + right) / 2
            if function(arb(exact(middle)), 0)[0] > 0:
                return _refuting(iter([middle]), expression)
            if tried > _MOST_BOXES or halvings == _MOST_HALVINGS:
                return None
            waiting += [(left, middle, halvings + 1), (middle, right, halvings + 1)]
    return sorted(done)


def _refuting(points: Iterator[sp.Rational], expression: sp.Expr) -> Witness | None:
    """The first of the points at which the expression is certainly not negative."""
    function = compile_balls(expression, [Z])
    for z in points:
        try:
            value = evaluate(function, (exact(z),), 30)[0]
        except NotFiniteError:
            return None
        if value >= 0:
            return Witness(z, value)
    return None


def _enclosed(function: JetFunction, box: Box, terms: int) -> arb:
    ball = arb(exact(box[0])).union(arb(exact(box[1])))
    return taylor_enclosure(function, ball, 0, terms=terms)[0]
