"""Putting the equations a step uses into its claim, so that what is left stands on its own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from ..errors import InputError, NoExpansionError
from ..expressions.parsing import Z
from ..series import taylor
from .claims import Derivation, Expansion, Step

_PASSES = 8  # how deep the equations may be nested in one another

Equation = tuple[sp.Expr, sp.Expr]


def equations_for(
    step: Step, here: Derivation, earlier: dict[str, Derivation]
) -> tuple[Equation, ...]:
    """The equations a step uses, in the order in which it names them.

    `earlier` are the derivations before this one, by label. Raises InputError for a name that is
    no earlier step or has no equation.
    """
    before = {s.name: s for s in here.steps[: here.steps.index(step)]}
    found = []
    for use in step.uses:
        label, _, name = use.rpartition(":")
        if label and label not in here.needs:
            raise InputError(f"{here.label}: {use} is used, but {label} is not among its needs")
        source = {s.name: s for s in earlier[label].steps} if label in earlier else before
        if name not in source or (label and label not in earlier):
            raise InputError(f"{here.label}: step {step.name} uses {use}, which is no earlier step")
        found.append(equation_of(source[name]))
    return tuple(found)


def equation_of(step: Step) -> Equation:
    """(first side, last side) of a step's claim. Raises InputError where it has none.

    The remainder of an expansion is kept, as an unknown times the power of the variable: what uses
    the expansion must hold whatever the unknown is.
    """
    claim = step.claim
    if not claim.sides or not isinstance(claim.sides[0], _REPLACEABLE):
        raise InputError(f"step {step.name} is not an equation for a symbol or a function")
    if getattr(claim, "at", ()):
        raise InputError(f"step {step.name} holds at a place only, so it cannot be used as it is")
    if isinstance(claim, Expansion):
        remainder = sp.Dummy("remainder", real=True)
        return claim.left, claim.right + claim.variable**claim.order * remainder
    return claim.sides[0], claim.sides[-1]


_REPLACEABLE = (sp.Symbol, AppliedUndef, sp.Derivative, sp.MatrixSymbol, sp.Trace)


def resolved(e: Any, equations: Sequence[Equation], at: Sequence[Equation] = ()) -> Any:
    """`e` with the equations put in until nothing changes, then taken at the place `at`.

    Raises InputError if the equations go in circles.
    """
    for _ in range(_PASSES):
        before = e
        for name, value in equations:
            e = substituted(e, name, value)
        if e == before:
            e = _done(e)  # which may bring out derivatives that an equation is about
        if e == before:
            break
    else:
        raise InputError("the equations that a step uses go in circles")
    for name, value in at:
        e = substituted(e, name, value)
    return _done(e) if at else e


def _done(e: Any) -> Any:
    """`e` with its derivatives taken, and its integrals unless they are of a generic function."""
    generic = any(integral.atoms(AppliedUndef) for integral in e.atoms(sp.Integral))
    return e.doit(integrals=not generic)


def substituted(e: Any, name: sp.Expr, value: sp.Expr) -> Any:
    """`e` with every occurrence of `name`, also under derivatives, replaced.

    A function is replaced at all its arguments: with r(p) = …, r(2p) becomes … at 2p.
    """
    if isinstance(name, AppliedUndef):
        function, (variable,) = name.func, name.args
        if not variable.is_Symbol:  # f at a point, not f
            return e.xreplace({name: value})
        e = e.replace(sp.Subs, partial(_derivative_at_zero, function, variable, value))
        return e.replace(function, lambda argument: value.subs(variable, argument))
    if isinstance(name, sp.Derivative):
        function, variable = name.expr.func, name.variables[0]

        def derivative(inner: sp.Expr, *counts: Any) -> sp.Expr:
            same = isinstance(inner, AppliedUndef) and inner.func == function
            if not same or sum(count for _, count in counts) < len(name.variables):
                return sp.Derivative(inner, *counts)
            new = value.subs(variable, inner.args[0])
            more = sum(count for _, count in counts) - len(name.variables)
            return sp.diff(new, counts[0][0], more) if more else new

        return e.replace(sp.Derivative, derivative)
    return e.xreplace({name: value}) if name.is_Symbol else e.subs(name, value)


def _derivative_at_zero(
    function: Any, variable: sp.Symbol, value: sp.Expr, inner: Any, variables: Any, point: Any
) -> sp.Expr:
    """f⁽ᵏ⁾(0) of an explicit f from its power series, where differentiation would give 0/0."""
    unchanged = sp.Subs(inner, variables, point)
    if not isinstance(inner, sp.Derivative) or inner.expr.func != function or point[0] != 0:
        return unchanged
    if value.atoms(AppliedUndef):
        return unchanged
    order = len(inner.variables)
    try:
        return taylor(value.subs(variable, Z), order + 1)[order] * sp.factorial(order)
    except NoExpansionError:
        return unchanged
