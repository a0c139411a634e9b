"""Rational expressions in generators and bounded parts as quotients of two polynomials.

The polynomials are in roots of the generators, their coefficients in the bounded parts V. Powers of
a root V are reduced by its radicand, and what cancels at ∞ because of a square root, as
√(1 + t²) − t does, is freed of it. All is exact, in FLINT's field of rational functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import sympy as sp
from flint import arb

from ....theory.algebra.rational_functions import RationalFunction, in_one_field
from ....theory.errors import InputError
from .bounded import Bounded
from .scale import NoTailError, Scale
from .wide import Polynomial, compile_polynomial

Powers = tuple[int, ...]  # of the roots of the generators
Terms = Mapping[Powers, sp.Expr]  # with coefficients in V


@dataclass(frozen=True)
class Quotient:
    """Numerator and denominator, both as terms."""

    above: Terms
    below: Terms

    def expression(self, scale: Scale) -> sp.Expr:
        """The quotient in the symbols of the roots of the generators and of V."""
        above, below = (
            sp.Add(
                *(
                    c * sp.Mul(*(g**n for g, n in zip(scale.symbols, powers, strict=True)))
                    for powers, c in part.items()
                )
            )
            for part in (self.above, self.below)
        )
        return above / below


def quotient(
    e: sp.Expr,
    bounded: Sequence[Bounded],
    radicands: Sequence[sp.Expr],
    growths: Sequence[sp.Expr],
    scale: Scale,
    roots: Powers,
) -> Quotient:
    """`e` in the `roots` of the generators, with V for what is growth · V.

    Raises NoTailError for what is not rational, or divides by 0.
    """
    finer = {g: g**n for g, n in zip(scale.symbols, roots, strict=True) if n > 1}
    try:
        elements, _ = in_one_field([part.xreplace(finer) for part in (e, *radicands, *growths)])
        return _found(elements, bounded, scale)
    except InputError as error:
        raise NoTailError(str(error)) from None


def _found(
    elements: Sequence[RationalFunction], bounded: Sequence[Bounded], scale: Scale
) -> Quotient:
    field, count = elements[0].field, len(bounded)
    generators = [field.meaning[name] for name in field.generators]
    radicands, growths = elements[1 : count + 1], elements[count + 1 :]
    index = {v: generators.index(v.symbol) for v in bounded if v.symbol in generators}

    def reduced(a: RationalFunction) -> RationalFunction:
        for v, radicand in zip(reversed(bounded), reversed(radicands), strict=True):
            if v.root > 1 and v in index:  # those inside come before
                a = _with_powers(a, index[v], partial(_by_radicand, v.root, radicand))
        return a

    def scaled(a: RationalFunction) -> Quotient:
        for v, growth in zip(bounded, growths, strict=True):
            if v.growth != 1 and v in index:
                a = _with_powers(a, index[v], partial(_grown, growth))
        return Quotient(*(_terms(part, a, generators, scale) for part in (a.numer, a.denom)))

    whole = reduced(elements[0])
    found = scaled(whole)
    for v in index:
        for part in ("above", "below"):
            if v.root == 2 and _cancels(getattr(found, part), bounded, v):
                # (a + b √c)(a − b √c) = a² − b² c. Where the factor is 0 the new quotient is 0/0,
                # and nothing is known of it there.
                polynomial = whole.numer if part == "above" else whole.denom
                factor = _opposite(field.whole(polynomial), index[v])
                above, below = (
                    reduced(field.whole(f) * factor) for f in (whole.numer, whole.denom)
                )
                whole = above / below
                found = scaled(whole)
    return found


def _with_powers(
    a: RationalFunction, k: int, value: Callable[[int, RationalFunction], RationalFunction]
) -> RationalFunction:
    """With value(n, x) for xⁿ, x the k-th generator."""
    field = a.field
    x = field.gens[k]

    def replaced(polynomial: object) -> RationalFunction:
        parts = field.by_power(polynomial, k)
        return sum((c * value(n, x) for n, c in parts.items()), start=field.number(0))

    return replaced(a.numer) / replaced(a.denom)


def _by_radicand(
    root: int, radicand: RationalFunction, n: int, x: RationalFunction
) -> RationalFunction:
    """xⁿ, where the root-th power of x is the radicand."""
    return radicand ** (n // root) * x ** (n % root)


def _grown(growth: RationalFunction, n: int, x: RationalFunction) -> RationalFunction:
    return (x * growth) ** n


def _opposite(a: RationalFunction, k: int) -> RationalFunction:
    return _with_powers(a, k, lambda n, x: (-x) ** n)


def _terms(
    polynomial: object, a: RationalFunction, generators: Sequence[sp.Expr], scale: Scale
) -> Terms:
    """The leading monomial first; coefficients that SymPy sees to be 0, as √2² − 2, left out."""
    places = [generators.index(g) if g in generators else None for g in scale.symbols]
    rest = [k for k in range(len(generators)) if k not in places]
    found: dict[Powers, list[sp.Expr]] = {}
    for powers, c in a.field.monomials(polynomial):
        key = tuple(0 if k is None else powers[k] for k in places)
        found.setdefault(key, []).append(c * sp.Mul(*(generators[k] ** powers[k] for k in rest)))
    summed = {key: sp.Add(*found[key]) for key in sorted(found, reverse=True)}
    return {key: c for key, c in summed.items() if c != 0}


def _cancels(terms: Terms, bounded: Sequence[Bounded], v: Bounded) -> bool:
    """Whether the coefficient of the leading monomial has V and may tend to 0."""
    if not terms:
        return False
    leading = terms[max(terms)]
    if not any(c.has(v.symbol) for c in terms.values()):
        return False
    coefficient: Polynomial = compile_polynomial(leading, [b.symbol for b in bounded])
    return not coefficient([b.value(arb.pos_inf()) for b in bounded]).sign
