"""The branches of the frozen map of a loss that is not even: p = 0, and the 2-cycle p and p̃."""

from __future__ import annotations

from itertools import pairwise

from ..numerics.diagram.two_cycles import Pair, two_cycles
from ..theory.models import Model
from .picture import STABLE, UNSTABLE, Curve, Mark

_LOWEST = 0.25  # height down to which the 2-cycle is drawn, if its branch goes on so far


def two_sided_branches(
    model: Model, reach: float, top: float
) -> tuple[list[Curve], list[Mark], float]:
    """The curves, their special points, and how wide they are drawn: at least to `reach`.

    Parameters: a model with a loss about a minimum; `top`, the largest q drawn.
    """
    pairs = []
    for pair in two_cycles(model).outwards():
        pairs.append(pair)
        if pair.height < _LOWEST:
            break
    marks = [Mark("flip", 0.0, 1.0, "flip"), *_marks(pairs)]
    wide = max([reach, *(1.3 * abs(mark.x) for mark in marks)])
    curves = [
        Curve("unstable", UNSTABLE, (0.0, 0.0), (0.0, 1.0)),
        Curve("stable", STABLE, (0.0, 0.0), (1.0, top)),
    ]
    for stable, run in _runs([p for p in pairs if max(p.p, -p.other) <= wide]):
        name, look = ("stable", STABLE) if stable else ("unstable", UNSTABLE)
        q = tuple(pair.height for pair in run)
        curves.append(Curve(name, look, tuple(pair.p for pair in run), q))
        curves.append(Curve(name, look, tuple(pair.other for pair in run), q))
    return curves, marks, wide


def _runs(pairs: list[Pair]) -> list[tuple[bool, list[Pair]]]:
    """Neighbours of one stability, each run with the first pair of the next."""
    found: list[tuple[bool, list[Pair]]] = []
    for pair in [Pair(0.0, 0.0, 1.0, (-1.0, -1.0)), *pairs]:
        stable = abs(pair.multiplier) <= 1
        if found and found[-1][0] != stable:
            found[-1][1].append(pair)
        if not found or found[-1][0] != stable:
            found.append((stable, []))
        found[-1][1].append(pair)
    return found


def _marks(pairs: list[Pair]) -> list[Mark]:
    """Where a point of the 2-cycle is superstable, and where the cycle doubles its period."""
    found = []
    for before, after in pairwise(pairs):
        for side in (0, 1):
            if before.factors[side] < 0 <= after.factors[side]:
                x = (after.p, after.other)[side]
                found.append(Mark("superstable", x, after.height, "superstable"))
        if before.multiplier > -1 >= after.multiplier:
            found += [Mark("flip", x, after.height, "4-cycle") for x in (after.p, after.other)]
    return found
