"""The funnel: how fast |v| shrinks, v = S − 1 − Σ εᵏ h_k, for all ε up to a number.

For 0 ≤ x ≤ end, |v| ≤ κ and 0 < ε ≤ ε₀, with v' = v + xΦ: by the mean value theorem
|v'| ≤ |1 + x Φ_v| |v| + x |Φ(v = 0)| ≤ (1 − xψ)|v| + x ψ C₁ ε^(K+1), where ψ ≤ −Φ_v and
ψ ≤ (2 + xΦ_v)/x over boxes, |Φ(v = 0)| ≤ Θ ε^(K+1), and C₁ = sup Θ/ψ. So |v| ≤ C₁ ε^(K+1) is
kept, and what is larger is drawn to it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, reduce
from itertools import pairwise

from flint import arb, fmpq

from .bounds import greatest, hull
from .errors import NotProvedError
from .step import Place, SlowCurveStep

_PER_UNIT = 64  # boxes to a natural unit of x
_FINER = 2  # times as many for one level alone
_DEPTH = 4  # times that a box is halved
_PIECES = 2  # of each band of v
_EPSILONS = 8  # parts of the range of ε, shared among the levels, and two at least


@dataclass(frozen=True)
class Row:
    """ψ of every level and Θ, for low ≤ x ≤ high."""

    low: fmpq
    high: fmpq
    rates: tuple[arb, ...]  # ψ where |v| ≤ levels[j], for each j
    source: arb  # Θ


@dataclass(frozen=True)
class Funnel:
    """The table on [0, end] for `levels` of |v|, largest first, ε ≤ `largest` and q ≥ `lowest`."""

    rows: tuple[Row, ...]
    levels: tuple[fmpq, ...]
    largest: fmpq
    power: int  # K + 1

    @property
    def end(self) -> fmpq:
        """The last x of the table."""
        return self.rows[-1].high

    def constant(self, level: int) -> arb:
        """C₁ for |v| ≤ levels[level]."""
        return self._constants[level]

    @cached_property
    def _constants(self) -> list[arb]:
        levels = range(len(self.levels))
        return [greatest(r.source / r.rates[j] for r in self.rows) for j in levels]

    def level(self, size: arb) -> int:
        """The smallest level that is at least `size`. Raises NotProvedError beyond the largest."""
        found = [j for j, level in enumerate(self.levels) if size <= arb(level)]
        if not found:
            raise NotProvedError(f"|v| up to {size.str(4)} is beyond the funnel")
        return found[-1]

    def rate(self, level: int, low: arb, high: arb) -> arb:
        """sup of 1 − xψ for x between `low` and `high`. Raises NotProvedError past the table."""
        if not high <= arb(self.end):
            raise NotProvedError(
                f"x up to {high.str(4)} leaves the funnel, which ends at {self.end}"
            )
        first = max(self._row_of(low) - 1, 0)  # one more on either side: an end may be on an edge
        last = min(self._row_of(high) + 1, len(self.rows) - 1)
        rows = self.rows[first : last + 1]
        return greatest(1 - low.max(arb(row.low)) * row.rates[level] for row in rows)

    def _row_of(self, x: arb) -> int:
        return bisect_right(self._edges, float(x)) - 1

    @cached_property
    def _edges(self) -> list[float]:
        # Of rows, wide beside the rounding of a float; only to find one.
        return [float(row.low) for row in self.rows]


@lru_cache(maxsize=4)
def funnel(
    step: SlowCurveStep, end: fmpq, levels: tuple[fmpq, ...], largest: fmpq, lowest: fmpq
) -> Funnel:
    """The table, computed. Raises NotProvedError where ψ > 0 cannot be shown."""
    unit = step.curve.unit
    finer = max(1, _FINER // len(levels))
    count = max(1, int((end * _PER_UNIT * finer / unit).ceil()))
    edges = [end * i / count for i in range(count + 1)]
    rows = [
        row
        for low, high in pairwise(edges)
        for row in _rows(step, low, high, levels, largest, lowest, _DEPTH)
    ]
    return Funnel(tuple(rows), tuple(levels), largest, step.order + 1)


def _rows(
    step: SlowCurveStep,
    low: fmpq,
    high: fmpq,
    levels: Sequence[fmpq],
    largest: fmpq,
    lowest: fmpq,
    depth: int,
) -> Iterator[Row]:
    places = [(side, side.place(hull(low, high))) for side in step.sides]
    found = [_rates(side, at, levels, largest, lowest) for side, at in places]
    rates = [known for known in found if known is not None]
    if len(rates) == len(places):
        lowest_rates = tuple(reduce(arb.min, known) for known in zip(*rates, strict=True))
        source = greatest(side.on_curve(at, arb(largest)) for side, at in places)
        yield Row(low, high, lowest_rates, source)
        return
    if depth == 0:
        raise NotProvedError(f"the misfit is not known to shrink for x = p² near {float(low):.4g}")
    middle = (low + high) / 2
    yield from _rows(step, low, middle, levels, largest, lowest, depth - 1)
    yield from _rows(step, middle, high, levels, largest, lowest, depth - 1)


def _rates(
    step: SlowCurveStep, at: Place, levels: Sequence[fmpq], largest: fmpq, lowest: fmpq
) -> tuple[arb, ...] | None:
    """ψ for |v| ≤ each level, from the smallest on; None where one is not positive."""
    found: list[arb] = []
    for inner, outer in pairwise([fmpq(0), *reversed(levels)]):
        known = found[-1] if found else arb.pos_inf()
        for piece in _pieces(inner, outer):
            # Where v < 0 all of the segment from v to 0 has q as large as its end.
            if piece.upper() <= 0 and _below(step, at, piece, largest, lowest):
                continue
            rate = _rate(step, at, piece, largest, max(2, _EPSILONS // len(levels)))
            if not rate > 0:
                return None
            known = known.min(rate)
        found.append(known.lower())
    return tuple(reversed(found))


def _pieces(inner: fmpq, outer: fmpq) -> Iterator[arb]:
    for i in range(_PIECES):
        a, b = (inner + (outer - inner) * k / _PIECES for k in (i, i + 1))
        yield hull(a, b)
        yield hull(-b, -a)


def _below(step: SlowCurveStep, at: Place, v: arb, largest: fmpq, lowest: fmpq) -> bool:
    """Whether q = r (1 + H + v) is certainly below `lowest`."""
    height = step.height(at, hull(0, largest))
    return bool(at.r * (1 + height + v) < arb(lowest))


def _rate(step: SlowCurveStep, at: Place, v: arb, largest: fmpq, parts: int) -> arb:
    """A lower bound of ψ over the box, all ε ≤ `largest`; NaN where there is none."""
    edges = [largest * i / parts for i in range(parts + 1)]
    found = arb.pos_inf()
    for low, high in pairwise(edges):
        slope = step.slope_in_v(at, v, hull(low, high))
        if not slope.is_finite():
            return arb.nan()
        found = found.min((-slope).lower())
        if not 1 + at.x * slope >= 0:
            if not at.x > 0:
                return arb.nan()
            found = found.min(((2 + at.x * slope) / at.x).lower())
    return found
