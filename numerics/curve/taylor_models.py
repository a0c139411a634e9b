"""The functions of the theory as Taylor models in x = p² on [0, end]: enclosures with derivatives.

r, 1/r, φ²/x and h_1, …, h_K are even in p, hence functions of x. Each is a polynomial on cells of
equal width, with Lagrange's remainder bounded over the cell.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import comb
from typing import Protocol

import sympy as sp
from flint import arb, arb_poly, arb_series, ctx, fmpq

from ...theory.expressions.parsing import Z
from ...theory.models import Model
from ...theory.requirements import require_curved
from ..compile.jet_compiler import sharper
from ..compile.jets import JetFunction, compile_jet, unlimited_length
from .cells import BallSolver, Coefficient, SeriesRing

TERMS = 14  # of the polynomials
PER_UNIT = 32  # cells to a natural unit of x
BITS = 256  # to which they are worked out
FROM_ZERO = PER_UNIT  # cells up to which means over [0, x] are looked at
_NEWTON_STEPS = 1  # from where the chord says: cells are small
_NEAR = 10  # cells of which the functions are also had over all of [0, x]


class OutOfRangeError(ArithmeticError):
    """A place beyond the models, or where no finite enclosure is known."""


@dataclass
class CellModel:
    """A function on one cell: a polynomial in x − centre, and a bound on its coefficient `TERMS`
    over the cell, all of which is `whole`, as offsets from the centre."""

    polynomial: arb_poly
    remainder: arb
    whole: arb
    # F, F'/1!, … as they are asked for: a polynomial, its error, and the sum over the whole cell.
    derivatives: list[tuple[arb_poly, arb, arb]] = field(default_factory=list)

    def at(self, offset: arb | None, count: int) -> list[arb]:
        """Enclosures of F, F'/1!, …, `count` of them, for all offsets from the centre that lie in
        the cell."""
        known = self.derivatives
        while len(known) < count:
            self._derive()
        if offset is None:
            return [everywhere for _, _, everywhere in known[:count]]
        return [polynomial(offset) + error for polynomial, error, _ in known[:count]]

    def _derive(self) -> None:
        k = len(self.derivatives)
        polynomial = self.polynomial
        if k > 0:
            polynomial = self.derivatives[-1][0].derivative() * (arb(1) / k)
        bound = self.remainder * comb(TERMS, k) * abs(self.whole).upper() ** arb(TERMS - k)
        error = arb(0, bound.upper())
        self.derivatives.append((polynomial, error, polynomial(self.whole) + error))


@dataclass(frozen=True)
class Located:
    """Cells that a box meets; its part in each as offsets from the centre, None for all of it."""

    cells: tuple[dict[str, CellModel], ...]
    offsets: tuple[arb | None, ...]

    def over(self, name: str, count: int) -> list[arb]:
        """Enclosures of F, F', F''/2, …, `count` of them, over the box."""
        if len(self.cells) == 1:
            return self.cells[0][name].at(self.offsets[0], count)
        found: list[arb] = []
        for cell, offset in zip(self.cells, self.offsets, strict=True):
            inside = cell[name].at(offset, count)
            found = [p.union(q) for p, q in zip(found, inside, strict=True)] if found else inside
        return found

    def value(self, name: str) -> arb:
        """An enclosure of F over the box."""
        return self.over(name, 1)[0]


class Expansions(Protocol):
    """Power series of functions of x about the centres of cells, and over cells, in natural units
    of x."""

    def about(self, index: int) -> tuple[list[arb_series], list[list[arb_series]]]:
        """The functions about the centre of a cell; and over the cell, in one way or more."""


