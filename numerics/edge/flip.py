"""The flip at a minimum: the coefficients of the law, to many digits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import mpmath as mp

from ...theory.edge.law import drift, flip_coefficient, gap
from .lines import Lines, Vector, dot, fourth, norm, third
from .manifold import Minimum

_NOTHING = mp.mpf("1e-9")  # beside what it is measured by

Couplings = tuple[tuple[Any, Any], ...]


@dataclass(frozen=True)
class Flip:
    """A minimum at which ηλ = 2, with what the law takes of it.

    `third` and `fourth` are L_uuu and L_uuuu, `stable` the pairs (λ_j, L_uuj), `slope` the length
    of the gradient of λ along the manifold of minima.
    """

    minimum: Minimum
    eta: Any
    third: Any
    fourth: Any
    stable: Couplings
    slope: Any

    @property
    def c(self) -> Any:
        """c of the 2-cycle P = μ/c."""
        return flip_coefficient(self.eta, self.third, self.fourth, self.stable)

    @property
    def k(self) -> Any:
        """k of the drift μ' = μ − kP."""
        return drift(self.eta, self.slope)

    @property
    def still(self) -> bool:
        """Whether λ does not change along the minima, to first order, so that nothing drifts."""
        return bool(self.slope <= _NOTHING * self.minimum.sharpness)

    @property
    def degenerate(self) -> bool:
        """Whether c is 0 beside its terms, so that higher orders decide."""
        terms = (self.eta**2 * self.third**2 / 4, self.eta * self.fourth / 6)
        size = max(*map(abs, terms), self.minimum.sharpness * _NOTHING)
        return bool(abs(self.c) <= _NOTHING * size)

    @property
    def kappa(self) -> Any:
        """κ = k/(2c); infinite where c is 0."""
        if self.degenerate:
            return mp.inf
        return mp.mpf(0) if self.still else gap(self.c, self.k)


def flip_at(lines: Lines, minimum: Minimum) -> Flip:
    """The flip of a minimum, at the step size η = 2/λ.

    >>> from trajalign.numerics.edge.lines import expression_lines
    >>> from trajalign.numerics.edge.manifold import minimum_near
    >>> from trajalign.theory.edge.objective import Objective
    >>> lines = expression_lines(Objective.parse("log(cosh(x*y))"))
    >>> flip = flip_at(lines, minimum_near(lines, (mp.mpf(0), mp.mpf(4))))
    >>> [mp.nstr(x, 10) for x in (flip.eta, flip.kappa * 128 / 3)]
    ['0.125', '1.0']
    """
    with mp.workdps(lines.digits):
        u = minimum.direction
        v = third(lines, minimum.point, u)
        stable = tuple((value, dot(v, s)) for value, s in minimum.stable)
        return Flip(
            minimum,
            2 / minimum.sharpness,
            dot(v, u),
            fourth(lines, minimum.point, u),
            stable,
            norm(minimum.along_kernel(v)),
        )


def offset(flip: Flip, amplitude: Any) -> Vector:
    """Where a 2-cycle of this amplitude has its point on the side of u, from the minimum below it.

    That is pu + (A₀/2)p²u and, along each stable mode, −(L_uuj/(2λ_j))p².
    """
    u = flip.minimum.direction
    square = amplitude**2
    along = amplitude - flip.eta * flip.third * square / 4
    found = tuple(along * x for x in u)
    for (value, coupling), (_, s) in zip(flip.stable, flip.minimum.stable, strict=True):
        found = tuple(
            x - coupling * square * y / (2 * value) for x, y in zip(found, s, strict=True)
        )
    return found
