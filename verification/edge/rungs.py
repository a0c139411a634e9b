"""Where the law is tried: flips on a ladder down which κ falls."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

import mpmath as mp

from ...numerics.edge.descent import Steps
from ...numerics.edge.flip import Flip, flip_at
from ...numerics.edge.lines import Lines
from ...numerics.edge.manifold import EdgeError, Minimum, where_sharpness_is

RUNGS = 4
SMALL = 0.03  # largest κ of a ladder
LAG = 0.2  # largest part of the rate of the slowest stable mode that κ may be
STEADY = 0.05  # largest part of itself by which κ may change while μ goes through κ
SMALLEST = 4e-5  # below it descent takes more than some 10⁵ steps
_RATIO = 4.0  # of κ from rung to rung
_NEAR = 1.2  # a rung is taken where κ is within this factor of what it should be
_NUDGE = mp.mpf("1e-3")  # of λ, to see how κ changes with it
_LEAST, _MOST = 0.5, 16.0  # by what λ is multiplied in one step towards the next rung
_FIGURES = 4  # of a step size
_STILL = 0.05  # a power of λ below this is none
_LOWEST, _HIGHEST = 5e-5, 0.025  # κ of a first rung, where it is not that of the flip asked for
_TRIES = 25


@dataclass(frozen=True)
class Rung:
    """A flip, with what descends there; `where` says in a word which it is."""

    lines: Lines
    steps: Steps
    flip: Flip
    where: str

    @property
    def kappa(self) -> float:
        """κ."""
        return float(self.flip.kappa)

    @cached_property
    def power(self) -> float:
        """d ln κ/d ln λ along the manifold of minima. Raises EdgeError where that ends."""
        ratios = []
        for side in (1, -1):
            target = self.flip.minimum.sharpness * (1 + side * _NUDGE)
            there = where_sharpness_is(self.lines, self.flip.minimum, target)
            ratios.append(flip_at(self.lines, there).kappa)
        if ratios[0] * ratios[1] <= 0:
            return math.nan
        return float(mp.log(ratios[0] / ratios[1]) / (2 * _NUDGE))

    @property
    def change(self) -> float:
        """By what part of itself κ changes while μ goes through κ: dμ = 2 d ln λ at the flip."""
        return abs(self.kappa * self.power) / 2

    @property
    def slowest(self) -> float:
        """How fast the slowest stable mode relaxes: the least of ηλ_j and 2 − ηλ_j; ∞ without."""
        values = [float(self.flip.eta * value) for value, _ in self.flip.stable]
        return min((min(value, 2 - value) for value in values), default=math.inf)

    @property
    def trouble(self) -> str:
        """Which condition of the law does not hold here, beside κ ≪ 1; "" if all do."""
        if abs(self.kappa) > LAG * self.slowest:
            slow = f"a stable mode relaxes at the rate {self.slowest:.2g}"
            return f"at {self.where} {slow}, not much faster than κ = {self.kappa:.2g}"
        if not self.change <= STEADY:
            return f"at {self.where} κ changes by {self.change:.2g} of itself as μ goes by κ"
        return ""


@dataclass(frozen=True)
class Rungs:
    """The rungs, κ falling; `short` says why there are not more of them, "" where nothing is amiss.

    `first` is the flip that was asked for; it is a rung only if κ is small there.
    """

    first: Rung
    ladder: tuple[Rung, ...]
    short: str = ""


def named(flip: Flip) -> str:
    """The step size of a rung."""
    return f"eta = {mp.nstr(mp.mpf(flip.eta), 8)}"


def rungs_along(lines: Lines, steps: Steps, minimum: Minimum, count: int = RUNGS) -> Rungs:
    """A ladder of step sizes from the flip of a minimum, along the manifold of minima.

    From rung to rung |κ| falls to a quarter; how λ has to change for that is read off nearby.
    """
    first = Rung(lines, steps, flip := flip_at(lines, minimum), named(flip))
    if flip.still or flip.degenerate:
        return Rungs(first, ())
    found, short = list[Rung](), ""
    try:
        size = abs(first.kappa)
        inside = SMALLEST <= size <= SMALL
        goal = math.copysign(min(max(size, _LOWEST), _HIGHEST), first.kappa)
        start = first if inside else _at(first, goal)
        for rung in _steady(start, 1 / _RATIO):
            found.append(rung)
            if len(found) == count:
                break
    except EdgeError as error:
        short = str(error)
    with suppress(EdgeError):  # upwards, if the way down was short
        for rung in _steady(found[0], _RATIO) if found else ():
            if len(found) >= count:
                break
            if rung is not found[0]:
                found.insert(0, rung)
    return Rungs(first, tuple(found), _why(first, found, count, short))


def _steady(rung: Rung, ratio: float) -> Iterator[Rung]:
    """This rung and those at which κ is multiplied by `ratio` each time, as far as κ is small.

    Raises EdgeError where a condition of the law does not hold, or a rung is not found.
    """
    while SMALLEST <= abs(rung.kappa) <= SMALL:
        if rung.trouble:
            raise EdgeError(rung.trouble)
        yield rung
        rung = _at(rung, rung.kappa * ratio)


def _why(first: Rung, found: Sequence[Rung], count: int, short: str) -> str:
    """Why the ladder is no longer, "" where it is long enough."""
    if len(found) >= count:
        return ""
    if abs(first.kappa) > SMALL and not found:
        large = f"|κ| = {abs(first.kappa):.4g} is not small at {first.where}"
        return f"{large}, where the law is rough; elsewhere: {short}"
    return short or _few(len(found), count)


def _few(found: int, count: int) -> str:
    if found >= count:
        return ""
    return f"{found} step sizes were found at which κ is small and descent not too long"


def rungs_of(rungs: Sequence[Rung]) -> Rungs:
    """A ladder of given flips, κ falling."""
    ordered = sorted(rungs, key=lambda rung: -abs(rung.kappa))
    small = [rung for rung in ordered if 0 < abs(rung.kappa) <= SMALL and _is_steady(rung)]
    kept = tuple(rung for rung in small if rung.kappa * small[0].kappa > 0)
    lost = len(ordered) - len(kept)
    short = (
        f"at {lost} of the {len(ordered)} values |κ| is 0 or more than {SMALL:g}, κ changes by "
        f"more than {STEADY:g} of itself as μ goes by κ or changes its sign, or a "
        "stable mode is slow"
    )
    return Rungs(rungs[0], kept, short if lost else _few(len(kept), RUNGS))


def _is_steady(rung: Rung) -> bool:
    try:
        return not rung.trouble
    except EdgeError:
        return False


def _at(rung: Rung, kappa: float) -> Rung:
    """The rung further along the manifold of minima at which κ is about this much.

    Newton's method for ln κ as a function of ln λ. Raises EdgeError where it finds none.
    """
    for _ in range(_TRIES):
        if 1 / _NEAR < rung.kappa / kappa < _NEAR:
            return rung
        if not abs(rung.power) > _STILL:
            raise EdgeError(
                f"κ = {rung.kappa:.6g} hardly changes with the step size; only a "
                "constant can make a ladder"
            )
        factor = math.exp(math.log(kappa / rung.kappa) / rung.power)
        eta = rung.flip.eta / min(max(factor, _LEAST), _MOST)
        eta = mp.mpf(mp.nstr(mp.mpf(eta), _FIGURES))
        flip = flip_at(rung.lines, where_sharpness_is(rung.lines, rung.flip.minimum, 2 / eta))
        if flip.still or not 0 < flip.kappa / kappa < mp.inf:
            raise EdgeError(f"at {named(flip)}, κ is {mp.nstr(mp.mpf(flip.kappa), 4)}")
        rung = Rung(rung.lines, rung.steps, flip, named(flip))
    raise EdgeError(f"no step size was found at which κ is {kappa:.3g}")
