"""Rows about the doublings of a balanced product."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from .doublings import doublings, feigenbaum, measured_doublings, resolutions
from .row import Measured, Measurement, Prediction, near

# Rough step sizes of the first doublings, from which Newton's method starts.
ROUGH = {2: (1.0, 1.236, 1.288, 1.2992, 1.3016), 4: (0.5, 0.6236, 0.652, 0.6582, 0.6596)}


def predicted_cascade(depth: int, formulas: Sequence[str]) -> Prediction:
    """The first doublings in η, and the ratios of their distances."""
    etas = doublings(depth, ROUGH[depth])
    widths = resolutions(etas)
    why = "descent of 20 000 steps tells a multiplier from −1 down to this distance"
    found = [
        near(f"η of doubling {k + 1}", formula, etas[k], widths[k], why)
        for k, formula in enumerate(formulas)
    ]
    ratios = feigenbaum(etas[: len(formulas)])
    for k, ratio in enumerate(ratios):
        first, second = etas[k + 1] - etas[k], etas[k + 2] - etas[k + 1]
        relative = (widths[k] + widths[k + 1]) / first + (widths[k + 1] + widths[k + 2]) / second
        name = f"ratio of distances {k + 1} and {k + 2}"
        found.append(near(name, "→ 4.669…", ratio, ratio * relative, f"{why}, twice"))
    return tuple(found)


@cache
def measure_cascade(depth: int, count: int) -> Measurement:
    """The same by descent on all weights."""
    etas = doublings(depth, ROUGH[depth])
    found = measured_doublings(depth, etas[: count + 1])
    return tuple(map(Measured, (*found, *feigenbaum(found))))
