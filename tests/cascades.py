"""The cascades that tests share, and a slope by hand.

The Cauchy loss ℓ = ln(1+z²)/2 is solved by hand. With s = p/(1+p²) and F = −g_q, F(a) = b and
F(b) = a give 2s(a) = 2s(b) = q(a + b), hence ab = 1 for a ≠ b, and (a + 1/a)² = 2/q. Then
F'(a) = (2/q) s'(a) − 1 = (1 − a²)/a² − 1 = 1/a² − 2, and the multiplier of {a, b} is
(1/a² − 2)(a² − 2) = 5 − 2(a² + 1/a²) = 9 − 4/q: it is 1 at q = ½ and −1 at q = 2/5.
"""

from functools import cache

from mpmath import mp
from zoo import linear

from trajalign.numerics.diagram.cascade import cascade

CAUCHY = linear("log(1 + z**2)/2")
found = cache(cascade)


def tanh_slope(z):
    return mp.tanh(z) * mp.sech(z) ** 2
