"""Descent on ℓ(xy), and what its step sizes tell of the sharpness at which it ends."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import sympy as sp

from ...numerics.descent import Objective, compile_objective, limiting_sharpness
from ..measuring.ladder import extrapolate
from .row import Measured

X, Y = sp.symbols("x y", real=True)
U = sp.Symbol("u", real=True)
_UNTIL = 1e-11  # of a step: where ℓ''' ≠ 0 the sharpness is off by as much as the residual


@dataclass(frozen=True)
class ProductLoss:
    """ℓ(u) with a minimum at z, as an objective of x and y with u = xy."""

    expression: sp.Expr
    minimum: sp.Expr = sp.S.Zero

    def derivative(self, order: int) -> sp.Expr:
        """ℓ⁽ᵏ⁾(z), exactly.

        >>> ProductLoss(sp.log(sp.cosh(U))).derivative(4)
        -2
        """
        return sp.simplify(sp.diff(self.expression, U, order).subs(U, self.minimum))

    @property
    def alpha(self) -> sp.Expr:
        """3ℓ'''² − ℓ''ℓ'''' at z: the flip is supercritical iff it is positive."""
        second, third, fourth = (self.derivative(k) for k in (2, 3, 4))
        return sp.simplify(3 * third**2 - second * fourth)

    @property
    def inverse_rho(self) -> sp.Expr:
        """1/ρ = 3ℓ''⁴/α, to which (2/η − λ*)/η tends.

        >>> ProductLoss(sp.log(sp.cosh(U))).inverse_rho
        3/2
        """
        return sp.simplify(3 * self.derivative(2) ** 4 / self.alpha)

    def objective(self) -> Objective:
        """ℓ(xy), ready for descent."""
        return compile_objective(self.expression.subs(U, X * Y), (X, Y))

    def start(self, eta: float, p0: float, q0: float) -> tuple[float, float]:
        """x ≥ y with xy = z + p0 and ηλ = 2/q0 at the minimum below."""
        size = 2 / (eta * float(self.derivative(2)) * q0)
        return with_product(float(self.minimum) + p0, size)


def with_product(product: float, squares: float) -> tuple[float, float]:
    """x ≥ y with this product and this x² + y².

    >>> with_product(2.0, 5.0)
    (2.0, 1.0)
    """
    x = math.sqrt((squares + math.sqrt(squares * squares - 4 * product * product)) / 2)
    return x, product / x


def gaps(loss: ProductLoss, etas: Sequence[float], p0: float, q0: float) -> list[float]:
    """(2/η − λ*)/η for every step size, from one (p0, q0)."""
    objective = loss.objective()
    starts = (loss.start(eta, p0, q0) for eta in etas)
    return [gap(objective, start, eta) / eta for start, eta in zip(starts, etas, strict=True)]


def gap(objective: Objective, start: Sequence[float], eta: float) -> float:
    """2/η − λ*, NaN where descent does not converge."""
    return 2 / eta - limiting_sharpness(objective, start, eta, until=_UNTIL)


def at_zero(etas: Sequence[float], values: Sequence[float], order: float = 2.0) -> Measured:
    """The value at η = 0 of what is a power series in η^order, from its last two step sizes."""
    steps = [eta**order for eta in etas]
    value = extrapolate(steps[-2:], values[-2:])
    return Measured(
        value, {f"eta = {eta:g}": f"{v:.8g}" for eta, v in zip(etas, values, strict=True)}
    )
