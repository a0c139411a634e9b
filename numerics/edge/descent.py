"""Gradient descent in double precision, from past a flip to where it comes to rest.

Double precision is enough: the point at rest is put on the manifold of minima in many digits, so
that rounding only moves it along, by some 10⁻¹⁶ of its size each step, against a gap of more than
10⁻⁵; λ itself is computed in many digits there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import mpmath as mp
import sympy as sp

from ...theory.edge.objective import Objective
from ..compile.scalars import compile_scalars
from .flip import Flip, offset
from .lines import Lines, Vector, plus
from .manifold import EdgeError, Minimum, minimum_near, where_sharpness_is

Point = tuple[float, ...]
Step = Callable[..., Sequence[float]]

AT_REST = 1e-10  # of the gap, what is still to come of the drift
_FAR = 10.0  # times the size of the minimum, or of the 2-cycle
_PATIENCE = 8  # times the steps that the law predicts
_BLOCK = 64  # steps between two looks, at most; in 1/κ steps there are many looks
_LOOKS = 40
_SAMPLES = 6000
LIMIT, LEFT, UNFINISHED = "comes to rest", "leaves", "is not at rest"


class Steps(Protocol):
    """A step of descent in double precision, many times over."""

    def __call__(self, point: Point, eta: float, count: int) -> tuple[Point, Point]:
        """The last two points after `count` steps; NaN where arithmetic fails."""
        ...


def expression_steps(objective: Objective) -> Steps:
    """The steps of an objective given as an expression.

    >>> steps = expression_steps(Objective.parse("x**2/2 + y**2"))
    >>> steps((1.0, 1.0), 0.25, 1)[1]
    (0.75, 0.5)
    """
    eta = sp.Dummy("eta")
    parameters = objective.parameters
    after = [x - eta * g for x, g in zip(parameters, objective.gradient, strict=True)]
    step: Step = compile_scalars([*parameters, eta], after)

    def steps(point: Point, eta: float, count: int) -> tuple[Point, Point]:
        before = point
        try:
            for _ in range(count):
                before, point = point, step(*point, eta)  # type: ignore[assignment]  # a list of floats
        except (ArithmeticError, ValueError, TypeError):  # a root of a negative number is complex
            point = (math.nan,) * len(point)
        return tuple(before), tuple(point)

    return steps


@dataclass(frozen=True)
class Start:
    """Where descent starts: at μ = `mu` above the flip, with cP = `scaled`, on this side of u."""

    mu: float
    scaled: float
    side: int = 1


@dataclass(frozen=True)
class Sample:
    """Two points of descent that follow each other, and when."""

    step: int
    before: Point
    point: Point

    @property
    def square(self) -> float:
        """P, from half the distance of the two."""
        return math.dist(self.before, self.point) ** 2 / 4

    @property
    def middle(self) -> Point:
        """Between the two: near the minimum below."""
        return tuple((a + b) / 2 for a, b in zip(self.before, self.point, strict=True))


@dataclass(frozen=True)
class Run:
    """Descent from a start: how it ended, after how many steps, and some of its points.

    `end` is the minimum at rest, None where it did not come to rest.
    """

    flip: Flip
    start: Start
    ending: str
    steps: int
    samples: tuple[Sample, ...]
    end: Minimum | None

    @property
    def gap(self) -> float:
        """2 − ηλ*; NaN where descent did not come to rest."""
        return math.nan if self.end is None else float(2 - self.flip.eta * self.end.sharpness)


def starting_point(lines: Lines, flip: Flip, start: Start) -> Point:
    """The point of a start, and the minimum at μ up the gradient of λ from the flip."""
    with mp.workdps(lines.digits):
        target = (2 + mp.mpf(start.mu)) / flip.eta
        above = where_sharpness_is(lines, flip.minimum, target) if start.mu else flip.minimum
        amplitude = start.side * mp.sqrt(mp.mpf(start.scaled) / abs(flip.c))
        turned = _alike(above, flip, amplitude)
        return tuple(float(x) for x in plus(above.point, turned))


def _alike(above: Minimum, flip: Flip, amplitude: Any) -> Vector:
    """The offset of the 2-cycle in the frame of the minimum above, its u on the side of the flip's.

    What the third derivatives change between the two is of higher order.
    """
    same = mp.fsum(a * b for a, b in zip(above.direction, flip.minimum.direction, strict=True))
    straight = offset(flip, amplitude)
    along = tuple(amplitude * x for x in flip.minimum.direction)
    rest = plus(straight, along, -1)
    turned = tuple(amplitude * mp.sign(same) * x for x in above.direction)
    return plus(turned, rest)


def descend(lines: Lines, steps: Steps, flip: Flip, start: Start) -> Run:
    """Descent with the flip's step size from a start, until it rests, leaves, or takes too long."""
    eta, kappa, c = float(flip.eta), abs(float(flip.kappa)), abs(float(flip.c))
    point = starting_point(lines, flip, start)
    most = int(_PATIENCE * _expected(kappa, start)) + 1000
    block = max(
        min(_BLOCK, int(1 / (_LOOKS * min(kappa, abs(start.mu) or kappa)))),
        most // (_PATIENCE * _SAMPLES),
        1,
    )
    centre = tuple(float(x) for x in flip.minimum.point)
    size = max(math.sqrt((abs(start.mu) + kappa) / c), math.dist(centre, point))
    far = _FAR * size
    # The drift still has cκP/|μ*| to go, where |μ*| is about κ, or μ₀ if that is less.
    least = AT_REST * min(kappa, start.mu**2 / kappa if start.mu else kappa)
    samples, done, ending = list[Sample](), 0, UNFINISHED
    before = point
    while done < most:
        before, point = steps(point, eta, block)
        done += block
        if not math.dist(before, point) < far or not math.dist(centre, point) < 1e6 * (
            1 + math.hypot(*centre)
        ):
            ending = LEFT
            break
        samples.append(Sample(done, before, point))
        if c * samples[-1].square < least:
            ending = LIMIT
            break
    end = None
    if ending == LIMIT:
        try:
            end = _below(lines, flip, samples[-1])
        except EdgeError:
            ending = UNFINISHED
    return Run(flip, start, ending, done, tuple(samples), end)


