"""The frozen-q family g_q(p) = (1 − 2 r(p)/q) p: fixed point, 2-cycle, normal forms, and the
points of the 2-cycle where its multiplier takes a given value.

The identities are derived for a generic odd g_q; each raises ArithmeticError if it does not come
out, so that a model with another frozen family cannot pass for one of these.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import sympy as sp
from mpmath import mp
from sympy.core.evalf import PrecisionExhausted

from .curve_closed import field_of
from .errors import InputError, NotFiniteError
from .expressions import Z
from .models import ETA, Model, P, Q, R, SingleNeuron, TwoLayerLinear
from .responses import Activation, Loss, Response

_PER_OCTAVE = 8
_OCTAVES = range(-6, 6)  # of the response's scale
_DIGITS, _MAX_DIGITS = 20, 400  # asked for, and allowed on the way to them
_HALVINGS = 12  # of the bracket that the grid gives for a root


@dataclass(frozen=True)
class FrozenFamily:
    """g_q(p) and what is derived from it, for one response.

    - `trivial_multiplier`: g_q'(0);
    - `flip_coefficient`: a in g₁(g₁(p)) = p + a p³ + …; the flip is supercritical iff a < 0;
    - `response`, `log_slope`: r(p) and p r'(p)/r(p);
    - `cycle_multiplier`: the multiplier of the 2-cycle ±p at q = r(p);
    - `half_multiplier`: that of its point p, a fixed point of the half map −g_q; the square root
      of the former, 1 + 2 p r'/r;
    - `half_flip_coefficient`: with F = −g_q at q = r(a), the coefficient of (p − a)³ in F∘F where
      F'(a) = −1, as an expression in p = a.
    """

    step: sp.Expr
    trivial_multiplier: sp.Expr
    flip_coefficient: sp.Expr
    response: sp.Expr
    log_slope: sp.Expr
    cycle_multiplier: sp.Expr
    half_multiplier: sp.Expr
    half_flip_coefficient: sp.Expr


def frozen_family(model: Model) -> FrozenFamily:
    """Derive the frozen family's fixed points, 2-cycle and normal forms.

    >>> from trajalign.theory.models import TwoLayerLinear
    >>> from trajalign.theory.responses import Loss
    >>> family = frozen_family(TwoLayerLinear(Loss.parse("log-cosh")))
    >>> family.flip_coefficient, family.trivial_multiplier
    (-4/3, 1 - 2/q)
    """
    step = model.generic().p_next.subs(ETA, 0)
    if sp.cancel((step + P).subs(Q, R(P))) != 0:
        raise ArithmeticError("q = r(p) does not give the 2-cycle ±p")
    slope = sp.diff(step, P)
    # g_q is odd (r is even), so both points of the cycle ±p have the same slope.
    half = sp.expand(-sp.factor(sp.cancel(slope.subs(Q, R(P)))))
    trivial = sp.expand(sp.diff(step.subs(R(P), 1), P))
    bends = [-sp.diff(step, P, k).subs(Q, R(P)) for k in (2, 3)]
    return FrozenFamily(
        step=model.concrete(step),
        trivial_multiplier=trivial,
        flip_coefficient=_flip_coefficient(step, model.response.curvature),
        response=model.concrete(R(P)),
        log_slope=model.concrete(P * sp.diff(R(P), P) / R(P)),
        cycle_multiplier=model.concrete(sp.factor(half) ** 2),
        half_multiplier=model.concrete(half),
        half_flip_coefficient=model.concrete(sp.expand(_cubic_of_square(*bends))),
    )


def _flip_coefficient(step: sp.Expr, curvature: sp.Expr) -> sp.Expr:
    """The cubic coefficient of g₁∘g₁, from r(p) = 1 + r''(0) p²/2 + O(p⁴)."""
    cubic = sp.expand(step.subs({Q: 1, R(P): 1 + curvature * P**2 / 2}))
    return sp.expand(cubic.subs(P, cubic)).coeff(P, 3)


def _cubic_of_square(second: sp.Expr, third: sp.Expr) -> sp.Expr:
    """c in F(F(a + x)) = a + x + c x³ + …, from F(a) = a, F'(a) = −1, F''(a) and F'''(a)."""
    x = sp.Symbol("x")
    b, c = sp.symbols("b c")
    once = -x + b * x**2 / 2 + c * x**3 / 6
    return sp.expand(once.subs(x, once)).coeff(x, 3).subs({b: second, c: third})


# Normal forms --------------------------------------------------------------------------------


def flip_coefficient(step: sp.Expr, variable: sp.Symbol, at: sp.Expr) -> sp.Expr:
    """The coefficient a in F(F(x)) = x + a (x − x0)³ + … at a flip of any smooth map F.

    Parameters: F as an expression, its variable, and the fixed point x0 with F'(x0) = −1.
    Returns a = −F''(x0)²/2 − F'''(x0)/3. Raises InputError if x0 is no such point.
    Source: the standard normal form of the flip, e.g. Kuznetsov, Elements of Applied Bifurcation
    Theory, §4.5; rederived in `_cubic_of_square`.

    >>> x = sp.Symbol("x")
    >>> flip_coefficient(3 * x * (1 - x), x, sp.Rational(2, 3))
    -18
    """
    value, slope, second, third = (sp.diff(step, variable, k).subs(variable, at) for k in range(4))
    for found, wanted, name in ((value, at, "F"), (slope, sp.S.NegativeOne, "F'")):
        if sp.simplify(found - wanted) != 0:
            raise InputError(f"no flip at {at}: {name}({at}) is {found}, not {wanted}")
    return sp.simplify(_cubic_of_square(second, third))


def flip_discriminant(objective: sp.Expr, variable: sp.Symbol, at: sp.Expr) -> sp.Expr:
    """3 F'''² − F'' F'''' at a critical point of a 1-D objective F with F'' > 0.

    Gradient descent with step 2/F'' flips there, with coefficient −2/(3 F''²) times this number:
    supercritical iff it is positive. For F with F' = p r(p), at p = 0, it is −3 r''(0).
    Raises InputError if F' is not 0 or F'' not positive there.
    Source: theory.md §2; Chen & Bruna 2023.

    >>> z = sp.Symbol("z")
    >>> flip_discriminant(sp.log(sp.cosh(z)), z, 0)
    2
    """
    slope, second, third, fourth = (
        sp.simplify(sp.diff(objective, variable, k).subs(variable, at)) for k in range(1, 5)
    )
    if slope != 0 or not second.is_positive:
        raise InputError(f"no minimum at {at}: F' is {slope} and F'' is {second} there")
    return sp.simplify(3 * third**2 - second * fourth)


def criticality(coefficient: sp.Expr) -> str:
    """ "supercritical", "subcritical" or "degenerate", from a in F(F(x)) = x + a (x − x0)³ + ….

    Raises InputError for a sign that cannot be told.

    >>> criticality(sp.Rational(-4, 3)), criticality(sp.S.Zero)
    ('supercritical', 'degenerate')
    """
    sign = _sign(coefficient, sp.S.Zero)
    return {-1: "supercritical", 0: "degenerate", 1: "subcritical"}[sign]


# Points of the 2-cycle where p r'/r takes a given value -----------------------------------------


@dataclass(frozen=True)
class ExactRoot:
    """A zero of `equation` (in P), the only one in the closed `interval` of rationals.

    `closed_form` is None where none was found; where one is given, substituting it was simplified
    to 0, and `enclose_root` of numerics/continuation.py confirms it in ball arithmetic.
    """

    equation: sp.Expr
    interval: tuple[sp.Rational, sp.Rational]
    closed_form: sp.Expr | None = None

    def digits(self, n: int = 30) -> sp.Float:
        """The root to n decimal digits, confirmed by a change of sign around them.

        >>> log_slope_root(Loss.parse("log-cosh"), sp.Rational(-1, 2)).digits(20)
        1.0886607588838974286
        """
        if self.closed_form is not None:
            return sp.N(self.closed_form, n)
        low, high = self.interval
        function = sp.lambdify(P, self.equation, "mpmath")
        with mp.workdps(n + 20):
            ends = [mp.mpf(int(end.p)) / int(end.q) for end in self.interval]
            found = mp.findroot(function, ends, solver="anderson", tol=mp.mpf(10) ** (-2 * n - 6))
            root = sp.Rational(sp.Float(found, n + 10))
        step = sp.Rational(10) ** (sp.ceiling(sp.log(high, 10)) - n) / 2
        if _sign(self.equation, root - step) * _sign(self.equation, root + step) >= 0:
            raise ArithmeticError(f"{self.equation} has no root at {found}")
        return sp.Float(root, n)

    def of(self, expression: sp.Expr) -> sp.Expr | None:
        """An expression in P at the root, exact; None without a closed form."""
        if self.closed_form is None:
            return None
        return sp.simplify(expression.subs(P, self.closed_form))

    def decimal(self, expression: sp.Expr, n: int = 30) -> sp.Float:
        """An expression in P at the root to about n digits."""
        at = self.closed_form if self.closed_form is not None else self.digits(n + 15)
        return sp.N(expression.subs(P, at), n)


@dataclass(frozen=True)
class RootSearch:
    """The roots found for 0 < p ≤ `searched_to`, in increasing order.

    `complete` says that the equation's exact factors admit no other p > 0; otherwise the roots are
    those that change the sign between neighbouring points of the grid.
    """

    roots: tuple[ExactRoot, ...]
    complete: bool
    searched_to: sp.Rational


def log_slope_root(response: Response, value: sp.Rational) -> ExactRoot:
    """The smallest p > 0 with p r'(p)/r(p) = value (z0 for −1/2, if the left side decreases).

    Raises InputError if none is found, and what `require_response` raises.

    >>> log_slope_root(Activation.parse("tanh"), sp.Integer(-1)).closed_form
    asinh(sqrt(2)/2)
    """
    search = log_slope_roots(response, value)
    if not search.roots:
        reach = "no p > 0" if search.complete else f"no p up to {search.searched_to}"
        raise InputError(f"{response.text}: {reach} has p r'(p)/r(p) = {value}")
    return search.roots[0]


@lru_cache(maxsize=256)
def log_slope_roots(response: Response, value: sp.Rational) -> RootSearch:
    """All p > 0 with p r'(p)/r(p) = value that a grid of rationals shows while r > 0.

    Raises what `require_response` raises.
    """
    require_response(response)
    points = positive_range(response)
    equation = log_slope(response) - value
    signs = [(p, _sign(equation, p)) for p in points]
    exact, complete = _exact_roots(response, lambda r, slope: slope / r - value)
    roots = _bracketed(equation, signs, exact)
    complete = complete and len(exact) == len(roots) and all(root.closed_form for root in roots)
    return RootSearch(roots, complete, points[-1])


def log_slope(response: Response) -> sp.Expr:
    """p r'/r = p s'/s − 1 with s = p r, which cancels less. As an expression in P."""
    s = response.slope.subs(Z, P)
    return P * sp.diff(s, P) / s - 1


def response_zero(response: Response) -> ExactRoot | None:
    """The first p > 0 at which r falls to 0, as far as the grid goes; None where r stays positive.

    >>> response_zero(Loss.parse("z**2/2 - z**4/24")).closed_form
    sqrt(6)
    """
    r = response.response.subs(Z, P)
    signs = [(p, _sign(r, p)) for p in grid(response)]
    exact, _ = _exact_roots(response, lambda r, slope: r)
    return next(iter(_bracketed(r, signs, exact)), None)


def positive_range(response: Response) -> list[sp.Rational]:
    """The grid's points up to the first zero of r."""
    zero = response_zero(response)
    if zero is None:
        return grid(response)
    return [*(p for p in grid(response) if p < zero.interval[0]), zero.interval[0]]


def grid(response: Response) -> list[sp.Rational]:
    """A geometric ladder of rationals p > 0, in the response's scale."""
    steps = [(sp.Rational(2) ** k, i) for k in _OCTAVES for i in range(_PER_OCTAVE)]
    ladder = [unit * (_PER_OCTAVE + i) / _PER_OCTAVE for unit, i in steps]
    return [response.scale * p for p in [*ladder, sp.Integer(2) ** _OCTAVES.stop]]


@lru_cache(maxsize=256)
def require_response(response: Response) -> None:
    """What every function here needs of a response.

    Raises NotFiniteError if r is not real and finite on the grid, InputError if it is not even or
    r(0) is not 1, NoExpansionError if it has no power series at 0.
    """
    start = response.response_series[0]
    if start != 1:
        raise InputError(f"{response.text}: r(0) must be 1, but is {start}")
    r = response.response.subs(Z, P)
    values = {p: _number(r, p, response.text) for x in grid(response) for p in (x, -x)}
    for p in grid(response):
        right, left = values[p], values[-p]
        if abs(right - left) > sp.Float("1e-15") * abs(right):
            shown = f"r({p}) = {sp.N(right, 8)} and r({-p}) = {sp.N(left, 8)}"
            raise InputError(f"{response.text}: r must be even, but {shown}")


def _bracketed(
    equation: sp.Expr, signs: list[tuple[sp.Rational, int]], exact: list[sp.Expr]
) -> tuple[ExactRoot, ...]:
    """One root per change of sign, with the exact one that lies in its interval, if any."""
    told = [(p, sign) for p, sign in signs if sign != 0]
    roots = []
    for (low, before), (high, after) in pairwise(told):
        if before == after:
            continue
        low, high = _narrowed(equation, low, high, before)
        inside = [c for c in exact if low <= c <= high and _vanishes(equation.subs(P, c))]
        roots.append(ExactRoot(equation, (low, high), inside[0] if len(inside) == 1 else None))
    return tuple(roots)


def _narrowed(
    equation: sp.Expr, low: sp.Rational, high: sp.Rational, before: int
) -> tuple[sp.Rational, sp.Rational]:
    for _ in range(_HALVINGS):
        # The middle may be the root itself; then another point serves.
        for weight in (sp.Rational(1, 2), sp.Rational(3, 8)):
            split = low + weight * (high - low)
            sign = _sign(equation, split)
            if sign != 0:
                break
        low, high = (split, high) if sign == before else (low, split)
    return low, high


def _exact_roots(
    response: Response, equation: Callable[[sp.Expr, sp.Expr], sp.Expr]
) -> tuple[list[sp.Expr], bool]:
    """The p > 0 with equation(r, p r') = 0 that can be solved for, and whether these are all.

    In a differential field that contains r the equation is a rational function of generators such
    as p and tanh p; a factor of its numerator in one generator alone can be solved exactly.
    """
    model = SingleNeuron(response) if isinstance(response, Activation) else _linear(response)
    try:
        field = field_of(model)
    except InputError:
        return [], False
    element = equation(field.r, field.theta(field.r))
    roots: list[sp.Expr] = []
    complete = True
    for factor, _ in element.numer.factor_list()[1]:
        solved = _solved(factor.as_expr(), field.names)
        complete = complete and solved is not None
        roots += solved or []
    return sorted(set(roots)), complete


def _linear(response: Response) -> Model:
    assert isinstance(response, Loss)
    return TwoLayerLinear(response)


def _solved(factor: sp.Expr, names: dict[sp.Symbol, sp.Expr]) -> list[sp.Expr] | None:
    """The p > 0 at which a factor vanishes; None if that is not known."""
    if len(factor.free_symbols) != 1:
        return None
    (generator,) = factor.free_symbols
    polynomial = sp.Poly(factor, generator)
    values = sp.roots(polynomial, cubics=False, quartics=False)
    if sum(values.values()) != polynomial.degree() or any(v.is_real is None for v in values):
        return None
    found = [_inverse(names[generator], value) for value in values if value.is_real]
    if None in found:
        return None
    return [p for p in found if p.is_positive]


def _inverse(name: sp.Expr, value: sp.Expr) -> sp.Expr | None:
    """The p ≥ 0 with name(p) = value; −1 if there is none, None if it is not known."""
    if name == P:
        return value
    if name.is_Pow and name.exp == sp.S.Half:  # √(a + b p²)
        b, a = name.base.coeff(P, 2), name.base.coeff(P, 0)
        square = (value**2 - a) / b
        return sp.sqrt(square) if value >= 0 and square >= 0 else sp.S.NegativeOne
    rate = name.args[0] / P if name.args else None
    if rate is None or not rate.is_Rational:
        return None
    if isinstance(name, sp.tanh):
        return sp.asinh(value / sp.sqrt(1 - value**2)) / rate if abs(value) < 1 else -sp.S.One
    if isinstance(name, sp.exp):
        return sp.log(value) / rate if value > 0 else sp.S.NegativeOne
    if isinstance(name, sp.atan):
        return sp.tan(value) / rate if abs(value) < sp.pi / 2 else sp.S.NegativeOne
    return None


def _vanishes(value: sp.Expr) -> bool:
    """Whether a constant is exactly 0: to 60 digits and by simplification."""
    return bool(abs(sp.N(value, 60)) < sp.Float("1e-50")) and sp.simplify(value) == 0


def _number(e: sp.Expr, p: sp.Rational, text: str = "") -> sp.Expr:
    """An expression in P at a rational, to 20 digits; exactly 0 where it vanishes."""
    try:
        value = e.evalf(_DIGITS, subs={P: p}, maxn=_MAX_DIGITS, strict=True)
    except PrecisionExhausted:
        value = sp.simplify(e.subs(P, p))
        value = value if value == 0 else value.evalf(_DIGITS)
    if not (value.is_real and value.is_finite):
        what = f"{text}: r" if text else str(e)
        raise NotFiniteError(f"{what} is not a finite real number at p = {p}, but {value}")
    return value


def _sign(e: sp.Expr, p: sp.Rational) -> int:
    return int(sp.sign(_number(e, p)))
