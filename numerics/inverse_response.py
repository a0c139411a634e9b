"""The inverse of a response, and f(z) = target for decreasing f, at high precision."""

from __future__ import annotations

import sympy as sp
from flint import arb, ctx, fmpq

from ..theory.arguments import instance, integer, takes
from ..theory.errors import NotFiniteError
from ..theory.expressions.parsing import Z
from ..theory.responses import RESPONSE, Response
from .compile.balls import BallFunction, compile_balls, evaluate, exact

_FAR = 2**40


@takes(
    function=instance(BallFunction),
    target=instance(arb),
    low=instance(arb),
    high=instance(arb),
    bits=integer,
)
def solve_decreasing(
    function: BallFunction, target: arb, low: arb, high: arb, bits: int, guess: arb | None = None
) -> arb:
    """The z in (low, high) with f(z) = target, to about `bits` bits, for 0 < low < high.

    `function` returns (f, f') of one variable with f decreasing. Newton's method, kept inside a
    shrinking bracket by the geometric mean. Not an enclosure: the result is an exact midpoint.
    Raises NotFiniteError if the bracket holds no root.
    """
    # Near a maximum of f the gap loses up to half its bits, so work with twice as many.
    inner = 2 * bits
    with ctx.workprec(inner + 20):
        low, high = low.mid(), high.mid()
        top, bottom = (evaluate(function, (end,), inner)[0] for end in (low, high))
        if not top > target > bottom:
            if (top - target).contains(0) or (bottom - target).contains(0):
                raise NotFiniteError(
                    f"{bits} bits do not tell {target.str(6)} from the bracket's end"
                )
            raise NotFiniteError(f"no solution between {low.str(6)} and {high.str(6)}")
        tolerance = arb(2) ** (-bits)
        x = guess if guess is not None and low < guess < high else (low * high).sqrt().mid()
        for _ in range(4 * bits):
            value, slope = evaluate(function, (x,), inner)
            gap = (value - target).mid()
            if gap == 0:
                return x
            low, high = (x, high) if gap > 0 else (low, x)
            newton = (x - gap / slope).mid()
            inside = newton.is_finite() and low < newton < high
            step = abs(newton - x)
            x = newton if inside else (low * high).sqrt().mid()
            if inside and step < tolerance * x:
                return x
    raise NotFiniteError("the root search did not settle")


class InverseResponse:
    """r̂ = r⁻¹ on (0, ∞), for a decreasing response; compiled once for many values.

    >>> from trajalign.theory.responses import Loss
    >>> InverseResponse(Loss.parse("pseudo-huber"))(arb(0.5), 53).str(5, radius=False)
    '1.7321'
    """

    @takes(response=RESPONSE)
    def __init__(self, response: Response) -> None:
        r = response.response
        self._scale = exact(response.scale)
        self._function = compile_balls([r, sp.diff(r, Z)], [Z])

    def __call__(self, q: arb | fmpq, bits: int, guess: arb | None = None) -> arb:
        """The z with r(z) = q, to about `bits` bits. Raises NotFiniteError if q is not a value.

        A rational q is taken exactly, whatever precision is in force.
        """
        with ctx.workprec(2 * bits + 20):
            return self._solve(arb(q), bits, guess)

    def _solve(self, q: arb, bits: int, guess: arb | None) -> arb:
        unit = arb(self._scale)
        high = unit
        while not evaluate(self._function, (high,), 30)[0] < q:  # also where r(high) is q itself
            high = 2 * high
            if high > _FAR * unit:
                raise NotFiniteError(f"r(z) stays above {q.str(6)} up to z = {high.str(6)}")
        return solve_decreasing(self._function, q, unit * arb(2) ** (-bits - 40), high, bits, guess)
