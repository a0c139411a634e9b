"""The slow curve as numbers at one ε: its height Q and the decay D along it, as polynomials in p².

On the curve the reduced map is |p| ↦ |p| e^{D(p)}. Functions are interpolated at Chebyshev points
of x = p²; in powers of x that costs about one digit of working precision a node, and no accuracy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sympy as sp
from flint import arb, arb_poly, ctx, fmpq

from ...theory.curve.epsilon_series import RESPONSE, SQUARE, X, even_map
from ...theory.errors import InputError
from ...theory.expressions.parsing import Z
from ...theory.models import EPSILON, Model, Q
from ..compile.balls import compile_balls, evaluate, exact
from ..inverse_response import InverseResponse

FAR_OFF = 2.0**-7  # relative to q; nothing farther off can be said to be on the curve

_BITS_PER_NODE = 3  # powers of x on [0, 1] are conditioned like (1 + √2)^(2n): 2.6 bits a node
_SAFETY = 2  # the first omitted term speaks for all of them
_SIZES = (16, 32, 64, 128, 256, 512)  # nodes
_FEW = 64  # up to here more nodes are tried in any case
_GAIN = 16  # beyond, twice the nodes divide the error by this or more, or ε allows no better
_MARGIN = 1.0625  # exact in binary
_TRIALS = 8
_REACH_BITS = 100  # for how far the range must reach
_SPARE_BITS = 8  # of those asked for


@dataclass(frozen=True)
class Grid:
    """Chebyshev points of [0, end²] for x = p², and those between, where errors are largest."""

    nodes: tuple[arb, ...]
    between: tuple[arb, ...]

    @staticmethod
    def of(end: arb, size: int) -> Grid:
        """`size` nodes on |p| ≤ end, at the precision in force; `between` leaves out x = 0."""
        half, angle = end * end / 2, arb.pi() / (2 * size)
        points = [(half * (1 + (angle * i).cos())).mid() for i in range(2 * size)]
        return Grid(tuple(points[1::2]), tuple(points[::2]))

    def interpolate(self, values: Sequence[arb]) -> arb_poly:
        """The polynomial in x through the values at the nodes, with exact coefficients."""
        middles = [value.mid() for value in values]
        through = arb_poly.interpolate(list(self.nodes), middles, "newton")
        return arb_poly([c.mid() for c in through.coeffs()])


@dataclass(frozen=True)
class InvariantCurve:
    """q = Q(p) and |p'| = |p| e^{D(p)} for |p| ≤ `end`, as polynomials in x = p².

    `height` is Q, `decay` is D, and `pull` is 1 − μ, where one step multiplies a small displacement
    from the curve by μ. `height_error` (relative) and `decay_error` estimate the largest errors
    over the range. `sensitivity` is how much D changes with ln q at fixed p, at most.
    """

    end: arb
    grid: Grid
    precision: int
    height: arb_poly
    decay: arb_poly
    pull: arb_poly
    height_error: arb
    decay_error: arb
    sensitivity: arb


@dataclass(frozen=True)
class _Local:
    """At a point of the curve: q, A = |p'/p|, d ln A/d ln q, 1 − μ, and the relative error of q."""

    q: arb
    factor: arb
    sensitivity: arb
    pull: arb
    error: arb


