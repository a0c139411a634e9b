"""Objectives whose flip was worked out by hand, for the tests of the edge."""

from typing import NamedTuple

import sympy as sp

R = sp.Rational


class Case(NamedTuple):
    """An objective at a minimum: η = 2/λ, c and κ by hand."""

    text: str
    at: dict[str, sp.Rational]
    eta: sp.Rational
    c: sp.Rational
    kappa: sp.Rational


def product(text: str, y: int, rho: sp.Rational) -> Case:
    """ℓ(xy) with even ℓ, ℓ'' = 1 and ℓ'''' = −3ρ at 0: λ = y², c = ηρy⁴/2 = 2ρ/η, κ = η²/ρ."""
    eta = R(2, y**2)
    return Case(text, {"x": R(0), "y": R(y)}, eta, 2 * rho / eta, eta**2 / rho)


def agarwala(n: int, y: int) -> Case:
    """½z² with z = (x² − ay²)/2, a = 1/n²: u ∝ ∇z, z_uu = 1 − a, so L_uuu = 3√λ(1 − a) and
    L_uuuu = 3(1 − a)², c = 8(1 − a)²/λ, |∇λ|² = 4aλ, and κ = a/(2(1 − a)²)."""
    a = R(1, n**2)
    sharpness = a * (1 + a) * y**2
    at = {"x": R(y, n), "y": R(y)}
    c = 8 * (1 - a) ** 2 / sharpness
    return Case(f"(x**2 - y**2/{n**2})**2/8", at, 2 / sharpness, c, a / (2 * (1 - a) ** 2))


def stable_mode(g: int, y: int) -> Case:
    """log cosh(xy) + gsx²/2 + 10s²: the stable mode has λ_j = 20 and L_uuj = g."""
    plain = product("", y, R(2, 3))
    c = plain.c + plain.eta * R(g**2, 40)
    kappa = plain.eta**2 * (2 * y) ** 2 / 4 / c
    text = f"log(cosh(x*y)) + {g}*s*x**2/2 + 10*s**2"
    return Case(text, {"s": R(0), **plain.at}, plain.eta, c, kappa)


CASES = (
    product("log(cosh(x*y))", 4, R(2, 3)),
    product("sqrt(1 + x**2*y**2)", 5, R(1)),
    product("cosh(x*y)", 6, R(-1, 3)),
    agarwala(5, 5),
    agarwala(10, 20),
    stable_mode(0, 6),
    stable_mode(20, 6),
    stable_mode(40, 6),
)
