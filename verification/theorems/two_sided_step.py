"""The step of a map that is not odd in p, over boxes of x = w², w the half-width of 2-cycles.

With what `theory/curve/half_width.py` derives, s = ±w, and Dc, DR⁻¹, Da_k divided differences
between x and x' = x − xG, v' = v + xΦ on each side with

    Φ = S (ετ (1 − xG R DR⁻¹) − G R DR⁻¹) + Σ εᵏ (G Da_k + s ((1 − γ)³ b_k(x') + b_k(x))).

γ solves γ (1 − s(2 − γ)Dc) = γ₀; over a box it is had by a fixed point, its series by reversion.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flint import arb, arb_series, fmpq

from ...numerics.curve.half_width import HalfWidthModels
from ...theory.models import Model
from .bounds import hull
from .errors import NotProvedError
from .step import Place, SlowCurveStep, composed, divided, of_length

_TRIES = 40
_WIDER = fmpq(1, 16)  # of its radius, by which a ball is widened that is to be mapped into itself
_TINY = arb(2) ** arb(-100)


@dataclass(frozen=True)
class SidePlace(Place):
    """What a step needs of x on a side: s = ±w, c and the b_k too."""

    s: arb
    centre: arb
    odd: tuple[arb, ...]


class TwoSidedStep(SlowCurveStep):
    """The step for 0 ≤ x ≤ `end`, on both sides at once: s is a ball with w and −w.

    Raises what `HalfWidthModels` raises.
    """

    two_sided = True
    curve: HalfWidthModels

    def __init__(self, model: Model, order: int, end: fmpq) -> None:
        self.model, self.order, self.sign = model, order, 0
        self.curve = HalfWidthModels(model, order, end)

    @cached_property
    def sides(self) -> tuple[SlowCurveStep, ...]:
        return self._side(1), self._side(-1)

    def _side(self, sign: int) -> TwoSidedStep:
        found = copy(self)
        found.sign = sign
        return found

    def place(self, x: arb) -> SidePlace:
        at, s = self.curve.located(x), self._signed(x)
        numbers = range(1, self.order + 1)
        odd = tuple(at.value(f"b{k}") for k in numbers)
        h = tuple(at.value(f"a{k}") + s * x * b for k, b in zip(numbers, odd, strict=True))
        return SidePlace(x, at.value("r"), arb(0), h, s, at.value("centre"), odd)

    def _signed(self, x: arb) -> arb:
        """s = ±w."""
        w = root(x)
        return arb(0, w.upper()) if self.sign == 0 else self.sign * w

    def output(self, at: SidePlace) -> arb:
        """f = z + p."""
        found: arb = self.curve.z + at.centre + at.s
        return found

    def gamma(self, at: Place, excess: Any, epsilon: Any) -> Any:
        assert isinstance(at, SidePlace)
        s, output, square = 1 + excess, self.output(at), at.r * at.r
        grown = (1 + epsilon * s * s * square * output * output).sqrt()
        forced = square * output * (at.s - 2 * s * output / (1 + grown))
        return self._turned(at, 2 * excess / s + epsilon * forced)

    def drift(self, at: Place, s: Any, epsilon: Any) -> Any:
        square = at.r * at.r
        return square / (1 - epsilon * at.x * square)

    def image(self, x: arb, q: arb, epsilon: arb) -> tuple[arb, arb]:
        assert self.sign != 0
        at = self.curve.located(x)
        r, centre = (arb_series(at.over(name, 2), 2) for name in ("r", "centre"))
        place = arb_series([x, 1], 2)
        s = place.sqrt() * self.sign
        output = self.curve.z + centre + s
        grown = (1 + epsilon * q * q * output * output).sqrt()
        after = centre + s - 2 * s * r * grown / q + epsilon * place * r * r * output
        w = self._other_side(after[0])
        slope = after[1] / self.curve.slope(w * w, -self.sign * w)
        return w * w, -2 * w * self.sign * slope

    def _other_side(self, p: arb) -> arb:
        """The half-width of all points in a ball, on the other side."""
        ends = (self.curve.half_width(end, -self.sign) for end in (p.lower(), p.upper()))
        return hull(*ends)

    def started(self, q: tuple[fmpq, fmpq], x: arb, epsilon: arb) -> tuple[arb, arb]:
        output = self.output(self.place(x))
        pushed = epsilon * output * output
        low, high = arb(q[0]), arb(q[1])
        rest = 1 - high * high * pushed.upper()
        if not rest > 0:
            raise NotProvedError("there may be no weights with such q0 and p0")
        least = low / (1 - low * low * pushed.lower().max(arb(0))).sqrt()
        return least.lower(), (high / rest.sqrt()).upper()

    def first(self, at: Place) -> arb:
        assert isinstance(at, SidePlace)
        pushed = at.r * self.output(at)
        found: arb = at.h[0] - pushed * pushed / 2
        return found

    def second(self, at: Place, room: arb, largest: arb) -> arb:
        assert isinstance(at, SidePlace)
        pushed = at.r * self.output(at)

        def height(e: arb_series) -> arb_series:
            """q/Q₀, with 1/q² = 1/q̃² + εf²."""
            s = 1 + e * (at.h[0] + e * (at.h[1] + room))
            found: arb_series = s / (1 + e * s * s * pushed * pushed).sqrt()
            return found

        every = hull(0, largest)
        inside, over = height(arb_series([0, 1], 3)), height(arb_series([every, 1], 4))
        found: arb = of_length(inside, 3)[2] + every * of_length(over, 4)[3]
        return found

    def phi(self, at: Place, v: arb_series, epsilon: arb_series, n: int) -> arb_series:
        assert isinstance(at, SidePlace)
        excess = self.height(at, epsilon) + v
        gamma = self.gamma(at, excess, epsilon)
        shrink = gamma * (2 - gamma)
        move = -at.x * shrink
        between = self.curve.located(at.x.union(at.x + move[0]))
        steep = at.r * divided("inverse", between, move, n)
        s = 1 + excess
        total = s * (
            epsilon * self.drift(at, s, epsilon) * (1 - at.x * shrink * steep) - shrink * steep
        )
        kept = (1 - gamma) * (1 - gamma) * (1 - gamma)
        bent = arb_series([0], n)
        for k in range(self.order, 0, -1):
            there = composed(between.over(f"b{k}", n), move, n)
            skew = at.s * (kept * there + at.odd[k - 1])
            bend = shrink * divided(f"a{k}", between, move, n)
            bent = epsilon * (bent + bend + skew)
        return of_length(total + bent, n)

    def _turned(self, at: SidePlace, given: Any) -> Any:
        """γ from γ₀."""
        if isinstance(given, arb):
            return self._fixed(at, given)
        n = given.prec
        lead = self._fixed(at, given[0])
        if n == 1:
            return arb_series([lead], 1)
        gamma = arb_series([lead, 1], n)
        shrink = gamma * (2 - gamma)
        move = -at.x * shrink
        between = self.curve.located(at.x.union(at.x + move[0]))
        value = gamma - at.s * shrink * divided("centre", between, move, n)
        inverse = _without_constant(value, n).reversion()
        return of_length(lead + inverse(_without_constant(given, n)), n)

    def _fixed(self, at: SidePlace, given: arb) -> arb:
        """A ball with γ for every γ₀ of a ball: it is mapped into itself, so that there is a fixed
        point, and p moves with its half-width, so that there is one only.

        Raises NotProvedError where none is found.
        """
        if given == 0:
            return arb(0)
        found = given
        for _ in range(_TRIES):
            move = -at.x * found * (2 - found)
            reached = at.x.union(at.x + move)
            bend = self.curve.over("centre", reached, 2)[1]
            image = given / (1 - at.s * (2 - found) * bend)
            if not image.is_finite():
                break
            if found.contains(image):
                return image
            wider = image.rad() * (1 + arb(_WIDER)) + abs(image).upper() * _TINY
            found = image.mid() + arb(0, wider.upper())
        raise NotProvedError(f"where a step leads is not bounded for x in {at.x.str(4)}")


def root(x: arb) -> arb:
    """√x for all points of `x` that are ≥ 0."""
    low, high = x.lower().max(arb(0)), x.upper()
    return low.sqrt().union(high.sqrt())


def _without_constant(a: arb_series, n: int) -> arb_series:
    return arb_series([0, *(a[k] for k in range(1, n))], n)
