"""Where a formula is 0/0 at 0: what it is elsewhere, and its limit there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from ...theory.derivation.substitution import Equation, resolved
from .conditions import denominators
from .names import Untranslatable

_REFUSED = "{} is a limit of 0/0, and Coq's x/0 = 0 would be another value"


@dataclass(frozen=True)
class AtZero:
    """A function f(z) = g(z)/z with g(0) = 0: g, g', g'', and f(0) = g'(0) and g'''(0)."""

    variable: sp.Symbol
    slopes: tuple[sp.Expr, sp.Expr, sp.Expr]
    limit: sp.Expr
    third: sp.Expr


def removable(
    equations: Sequence[Equation], original: Sequence[Equation], sides: Iterable[Any]
) -> dict[Any, AtZero]:
    """The functions of which r''(0) is asked where their formula is 0/0.

    Parameters: the equations, as they are supposed and as they are on the page; all expressions.
    Raises Untranslatable where anything else is asked of such a function.
    """
    found: dict[Any, AtZero] = {}
    sides = tuple(sides)
    for name, value in equations:
        if not isinstance(name, AppliedUndef) or not name.args[0].is_Symbol:
            continue
        (variable,) = name.args
        places = {s for e in sides for s in e.atoms(sp.Subs) if _asks(s, name.func)}
        if not places or not any(b.subs(variable, 0) == 0 for b in denominators([value])):
            continue
        second = all(len(place.expr.variables) == 2 for place in places)
        others = [
            e.xreplace({p: sp.Dummy() for p in places}) for e in sides if e not in (name, value)
        ]
        made = _at_zero(variable, resolved(value, original))
        if not second or made is None or any(e.has(name.func) for e in others):
            raise Untranslatable(_REFUSED.format(f"{name.func}(0)"))
        found[name.func] = made
    return found


def refuse(place: Any) -> Untranslatable:
    """What is raised for a value that is 0/0."""
    return Untranslatable(_REFUSED.format(place))


def _asks(place: sp.Subs, function: Any) -> bool:
    inner = place.expr
    return (
        isinstance(inner, sp.Derivative)
        and isinstance(inner.expr, AppliedUndef)
        and inner.expr.func == function
        and place.point == (0,)
    )


def _at_zero(variable: sp.Symbol, value: Any) -> AtZero | None:
    """The parts of value = g/z, or None where g is no formula that is 0 at 0 with g''(0) = 0."""
    g = sp.expand_mul(value * variable)
    if g.atoms(AppliedUndef) or any(b.subs(variable, 0) == 0 for b in denominators([g])):
        return None
    slopes = (g, sp.diff(g, variable), sp.diff(g, variable, 2))
    values = [e.subs(variable, 0) for e in (*slopes, sp.diff(g, variable, 3))]
    if not all(v.is_Rational for v in values) or values[0] != 0 or values[2] != 0:
        return None
    return AtZero(variable, slopes, values[1], values[3])
