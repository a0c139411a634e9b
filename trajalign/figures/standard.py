"""What is drawn where nothing is said: step sizes and starts."""

from __future__ import annotations

import math

import sympy as sp

from ..theory.curve.first_order import slow_curve
from ..theory.models import Model

LARGE, SMALL = 0.0075, 0.002  # ε h(0): the top of a ladder, and where ε → 0 can be seen

Start = tuple[sp.Rational, sp.Rational]


def standard_start(model: Model) -> Start:
    """Below q = 1 and off the curve: the model's own, with p0 in the unit of its response."""
    p, q = model.about.start
    return p * model.response.scale, q


def standard_step(model: Model, size: float) -> sp.Rational:
    """The largest η = 1/10ᵏ, 1/(2·10ᵏ) or 1/(5·10ᵏ) with ε |h(0)| ≤ `size`.

    Raises what `require_curved` raises.

    >>> from trajalign.theory.models import TwoLayerLinear
    >>> from trajalign.theory.responses import Loss
    >>> standard_step(TwoLayerLinear(Loss.parse("log-cosh")), SMALL)  # h(0) = 3/4
    1/20
    """
    epsilon = size / abs(float(slow_curve(model).h_at_zero))
    least = epsilon ** -float(model.exponent) / model.step_unit
    power = math.floor(math.log10(least))
    steps = (m * sp.Integer(10) ** power for m in (1, 2, 5, 10))
    return 1 / next(n for n in steps if n >= least)
