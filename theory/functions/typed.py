"""The functions that the user may type: rows of the table, their other names, and definitions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import sympy as sp

from ..errors import ExpressionError
from .row import Row, at_number
from .table import ROWS

MAX_EXPONENT = 64  # numerator, denominator, and product along a path
MAX_ROOT_BITS = 1000  # of one exact integer under a root, times the exponent's numerator

By = Mapping[str, Callable[[Any], Any]]


class Function(NamedTuple):
    """A function that expressions may call."""

    symbolic: Callable[[Any], Any]
    value: Callable[[float], float]  # only bounds the size of constants
    tower: int = 0  # the exponentials that a call piles up, or takes off
    above_zero: bool = False  # for every real number


class Definition(NamedTuple):
    """A function by others, of an argument u that is a number, a ball or an expression."""

    of: Callable[[By, Any], Any]
    tower: int = 0


DEFINITIONS: Mapping[str, Definition] = MappingProxyType(
    {
        "log1p": Definition(lambda f, u: f["log"](1 + u), -1),
        "expm1": Definition(lambda f, u: f["exp"](u) - 1, 1),
        "log2": Definition(lambda f, u: f["log"](u) / f["log"](0 * u + 2), -1),
        "log10": Definition(lambda f, u: f["log"](u) / f["log"](0 * u + 10), -1),
        "sinc": Definition(lambda f, u: 0 * u + 1 if u == 0 else f["sin"](u) / u),  # not sin(πu)/πu
        "coth": Definition(lambda f, u: 1 / f["tanh"](u)),
        "sech": Definition(lambda f, u: 1 / f["cosh"](u), 1),
        "csch": Definition(lambda f, u: 1 / f["sinh"](u), 1),
        "cot": Definition(lambda f, u: f["cos"](u) / f["sin"](u)),
        "sec": Definition(lambda f, u: 1 / f["cos"](u)),
        "csc": Definition(lambda f, u: 1 / f["sin"](u)),
        "expit": Definition(lambda f, u: 1 / (1 + f["exp"](-u)), 1),
        "sigmoid": Definition(lambda f, u: 1 / (1 + f["exp"](-u)), 1),
        "softplus": Definition(lambda f, u: f["log"](1 + f["exp"](u))),
    }
)


def power(base: Any, exponent: Any) -> Any:
    """base**exponent. Raises ExpressionError for the roots on which SymPy is slow or fails."""
    # For such a root SymPy expands the inner base, for minutes, to ask whether it is real.
    if base.is_Pow and not exponent.is_Integer and not base.base.is_extended_real:
        raise ExpressionError("is the root of a power; write it as one power")
    # It factors the numbers under a root, and fails on those that no double holds.
    if not exponent.is_Integer and any(
        bits(number) * abs(exponent.p) > MAX_ROOT_BITS for number in base.atoms(sp.Rational)
    ):
        raise ExpressionError(f"takes a root of an integer of more than {MAX_ROOT_BITS} bits")
    return base**exponent


def bits(value: Any) -> int:
    """The size of a rational number: the bits of its numerator or denominator."""
    return max(int(abs(value.numerator)).bit_length(), int(value.denominator).bit_length())


def _exp(u: Any) -> Any:
    # SymPy turns exp(c*log(v)) into v**c, and on the way any c*log(v) inside u into log(v**c),
    # so that c is an exponent like any other.
    for product in u.atoms(sp.Mul):
        c = product.as_coeff_Mul()[0]
        for logarithm in (factor for factor in product.args if isinstance(factor, sp.log)):
            if max(abs(c.p), c.q) > MAX_EXPONENT:
                raise ExpressionError(f"hides an exponent beyond {MAX_EXPONENT} in an exp of a log")
            power(logarithm.args[0], c)
    return sp.exp(u)


def _absolute_value(u: Any) -> Any:
    if not u.is_extended_real:
        raise ExpressionError("needs an argument known to be real for every real z")
    return sp.Abs(u)


def _of_real(function: Callable[[Any], Any], otherwise: Callable[[Any], Any]) -> Any:
    # Where SymPy does not know u to be real, it expands u, for minutes, to ask whether these
    # functions of u are; the same functions in other words spare it the question.
    return lambda u: function(u) if u.is_extended_real else otherwise(u)


_WITH_CARE: By = {
    "exp": _exp,
    "abs": _absolute_value,
    "cosh": _of_real(sp.cosh, lambda u: (_exp(u) + _exp(-u)) / 2),
    "sinh": _of_real(sp.sinh, lambda u: (_exp(u) - _exp(-u)) / 2),
    "tanh": _of_real(sp.tanh, lambda u: 1 - 2 / (_exp(2 * u) + 1)),
}
_SYMBOLIC: By = {row.name: _WITH_CARE.get(row.name, row.kind) for row in ROWS}
_BALLS: By = {row.name: row.ball for row in ROWS}


def _of_row(row: Row) -> Function:
    return Function(_SYMBOLIC[row.name], row.value, row.tower, row.above_zero)


def _of_definition(definition: Definition) -> Function:
    return Function(
        lambda u: sp.sympify(definition.of(_SYMBOLIC, u)),
        lambda u: at_number(lambda ball: definition.of(_BALLS, ball), u),
        definition.tower,
    )


_TYPED = [row for row in ROWS if row.typed]
_SQRT = Function(lambda u: power(u, sp.S.Half), lambda u: at_number(lambda ball: ball.sqrt(), u))
FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    dict(sorted([("sqrt", _SQRT), *((row.name, _of_row(row)) for row in _TYPED)]))
)
SPELLINGS: Mapping[str, Function] = MappingProxyType(
    {alias: _of_row(row) for row in _TYPED for alias in row.aliases}
    | {name: _of_definition(definition) for name, definition in DEFINITIONS.items()}
)
KNOWN: Mapping[str, Function] = MappingProxyType({**FUNCTIONS, **SPELLINGS})
