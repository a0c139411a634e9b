"""SymPy's simplifiers, kept from failing: each answers with an equal expression, or not at all.

Some of them raise what is no error of the input (HeuristicGCDFailed, StopIteration, a TypeError
about NaN) or change a value. Where one fails, FLINT's field of rational functions stands in, or the
expression stays as it is: a simplified form is only ever a shorter one, never a proof.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import sympy as sp

from ..errors import InputError
from .exact_algebra import vanishes_exactly
from .rational_functions import generators_of, in_one_field

T = TypeVar("T")
_LIBRARY_FAILURES = (
    ArithmeticError,  # PolynomialError, HeuristicGCDFailed, ComplexInfinity, … are none of these:
    sp.polys.polyerrors.BasePolynomialError,
    *(AttributeError, IndexError, KeyError, NotImplementedError, RecursionError, RuntimeError),
    *(StopIteration, TypeError, ValueError, MemoryError),
)
_MOST_GENERATORS = 3  # of which SymPy's own gcd is quick; with more, FLINT is asked


def attempted(function: Callable[..., T], *arguments: Any, otherwise: T) -> T:
    """What a function of SymPy answers, or `otherwise` where it fails or its answer has a NaN.

    >>> def failing(e):
    ...     raise sp.polys.polyerrors.HeuristicGCDFailed("no luck")
    >>> x = sp.Symbol("x")
    >>> attempted(failing, x, otherwise=x), attempted(sp.cancel, x**2 / x, otherwise=x)
    (x, x)
    """
    try:
        found = function(*arguments)
    except InputError:
        raise
    except _LIBRARY_FAILURES:
        return otherwise
    broken = isinstance(found, sp.Basic) and found.has(sp.nan, sp.zoo)
    return otherwise if broken else found


def cancelled(e: Any) -> Any:
    """An expression as a quotient of polynomials without common factors, in what is not rational.

    >>> x = sp.Symbol("x")
    >>> cancelled((x**2 - 1) / (x - 1))
    x + 1
    """
    if len(generators_of([e])) <= _MOST_GENERATORS:
        found = attempted(sp.cancel, e, otherwise=None)
        if found is not None:
            return found
    return _in_the_field(e, lambda a, back: back(a))


def factored(e: Any) -> Any:
    """An expression as a product of powers of irreducible polynomials over Q.

    >>> x = sp.Symbol("x")
    >>> factored(x**2 - 1)
    (x - 1)*(x + 1)
    """
    if len(generators_of([e])) <= _MOST_GENERATORS:
        found = attempted(sp.factor, e, otherwise=None)
        if found is not None:
            return found
    return _in_the_field(e, lambda a, back: a.field.factored(a).xreplace(a.field.meaning))


def joined(e: Any) -> Any:
    """A sum of fractions as one fraction, its parts not multiplied out."""
    return attempted(sp.together, e, otherwise=e)


def simplified(e: Any) -> Any:
    """The result of `simplify`; the expression itself where that fails."""
    return attempted(sp.simplify, e, otherwise=e)


def rationally_zero(e: Any) -> bool:
    """Whether an expression is 0 as a rational function of what is not rational in it: a proof.

    >>> x = sp.Symbol("x")
    >>> rationally_zero(1 / (x - 1) - 1 / (x + 1) - 2 / (x**2 - 1)), rationally_zero(x - 1)
    (True, False)
    """
    return vanishes_exactly(e) is True


def _in_the_field(e: Any, spelled: Callable[[Any, Callable[[Any], Any]], Any]) -> Any:
    try:
        [element], back = in_one_field([e])
    except InputError:
        return e
    return spelled(element, back)
