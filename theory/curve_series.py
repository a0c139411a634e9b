"""The slow curve q = r(p)(1 + Σ εᵏ h_k(p)) as exact power series in x = p², to any order.

The curve is invariant under the reduced map composed with p ↦ −p. With A = −p'/p the condition is
Q(xA²) = q'(x, Q), in which every map enters only through its arithmetic: the generic map becomes a
straight-line program over series in ε whose coefficients are polynomials in x (FLINT rationals).
At order k everything is known but h_k, which enters linearly with the factor L(x) = −4 x r'(x).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from math import comb

import sympy as sp
from flint import fmpq, fmpq_poly

from .errors import InputError
from .models import EPSILON, ETA, PHI_SQUARED, Model, P, Q, R
from .responses import Activation
from .series import taylor

_X, _R, _W = sp.Symbol("x"), sp.Symbol("R"), sp.Symbol("W")


@dataclass(frozen=True)
class CurveSeries:
    """h_1, …, h_K and the factor A = |p'/p| on the curve, as exact power series in p².

    `h[k-1][n]` and `factor[k][n]` are the coefficients of εᵏ p²ⁿ. `unit` is 1, or the number u for
    which they are rational multiples of uⁿ⁻ᵏ (π for a scaled erf).
    """

    h: tuple[tuple[sp.Expr, ...], ...]
    factor: tuple[tuple[sp.Expr, ...], ...]
    unit: sp.Expr

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


def curve_series(model: Model, order: int, terms: int = 1) -> CurveSeries:
    """The first `order` coefficients h_k, each to `terms` powers of p².

    Raises InputError if r''(0) = 0 or if the coefficients of r are not rational up to a unit,
    NoExpansionError if r has no power series.

    >>> from trajalign.theory.models import TwoLayerLinear
    >>> from trajalign.theory.responses import Loss
    >>> curve_series(TwoLayerLinear(Loss.parse("log-cosh")), 2).limit
    (1, 3/4, 63/80)
    """
    if order < 1 or terms < 1:
        raise InputError(f"slow curve: order and terms must be positive, not {order} and {terms}")
    size = terms + order  # each order costs one power of x
    r, w, unit = _rational_series(model, size)
    if r[1] == 0:
        raise InputError(f"{model.response.text}: r''(0) = 0, so its slow curve has no expansion")
    solver = _Solver(model, r, w, size)
    for _ in range(order):
        solver.advance()
    h = tuple(_symbolic(series, k, terms, unit) for k, series in enumerate(solver.h, start=1))
    factor = tuple(_symbolic(solver.factor.terms[k], k, terms, unit) for k in range(order + 1))
    return CurveSeries(h, factor, unit)


def _rational_series(model: Model, size: int) -> tuple[fmpq_poly, fmpq_poly, sp.Expr]:
    """r and φ² as polynomials in u·x with rational coefficients, and the unit u."""
    r = taylor(model.response.response, 2 * size)[::2]
    unit = r[1].as_coeff_Mul()[1] if not r[1].is_Rational else sp.Integer(1)
    w: tuple[sp.Expr, ...] = (sp.Integer(0),) * size
    if isinstance(model.response, Activation):
        w = taylor(model.response.expression**2, 2 * size)[::2]
    # φ² = x·(…): it carries one power of the unit less, and ε one more.
    scaled = [_scaled(r, unit, 0, model), _scaled(w, unit, 1, model)]
    return scaled[0], scaled[1], unit


def _scaled(series: tuple[sp.Expr, ...], unit: sp.Expr, shift: int, model: Model) -> fmpq_poly:
    numbers = [sp.expand(c / unit ** (n - shift)) for n, c in enumerate(series)]
    bad = next((c for c in numbers if not c.is_Rational), None)
    if bad is not None:
        raise InputError(
            f"{model.response.text}: its power series has the coefficient {bad}, which is not "
            "rational; exact series need rational coefficients (or multiples of powers of one unit)"
        )
    return fmpq_poly([fmpq(int(c.p), int(c.q)) for c in numbers])


def _symbolic(series: fmpq_poly, k: int, terms: int, unit: sp.Expr) -> tuple[sp.Expr, ...]:
    known = [series[n] for n in range(terms)]
    return tuple(sp.Rational(int(c.p), int(c.q)) * unit ** (n - k) for n, c in enumerate(known))


class _Series:
    """A power series in ε, computed term by term; terms are polynomials in x below `size`."""

    def __init__(self, size: int, start: int = 0) -> None:
        self.size, self.start = size, start  # the terms below `start` are known to vanish
        self.terms: list[fmpq_poly] = []

    def next(self, k: int) -> fmpq_poly:
        """Term k, from the terms up to k of the series it is made of."""
        raise NotImplementedError

    def update(self, k: int) -> None:
        """Compute term k, again if it is there already."""
        del self.terms[k:]
        self.terms.append(self.next(k))


class _Given(_Series):
    def __init__(self, size: int, terms: list[fmpq_poly]) -> None:
        super().__init__(size)
        self.given = terms

    def next(self, k: int) -> fmpq_poly:
        return self.given[k] if k < len(self.given) else fmpq_poly()


class _Sum(_Series):
    def __init__(self, parts: list[_Series]) -> None:
        super().__init__(parts[0].size, min(part.start for part in parts))
        self.parts = parts

    def next(self, k: int) -> fmpq_poly:
        return reduce(lambda a, b: a + b, (part.terms[k] for part in self.parts))


class _Product(_Series):
    def __init__(self, left: _Series, right: _Series) -> None:
        super().__init__(left.size, left.start + right.start)
        self.left, self.right = left, right

    def next(self, k: int) -> fmpq_poly:
        a, b, n = self.left.terms, self.right.terms, self.size
        total = fmpq_poly()
        for i in range(self.left.start, k - self.right.start + 1):
            if a[i] and b[k - i]:
                total += a[i].mul_low(b[k - i], n)
        return total


class _Inverse(_Series):
    def __init__(self, base: _Series) -> None:
        super().__init__(base.size)
        self.base = base

    def next(self, k: int) -> fmpq_poly:
        a, n = self.base.terms, self.size
        if k == 0:
            self.lead = _reciprocal(a[0], n)
            return self.lead
        total = fmpq_poly()
        for i in range(1, k + 1):
            if a[i]:
                total += a[i].mul_low(self.terms[k - i], n)
        return -total.mul_low(self.lead, n)


class _Lifted(_Series):
    """xʲ/j! ∂ʲ/∂xʲ of a series: the factor of (A² − 1)ʲ in Q(xA²)."""

    def __init__(self, base: _Series, j: int) -> None:
        super().__init__(base.size)
        self.base, self.j = base, j

    def next(self, k: int) -> fmpq_poly:
        return fmpq_poly([comb(n, self.j) * c for n, c in enumerate(self.base.terms[k].coeffs())])


class _Solver:
    """The program for Q(xA²) − q', advanced one order of ε at a time."""

    def __init__(self, model: Model, r: fmpq_poly, w: fmpq_poly, size: int) -> None:
        self.size, self.r = size, r
        self.program: list[_Series] = []
        self.h: list[fmpq_poly] = []
        self.curve = self._add(_Given(size, [r]))
        one, x = fmpq_poly([1]), fmpq_poly([0, 1])
        self.known: dict[sp.Expr, _Series] = {
            Q: self.curve,
            _X: self._add(_Given(size, [x])),
            _R: self._add(_Given(size, [r])),
            _W: self._add(_Given(size, [w])),
            EPSILON: self._add(_Given(size, [fmpq_poly(), one])),
        }
        p_factor, q_next = _even_map(model)
        self.factor = self._compile(p_factor)
        square = self._add(_Product(self.factor, self.factor))
        self.growth = self._add(_Sum([square, self._add(_Given(size, [-one]))]))
        self.growth.start = 1
        self.target = self._compile(q_next)
        self.moved: list[_Series] = [self.curve]
        self.power: _Series | None = None
        self.order = 0
        self._run(0)
        if self.growth.terms[0]:
            raise ArithmeticError("at ε = 0 the curve q = r(p) does not consist of 2-cycles")

    def advance(self) -> None:
        """Find the next h_k."""
        self.order += 1
        k = self.order
        # (A² − 1)ᵏ joins the sum at order k.
        power = self.growth if self.power is None else _Product(self.power, self.growth)
        if self.power is not None:
            self._add(power)
        self.power = power
        self.moved.append(self._add(_Product(power, self._add(_Lifted(self.curve, k)))))
        for late in self.program:
            while len(late.terms) < k:
                late.update(len(late.terms))
        residual = self._residual(fmpq_poly())
        if k == 1:
            one = self._residual(fmpq_poly([1]))
            slope = one - residual
            if slope[0] or not slope[1]:
                raise ArithmeticError("h_k does not enter the invariance with the factor x")
            self.divisor = _reciprocal(slope.right_shift(1), self.size)
        if residual[0]:
            raise ArithmeticError(f"the invariance at order {k} has no solution at p = 0")
        h = -residual.right_shift(1).mul_low(self.divisor, self.size)
        self._residual(h)
        self.h.append(h)

    def _residual(self, h: fmpq_poly) -> fmpq_poly:
        """Order k of Q(xA²) − q' with the given h_k."""
        k = self.order
        self.curve.given = [*self.curve.given[:k], h.mul_low(self.r, self.size)]
        self._run(k)
        total = reduce(lambda a, b: a + b, (series.terms[k] for series in self.moved))
        return (total - self.target.terms[k]).truncate(self.size)

    def _run(self, k: int) -> None:
        for series in self.program:
            series.update(k)

    def _add(self, series: _Series) -> _Series:
        self.program.append(series)
        return series

    def _compile(self, e: sp.Expr) -> _Series:
        if e not in self.known:
            self.known[e] = self._translate(e)
        return self.known[e]

    def _translate(self, e: sp.Expr) -> _Series:
        if e.is_Rational:
            return self._add(_Given(self.size, [fmpq_poly([fmpq(int(e.p), int(e.q))])]))
        if e.is_Add:
            return self._add(_Sum([self._compile(part) for part in e.args]))
        if e.is_Mul:
            factors = [self._compile(part) for part in e.args]
            return reduce(lambda a, b: self._add(_Product(a, b)), factors)
        if e.is_Pow and e.exp.is_Integer and e.exp > 0:
            base = self._compile(e.base)
            return reduce(lambda a, b: self._add(_Product(a, b)), [base] * int(e.exp))
        if e.is_Pow and e.exp.is_Integer:
            return self._add(_Inverse(self._compile(e.base**-e.exp)))
        raise InputError(f"the reduced map is not rational in p, q, ε and the response: {e}")


def _even_map(model: Model) -> tuple[sp.Expr, sp.Expr]:
    """A = −p'/p and q' in terms of x = p², R, W, Q and ε."""
    generic, names = model.generic(), {R(P): _R, PHI_SQUARED(P): _W}
    place = {ETA: model.step_size(EPSILON)}
    parts = (sp.expand(-generic.p_next / P), generic.q_next)
    even = [part.subs(place).subs(names).subs(P, sp.sqrt(_X)) for part in parts]
    if any(part.has(sp.sqrt(_X)) for part in even):
        raise InputError("the reduced map is not odd in p")
    return even[0], even[1]


def _reciprocal(a: fmpq_poly, size: int) -> fmpq_poly:
    """1/a below x^size, by Newton's method. Raises ZeroDivisionError if a(0) = 0."""
    g, known = fmpq_poly([1 / a[0]]), 1
    while known < size:
        known = min(2 * known, size)
        g = (2 * g - a.truncate(known).mul_low(g.mul_low(g, known), known)).truncate(known)
    return g
