"""The neuron read by two output weights, one trained and one frozen at 1.

Not in the paper: docs/own-model.md takes it from its loss to its limiting sharpness.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import sympy as sp

from ..expressions.parsing import Z
from ..responses import Activation, Response
from .base import ETA, PHI_SQUARED, About, Model, P, ParameterSpace, Q, R, ReducedModel


@dataclass(frozen=True)
class FrozenWeight(Model):
    """L(x, y) = ½ φ(x)² (1 + y²); p = x, q = 2/(η (1 + y²)).

    With φφ' = p r and w = φ² a step is x' = (1 − 2r/q) p and y' = (1 − ηw) y, so that
    2/(ηq') = 1 + (1 − ηw)² (2/(ηq) − 1).

    `response` is an Activation, or what `Activation` makes one of. Raises ArgumentError,
    ExpressionError.

    >>> FrozenWeight(Activation.parse("tanh")).generic().p_next
    p*(1 - 2*r(p)/q)
    """

    response: Activation
    name: ClassVar[str] = "frozen-weight"
    exponent: ClassVar[sp.Rational] = sp.S.One
    kind: ClassVar[type[Response]] = Activation
    about: ClassVar[About] = About(
        title="neuron with a frozen weight",
        spoken="frozen-weight neuron",
        standard=("tanh",),
        start=(sp.Rational(3, 10), sp.Rational(17, 20)),
    )

    def generic(self) -> ReducedModel:
        """The map above and the block [[(p r)'·2/(ηq), 2 p r y], [2 p r y, w]]."""
        w, slope, size = PHI_SQUARED(P), P * R(P), 2 / (ETA * Q)
        bend = sp.diff(slope, P)
        return ReducedModel(
            p_next=P * (1 - 2 * R(P) / Q),
            q_next=2 / (ETA + (1 - ETA * w) ** 2 * (2 / Q - ETA)),
            trace=bend * size + w,
            determinant=bend * w * size - 4 * slope**2 * (size - 1),
        )

    def parameter_space(self) -> ParameterSpace:
        """The two parameters x and y."""
        x, y = sp.symbols("x y", real=True)
        phi = self.response.expression.subs(Z, x)
        return ParameterSpace((x, y), phi**2 * (1 + y**2) / 2, x, 2 / (ETA * (1 + y**2)))
