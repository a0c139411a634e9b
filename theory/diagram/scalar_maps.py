"""Gradient descent on a product of k equal factors, a map of one number with a known cascade."""

from __future__ import annotations

import sympy as sp

from ..arguments import integer, takes
from ..errors import InputError

U = sp.Symbol("u", real=True)  # the factor, 1 at the minimum
STEP = sp.Symbol("a", positive=True)  # η y₀^(2 − 2/k)


@takes(depth=integer)
def balanced_map(depth: int = 2) -> sp.Expr:
    """The step of gradient descent on ½(x₁⋯x_k − y₀)² from x₁ = … = x_k, in U and STEP.

    With x = y₀^(1/k) u it is u' = u − a (u^k − 1) u^(k−1), a = η y₀^(2 − 2/k), exactly: equal
    factors stay equal. The minimum u = 1 has the multiplier 1 − ka, so it flips at a = 2/k.
    Raises InputError for a depth below 2.
    Source: Chen & Bruna 2023 (depth 2), Kalra & Barkeshli 2024 and Ghosh et al. 2025 (any depth).

    >>> balanced_map(2)
    -a*u*(u**2 - 1) + u
    """
    if depth < 2:
        raise InputError(f"depth {depth}: a product has at least 2 factors")
    return U - STEP * (U**depth - 1) * U ** (depth - 1)
