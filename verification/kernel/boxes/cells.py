"""The cells of x = p² and the bounds that Coq is to confirm on each, chosen by floats.

On a cell r, L = −r'/r, h, g0 = 2h + f, half of the second slope of 1/r, h' and what a model adds
are enclosed. From these follow bounds of what E has beside its start, and what the start may be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from mpmath import iv

from ..names import Untranslatable
from .polynomial import Near
from .responses import OnX, Values

_SAMPLES = 60  # in a cell
_CELLS = (2, 3, 4, 6, 8, 12, 16)
_WIDER = 0.02, 0.002  # of its size, and by itself, by which a range is made wider
_ROUNDING = 1e-6, 1e-5
_SCALE = 10**4  # the denominator of a bound
_SPARE = 0.02  # of the bound of E that is to be left
_SHARES = tuple(Fraction(k, 20) for k in range(20, 9, -1))
Range = tuple[Fraction, Fraction]


@dataclass(frozen=True)
class Box:
    """A cell low < x ≤ high: the ranges by name, in the order in which they follow from another;
    `more` bounds what e multiplies, and |E| ≤ `share` · 4L (1 − e₀ top) C."""

    low: Fraction
    high: Fraction
    ranges: Mapping[str, Range]
    more: Fraction
    share: Fraction


@dataclass(frozen=True)
class Plan:
    """What is to be shown: |q/r − 1 − hε| ≤ Cε² is kept for x ≤ end and ε ≤ largest.

    `drop` is a lower bound of x'/x.
    """

    known: OnX
    near: Near | None
    end: Fraction
    largest: Fraction
    constant: Fraction
    drop: Fraction
    boxes: tuple[Box, ...]


def plan(known: OnX, end: Fraction, largest: Fraction, constant: Fraction) -> Plan:
    """The fewest equal cells that seem to do. Raises Untranslatable where none do."""
    near = known.near(end)
    at = _functions(known, known.values(near))
    for count in _CELLS:
        edges = [end * k / count for k in range(count + 1)]
        drop = _drop(at, end, largest, constant)
        found = [_box(known, at, edge, largest, constant, drop) for edge in pairwise(edges)]
        boxes = tuple(box for box in found if box is not None)
        if len(boxes) == count:
            return Plan(known, near, end, largest, constant, drop, boxes)
    raise Untranslatable(
        f"the tube |q/r - 1 - h eps| <= {float(constant):.4g} eps^2 is not kept by this argument "
        f"for eps up to {float(largest):.4g}: take a smaller --eta0"
    )


def _functions(known: OnX, values: Callable[[float], Values]) -> Callable[[float], Values]:
    def at(x: float) -> Values:
        v = values(x)
        r, r1, r2 = v["r"], v["r1"], v["r2"]
        found = {"r": r, "L": -r1 / r, "half": (r1**2 / r - r2 / 2) / r**2}
        if known.model == "linear":
            h = -(r**3) / (4 * r1) - x * r**2 / 2
            found |= {"h": h, "g0": 2 * h + x * r**2}
            found["M"] = -1.25 * r**2 + r**3 * r2 / (4 * r1**2) - x * r * r1
            found["first"] = r**2 * (2 * h + x * r**2)
        else:
            o, o1 = v["omega"], v["omega1"]
            found |= {"h": -o * r / (2 * r1), "g0": -o * r / r1, "omega": o}
            found["M"] = -(o1 * r / r1 + o - o * r * r2 / r1**2) / 2
            found["first"] = 3 * x * o**2
        return found

    return at


def _drop(
    at: Callable[[float], Values], end: Fraction, largest: Fraction, constant: Fraction
) -> Fraction:
    most = max(at(x)["g0"] for x in _samples(0.0, float(end)))
    least = (1 - float(largest) * (most * 1.1 + 8 * float(largest) * float(constant + 1))) ** 2
    return Fraction(int(least * 1000), 1000)


def _samples(low: float, high: float) -> list[float]:
    places = [low + (high - low) * k / _SAMPLES for k in range(_SAMPLES + 1)]
    return [x if x > 0 else (high - low) * 1e-6 for x in places]


def _box(
    known: OnX,
    at: Callable[[float], Values],
    edge: Range,
    largest: Fraction,
    constant: Fraction,
    drop: Fraction,
) -> Box | None:
    low, high = map(float, edge)
    rows = [at(x) for x in _samples(low * float(drop), high)]
    inside = [(x, at(x)) for x in _samples(low, high)]
    ranges = {name: _wider([row[name] for row in rows]) for name in rows[0]}
    if not (ranges["L"][0] > 0 and ranges["h"][0] >= 0):
        return None
    numbers = further(known.model, edge, largest, constant, ranges)
    more = _magnitude(numbers["more"])
    scale = 4 * float((1 - largest * ranges["h"][1]) * constant)
    for share in _SHARES:
        left = [
            float(share) * scale * row["L"] * (1 - _SPARE)
            - abs(_start(x, row))
            - float(largest * more)
            for x, row in inside
        ]
        stable = max(4 * row["L"] * x for x, row in inside) * (1 + float(share)) < 2 - _SPARE
        if min(left) > 0 and stable:
            told = {**ranges, **{n: _told(v) for n, v in numbers.items() if n != "more"}}
            return Box(edge[0], edge[1], told, more, share)
    return None


def _start(x: float, row: Values) -> float:
    L, g, N = row["L"], row["g0"], row["r"] * row["half"]
    bent = g * g * (L + 4 * x * (N - L * L)) + 2 * g * row["M"]
    return 4 * L * row["h"] ** 2 + row["first"] + bent


def further(
    model: str, edge: Range, largest: Fraction, constant: Fraction, ranges: Mapping[str, Range]
) -> dict[str, Any]:
    """Intervals of what follows, in the order of Tube.v; `more` is what e multiplies in E."""
    x, e, w = _interval(edge), _interval((Fraction(0), largest)), _interval((-constant, constant))
    r, h, g0, L, half, M, first = (
        _interval(ranges[name]) for name in ("r", "h", "g0", "L", "half", "M", "first")
    )
    n = r * half
    b = _outer(h + e * w)
    s = _outer(1 + e * b)
    if model == "linear":
        den = _outer(1 - e * x * r**2 * (2 * s - 1))
        tau2 = (2 * r**2 * w + 2 * x * r**4 * b + first * (x * r**2 * (2 * s - 1))) / den
    else:
        o = _interval(ranges["omega"])
        den = _outer(1 - e * x * o)
        tau2 = x**2 * o**3 * (4 - 3 * e * x * o) / den**2
    n, tau2 = _outer(n), _outer(tau2)
    g1 = _outer(2 * (w - h * b) / s)
    g = _outer(g0 + e * g1)
    j = _outer(2 * g1 - g**2)
    k = _outer(2 * g0 + e * j)
    tau0 = _outer(2 * g0 * L)
    tau1 = _outer(first + e * tau2)
    tau = _outer(tau0 + e * tau1)
    kept = tau1 + g**2 * L + x * k**2 * n - x * tau * k * L + e * x**2 * tau * k**2 * n
    more = b * kept + tau2 + L * g1 * (g + g0) + x * n * j * (k + 2 * g0)
    more += -x * L * (tau1 * k + tau0 * j) + x**2 * tau * k**2 * n + j * M
    names = ["N", "b", "s", "den", "tau2", "g1", "g", "j", "k", "tau0", "tau1", "tau", "more"]
    return dict(zip(names, (n, b, s, den, tau2, g1, g, j, k, tau0, tau1, tau, more), strict=True))


def _interval(ends: Range) -> Any:
    low, high = ends
    return iv.mpf([float(low) - 1e-12, float(high) + 1e-12])


def _outer(v: Any) -> Any:
    return _interval(_rounded(v))


def _told(v: Any) -> Range:
    """The ends of what `_outer` made."""
    return Fraction(round(float(v.a) * _SCALE), _SCALE), Fraction(
        round(float(v.b) * _SCALE), _SCALE
    )


def _rounded(v: Any) -> Range:
    return _wider([float(v.a), float(v.b)], _ROUNDING)


def _magnitude(v: Any) -> Fraction:
    return Fraction(int(max(abs(float(v.a)), abs(float(v.b))) * 1.01 * 100) + 1, 100)


def _wider(values: list[float], by: tuple[float, float] = _WIDER) -> Range:
    low, high = min(values), max(values)
    room = by[0] * max(abs(low), abs(high)) + by[1]
    first, last = int((low - room) * _SCALE // 1), -int((-high - room) * _SCALE // 1)
    return Fraction(first, _SCALE), Fraction(last, _SCALE)
