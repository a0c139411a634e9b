"""A model that is not this project's, as its user has it in a file."""

# L = ℓ(uv), the linear network with one input and one unit.
SCALARS = """
from dataclasses import dataclass
from typing import ClassVar

import sympy as sp

from trajalign.theory import ETA, Loss, Model, P, ParameterSpace, Q, R, ReducedModel, Z


@dataclass(frozen=True)
class Scalars(Model):
    name: ClassVar[str] = "scalars"
    exponent: ClassVar[sp.Rational] = sp.Rational(1, 2)
    kind: ClassVar[type] = Loss

    def generic(self):
        slope = P * R(P)
        bend = sp.diff(slope, P)
        return ReducedModel(
            p_next=P * (1 - 2 * R(P) / Q + ETA**2 * slope**2),
            q_next=Q / (1 - ETA**2 * P**2 * R(P) * (2 * Q - R(P))),
            trace=2 * bend / (ETA * Q),
            determinant=-slope * (slope + 2 * P * bend),
        )

    def parameter_space(self):
        u, v = sp.symbols("u v", real=True)
        loss = self.response.expression.subs(Z, u * v)
        return ParameterSpace((u, v), loss, u * v, 2 / (ETA * (u**2 + v**2)))
"""
