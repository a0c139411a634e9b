"""The centre c and the height R of 2-cycles as power series in x = w², w the half-width.

g is had at both points P(±w) = c ± w, where g(c + w) + g(c − w) = 0 and g(c + w) − g(c − w) = 2wR:
about x > 0 by w = √x, and near 0 by means of derivatives over the segment between the points.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from math import comb

from flint import arb, arb_series, ctx, fmpq

from ..compile.jet_compiler import sharper
from ..compile.jets import JetFunction
from .taylor_models import FROM_ZERO, PER_UNIT, OutOfRangeError, cell_centre, narrowed

Pair = tuple[arb_series, arb_series]  # c and R
_NEWTON_STEPS = 40
_SPARE = 12  # bits of the precision that a root may lose


def cell_of(index: int) -> arb:
    """All x of a cell, in natural units."""
    return arb(fmpq(index, PER_UNIT)).union(arb(fmpq(index + 1, PER_UNIT)))


@dataclass(frozen=True)
class _Place:
    """A half-width and the two points: w, p and p̃."""

    w: arb
    p: arb
    other: arb

    @property
    def centre(self) -> arb:
        return (self.p + self.other) / 2


@dataclass(frozen=True)
class _Equation:
    """What c solves, as a function of its series without the constant term; and R."""

    size: int
    value: Callable[[arb_series], arb_series]
    slope: Callable[[arb_series], arb_series]
    response: Callable[[arb_series], arb_series]

    def about(self, centre: arb) -> Pair:
        """c and R, where c begins with `centre`."""
        moved = self.solved(arb_series([0], self.size), 1)
        return moved + centre, self.response(moved)

    def solved(self, moved: arb_series, length: int) -> arb_series:
        """The series, by Newton's steps from so many terms that are known: those of the value
        vanish then, and are left out, not taken from balls."""
        n = self.size
        moved = arb_series([moved[k] for k in range(length)], n)
        while length < n:
            total = self.value(moved)
            rest = arb_series([0] * length + [total[k] for k in range(length, n)], n)
            step = rest / self.slope(moved)
            length = min(2 * length, n)
            moved = arb_series([moved[k] - step[k] for k in range(length)], n)
        return moved


class CycleSeries:
    """The series in x of c and R, cell after cell from 0 on."""

    def __init__(self, jet: JetFunction, size: int) -> None:
        self.jet, self.size = jet, size
        self.last = _Place(arb(0), arb(0), arb(0))
        self.reached = -1  # the index of the cell before
        self.segment: list[arb] = []  # the jets of g over all points so far

    def about(self, index: int) -> tuple[Pair, Pair]:
        """About the centre of a cell, and over the cell."""
        assert index == self.reached + 1  # what lies between is known
        cell, middle, near = cell_of(index), cell_centre(index), index < FROM_ZERO
        first, last = self.last, self._at(arb(fmpq(index + 1, PER_UNIT)).sqrt())
        self.reached, self.last = index, last
        points = first.p.union(last.p), first.other.union(last.other)
        jets = [self._jets(p, 2 * self.size + 2 if near else self.size) for p in points]
        if not all(g[1] > 0 for g in jets):
            raise OutOfRangeError(f"that g rises is not certain at {cell.str(5)} units of x")
        if near:
            both = [a.union(b) for a, b in zip(*jets, strict=True)]
            known = self.segment or both
            self.segment = [a.union(b) for a, b in zip(known, both, strict=True)]
        inside = self._inside(middle)
        centre = self._centre(inside[0][0], jets, points, cell - middle, near)
        ways = [self._by_means(self.segment)] if near else []
        ways += [self._by_root(cell, jets)] if index > 0 else []
        c, r = inside
        # What Taylor's formula narrows is put in once more.
        moved, length = arb_series([0], self.size), 1
        for length in (1, self.size // 2):
            found = reduce(_sharper_terms, (way.solved(moved, length) for way in ways))
            c = self._narrowed(inside[0], found + centre, cell - middle)
            moved = arb_series([0, *(c[k] for k in range(1, self.size))], self.size)
        response = reduce(_sharper_terms, (way.response(moved) for way in ways))
        return inside, (c, self._narrowed(r, response, cell - middle))

    def _narrowed(self, thin: arb_series, wide: arb_series, offset: arb) -> arb_series:
        return narrowed(thin, [wide[k] for k in range(self.size)], offset)

    def _inside(self, x: arb) -> Pair:
        if x.is_zero():
            return self._by_means(self.jet(arb(0), 2 * self.size + 1)).about(arb(0))
        place = self._at(x.sqrt())
        jets = [self.jet(p, self.size - 1) for p in (place.p, place.other)]
        return self._by_root(x, jets).about(place.centre)

    def _centre(
        self,
        centre: arb,
        jets: Sequence[Sequence[arb]],
        points: tuple[arb, arb],
        offset: arb,
        near: bool,
    ) -> arb:
        """c over a cell: at its middle, and what c' adds."""
        here, there = jets
        total = here[1] + there[1]
        plain = (points[0] + points[1]) / 2
        # With w from 0 on, dc/dx = (dc/dw)/(2w) is a mean of what the segment says.
        slope = (there[1] - here[1]) / (total * (points[0] - points[1]))
        if near:
            slope = sharper(-2 * self.segment[2] / total, slope)
        return sharper(centre + slope * offset, plain)

    def _by_means(self, g: Sequence[arb]) -> _Equation:
        """From the jets of g over the segment between the points: (g(c+w) ± g(c−w))/2 are
        Σ Σ C(j+i, i) g_(j+i) δⁱ xᵏ, with j = 2k, and with j = 2k + 1 after a division by w."""
        n = self.size

        def rows(first: int) -> list[arb_series]:
            return [
                arb_series(
                    [comb(2 * k + first + i, i) * g[2 * k + first + i] for k in range(n - i)], n
                )
                for i in range(n)
            ]

        even, odd = rows(0), rows(1)
        steep = [(i + 1) * row for i, row in enumerate(even[1:])]
        return _Equation(
            n,
            lambda c: _combined(even, c, n),
            lambda c: _combined(steep, c, n),
            lambda c: _combined(odd, c, n),
        )

    def _by_root(self, x: arb, jets: Sequence[Sequence[arb]]) -> _Equation:
        """For x > 0 from the jets of g at both points, or over them."""
        n = self.size
        w = arb_series([x, 1], n).sqrt()
        rise = arb_series([0, *(w[k] for k in range(1, n))], n)
        values = [arb_series(list(g[:n]), n) for g in jets]
        slopes = [arb_series([(k + 1) * g[k + 1] for k in range(n - 1)], n) for g in values]

        def both(known: list[arb_series], c: arb_series, sign: int) -> arb_series:
            here, there = known
            return _at_moved(here, c + rise, n) + sign * _at_moved(there, c - rise, n)

        return _Equation(
            n,
            lambda c: both(values, c, 1),
            lambda c: both(slopes, c, 1),
            lambda c: both(values, c, -1) / (2 * w),
        )

    def _jets(self, p: arb, count: int) -> list[arb]:
        """g, g', …, by Taylor's formula about the middle."""
        wide, middle = list(self.jet(p, count - 1)), p.mid()
        thin = arb_series(list(self.jet(middle, count - 1)), count)
        found = narrowed(thin, wide, p - middle)
        return [found[k] for k in range(count)]

    def _at(self, w: arb) -> _Place:
        """The points whose half-width is w: g(c + w) + g(c − w) = 0, where g rises."""
        c, tiny = self.last.centre.mid(), arb(2) ** arb(_SPARE - ctx.prec)
        for _ in range(_NEWTON_STEPS):
            value, slope = self._sum(c, w)
            if not slope > 0:
                break
            step = (value / slope).mid()
            c = (c - step).mid()
            if abs(step) < tiny:
                low, high = (c - 2 * tiny).mid(), (c + 2 * tiny).mid()
                if not (self._sum(low, w)[0] < 0 and self._sum(high, w)[0] > 0):
                    break
                found = low.union(high)
                return _Place(w, found + w, found - w)
        raise OutOfRangeError(f"no 2-cycle of half-width {w.str(6)} units is found")

    def _sum(self, c: arb, w: arb) -> tuple[arb, arb]:
        """g(c + w) + g(c − w), and its slope in c."""
        here, there = (self.jet(p, 1) for p in (c + w, c - w))
        return here[0] + there[0], here[1] + there[1]


def _combined(rows: Sequence[arb_series], moved: arb_series, n: int) -> arb_series:
    """Σ row_i movedⁱ."""
    total = arb_series([0], n)
    for row in reversed(rows):
        total = total * moved + row
    return total


def _at_moved(outer: arb_series, inner: arb_series, n: int) -> arb_series:
    """outer(inner) for an `inner` without constant term."""
    return _combined([arb_series([outer[k]], n) for k in range(n)], inner, n)


def _sharper_terms(a: arb_series, b: arb_series) -> arb_series:
    n = min(a.prec, b.prec)
    return arb_series([sharper(a[k], b[k]) for k in range(n)], n)
