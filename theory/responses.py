"""Losses and activations, and the response r(z) through which both models see them."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import ClassVar

import sympy as sp

from .absolute_values import without_absolute_values
from .errors import ExpressionError, NoExpansionError
from .expressions import Z, parse_expression
from .series import taylor
from .values import number


@dataclass(frozen=True)
class Response:
    """What a loss and an activation have in common; `text` is what the user wrote."""

    expression: sp.Expr
    text: str
    symmetry: ClassVar[str]

    @property
    def slope(self) -> sp.Expr:
        """z r(z): the derivative whose zero at 0 the response removes."""
        raise NotImplementedError  # each subclass defines it

    @cached_property
    def response(self) -> sp.Expr:
        """r(z), with a removable singularity at 0."""
        return self.slope / Z

    @cached_property
    def response_series(self) -> tuple[sp.Expr, ...]:
        """The first six Taylor coefficients of r at 0. Raises NoExpansionError."""
        return taylor(self.response, 6)

    @property
    def curvature(self) -> sp.Expr:
        """r''(0), exact. Raises NoExpansionError."""
        return 2 * self.response_series[2]

    @cached_property
    def scale(self) -> sp.Rational:
        """A power of two near |r''(0)|^(−1/2), the natural unit of z; 1 where there is none.

        Where r''(0) is 0, or so small that the next term c z⁴ of r tells of a unit |c|^(−1/4) less
        than an eighth of it, that is the unit. Replacing z by z/s stretches every picture by s and
        changes no verdict.
        """
        try:
            curvature, quartic = sp.Abs(self.curvature), sp.Abs(self.response_series[4])
        except NoExpansionError:
            return sp.Integer(1)
        sizes = ((curvature, 2), (quartic, 4))
        units = [round(float(-sp.log(number(size, 20), 2)) / k) for size, k in sizes if size != 0]
        if not units:
            return sp.Integer(1)
        return sp.Integer(2) ** (units[-1] if units[-1] < units[0] - 3 else units[0])


@dataclass(frozen=True)
class Loss(Response):
    """A loss ℓ(z); its response is ℓ'(z)/z.

    >>> Loss.parse("log-cosh").curvature
    -2/3
    """

    symmetry: ClassVar[str] = "even"

    @cached_property
    def slope(self) -> sp.Expr:
        return sp.diff(self.expression, Z)

    @staticmethod
    def parse(text: str) -> Loss:
        """A loss from a catalogue name or an expression in z. Raises ExpressionError."""
        source = LOSSES.get(text, text)
        return Loss(_read(source, LOSSES), source)


@dataclass(frozen=True)
class Activation(Response):
    """An activation φ(z); its response is φ(z) φ'(z)/z.

    >>> Activation.parse("tanh").curvature
    -8/3
    """

    symmetry: ClassVar[str] = "odd"

    @cached_property
    def slope(self) -> sp.Expr:
        return self.expression * sp.diff(self.expression, Z)

    @staticmethod
    def parse(text: str) -> Activation:
        """An activation from a catalogue name or an expression in z. Raises ExpressionError."""
        source = ACTIVATIONS.get(text, text)
        return Activation(_read(source, ACTIVATIONS), source)


def _read(source: str, catalogue: Mapping[str, str]) -> sp.Expr:
    try:
        return without_absolute_values(parse_expression(source))
    except ExpressionError as error:
        close = difflib.get_close_matches(source[:60], catalogue, n=1, cutoff=0.75)
        if not close:
            raise
        raise ExpressionError(f"did you mean the catalogue's {close[0]}? {error}") from None


LOSSES: Mapping[str, str] = MappingProxyType(
    {
        "log-cosh": "log(cosh(z))",
        "pseudo-huber": "sqrt(1+z**2)",
        "atan": "z*atan(z) - log(1+z**2)/2",
        "log-cosh-half": "4*log(cosh(z/2))",
        "langevin": "3*log(sinh(z)/z)",
    }
)

ACTIVATIONS: Mapping[str, str] = MappingProxyType(
    {
        "tanh": "tanh(z)",
        "algebraic": "z/sqrt(1+z**2)",
        "arctan": "atan(z)",
        "erf": "erf(sqrt(pi)*z/2)",
        "gudermannian": "2*atan(tanh(z/2))",
        "logistic": "4/(1+exp(-z)) - 2",
    }
)