class TaylorModels:
    """Functions for 0 ≤ x ≤ `end`, by their names: one of them, "inverse", rises.

    `unit` is a natural unit of x. Raises OutOfRangeError where a function has no finite enclosure.
    """

    def __init__(
        self, names: tuple[str, ...], unit: fmpq, end: fmpq, expansions: Expansions
    ) -> None:
        self.names, self.unit = names, unit
        self.width = self.unit / PER_UNIT
        count = int((end / self.width).ceil())
        self.end = self.width * count
        self._last, self._per_x = arb(self.end), arb(1 / self.width)
        self._centres = [cell_centre(i) * arb(self.unit) for i in range(count)]
        self._starts = [arb(self.width * i) for i in range(count + 1)]
        with ctx.workprec(BITS), unlimited_length():
            self._cells = [self._cell(expansions, i) for i in range(count)]
            ends = (self.width * i for i in range(count + 1))
            self._edges = [self.value("inverse", arb(end).min(arb(self.end))) for end in ends]

    def located(self, x: arb) -> Located:
        """The cells that a box of x meets, for all points of `x` that are ≥ 0.

        Raises OutOfRangeError past `end`.
        """
        low, high = x.lower(), x.upper()
        if low < 0:
            low = arb(0)
        if not high <= self._last:
            raise OutOfRangeError(f"x = {x.str(6)} is beyond {self.end}")
        first, last = self._index(low), self._index(high)
        if first == last:
            return Located((self._cells[first],), (low.union(high) - self._centres[first],))
        ends = [low, *(arb(i * self.width) for i in range(first + 1, last + 1)), high]
        offsets = (
            None
            if first < i < last
            else ends[i - first].union(ends[i - first + 1]) - self._centres[i]
            for i in range(first, last + 1)
        )
        return Located(tuple(self._cells[first : last + 1]), tuple(offsets))

    def over(self, name: str, x: arb, count: int) -> list[arb]:
        """Enclosures of F, F', F''/2, …, `count` of them, for all points of `x` that are ≥ 0.

        Raises OutOfRangeError past `end`.
        """
        return self.located(x).over(name, count)

    def value(self, name: str, x: arb) -> arb:
        """An enclosure of F over `x`."""
        return self.over(name, x, 1)[0]

    def place_of(self, height: arb) -> arb:
        """Where r is `height`, an exact number: an enclosure; 0 for r ≥ 1.

        Raises OutOfRangeError where r is above it all the way, as far as is known.
        """
        if height >= 1:
            return arb(0)
        target = 1 / height
        index = bisect_right(self._edges, target.mid(), key=lambda value: value.mid()) - 1
        index = min(max(index, 0), len(self._cells) - 1)
        first, last = index, index + 1
        if not (self._edges[first] <= target and target <= self._edges[last]):
            # Too near to an edge to tell: all cells about it.
            first, last = max(index - 1, 0), min(index + 2, len(self._cells))
            if not (self._edges[first] <= target and target <= self._edges[last]):
                raise OutOfRangeError(f"r is not known to reach {height.str(6)}")
        low, high = self._starts[first], self._starts[last]
        share = (target - self._edges[first]) / (self._edges[last] - self._edges[first])
        x = (low + (high - low) * share).mid()
        for _ in range(_NEWTON_STEPS):
            value, slope = self.over("inverse", x, 2)
            x = (x - (value - target) / slope).mid().max(low).min(high).mid()
        # |x − x*| ≤ |1/r(x) − 1/r(x*)| / inf (1/r)'
        steepness = self._steepness[first]
        if last > first + 1:
            steepness = self.over("inverse", low.union(high), 2)[1]
        return x + arb(0, (abs(self.value("inverse", x) - target) / steepness).upper())

    @cached_property
    def _steepness(self) -> list[arb]:
        """(1/r)' over every cell."""
        return [cell["inverse"].at(None, 2)[1] for cell in self._cells]

    def _index(self, x: arb) -> int:
        """Of a cell that has x, by comparison with its ends, which are exact."""
        found = int(float((x * self._per_x).mid()))
        found = min(max(found, 0), len(self._centres) - 1)
        if x < self._starts[found]:
            return found - 1
        return found + 1 if x > self._starts[found + 1] else found

    def _cell(self, expansions: Expansions, index: int) -> dict[str, CellModel]:
        thin, wide = expansions.about(index)
        powers = [arb(self.unit) ** arb(k) for k in range(TERMS + 1)]
        found = {}
        for i, name in enumerate(self.names):
            sizes = [abs(functions[i][TERMS]).upper() for functions in wide]
            finite = [size for size in sizes if size.is_finite()]
            if not finite:
                raise OutOfRangeError(f"{name} has no finite enclosure on cell {index}")
            polynomial = arb_poly([thin[i][k] / powers[k] for k in range(TERMS)])
            remainder = (min(finite) / powers[TERMS]).upper()
            found[name] = CellModel(polynomial, remainder, self._whole(index))
        return found

    def _whole(self, index: int) -> arb:
        ends = arb(index * self.width), arb((index + 1) * self.width)
        return ends[0].union(ends[1]) - self._centres[index]


