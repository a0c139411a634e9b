"""What A1 to A4 say of a response, in Coq: suppositions, conclusions, and falsified ones."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ....theory.derivation.notation import ELL, PHI
from ....theory.models import R
from ....theory.responses import Activation, Response
from ..names import Names
from ..statements import Hypothesis, Statement
from .slopes import in_coq

NUMBERED = ("A1", "A2", "A3", "A4")
_SLOPE = "{0} * Derive r {0} / r {0}"
_POSITIVE = ("Z", "0 < z")


@dataclass(frozen=True)
class Said:
    """A statement, the numbers at which its witness and twins look, and its falsified copies.

    `goal` is the place of the conclusion that is turned; `wrong` are what it is turned into.
    """

    statement: Statement
    numbers: tuple[sp.Rational, ...]
    goal: int
    wrong: tuple[str, ...]


def function_of(response: Response) -> str:
    """What the page calls the loss or the activation."""
    return "phi" if isinstance(response, Activation) else "ell"


def said(response: Response, name: str) -> Said:
    """What one hypothesis says. `name` is one of `NUMBERED` that a response of this kind has."""
    return {"A1": _a1, "A2": _a2, "A3": _a3, "A4": _a4}[name](response)


def given(response: Response) -> list[tuple[str, str]]:
    """The loss or activation as it is given, and r, by their names in Coq."""
    f = function_of(response)
    quotient = "Derive ell z / z" if f == "ell" else "phi z * Derive phi z / z"
    return [
        (f"{f}_is", f"forall z, {f} z = {in_coq(response.expression)}"),
        ("r_is", f"forall z, z <> 0 -> r z = {quotient}"),
    ]


def _a1(response: Response) -> Said:
    goals = ["ex_derive r z", "Derive r z < 0"]
    made = _statement(response, ("z",), [*given(response), _POSITIVE], goals)
    return Said(made, (sp.S.One,), 1, ("0 < Derive r z",))


def _a2(response: Response) -> Said:
    slope = _SLOPE.format("z")
    goals = [
        *("ex_derive (Derive ell) z", "0 < Derive (Derive ell) z"),
        *("ex_derive r z", "0 < r z", f"- 1 < {slope}"),
    ]
    made = _statement(response, ("z",), [*given(response), _POSITIVE], goals)
    return Said(made, (sp.S.One,), 4, (f"{slope} < - 1",))


def _a3(response: Response) -> Said:
    """At two points; of an activation it is said where r ≥ c, of which only c ≥ 1/2 is used."""
    unit = response.scale
    numbers: tuple[sp.Rational, ...] = (unit / 8, unit / 4)
    variables: tuple[str, ...] = ("x", "y")
    apart = [("X", "0 < x"), ("X_y", "x < y")]
    if isinstance(response, Activation):
        variables, numbers = ("c", *variables), (sp.Rational(1, 2), *numbers)
        high = [("C_x", "c <= r x"), ("C_y", "c <= r y")]
        apart = [("C", "1 / 2 <= c"), *apart, *high]
    left, right = _SLOPE.format("y"), _SLOPE.format("x")
    goals = ["ex_derive r x", "0 < r x", "ex_derive r y", "0 < r y", f"{left} < {right}"]
    made = _statement(response, variables, [*given(response), *apart], goals)
    return Said(made, numbers, 4, (f"{right} < {left}",))


def _a4(response: Response) -> Said:
    """Of the r that is continuous at 0. Raises NoExpansionError where it has no r''(0)."""
    value = in_coq(response.curvature)
    goals = [
        *("(forall z, ex_derive r z)", "ex_derive (Derive r) 0"),
        *(f"Derive (Derive r) 0 = {value}", "Derive (Derive r) 0 < 0"),
    ]
    made = _statement(response, (), [*given(response), ("r_continuous", "continuous r 0")], goals)
    return Said(made, (), 3, ("0 < Derive (Derive r) 0",))


def _statement(
    response: Response,
    variables: tuple[str, ...],
    supposed: list[tuple[str, str]],
    goals: list[str],
) -> Statement:
    names = Names()
    reals = tuple(sp.Symbol(name, real=True) for name in variables)
    functions = (PHI if isinstance(response, Activation) else ELL, R)
    for symbol in reals:
        names.real(symbol)
    for function in functions:
        names.function(function)
    hypotheses = tuple(Hypothesis(name, "assumed", text, None) for name, text in supposed)
    return Statement(names, reals, functions, hypotheses, tuple(goals), (), (), ())
