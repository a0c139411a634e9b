"""Why an element of a field is negative for all z > 0: factors with a sign, and rungs.

A factor has a sign where, with e^(cz) as the beginning of its series plus what is positive, and
what else there is as what is positive, all of its coefficients have one. Of what is left, g is
negative where g/m is not positive at 0 and falls: its derivative is the next rung.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import sympy as sp

from .field import Atom, Field, T

MOST_TERMS = 5  # of the series of e^(cz)
_MOST_RUNGS = 14
_MOST_TRIED = 40
_MOST_SIZE = 150  # of a numerator: its monomials and their degrees


@dataclass(frozen=True)
class Shift:
    """A factor of one sign: `terms` is how many powers of z stand before the rest of e^(cz).

    `image` has `rest`, which is positive, for each atom; its coefficients have the sign `sign`.
    """

    factor: sp.Expr
    image: sp.Expr
    sign: int
    terms: int


@dataclass(frozen=True)
class Rung:
    """g is negative: it is `scale` · the `shifts` to their powers · the next rung, which is the
    slope of g/`over`; at the last rung there is nothing but signs.

    `left` is what has no sign yet.
    """

    element: sp.Expr
    number: sp.Rational
    shifts: tuple[tuple[Shift, int], ...]
    left: sp.Expr
    over: sp.Expr | None


def ladder(field: Field, element: sp.Expr) -> tuple[Rung, ...] | None:
    """Rungs that prove an element negative for z > 0, down to one that is so by its factors.

    None where none was found, or where it is not negative just right of 0.

    >>> from .field import Z, field_of
    >>> field = field_of([sp.exp(Z)])
    >>> len(ladder(field, field.inside(Z - sp.sinh(Z) * sp.cosh(Z))))
    1
    >>> ladder(field, field.inside(sp.sinh(Z) - Z)) is None
    True
    """
    order, tried = count(), 0
    waiting: list[tuple[int, int, sp.Expr, tuple[Rung, ...]]] = [(0, next(order), element, ())]
    seen = {element}
    while waiting and tried < _MOST_TRIED:
        _, _, e, below = heapq.heappop(waiting)
        tried += 1
        number, shifts, left = factors(field, e)
        if left == 1:
            if number < 0:
                return (*below, Rung(e, number, shifts, left, None))
            continue
        if len(below) == _MOST_RUNGS:
            continue
        left, number = (left, number) if number > 0 else (sp.expand(-left), -number)
        if not field.at_zero(left) <= 0:
            continue
        for over in _divisors(field, left):
            slope = field.slope(left / over)
            if slope == 0 or slope in seen or _size(field, slope) > _MOST_SIZE:
                continue
            seen.add(slope)
            rung = Rung(e, number, shifts, left, over)
            heapq.heappush(waiting, (_size(field, slope), next(order), slope, (*below, rung)))
    return None


def factors(
    field: Field, element: sp.Expr
) -> tuple[sp.Rational, tuple[tuple[Shift, int], ...], sp.Expr]:
    """A number, the factors of an element that have a sign, and the product of the others.

    The sign of the number is that of all the factors that have one.
    """
    above, below = sp.fraction(element)
    number, found, left = sp.S.One, [], sp.S.One
    for part, side in ((above, 1), (below, -1)):
        scale, powers = sp.factor_list(part, *field.symbols)
        number *= scale**side
        for factor, power in powers:
            shift = shifted(field, factor.as_expr())
            if shift is None and side == -1:
                return number, (), element  # a quotient by what may be 0
            if shift is None:
                left *= factor.as_expr() ** power
                continue
            found.append((shift, side * power))
            number *= shift.sign**power
    return number, tuple(found), sp.expand(left)


def shifted(field: Field, factor: sp.Expr) -> Shift | None:
    """The sign of a factor for z > 0, where its coefficients show it."""
    most = MOST_TERMS if any(atom.kind == "exp" for atom in field.atoms) else 0
    for terms in range(most + 1):
        image = sp.Poly(sp.expand(factor.xreplace(rests(field, terms))), *field.symbols)
        signs = {sp.sign(c) for c in image.coeffs()}
        if len(signs) == 1 and (sign := signs.pop()) != 0:
            return Shift(factor, image.as_expr(), int(sign), terms)
    return None


def rests(field: Field, terms: int) -> dict[sp.Expr, sp.Expr]:
    """Each atom as what it is at least, plus a positive rest, which has the atom's symbol."""
    return {atom.symbol: least(atom, terms) + atom.symbol for atom in field.atoms}


def least(atom: Atom, terms: int) -> sp.Expr:
    """What an atom is more than, for z > 0."""
    if atom.kind == "exp":
        return sp.Add(*((atom.rate * T) ** k / sp.factorial(k) for k in range(terms + 1)))
    return atom.start


def _divisors(field: Field, left: sp.Expr) -> Iterator[sp.Expr]:
    """What g may be divided by before its slope is taken: powers, and what stands at one."""
    yield sp.S.One
    for atom in field.atoms:
        polynomial = sp.Poly(left, atom.symbol)
        if atom.kind == "exp":
            yield from (atom.symbol**k for k in range(1, polynomial.degree() + 1))
        yield from (c for c in polynomial.coeffs() if c.free_symbols == {T} and _above_0(c))


def _above_0(c: sp.Expr) -> bool:
    """Whether a polynomial in z is positive at 0 too, by its coefficients."""
    found = sp.Poly(c, T)
    return all(k > 0 for k in found.coeffs()) and found.eval(0) > 0


def _size(field: Field, e: sp.Expr) -> int:
    above, _ = sp.fraction(e)
    return sum(1 + sum(m) for m in sp.Poly(above, *field.symbols).monoms())
