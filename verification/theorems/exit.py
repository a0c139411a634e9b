"""What follows once |v| ≤ δ ε², for all ε up to a number: the limit, saturation, the rise of q.

Then S = 1 + ε(h₁ + ε(h₂ + w)) with |w| ≤ δ, on a tube that is kept. Boxes of x show γ > 0, so that
p_t → 0 and x falls, and τ > 0, so that q_t rises; at x = 0 the limit is read off.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from flint import arb, arb_series, fmpq

from ...numerics.compile.ring_functions import compile_rational
from ...theory.curve.epsilon_series import RESPONSE, X
from ...theory.curve.normal_form import OMEGA, SIGMA, S, scaled_sharpness
from ...theory.models import EPSILON
from .bounds import greatest, hull, least
from .errors import NotProvedError
from .step import Place, SlowCurveStep, Step

_PER_UNIT = 128  # boxes to a natural unit of x
_PER_WIDTH = 512  # to one of w
_PARTS = 8  # of x/ε where q > 1
_ROUNDS = 3
_BEYOND = 8  # boxes past the tube's end


@dataclass(frozen=True)
class Tube:
    """|S − 1 − εh₁ − ε²h₂| ≤ δε² for 0 ≤ x ≤ end and 0 < ε ≤ largest."""

    step: SlowCurveStep
    end: fmpq
    delta: fmpq
    largest: fmpq

    @property
    def every(self) -> arb:
        """All ε."""
        return hull(0, self.largest)

    @property
    def room(self) -> arb:
        """All w."""
        return hull(-self.delta, self.delta)

    def boxes(self) -> Iterator[arb]:
        """x, in boxes."""
        count = max(1, int((self.end * _PER_UNIT / self.step.curve.unit).ceil()))
        for i in range(count):
            yield hull(self.end * i / count, self.end * (i + 1) / count)

    def _boxes_of_width(self) -> Iterator[arb]:
        """The same, equally long in w = √x, with which functions on one side move."""
        count = 1 + int(math.sqrt(float(self.end / self.step.curve.unit)) * _PER_WIDTH)
        for i in range(count):
            yield hull(*(self.end * fmpq(k * k, count * count) for k in (i, i + 1)))

    def bend(self, at: Place, epsilon: arb) -> arb:
        """(S − 1)/ε."""
        found: arb = at.h[0] + epsilon * (at.h[1] + self.room)
        return found

    def alignment(self) -> arb:
        """C with |q/r − 1 − εh₁| ≤ C ε²."""
        return self._second(self.room, arb(self.largest))

    def second(self) -> arb:
        """sup |h₂|."""
        return self._second(arb(0), arb(0))

    def _second(self, room: arb, largest: arb) -> arb:
        return greatest(
            abs(side.second(side.place(x), room, largest))
            for side in self.step.sides
            for x in (self._boxes_of_width() if self.step.two_sided else self.boxes())
        )

    def check_motion(self) -> None:
        """x falls and q rises. Raises NotProvedError where that is not certain."""
        step = self.even
        for x in self.boxes():
            at, e = step.place(x), self.every
            bend = self.bend(at, e)
            s = 1 + e * bend
            # γ/ε, and γ: p_t alternates and shrinks.
            rate = 2 * bend / s + step.forced(at, s, e)
            falls = bend > 0 and rate > 0 and e * rate < 1 and s < 2
            if not (falls and step.drift(at, s, e) > 0):
                raise NotProvedError(f"that p falls and q rises is not certain for x in {x.str(4)}")

    def check_kept(self, lowest: fmpq, end: fmpq) -> None:
        """Nothing leaves the tube on which q ≥ `lowest`: q rises, no step goes past `end`, up to
        which the funnel is, and past the tube's end q would be smaller. So p_t → 0, as Σ x_t is
        bounded with q. Raises NotProvedError where that is not certain.
        """
        e = self.every
        for x in self.boxes():
            for side in self.step.sides:
                at = side.place(x)
                excess = e * self.bend(at, e)
                left = 1 - side.gamma(at, excess, e)
                after = at.x.upper() * abs(left).upper() ** arb(2)
                if not (side.drift(at, 1 + excess, e) > 0 and after <= arb(end)):
                    where = f"for x in {x.str(4)}"
                    raise NotProvedError(f"that q rises on the tube is not certain {where}")
        step = self.step
        for i in range(_BEYOND):
            ends = (self.end + (end - self.end) * k / _BEYOND for k in (i, i + 1))
            at = step.place(hull(*ends))
            if not at.r * (1 + e * self.bend(at, e)) < arb(lowest):
                raise NotProvedError("the tube may be left: it ends where q is not yet too small")

    @property
    def even(self) -> Step:
        """The step of a map that is odd in p."""
        assert isinstance(self.step, Step)
        return self.step

    def limit(self) -> tuple[arb, arb, arb]:
        """h₁(0), C with |q* − 1 − εh₁(0)| ≤ Cε², and C with |1/q* − 1 + εh₁(0)| ≤ Cε²."""
        at, e = self.step.place(arb(0)), self.every
        first = self.step.first(at)
        second = self.step.second(at, self.room, arb(self.largest))
        inverse = (first * first - second + e * first * second) / (1 + e * first + e * e * second)
        return first, abs(second).upper(), abs(inverse).upper()


class Gap:
    """η|λ − λ̃(q)|/ε on the tube; λ̃ is (2/η)(1 + r̂ r'(r̂)/q) with r(r̂) = q, and 2/η past q = 1.

    Along S(ε) the difference is 0 at ε = 0, so that its derivative in ε bounds it.
    """

    def __init__(self, tube: Tube) -> None:
        self.tube, self.step, self.curve = tube, tube.even, tube.step.curve
        form = scaled_sharpness(tube.step.model)
        symbols = (X, RESPONSE, SIGMA, OMEGA, S, EPSILON)
        self._trace = compile_rational(form.trace, symbols)
        self._determinant = compile_rational(form.determinant, symbols)

    def constant(self) -> arb:
        """The bound, for q ≤ 1 and beyond. Raises NotProvedError where λ̃ is not known to rise."""
        return greatest([*map(self._before, self.tube.boxes()), *self._beyond()])

    def at_rest(self, x: arb) -> arb:
        """The difference over ε as ε → 0, for w = 0, at a point."""
        at, e = self.step.place(x), arb_series([0, 1], 2)
        s = 1 + e * at.h[0]
        sigma, steep = self._sigma(x)
        rise = self._sharpness((x, at.r, sigma, at.omega), s, e)[1]
        found: arb = rise - 2 * steep * at.h[0] / self._log_slope(x)
        return found

    def _before(self, x: arb) -> arb:
        """Over a box with q ≤ 1."""
        at, e = self.step.place(x), arb_series([self.tube.every, 1], 2)
        s = 1 + e * (at.h[0] + e * (at.h[1] + self.tube.room))
        if not s[1] > 0:  # so that q ≤ 1 all the way from ε = 0
            raise NotProvedError(f"S is not known to rise with the step size for x in {x.str(4)}")
        rise = self._sharpness((x, at.r, self._sigma(x)[0], at.omega), s, e)[1]
        highest = at.r.upper() * s[0].upper()
        low = self.curve.place_of(highest.upper()).lower().max(arb(0))
        place = low.min(x.upper()).union(x.upper())  # of r̂²: r is falling, and q ≥ r(x)
        steep = self._sigma(place)[1]
        if not steep < 0:
            raise NotProvedError(f"the surrogate is not known to rise for x in {place.str(4)}")
        # r̂² moves by (S_ε/S)/ρ', with ρ = ln r.
        slope = self._log_slope(place)
        found: arb = abs(rise - 2 * steep * (s[1] / s[0]) / slope)
        return found

    def _beyond(self) -> Iterator[arb]:
        """Where q > 1: there x ≤ ζε, along x = ζε, with λ̃ = 2/η."""
        largest = widest_crossing(self.tube)
        e = arb_series([self.tube.every, 1], 2)
        for i in range(_PARTS):
            share = hull(largest * fmpq(i, _PARTS), largest * fmpq(i + 1, _PARTS))
            x = share * e
            everywhere = hull(0, x[0].upper())
            series = {
                name: _along(self.curve.over(name, everywhere, 2), x)
                for name in ("r", "omega", "h1", "h2")
            }
            value, slope = self._sigma(everywhere)
            sigma = arb_series([value, slope * share], 2)
            s = 1 + e * (series["h1"] + e * (series["h2"] + self.tube.room))
            at = (x, series["r"], sigma, series["omega"])
            yield abs(self._sharpness(at, s, e)[1])

    def _sharpness(self, at: tuple[object, ...], s: arb_series, e: arb_series) -> arb_series:
        """ηλ along S(ε), to first order."""
        trace = self._trace(*at, s, e)
        if not trace[0] > 0:  # else the larger root at ε = 0 is not the trace
            raise NotProvedError("the sharpness is not known to be that of the slow curve")
        square = trace * trace - 4 * self._determinant(*at, s, e)
        value: arb_series = (trace + arb_series([square[0], square[1]], 2).sqrt()) / 2
        return value

    def _log_slope(self, x: arb) -> arb:
        """ρ' = (ln r)'."""
        value, slope = self.curve.over("inverse", x, 2)
        return -slope / value

    def _sigma(self, x: arb) -> tuple[arb, arb]:
        """σ = 2xρ' = p r'/r and dσ/dx over a box."""
        value, first, second = self.curve.over("inverse", x, 3)
        log_slope = -first / value
        curved = -2 * second / value + log_slope * log_slope  # ρ''
        return 2 * x * log_slope, 2 * (log_slope + x * curved)


def _along(coefficients: list[arb], x: arb_series) -> arb_series:
    return arb_series([coefficients[0], coefficients[1] * x[1]], 2)


def widest_crossing(tube: Tube) -> arb:
    """An upper bound of x/ε wherever q > 1 on the tube.

    q > 1 says εS₁ > 1/r − 1 ≥ x inf (1/r)', S₁ = (S − 1)/ε; what this bounds x by is used again.
    """
    end, found = arb(tube.end), arb.pos_inf()
    for _ in range(_ROUNDS):
        near = [x for x in tube.boxes() if x.lower() <= end]
        most = greatest(tube.bend(tube.step.place(x), tube.every) for x in near)
        steep = least(tube.step.curve.over("inverse", x, 2)[1] for x in near)
        if not steep > 0:
            raise NotProvedError("that r falls is not certain where q passes 1")
        found = found.min(greatest([most / steep])).upper()
        end = end.min(found * arb(tube.largest)).upper()
    return found
