"""How far an orbit is from a curve q = r(p)(1 + Σ e_k(p) εᵏ), looked at in every step.

The curve's terms e_k are written in `curve_term(k)`, which stands for h_k, and P. On a cell of p²
all of them are polynomials with bounded errors, so that a step costs microseconds; where no cell
serves, because r is not smooth on it or changes too fast, every step is evaluated by itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import sympy as sp
from flint import arb, arb_poly, ctx

from ...numerics.compile.balls import BallFunction, compile_balls, evaluate, exact
from ...numerics.curve.cells import Cell, CurveCells, curve_cells
from ...theory.models import P
from .orbit_view import OrbitView

_HIGHEST = 3  # cells are computed up to this h_k, so that claims of different order share them
_FIRST_LEVEL, _LAST_LEVEL = 4, 40  # cells are 2^−level natural units of p² wide
_FEW = 4  # steps that are cheaper one by one than with a new cell
_FAR = 8  # cell lengths from 0, where r' is 0, nearer than which balls over a cell are too wide
_ACCURACY = 1e-6  # of a misfit, relative to the (ε h(0))^(K+1) of the highest order
_SPARE_BITS = 20


def curve_term(k: int) -> sp.Symbol:
    """What stands for h_k in the terms of a curve."""
    return sp.Symbol(f"h_{k}(p)")


@dataclass(frozen=True)
class Combination:
    """Σ_k c_k(p²) h_k with polynomials c_k, h_0 = 1; `weights` has c_k's coefficients."""

    weights: tuple[tuple[arb, ...], ...]

    def at(self, x: arb, h: Sequence[arb]) -> arb:
        """Its value where p² = x."""
        values = (arb_poly(list(c))(x) for c in self.weights)
        return sum((c * h_k for c, h_k in zip(values, (arb(1), *h), strict=False)), arb(0))

    def on(self, cell: Cell) -> tuple[arb_poly, arb]:
        """A polynomial in p² − centre, and a bound of its error."""
        terms = (arb_poly([1]), *cell.polynomials[1:])
        errors = (arb(0), *cell.errors[1:])
        total, error = arb_poly([0]), arb(0)
        for c, h_k, bad in zip(self.weights, terms, errors, strict=False):
            if c:
                total += arb_poly(list(c))(arb_poly([cell.centre, 1])) * h_k
                error += arb_poly([abs(a) for a in c])(cell.high) * bad
        return total, error


