"""The normal form of a flip on a curve of minima in the plane, exactly, from Taylor coefficients.

One parameter is taken for the coordinate along the curve, so that the curve is a graph over it,
and p is the offset in the other. With μ = ηλ − 2 a step is then

    p' = −(1 + μ)p + (A₀ + A₁μ)p² + Bp³ + …,    μ' = μ + (d₁₀ + d₁₁μ)p + d₂p² + …

and μ + ep with e = d₁₀/2 moves by −kp² only, on average over two steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from math import factorial

import sympy as sp

from ..errors import InputError
from .law import gap
from .objective import Objective

_DEGREE = 4
Series = dict[tuple[int, int], sp.Expr]  # coefficients of p^i δ^j


@dataclass(frozen=True)
class PlanarForm:
    """The coefficients of the normal form, with μ = ηλ − 2 for the flip at η = 2/λ.

    `slope` is ∂μ/∂δ along the coordinate δ of the curve; where it is 0 nothing drifts.
    """

    eta: sp.Expr
    slope: sp.Expr
    quadratic: tuple[sp.Expr, sp.Expr]  # A₀, A₁
    cubic: sp.Expr  # B
    linear_drift: tuple[sp.Expr, sp.Expr]  # d₁₀, d₁₁
    quadratic_drift: sp.Expr  # d₂

    @property
    def shift(self) -> sp.Expr:
        """e, by which μ + ep loses the term that is linear in p."""
        return self.linear_drift[0] / 2

    @property
    def c(self) -> sp.Expr:
        """c = (A₀ + e)² + B − A₁e, for P in the units of the coordinate p."""
        a0, a1 = self.quadratic
        return sp.simplify((a0 + self.shift) ** 2 + self.cubic - a1 * self.shift)

    @property
    def k(self) -> sp.Expr:
        """k = −(d₂ − d₁₁e + e(A₀ + e))."""
        e = self.shift
        inner = self.quadratic_drift - self.linear_drift[1] * e + e * (self.quadratic[0] + e)
        return sp.simplify(-inner)

    @property
    def kappa(self) -> sp.Expr:
        """κ = k/(2c), in which the units of p cancel."""
        return sp.simplify(gap(self.c, self.k))


def planar_form(objective: Objective, at: Mapping[str, sp.Expr]) -> PlanarForm:
    """The normal form at an exact minimum (x, y), at the step size η = 2/λ of its flip.

    Raises InputError where the point is no minimum on a curve of minima, as far as the terms up to
    the fourth order tell.

    >>> form = planar_form(Objective.parse("log(cosh(x*y))"), {"x": sp.S(0), "y": sp.S(4)})
    >>> form.eta, form.c, form.k, form.kappa  # κ = η²/ρ with ρ = 2/3
    (1/8, 32/3, 1/2, 3/128)
    """
    if len(objective.parameters) != 2:
        raise InputError("the planar normal form is of objectives of two parameters")
    point = {symbol: at[symbol.name] for symbol in objective.parameters}
    taylor = _taylor(objective, point)
    if not _vanishes(taylor.get((1, 0), 0)) or not _vanishes(taylor.get((0, 1), 0)):
        raise InputError("the gradient is not 0 there")
    if _vanishes(taylor.get((2, 0), 0)):
        taylor = {(j, i): c for (i, j), c in taylor.items()}  # the other coordinate for the curve
    return planar_form_of(taylor)


def planar_form_of(taylor: Series) -> PlanarForm:
    """The same from the Taylor coefficients a_ij of x^i y^j, up to i + j = 4; a₂₀ is not 0.

    Raises InputError where the minima are no curve x = m(y), up to the terms that are given.
    """
    curve = _curve(taylor)
    x_slope, y_slope = (_shifted(s, curve, 3) for s in (_partial(taylor, 0), _partial(taylor, 1)))
    if any(not _vanishes(s.get((0, j), 0)) for s in (x_slope, y_slope) for j in range(4)):
        raise InputError("the minimum does not lie on a curve of minima")
    trace = _sum(_partial(_partial(taylor, 0), 0), _partial(_partial(taylor, 1), 1))
    sharpness = _shifted(trace, curve, 2)
    value = sharpness[0, 0]
    eta = sp.simplify(2 / value)
    mu1, mu2 = (eta * sharpness.get((0, j), sp.S.Zero) for j in (1, 2))
    moved = _scaled(y_slope, -eta)  # δ' − δ
    after = _sum({(0, 1): sp.S.One}, moved)
    p_next = _sum(
        {(1, 0): sp.S.One}, _scaled(x_slope, -eta), curve, _scaled(_of(curve, after, 3), -sp.S.One)
    )
    change = _sum(_scaled(moved, mu1), _scaled(_product(after, after, 2), mu2), {(0, 2): -mu2})
    unit = mu1 if not _vanishes(mu1) else sp.S.One  # without a slope nothing is lost by a 1
    return PlanarForm(
        eta,
        sp.simplify(mu1),
        (_at(p_next, 2, 0), _at(p_next, 2, 1) / unit),
        _at(p_next, 3, 0),
        (_at(change, 1, 0), _at(change, 1, 1) / unit),
        _at(change, 2, 0),
    )


def _taylor(objective: Objective, point: Mapping[sp.Symbol, sp.Expr]) -> Series:
    """The coefficients a_ij of (x − x₀)^i (y − y₀)^j."""
    x, y = objective.parameters
    found = {}
    for i, j in product(range(_DEGREE + 1), repeat=2):
        if i + j <= _DEGREE:
            slope = sp.diff(objective.expression, (x, i), (y, j))
            found[i, j] = sp.simplify(slope.subs(point)) / (factorial(i) * factorial(j))
    return found


def _curve(taylor: Series) -> Series:
    """m(δ) up to δ³: where the derivative in x is 0, term by term."""
    curve: Series = {}
    slope, second = _partial(taylor, 0), 2 * taylor[2, 0]
    for j in (1, 2, 3):
        left = _shifted(slope, curve, j).get((0, j), sp.S.Zero)
        curve[0, j] = sp.simplify(-left / second)
    return curve


def _shifted(series: Series, curve: Series, degree: int) -> Series:
    """A series in (x, δ) with x = m(δ) + p."""
    place = _sum({(1, 0): sp.S.One}, curve)
    total: Series = {}
    for (i, j), c in series.items():
        term: Series = {(0, j): c} if j <= degree else {}
        for _ in range(i):
            term = _product(term, place, degree)
        total = _sum(total, term)
    return total


def _of(curve: Series, inner: Series, degree: int) -> Series:
    """A series in δ alone at another series."""
    total: Series = {}
    power: Series = {(0, 0): sp.S.One}
    for j in range(1, degree + 1):
        power = _product(power, inner, degree)
        total = _sum(total, _scaled(power, curve.get((0, j), sp.S.Zero)))
    return total


def _partial(series: Series, axis: int) -> Series:
    """The derivative in the first coordinate or the second."""
    found = {}
    for powers, c in series.items():
        if powers[axis]:
            i, j = (n - (k == axis) for k, n in enumerate(powers))
            found[i, j] = powers[axis] * c
    return found


def _product(left: Series, right: Series, degree: int) -> Series:
    found: Series = {}
    for (i, j), a in left.items():
        for (k, n), b in right.items():
            if i + j + k + n <= degree:
                found[i + k, j + n] = found.get((i + k, j + n), sp.S.Zero) + a * b
    return found


def _scaled(series: Series, factor: sp.Expr) -> Series:
    return {powers: factor * c for powers, c in series.items()}


def _sum(*parts: Series) -> Series:
    found: Series = {}
    for part in parts:
        for powers, c in part.items():
            found[powers] = found.get(powers, sp.S.Zero) + c
    return found


def _at(series: Series, i: int, j: int) -> sp.Expr:
    return sp.simplify(series.get((i, j), sp.S.Zero))


def _vanishes(value: sp.Expr) -> bool:
    return bool(sp.simplify(value) == 0)
