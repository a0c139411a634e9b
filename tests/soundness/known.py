"""What the hypotheses are about, from the truth's Taylor coefficients of a loss or activation."""

from __future__ import annotations

from fractions import Fraction

from flint import arb, ctx

from .counting import Trial
from .truth import as_fmpq

BITS = 500  # of the truth's arithmetic


class Known:
    """s = ℓ' or φφ', its derivatives and the size that A5 bounds, from the truth's series."""

    def __init__(self, trial: Trial, neuron: bool, z: Fraction) -> None:
        self.z = z
        series = trial.series(z, 5)
        self.good = series is not None
        if series is None:
            return
        with ctx.workprec(BITS):
            t = [c * factor for c, factor in zip(series, (1, 1, 2, 6, 24), strict=True)]
            if neuron:
                self.s, self.first = t[0] * t[1], t[1] ** 2 + t[0] * t[2]
                self.second = 3 * t[1] * t[2] + t[0] * t[3]
                self.size, self.slope = t[0], t[1]
            else:
                self.s, self.first, self.second = t[1:4]
                self.size, self.slope = t[1], arb(0)
            point = as_fmpq(z)
            self.a1 = point * self.first - self.s
            self.a3 = self.s * self.first + point * (self.s * self.second - self.first**2)
            self.r = self.s / point if z else self.first
            self.past = 2 * point * self.first - self.s