class CurveModels(TaylorModels):
    """r, 1/r, φ²/x (0 for a loss) and h_1, …, h_order of a model for 0 ≤ x ≤ `end`.

    Functions are named "r", "inverse", "omega", "h1", "h2", …. Raises what `CurveCells` raises, and
    OutOfRangeError where a function has no finite enclosure, or r' < 0 is not certain.

    >>> from trajalign.theory.models import TwoLayerLinear
    >>> models = CurveModels(TwoLayerLinear("log-cosh"), 2, fmpq(1))
    >>> [models.over(f, arb(0), 1)[0].str(6, radius=False) for f in ("r", "h1", "h2")]
    ['1.00000', '0.750000', '0.787500']
    """

    def __init__(self, model: Model, order: int, end: fmpq) -> None:
        require_curved(model.response)
        self.order = order
        unit = fmpq(int(model.response.scale.p), int(model.response.scale.q)) ** 2
        names = ("r", "inverse", "omega", *(f"h{k + 1}" for k in range(order)))
        with ctx.workprec(BITS), unlimited_length():
            expansions = _Expansions(model, order)
        super().__init__(names, unit, end, expansions)


class _Ring(SeriesRing):
    def solve(self, residual: Coefficient, slope: Coefficient) -> Coefficient:
        """residual/(4 x r'): at ε = 0 the map is p ↦ (1 − 2r/q) p, as `normal_form` requires, so
        that the slope is −4 x r', which the difference of two wide balls would not show.
        """
        r, top = self.r.series, residual.series
        fall = arb_series([4 * (k + 1) * r[k + 1] for k in range(r.prec - 1)], r.prec - 1)
        if not self.at_zero:
            return Coefficient(top / (self.place.series * fall))
        # F(x)/x has the Taylor coefficients F_(k+1), and over a cell means of them.
        n = top.prec - 1
        return Coefficient(arb_series([top[k + 1] for k in range(n)], n) / fall)


class _Expansions:
    """Power series of the functions about the centres of cells, and over cells, in natural units
    of x."""

    def __init__(self, model: Model, order: int) -> None:
        self.model, self.order = model, order
        scale = model.response.scale
        self.unit = arb(fmpq(int(scale.p), int(scale.q))) ** arb(2)
        self.size = TERMS + 1 + 3 * order + 2  # an order takes derivatives and a division by x
        square = model.response.square
        sources = [model.response.response, *([] if square is None else [square / Z**2])]
        self.sources = [_EvenSeries(e.subs(Z, scale * Z), self.size) for e in sources]

    def about(self, index: int) -> tuple[list[arb_series], list[list[arb_series]]]:
        """The functions about the centre of a cell; over the cell, once or twice: near 0 over all
        that lies between too, where the division by x costs nothing."""
        cell = arb(fmpq(index, PER_UNIT)).union(arb(fmpq(index + 1, PER_UNIT)))
        inside, over, from_zero = zip(*(s.about(index) for s in self.sources), strict=True)
        wide = []
        if index > 0:
            wide.append(self._tried(cell, over, at_zero=False))
        if index < _NEAR:
            wide.append(self._tried(arb(0).union(cell), from_zero, at_zero=True))
        found = [functions for functions in wide if functions]
        if not found:
            raise OutOfRangeError(f"r > 0 > r' is not certain at {cell.str(5)} units of p²")
        return self._functions(cell_centre(index), inside, index == 0), found

    def _tried(self, x: arb, known: Sequence[arb_series], at_zero: bool) -> list[arb_series]:
        """The functions over a box; none where it is too wide for balls."""
        r = known[0]
        finite = all(series[k].is_finite() for series in known for k in range(self.size))
        if not finite or not r[0] > 0 or not r[1] < 0:
            return []
        return self._functions(x, known, at_zero)

    def _functions(self, x: arb, known: Sequence[arb_series], at_zero: bool) -> list[arb_series]:
        r, omega = known[0], (known[1] if len(known) > 1 else arb_series([0], self.size))
        place = arb_series([x, 1], self.size)
        ring = _Ring(
            Coefficient(self.unit * place),
            Coefficient(place),
            Coefficient(r),
            Coefficient(self.unit * omega * place),
            at_zero,
        )
        # ε counts 1/p² as much as h_1 counts p²: so no h_k is large or small.
        solver = BallSolver(self.model, ring, Coefficient(arb_series([1 / self.unit], self.size)))
        h = [solver.advance().series * self.unit ** arb(k + 1) for k in range(self.order)]
        found = [r, 1 / r, omega, *h]
        if min(series.prec for series in found) <= TERMS:
            raise ArithmeticError("the series of the slow curve came out too short")
        return found


