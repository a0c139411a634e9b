"""Products of any depth: one weight read through m others that are equal.

Not in the paper, whose linear network is of depth 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import sympy as sp

from ..errors import InputError
from ..expressions.parsing import Z
from ..responses import Loss, Response
from .base import ETA, About, Model, P, ParameterSpace, Q, R, ReducedModel
from .laws import GENERAL, Laws
from .options import ModelOption

_LEAST, _MOST = 2, 12


def _depth(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and _LEAST <= int(text) <= _MOST):
        raise InputError(f"{text[:60]}: need a whole number from {_LEAST} to {_MOST}")
    return int(text)


@dataclass(frozen=True)
class Deep(Model):
    """L = ℓ(x y₁ ⋯ y_m) with y₁ = … = y_m = y, which gradient descent keeps; the depth is m + 1.

    p = x yᵐ and q = 2/(η y²ᵐ). With s = q^(1/m), which is (2/η)^(1/m)/y², and g = ℓ'(p) a step is
    p' = (p − 2g/q)(1 − ε g p s)ᵐ and s' = s/(1 − ε g p s)², where ε = 2^(−1/m) η^(1 + 1/m).

    At p = 0, q is 2/(η‖∇f‖²) as in the linear network. Elsewhere ‖∇f‖² has the slope in the y_i
    too, m p²/y², of relative size ε: for depth 2 and the linear network of the same weights
    1/q_linear = 1/q + η² p² q/4. Their limits and crossings are the same, their h differ.

    `response` is a Loss, or what `Loss` makes one of. Raises ArgumentError, ExpressionError.

    >>> Deep(Loss.parse("log-cosh"), depth=3).generic().p_next
    p*(1 - 2*r(p)/q)*(-sqrt(2)*eta**(3/2)*p**2*sqrt(q)*r(p)/2 + 1)**2
    """

    response: Loss
    depth: int = 3
    name: ClassVar[str] = "deep"
    kind: ClassVar[type[Response]] = Loss
    about: ClassVar[About] = About(
        title="product of weights",
        spoken="product of weights",
        standard=("log-cosh",),
    )
    # The other eigenvalues, −ℓ' p/y² with multiplicity m − 1, are not the largest if ℓ' p ≥ 0.
    laws: ClassVar[Laws] = GENERAL
    options: ClassVar[tuple[ModelOption, ...]] = (
        ModelOption("depth", _depth, "The number of weights in the product.", 3, "K", always=True),
    )

    @property
    def m(self) -> int:
        """The number of equal weights."""
        return self.depth - 1

    @property
    def exponent(self) -> sp.Rational:
        """η = 2^(1/(m + 1)) ε^(m/(m + 1))."""
        return sp.Rational(self.m, self.m + 1)

    def step_size(self, epsilon: sp.Expr) -> sp.Expr:
        """η as a function of ε."""
        return 2 ** sp.Rational(1, self.m + 1) * epsilon**self.exponent

    def small_parameter(self, eta: sp.Expr) -> sp.Expr:
        """ε as a function of η."""
        return 2 ** sp.Rational(-1, self.m) * eta ** (1 / self.exponent)

    def generic(self) -> ReducedModel:
        """The map, and the Hessian's block on x and the direction in which all y_i are equal."""
        return _generic(self)

    def parameter_space(self) -> ParameterSpace:
        """x, and √m y: gradient descent in these two is that in all m + 1 weights, and the Hessian
        that on their span, because the weights stay equal and the coordinate is of unit length."""
        x, y = sp.symbols("x Y", real=True)
        output = x * y**self.m / sp.sqrt(self.m) ** self.m
        objective = self.response.expression.subs(Z, output)
        q = 2 * sp.Integer(self.m) ** self.m / (ETA * y ** (2 * self.m))
        return ParameterSpace((x, y), objective, output, q)


@cache
def _generic(model: Deep) -> ReducedModel:
    m, slope = model.m, P * R(P)
    bend, square = sp.diff(slope, P), (2 / (ETA * Q)) ** sp.Rational(1, m)  # ℓ'' and y²
    shrink = 1 - model.small_parameter(ETA) * P * slope * Q ** sp.Rational(1, m)  # y'/y
    return ReducedModel(
        p_next=P * (1 - 2 * R(P) / Q) * shrink**m,
        q_next=Q / shrink ** (2 * m),
        trace=bend * square**m + (m * bend * P**2 + (m - 1) * slope * P) / square,
        determinant=-(square ** (m - 1)) * slope * ((m + 1) * bend * P + m * slope),
    )
