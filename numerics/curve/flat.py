"""The inner problem where r''(0) = 0: r = 1 − ρ|p|^β/β + …, β > 2.

Near p = 0 let p = (−1)^t η^{1/(β−1)} X and q = 1 + η^{β/(β−1)} Y, for ρ = 1. To first order a step
of the linear model is then the flow X' = −2X(X^β/β + Y), Y' = X². The slow curve is the one of its
orbits that has Y/X^β → −1/β as X → ∞; it ends at X = 0 in Y = C_β/2, and

    λ* = 2/η − C_β (η/ρ)^{1/(β−1)} + …

With w = Y + X^β/β that orbit obeys w w' = X^{β−1} w − X/2. Going down in X, what it was at X₀ is
forgotten by the factor exp(−X₀^{2β−2}/(β−1)): any start will do that is large enough.
"""

from __future__ import annotations

import math

from flint import arb
from scipy.integrate import solve_ivp

from ...theory.errors import InputError

_FORGOTTEN = 60.0  # e-foldings
_TOLERANCE = 1e-13


def flat_constant(beta: float) -> float:
    """C_β, by integrating the orbit down from a large X; about ten digits.

    For β = 2 it is 1, the law of the other losses; for β = 4 it is 2^{1/3} |a'₁|, where a'₁ is
    the first zero of Ai'. Raises InputError for β < 2.

    >>> round(flat_constant(2), 9), round(flat_constant(4), 9), round(flat_constant(6), 9)
    (1.0, 1.28359871, 1.363887087)
    """
    if not beta >= 2:
        raise InputError(f"flat_constant: need beta ≥ 2, got {beta}")
    far = (_FORGOTTEN * (beta - 1)) ** (1 / (2 * beta - 2))
    found = solve_ivp(
        lambda x, w: x ** (beta - 1) - x / (2 * w),
        (far, 0.0),
        [far ** (2 - beta) / 2],
        method="LSODA",
        rtol=_TOLERANCE,
        atol=_TOLERANCE / 100,
    )
    return float(2 * found.y[0, -1]) if found.success else math.nan


def airy_constant() -> arb:
    """C_4 in balls: for β = 4, x = X²/2 as a function of Y is a Riccati equation.

    x' = −2(Y + x²) becomes u'' = −4Y u with x = u'/(2u); the curve is u = Ai(−4^{1/3} Y), the
    solution that falls off as Y → −∞, and x = 0 where Ai' is.

    >>> print(airy_constant().str(12, radius=False))
    1.28359871046
    """
    zero = arb.airy_ai_zero(1, derivative=1)
    return -(arb(2).root(3)) * zero
