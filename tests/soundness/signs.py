"""Forms at infinity, and claims of a sign with their proofs, witnesses and falsified proofs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import sympy as sp
from flint import arb, ctx

from trajalign.verification.hypotheses import proofs, tails

from .counting import Trial, shown
from .truth import as_fmpq
from .values import _TINY

FAR = [Fraction(2) ** k for k in (3, 5, 7, 10, 14, 20)]
FARTHEST = [Fraction(10) ** 12, Fraction(10) ** 18, Fraction(10) ** 30]
_STARTS = [Fraction(s) for s in ("1/2", "1", "2", "3", "5", "8", "16", "64", "1024")]
_BITS = 500  # of the truth's arithmetic


def rational(value: Fraction) -> sp.Rational:
    """A fraction as SymPy's."""
    return sp.Rational(value.numerator, value.denominator)


def rounded(value: arb, bits: int = 24) -> Fraction:
    """A rational with few bits near a ball's middle; 0 for what is below 2⁻²⁰⁰."""
    if abs(value) < arb(2) ** -200:
        return Fraction(0)
    mantissa, exponent = (int(n) for n in value.mid().man_exp())
    spare = max(0, mantissa.bit_length() - bits)
    return Fraction(mantissa >> spare) * Fraction(2) ** (exponent + spare)


def points_from(start: Fraction) -> list[Fraction]:
    """The start, what is just past it, some way past it, and far out."""
    near = [start, start + _TINY, start * Fraction(65, 64), start * Fraction(9, 8), 2 * start]
    return [*near, 3 * start, *(z for z in FAR if z > start), *FARTHEST]


def try_tails(trial: Trial, e: sp.Expr) -> None:
    """The form at infinity of an expression, and of it minus what it nearly is further out."""
    with trial.tally.trying("tail", trial.text):
        _try_form(trial, e, Fraction(0))
        for _ in range(2):
            start = trial.rng.choice(_STARTS)
            near = start * trial.rng.choice([Fraction(k, 64) for k in (65, 72, 80, 128, 512)])
            value = trial.truth.value(trial.rng.choice([near, FAR[-1]]))
            if value is not None and abs(value) < 10**9:
                nudge = Fraction(trial.rng.choice([0, 0, 1, -1]), trial.rng.choice([10**6, 100]))
                _try_form(trial, e, rounded(value) + nudge)


def _try_form(trial: Trial, e: sp.Expr, shift: Fraction) -> None:
    tally, text, rng = trial.tally, f"{trial.text} - ({shift})", trial.rng
    form = tails.tail(e - rational(shift))
    for start in rng.sample(_STARTS, 3):
        known = list(_values(trial, points_from(start), shift))
        for bits in (53, 100):
            with ctx.workprec(bits):
                sign, ball = form.sign(rational(start)), form.enclosure(rational(start))
            for z, value in known:
                where = f"tail from {start}, z = {z}, {bits} bits"
                if sign:
                    tally.check(
                        "sign of a tail", not sign * value < 0, text,
                        lambda w=where, s=sign, v=value: f"{w}: sign {s}, but {shown(v)}",
                    )  # fmt: skip
                tally.inside("enclosure of a tail", text, value, ball, lambda w=where: w)
    limit_is(trial, "limit of a tail", form.limit, [v for _, v in _values(trial, FARTHEST, shift)])


def limit_is(trial: Trial, kind: str, limit: arb, values: Sequence[arb]) -> None:
    """A limit against values further and further out, where these have clearly settled."""
    if len(values) < 3 or not limit.is_finite():
        return
    with ctx.workprec(_BITS):
        first, second = (abs(b - a) for a, b in pairwise(values))
        settled = second <= first * arb("1e-4") and second <= (abs(values[-1]) + 1) * arb("1e-9")
        if settled or second <= arb("1e-100"):
            slack = arb(0, 4 * second.upper() + arb("1e-30"))
            trial.tally.inside(kind, trial.text, values[-1] + slack, limit, lambda: "at infinity")


def _values(trial: Trial, points: Sequence[Fraction], shift: Fraction) -> Iterator:
    for z in points:
        value = trial.value(z)
        if value is not None:
            with ctx.workprec(_BITS):
                yield z, value - as_fmpq(shift)


# Claims


def try_claims(trial: Trial, e: sp.Expr) -> None:
    """A claim that is nearly false, or nearly true: its proof, its witness, falsified proofs."""
    rng = trial.rng
    low = rng.choice([Fraction(0), Fraction(0), Fraction(1, 4), Fraction(1), Fraction(5, 2)])
    high = rng.choice([None, None, low + Fraction(1, 2), low + 2, low + 8])
    sign = rng.choice([1, -1])
    points = _points_between(low, high, trial)
    known = [(z, sign * v) for z, v in _values(trial, points, Fraction(0))]
    if not known:
        return
    top = max(v.mid() for _, v in known)
    if not abs(top) < 10**9:
        return
    size = abs(rounded(top)) + Fraction(1, 100)
    bound = rounded(top, 40) + size * Fraction(
        rng.choice([4, 1, 1, -1]), rng.choice([8, 100, 10**6])
    )
    claim = proofs.SignClaim(
        sign * e - rational(bound), rational(low), None if high is None else rational(high)
    )
    text = f"{'' if sign > 0 else '-'}({trial.text}) - ({bound}) on [{low}, {high}]"
    with trial.tally.trying("prove", text):
        found = proofs.prove(claim)
        if isinstance(found, proofs.Proof):
            _try_proof(trial, found, known, bound, text)
        elif isinstance(found, proofs.Witness):
            _try_witness(trial, found, sign, bound, (low, high), text)
        _try_false_claims(trial, claim, found, known, bound, text)


