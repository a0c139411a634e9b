"""Claims "this expression is negative for all z in an interval", proved by balls over boxes.

The interval is cut in boxes until Taylor's formula with Lagrange's remainder shows the sign on
each; a box at 0 takes the limit there. Past the last box the form at infinity shows it (`tails`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import sympy as sp
from flint import arb, ctx

from ..numerics.balls import compile_balls, evaluate, exact
from ..numerics.jets import JetFunction, compile_jet, taylor_enclosure
from ..theory.errors import NotFiniteError
from ..theory.expressions import Z
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
class Claim:
    """`expression` in Z is negative on [low, high], or on [low, ∞) where `high` is None.

    At z = 0 it is the limit that is claimed to be negative.
    """

    expression: sp.Expr
    low: sp.Rational = sp.S.Zero
    high: sp.Rational | None = None


@dataclass(frozen=True)
class Proof:
    """Boxes that cover [low, high], or [low, start] where `tails` tells the sign on [start, ∞)."""

    claim: Claim
    boxes: tuple[Box, ...]
    start: sp.Rational | None
    bits: int = BITS
    terms: int = TERMS


@dataclass(frozen=True)
class Witness:
    """A point z > 0 where a claim certainly fails."""

    z: sp.Rational
    value: arb


def prove(claim: Claim, unit: sp.Rational = sp.S.One) -> Proof | Witness | None:
    """A proof of the claim, a point that refutes it, or None where neither was found.

    `unit` is the natural unit of z: a power of two, which keeps the boxes dyadic.

    >>> proof = prove(Claim(-1 / (1 + Z**2)))
    >>> isinstance(proof, Proof) and objection(proof)
    ''
    >>> prove(Claim(Z - 5)).z > 5
    True
    """
    start = claim.high
    if start is None:
        start = _tail_start(claim, unit)
    end = _SEARCHED * unit + claim.low if start is None else start
    boxes = _boxes(claim.expression, claim.low, end)
    if boxes is None or isinstance(boxes, Witness):
        return boxes
    if start is None:
        return _refuting((unit * m for m in _TAILS), claim.expression)
    return Proof(claim, tuple(boxes), start if claim.high is None else None)


def objection(proof: Proof) -> str:
    """What is wrong with a proof, in one line; "" where it holds. Nothing is searched."""
    claim, boxes = proof.claim, proof.boxes
    end = claim.high if proof.start is None else proof.start
    if end is None or not boxes or boxes[0][0] != claim.low or boxes[-1][1] != end:
        return f"the boxes do not reach from {claim.low} to {end}"
    gap = next((f"{a[1]} and {b[0]}" for a, b in pairwise(boxes) if a[1] != b[0]), None)
    if gap:
        return f"the boxes do not join between {gap}"
    function = compile_jet(claim.expression, Z)
    with ctx.workprec(proof.bits):
        for low, high in boxes:
            if not (low < high and _enclosed(function, (low, high), proof.terms) < 0):
                return f"the sign is not certain on the box [{low}, {high}]"
        if claim.high is None and not _negative_from(claim.expression, end):
            return f"the sign is not certain past z = {end}"
    return ""


def enclosure(expression: sp.Expr, box: Box) -> arb:
    """Encloses an expression in Z over a box."""
    with ctx.workprec(BITS):
        return _enclosed(compile_jet(expression, Z), box, TERMS)


def _tail_start(claim: Claim, unit: sp.Rational) -> sp.Rational | None:
    try:
        form = tail(claim.expression)
    except NoTailError:
        return None
    with ctx.workprec(BITS):
        starts = (unit * m for m in _TAILS if unit * m > claim.low)
        return next((z for z in starts if form.sign(z) < 0), None)


def _negative_from(expression: sp.Expr, start: sp.Rational) -> bool:
    try:
        return tail(expression).sign(start) < 0
    except NoTailError:
        return False


def _boxes(expression: sp.Expr, low: sp.Rational, high: sp.Rational) -> list[Box] | Witness | None:
    """Boxes from `low` to `high` with a certain sign each, left to right; widest tried first."""
    function, done, waiting = compile_jet(expression, Z), [], deque([(low, high, 0)])
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
