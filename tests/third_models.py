"""Models that are neither of the two, as a user would write them, and wrong copies of them."""

from dataclasses import dataclass, replace
from typing import ClassVar

import sympy as sp

from trajalign.theory.expressions.parsing import Z
from trajalign.theory.models import (
    ETA,
    PHI_SQUARED,
    Activation,
    Loss,
    Model,
    P,
    ParameterSpace,
    Q,
    R,
    ReducedModel,
    TwoLayerLinear,
)
from trajalign.theory.responses import Response


@dataclass(frozen=True)
class FrozenWeight(Model):
    """L = ½ φ(x)² (1 + y²): a neuron read by two weights, one trained, one frozen at 1.

    With w = φ², φφ' = p r and q = 2/(η(1 + y²)): x' = x − η φφ'(1 + y²) = (1 − 2r/q) p and
    y' = (1 − ηw) y, so that 2/(ηq') = 1 + (1 − ηw)² (2/(ηq) − 1). The Hessian is
    [[(pr)'(1 + y²), 2pry], [2pry, w]].
    """

    response: Response
    name: ClassVar[str] = "frozen-weight"
    exponent: ClassVar[sp.Rational] = sp.S.One

    def generic(self):
        w, slope, size = PHI_SQUARED(P), P * R(P), 2 / (ETA * Q)
        bend = sp.diff(slope, P)
        return ReducedModel(
            P * (1 - 2 * R(P) / Q),
            2 / (ETA + (1 - ETA * w) ** 2 * (2 / Q - ETA)),
            bend * size + w,
            bend * w * size - 4 * slope**2 * (size - 1),
        )

    def parameter_space(self):
        x, y = sp.symbols("x y", real=True)
        phi = self.response.expression.subs(Z, x)
        return ParameterSpace((x, y), phi**2 * (1 + y**2) / 2, x, 2 / (ETA * (1 + y**2)))


@dataclass(frozen=True)
class Scalars(Model):
    """L = ℓ(uv), the linear model with d = m = 1, under a name of its own."""

    response: Response
    name: ClassVar[str] = "scalars"
    exponent: ClassVar[sp.Rational] = sp.Rational(1, 2)

    def generic(self):
        return TwoLayerLinear(self.response).generic()

    def parameter_space(self):
        u, v = sp.symbols("u v", real=True)
        loss = self.response.expression.subs(Z, u * v)
        return ParameterSpace((u, v), loss, u * v, 2 / (ETA * (u**2 + v**2)))


@dataclass(frozen=True)
class TwoUnits(Model):
    """L = ℓ(u₁v₁ + u₂v₂), the linear model with d = 1 and m = 2, under a name of its own."""

    response: Response
    name: ClassVar[str] = "two-units"
    exponent: ClassVar[sp.Rational] = sp.Rational(1, 2)

    def generic(self):
        return TwoLayerLinear(self.response).generic()

    def parameter_space(self):
        u, v, a, b = sp.symbols("u v a b", real=True)
        output = u * v + a * b
        loss = self.response.expression.subs(Z, output)
        return ParameterSpace((u, v, a, b), loss, output, 2 / (ETA * (u**2 + v**2 + a**2 + b**2)))


@dataclass(frozen=True)
class Tied(Model):
    """L = ℓ(xy²), a chain of depth 3 with two tied weights; p = xy², q = 2/(ηy⁴), ε = η^(3/2).

    With s = y² = √(2/(ηq)) and ℓ' = p r: x' = x − η ℓ' s and y' = y (1 − 2η ℓ' x), x = p/s, so that
    p' = (p − η ℓ' s²)(1 − 2η ℓ' p/s)² and s' = s (1 − 2η ℓ' p/s)². The Hessian is
    [[ℓ'' s², 2y(ℓ'' p + ℓ')], [·, (4ℓ'' p² + 2ℓ' p)/s]].
    """

    response: Response
    name: ClassVar[str] = "tied"
    exponent: ClassVar[sp.Rational] = sp.Rational(2, 3)

    def generic(self):
        slope, s = P * R(P), sp.sqrt(2 / (ETA * Q))
        bend, shrink = sp.diff(slope, P), 1 - 2 * ETA * P * slope / s
        return ReducedModel(
            P * (1 - 2 * R(P) / Q) * shrink**2,
            Q / shrink**4,
            bend * s**2 + (4 * bend * P**2 + 2 * P * slope) / s,
            -s * (6 * P * slope * bend + 4 * slope**2),
        )

    def parameter_space(self):
        x, y = sp.symbols("x y", real=True)
        output = x * y**2
        loss = self.response.expression.subs(Z, output)
        return ParameterSpace((x, y), loss, output, 2 / (ETA * y**4))


def wrong(model, **factors):
    """A copy of a model with parts of its reduced map, such as p_next, times a factor."""

    class Wrong(type(model)):
        def generic(self):
            right = super().generic()
            return replace(right, **{k: getattr(right, k) * f for k, f in factors.items()})

    return Wrong(model.response)


TANH = FrozenWeight(Activation.parse("tanh"))
COSH = Scalars(Loss.parse("log-cosh"))
UNITS = TwoUnits(Loss.parse("log-cosh"))
TIED = Tied(Loss.parse("log-cosh"))
