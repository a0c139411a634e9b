"""The slow curve's h_k in closed form: in a response's differential field, or for a generic r.

A differential field here is a field of rational functions over Q in p and finitely many generators
(t = tanh p, say) on which θ = p d/dp acts rationally. Arithmetic in it is FLINT's, which cancels
by polynomial gcd; no simplifier is asked whether anything is zero.
"""

from __future__ import annotations

from itertools import pairwise

import sympy as sp

from ..algebra.rational_functions import RationalFunction, RationalFunctions
from ..algebra.symbolic import attempted, cancelled
from ..arguments import integer, takes
from ..errors import InputError
from ..expressions.parsing import Z
from ..models import PHI_SQUARED, Model, P, R
from ..models.base import MODEL
from ..requirements import require_curved
from .epsilon_series import CurveSolver, EvenRing, root_of
from .first_order import generic_h

_MOST_TERMS = 1500  # of a numerator and denominator on the way; beyond, gcds take minutes
Element = RationalFunction


@takes(model=MODEL, order=integer)
def curve_closed(model: Model, order: int) -> tuple[sp.Expr, ...]:
    """h_1, …, h_order for this response, as expressions in p.

    Raises what `require_curved` raises (h_k never hides a division by 0), and InputError if no
    differential field of the kind above is found for the response, or the form gets too long.

    >>> from trajalign.theory.models import TwoLayerLinear
    >>> from trajalign.theory.responses import Loss
    >>> curve_closed(TwoLayerLinear(Loss.parse("pseudo-huber")), 2)
    (1/(2*(p**2 + 1)), (p**2 + 2)/(4*(p**2 + 1)**2))
    """
    require_curved(model.response)
    found = field_of(model)
    return tuple(found.expression(h) for h in _solve(model, found, order))


@takes(model=MODEL, order=integer)
def curve_generic(model: Model, order: int) -> tuple[sp.Expr, ...]:
    """h_1, …, h_order in terms of r, r', r'', … (and φ²), for an unspecified response.

    >>> from trajalign.theory.models import SingleNeuron
    >>> from trajalign.theory.responses import Activation
    >>> curve_generic(SingleNeuron(Activation.parse("tanh")), 1)
    (-r(p)*w(p)/(p*Derivative(r(p), p)),)
    """
    first, *others = sp.symbols(f"r0:{order + 2}")
    w, n = sp.Symbol("w"), root_of(model)
    r = first**n  # where the map has an n-th root of q, that of r stands for r
    names: dict[sp.Symbol, sp.Expr] = {P: P, w: PHI_SQUARED(P), first: R(P) ** sp.Rational(1, n)}
    names |= {symbol: sp.diff(R(P), P, k) for k, symbol in enumerate(others, start=1)}
    slopes = {P: P, w: 2 * P**2 * r}  # (φ²)' = 2φφ' = 2 p r
    slopes |= {first: P * others[0] / (n * first ** (n - 1))}
    slopes |= {a: P * b for a, b in pairwise(others)}
    generic = DifferentialField(names, slopes, r, w, P**2, root=(first, n))
    solved = _solve(model, generic, order)
    return tuple(generic.expression(h, factored=True) for h in solved)


def curve_terms(model: Model, order: int) -> tuple[sp.Expr, ...]:
    """h_1, …, h_order for this response: in closed form, or else the generic formulas filled in.

    The latter may be long, but need no field that is known. Raises what `require_curved` raises.
    """
    try:
        return curve_closed(model, order)
    except InputError:
        require_curved(model.response)
        if order == 1:  # which does not need a rational map
            return (model.concrete(generic_h(model)),)
        return tuple(model.concrete(h) for h in curve_generic(model, order))


def _solve(model: Model, ring: DifferentialField, order: int) -> list[Element]:
    solver = CurveSolver(model, ring)
    return [solver.advance() for _ in range(order)]


