"""Descent on ℓ(xy), and what its step sizes tell of the sharpness at which it ends."""

from __future__ import annotations

import math
from collections.abc import Sequence

import sympy as sp

from ...numerics.descent import Objective, compile_objective, limiting_sharpness
from ...numerics.neville import extrapolate
from ...theory.expressions.parsing import Z
from ...theory.models.product import Product
from ...theory.responses import Loss
from .row import Measured

X, Y = sp.symbols("x y", real=True)
_UNTIL = 1e-11  # of a step: where ℓ''' ≠ 0 the sharpness is off by as much as the residual


def loss_about(text: str, minimum: int | str) -> Product:
    """ℓ(xy), from the text of ℓ and of its minimum."""
    return Product(Loss.parse(text), minimum)


def inverse_rho(model: Product) -> float:
    """1/ρ = 3ℓ''⁴/(3ℓ'''² − ℓ''ℓ'''') at the minimum, to which (2/η − λ*)/η tends.

    >>> inverse_rho(loss_about("log(cosh(u))", 0))
    1.5
    """
    return float(1 / model.valley.softness)


def objective_of(model: Product) -> Objective:
    """ℓ(xy) as ℓ was typed, ready for descent."""
    return compile_objective(model.valley.source.subs(Z, X * Y), (X, Y))


def start_of(model: Product, eta: float, p0: float, q0: float) -> tuple[float, float]:
    """x ≥ y with xy = z + p0 and ηλ = 2/q0 at the minimum below.

    >>> x, y = start_of(loss_about("log(cosh(u - 1))", 1), 0.1, 0.5, 0.8)
    >>> round(x * y, 12), round(x * x + y * y, 12)
    (1.5, 25.0)
    """
    size = 2 / (eta * float(model.valley.bend) * q0)
    return with_product(float(model.origin) + p0, size)


def with_product(product: float, squares: float) -> tuple[float, float]:
    """x ≥ y with this product and this x² + y².

    >>> with_product(2.0, 5.0)
    (2.0, 1.0)
    """
    x = math.sqrt((squares + math.sqrt(squares * squares - 4 * product * product)) / 2)
    return x, product / x


def gaps(model: Product, etas: Sequence[float], p0: float, q0: float) -> list[float]:
    """(2/η − λ*)/η for every step size, from one (p0, q0)."""
    objective = objective_of(model)
    starts = (start_of(model, eta, p0, q0) for eta in etas)
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
