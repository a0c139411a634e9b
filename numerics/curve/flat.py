"""The inner problem where r''(0) = 0: r = 1 − ρ|p|^β/β + …, β > 2.

Near p = 0 let p = (−1)^t η^{1/(β−1)} X and q = 1 + η^{β/(β−1)} Y, for ρ = 1. To first order a step
of the linear model is then the flow X' = −2X(X^β/β + Y), Y' = X². The slow curve is the one of its
orbits that has Y/X^β → −1/β as X → ∞; it ends at X = 0 in Y = C_β/2, and

    λ* = 2/η − C_β (η/ρ)^{1/(β−1)} + …

With w = Y + X^β/β that orbit obeys w w' = X^{β−1} w − X/2. Going down in X, what it was at X₀ is
forgotten by the factor exp(−X₀^{2β−2}/(β−1)): any start will do that is large enough. Far out
w = X^{2−β} v/2 with a power series v in X^{2−2β}.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from flint import arb
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from ...theory.errors import InputError

_FORGOTTEN = 60.0  # e-foldings
_TOLERANCE = 1e-13
_FAR_TERMS = 8


@dataclass(frozen=True)
class InnerOrbit:
    """The orbit for one β: it passes Y = 0 at X = `crossing` and ends in Y = `end`.

    `delay` is what its time to the crossing falls short of X^(β−2)/(β−2), that of an orbit which
    follows w = X^(2−β)/2 from X down to 0; NaN for β = 2, where that time is infinite.
    """

    beta: float
    end: float
    crossing: float
    delay: float
    _near: Callable[[Any], Any] = field(repr=False, compare=False)

    def misfit(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """w = Y + X^β/β at X ≥ 0, to about nine digits."""
        far = _far(self.beta)
        inside = np.asarray(self._near(np.minimum(x, far)))[0]
        outside = _far_out(self.beta, np.maximum(x, far))
        found: NDArray[np.float64] = np.where(x < far, inside, outside)
        return found


@lru_cache(maxsize=16)
def inner_orbit(beta: float) -> InnerOrbit:
    """The orbit, by integrating it down from a large X. Raises InputError for β < 2.

    >>> found = inner_orbit(4)
    >>> round(found.end, 8), round(found.crossing, 8), round(found.delay, 6)
    (0.64179936, 1.07574767, 0.453639)
    """
    if not beta >= 2:
        raise InputError(f"flat_constant: need beta ≥ 2, got {beta}")
    far = _far(beta)
    found = solve_ivp(
        lambda x, w: x ** (beta - 1) - x / (2 * w),
        (far, 0.0),
        [_far_out(beta, far)],
        method="LSODA",
        rtol=_TOLERANCE,
        atol=_TOLERANCE / 100,
        dense_output=True,
    )
    if not found.success or found.sol is None:
        raise ArithmeticError(f"the inner orbit for beta = {beta} was not found")
    near: Callable[[Any], Any] = found.sol
    crossing = brentq(lambda x: float(near(x)[0]) - x**beta / beta, 0.0, far, xtol=1e-14)
    delay = _delay(beta, crossing) if beta > 2 else math.nan
    return InnerOrbit(beta, float(found.y[0, -1]), crossing, delay, near)


def _far(beta: float) -> float:
    return float((_FORGOTTEN * (beta - 1)) ** (1 / (2 * beta - 2)))


def _far_series(beta: float) -> list[float]:
    """The coefficients of v: v = 1 + (t/2) v ((2 − β) v − (2β − 2) t v'), t = X^(2−2β)."""
    c = [1.0]
    for n in range(_FAR_TERMS - 1):
        pairs = (c[i] * c[n - i] * (2 - beta - (2 * beta - 2) * (n - i)) for i in range(n + 1))
        c.append(sum(pairs) / 2)
    return c


def _far_out(beta: float, x: Any) -> Any:
    return x ** (2 - beta) / 2 * np.polyval(_far_series(beta)[::-1], x ** (2 - 2 * beta))


def _delay(beta: float, crossing: float) -> float:
    """The limit of X^(β−2)/(β−2) − ∫ dx/(2x w) from the crossing to X."""
    far = _far(beta)
    found = solve_ivp(
        lambda x, y: (x ** (beta - 1) - x / (2 * y[0]), 1 / (2 * x * y[0])),
        (far, crossing),
        [_far_out(beta, far), 0.0],
        method="LSODA",
        rtol=_TOLERANCE,
        atol=_TOLERANCE / 100,
    )
    series = _far_series(beta)
    inverse = [1.0]  # of v
    for n in range(1, len(series)):
        inverse.append(-sum(series[k] * inverse[n - k] for k in range(1, n + 1)))
    beyond = sum(
        e * far ** (beta - 2 - (2 * beta - 2) * j) / ((2 * beta - 2) * j - beta + 2)
        for j, e in enumerate(inverse)
        if j
    )
    return float(far ** (beta - 2) / (beta - 2) + found.y[1, -1] - beyond)


def flat_constant(beta: float) -> float:
    """C_β = 2Y at the orbit's end; about ten digits.

    For β = 2 it is 1, the law of the other losses; for β = 4 it is 2^{1/3} |a'₁|, where a'₁ is
    the first zero of Ai'. Raises InputError for β < 2.

    >>> round(flat_constant(2), 9), round(flat_constant(4), 9), round(flat_constant(6), 9)
    (1.0, 1.28359871, 1.363887087)
    """
    return 2 * inner_orbit(beta).end


def airy_constant() -> arb:
    """C_4 in balls: for β = 4, x = X²/2 as a function of Y is a Riccati equation.

    x' = −2(Y + x²) becomes u'' = −4Y u with x = u'/(2u); the curve is u = Ai(−4^{1/3} Y), the
    solution that falls off as Y → −∞, and x = 0 where Ai' is.

    >>> print(airy_constant().str(12, radius=False))
    1.28359871046
    """
    zero = arb.airy_ai_zero(1, derivative=1)
    return -(arb(2).root(3)) * zero
