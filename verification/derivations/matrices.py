"""Matrix expressions in derivations, for matrices of any size.

By exact algebra: a product of matrix symbols is cut wherever the size in between is 1, so that
scalars such as xᵀUv stand alone; what is left is a polynomial in scalars and words that cannot be
cut. At random points: the symbols become random rational matrices of several sizes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import sympy as sp

from ...theory.errors import InputError

Letter = tuple[sp.MatrixSymbol, bool]  # a matrix symbol, and whether it is transposed
Word = tuple[Letter, ...]
_SIZES = ((1, 1), (1, 3), (3, 1), (2, 3))


def has_matrices(e: Any) -> bool:
    """Whether matrix symbols stand in an expression."""
    return bool(e.atoms(sp.MatrixSymbol))


def without_matrices(e: Any) -> list[sp.Expr]:
    """Scalars without matrix symbols that all vanish exactly if `e` does, whatever the sizes.

    Raises InputError for what is not made of sums, products, transposes and traces.

    >>> U, x = sp.MatrixSymbol("U", 2, 3), sp.MatrixSymbol("x", 2, 1)
    >>> without_matrices(sp.Trace(x.T * U * U.T * x) - sp.Trace((U.T * x).T * (U.T * x)))
    [0]
    """
    if isinstance(e, sp.MatrixBase):
        return [scalar for entry in e for scalar in without_matrices(entry)]
    if isinstance(e, sp.MatrixExpr):
        return list(_words(e).values()) or [sp.S.Zero]
    return [_scalar(e)]


def explicit(left: Any, right: Any, rng: random.Random) -> Iterator[tuple[Any, Any]]:
    """Both sides with random rational matrices of several sizes in place of the symbols."""
    symbols = sorted(left.atoms(sp.MatrixSymbol) | right.atoms(sp.MatrixSymbol), key=str)
    dimensions = sorted({n for s in symbols for n in s.shape if not n.is_number}, key=str)
    for sizes in _SIZES:
        known = dict(zip(dimensions, sizes, strict=False))
        values = {
            s: sp.ImmutableMatrix(*(known.get(n, n) for n in s.shape), lambda *_: _rational(rng))
            for s in symbols
        }
        yield left.xreplace(values).doit(), right.xreplace(values).doit()


def _rational(rng: random.Random) -> sp.Rational:
    return sp.Rational(rng.randrange(-40, 41), 20)


def _scalar(e: sp.Expr) -> sp.Expr:
    return e.replace(sp.Trace, _trace)


def _trace(e: Any) -> sp.Expr:
    total = sp.S.Zero
    for word, factor in _words(e).items():
        if not word:  # 1×1, and all of it in the factor
            total += factor
            continue
        # tr(AB) = tr(BA): begin where the size is 1, if there is such a place.
        starts = [i for i in range(len(word)) if _shape(word[i])[0] == 1]
        if not starts:
            raise InputError("a trace of a product without vectors cannot be judged")
        _, scalars = _cut(word[starts[0] :] + word[: starts[0]])
        total += factor * scalars
    return total


def _words(e: Any) -> dict[Word, sp.Expr]:
    """A matrix expression as a sum of words with scalar factors."""
    if isinstance(e, sp.MatrixSymbol):
        return {((e, False),): sp.S.One}
    if isinstance(e, sp.ZeroMatrix):
        return {}
    if isinstance(e, sp.Transpose):
        return {_turned(word): factor for word, factor in _words(e.arg).items()}
    found: dict[Word, sp.Expr] = {}
    if isinstance(e, sp.MatAdd):
        for term in e.args:
            for word, factor in _words(term).items():
                found[word] = found.get(word, sp.S.Zero) + factor
        return found
    if not isinstance(e, sp.MatMul):
        raise InputError(f"{e} is not a sum or product of matrix symbols")
    number, matrices = e.as_coeff_matrices()
    products: dict[Word, sp.Expr] = {(): _scalar(number)}
    for matrix in matrices:
        products = {
            before + word: a * b
            for before, a in products.items()
            for word, b in _words(matrix).items()
        }
    for word, factor in products.items():
        rest, scalars = _cut(word)
        found[rest] = found.get(rest, sp.S.Zero) + factor * scalars
    return found


def _cut(word: Word) -> tuple[Word, sp.Expr]:
    """(what is left, scalars) after each 1×1 stretch of a word is taken out of it."""
    stretches: list[Word] = [word[:1]]
    for before, letter in pairwise(word):
        if _shape(before)[1] == 1:
            stretches.append((letter,))
        else:
            stretches[-1] += (letter,)
    rest: Word = ()
    scalars = sp.S.One
    for stretch in stretches:
        if _shape(stretch[0])[0] == 1 and _shape(stretch[-1])[1] == 1:
            scalars *= sp.Symbol(min(_spelled(stretch), _spelled(_turned(stretch))), real=True)
        else:
            rest += stretch
    return rest, scalars


def _shape(letter: Letter) -> tuple[Any, Any]:
    symbol, transposed = letter
    return tuple(reversed(symbol.shape)) if transposed else symbol.shape


def _turned(word: Word) -> Word:
    return tuple((symbol, not transposed) for symbol, transposed in reversed(word))


def _spelled(word: Word) -> str:
    return "·".join(f"{symbol}ᵀ" if transposed else str(symbol) for symbol, transposed in word)
