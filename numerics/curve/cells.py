"""The slow curve's h_k on cells of x = p²: Taylor polynomials with bounds on what they leave out.

The recursion that gives h_k in closed form is run on power series in x whose coefficients are
balls: at a cell's centre for the polynomial, and over the whole cell for Lagrange's remainder. No
formula for h_k is formed, so its length does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import comb

import sympy as sp
from flint import arb, arb_poly, arb_series, ctx

from ...theory.curve.epsilon_series import CurveSolver, EvenRing
from ...theory.expressions.parsing import Z
from ...theory.models import Model
from ...theory.requirements import require_curved
from ..compile.elementary import substituted_at
from ..compile.jet_compiler import sharper
from ..compile.jets import JetFunction, compile_jet
from ..compile.program import exact

_TERMS = 16  # of a cell's polynomials
_BITS, _MOST_BITS = 256, 4096  # of the arithmetic on series
_FINE = arb(2) ** arb(-50)


@dataclass(frozen=True)
class Coefficient:
    """One coefficient of the recursion, a function of x; `exact_zero` says that it is 0."""

    series: arb_series
    exact_zero: bool = False

    def __add__(self, other: Coefficient) -> Coefficient:
        if self.exact_zero or other.exact_zero:
            return other if self.exact_zero else self
        return Coefficient(self.series + other.series)

    def __sub__(self, other: Coefficient) -> Coefficient:
        return self if other.exact_zero else Coefficient(self.series - other.series)

    def __eq__(self, other: object) -> bool:
        """Whether both are 0 by construction; balls are never taken to be equal."""
        return isinstance(other, Coefficient) and self.exact_zero and other.exact_zero

    __hash__ = None  # type: ignore[assignment]


@dataclass
class SeriesRing(EvenRing[Coefficient]):
    """Truncated power series about a point or a cell, for `CurveSolver`.

    Their variable is `place`, x in natural units: in others FLINT's polynomials, whose coefficients
    would differ by many orders of magnitude, lose all digits. `at_zero` says that the cell begins
    at 0, where the recursion divides by x.
    """

    x: Coefficient
    place: Coefficient
    r: Coefficient
    w: Coefficient
    at_zero: bool

    def number(self, value: sp.Rational) -> Coefficient:
        n = self.x.series.prec
        return Coefficient(arb_series([arb(exact(value))], n), exact_zero=value == 0)

    def multiply(self, a: Coefficient, b: Coefficient) -> Coefficient:
        if a.exact_zero or b.exact_zero:
            return a if a.exact_zero else b
        return Coefficient(a.series * b.series)

    def reciprocal(self, a: Coefficient) -> Coefficient:
        return Coefficient(1 / a.series)

    def power(self, a: Coefficient, exponent: sp.Rational) -> Coefficient:
        return Coefficient((a.series.log() * arb(exact(exponent))).exp())

    def lift(self, a: Coefficient, j: int) -> Coefficient:
        """pʲ/j! dʲ/dpʲ of F(p²): the coefficient of sʲ in F(x + x(2s + s²))."""
        if a.exact_zero:
            return a
        total, power = self.number(sp.S.Zero), self.number(sp.S.One)
        for k in range(1, j + 1):
            power = self.multiply(power, self.place)
            if 2 * k >= j:
                weight = sp.Integer(comb(k, j - k) * 2 ** (2 * k - j))
                term = self.multiply(power, Coefficient(_divided_derivative(a.series, k)))
                total = total + self.multiply(self.number(weight), term)
        return total

    def solve(self, residual: Coefficient, slope: Coefficient) -> Coefficient:
        """−residual/slope. At x = 0 both vanish, by the algebra of the recursion; F(x)/x has the
        Taylor coefficients F_(k+1), and over a cell means of them between 0 and x.
        """
        a, b = residual.series, slope.series
        if self.at_zero:
            a, b = (arb_series([s[k + 1] for k in range(s.prec - 1)], s.prec - 1) for s in (a, b))
        if b[0].contains(0):
            raise _WideError
        return Coefficient(-(a / b))


class _WideError(Exception):
    """A cell is so wide that its balls do not tell r' from 0."""


