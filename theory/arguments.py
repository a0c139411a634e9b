"""Arguments of public functions: exact numbers of any kind, and one clear line for anything else.

A float means its shortest decimal, the one that Python prints, so that 0.05 is 1/20 and not the
binary number beside it. So do NumPy's floats, each of its own width, SymPy's and mpmath's.
"""

from __future__ import annotations

import inspect
import operator
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import mpmath
import sympy as sp

from .errors import ArgumentError, ExpressionError
from .expressions.parsing import parse_rational

Convert = Callable[[Any, str], Any]
Given = ParamSpec("Given")
Result = TypeVar("Result")

_EXACT = (
    "need a finite rational number: an int, a float (which counts as its shortest decimal), a text "
    'such as "1/20", a Fraction, a Decimal, or a number of SymPy, mpmath or NumPy'
)
_MOST_SHOWN, _MOST_DIGITS = 60, 10**4


def rational(value: Any, name: str) -> sp.Rational:
    """An exact rational from an int, a text such as "1/20", a float (its shortest decimal; a float
    of NumPy, SymPy or mpmath likewise), a Fraction, a Decimal or a SymPy Rational.

    Raises ArgumentError, which names the argument, for anything else: NaN, ∞, a bool, a complex
    number, an array, an irrational number.

    >>> rational(0.05, "eta"), rational("1/20", "eta"), rational(mpmath.mpf("0.05"), "eta")
    (1/20, 1/20, 1/20)
    >>> rational(0.1 + 0.2, "eta")  # which prints as 0.30000000000000004
    7500000000000001/25000000000000000
    """
    try:
        value = _scalar(value)
        if isinstance(value, str):
            return parse_rational(value)
        if isinstance(value, bool | sp.logic.boolalg.BooleanAtom):
            raise TypeError
        if isinstance(value, sp.Rational) and value.is_finite:
            return value
        if isinstance(value, sp.Float | float | Decimal | mpmath.mpf) or _is_numpy_float(value):
            return _decimal(value)
        if isinstance(value, Fraction):
            return sp.Rational(value.numerator, value.denominator)
        if getattr(value, "shape", ()) == ():
            return sp.Integer(operator.index(value))
    except ExpressionError as error:
        raise ArgumentError(f"{name}: {error}") from None
    except (TypeError, ValueError, OverflowError):
        pass
    raise ArgumentError(f"{name} = {shown(value)}: {_EXACT}")


def _scalar(value: Any) -> Any:
    """The scalar in an array without dimensions, NumPy's or one like it; anything else itself."""
    is_array = getattr(value, "shape", None) == () and hasattr(value, "__array__")
    return value.__array__()[()] if is_array else value


def _decimal(value: Any) -> sp.Rational:
    text = float.__repr__(value) if isinstance(value, float) else _shortest(value)
    if abs(Decimal(text).adjusted()) > _MOST_DIGITS:
        raise ValueError
    found = Fraction(text)  # ValueError for NaN and ∞
    return sp.Rational(found.numerator, found.denominator)


def _is_numpy_float(value: Any) -> bool:
    return getattr(getattr(value, "dtype", None), "kind", "") == "f" and value.shape == ()


def _shortest(value: Any) -> str:
    """The decimal with the fewest digits that is this number again, for one of mpmath: in as many
    bits as it has, at least those of a float."""
    if not isinstance(value, mpmath.mpf) or not mpmath.isfinite(value):
        return str(value)
    with mpmath.workprec(max(53, int(value.man).bit_length())):
        for digits in range(1, mpmath.mp.dps + 3):
            text = str(mpmath.nstr(value, digits))
            if mpmath.mpf(text) == value:
                break
    return text


def integer(value: Any, name: str) -> int:
    """An int, from any integer type but bool. Raises ArgumentError, which names the argument."""
    try:
        if isinstance(value, bool) or getattr(value, "shape", ()) != ():
            raise TypeError
        return operator.index(value)
    except TypeError:
        raise ArgumentError(f"{name} = {shown(value)}: need an integer") from None


def flag(value: Any, name: str) -> bool:
    """True or False. Raises ArgumentError."""
    if isinstance(value, bool):
        return value
    raise ArgumentError(f"{name} = {shown(value)}: need True or False")


def real(value: Any, name: str) -> float:
    """A finite float, from whatever `rational` takes."""
    return float(value) if type(value) is float and abs(value) < 1e300 else _float(value, name)


