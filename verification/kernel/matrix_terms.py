"""Matrix expressions of any size as terms of Coq, in the words of Matrices.v."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sympy as sp

from .names import Names, Untranslatable

_ATOM, _TIMES, _PLUS = range(3)  # how tightly a term is bound
Scalar = Callable[[Any, bool], str]  # a real number as a term, in brackets unless it stands alone


def matrix(e: Any, names: Names, scalar: Scalar) -> str:
    """A matrix expression as a term.

    Parameters: sums, multiples, products and transposes of symbols and of explicit matrices; the
    names of the lemma; how a real number is written.
    Raises Untranslatable for what has no counterpart.
    """
    return _matrix(e, names, scalar)[0]


def size(n: Any, names: Names) -> str:
    """A number of rows or columns.

    >>> size(sp.Integer(2), Names())
    '2'
    """
    return names.size(n) if isinstance(n, sp.Symbol) else str(n)


def trace(e: sp.Trace, names: Names, scalar: Scalar) -> str:
    """A trace, with the size of its matrix."""
    return f"trace {size(e.arg.shape[0], names)} {_within(e.arg, names, scalar, _ATOM)}"


def same(left: Any, right: Any, names: Names, scalar: Scalar) -> str:
    """That two matrices agree within their size."""
    sizes = " ".join(size(n, names) for n in left.shape)
    sides = (_within(side, names, scalar, _ATOM) for side in (left, right))
    return f"same {sizes} {' '.join(sides)}"


def _within(e: Any, names: Names, scalar: Scalar, limit: int) -> str:
    text, binding = _matrix(e, names, scalar)
    return text if binding <= limit else f"({text})"


def _matrix(e: Any, names: Names, scalar: Scalar) -> tuple[str, int]:
    if isinstance(e, sp.MatrixSymbol):
        return names.matrix(e), _ATOM
    if isinstance(e, sp.ZeroMatrix):
        return "zero", _ATOM
    if isinstance(e, sp.MatrixBase):
        return _explicit(e, scalar), _TIMES
    if isinstance(e, sp.Transpose):
        return f"{_within(e.arg, names, scalar, _ATOM)}^T", _ATOM
    if isinstance(e, sp.MatAdd):
        return _sum(e.args, names, scalar), _PLUS
    if isinstance(e, sp.MatMul):
        return _product(e, names, scalar), _TIMES
    raise Untranslatable(f"{type(e).__name__} has no counterpart in Matrices.v")


def _explicit(e: sp.MatrixBase, scalar: Scalar) -> str:
    rows = (f"[{'; '.join(scalar(entry, True) for entry in e.row(i))}]" for i in range(e.rows))
    return f"rows [{'; '.join(rows)}]"


def _sum(terms: Sequence[Any], names: Names, scalar: Scalar) -> str:
    """Terms without a minus sign first, as the page has them."""
    ordered = sorted(terms, key=_negative)
    text = _within(ordered[0], names, scalar, _PLUS)
    for term in ordered[1:]:
        sign, part = ("-m", -term) if _negative(term) else ("+m", term)
        text += f" {sign} {_within(part, names, scalar, _TIMES)}"
    return text


def _negative(term: Any) -> bool:
    return isinstance(term, sp.MatMul) and bool(
        term.as_coeff_matrices()[0].could_extract_minus_sign()
    )


def _product(e: sp.MatMul, names: Names, scalar: Scalar) -> str:
    """From the left; a product of several matrices is bracketed behind a scalar."""
    number, (first, *others) = e.as_coeff_matrices()
    text = _within(first, names, scalar, _ATOM if others else _TIMES)
    for before, factor in zip([first, *others], others, strict=False):
        inner = size(before.shape[1], names)
        text += f" *[{inner}] {_within(factor, names, scalar, _ATOM)}"
    if number == 1:
        return text
    return f"{scalar(number, False)} *: {f'({text})' if others else text}"