class CurveFinder:
    """Solves Q(pA) = q'(p, Q(p)), A = |p'/p|, at the nodes of a grid.

    A displacement δQ(p) changes the left side by nearly δQ(p) + Q'(p) δ(pA), so the equation is
    solved for it point by point. Each round gains a factor ε: it adds an order to the series in ε,
    which diverges in the end, so the corrections are used as long as they fall.
    """

    def __init__(self, model: Model, epsilon: sp.Rational) -> None:
        r = model.response.response
        square = r if model.response.square is None else model.response.square
        factor, q_next = even_map(model)
        outputs = [factor, q_next, sp.diff(factor, Q), sp.diff(q_next, Q)]
        self._response = compile_balls([r, square], [Z])
        self._map = compile_balls(outputs, [X, RESPONSE, SQUARE, Q, EPSILON])
        self._epsilon = exact(epsilon)

    def find(self, end: arb, size: int, bits: int) -> InvariantCurve:
        """The curve on |p| ≤ end from `size` nodes, Q to about `bits` bits where ε allows it.

        Raises ArithmeticError if the iteration leaves the positive numbers.
        """
        precision = bits + _BITS_PER_NODE * size
        with ctx.workprec(precision):
            grid = Grid.of(end, size)
            places = [self._place(x, precision) for x in grid.nodes]
            height = self._solve(grid, places, arb(2) ** -bits)
            at_nodes = self._along(height, places)
            at_others = self._along(height, [self._place(x, precision) for x in grid.between])
            decay = grid.interpolate([local.factor.log() for local in at_nodes])
            drifts = [
                _SAFETY * abs(local.error * local.sensitivity) + abs(decay(x) - local.factor.log())
                for x, local in zip(grid.between, at_others, strict=True)
            ]
            return InvariantCurve(
                end,
                grid,
                precision,
                height,
                decay,
                grid.interpolate([local.pull for local in at_nodes]),
                _SAFETY * largest([local.error for local in at_others]),
                largest(drifts),
                largest([local.sensitivity for local in at_others]),
            )

    def _place(self, x: arb, bits: int) -> tuple[arb, arb, arb]:
        """x, r and φ² there."""
        r, square = evaluate(self._response, (x.sqrt().mid(),), bits)
        return x, r, square

    def _solve(self, grid: Grid, places: list[tuple[arb, arb, arb]], enough: arb) -> arb_poly:
        heights = [r.mid() for _, r, _ in places]
        height, last = grid.interpolate(heights), arb("inf")
        while True:
            found = self._along(height, places)
            size = largest([local.error for local in found])
            if not size < last:
                return height
            heights = [(q * (1 - f.error)).mid() for q, f in zip(heights, found, strict=True)]
            height, last = grid.interpolate(heights), size
            if size < enough:
                return height

    def _along(self, height: arb_poly, places: list[tuple[arb, arb, arb]]) -> list[_Local]:
        slope = height.derivative()
        return [self._local(height, slope, *place) for place in places]

    def _local(self, height: arb_poly, slope: arb_poly, x: arb, r: arb, w: arb) -> _Local:
        q = height(x)
        factor, q_next, factor_rate, q_rate = self._map(x, r, w, q.mid(), arb(self._epsilon))
        if not (factor > 0 and q > 0):
            raise ArithmeticError("the iteration for the slow curve leaves the positive numbers")
        image = (x * factor * factor).mid()
        pull = 1 - q_rate + 2 * x * factor * slope(image) * factor_rate
        error = (height(image) - q_next) / (pull * q)
        return _Local(q, factor, factor_rate * q / factor, pull, error)


def largest(values: Sequence[arb]) -> arb:
    """The largest absolute value, radii included; infinite if one is not a number."""
    if not all(value.is_finite() for value in values):
        return arb("inf")
    return max(value.abs_upper() for value in values)


def curve_below(model: Model, epsilon: sp.Rational, q0: sp.Rational, bits: int) -> InvariantCurve:
    """The curve from p = 0 to somewhat beyond the height q0 < 1, to `bits` bits if ε allows it.

    Parameters: ε > 0, 0 < q0 < 1, bits > 0. Raises InputError if no curve is found on which orbits
    fall to p = 0, NotFiniteError where r does not take the value q0.

    >>> from trajalign.theory.responses import Activation
    >>> from trajalign.theory.models import SingleNeuron
    >>> neuron = SingleNeuron(Activation.parse("algebraic"))
    >>> curve = curve_below(neuron, sp.Rational(19, 100), sp.Rational(4, 5), 60)
    >>> curve.height(arb(0)).str(12, radius=False)  # κ = 2/(1 + √(1 − ε)) = 20/19
    '1.05263157895'
    """
    finder, inverse = CurveFinder(model, epsilon), InverseResponse(model.response)
    # The curve is below 1 from about |p| = √ε/|r''(0)| on, to first order.
    least = arb(exact(epsilon)).sqrt() / abs(float(model.response.curvature))
    # r at the end of the range, but for the margin; it is below q0 where h > 0.
    aim: arb | fmpq = exact(q0)
    for _ in range(_TRIALS):
        with ctx.workprec(_REACH_BITS):
            end = (max(inverse(aim, _REACH_BITS), least) * _MARGIN).mid()
        rough = _best_curve(finder, end, _REACH_BITS)
        if rough is None or not _falls(rough):
            break
        with ctx.workprec(rough.precision):
            excess = rough.height(end * end) - exact(q0)
            aim = (aim - excess).mid()
        if excess < 0:
            return _best_curve(finder, end, bits) or rough
    raise InputError(
        f"fast-forward: no slow curve found from q = {q0} to p = 0 at epsilon = "
        f"{sp.N(epsilon, 3)}; take a smaller eta"
    )


def _falls(curve: InvariantCurve) -> bool:
    """Whether the curve is known, leads to p = 0 and ends above q = 1 there."""
    with ctx.workprec(curve.precision):
        inwards = all(curve.decay(x) < 0 for x in curve.grid.nodes)
        return bool(inwards and curve.height(arb(0)) > 1 and curve.height_error < FAR_OFF)


def _best_curve(finder: CurveFinder, end: arb, bits: int) -> InvariantCurve | None:
    """The curve from as many nodes as it takes, or as still bring something."""
    best: InvariantCurve | None = None
    for size in _SIZES:
        try:
            curve = finder.find(end, size, bits)
        except ArithmeticError:
            continue
        with ctx.workprec(_REACH_BITS):
            gained = best is None or curve.decay_error * _GAIN < best.decay_error
            if best is None or curve.decay_error < best.decay_error:
                best = curve
            if best.decay_error < arb(2) ** (_SPARE_BITS - bits) or (size > _FEW and not gained):
                break
    return best
