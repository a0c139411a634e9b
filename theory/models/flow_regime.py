"""Where gradient flow is followed: from which heights, and what bounds hold from there."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

STEP = sp.Symbol("x", positive=True)  # the step size in the unit L of p: η L, or η L²
HEIGHT = sp.Symbol("q0", positive=True)
LEAST = sp.Symbol("r_L", positive=True)  # r(L), the least of r on |p| ≤ L
RATE = sp.Symbol("m", positive=True)


@dataclass(frozen=True)
class FlowRegime:
    """For |p0| ≤ L and `above` < q0 < each of `below`: |p_t| ≤ F (1 − m)^t, q_t ≤ q0 exp(`drift`).

    `bounds` says so in LaTeX, and `orbits` of which orbits; the others say the same in numbers.
    m is the least of `rates`, and F is |p0| if `from_start`, else L. All are expressions in STEP,
    HEIGHT, LEAST and RATE. Random heights are drawn from `drawn_above` on, no lower than `above`.
    """

    bounds: str
    orbits: str
    above: sp.Expr
    below: tuple[sp.Expr, ...]
    rates: tuple[sp.Expr, ...]
    drift: sp.Expr
    from_start: bool
    drawn_above: sp.Expr