class DifferentialField(EvenRing[Element]):
    """Q(generators) with θ = p d/dp; `names` says what each generator stands for."""

    def __init__(
        self,
        names: dict[sp.Symbol, sp.Expr],
        slopes: dict[sp.Symbol, sp.Expr],
        r: sp.Expr,
        w: sp.Expr,
        x: sp.Expr,
        root: tuple[sp.Symbol, int] | None = None,
    ) -> None:
        """`root` is the generator that is an n-th root of r, and n."""
        self.names = names
        self.field = RationalFunctions(list(names))
        self.x, self.r, self.w = (self.field.element(e) for e in (x, r, w))
        self._root = root and (self.field.element(root[0]), root[1])
        generators = zip(names, self.field.gens, strict=True)
        self._slopes = {g: self.field.element(slopes[s]) for s, g in generators if s in slopes}
        self._lifts: dict[Element, list[Element]] = {}

    def number(self, value: sp.Rational) -> Element:
        return self.field.number(value)

    def multiply(self, a: Element, b: Element) -> Element:
        product = a * b
        if len(product.numer) + len(product.denom) > _MOST_TERMS:
            raise InputError(f"no closed form of fewer than {_MOST_TERMS} terms")
        return product

    def reciprocal(self, a: Element) -> Element:
        return 1 / a

    def power(self, a: Element, exponent: sp.Rational) -> Element:
        """A power of r; of anything else the root is in no field known here."""
        if self._root is None or a != self.r or self._root[1] % exponent.q:
            raise InputError("no closed form: the map has a root that is in no field known here")
        return self._root[0] ** int(exponent * self._root[1])

    def theta(self, a: Element) -> Element:
        """p da/dp, by the chain rule over the generators."""
        total = self.field.number(0)
        for generator in self.field.gens:
            partial = a.diff(generator)
            if partial:
                total += partial * self._slopes[generator]
        return total

    def lift(self, a: Element, j: int) -> Element:
        """pʲ/j! dʲ/dpʲ = θ(θ − 1)…(θ − j + 1)/j!."""
        known = self._lifts.setdefault(a, [a])
        while len(known) <= j:
            n = len(known)
            known.append((self.theta(known[-1]) - (n - 1) * known[-1]) / n)
        return known[j]

    def solve(self, residual: Element, slope: Element) -> Element:
        if slope == 0:
            raise ArithmeticError("r' vanishes identically")
        return -residual / slope

    def expression(self, a: Element, *, factored: bool = True) -> sp.Expr:
        """The element with the generators spelled out."""
        e = self.field.factored(a) if factored else a.expression()
        return e.subs(self.names)


def field_of(model: Model) -> DifferentialField:
    """The differential field of a response, found by adjoining what its formula needs.

    Raises InputError for a formula that needs more than tanh, exp, log, atan, erf of rational
    arguments, or the square root of a + b p².
    """
    response = model.response
    r = _in_tanh(response.response.subs(Z, P))
    w = sp.S.Zero
    if response.square is not None:
        w = _in_tanh(response.square.subs(Z, P))
    root = _common_root([r, w])
    if root is not None:
        return _root_field(r, w, *root)
    if r.has(sp.exp) or w.has(sp.exp):  # tanh would be a second name for the same function
        r, w = (e.replace(sp.tanh, lambda u: 1 - 2 / (sp.exp(2 * u) + 1)) for e in (r, w))
    tower = _Tower(_units(r.atoms(sp.exp) | w.atoms(sp.exp)))
    r, w = tower.adjoin(r), tower.adjoin(w)
    return DifferentialField(tower.names, tower.slopes, r, w, P**2)


def _in_tanh(e: sp.Expr) -> sp.Expr:
    """sinh and cosh in terms of tanh: sinh = tanh·cosh, cosh² = 1/(1 − tanh²)."""
    e = e.replace(sp.sinh, lambda u: sp.tanh(u) * sp.cosh(u))
    e = e.replace(sp.coth, lambda u: 1 / sp.tanh(u)).replace(sp.sech, lambda u: 1 / sp.cosh(u))

    def even_power(base: sp.Expr, exponent: sp.Expr) -> sp.Expr:
        return (1 - sp.tanh(base.args[0]) ** 2) ** (-exponent / 2)

    e = attempted(lambda u: sp.powsimp(sp.expand_mul(u)), e, otherwise=e) if e.has(sp.cosh) else e
    return e.replace(
        lambda x: x.is_Pow and isinstance(x.base, sp.cosh) and x.exp.is_Integer and x.exp % 2 == 0,
        lambda x: even_power(x.base, x.exp),
    )


