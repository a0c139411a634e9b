"""The differential field of a response: what its formula needs is adjoined, piece by piece."""

from __future__ import annotations

import sympy as sp

from ..algebra.symbolic import attempted, cancelled
from ..errors import InputError
from ..expressions.parsing import Z
from ..models import Model, P
from .differential_field import DifferentialField


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
