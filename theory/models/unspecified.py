"""A model's definition in parameter space for an unspecified loss or activation.

ℓ (or φ) and its derivatives at the one point where the objective has it become independent letters;
what then holds, holds for every response, and is a statement on polynomials.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from ..algebra.exact_algebra import vanishes_exactly
from ..expressions.parsing import Z
from ..responses import Response
from .base import PHI_SQUARED, Model, P, ParameterSpace, Q, R

_GIVEN = sp.Function("given")  # the unspecified ℓ or φ
_MOST = 4  # derivatives of it that are known by a letter
JETS = tuple(sp.Dummy(f"j{k}", real=True) for k in range(_MOST + 1))
_UNFIT = (ArithmeticError, AttributeError, KeyError, RecursionError, TypeError, ValueError)


@dataclass(frozen=True)
class UnspecifiedSpace:
    """Objective, p and q as rational functions of the parameters and of JETS, at `argument`."""

    parameters: tuple[sp.Symbol, ...]
    objective: sp.Expr
    p: sp.Expr
    q: sp.Expr
    argument: sp.Expr
    activation: bool

    def derivative(self, e: sp.Expr, parameter: sp.Symbol) -> sp.Expr:
        """de/dparameter, by the chain rule through `argument`. Raises IndexError past the last
        derivative that has a letter."""
        inner = sp.diff(self.argument, parameter)
        return sp.diff(e, parameter) + sum(
            sp.diff(e, jet) * JETS[k + 1] * inner for k, jet in enumerate(JETS) if e.has(jet)
        )

    @cached_property
    def gradient(self) -> tuple[sp.Expr, ...]:
        """∇L."""
        return tuple(self.derivative(self.objective, t) for t in self.parameters)

    @cached_property
    def hessian(self) -> sp.Matrix:
        """∇²L."""
        rows = [[self.derivative(slope, t) for t in self.parameters] for slope in self.gradient]
        return sp.Matrix(rows)

    def after_step(self, e: sp.Expr, eta: sp.Symbol) -> sp.Expr:
        """A function of the parameters alone, after one step of gradient descent."""
        pairs = zip(self.parameters, self.gradient, strict=True)
        return e.xreplace({t: t - eta * slope for t, slope in pairs})

    def in_parameters(self, e: sp.Expr) -> sp.Expr | None:
        """An expression in P, Q, r(P) and its derivatives, and φ²(P), at a point of this space.

        None where it has another function, or one at another place than P.
        """
        slope = JETS[0] * JETS[1] if self.activation else JETS[1]
        known: dict[sp.Expr, sp.Expr] = {}
        for generic, value in ((R, slope / Z), (PHI_SQUARED, JETS[0] ** 2)):
            for order in range(_MOST - 1):
                known[sp.diff(generic(P), P, order)] = value.subs(Z, self.argument)
                value = _along(value)
        e = e.xreplace(known)
        if e.atoms(AppliedUndef, sp.Derivative, sp.Subs):
            return None
        return e.xreplace({P: self.p, Q: self.q})


def unspecified(model: Model) -> UnspecifiedSpace | None:
    """`parameter_space()` of a model for an unspecified response.

    None where there is none: the model cannot do with such a response, or for the given one has
    another space than this filled in; ℓ or φ stands at two places, or not at p.

    >>> from trajalign.theory.models import Activation, SingleNeuron
    >>> space = unspecified(SingleNeuron(Activation.parse("tanh")))
    >>> space.objective, space.gradient
    (_j0**2*y**2/2, (_j0*_j1*y**2, _j0**2*y))
    """
    space = unspecified_space(model, _GIVEN)
    if space is None:
        return None
    calls = {c for e in _expressions(space) for c in e.atoms(AppliedUndef) if c.func == _GIVEN}
    arguments = {c.args[0] for c in calls if c.args[0].free_symbols <= set(space.parameters)}
    if len(arguments) != 1:
        return None
    (argument,) = arguments
    objective, p, q = (_with_letters(e, argument) for e in _expressions(space))
    if any(e.has(AppliedUndef, sp.Subs, sp.Derivative) for e in (objective, p, q)):
        return None
    if not vanishes_exactly(p - argument):
        return None
    activation = model.response.square is not None
    return UnspecifiedSpace(space.parameters, objective, p, q, argument, activation)


def unspecified_space(model: Model, function: sp.FunctionClass) -> ParameterSpace | None:
    """`parameter_space()` with an undefined function in the place of ℓ or φ.

    None where the model cannot do with one, or has another space for its own response than this
    with the response put in.
    """
    unspecified = _unspecified_like(model.response, function)
    try:
        space = replace(model, response=unspecified).parameter_space()
    except _UNFIT:  # the model is the user's, and need not be prepared for such a response
        return None
    given = model.parameter_space()
    return space if _filled_in(space, function, model.response, given) else None


def _unspecified_like(response: Response, function: sp.FunctionClass) -> Response:
    """A response of the same kind with an undefined function in the place of ℓ or φ."""
    made = object.__new__(type(response))  # past the checks of what a user gives
    for field in fields(response):
        object.__setattr__(made, field.name, getattr(response, field.name))
    object.__setattr__(made, "expression", function(Z))
    object.__setattr__(made, "text", "unspecified")
    return made


def _expressions(space: ParameterSpace) -> tuple[sp.Expr, ...]:
    return space.objective, space.p, space.q


def _filled_in(
    space: ParameterSpace, function: sp.FunctionClass, response: Response, given: ParameterSpace
) -> bool:
    """Whether the unspecified space, with the response put in, is the one that is given."""
    if space.parameters != given.parameters:
        return False

    def value(argument: sp.Expr) -> sp.Expr:
        return response.expression.subs(Z, argument)

    pairs = zip(_expressions(space), _expressions(given), strict=True)
    differences = (e.replace(function, value).doit() - same for e, same in pairs)
    return all(d == 0 or vanishes_exactly(d) is True for d in differences)


def _with_letters(e: sp.Expr, argument: sp.Expr) -> sp.Expr:
    """ℓ and its derivatives at the argument as JETS."""

    def derivative_at(inner: Any, variables: Any, points: Any) -> sp.Expr:
        same = sp.Subs(inner, variables, points)
        order = _order(inner)
        return JETS[order] if order is not None and points == (argument,) else same

    e = e.replace(sp.Subs, derivative_at)
    known = {d: JETS[order] for d in e.atoms(sp.Derivative) if (order := _order(d)) is not None}
    known = {d: jet for d, jet in known.items() if d.expr.args == (argument,)}
    return e.xreplace(known).xreplace({_GIVEN(argument): JETS[0]})


def _order(e: Any) -> int | None:
    """How often ℓ is differentiated in ℓ⁽ᵏ⁾(symbol); None for anything else."""
    if not (isinstance(e, sp.Derivative) and getattr(e.expr, "func", None) == _GIVEN):
        return None
    order = len(e.variables)
    return order if set(e.variables) == set(e.expr.args) and order <= _MOST else None


def _along(e: sp.Expr) -> sp.Expr:
    """d/dz of an expression in z and JETS at z."""
    return sp.diff(e, Z) + sum(sp.diff(e, JETS[k]) * JETS[k + 1] for k in range(_MOST))