def _float(value: Any, name: str) -> float:
    try:
        exact = rational(value, name)
        return float(Fraction(int(exact.p), int(exact.q)))
    except OverflowError:
        raise ArgumentError(f"{name} = {shown(value)}: too large for double precision") from None


def instance(kind: type, *, example: str = "") -> Convert:
    """What passes an instance of a class, and refuses anything else."""

    def convert(value: Any, name: str) -> Any:
        if isinstance(value, kind):
            return value
        hint = f", such as {example}" if example else ""
        raise ArgumentError(
            f"{name} = {shown(value)}: need {_article(kind.__name__)}{hint}, "
            f"not {_article(type(value).__name__)}"
        )

    return convert


def each(convert: Convert, count: int | None = None) -> Convert:
    """What converts the parts of a sequence, and refuses anything else or another length."""

    def converted(value: Any, name: str) -> tuple[Any, ...]:
        if isinstance(value, str | Mapping) or not hasattr(value, "__iter__"):
            raise ArgumentError(f"{name} = {shown(value)}: need a sequence")
        parts = tuple(convert(part, f"{name}[{i}]") for i, part in enumerate(value))
        if count is not None and len(parts) != count:
            raise ArgumentError(f"{name}: need {count} values, not {len(parts)}")
        return parts

    return converted


def symbolic(value: Any, name: str) -> sp.Expr:
    """A SymPy expression, or a number as one. Raises ArgumentError."""
    return value if isinstance(value, sp.Expr) else rational(value, name)


def string(value: Any, name: str) -> str:
    """A str. Raises ArgumentError."""
    if isinstance(value, str):
        return value
    raise ArgumentError(f"{name} = {shown(value)}: need a text")


def file(value: Any, name: str) -> Path:
    """A path, from a text too. Raises ArgumentError."""
    if isinstance(value, str | os.PathLike):
        return Path(value)
    raise ArgumentError(f"{name} = {shown(value)}: need a path")


def one_of(names: Iterable[str]) -> Convert:
    """What passes some texts, and refuses anything else."""
    known = tuple(names)

    def convert(value: Any, name: str) -> str:
        if isinstance(value, str) and value in known:
            return value
        raise ArgumentError(f"{name} = {shown(value)}: known are {' and '.join(known)}")

    return convert


def optional(convert: Convert) -> Convert:
    """The same, but None passes."""
    return lambda value, name: None if value is None else convert(value, name)


def takes(**converters: Convert) -> Callable[[Callable[Given, Result]], Callable[Given, Result]]:
    """A decorator that converts or refuses the arguments of these names before a function runs.

    >>> @takes(count=integer)
    ... def doubled(count):
    ...     return 2 * count
    >>> @takes(unit=integer)
    ... def largest(*sizes, unit=1):
    ...     return max(sizes) * unit
    >>> largest(0.5, 1.5, unit=2)
    3.0
    >>> doubled(2.5)
    Traceback (most recent call last):
    trajalign.theory.errors.ArgumentError: count = 2.5: need an integer
    """

    def decorate(function: Callable[Given, Result]) -> Callable[Given, Result]:
        parameters = inspect.signature(function).parameters
        by_place = [n for n, p in parameters.items() if p.kind is p.POSITIONAL_OR_KEYWORD]
        places = [
            (by_place.index(name) if name in by_place else None, name, convert)
            for name, convert in converters.items()
        ]

        @wraps(function)
        def checked(*given: Given.args, **named: Given.kwargs) -> Result:
            values: list[Any] = list(given)
            for index, name, convert in places:
                if index is not None and index < len(values):
                    values[index] = convert(values[index], name)
                elif name in named:
                    named[name] = convert(named[name], name)
            call: Callable[..., Result] = function
            return call(*values, **named)

        return checked

    return decorate


def convert_fields(thing: Any, fields: Sequence[str], convert: Convert) -> None:
    """Convert fields of a frozen dataclass, in its `__post_init__`."""
    for name in fields:
        object.__setattr__(thing, name, convert(getattr(thing, name), name))


def shown(value: Any) -> str:
    """A value as it is quoted in one line."""
    try:
        text = " ".join(repr(value).split())
    except Exception:  # whatever a foreign object's repr raises
        text = object.__repr__(value)
    return text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 3] + "..."


def _article(name: str) -> str:
    return f"{'an' if name[:1] in 'AEIOaeio' else 'a'} {name}"
