"""An objective in numbers, whatever it was made of: derivatives along lines, and descent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import mpmath as mp

from ...theory.edge.objective import Objective
from ...theory.errors import InputError
from .descent import Steps, expression_steps
from .flip import Flip, flip_at
from .lines import Lines, expression_lines
from .manifold import EdgeError, Minimum, minimum_near

_HEIGHTS = ("4", "8", "2", "1")
_OTHERS = ("0", "0.1", "1", "-0.5")
_GOOD = (mp.mpf("1e-3"), mp.mpf("0.03"))  # κ of a start that is taken without looking further


@dataclass(frozen=True)
class Landscape:
    """The text of an objective, the names of its parameters, and what computes it.

    `objective` is None where it is not an expression.
    """

    text: str
    names: tuple[str, ...]
    lines: Lines
    steps: Steps = field(repr=False)
    objective: Objective | None = None

    @classmethod
    def of(cls, objective: Objective) -> Landscape:
        """That of an expression."""
        lines, steps = expression_lines(objective), expression_steps(objective)
        return cls(objective.text, objective.names, lines, steps, objective)

    def flip_near(self, point: Sequence[Any]) -> Flip:
        """The flip of the minimum that Newton's method finds from a point.

        Raises what `minimum_near` raises.

        >>> landscape = Landscape.of(Objective.parse("log(cosh(x*y))"))
        >>> mp.nstr(landscape.flip_near((0, 4)).eta, 3)
        '0.125'
        """
        return flip_at(self.lines, minimum_near(self.lines, tuple(map(mp.mpf, point))))


def found_minimum(landscape: Landscape) -> Minimum:
    """A minimum whose flip the law speaks of, among those that Newton's method finds from a few
    dozen points; the first with κ between 10⁻³ and 0.03, else that with the smallest |κ|.

    Raises EdgeError where no minimum is found.

    >>> minimum = found_minimum(Landscape.of(Objective.parse("log(cosh(x*y))")))
    >>> mp.nstr(minimum.sharpness, 6)
    '16.0'
    """
    best: tuple[mp.mpf, Minimum] | None = None
    trouble = EdgeError("no minimum was found; give a point near one by --at")
    for point in _candidates(len(landscape.names)):
        try:
            flip = landscape.flip_near(point)
        except InputError as error:
            trouble = EdgeError(f"{error}; another point can be given by --at")
            continue
        rank = _rank(flip)
        if _GOOD[0] <= rank <= _GOOD[1]:
            return flip.minimum
        if best is None or rank < best[0]:
            best = rank, flip.minimum
    if best is None:
        raise trouble
    return best[1]


def _rank(flip: Flip) -> mp.mpf:
    """|κ|; a subcritical flip, one without drift and a degenerate one come after the others."""
    if flip.degenerate:
        return mp.mpf("1e30")
    if flip.still:
        return mp.mpf("1e20")
    return abs(mp.mpf(flip.kappa)) + (0 if flip.c > 0 else mp.mpf("1e10"))


def _candidates(size: int) -> Iterator[tuple[mp.mpf, ...]]:
    """One coordinate at a height, the others at another; and all the same."""
    for height, other in product(_HEIGHTS, _OTHERS):
        for i in reversed(range(size)):
            yield tuple(mp.mpf(height if i == j else other) for j in range(size))
