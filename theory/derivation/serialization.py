"""Derivations as JSON and back. No text is evaluated: an expression is a tree of known names.

A tree is an integer string, ["/", p, q], ["parameter", name] for a real number that a model calls
so, or [head, tree, …] with a head of the tables below or a name of the notation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from types import MappingProxyType
from typing import Any

import sympy as sp

from ..errors import InputError
from ..functions import ROWS
from . import claims
from .notation import BY_KEY

MAX_DEPTH = 60
_MAX_EXPONENT, _MAX_BITS = 99, 20_000  # of a power that is written out

# Functions are rebuilt as they are, without evaluation, so that a printed form survives.
_HEADS: Mapping[str, Any] = MappingProxyType(
    {
        "+": sp.Add,
        "*": sp.Mul,
        "^": sp.Pow,
        "matadd": sp.MatAdd,
        "matmul": sp.MatMul,
        "transpose": sp.Transpose,
        "trace": sp.Trace,
    }
    | {row.name: row.kind for row in ROWS}
)
_NAMES = MappingProxyType({function: name for name, function in _HEADS.items()})
_CONSTANTS = MappingProxyType({"pi": sp.pi, "e": sp.E})

# Of a matrix or not, before and after a step.
_PARAMETER = re.compile(r"[A-Za-z][A-Za-z0-9]{0,9}(_[0-9]{1,2})?(_\+)?")

Tree = Any


def tree_of(e: Any) -> Tree:
    """An expression (or matrix) as nested lists of strings. Raises TypeError for a foreign part."""
    if isinstance(e, sp.MatrixBase):
        return ["matrix", *([tree_of(entry) for entry in e.row(i)] for i in range(e.rows))]
    if e.is_Integer:
        return str(e)
    if e.is_Rational:
        return ["/", str(e.p), str(e.q)]
    for name, constant in _CONSTANTS.items():
        if e == constant:
            return name
    if e.is_symbol and BY_KEY.get(str(e)) == e:
        return str(e)
    if e.is_Symbol and e == sp.Symbol(e.name, real=True) and _PARAMETER.fullmatch(e.name):
        return ["parameter", e.name]
    if isinstance(e, sp.Derivative):
        (variable, count), *more = e.variable_count
        if more:
            raise TypeError(f"{e} is a mixed derivative")
        return ["d", str(count), tree_of(variable), tree_of(e.expr)]
    if isinstance(e, sp.Subs):
        (variable,), (point,) = e.variables, e.point
        if not isinstance(e.expr, sp.Derivative) or e.expr.variables[0] != variable:
            raise TypeError(f"{e} is not a derivative at a point")
        return ["at", str(len(e.expr.variables)), str(e.expr.expr.func), tree_of(point)]
    if isinstance(e, sp.Integral):
        (variable, low, high) = e.limits[0]
        return ["integral", *map(tree_of, (e.function, variable, low, high))]
    if e.func in _NAMES:
        return [_NAMES[e.func], *map(tree_of, e.args)]
    name = str(e.func)
    if BY_KEY.get(name) == e.func:
        return [name, *map(tree_of, e.args)]
    raise TypeError(f"{e} is not in the notation")


def expression_of(tree: Tree, depth: int = 0) -> Any:
    """The expression of a tree. Raises InputError for anything that `tree_of` does not write."""
    if depth > MAX_DEPTH:
        raise InputError("an expression nests too deeply")
    if isinstance(tree, str):
        return _atom(tree)
    if not isinstance(tree, list) or not tree or not isinstance(tree[0], str):
        raise InputError(f"{_shown(tree)} is not an expression")
    head, *rest = tree
    special = _SPECIAL.get(head)
    if special is not None:
        try:
            return special(rest, depth + 1)
        except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError):
            raise InputError(f"{_shown(tree)} is not an expression") from None
    arguments = [expression_of(part, depth + 1) for part in rest]
    function = _HEADS.get(head) or BY_KEY.get(head)
    known = isinstance(function, sp.FunctionClass | type)
    if not known or not arguments or (head in BY_KEY and len(arguments) != 1):
        raise InputError(f"{_shown(tree)} is not an expression")
    return _applied(function, arguments)


def _applied(function: Any, arguments: list[Any]) -> Any:
    if function is sp.Pow:
        _require_modest(*arguments)
    try:
        rebuilt = function(*arguments)
        same = rebuilt.func == function and sorted(map(str, rebuilt.args)) == sorted(
            map(str, arguments)
        )
        return rebuilt if same else function(*arguments, evaluate=False)
    except (TypeError, ValueError, AttributeError):
        raise InputError(f"{_shown(arguments)} are no arguments of {function}") from None


def _require_modest(base: Any, exponent: Any = sp.S.One, *more: Any) -> None:
    """Refuse a power that would fill the memory when it is evaluated."""
    if not exponent.is_Integer:
        return
    bits = max(abs(base.p), base.q).bit_length() if base.is_Rational else 0
    if abs(exponent) > _MAX_EXPONENT or bits * abs(exponent) > _MAX_BITS:
        raise InputError(f"{_shown(base)} to the power {_shown(exponent)} is too large")


def _atom(text: str) -> Any:
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text.removeprefix("-").isdecimal() and len(text) < 10_000:
        return sp.Integer(int(text))
    known = BY_KEY.get(text)
    if not isinstance(known, sp.Symbol | sp.MatrixSymbol):
        raise InputError(f"{text[:60]!r} is not a symbol of the notation")
    return known


def _rational(rest: list[Any], depth: int) -> Any:
    numerator, denominator = map(int, rest)
    if denominator < 1:
        raise ValueError("a denominator is positive")
    return sp.Rational(numerator, denominator)


def _parameter(rest: list[Any], depth: int) -> Any:
    (name,) = rest
    if not _PARAMETER.fullmatch(name):
        raise ValueError("it cannot be called so")
    return sp.Symbol(name, real=True)


def _derivative(rest: list[Any], depth: int) -> Any:
    count, variable, inner = rest
    return sp.Derivative(expression_of(inner, depth), (expression_of(variable, depth), int(count)))


def _at(rest: list[Any], depth: int) -> Any:
    count, function, point = rest
    return derivative_at(BY_KEY[function], int(count), expression_of(point, depth))


def derivative_at(function: Any, count: int, point: Any) -> sp.Expr:
    """f⁽ᵏ⁾ at a point, unevaluated.

    >>> derivative_at(BY_KEY["r"], 2, sp.S.Zero)
    Subs(Derivative(r(z), (z, 2)), z, 0)
    """
    z = BY_KEY["z"]
    return sp.Subs(sp.Derivative(function(z), (z, count)), z, point)


def _integral(rest: list[Any], depth: int) -> Any:
    integrand, variable, low, high = (expression_of(part, depth) for part in rest)
    return sp.Integral(integrand, (variable, low, high))


def _matrix(rest: list[Any], depth: int) -> Any:
    return sp.ImmutableMatrix([[expression_of(entry, depth) for entry in row] for row in rest])


_SPECIAL: Mapping[str, Callable[[list[Any], int], Any]] = MappingProxyType(
    {
        "/": _rational,
        "parameter": _parameter,
        "d": _derivative,
        "at": _at,
        "integral": _integral,
        "matrix": _matrix,
    }
)


def _shown(tree: Tree) -> str:
    text = str(tree)
    return text if len(text) <= 60 else text[:57] + "..."


# Claims and derivations ----------------------------------------------------------------------

_KINDS = MappingProxyType(
    {
        kind.__name__.lower(): kind
        for kind in (
            claims.Definition,
            claims.Identity,
            claims.Expansion,
            claims.Solution,
            claims.Sign,
            claims.Cited,
        )
    }
)


def to_json(thing: Any) -> Any:
    """A derivation, step or claim as JSON values."""
    if isinstance(thing, str | int):
        return thing
    if isinstance(thing, tuple):
        return [to_json(part) for part in thing]
    if is_dataclass(thing) and not isinstance(thing, type):
        values = {f.name: to_json(getattr(thing, f.name)) for f in fields(thing)}
        kind = type(thing).__name__.lower()
        return {"kind": kind} | values if kind in _KINDS else values
    return {"tree": tree_of(thing)}


def derivation_of(data: Any) -> claims.Derivation:
    """A derivation from its JSON values. Raises InputError for anything else."""
    values = _checked(data, claims.Derivation)
    steps = tuple(_step(entry) for entry in _list(values["steps"]))
    label, title, statement = (_text(values[name]) for name in ("label", "title", "statement"))
    return claims.Derivation(label, title, statement, steps, _texts(values["needs"]))


def _step(data: Any) -> claims.Step:
    values = _checked(data, claims.Step)
    claim = values["claim"]
    kind = _KINDS.get(str(claim.get("kind"))) if isinstance(claim, dict) else None
    if kind is None:
        raise InputError(f"a claim is one of {', '.join(_KINDS)}, not {_shown(claim)}")
    parts = _checked({k: v for k, v in claim.items() if k != "kind"}, kind)
    made = kind(**{name: _value(part) for name, part in parts.items()})
    return claims.Step(_text(values["name"]), _text(values["text"]), made, _texts(values["uses"]))


def _value(data: Any) -> Any:
    if isinstance(data, dict):
        if set(data) != {"tree"}:
            raise InputError(f"{_shown(data)} is not an expression")
        return expression_of(data["tree"])
    if isinstance(data, list):
        return tuple(_value(part) for part in data)
    if isinstance(data, str | int):
        return data
    raise InputError(f"{_shown(data)} is no part of a claim")


def _checked(data: Any, kind: Any) -> dict[str, Any]:
    names = {f.name for f in fields(kind)}
    if not isinstance(data, dict) or set(data) != names:
        what = kind.__name__.lower()
        raise InputError(f"a {what} has the parts {', '.join(sorted(names))}, not {_shown(data)}")
    return data


def _list(data: Any) -> list[Any]:
    if not isinstance(data, list):
        raise InputError(f"{_shown(data)} is not a list")
    return data


def _text(data: Any) -> str:
    if not isinstance(data, str):
        raise InputError(f"{_shown(data)} is not a text")
    return data


def _texts(data: Any) -> tuple[str, ...]:
    return tuple(_text(part) for part in _list(data))
