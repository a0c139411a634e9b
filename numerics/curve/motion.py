"""Motion along the slow curve by doubling: ln|p| ↦ ln|p| + D(p), and its 2^k-fold iterates.

Two steps compose to D₂(p) = D(p) + D(p e^{D(p)}), which is interpolated again on the same nodes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import floor

from flint import arb, arb_poly, ctx

from ...theory.errors import InputError
from .invariant import InvariantCurve, largest

_SKIP = 4  # of the points between nodes, one in so many shows the error of an interpolation


@dataclass(frozen=True)
class Estimate:
    """An exact binary number and an estimate, not a proof, of its error."""

    value: arb
    error: arb

    @property
    def good_digits(self) -> int:
        """The decimal digits that are good, by the estimate; 0 if there is none.

        >>> Estimate(arb(1), arb(2) ** -10).good_digits
        3
        """
        with ctx.workprec(64):
            ratio = abs(self.error / self.value)
            return floor(-float(ratio.log() / arb(10).log())) if ratio < 1 else 0


@dataclass(frozen=True)
class Place:
    """A point of the curve by ln|p|, and an estimate of its error."""

    log: arb
    error: arb


@dataclass(frozen=True)
class _Iterate:
    """2^k steps at once: ln|p| ↦ ln|p| + decay(p²), up to an error that holds everywhere."""

    decay: arb_poly
    slope: arb_poly
    error: arb

    def moved(self, x: arb) -> arb:
        """p² after the iterate, as an exact number."""
        return (x * (2 * self.decay(x)).exp()).mid()


@dataclass(frozen=True)
class CurveMotion:
    """The iterates of the map on a curve; those of 2^k steps are computed when first needed."""

    curve: InvariantCurve
    _iterates: list[_Iterate] = field(default_factory=list, repr=False, compare=False)

    def step(self, place: Place, steps: int) -> Place:
        """The place `steps` ≥ 0 steps later."""
        for k in reversed(range(steps.bit_length())):
            if steps >> k & 1:
                place = self.leap(place, k)
        return place

    def leap(self, place: Place, k: int) -> Place:
        """The place 2^k steps later."""
        with ctx.workprec(self.curve.precision):
            iterate, x = self._iterate(k), _square(place.log)
            log = place.log + iterate.decay(x)
            stretch = abs(1 + 2 * x * iterate.slope(x))
            error = place.error * stretch + iterate.error + log.rad()
            return Place(log.mid(), error.abs_upper())

    def size(self, place: Place) -> Estimate:
        """|p|."""
        with ctx.workprec(self.curve.precision):
            p = place.log.exp()
            return Estimate(p.mid(), (p * place.error.expm1()).abs_upper())

    def height(self, place: Place) -> Estimate:
        """q."""
        with ctx.workprec(self.curve.precision):
            x, height = _square(place.log), self.curve.height
            q = height(x)
            shift = abs(2 * x * height.derivative()(x)) * place.error
            return Estimate(q.mid(), (shift + q * self.curve.height_error).abs_upper())

    def limit(self) -> Estimate:
        """q*, the height at p = 0."""
        with ctx.workprec(self.curve.precision):
            q = self.curve.height(arb(0))
            return Estimate(q.mid(), (q * self.curve.height_error).abs_upper())

    def first_above(self, place: Place) -> int:
        """The first n > 0 with q > 1 after n steps from a place with q ≤ 1.

        Raises InputError where the iterates are lost.
        """
        k, steps = 0, 1
        while not self._above(self.leap(place, k)):
            k += 1
            if k > self.curve.precision:
                raise InputError("fast-forward: the motion along the slow curve is lost")
        for j in reversed(range(k)):
            further = self.leap(place, j)
            if not self._above(further):
                place, steps = further, steps + 2**j
        return steps

    def _above(self, place: Place) -> bool:
        return bool(self.height(place).value > 1)

    def _iterate(self, k: int) -> _Iterate:
        if not self._iterates:
            decay, error = self.curve.decay, self.curve.decay_error
            self._iterates.append(_Iterate(decay, decay.derivative(), error))
        while len(self._iterates) <= k:
            self._iterates.append(self._doubled(self._iterates[-1]))
        return self._iterates[k]

    def _doubled(self, once: _Iterate) -> _Iterate:
        grid, some = self.curve.grid, self.curve.grid.between[::_SKIP]
        decay = grid.interpolate([once.decay(x) + once.decay(once.moved(x)) for x in grid.nodes])
        slope = decay.derivative()
        images = [once.moved(x) for x in some]
        misfit = largest(
            [decay(x) - once.decay(x) - once.decay(y) for x, y in zip(some, images, strict=True)]
        )
        # An error of the first iterate is stretched by the second.
        stretch = largest([1 + 2 * y * once.slope(y) for y in images])
        error = once.error * (1 + stretch) + misfit
        return _Iterate(decay, slope, error.upper())


def _square(log: arb) -> arb:
    """p² as an exact number."""
    return (2 * log).exp().mid()