class _EvenSeries:
    """The series in x = z² of an even function of z, cell after cell from 0 on."""

    def __init__(self, e: sp.Expr, size: int) -> None:
        self.jet: JetFunction = compile_jet(e, Z)
        self.size = size
        self.at_zero = arb_series(list(self.jet(arb(0), 2 * size)[: 2 * size : 2]), size)
        self.from_zero: list[arb] = []  # over all of [0, x], x the end of the last cell

    def about(self, index: int) -> tuple[arb_series, arb_series, arb_series]:
        """About the centre of a cell, over the cell, and over all from 0 on (near 0 alone)."""
        n, low, high = self.size, fmpq(index, PER_UNIT), fmpq(index + 1, PER_UNIT)
        centre = cell_centre(index)
        # With F(z²) = f(z), F^(k)(x)/k! is a mean of f^(2k)/(2k)! over the segment from 0 to z.
        if index < FROM_ZERO:
            piece = self.jet(arb(low).sqrt().union(arb(high).sqrt()), 2 * n)[: 2 * n : 2]
            known = self.from_zero or piece
            self.from_zero = [a.union(b) for a, b in zip(known, piece, strict=True)]
        near = narrowed(self.at_zero, self.from_zero, arb(0).union(arb(high)))
        if index == 0:
            return self.at_zero, near, near
        inside, over = self._composed(centre), self._composed(arb(low).union(arb(high)))
        plain = [over[k] for k in range(n)]
        if index < FROM_ZERO:
            plain = [sharper(a, b) for a, b in zip(plain, self.from_zero, strict=True)]
        return inside, narrowed(inside, plain, arb(low).union(arb(high)) - centre), near

    def _composed(self, x: arb) -> arb_series:
        z = x.sqrt()
        jet = self.jet(z, self.size - 1)
        root = arb_series([x, 1], self.size).sqrt()
        step = arb_series([0, *(root[k] for k in range(1, self.size))], self.size)
        total = arb_series([jet[-1]], self.size)
        for c in jet[-2::-1]:
            total = total * step + c
        return total


def cell_centre(index: int) -> arb:
    """Where a cell is expanded, in natural units."""
    return arb(0) if index == 0 else arb(fmpq(2 * index + 1, 2 * PER_UNIT))


def narrowed(inside: arb_series, plain: Sequence[arb], offset: arb) -> arb_series:
    """The coefficients over centre + offset, narrowed by Taylor's formula: those at the centre and
    the last one over it."""
    top, found = len(plain) - 1, []
    for k in range(top + 1):
        total = comb(top, k) * plain[top]
        for n in range(top - 1, k - 1, -1):
            total = total * offset + comb(n, k) * inside[n]
        found.append(sharper(total, plain[k]))
    return arb_series(found, top + 1)
