"""Losses and activations, and the response r(z) through which both models see them."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, ClassVar, Self

import sympy as sp

from .absolute_values import without_absolute_values
from .algebra.values import number
from .arguments import Convert, shown
from .errors import ArgumentError, ExpressionError, NoExpansionError
from .expressions.parsing import Z, parse_expression
from .expressions.variable import parse_in_one_variable
from .from_sympy import as_text, in_z
from .hypotheses import ALWAYS, OF_A_LOSS, OF_AN_ACTIVATION, Hypothesis, listed
from .series import taylor

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


@dataclass(frozen=True)
class Response:
    """What a loss and an activation have in common; `text` is what the user wrote.

    Parameters: `expression`, a SymPy expression in one symbol named z, of any assumptions (a Float
    counts as its shortest decimal), or a text as for `parse`; `text`, by default that of the
    expression, which then has to be within the bounds of texts.
    Raises ExpressionError, or ArgumentError for what is no expression.
    """

    expression: sp.Expr
    text: str = ""
    noun: ClassVar[str] = "loss or activation"
    letter: ClassVar[str]  # in plain text
    latex: ClassVar[str]  # the same in the notation of the derivations
    option: ClassVar[str]  # of the command line
    symmetry: ClassVar[str]
    degree: ClassVar[int]  # r of c times the function is c^degree r
    hypotheses: ClassVar[tuple[Hypothesis, ...]] = ()
    catalogue: ClassVar[Mapping[str, str]] = MappingProxyType({})

    def __post_init__(self) -> None:
        source, text = self.expression, self.text
        if not isinstance(text, str):
            raise ArgumentError(f"text = {shown(text)}: need a str")
        if isinstance(source, str):
            read = type(self).parse(source)
            expression, text = read.expression, text or read.text
        elif text:
            expression = in_z(source)
        else:
            text = as_text(in_z(source))
            expression = parse_expression(text)
        object.__setattr__(self, "expression", expression)
        object.__setattr__(self, "text", text)

    @classmethod
    def parse(cls, text: str) -> Self:
        """A response of this kind from a catalogue name or an expression in one variable.

        Raises ExpressionError.
        """
        source = _source(text, cls.catalogue)
        return cls(_read(source, cls.catalogue), source)

    @classmethod
    def assumes(cls, name: str) -> bool:
        """Whether the theorems have a hypothesis of this name on such a response."""
        return any(hypothesis.name == name for hypothesis in cls.hypotheses)

    @classmethod
    def assumed(cls, without: str = "") -> str:
        """The numbered hypotheses on such a response, in LaTeX, all or all but one."""
        names = [h.name for h in cls.hypotheses if h.assumed and h.name not in (*ALWAYS, without)]
        return listed(names)

    @property
    def slope(self) -> sp.Expr:
        """z r(z): the derivative whose zero at 0 the response removes."""
        raise NotImplementedError  # each subclass defines it

    @property
    def odd_slope(self) -> bool | None:
        """Whether z r(z) is odd, as for an even loss and an odd activation; None: not assumed."""
        return None if self.symmetry == "none" else True

    @property
    def size(self) -> sp.Expr:
        """What A5 says is bounded."""
        raise NotImplementedError  # each subclass defines it

    @property
    def square(self) -> sp.Expr | None:
        """φ(z)² of an activation; a map feels a loss through r alone."""
        return None

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

    noun: ClassVar[str] = "loss"
    letter: ClassVar[str] = "ℓ"
    latex: ClassVar[str] = r"\taEll"
    option: ClassVar[str] = "--loss"
    symmetry: ClassVar[str] = "even"
    degree: ClassVar[int] = 1
    hypotheses: ClassVar[tuple[Hypothesis, ...]] = OF_A_LOSS
    catalogue: ClassVar[Mapping[str, str]] = LOSSES

    @cached_property
    def slope(self) -> sp.Expr:
        return sp.diff(self.expression, Z)

    @property
    def size(self) -> sp.Expr:
        return self.slope


@dataclass(frozen=True)
class Activation(Response):
    """An activation φ(z); its response is φ(z) φ'(z)/z.

    >>> Activation.parse("tanh").curvature
    -8/3
    """

    noun: ClassVar[str] = "activation"
    letter: ClassVar[str] = "φ"
    latex: ClassVar[str] = r"\taPhi"
    option: ClassVar[str] = "--activation"
    symmetry: ClassVar[str] = "odd"
    degree: ClassVar[int] = 2
    hypotheses: ClassVar[tuple[Hypothesis, ...]] = OF_AN_ACTIVATION
    catalogue: ClassVar[Mapping[str, str]] = ACTIVATIONS

    @cached_property
    def slope(self) -> sp.Expr:
        return self.expression * sp.diff(self.expression, Z)

    @property
    def size(self) -> sp.Expr:
        return self.expression

    @property
    def square(self) -> sp.Expr:
        return self.expression**2


def response_of(kind: type[Response]) -> Convert:
    """What takes a response of one kind, or makes it of a text or a SymPy expression in z."""

    def convert(value: Any, name: str) -> Response:
        if isinstance(value, kind):
            return value
        if kind is not Response and isinstance(value, str | sp.Expr):
            return kind(value)
        wanted = {Loss: "a Loss", Activation: "an Activation"}.get(kind, "a Loss or an Activation")
        raise ArgumentError(
            f"{name}: need {wanted}, a text or an expression in z, not {_kind_of(value)}"
            if kind is not Response
            else f"{name}: need {wanted}, not {_kind_of(value)}"
        )

    return convert


RESPONSE: Convert = response_of(Response)


def _kind_of(value: Any) -> str:
    if isinstance(value, Response):
        return f"the {type(value).__name__} {value.text}"
    return f"{shown(value)} ({type(value).__name__})"


def _source(text: str, catalogue: Mapping[str, str]) -> str:
    if not isinstance(text, str):
        raise ArgumentError(f"{shown(text)} ({type(text).__name__}): need a text to parse")
    return catalogue.get(text, text)


def _read(source: str, catalogue: Mapping[str, str]) -> sp.Expr:
    try:
        return without_absolute_values(parse_in_one_variable(source, catalogue))
    except ExpressionError as error:
        close = difflib.get_close_matches(source[:60], catalogue, n=1, cutoff=0.75)
        if not close:
            raise
        raise ExpressionError(f"did you mean the catalogue's {close[0]}? {error}") from None