def _common_root(parts: list[sp.Expr]) -> tuple[sp.Expr, sp.Expr] | None:
    """(a, b) if the only irrational things in the parts are powers of √(a + b p²)."""
    powers = [p for e in parts for p in e.atoms(sp.Pow) if not p.exp.is_Integer]
    roots = {p.base for p in powers}
    if len(roots) != 1 or any(e.has(sp.Function) for e in parts):
        return None
    if any(p.exp.q != 2 for p in powers):
        raise InputError(f"no closed form: {powers[0]} is in no differential field known here")
    polynomial = sp.Poly(roots.pop(), P)
    b, linear, a = (polynomial.coeff_monomial(P**k) for k in (2, 1, 0))
    if polynomial.degree() != 2 or linear != 0 or not (a.is_Rational and b.is_Rational):
        return None
    return a, b


def _root_field(r: sp.Expr, w: sp.Expr, a: sp.Expr, b: sp.Expr) -> DifferentialField:
    """Q(s) with s = √(a + b p²): p² = (s² − a)/b and θs = (s² − a)/s."""
    s = sp.Symbol("s", positive=True)
    x = (s**2 - a) / b

    def in_root(e: sp.Expr) -> sp.Expr:
        e = e.replace(lambda f: f.is_Pow and not f.exp.is_Integer, lambda f: s ** int(2 * f.exp))
        e = cancelled(e.subs(P, sp.sqrt(sp.Symbol("X", positive=True))))
        return cancelled(e.subs(sp.Symbol("X", positive=True), x))

    names = {s: sp.sqrt(a + b * P**2)}
    return DifferentialField(names, {s: (s**2 - a) / s}, in_root(r), in_root(w), x)


def _units(exponentials: set[sp.Expr]) -> tuple[sp.Expr, ...]:
    """Arguments u such that every exponential is an integer power of one exp(u)."""
    found: list[sp.Expr] = []
    for argument in sorted((e.args[0] for e in exponentials), key=str):
        for k, unit in enumerate(found):
            ratio = cancelled(argument / unit)
            if ratio.is_Rational:
                found[k] = unit / ratio.q
                break
        else:
            found.append(argument)
    return tuple(found)


class _Tower:
    """Generators collected one by one, each with its θ; `units` are those of its exponentials."""

    def __init__(self, units: tuple[sp.Expr, ...]) -> None:
        self._units = units
        self.names: dict[sp.Symbol, sp.Expr] = {P: P}
        self.slopes: dict[sp.Symbol, sp.Expr] = {P: P}
        self._known: dict[sp.Expr, sp.Expr] = {P: P}

    def adjoin(self, e: sp.Expr) -> sp.Expr:
        """The expression as a rational function of generators, adjoining those that miss."""
        if e.is_Rational:
            return e
        if e not in self._known:
            self._known[e] = self._adjoined(e)
        return self._known[e]

    def _adjoined(self, e: sp.Expr) -> sp.Expr:
        if e.is_number:
            return self._generator(e, sp.S.Zero)
        if e.is_Add or e.is_Mul:
            return e.func(*(self.adjoin(part) for part in e.args))
        if e.is_Pow and e.exp.is_Integer:
            return self.adjoin(e.base) ** e.exp
        if isinstance(e, sp.exp):
            powers = ((u, cancelled(e.args[0] / u)) for u in self._units)
            for unit, power in powers:
                if power.is_Integer and power != 1:
                    return self.adjoin(sp.exp(unit)) ** power
        if isinstance(e, (sp.tanh, sp.exp, sp.log, sp.atan, sp.erf)):
            inner = e.args[0]
            self.adjoin(inner)
            generator = self._generator(e, None)
            self._known[e] = generator
            slope = _in_tanh(P * sp.diff(e, P))
            self.slopes[generator] = self.adjoin(slope)
            return generator
        raise InputError(f"no closed form: {e} is in no differential field known here")

    def _generator(self, e: sp.Expr, slope: sp.Expr | None) -> sp.Symbol:
        generator = sp.Symbol(f"g{len(self.names)}")
        self.names[generator] = e
        if slope is not None:
            self.slopes[generator] = slope
        return generator