class BallSolver(CurveSolver[Coefficient]):
    """The recursion for h_k over a ring of balls."""

    def require_cycles(self, growth: Coefficient, height: Coefficient) -> None:
        """What holds by algebra balls can only fail to contradict."""
        differences = growth.series[0], height.series[0] - self.ring.base.series[0]
        if not all(d.contains(0) for d in differences):
            super().require_cycles(growth, height)


@dataclass(frozen=True)
class Cell:
    """r, h_1, h_2, … for low ≤ p² ≤ high as polynomials in p² − centre.

    No polynomial is off by more than its entry in `errors`; NaN where that is not known.
    """

    low: arb
    high: arb
    centre: arb
    polynomials: tuple[arb_poly, ...]
    errors: tuple[arb, ...]

    @property
    def sizes(self) -> list[arb]:
        """Upper bounds of |r|, |h_1|, |h_2|, … on the cell; NaN where none is known."""
        offset = self.low.union(self.high) - self.centre
        pairs = zip(self.polynomials, self.errors, strict=True)
        return [(abs(f(offset)) + e).upper() if e.is_finite() else arb.nan() for f, e in pairs]


class CurveCells:
    """r, h_1, …, h_order of a model at points and on cells of x = p², each cell computed once.

    Raises what `require_curved` raises, and InputError for a map that is not rational in p, q, ε
    and the response.

    >>> from trajalign.theory.models import TwoLayerLinear
    >>> from trajalign.theory.responses import Loss
    >>> curve = CurveCells(TwoLayerLinear(Loss.parse("log-cosh")), 2)
    >>> [h.str(8, radius=False) for h in curve.at(arb(0))[1:]]  # h_1(0) = 3/4, h_2(0) = 63/80
    ['0.75000000', '0.78750000']
    """

    def __init__(self, model: Model, order: int) -> None:
        require_curved(model.response)
        self.model, self.order = model, order
        scale = model.response.scale
        self._r = compile_jet(model.response.response.subs(Z, scale * Z), Z)
        self._w: JetFunction | None = None
        if model.response.square is not None:
            self._w = compile_jet(model.response.square.subs(Z, scale * Z), Z)
        self._unit = arb(exact(scale)) ** arb(2)
        self._known: dict[tuple[int, int], Cell] = {}
        self.at(arb(0))  # finds out whether the map can be expanded at all

    def at(self, x: arb) -> tuple[arb, ...]:
        """r, h_1, h_2, … at an exact x = p² ≥ 0, to 50 bits or more where that can be had.

        NaN where r is not known to be smooth.
        """
        bits, values = _BITS, tuple[arb, ...]()
        while bits <= _MOST_BITS:
            with ctx.workprec(bits):
                values = tuple(s[0] for s in self._solved(x / self._unit, 1, x.is_zero(), bits))
            # In natural units r is about 1, and so are the h_k, which count powers of p².
            sizes = (self._unit ** arb(k) + abs(v) for k, v in enumerate(values))
            fine = all(v.rad() < _FINE * size for v, size in zip(values, sizes, strict=True))
            if fine or not values[0].is_finite():
                break
            bits *= 2
        return values

    def width(self, level: int) -> float:
        """Of the cells of a level: 2^−level natural units of p². Cell i begins at i widths."""
        return float(self._unit) * 2.0**-level

    def cell(self, level: int, index: int) -> Cell:
        """A cell of a level; its errors are NaN where r is not known to be smooth on it."""
        if (level, index) not in self._known:
            with ctx.workprec(_BITS):
                ends = ((index + i) / arb(2) ** arb(level) for i in (0, 1))
                self._known[level, index] = self._cell(*(end.mid() for end in ends))
        return self._known[level, index]

    def known(self, x: float, levels: Iterable[int]) -> Iterator[Cell]:
        """The cells about x = p² that are computed already, of some levels."""
        for level in levels:
            place = level, int(x / self.width(level))
            if place in self._known:
                yield self._known[place]

    def _cell(self, low: arb, high: arb) -> Cell:
        """The cell between these ends, which are in natural units; it is not."""
        at_zero = low.is_zero()
        box = low.union(high)
        centre = low if at_zero else ((low + high) / 2).mid()
        whole = self._solved(box, _TERMS + 1, at_zero)
        power = abs(box - centre).upper() ** arb(_TERMS)
        errors = tuple((abs(s[_TERMS]) * power).upper() for s in whole)
        inside = self._solved(centre, _TERMS, at_zero) if errors[0].is_finite() else whole
        powers = [self._unit ** arb(k) for k in range(_TERMS)]
        polynomials = (arb_poly([s[k] / powers[k] for k in range(_TERMS)]) for s in inside)
        ends = (self._unit * low, self._unit * high, self._unit * centre)
        return Cell(*ends, tuple(polynomials), errors)

    def _solved(self, x: arb, terms: int, at_zero: bool, bits: int = _BITS) -> list[arb_series]:
        """The first coefficients of r, h_1, h_2, … about x, or over x if it has a radius; x and the
        variable in natural units."""
        # An order takes a derivative, and at 0 a division by x. Over a cell more terms narrow all.
        size = terms + (2 if at_zero else 1) * self.order
        if not x.is_exact():
            size = terms + 3 * self.order + 2
        cap, ctx.cap = ctx.cap, 1 << 20
        try:
            with ctx.workprec(bits):
                place = Coefficient(arb_series([x, 1], size))
                r, w = (Coefficient(self._in_x(f, x, size, at_zero)) for f in (self._r, self._w))
                if not all(r.series[k].is_finite() for k in range(size)):
                    return [arb_series([arb.nan()] * terms, terms)] * (self.order + 1)
                square = Coefficient(self._unit * place.series)
                ring = SeriesRing(square, place, r, w, at_zero)
                # ε counts 1/p² as much as h_1 counts p²: so no h_k is large or small.
                solver = BallSolver(
                    self.model, ring, Coefficient(arb_series([1 / self._unit], size))
                )
                found = [r.series, *(solver.advance().series for _ in range(self.order))]
                found = [s * self._unit ** arb(k) for k, s in enumerate(found)]
        except _WideError:
            return [arb_series([arb.nan()] * terms, terms)] * (self.order + 1)
        finally:
            ctx.cap = cap
        if min(s.prec for s in found) < terms:
            raise ArithmeticError("the series of the slow curve came out too short")
        return found

    def _in_x(self, function: JetFunction | None, x: arb, size: int, at_zero: bool) -> arb_series:
        """The series in x of an even function of z = √x from its jet in z."""
        if function is None:
            return arb_series([0], size)
        plain = self._jet_in_x(function, x, size, at_zero)
        if x.is_exact():
            return plain
        # Taylor's formula about a point narrows the low coefficients over a cell.
        centre = arb(0) if at_zero else x.mid()
        inner, offset = self._jet_in_x(function, centre, size, at_zero), x - centre
        return arb_series([_sharpened(inner, plain, offset, k) for k in range(size)], size)

    def _jet_in_x(self, function: JetFunction, x: arb, size: int, at_zero: bool) -> arb_series:
        z = arb(0).union(x.upper().sqrt()) if at_zero and not x.is_zero() else x.sqrt()
        if at_zero:
            # With F(z²) = f(z), F^(k)(x)/k! is a mean of f^(2k)/(2k)! over the segment from 0 to z.
            return arb_series(list(function(z, 2 * size)[: 2 * size : 2]), size)
        jet = function(z, size - 1)
        root = arb_series([x, 1], size).sqrt()
        step = arb_series([0, *(root[k] for k in range(1, size))], size)
        return substituted_at(x, list(jet), step)


def _sharpened(inner: arb_series, outer: arb_series, offset: arb, k: int) -> arb:
    """Coefficient k over centre + offset, from those at the centre and the last one over it."""
    top = inner.prec - 1
    total = comb(top, k) * outer[top]
    for n in range(top - 1, k - 1, -1):
        total = total * offset + comb(n, k) * inner[n]
    return sharper(total, outer[k])


def _divided_derivative(series: arb_series, k: int) -> arb_series:
    """F^(k)/k!, k coefficients shorter."""
    n = series.prec - k
    return arb_series([comb(i + k, k) * series[i + k] for i in range(n)], n)


@lru_cache(maxsize=8)
def curve_cells(model: Model, order: int) -> CurveCells:
    """The same object for the same arguments, so that orbits share its cells. Raises as it does."""
    return CurveCells(model, order)
