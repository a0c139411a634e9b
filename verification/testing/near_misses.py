"""Hypothesis strategies for responses that break exactly one hypothesis; needs hypothesis.

That the others hold is proved in the docstrings; as in `strategies`, u = z² and D = z r'/r.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

import sympy as sp
from hypothesis import strategies as st

from ...theory.errors import InputError
from ...theory.models import Activation, Loss
from .response_families import (
    SCALES,
    hybrid_activation,
    hybrid_loss,
    mixture,
    rationals,
    rescaled_activation,
    rescaled_loss,
)

BROKEN = MappingProxyType(
    {
        Loss: MappingProxyType(
            {
                "A1": frozenset({"A1", "A3"}),  # A3 for all z > 0 implies A1
                "A2": frozenset({"A2"}),
                "A3": frozenset({"A3"}),
                "A4": frozenset({"A4", "curved"}),  # r''(0) > 0 would break A1 too
                "A5": frozenset({"A5"}),
                "analytic": frozenset({"analytic"}),
                "symmetry": frozenset({"symmetry"}),
                "normalised": frozenset({"normalised"}),
            }
        ),
        Activation: MappingProxyType(
            {
                "A1": frozenset({"A1"}),
                "A3": frozenset({"A3"}),
                "A4": frozenset({"A4", "curved"}),
                "A5": frozenset({"A5"}),
                "analytic": frozenset({"analytic"}),
                "symmetry": frozenset({"symmetry"}),
                "normalised": frozenset({"normalised"}),
            }
        ),
    }
)


def near_miss_losses(broken: str) -> st.SearchStrategy[Loss]:
    """Losses that break exactly the hypotheses BROKEN[Loss][broken], A1–A5 else kept.

    Powers (1+u)^a/(2a): D = −2(1 − a)u/(1 + u) tends to −2(1 − a), and ℓ' grows like z^(2a−1): only
    A2 fails for a < 1/2, only A5 for 1/2 < a < 1. A3: equal or heavier small scale σ, other scale
    σj² with j ≥ 5; at z = σj, z D' > 0 by the formula of the mixtures. A4: the hybrid α = 3/2.
    A1: r = (1 + 2u + γu²)(1 + u)^(−5/2) rises about u = (2γ − 3)/γ for γ > 9/4.

    Symmetry: ℓ' = y(1 − δy), y = z/√(1+u), 0 < δ ≤ 1/4: for z > 0, r = (1 − δy)/√(1+u) and
    1 + D = (1 − y²)(1 − 2δy)/(1 − δy) fall and are positive; |ℓ'| ≤ 1 + δ; r''(0) = −1. Analytic:
    the same with |y| for y in the bracket, even, with the term −δ|z|³/3. Normalised: a multiple,
    which D and the rest do not see. Raises InputError.

    >>> near_miss_losses("A6")
    Traceback (most recent call last):
    ...
    trajalign.theory.errors.InputError: 'A6' is not one of A1, A2, A3, A4, A5, analytic, symmetry, \
