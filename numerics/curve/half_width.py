"""The slow curve of a map that is not odd in p, as Taylor models in x = w², w the half-width.

R, 1/R, the centre c of the 2-cycles ±w and the parts a_k, b_k of h_k = a_k + s x b_k, as
`theory/curve/half_width.py` has them.
"""

from __future__ import annotations

from math import comb

import sympy as sp
from flint import arb, arb_series, ctx, fmpq

from ...theory.curve.half_width import Cycles, diagonal_origin
from ...theory.expressions.parsing import Z
from ...theory.models import Model
from ...theory.requirements import require_curved
from ..compile.balls import compile_balls
from ..compile.jets import compile_jet, unlimited_length
from .half_width_series import CycleSeries, Pair, cell_of
from .taylor_models import BITS, TERMS, OutOfRangeError, TaylorModels, cell_centre

_NEWTON_STEPS = 40
_SPARE = 12  # bits of the precision that a root may lose


class HalfWidthModels(TaylorModels):
    """R, 1/R, c and a_1, b_1, …, a_order, b_order of a model for 0 ≤ x ≤ `end`, and the half-width
    of a point.

    Functions are named "r", "inverse", "centre", "a1", "b1", …. Raises what `require_curved` and
    `diagonal_origin` raise, and OutOfRangeError where g' > 0 > R' is not certain.

    >>> from trajalign.theory.models import Product
    >>> models = HalfWidthModels(Product("(1-z**2)**2/4", minimum=1), 2, fmpq(1, 16))
    >>> [models.value(f, arb(0)).str(6, radius=False) for f in ("r", "a1", "a2")]
    ['1.00000', '0.562500', '0.346680']
    """

    def __init__(self, model: Model, order: int, end: fmpq) -> None:
        require_curved(model.response)
        self.order = order
        self.origin = diagonal_origin(model)
        scale = fmpq(int(model.response.scale.p), int(model.response.scale.q))
        names = ["r", "inverse", "centre"]
        for k in range(1, order + 1):
            names += [f"a{k}", f"b{k}"]
        with ctx.workprec(BITS), unlimited_length():
            expansions = _Expansions(model, order, scale, self.origin)
        super().__init__(tuple(names), scale * scale, end, expansions)
        with ctx.workprec(BITS):
            self.z = compile_balls(self.origin, [])()[0]
            self._least: arb = self._least_slope()
            self._reach = [self._place(sign) for sign in (1, -1)]

    def half_width(self, p: arb, sign: int) -> arb:
        """w with p = c + `sign`·w, for an exact p on that side.

        Raises OutOfRangeError past the models and on the other side.
        """
        if not (sign * p >= 0 and sign * p <= sign * self._reach[0 if sign > 0 else 1]):
            raise OutOfRangeError(f"p = {p.str(6)} is not known to be on its side")
        w = abs(p)
        end = arb(self.end).sqrt().lower()
        for _ in range(_NEWTON_STEPS):
            w = w.mid().max(arb(0)).min(end).mid()
            value, slope = self.over("centre", w * w, 2)
            step = ((value + sign * w - p) / (2 * w * slope + sign)).mid()
            w = w - step
            if abs(step) <= arb(2) ** (_SPARE - ctx.prec) * abs(p):
                break
        w = w.mid().max(arb(0)).min(end).mid()
        # |w − w*| ≤ |P(w) − p| / inf |P'|
        off = abs(self.value("centre", w * w) + sign * w - p) / self._least
        return w + arb(0, off.upper())

    def slope(self, x: arb, s: arb) -> arb:
        """P'(s) = 1 + 2sc'."""
        found: arb = 1 + 2 * s * self.over("centre", x, 2)[1]
        return found

    def _least_slope(self) -> arb:
        """inf |P'| on both sides."""
        found = arb(1)
        for i, cell in enumerate(self._cells):
            w = arb(self.width * (i + 1)).sqrt()
            slope = cell["centre"].at(None, 2)[1]
            found = found.min((1 - 2 * w * abs(slope)).lower())
        if not found > 0:
            raise OutOfRangeError("that p moves with its half-width is not certain")
        return found

    def _place(self, sign: int) -> arb:
        """The point on a side that is farthest out, from inside."""
        x = arb(self.end)
        p = self.value("centre", x) + sign * x.sqrt()
        return p.lower() if sign > 0 else p.upper()


class _Expansions:
    """Power series of the functions about the centres of cells, and over cells, in natural
    units."""

    def __init__(self, model: Model, order: int, scale: fmpq, origin: sp.Expr) -> None:
        self.order, self.scale = order, arb(scale)
        self.size = TERMS + 2 + 2 * order
        self.origin = compile_balls(origin, [])()[0] / self.scale
        unit = model.response.scale
        g = model.response.slope.subs(Z, unit * Z) / unit
        self.sources = CycleSeries(compile_jet(g, Z), self.size)

    def about(self, index: int) -> tuple[list[arb_series], list[list[arb_series]]]:
        """The functions about the centre of a cell, and over the cell."""
        cell = cell_of(index)
        inside, over = self.sources.about(index)
        if not (over[1][0] > 0 and over[1][1] < 0):
            raise OutOfRangeError(f"R > 0 > R' is not certain at {cell.str(5)} units of x")
        return self._functions(cell_centre(index), inside), [self._functions(cell, over)]

    def _functions(self, x: arb, known: Pair) -> list[arb_series]:
        centre, r = known
        place, zero = arb_series([x, 1], self.size), arb_series([0], self.size)
        cycles = Cycles(place, r, centre, self.origin, _divided_derivative, zero)
        found = [r, 1 / r, centre * self.scale]
        for k, (even, odd) in enumerate(cycles.curve(self.order), start=1):
            power = self.scale ** arb(2 * k)
            found += [even * power, odd * power / self.scale ** arb(3)]
        if min(series.prec for series in found) <= TERMS:
            raise ArithmeticError("the series of the slow curve came out too short")
        return found


def _divided_derivative(series: arb_series, k: int) -> arb_series:
    """F^(k)/k!, k coefficients shorter."""
    n = series.prec - k
    return arb_series([comb(i + k, k) * series[i + k] for i in range(n)], n)