def combination(e: sp.Expr, order: int) -> Combination | None:
    """A term of a curve in the h_k up to an order and P; None if it has other things in it."""
    names = [curve_term(k) for k in range(1, order + 1)]
    polynomial = sp.Poly(e, *names, P) if e.is_polynomial(*names, P) else None
    if polynomial is None or polynomial.free_symbols - {*names, P}:
        return None
    weights: list[dict[int, arb]] = [{} for _ in range(order + 1)]
    for (*degrees, power), coefficient in polynomial.terms():
        if sum(degrees) > 1 or power % 2 or not coefficient.is_Rational:
            return None
        k = degrees.index(1) + 1 if any(degrees) else 0
        weights[k][power // 2] = arb(exact(coefficient))
    dense = (tuple(c.get(i, arb(0)) for i in range(max(c, default=-1) + 1)) for c in weights)
    return Combination(tuple(dense))


@dataclass(frozen=True)
class Scan:
    """Misfits |q/r − 1 − Σ e_k εᵏ|/εᴷ, K the number of the terms, along one orbit.

    `terms` are e_1, …, e_K. Raises InputError for terms in h_k of a map that has none.
    """

    view: OrbitView
    terms: tuple[sp.Expr, ...]

    def steps(self, begin: int) -> list[int]:
        """The steps that are looked at: every one from `begin` to the last."""
        return list(range(begin, len(self.view.orbit)))

    def at_crossing(self) -> arb:
        """(q/r(p) − 1 − Σ_{k<K} e_k εᵏ)/εᴷ where q passes 1."""
        return self.misfit(self.view.crossing)[0]

    def sizes(self, begin: int) -> list[float]:
        """The misfits at these steps."""
        steps = self.steps(begin)
        found = dict.fromkeys(steps, 0.0)
        if self._curve is None:
            return [float(abs(self.misfit(t)[1])) for t in steps]
        bits = int(-float(self._allowed.log()) / math.log(2)) + _SPARE_BITS
        with ctx.workprec(min(bits, self.view.bits)):
            self._scan(_FIRST_LEVEL, steps, found)
        return list(found.values())

    def misfit(self, t: int) -> tuple[arb, arb]:
        """(q/r(p) − 1 − Σ_{k<K} e_k εᵏ)/εᴷ at one step, and what it is off e_K by."""
        with ctx.workprec(self.view.bits):
            r, *terms = self._values(t)
            epsilon, size = self.view.epsilon, len(self.terms)
            known = sum((e * epsilon**k for k, e in enumerate(terms[:-1], start=1)), arb(0))
            scaled = (1 / (self.view.orbit.u[t] * r) - 1 - known) / epsilon**size
            return scaled, scaled - terms[-1]

    def _values(self, t: int) -> tuple[arb, ...]:
        """r and the terms at one step."""
        p = self.view.orbit.p[t]
        if self._curve is None:
            return evaluate(self._formulas, (abs(p),), self.view.bits)
        x = (p * p).mid()
        r, *h = self.view.curve_values(self._curve, t, x)
        return (r, *(c.at(x, h) for c in self._combinations))

    @cached_property
    def _combinations(self) -> tuple[Combination, ...]:
        found = [combination(e, max(_HIGHEST, len(self.terms))) for e in self.terms]
        return tuple(c for c in found if c is not None) if None not in found else ()

    @cached_property
    def _curve(self) -> CurveCells | None:
        if not self._combinations:
            return None
        return curve_cells(self.view.plan.model, max(_HIGHEST, len(self.terms)))

    @cached_property
    def _formulas(self) -> BallFunction:
        return compile_balls([self.view.plan.family.response, *self.terms], [P])

    @cached_property
    def _allowed(self) -> arb:
        """The error of Σ e_k εᵏ, and of q/r, that is small next to ε^(K+1) h."""
        natural = self.view.epsilon * abs(self.view.curve_scale)
        return arb(_ACCURACY) * natural ** arb(max(_HIGHEST, len(self.terms)) + 1)

    def _scan(self, level: int, steps: Sequence[int], found: dict[int, float]) -> None:
        """Fill in the misfits of some steps, from cells of this level or smaller ones."""
        assert self._curve is not None
        groups: dict[int, list[int]] = {}
        squares, width = self.view.squares, self._curve.width(level)
        for t in steps:
            groups.setdefault(int(squares[t] / width), []).append(t)
        for index, group in groups.items():
            if len(group) <= _FEW or level > _LAST_LEVEL:
                found.update((t, self._at_one(t, level)) for t in group)
            elif 0 < index < _FAR:
                self._scan(level + 1, group, found)
            elif (misfits := self._on(self._curve.cell(level, index), group)) is not None:
                found.update(zip(group, misfits, strict=True))
            else:
                self._scan(level + 1, group, found)

    def _at_one(self, t: int, level: int) -> float:
        """The misfit at one step, from a cell of this level or a smaller one if one is there."""
        assert self._curve is not None
        for cell in self._curve.known(self.view.squares[t], range(level, _LAST_LEVEL)):
            if (misfits := self._on(cell, [t])) is not None:
                return misfits[0]
        return float(abs(self.misfit(t)[1]))

    def _on(self, cell: Cell, steps: Sequence[int]) -> list[float] | None:
        """The misfits at steps on a cell, or None if it does not give them accurately enough."""
        if not 2 * cell.errors[0] < self._allowed:
            return None
        total, error = self._total(cell)
        if not error < self._allowed:
            return None
        unit, centre = float(self.view.epsilon ** arb(len(self.terms))), cell.centre
        orbit, excess = self.view.orbit, self.view.excess
        places = {t: (p := orbit.p[t]) * p - centre for t in steps}
        new = {t: d for t, d in places.items() if t not in excess}
        for t, r in zip(new, _values(cell.polynomials[0], new.values()), strict=True):
            excess[t] = 1 / (orbit.u[t] * r) - 1
        known = zip(steps, _values(total, places.values()), strict=True)
        return [abs(float(excess[t] - e)) / unit for t, e in known]

    def _total(self, cell: Cell) -> tuple[arb_poly, arb]:
        """Σ e_k εᵏ on a cell, and a bound of its error."""
        total, error = arb_poly([0]), arb(0)
        for k, c in enumerate(self._combinations, start=1):
            polynomial, bad = c.on(cell)
            power = self.view.epsilon ** arb(k)
            total, error = total + polynomial * power, error + bad * power
        return arb_poly([c.mid() for c in total.coeffs()]), error


def _values(polynomial: arb_poly, places: Iterable[arb]) -> list[arb]:
    """The values one by one, by Horner's rule: faster methods for many lose digits."""
    return list(polynomial.evaluate(list(places), "iter"))
