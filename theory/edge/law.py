"""The law of the edge: what a flip on a manifold of minima does to gradient descent.

Near a minimum with ηλ = 2 the step is, along the top eigenvector, p' = −(1 + μ)p + … with
μ = ηλ − 2, and what is left of two steps is

    ln P' − ln P = 2 (μ − cP),    μ' = μ − kP,    P = p².

So P(μ) = (μ + κ)/c + C exp(μ/κ) with κ = k/(2c): the bifurcation diagram, shifted by the drift, and
a part that dies where κ ≪ 1. Descent ends at P = 0, with 2 − ηλ* = κ.

Each function takes numbers of any kind: SymPy's, mpmath's, floats.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy as sp

_DIGITS = 60


def flip_coefficient(
    eta: Any, third: Any, fourth: Any, stable: Sequence[tuple[Any, Any]] = ()
) -> Any:
    """c of the 2-cycle P = μ/c.

    Parameters: the step size; L_uuu and L_uuuu along the top unit eigenvector u; of every stable
    mode (λ_j, L_uuj). The flip is supercritical iff c > 0.

    >>> flip_coefficient(sp.Symbol("eta"), 0, sp.Symbol("L4"))
    -L4*eta/6
    """
    found = eta**2 * third**2 / 4 - eta * fourth / 6
    return found + sum((eta * coupling**2 / (2 * value) for value, coupling in stable), start=0)


def drift(eta: Any, slope: Any) -> Any:
    """k of μ' = μ − kP, from the length of the gradient of λ along the manifold of minima."""
    return eta**2 * slope**2 / 2


def gap(c: Any, k: Any) -> Any:
    """κ = k/(2c), to which 2 − ηλ* is equal where it is much smaller than 1.

    >>> eta, rho = sp.symbols("eta rho")  # ℓ(xy) at (0, y) with y² = 2/η: λ = y², L_uuuu = −3ρy⁴
    >>> gap(flip_coefficient(eta, 0, -3 * rho * 4 / eta**2), drift(eta, 2 * sp.sqrt(2 / eta)))
    eta**2/rho
    """
    return k / (2 * c)


def diagram(mu: Any, c: Any, kappa: Any) -> Any:
    """P(μ) = (μ + κ)/c, on which aligned orbits come down."""
    return (mu + kappa) / c


def through(mu: Any, c: Any, kappa: Any, start: tuple[Any, Any]) -> Any:
    """P(μ) of an orbit that had P₀ at μ₀, `start` = (μ₀, P₀): (μ + κ)/c + C e^{μ/κ}.

    >>> float(through(0, 1, 1, (0, 5)))
    5.0
    """
    at, square = start
    rest = square - diagram(at, c, kappa)
    return diagram(mu, c, kappa) + rest * sp.exp((mu - at) / kappa)


def rests(kappa: Any, mu: Any, scaled: Any) -> bool:
    """Whether an orbit at μ with cP = `scaled` comes to rest: always for κ > 0; for κ < 0, where
    the flip is subcritical, only with μ − cP < |κ|.

    >>> rests(1, 5, 0), rests(-1, 0.5, -0.1), rests(-1, 2, -0.1)
    (True, True, False)
    """
    return bool(kappa > 0 or mu - scaled < -kappa)


def end(kappa: Any, mu: Any, scaled: Any) -> sp.Expr:
    """μ* of an orbit that is at μ with cP = `scaled`: (μ* + κ)e^{−μ*/κ} = (μ + κ − cP)e^{−μ/κ}.

    In Lambert's function: μ* = −κ(1 + W(w)) with w = −(μ + κ − cP)e^{−μ/κ−1}/κ, on its principal
    branch for κ > 0 and on the other for κ < 0. Only for orbits that come to rest.

    >>> end(1, 3, 4), float(end(1, 1e-3, 0)) + 1e-3 < 1e-6
    (-1, True)
    """
    # Near w = −1/e, where κ is large beside μ, half of the digits cancel.
    kappa, mu, scaled = (
        sp.Float(x, _DIGITS) if isinstance(x, float) else x for x in (kappa, mu, scaled)
    )
    start = (mu + kappa - scaled) / kappa
    w = -start * sp.exp(-mu / kappa - 1)
    return -kappa * (1 + sp.LambertW(w, 0 if kappa > 0 else -1))


def crossing_time(kappa: Any, mu: Any) -> sp.Expr:
    """Steps in which an aligned orbit comes from μ to ηλ = 2: ln(1 + μ/κ)/(2κ)."""
    return sp.log(1 + mu / kappa) / (2 * kappa)