normalised
    """
    families: dict[str, Callable[[], st.SearchStrategy[str]]] = {
        "A1": lambda: rationals(sp.Rational(5, 2), 6).map(_bumped_loss),
        "A2": lambda: _sixty_fourths(7, 29).map(_power_loss),
        "A3": lambda: st.builds(
            lambda w, j: mixture([w, 1 - w], [sp.Integer(1), sp.Integer(j) ** 2]).text,
            rationals(sp.Rational(1, 2), sp.Rational(9, 10)),
            st.integers(5, 12),
        ),
        "A4": lambda: st.just(hybrid_loss(sp.Rational(3, 2))),
        "A5": lambda: _sixty_fourths(38, 58).map(_power_loss),
        "analytic": lambda: _small(2).map(lambda d: _lopsided_loss(d, "abs(z)")),
        "symmetry": lambda: _small(2).map(lambda d: _lopsided_loss(d, "z")),
        "normalised": lambda: st.builds(
            lambda alpha, d, sign: f"({1 + sign * d})*({hybrid_loss(alpha)})",
            rationals(sp.Rational(2, 3), sp.Rational(5, 4)),
            _small(1),
            st.sampled_from([-1, 1]),
        ),
    }
    return st.builds(rescaled_loss, _family(families, broken), SCALES)


def near_miss_activations(broken: str) -> st.SearchStrategy[Activation]:
    """Activations that break exactly the hypotheses BROKEN[Activation][broken].

    Powers φ = z(1+u)^(−b): r = (1 + δu)(1+u)^(δ−2) with δ = 1 − 2b. Only A5 fails for 1/4 ≤ b < 1/2
    (φ is unbounded; A3 holds for u < √8, where r ≥ 1/2 lies); only A1 for 1/2 < b ≤ 1 (r < 0 from
    some u on, and r → 0). A4: the hybrid α = 3/2. A3: tanh on two scales; that A1, A4 and A5 hold
    is plain (φ' > 0 falls), that A3 fails is not proved here, but shown by a point for every draw
    by its check.

    Symmetry: φ = y(1 − δy³), y = z/√(1+u), 0 < δ ≤ 1/8. φ' = (1 − y²)^(3/2) (1 − 4δy³) ≤
    (1 − y²)(1 + |y|³/2) ≤ 1; for z > 0, r = (1 − y²)² (1 − δy³)(1 − 4δy³) falls, and so does
    D = −4y² − (1 − y²)y³k, where k = 3δ/(1 − δy³) + 12δ/(1 − 4δy³) ≤ 24/7 rises: dD/dy ≤
    −8y + (5y⁴ − 3y²)k < 0. Analytic: with |y|³, odd. Normalised: wφ, 3/4 ≤ w < 1, for the hybrids,
    whose D falls everywhere, and where r(0) = w² > 1/2. Raises InputError.
    """
    families: dict[str, Callable[[], st.SearchStrategy[str]]] = {
        "A1": lambda: _sixty_fourths(35, 64).map(_power_activation),
        "A3": lambda: st.builds(
            lambda w, s: f"({w * s})*tanh(z/({s})) + ({1 - w})*tanh(z)",
            rationals(sp.Rational(1, 20), sp.Rational(1, 10)),
            rationals(sp.Rational(1, 200), sp.Rational(1, 50)),
        ),
        "A4": lambda: st.just(hybrid_activation(sp.Rational(3, 2))),
        "A5": lambda: _sixty_fourths(16, 26).map(_power_activation),
        "analytic": lambda: _small(3).map(lambda d: _lopsided_activation(d, "abs(z)")),
        "symmetry": lambda: _small(3).map(lambda d: _lopsided_activation(d, "z")),
        "normalised": lambda: st.builds(
            lambda alpha, d: f"({1 - d})*({hybrid_activation(alpha)})",
            rationals(1, sp.Rational(5, 4)),
            _small(2),
        ),
    }
    return st.builds(rescaled_activation, _family(families, broken), SCALES)


def _sixty_fourths(low: int, high: int) -> st.SearchStrategy[sp.Rational]:
    """Exponents; the reader of expressions takes denominators up to 64."""
    return st.integers(low, high).map(lambda k: sp.Rational(k, 64))


def _small(least: int) -> st.SearchStrategy[sp.Rational]:
    """From 10⁻⁹ to 2^−least, both drawn."""
    powers = st.integers(1, 9).map(lambda k: sp.Rational(1, 10**k))
    largest = sp.Rational(1, 2**least)
    return st.one_of(st.just(largest), powers.map(lambda d: min(d, largest)))


def _family(
    families: dict[str, Callable[[], st.SearchStrategy[str]]], broken: str
) -> st.SearchStrategy[str]:
    if broken not in families:
        raise InputError(f"{broken!r} is not one of {', '.join(families)}")
    return families[broken]()


def _power_loss(a: sp.Rational) -> str:
    return f"(1+z**2)**({a})/({2 * a})"


def _power_activation(b: sp.Rational) -> str:
    return f"z/(1+z**2)**({b})"


def _lopsided_loss(delta: sp.Rational, z: str) -> str:
    return f"sqrt(1+z**2) - ({delta})*({z} - atan({z}))"


def _lopsided_activation(delta: sp.Rational, z: str) -> str:
    return f"z/sqrt(1+z**2)*(1 - ({delta})*{z}**3/sqrt(1+z**2)**3)"


def _bumped_loss(gamma: sp.Rational) -> str:
    root, rest = "sqrt(1+z**2)", gamma - 1
    return f"({gamma})*{root} + ({2 * rest})/{root} - ({rest / 3})/{root}**3"
