"""The slow curve q = r(p)(1 + Σ εᵏ h_k(p)) as exact power series in x = p², to any order.

The curve is invariant under the reduced map composed with p ↦ −p. The coefficients h_k are kept as
polynomials in x with FLINT rationals; dividing by −2p r'(p), which vanishes at 0 like x, costs
every order one power of x. Where the map is not odd in p they are series in p, by `two_sided`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import comb

import sympy as sp
from flint import fmpq, fmpq_poly

from ..algebra.symbolic import cancelled
from ..arguments import integer, takes
from ..errors import InputError
from ..models import EPSILON, Model, Q
from ..models.base import MODEL
from ..requirements import require_curved
from ..series import taylor
from ..valleys import Valley
from .epsilon_series import (
    MIRROR,
    SQUARE,
    CurveSolver,
    EvenRing,
    X,
    even_map,
    root_of,
    two_sided_map,
)
from .two_sided import CycleRing, Expansions


@dataclass(frozen=True)
class CurveSeries:
    """h_1, …, h_K and the factor A = |p'/p| on the curve, as exact power series in p².

    `h[k-1][n]` and `factor[k][n]` are the coefficients of εᵏ p^(`power`·n). `unit` is 1, or the
    number u for which they are rational multiples of uⁿ⁻ᵏ (π for a scaled erf). `power` is 2 for an
    even curve and 1 for another; there A = −p'/p has the terms of p̃/p, too.
    """

    h: tuple[tuple[sp.Expr, ...], ...]
    factor: tuple[tuple[sp.Expr, ...], ...]
    unit: sp.Expr
    power: int = 2

    @property
    def limit(self) -> tuple[sp.Expr, ...]:
        """The coefficients of ε⁰, ε¹, … in the limit q* = 1 + Σ h_k(0) εᵏ."""
        return (sp.Integer(1), *(h[0] for h in self.h))

    @property
    def limiting_sharpness(self) -> tuple[sp.Expr, ...]:
        """The coefficients s_k in λ* = (2/η) Σ s_k εᵏ, that is of 1/q*."""
        q, inverse = self.limit, [sp.Integer(1)]
        for k in range(1, len(q)):
            inverse.append(sp.expand(-sp.Add(*(q[i] * inverse[k - i] for i in range(1, k + 1)))))
        return tuple(inverse)


@takes(model=MODEL, order=integer, terms=integer)
def curve_series(model: Model, order: int, terms: int = 1) -> CurveSeries:
    """The first `order` coefficients h_k, each to `terms` powers of p², or of p.

    Raises what `require_curved` raises, and InputError if the coefficients of r are not rational up
    to a unit.

    >>> from trajalign.theory.models import TwoLayerLinear
    >>> from trajalign.theory.responses import Loss
    >>> curve_series(TwoLayerLinear(Loss.parse("log-cosh")), 2).limit
    (1, 3/4, 63/80)
    >>> from trajalign.theory.models import Product
    >>> curve_series(Product("(1-z**2)**2/4", minimum=1), 2).limit
    (1, 1/16, -125/1024)
    """
    if order < 1 or terms < 1:
        raise InputError(f"slow curve: order and terms must be positive, not {order} and {terms}")
    require_curved(model.response)
    if isinstance(model.response, Valley):
        return _two_sided_series(model, order, terms)
    size = terms + order  # each order costs one power of x
    r, w, unit = _rational_series(model, size)
    solver = CurveSolver(model, _Polynomials(r, w, size))
    for _ in range(order):
        solver.advance()
    h = tuple(_symbolic(series, k, terms, unit) for k, series in enumerate(solver.h, start=1))
    factor = tuple(_symbolic(solver.factor.terms[k], k, terms, unit) for k in range(order + 1))
    return CurveSeries(h, factor, unit)


def _two_sided_series(model: Model, order: int, terms: int) -> CurveSeries:
    size = terms + 2 * order + 2  # every order costs two powers of p, and r = g/p one
    slopes = taylor(model.response.slope, size)
    irrational = _irrational([*slopes, *two_sided_map(model)])
    if irrational is not None:
        raise InputError(_not_rational(model, irrational))
    ring = CycleRing([fmpq(0)], [tuple(map(_number, slopes))], _number, lambda a: 1 / a)
    solver = CurveSolver(model, ring)
    found = [solver.advance() for _ in range(order)]
    opposite = ring.letters[MIRROR]
    moved = [ring.number(sp.S.Zero) - opposite - e for e in solver.growth.terms[:1]]
    moved += [ring.number(sp.S.Zero) - e for e in solver.growth.terms[1 : order + 1]]

    def shown(e: Expansions) -> tuple[sp.Expr, ...]:
        return tuple(sp.Rational(int(c.p), int(c.q)) for c in e.parts[0][:terms])

    return CurveSeries(tuple(map(shown, found)), tuple(map(shown, moved)), sp.S.One, 1)


def _irrational(expressions: Iterable[sp.Expr]) -> sp.Expr | None:
    """A constant in one of the expressions that is not rational; None if there is none."""
    for e in expressions:
        for part in sp.preorder_traversal(e):
            if not part.free_symbols and part.is_number and not part.is_Rational:
                return part
    return None


def _number(value: sp.Rational) -> fmpq:
    return fmpq(int(value.p), int(value.q))


def _rational_series(model: Model, size: int) -> tuple[fmpq_poly, fmpq_poly, sp.Expr]:
    """r and φ² as polynomials in u·x with rational coefficients, and the unit u."""
    r = taylor(model.response.response, 2 * size)[::2]
    unit = r[1].as_coeff_Mul()[1] if not r[1].is_Rational else sp.Integer(1)
    w: tuple[sp.Expr, ...] = (sp.Integer(0),) * size
    if model.response.square is not None:
        w = taylor(model.response.square, 2 * size)[::2]
    if unit != 1 and not _counts_in_units(model):
        raise InputError(
            f"{model.given}: the power series of r is rational up to the unit {unit} of 1/p², and "
            "the map is not one of ε p² alone; exact series need rational coefficients there"
        )
    # φ² = x·(…): it carries one power of the unit less, and ε one more.
    scaled = [_scaled(r, unit, 0, model), _scaled(w, unit, 1, model)]
    return scaled[0], scaled[1], unit


def _counts_in_units(model: Model) -> bool:
    """Whether p in other units is only ε in others: the map has ε in ε p² and ε φ² alone."""
    k, place = sp.Symbol("k", positive=True), {Q: Q ** root_of(model)}
    scaled = {X: X / k, SQUARE: SQUARE / k, EPSILON: k * EPSILON}
    parts = (e.subs(place) for e in even_map(model))
    return all(cancelled(e.subs(scaled, simultaneous=True) - e) == 0 for e in parts)


def _scaled(series: tuple[sp.Expr, ...], unit: sp.Expr, shift: int, model: Model) -> fmpq_poly:
    numbers = [sp.expand(c / unit ** (n - shift)) for n, c in enumerate(series)]
    bad = next((c for c in numbers if not c.is_Rational), None)
    if bad is not None:
        raise InputError(_not_rational(model, bad))
    return fmpq_poly([_number(c) for c in numbers])


def _not_rational(model: Model, bad: sp.Expr) -> str:
    return (
        f"{model.given}: its power series has the coefficient {bad}, which is not "
        "rational; exact series need rational coefficients (or multiples of powers of one unit)"
    )


def _symbolic(series: fmpq_poly, k: int, terms: int, unit: sp.Expr) -> tuple[sp.Expr, ...]:
    known = [series[n] for n in range(terms)]
    return tuple(sp.Rational(int(c.p), int(c.q)) * unit ** (n - k) for n, c in enumerate(known))


class _Polynomials(EvenRing[fmpq_poly]):
    """Polynomials in x = p² below x^size."""

    def __init__(self, r: fmpq_poly, w: fmpq_poly, size: int) -> None:
        self.x, self.r, self.w, self.size = fmpq_poly([0, 1]), r, w, size

    def number(self, value: sp.Rational) -> fmpq_poly:
        return fmpq_poly([_number(value)])

    def multiply(self, a: fmpq_poly, b: fmpq_poly) -> fmpq_poly:
        return a.mul_low(b, self.size)

    def reciprocal(self, a: fmpq_poly) -> fmpq_poly:
        return _reciprocal(a, self.size)

    def power(self, a: fmpq_poly, exponent: sp.Rational) -> fmpq_poly:
        """From b' a = exponent a' b for the power b; the root of a(0) has to be rational."""
        first = sp.Rational(int(a[0].p), int(a[0].q)) ** exponent
        if not first.is_Rational:
            raise InputError(f"exact series need rational coefficients, not {first}")
        n, found = fmpq(int(exponent.p), int(exponent.q)), [fmpq(int(first.p), int(first.q))]
        for k in range(1, self.size):
            terms = ((n * i - (k - i)) * a[i] * found[k - i] for i in range(1, k + 1))
            found.append(sum(terms, fmpq(0)) / (k * a[0]))
        return fmpq_poly(found)

    def lift(self, a: fmpq_poly, j: int) -> fmpq_poly:
        """p^j/j! d^j/dp^j of x^n is (2n choose j) x^n."""
        return fmpq_poly([comb(2 * n, j) * c for n, c in enumerate(a.coeffs())])

    def solve(self, residual: fmpq_poly, slope: fmpq_poly) -> fmpq_poly:
        if residual[0] != 0 or slope[0] != 0 or slope[1] == 0:
            raise ArithmeticError("the order has no solution that is a power series at p = 0")
        return -self.multiply(residual.right_shift(1), self.reciprocal(slope.right_shift(1)))


def _reciprocal(a: fmpq_poly, size: int) -> fmpq_poly:
    """1/a below x^size, by Newton's method. Raises ZeroDivisionError if a(0) = 0."""
    g, known = fmpq_poly([1 / a[0]]), 1
    while known < size:
        known = min(2 * known, size)
        g = (2 * g - a.truncate(known).mul_low(g.mul_low(g, known), known)).truncate(known)
    return g
