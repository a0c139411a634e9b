"""The map with q frozen, iterated: what the flip and the 2-cycle are measured with."""

from __future__ import annotations

from flint import arb

from ...numerics.compile.balls import BallFunction

STEPS = 400  # after which p has been drawn in or thrown out
NUDGE = arb(2) ** arb(-40)  # relative: so near that only derivatives count


def iterated(g: BallFunction, p: arb, q: arb, steps: int) -> arb:
    """p after some steps of g with q frozen, without radius."""
    for _ in range(steps):
        p = g(p.mid(), q)[0]
    return p.mid()
