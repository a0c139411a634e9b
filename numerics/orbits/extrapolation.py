"""The limit q* of an orbit, read off long before |p| is negligible.

Near the fixed point (0, q*), q* > 1, an orbit lies on an analytic curve q = q* + a₁p² + a₂p⁴ + …,
its strong stable fibre. The polynomial in p² through some points of the orbit is therefore q* at
p = 0, up to about the product of their p²: a few points do for hundreds of digits.
"""

from __future__ import annotations

import math

import sympy as sp
from flint import arb, ctx

from ..compile.program import exact
from ..neville import extrapolate
from ..precision import working_bits
from .iteration import Stops
from .loops import Loop, Watch
from .recorded import Orbit, iterate

_FIRST = 3  # the first point has |p| = 10⁻³ in its unit; each next p² is a tenth of the one before
_SPARE = 20  # zeros of the product beyond those of the digits asked for


def followed_to_limit(
    loop: Loop,
    eta: sp.Rational,
    start: tuple[sp.Rational, sp.Rational],
    stops: Stops,
    digits: int,
) -> tuple[Orbit, arb]:
    """An orbit up to |p| = 10⁻³ of its unit, or where else it ends, and q* where it converges.

    Parameters: as for `iterate`; q* has about `digits` decimal places, by two extrapolations that
    agree to as many, or else by an orbit followed to `stops`. Where the orbit does not converge it
    is NaN. Raises what `iterate` raises.

    >>> from trajalign.numerics.orbits.loops import compile_loop
    >>> from trajalign.theory.models import TwoLayerLinear
    >>> from trajalign.theory.responses import Loss
    >>> loop, eta = compile_loop(TwoLayerLinear(Loss.parse("log-cosh"))), sp.Rational(1, 10)
    >>> begin, stops = (sp.Rational(1, 2), sp.Rational(4, 5)), Stops(10**5, sp.Rational(1, 10**15))
    >>> orbit, limit = followed_to_limit(loop, eta, begin, stops, 25)
    >>> whole = iterate(loop, eta, begin, stops, digits=30, checked=False)
    >>> orbit.steps < whole.steps / 2, bool(abs(limit - whole.q[-1]) < 1e-25)
    (True, True)
    """
    near = max(stops.until, loop.model.response.scale / sp.Integer(10) ** _FIRST)
    first = Stops(stops.max_steps, near, stops.escape)
    orbit = iterate(loop, eta, start, first, digits=digits, every=stops.max_steps, checked=False)
    if orbit.outcome != "converged":
        return orbit, arb.nan()
    steps = stops.max_steps - orbit.steps
    if near > stops.until and (limit := _extrapolated(loop, orbit, digits, steps)) is not None:
        return orbit, limit
    orbit = iterate(loop, eta, start, stops, digits=digits, every=stops.max_steps, checked=False)
    return orbit, orbit.q[-1] if orbit.outcome == "converged" else arb.nan()


def _extrapolated(loop: Loop, orbit: Orbit, digits: int, steps: int) -> arb | None:
    """q* from points of the orbit, at most so many steps beyond its end; None where they are not
    enough, or two extrapolations differ."""
    with ctx.workprec(working_bits(digits)):
        eta, watch = arb(exact(orbit.eta)), Watch(arb(0), arb(10) ** 6, arb(0))
        state = orbit.p[-1], orbit.u[-1]
        (p, _), _ = loop.advance(state, eta, 1, watch)
        rate = -float(abs(p / state[0]).log())
        if not 0 < rate < math.inf:
            return None
        spacing = max(1, math.ceil(math.log(10) / 2 / rate))
        squares, heights, zeros = list[arb](), list[arb](), 0.0
        while zeros < digits + _SPARE and spacing * len(squares) <= steps:
            x = (state[0] / exact(loop.model.response.scale)) ** 2
            squares.append(x)
            heights.append(1 / state[1])
            zeros -= float(x.log()) / math.log(10)
            state, _ = loop.advance(state, eta, spacing, watch)
        if not zeros >= digits + _SPARE:
            return None
        whole, without = (extrapolate(squares[k:], heights[k:]) for k in (0, 1))
        agree = abs(whole - without) * arb(10) ** digits < 1
        return whole.mid() if agree else None