def _expected(kappa: float, start: Start) -> float:
    """Steps by the law: down the diagram, and then down to rest."""
    fall = -math.log(AT_REST) + math.log1p(abs(start.mu) / kappa)
    fall += 2 * max(0.0, math.log(kappa / abs(start.mu))) if start.mu else 0.0
    rise = math.log1p(abs(start.mu) + kappa) - math.log(max(start.scaled, 1e-12))
    return fall / (2 * min(kappa, abs(start.mu) or kappa)) + rise / max(abs(start.mu), kappa)


def height(lines: Lines, run: Run, sample: Sample) -> float:
    """μ = ηλ − 2 at the minimum below a sample."""
    return float(run.flip.eta * _below(lines, run.flip, sample).sharpness - 2)


def _below(lines: Lines, flip: Flip, sample: Sample) -> Minimum:
    return minimum_near(lines, tuple(map(mp.mpf, sample.middle)), flip.minimum.flat)


def passes(lines: Lines, steps: Steps, run: Run, mu: float) -> tuple[float, float]:
    """When descent passes this μ, downwards, and P then; NaN where it does not.

    Between the two steps that it lies between both are interpolated, P geometrically.
    """
    samples = run.samples
    if len(samples) < 2 or height(lines, run, samples[0]) <= mu:
        return math.nan, math.nan
    if height(lines, run, samples[-1]) > mu:
        return math.nan, math.nan

    def is_above(sample: Sample) -> bool:
        return height(lines, run, sample) > mu

    a, b = _around(samples, is_above)
    eta, count = float(run.flip.eta), b.step - a.step
    between = [a, *(Sample(a.step + n, *steps(a.point, eta, n)) for n in range(1, count)), b]
    a, b = _around(between, is_above)
    above, below = height(lines, run, a), height(lines, run, b)
    part = (above - mu) / (above - below)
    step = a.step + part * (b.step - a.step)
    return step, math.exp((1 - part) * math.log(a.square) + part * math.log(b.square))


def _around(samples: Sequence[Sample], is_above: Callable[[Sample], bool]) -> tuple[Sample, Sample]:
    """Two neighbours between which descent passes, by bisection."""
    first, last = 0, len(samples) - 1
    while last - first > 1:
        middle = (first + last) // 2
        first, last = (middle, last) if is_above(samples[middle]) else (first, middle)
    return samples[first], samples[last]
