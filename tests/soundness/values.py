"""Balls, jets and Taylor enclosures of expressions, and the coefficients of each function."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from random import Random
from typing import Any

import sympy as sp
from flint import arb, ctx, fmpq

from trajalign.numerics.compile import balls, elementary, jets
from trajalign.theory.expressions.parsing import Z
from trajalign.theory.functions import BY_KIND

from .counting import Tally, Trial
from .truth import Truth, as_fmpq

_WIDTHS = [Fraction(1, 2**k) for k in (20, 14, 10, 6, 3, 1, 0)] + [Fraction(2), Fraction(4)]
_PRECISIONS = (53, 100, 200)
_TINY = Fraction(1, 2**100)  # 10^−30
_ORDER = 4

Box = tuple[Fraction, Fraction]


def try_values(trial: Trial, e: sp.Expr) -> None:
    """Every enclosure of the values and derivatives of one expression, over boxes and at points."""
    rng = trial.rng
    centres = [Fraction(0), *(_dyadic(rng) for _ in range(3)), *changes(trial)]
    boxes = [box for x in centres for box in _boxes_about(x, rng)]
    with trial.tally.trying("balls", trial.text):
        _try_balls(trial, balls.compile_balls(e, [Z]), boxes)
    with trial.tally.trying("jets", trial.text):
        _try_jets(trial, jets.compile_jet(e, Z), boxes)


def changes(trial: Trial) -> list[Fraction]:
    """Up to two places, to 2⁻⁴⁰, where the sign changes: zeros and poles; and their neighbours."""
    grid = [Fraction(k, 8) for k in range(-32, 33)]
    values = [(z, trial.truth.value(z)) for z in grid]
    pairs = [
        (a, b) for (a, x), (b, y) in pairwise(values) if x is not None and y is not None
        if (x > 0 and y < 0) or (x < 0 and y > 0)
    ]  # fmt: skip
    found = []
    for a, b in trial.rng.sample(pairs, min(2, len(pairs))):
        low = trial.truth.value(a)
        for _ in range(trial.rng.choice([4, 12, 37])):
            middle = (a + b) / 2
            value = trial.truth.value(middle)
            if value is None or low is None:
                break
            a, b = (middle, b) if (value > 0) == (low > 0) else (a, middle)
        found.append(trial.rng.choice([a, b]))
    return found


def _dyadic(rng: Random) -> Fraction:
    size = rng.choice([1, 1, 4, 4, 16])
    return Fraction(rng.randrange(-size * 2**12, size * 2**12), 2**12)


def _boxes_about(x: Fraction, rng: Random) -> list[Box]:
    found = []
    for width in rng.sample(_WIDTHS, 5):
        found.append(
            rng.choice(
                [(x, x + width), (x - width, x), (x - width, x + width), (x - width / 2, x + width)]
            )
        )
    return found


def points_of(box: Box, rng: Random) -> list[Fraction]:
    """The ends, the middle, one at random, 0 and what is near to it."""
    low, high = box
    inside = low + (high - low) * Fraction(rng.randrange(1, 64), 64)
    special = [z for z in (Fraction(0), _TINY, -_TINY) if low <= z <= high]
    return [*dict.fromkeys([low, high, (low + high) / 2, inside, *special])]


def ball_of(box: Box) -> arb:
    """The smallest ball that contains a box."""
    return arb(as_fmpq(box[0])).union(arb(as_fmpq(box[1])))


def _try_balls(trial: Trial, f: balls.BallFunction, boxes: list[Box]) -> None:
    tally, text = trial.tally, trial.text
    for box in boxes:
        known = [(z, trial.value(z)) for z in points_of(box, trial.rng)]
        with ctx.workprec(53):
            wide = f(ball_of(box))[0]
        for z, value in known:
            if value is None:
                tally.passed_over["no truth"] += 1
                continue
            tally.inside("ball over a box", text, value, wide, lambda b=box: f"over {_str(b)}")
            for bits in _PRECISIONS:
                with ctx.workprec(bits):
                    tally.inside(
                        "ball at a point", text, value, f(arb(as_fmpq(z)))[0],
                        lambda z=z, bits=bits: f"z = {z}, {bits} bits",
                    )  # fmt: skip
        z, value = known[-1]
        if value is not None:
            with tally.trying("evaluate", text):
                found = balls.evaluate(f, (as_fmpq(z),), 60)[0]
                tally.inside("evaluate", text, value, found, lambda z=z: f"z = {z}")
                good = not found.is_finite() or found.is_zero() or found.rel_accuracy_bits() >= 60
                tally.check("evaluate", good, text, lambda z=z: f"z = {z}: fewer than 60 bits")


def _try_jets(trial: Trial, f: jets.JetFunction, boxes: list[Box]) -> None:
    rng = trial.rng
    for box in boxes:
        known = [(z, trial.series(z, _ORDER + 1)) for z in points_of(box, rng)]
        known = [(z, series) for z, series in known if series is not None]
        if not known:
            trial.tally.passed_over["no truth"] += 1
            continue
        ball, terms = ball_of(box), rng.choice([1, 2, 3, 4, 10])
        enclosures: list[tuple[str, str, tuple[arb, ...]]] = []
        for bits in _PRECISIONS:
            with ctx.workprec(bits):
                enclosures.append(("jet over a box", f"{bits} bits", f(ball, _ORDER)))
                if bits < 200:
                    found = jets.taylor_enclosure(f, ball, 2, terms=terms)
                    enclosures.append(("Taylor enclosure", f"{bits} bits, {terms} terms", found))
        with trial.tally.trying("accurate_jet", trial.text):
            enclosures.append(("accurate jet", "", jets.accurate_jet(f, ball, 2)))
        for kind, how, found in enclosures:
            for z, series in known:
                _compare(trial, kind, found, series, f"{how} over {_str(box)}, z = {z}")
        z, series = rng.choice(known)
        with ctx.workprec(rng.choice(_PRECISIONS)):
            _compare(trial, "jet at a point", f(arb(as_fmpq(z)), _ORDER), series, f"z = {z}")


def _compare(trial: Trial, kind: str, found: Any, series: list[arb], where: str) -> None:
    for k, ball in enumerate(found):
        trial.tally.inside(
            kind, trial.text, series[k], ball, lambda k=k: f"coefficient {k}, {where}"
        )


# Each function on its own

_DOMAINS: dict[str, Box] = {
    name: (Fraction(low), Fraction(high))
    for name, (low, high) in {
        "acos": (-1, 1),
        "asin": (-1, 1),
        "atanh": (-1, 1),
        "acosh": (1, 9),
        "log": (0, 9),
    }.items()
}


def try_elementary(rng: Random, tally: Tally) -> None:
    """The Taylor coefficients of every function and of powers over balls of all widths."""
    for kind, coefficients in elementary.FUNCTIONS.items():
        name = BY_KIND[kind].name
        _try_function(Trial(rng, tally, Truth(f"{name}(z)")), name, coefficients)
    for _ in range(4):
        exponent = Fraction(rng.randrange(-6, 7), rng.choice([1, 1, 2, 2, 3, 5]))
        power = fmpq(exponent.numerator, exponent.denominator)
        trial = Trial(rng, tally, Truth(f"z**({exponent})"))
        domain = "all" if exponent.denominator == 1 else "log"
        _try_function(trial, domain, lambda x, n, p=power: elementary.power(x, p, n))


def _try_function(trial: Trial, name: str, coefficients: elementary.Coefficients) -> None:
    rng = trial.rng
    low, high = _DOMAINS.get(name, (Fraction(-6), Fraction(6)))
    for _ in range(4):
        a, b = sorted(low + (high - low) * Fraction(rng.randrange(257), 256) for _ in range(2))
        narrow = min(rng.choice(_WIDTHS), b - a)
        box = rng.choice([(a, b), (a, a + narrow), (b - narrow, b), (-b, b), (Fraction(0), b)])
        if not low <= box[0] <= box[1] <= high:
            continue
        for bits in (53, 120):
            with ctx.workprec(bits):
                found = coefficients(ball_of(box), _ORDER + 1)
            for z in points_of(box, rng):
                series = trial.series(z, _ORDER + 1)
                if series is not None:
                    where = f"{bits} bits over {_str(box)}, z = {z}"
                    _compare(trial, "coefficients of a function", found, series, where)


def _str(box: Box) -> str:
    return f"[{box[0]}, {box[1]}]"
