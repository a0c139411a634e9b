"""What the strategies are made of: exact rationals, and responses as texts with parameters."""

from __future__ import annotations

import sympy as sp
from hypothesis import strategies as st

from ...theory.errors import InputError
from ...theory.models import Activation, Loss

STEPS = 1000  # a drawn rational divides its interval in this ratio at most


def rationals(
    low: sp.Rational | int, high: sp.Rational | int, *, ends: bool = True
) -> st.SearchStrategy[sp.Rational]:
    """Exact rationals of [low, high], or of (low, high) without its ends; they shrink to `low`.

    Raises InputError for an interval that is empty.

    >>> rationals(1, 1, ends=False)
    Traceback (most recent call last):
    ...
    trajalign.theory.errors.InputError: there is no rational between 1 and 1
    """
    low, high = sp.Rational(low), sp.Rational(high)
    if high < low or (high == low and not ends):
        raise InputError(f"there is no rational between {low} and {high}")
    margin = 0 if ends else 1
    steps = st.integers(margin, STEPS - margin)
    return steps.map(lambda k: low + (high - low) * sp.Rational(k, STEPS))


# Simple enough to stand under roots of high order, whose integers the reader of expressions bounds.
SCALES = st.integers(4, 64).map(lambda k: sp.Rational(k, 16))


def rescaled_loss(text: str, scale: sp.Rational) -> Loss:
    """σ²ℓ(z/σ)."""
    return Loss.parse(f"({scale})**2*({_stretched(text, scale)})")


def rescaled_activation(text: str, scale: sp.Rational) -> Activation:
    """σφ(z/σ)."""
    return Activation.parse(f"({scale})*({_stretched(text, scale)})")


def _stretched(text: str, scale: sp.Rational) -> str:
    return text.replace("z", f"(z/({scale}))")  # no function of these texts has a z in its name


def mixture(weights: list[sp.Rational], scales: list[sp.Rational]) -> Loss:
    """Σ w σ² √(1 + z²/σ²)."""
    pairs = zip(weights, scales, strict=True)
    return Loss.parse(" + ".join(f"({w * s**2})*sqrt(1+(z/({s}))**2)" for w, s in pairs))


def hybrid_loss(alpha: sp.Rational) -> str:
    """α√(1+u) + (α−1)/√(1+u), u = z²."""
    return f"({alpha})*sqrt(1+z**2) + ({alpha - 1})/sqrt(1+z**2)"


def hybrid_activation(alpha: sp.Rational) -> str:
    """The slope of the hybrid loss, as an activation."""
    return f"z*(1+({alpha})*z**2)/(1+z**2)**(3/2)"
