"""The sharpness that gradient flow would end with, as a label of a point."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp


@dataclass(frozen=True)
class SolutionSharpness:
    """λ∞, the sharpness where gradient flow from here ends.

    `square` is its square in P, Q and ETA; a step of gradient descent multiplies λ∞ by the absolute
    value of `factor`, in R(P) too.
    """

    square: sp.Expr
    factor: sp.Expr
