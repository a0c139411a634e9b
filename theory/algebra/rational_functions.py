"""Fields of rational functions over Q in opaque generators, by FLINT's multivariate polynomials.

Zero has a normal form here, and the gcd cannot fail: SymPy's own ("no luck") does, for two shifted
tanh already. A generator is a symbol or any expression that is kept whole, such as tanh p or √2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

import sympy as sp
from flint import Ordering, fmpz, fmpz_mpoly_ctx

from ..errors import InputError

_MOST_DIGITS = 18  # of an exponent; FLINT takes more, but nothing with such powers ever ends
Polynomial = Any  # flint.fmpz_mpoly


class RationalFunctions:
    """The field Q(generators); its elements are `RationalFunction`.

    >>> x, y = sp.symbols("x y")
    >>> field = RationalFunctions([x, y])
    >>> (field.element((x**2 - y**2) / (x + y)) / field.element(2 * x - 2 * y)).expression()
    1/2
    """

    def __init__(
        self, generators: Sequence[sp.Expr], meaning: Mapping[sp.Expr, sp.Expr] | None = None
    ) -> None:
        self.generators, self.meaning = tuple(generators), dict(meaning or {})
        names = [f"x{k}" for k in range(len(self.generators))]
        self._ring = fmpz_mpoly_ctx.get(names, Ordering.lex)
        gens = map(self.whole, self._ring.gens())
        self._known: dict[sp.Expr, RationalFunction] = dict(zip(self.generators, gens, strict=True))
        named = {e: self._known[name] for name, e in self.meaning.items()}
        self._known |= named
        self._roots = {(e.base, e.exp.q): a for e, a in named.items() if _is_root(e)}

    def whole(self, numerator: Polynomial) -> RationalFunction:
        """A polynomial as an element."""
        return RationalFunction(self, numerator, self._ring.constant(1))

    @property
    def gens(self) -> tuple[RationalFunction, ...]:
        """The generators as elements."""
        return tuple(self._known[g] for g in self.generators)

    def number(self, value: Any) -> RationalFunction:
        """A rational number (SymPy's, FLINT's or an int)."""
        p, q = (value, 1) if isinstance(value, int) else (value.p, value.q)
        constant = self._ring.constant
        return RationalFunction(self, constant(fmpz(int(p))), constant(fmpz(int(q))))

    def element(self, e: sp.Expr) -> RationalFunction:
        """An expression that is rational in the generators.

        Raises InputError for any other, and for one that divides by 0.
        """
        if e in self._known:
            return self._known[e]
        if e.is_Rational:
            return self.number(e)
        if e.is_Add or e.is_Mul:
            parts = [self.element(part) for part in e.args]
            return reduce((lambda a, b: a + b) if e.is_Add else (lambda a, b: a * b), parts)
        if e.is_Pow and e.exp.is_Rational and len(str(e.exp.p)) <= _MOST_DIGITS:
            if e.exp.is_Integer:
                return self.element(e.base) ** int(e.exp)
            if (e.base, e.exp.q) in self._roots:
                return self._roots[e.base, e.exp.q] ** int(e.exp.p)
        raise InputError(f"{e} is not rational in {', '.join(map(str, self.generators))}")

    def reduced(self, above: Polynomial, below: Polynomial) -> RationalFunction:
        """above/below in lowest terms. Raises InputError if `below` is 0."""
        if below.is_zero():
            raise InputError("a rational function divides by 0")
        common = above.gcd(below)
        if not common.is_one():
            above, below = above / common, below / common
        if below.leading_coefficient() < 0:
            above, below = -above, -below
        return RationalFunction(self, above, below)

    def spelled(
        self, polynomial: Polynomial, generators: Sequence[sp.Expr] | None = None
    ) -> sp.Expr:
        """A polynomial as an expression, other `generators` in the place of the field's."""
        terms = []
        for powers, c in polynomial.to_dict().items():
            factors = zip(generators or self.generators, powers, strict=True)
            terms.append(sp.Integer(int(c)) * sp.Mul(*(g ** int(n) for g, n in factors)))
        return sp.Add(*terms)

    def monomials(self, polynomial: Polynomial) -> list[tuple[tuple[int, ...], sp.Integer]]:
        """The exponents of a polynomial's monomials, and their coefficients."""
        terms = polynomial.to_dict().items()
        return [(tuple(map(int, powers)), sp.Integer(int(c))) for powers, c in terms]

    def by_power(self, polynomial: Polynomial, k: int) -> dict[int, RationalFunction]:
        """The coefficients of a polynomial in its k-th generator, by the power."""
        found: dict[int, dict[tuple[int, ...], Any]] = {}
        for powers, c in polynomial.to_dict().items():
            others = tuple(0 if j == k else n for j, n in enumerate(powers))
            found.setdefault(int(powers[k]), {})[others] = c
        return {n: self.whole(self._ring.from_dict(part)) for n, part in found.items()}

    def factors(self, polynomial: Polynomial) -> list[tuple[sp.Expr, int]]:
        """Its irreducible factors over Q, with their multiplicities; without the number before."""
        return [(self.spelled(factor), int(n)) for factor, n in polynomial.factor()[1]]

    def factored(self, a: RationalFunction) -> sp.Expr:
        """An element as a product of powers of irreducible polynomials."""
        parts = []
        for polynomial, sign in ((a.numer, 1), (a.denom, -1)):
            content, factors = polynomial.factor()
            parts.append(sp.Integer(int(content)) ** sign)
            parts += [self.spelled(factor) ** (sign * int(n)) for factor, n in factors]
        return sp.Mul(*parts)


