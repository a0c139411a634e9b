"""Where a claim is said to hold: what must not be 0 for its quotients to mean something.

Coq's division is total, with x/0 = 0, so that a condition left out would not be noticed: every
denominator of a line is a hypothesis of its lemma.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sympy as sp

from ...theory.derivation.substitution import Equation, resolved
from ..derivations.algebra import opaque


def denominators(expressions: Iterable[Any]) -> Iterator[sp.Expr]:
    """The bases of negative powers in expressions, without numbers, products taken apart."""
    for e in expressions:
        bound = {v for integral in e.atoms(sp.Integral) for v in integral.variables}
        for part in sp.preorder_traversal(e):
            if part.is_Pow and part.exp.is_Rational and part.exp < 0:
                for factor in sp.Mul.make_args(part.base):
                    base = factor.base if factor.is_Pow and factor.exp.is_Integer else factor
                    if not base.is_number and not base.free_symbols & bound:
                        yield -base if base.could_extract_minus_sign() else base


def conditions(
    as_written: Iterable[Any],
    equations: Sequence[Equation],
    at: Sequence[Equation],
    put_in: Iterable[Any],
) -> tuple[sp.Expr, ...]:
    """What must not be 0, each once, in the words of the page where they say it.

    Parameters: the expressions as they are written; the equations and places that are put into
    them; the expressions with all of it put in. A symbol that is positive needs no condition.
    """
    found: list[sp.Expr] = []
    known: set[Any] = set()
    fixed = {name for name, _ in at}
    for base in (*denominators(as_written), *denominators(put_in)):
        whole = resolved(base, equations, at)
        if base in found or (
            _positive(base) and not fixed & resolved(base, equations).free_symbols
        ):
            continue
        if base.is_Symbol and base in fixed:
            base = whole
        if base.is_Rational and base != 0:
            continue
        factors = set(factors_of(whole))
        if factors and factors <= known:
            continue
        known |= factors
        found.append(base)
    return tuple(found)


def _positive(base: sp.Expr) -> bool:
    return bool(base.is_positive) and (base.is_Symbol or isinstance(base, sp.cosh | sp.exp))


def factors_of(e: sp.Expr) -> dict[Any, sp.Expr]:
    """What has to be other than 0 for e to be, without positive symbols: factor, and cofactor.

    >>> x, y = sp.symbols("x y", real=True)
    >>> factors_of(x**2 - x * y)
    {x: x - y, x - y: x}
    """
    (plain,), atoms = opaque(e)
    names = {symbol: atom for atom, symbol in atoms.items()}
    whole = sp.together(plain)
    above, below = sp.fraction(whole)
    number, parts = sp.factor_list(above)
    found: dict[Any, sp.Expr] = {}
    for place, (factor, _) in enumerate(parts):
        others = [f ** (k - (i == place)) for i, (f, k) in enumerate(parts)]
        rest = number * sp.Mul(*others) / below
        named = factor.xreplace(names)
        if _positive(named):
            continue
        if named.could_extract_minus_sign():
            named, rest = -named, -rest
        found[named] = rest.xreplace(names)
    return found