def _points_between(low: Fraction, high: Fraction | None, trial: Trial) -> list[Fraction]:
    """A grid, the place of the largest value on it refined for both signs, and what is far out."""
    end = low + 8 if high is None else high
    grid = [low + (end - low) * Fraction(k, 32) for k in range(33)]
    values = {z: v.mid() for z in grid if (v := trial.truth.value(z)) is not None}
    places = []
    for sign in (1, -1):
        if values:
            place = max(values, key=lambda z: sign * values[z])
            places.append(_refined(trial, place, (end - low) / 32, sign, low, end))
    far = [] if high is not None else [z for z in (*FAR, *FARTHEST) if z > end]
    return [*dict.fromkeys([*grid, low + _TINY, *places, *far])]


def _refined(
    trial: Trial, z: Fraction, step: Fraction, sign: int, low: Fraction, high: Fraction
) -> Fraction:
    """A local search for the largest value."""
    best = trial.truth.value(z)
    for _ in range(16):
        step /= 2
        for near in (z - step, z + step):
            value = trial.truth.value(near) if low <= near <= high else None
            if value is not None and best is not None and sign * (value - best) > 0:
                z, best = near, value
    return z


def _try_proof(
    trial: Trial, proof: proofs.Proof, known: Sequence, bound: Fraction, text: str
) -> None:
    ends = {Fraction(int(x.p), int(x.q)) for box in proof.boxes[:12] for x in box}
    more = points_from(max(ends)) if proof.start is not None else []
    sign = -1 if text.startswith("-") else 1
    extra = [(z, sign * v) for z, v in _values(trial, [*ends, *more], Fraction(0))]
    for z, value in [*known, *extra]:
        trial.tally.check(
            "proof", not value > as_fmpq(bound), text,
            lambda z=z, v=value: f"proved, but at z = {z} it is {shown(v - as_fmpq(bound))}",
        )  # fmt: skip
    wrong = proofs.objection(proof)
    trial.tally.check("own proof accepted", wrong == "", text, lambda: f"objection: {wrong}")
    for what, falsified in _with_holes(trial, proof):
        trial.tally.check(
            "falsified proof refused", proofs.objection(falsified) != "", text,
            lambda w=what: f"accepted with {w}",
        )  # fmt: skip


def _with_holes(trial: Trial, proof: proofs.Proof) -> Iterator[tuple[str, proofs.Proof]]:
    """Proofs that leave something out; some of what they leave out must be missing."""
    boxes, rng = list(proof.boxes), trial.rng
    index = rng.randrange(len(boxes))
    low, high = boxes[index]
    narrow = (high - low) / rng.choice([2, 16, 2**20])
    yield "a box left out", replace(proof, boxes=(*boxes[:index], *boxes[index + 1 :]))
    if index + 1 < len(boxes):
        shorter = (*boxes[:index], (low, high - narrow), *boxes[index + 1 :])
        yield f"a gap after {high - narrow}", replace(proof, boxes=shorter)
    yield (
        "the first box cut",
        replace(proof, boxes=((boxes[0][0] + narrow / 4, boxes[0][1]), *boxes[1:])),
    )
    if proof.start is not None:
        yield "its tail later", replace(proof, start=proof.start * 2)
        yield "no tail", replace(proof, start=None)


def _try_witness(
    trial: Trial,
    witness: proofs.Witness,
    sign: int,
    bound: Fraction,
    ends: tuple[Fraction, Fraction | None],
    text: str,
) -> None:
    z = Fraction(int(witness.z.p), int(witness.z.q))
    inside = ends[0] <= z and (ends[1] is None or z <= ends[1])
    trial.tally.check("witness", inside, text, lambda: f"z = {z} is not in the interval")
    for _, value in _values(trial, [z], sign * bound):
        trial.tally.check(
            "witness", not sign * value < 0, text,
            lambda v=value: f"z = {z} refutes nothing: {shown(sign * v)}",
        )  # fmt: skip
        trial.tally.inside("value of a witness", text, sign * value, witness.value, lambda: str(z))


def _try_false_claims(
    trial: Trial,
    claim: proofs.SignClaim,
    found: object,
    known: Sequence[tuple[Fraction, arb]],
    bound: Fraction,
    text: str,
) -> None:
    """A false claim is refused with the boxes of a true one, and with boxes that hide where."""
    place, top = max(known, key=lambda pair: pair[1].mid())
    short = rounded(top, 40) - (abs(rounded(top)) + Fraction(1, 100)) * Fraction(
        1, trial.rng.choice([10, 1000, 10**7])
    )
    false = replace(claim, expression=claim.expression + rational(bound) - rational(short))
    candidates: list[tuple[tuple[proofs.Box, ...], sp.Rational | None]] = []
    if isinstance(found, proofs.Proof):
        candidates.append((found.boxes, found.start))
        if found.start is not None:
            cut = [box for box in found.boxes if box[1] <= rational(place)]
            candidates += [(tuple(cut), cut[-1][1])] if cut else []
    low, high = false.low, false.high
    end = high if high is not None else trial.rng.choice([1, 4]) + low
    parts = [low + (end - low) * sp.Rational(k, 4) for k in range(5)]
    candidates.append((tuple(pairwise(parts)), None if high is not None else end))
    for boxes, start in candidates:
        wrong = proofs.objection(proofs.Proof(false, boxes, start))
        trial.tally.check(
            "false claim refused", wrong != "", f"{text}, the bound now {short}",
            lambda: f"accepted, but at z = {place} it is {shown(top - as_fmpq(short))}",
        )  # fmt: skip
