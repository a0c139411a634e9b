"""An objective of any number of named parameters, read from a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sympy as sp

from ..errors import InputError
from ..expressions.parsing import parameters_in, parse_expression

MOST_PARAMETERS = 8


@dataclass(frozen=True)
class Objective:
    """An objective L(θ): the text as it was typed, the expression, its parameters in order.

    >>> Objective.parse("log(cosh(x*y)) + a*x**2", constants={"a": sp.Rational(1, 2)})
    Objective(text='log(cosh(x*y)) + a*x**2', expression=x**2/2 + log(cosh(x*y)), parameters=(x, y))
    """

    text: str
    expression: sp.Expr
    parameters: tuple[sp.Symbol, ...]

    @classmethod
    def parse(
        cls,
        text: str,
        parameters: Sequence[str] | None = None,
        constants: Mapping[str, sp.Rational] | None = None,
    ) -> Objective:
        """An objective from its text.

        Parameters: the names of the parameters in their order, by default all names in the text
        but the constants, sorted; the values of constants, by name.
        Raises ExpressionError for a text that is no expression in these names, InputError for more
        than `MOST_PARAMETERS` parameters and for a constant that is a parameter or does not occur.
        """
        known = dict(constants or {})
        names = tuple(parameters or (n for n in parameters_in(text) if n not in known))
        if twice := [name for name in names if name in known]:
            raise InputError(f"{twice[0]} is a constant, so it cannot be a parameter too")
        if unused := [name for name in known if name not in parameters_in(text)]:
            raise InputError(f"the constant {unused[0]} does not occur in {text[:60]}")
        if len(names) > MOST_PARAMETERS:
            raise InputError(
                f"an objective of {len(names)} parameters; at most {MOST_PARAMETERS} are taken "
                "as an expression"
            )
        found = parse_expression(text, (*names, *known) or ("x", "y"))
        values = {sp.Symbol(name, real=True): value for name, value in known.items()}
        return cls(text, found.subs(values), tuple(sp.Symbol(name, real=True) for name in names))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the parameters."""
        return tuple(symbol.name for symbol in self.parameters)

    @property
    def gradient(self) -> tuple[sp.Expr, ...]:
        """The partial derivatives."""
        return tuple(sp.diff(self.expression, symbol) for symbol in self.parameters)
