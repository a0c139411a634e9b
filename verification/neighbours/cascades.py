"""Rows about the doublings of a balanced product."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import sympy as sp

from ...numerics.diagram.doublings import period_doublings, ratios
from ...theory.diagram.scalar_maps import STEP, U, balanced_map
from .doublings import measured_doublings, resolutions
from .row import Measured, Measurement, Prediction, near

_DIGITS = 20


@cache
def predicted_doublings(depth: int, count: int) -> tuple[float, ...]:
    """The step sizes of the first doublings, of the map that equal weights follow.

    >>> predicted_doublings(2, 2)  # 1 and √5 − 1
    (1.0, 1.2360679774997898)
    """
    flip = (1, sp.Rational(2, depth))
    found = period_doublings(balanced_map(depth), U, STEP, flip, count, digits=_DIGITS)
    return tuple(float(flip.q) for flip in found.flips)


def predicted_cascade(depth: int, formulas: Sequence[str]) -> Prediction:
    """The first doublings in η, and the ratios of their distances."""
    etas = predicted_doublings(depth, len(formulas) + 1)
    widths = resolutions(etas)
    why = "descent of 20 000 steps tells a multiplier from −1 down to this distance"
    found = [
        near(f"η of doubling {k + 1}", formula, etas[k], widths[k], why)
        for k, formula in enumerate(formulas)
    ]
    for k, ratio in enumerate(ratios(etas[:-1])):
        first, second = etas[k + 1] - etas[k], etas[k + 2] - etas[k + 1]
        relative = (widths[k] + widths[k + 1]) / first + (widths[k + 1] + widths[k + 2]) / second
        name = f"ratio of distances {k + 1} and {k + 2}"
        found.append(near(name, "→ 4.669…", ratio, ratio * relative, f"{why}, twice"))
    return tuple(found)


@cache
def measure_cascade(depth: int, count: int) -> Measurement:
    """The same by descent on all weights."""
    found = measured_doublings(depth, predicted_doublings(depth, count + 1))
    return tuple(map(Measured, (*found, *ratios(found))))