class RationalFunction:
    """numer/denom in lowest terms; `denom` has a positive leading coefficient."""

    __slots__ = ("denom", "field", "numer")

    def __init__(self, field: RationalFunctions, numer: Polynomial, denom: Polynomial) -> None:
        self.field, self.numer, self.denom = field, numer, denom

    def __eq__(self, other: object) -> bool:
        if isinstance(other, int):
            return bool(self.numer == other * self.denom)
        if not isinstance(other, RationalFunction):
            return NotImplemented
        return bool(self.numer == other.numer and self.denom == other.denom)

    def __hash__(self) -> int:
        parts = (self.numer, self.denom)
        return hash(tuple(tuple(sorted(part.to_dict().items())) for part in parts))

    def __bool__(self) -> bool:
        return not self.numer.is_zero()

    def _coerced(self, other: Any) -> RationalFunction:
        return other if isinstance(other, RationalFunction) else self.field.number(other)

    def __add__(self, other: Any) -> RationalFunction:
        b = self._coerced(other)
        common = self.denom.gcd(b.denom)  # Henrici: smaller gcds than that of the whole sum
        mine, theirs = self.denom / common, b.denom / common
        return self.field.reduced(self.numer * theirs + b.numer * mine, self.denom * theirs)

    __radd__ = __add__

    def __neg__(self) -> RationalFunction:
        return RationalFunction(self.field, -self.numer, self.denom)

    def __sub__(self, other: Any) -> RationalFunction:
        return self + (-self._coerced(other))

    def __rsub__(self, other: Any) -> RationalFunction:
        return self._coerced(other) - self

    def __mul__(self, other: Any) -> RationalFunction:
        b = self._coerced(other)
        across, back = self.numer.gcd(b.denom), b.numer.gcd(self.denom)
        if across.is_zero() or back.is_zero():
            return self.field.number(0)
        above = (self.numer / across) * (b.numer / back)
        below = (self.denom / back) * (b.denom / across)
        return self.field.reduced(above, below) if below.is_zero() else self._signed(above, below)

    __rmul__ = __mul__

    def _signed(self, above: Polynomial, below: Polynomial) -> RationalFunction:
        if below.leading_coefficient() < 0:
            above, below = -above, -below
        return RationalFunction(self.field, above, below)

    def inverse(self) -> RationalFunction:
        """1/a. Raises InputError for 0."""
        if self.numer.is_zero():
            raise InputError("a rational function divides by 0")
        return self._signed(self.denom, self.numer)

    def __truediv__(self, other: Any) -> RationalFunction:
        return self * self._coerced(other).inverse()

    def __rtruediv__(self, other: Any) -> RationalFunction:
        return self._coerced(other) * self.inverse()

    def __pow__(self, n: int) -> RationalFunction:
        if n < 0:
            return self.inverse() ** -n
        return RationalFunction(self.field, self.numer**n, self.denom**n)

    def diff(self, generator: RationalFunction) -> RationalFunction:
        """The partial derivative in one of the field's generators."""
        k = self.field.gens.index(generator)
        above = self.numer.derivative(k) * self.denom - self.numer * self.denom.derivative(k)
        return self.field.reduced(above, self.denom * self.denom)

    def expression(self, generators: Sequence[sp.Expr] | None = None) -> sp.Expr:
        """As a quotient of expanded polynomials, which `spelled` writes."""
        above, below = (self.field.spelled(e, generators) for e in (self.numer, self.denom))
        return above / below


# Expressions --------------------------------------------------------------------------------------


def generators_of(expressions: Sequence[sp.Expr]) -> list[sp.Expr]:
    """What must be adjoined to Q so that the expressions are rational in it, in a fixed order.

    b^(n/m) counts as a power of the generator b^(1/m).

    >>> x = sp.Symbol("x", positive=True)
    >>> generators_of([x * sp.sqrt(2) / (1 + sp.tanh(x))])
    [sqrt(2), x, tanh(x)]
    """
    found: set[sp.Expr] = set()

    def visit(e: sp.Expr) -> None:
        if e.is_Rational or e in found:
            return
        if e.is_Add or e.is_Mul:
            for part in e.args:
                visit(part)
        elif e.is_Pow and e.exp.is_Integer:
            visit(e.base)
        else:
            found.add(_root_of(e))

    for e in expressions:
        visit(e)
    return sorted(found, key=sp.default_sort_key)


def _root_of(e: sp.Expr) -> sp.Expr:
    return sp.Pow(e.base, sp.Rational(1, e.exp.q), evaluate=False) if _is_root(e) else e


def _is_root(e: sp.Expr) -> bool:
    return bool(e.is_Pow and e.exp.is_Rational)


def in_one_field(
    expressions: Sequence[sp.Expr], letters: Mapping[sp.Expr, sp.Expr] | None = None
) -> tuple[list[RationalFunction], Callable[[RationalFunction], sp.Expr]]:
    """The expressions as elements of one field with as few generators as show, and the way back.

    On the way back `letters` in the expressions become what they stand for. Raises InputError where
    one of them divides by 0.
    """
    generators = generators_of(expressions)
    names = {sp.Dummy(f"g{k}"): g for k, g in enumerate(generators)}
    field = RationalFunctions(list(names), names)
    elements = [field.element(e) for e in expressions]
    meaning = [g.xreplace(letters) if letters else g for g in generators]
    return elements, lambda a: a.expression(meaning)
