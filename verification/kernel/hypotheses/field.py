"""The differential field of a response: z, e^(cz), a square root, and what has a slope in these.

Every formula of A1 to A4 is a quotient of polynomials in a few functions of z, the atoms, whose
derivatives are quotients of the same kind. So a derivative, and what stands at 0, are algebra.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce

import sympy as sp

from ....theory.expressions.parsing import Z
from ..names import Untranslatable

T = sp.Symbol("t_", positive=True)  # z > 0
HYPERBOLIC = [sp.tanh, sp.sinh, sp.cosh]
_MOST_POWERS = 40


@dataclass(frozen=True)
class Atom:
    """One function of z: its symbol, itself in Z, its slope in the symbols, its value at 0.

    `kind` is "exp", "root" or "other"; `rate` is c of e^(cz); `square` what a root is the root of.
    """

    symbol: sp.Symbol
    expression: sp.Expr
    slope: sp.Expr
    start: sp.Expr
    kind: str
    rate: sp.Rational = sp.S.One
    square: sp.Expr = sp.S.Zero


@dataclass(frozen=True)
class Field:
    """The atoms that some expressions in Z are made of."""

    atoms: tuple[Atom, ...]

    @property
    def symbols(self) -> tuple[sp.Symbol, ...]:
        """z and the atoms, as polynomials have them."""
        return (T, *(atom.symbol for atom in self.atoms))

    def inside(self, e: sp.Expr) -> sp.Expr:
        """An expression in Z as a quotient of polynomials in the symbols, in lowest terms.

        Raises Untranslatable where it has other parts.
        """
        return self.reduced(_read(e, self.atoms))

    def outside(self, f: sp.Expr) -> sp.Expr:
        """The same back in Z."""
        return f.xreplace({T: Z, **{atom.symbol: atom.expression for atom in self.atoms}})

    def slope(self, f: sp.Expr) -> sp.Expr:
        """The derivative, in the symbols."""
        parts = (sp.diff(f, atom.symbol) * atom.slope for atom in self.atoms)
        return self.reduced(sp.diff(f, T) + sp.Add(*parts))

    def at_zero(self, f: sp.Expr) -> sp.Expr:
        """The value at z = 0; NaN where that is 0/0."""
        start = {T: sp.S.Zero, **{atom.symbol: atom.start for atom in self.atoms}}
        above, below = sp.fraction(f)
        under = below.xreplace(start)
        return sp.nan if under == 0 else above.xreplace(start) / under

    def everywhere(self, f: sp.Expr) -> bool:
        """Whether the denominator is seen to have no zero: even powers, positive coefficients."""
        _, below = sp.fraction(f)
        others = {atom.symbol for atom in self.atoms if atom.kind == "other"}
        for part, _ in sp.factor_list(below, *self.symbols)[1]:
            terms = sp.Poly(part, *self.symbols).terms()
            positive = all(c > 0 and m[0] % 2 == 0 for m, c in terms)
            if not (positive and any(m[0] == 0 for m, _ in terms)) or others & part.free_symbols:
                return False
        return True

    def reduced(self, f: sp.Expr) -> sp.Expr:
        """In lowest terms, a root in no higher power than the first."""
        for atom in self.atoms:
            if atom.kind == "root":
                above, below = (_lowered(part, atom) for part in sp.fraction(sp.together(f)))
                (a, b), (c, d) = _by_root(above, atom), _by_root(below, atom)
                if d != 0 and c != 0:  # (a + bw)/(c + dw), made rational below
                    above = _lowered(sp.expand((a + b * atom.symbol) * (c - d * atom.symbol)), atom)
                    below = sp.expand(c**2 - d**2 * atom.square)
                f = above / below
        return sp.factor(sp.cancel(sp.together(f))) if f != 0 else f


def field_of(expressions: Iterable[sp.Expr]) -> Field:
    """The field of some expressions in Z, by as few powers of e^(cz) as they have.

    Raises Untranslatable where one has other parts.

    >>> [atom.expression for atom in field_of([sp.tanh(Z)]).atoms]
    [exp(2*z)]
    """
    given = tuple(expressions)
    finest = _field(given, 1)
    name = next((atom.symbol for atom in finest.atoms if atom.kind == "exp"), None)
    if name is None:
        return finest
    elements = [*map(finest.inside, given), *(a.slope for a in finest.atoms if a.kind == "other")]
    powers = {
        power
        for e in elements
        for part in sp.fraction(e)
        for (power,) in sp.Poly(part, name).monoms()
    }
    step = reduce(math.gcd, powers) or 1
    if max(powers) > _MOST_POWERS * step:
        raise Untranslatable("its exponentials have rates too far apart")
    return _field(given, step)


def _field(expressions: tuple[sp.Expr, ...], power: int) -> Field:
    parts = [e.rewrite(HYPERBOLIC, sp.exp) for e in map(_plain, expressions)]
    atoms = [*_exponential(parts, power), *_root(parts)]
    for e in expressions:
        for part in sorted(e.atoms(sp.atan, sp.asinh, sp.log), key=sp.count_ops):
            if any(atom.expression == part for atom in atoms):
                continue
            start = part.subs(Z, 0)
            if start != 0:
                raise Untranslatable(f"{part} is not 0 at 0")
            slope = Field(tuple(atoms)).inside(sp.diff(part, Z))
            name = sp.Symbol(f"a{len(atoms)}_", positive=True)
            atoms.append(Atom(name, part, slope, start, "other"))
    return Field(tuple(atoms))


def _plain(e: sp.Expr) -> sp.Expr:
    """Without atan and its like, whose arguments may hold what no atom is needed for."""
    return e.replace(lambda p: p.func in (sp.atan, sp.asinh, sp.log), lambda p: sp.diff(p, Z))


def _exponential(parts: Iterable[sp.Expr], power: int) -> list[Atom]:
    rates = {arg / Z for e in parts for arg in (p.args[0] for p in e.atoms(sp.exp))}
    rates = {abs(sp.cancel(rate)) for rate in rates}
    if not rates:
        return []
    if not all(rate.is_Rational for rate in rates):
        raise Untranslatable("an exponential of what is no multiple of z")
    rate = power * reduce(sp.gcd, rates)
    name = sp.Symbol("e_", positive=True)
    return [Atom(name, sp.exp(rate * Z), rate * name, sp.S.One, "exp", rate)]


def _root(parts: Iterable[sp.Expr]) -> list[Atom]:
    bases = {p.base for e in parts for p in e.atoms(sp.Pow) if p.exp.is_Rational and p.exp.q == 2}
    bases = {base for base in bases if base.has(Z)}
    if not bases:
        return []
    if len(bases) > 1 or not sp.Poly(base := bases.pop(), Z).degree() == 2:
        raise Untranslatable("more than one square root, or one of no quadratic")
    start, name = sp.sqrt(base.subs(Z, 0)), sp.Symbol("w_", positive=True)
    if not (start.is_Rational and base.coeff(Z, 1) == 0):
        raise Untranslatable(f"the square root of {base} has no rational value at 0")
    square = base.subs(Z, T)
    slope = sp.diff(square, T) / (2 * name)
    return [Atom(name, sp.sqrt(base), slope, start, "root", square=square)]


def _read(e: sp.Expr, atoms: tuple[Atom, ...]) -> sp.Expr:
    known = {atom.expression: atom.symbol for atom in atoms}
    if e in known:
        return known[e]
    if e == Z:
        return T
    if e.is_Rational:
        return e
    if isinstance(e, sp.exp):
        atom = next(a for a in atoms if a.kind == "exp")
        return atom.symbol ** (e.args[0] / (atom.rate * Z))
    if e.func in HYPERBOLIC:
        return _read(e.rewrite(HYPERBOLIC, sp.exp), atoms)
    if e.is_Pow and e.exp.is_Integer:
        return _read(e.base, atoms) ** e.exp
    if e.is_Pow and e.exp.is_Rational and e.exp.q == 2:
        return _read(sp.sqrt(e.base), atoms) ** e.exp.p
    if e.is_Add or e.is_Mul:
        return e.func(*(_read(part, atoms) for part in e.args))
    raise Untranslatable(f"{type(e).__name__} has no place in the field of the response")


def _lowered(polynomial: sp.Expr, root: Atom) -> sp.Expr:
    """With square^k for the 2k-th power of a root."""
    found = sp.Poly(polynomial, root.symbol)
    return sp.expand(
        sp.Add(*(c * root.square ** (n // 2) * root.symbol ** (n % 2) for (n,), c in found.terms()))
    )


def _by_root(polynomial: sp.Expr, root: Atom) -> tuple[sp.Expr, sp.Expr]:
    found = sp.Poly(polynomial, root.symbol)
    return found.coeff_monomial(1), found.coeff_monomial(root.symbol)
