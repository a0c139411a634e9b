"""The proof of the theorems for one model: what is supposed, and its check, which searches nothing.

A proof names ε₀, the ranges of q0 and |p0|, the funnel's levels, δ, and how the box of starts and
step sizes is cut into cells. The check computes every lemma anew, in balls, and reads off numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from flint import arb, ctx, fmpq

from ...numerics.curve.taylor_models import OutOfRangeError
from ...numerics.pools import Progress, workers
from ...theory.curve.half_width import diagonal_origin
from ...theory.errors import InputError, NotFiniteError, ReducedMapError
from ...theory.models import Model
from ...theory.requirements import require_normalised
from ..hypotheses.regularity import is_symmetric
from ..numbers import above, below
from .approach import Approach, approach
from .cells import Cell, Followed, Method
from .crossing import Clock
from .errors import NotProvedError
from .exit import Gap, Tube
from .flow import Flow, flow
from .funnel import Funnel, funnel
from .step import SlowCurveStep, Step
from .two_sided_step import TwoSidedStep

BITS = 128
ORDER = 2  # K: the tube is about 1 + εh₁ + ε²h₂
_GUARDS = 2  # places at which the curve is looked at
AXES = ("q", "p", "epsilon")
Range = tuple[fmpq, fmpq]


@dataclass(frozen=True)
class Cut:
    """A box cut across one axis; what is below and above the place, cut again or not (None)."""

    axis: str
    at: fmpq
    below: Cut | None = None
    above: Cut | None = None


@dataclass(frozen=True)
class Setting:
    """What is to be proved, and with what: all numbers are exact.

    For 0 < ε ≤ `largest`, q0 in `q` and |p0| up to p[1]; times and crossings are told for
    |p0| ≥ p[0], and what a smaller |p0| adds. `levels` are of |v|, largest first, on x = p² up to
    `funnel_end`; the tube has half-width `delta` ε² up to `tube_end`; functions are known up to
    `curve_end`. `flow_q` is the range of q0 > 1 of the gradient-flow side, with |p0| ≤ p[1].
    """

    largest: fmpq
    q: Range
    p: Range
    delta: fmpq
    levels: tuple[fmpq, ...]
    tube_end: fmpq
    funnel_end: fmpq
    curve_end: fmpq
    flow_q: Range | None = None

    def require_sound(self) -> None:
        """Raise InputError unless the numbers are in their order: what no lemma looks at."""
        increasing = {
            "q0": (fmpq(0), *self.q, fmpq(1)),
            "p0": (fmpq(0), *self.p),
            "p²": (fmpq(0), self.tube_end, self.curve_end),
            "the levels": (fmpq(0), *reversed(self.levels), fmpq(1)),
            "epsilon": (fmpq(0), self.largest, fmpq(1)),
            "delta": (fmpq(0), self.delta),
            "q0 past 1": (fmpq(1), *(self.flow_q or (fmpq(2), fmpq(3)))),
        }
        for name, values in increasing.items():
            if not all(a < b for a, b in pairwise(values)):
                shown = ", ".join(map(str, values))
                raise InputError(f"the ranges of a theorem: {name}: {shown} do not increase")
        if not self.levels:
            raise InputError("the ranges of a theorem: there is no level")

    @property
    def box(self) -> Cell:
        """All starts and step sizes."""
        return Cell(self.q, self.p, (fmpq(0), self.largest))


@dataclass(frozen=True)
class Crossing:
    """ε t_b − ρ₀ ln(1/ε) in [low, high] for q0 in `q` and |p0| in `p`."""

    q: Range
    p: Range
    low: fmpq
    high: fmpq


@dataclass(frozen=True)
class Theorem:
    """The numbers proved, for all orbits and step sizes of a setting; see docs/theorems.md.

    Of a map that is not odd in p, |p0| is the half-width, r is Q₀, and neither the sharpness on the
    way nor the crossing is told: `gap` and `scale` are None.

    From t_a ≤ time + per_log ln(1/ε) on, for |p0| < p[0] later by 1 + per_small ln(p[0]/|p0|):
    |S − 1 − εh₁| ≤ `alignment` ε²; |q* − 1 − ε `first`| ≤ `limit` ε²; |λ* − (2/η)(1 − ε `first`)| ≤
    (2/η) `saturation` ε²; |λ_t − λ̃(q_t)| ≤ `gap` ε/η. `second` is sup |h₂|.
    """

    setting: Setting
    alignment: fmpq
    second: fmpq
    time: fmpq
    per_log: fmpq
    per_small: fmpq
    first: tuple[fmpq, fmpq]
    limit: fmpq
    saturation: fmpq
    gap: fmpq | None
    scale: tuple[fmpq, fmpq] | None  # ρ₀
    crossings: tuple[Crossing, ...]
    flow: Flow | None


@dataclass(frozen=True)
class Proof:
    """A setting and how its box is cut."""

    setting: Setting
    cut: Cut | None


def is_two_sided(model: Model) -> bool:
    """Whether the theorem is that of a map that need not be odd in p."""
    return model.response.symmetry == "none"


def require_form(model: Model) -> None:
    """r as a function of x = p² needs an even loss or an odd activation, exactly; Q₀ as a function
    of the half-width the map of a two-layer linear network.

    Raises NotProvedError where that is not derived, and what `require_normalised` raises.
    """
    response = model.response
    if is_two_sided(model):
        try:
            diagonal_origin(model)
        except ReducedMapError as error:
            raise NotProvedError(f"{response.text}: {error}, and the loss is not even") from None
    elif not is_symmetric(response):
        raise NotProvedError(f"{response.text}: that it is {response.symmetry} is not derived")
    require_normalised(response)


def leaves(box: Cell, cut: Cut | None) -> Iterator[Cell]:
    """The cells into which a box is cut: they cover it. Raises NotProvedError for a false cut."""
    if cut is None:
        yield box
        return
    ranges: dict[str, Range] = {"q": box.q, "p": box.p, "epsilon": box.epsilon}
    if cut.axis not in ranges:
        raise NotProvedError(f"a cut is of {', '.join(AXES)}, not of {cut.axis}")
    low, high = ranges[cut.axis]
    if not low < cut.at < high:
        raise NotProvedError(f"a cut of {cut.axis} at {cut.at} lies outside [{low}, {high}]")
    for ends, further in (((low, cut.at), cut.below), ((cut.at, high), cut.above)):
        part = ranges | {cut.axis: ends}
        yield from leaves(Cell(part["q"], part["p"], part["epsilon"]), further)


@contextmanager
def unproved() -> Iterator[None]:
    """What leaves the range where the functions are known is not proved, nor what balls are too
    wide for: FLINT divides no power series by one that may begin with 0."""
    try:
        yield
    except (OutOfRangeError, NotFiniteError, ZeroDivisionError) as error:
        raise NotProvedError(str(error)) from None
    except ValueError as error:
        if isinstance(error, InputError):
            raise
        raise NotProvedError(f"the balls are too wide: {error}") from None


@lru_cache(maxsize=2)
def known_step(model: Model, end: fmpq) -> SlowCurveStep:
    """The step of a model, for all settings that know the functions equally far."""
    return (TwoSidedStep if is_two_sided(model) else Step)(model, ORDER, end)


class Lemmas:
    """The lemmas of a setting, each worked out once, at the precision in force."""

    def __init__(self, model: Model, setting: Setting) -> None:
        setting.require_sound()
        self.setting = setting
        require_form(model)
        if setting.flow_q is not None and is_two_sided(model):
            raise InputError("q0 past 1: of a map that is not odd in p nothing is proved there")
        with unproved():
            self.step = known_step(model, setting.curve_end)

    @cached_property
    @unproved()
    def funnel(self) -> Funnel:
        """How fast orbits are drawn to the curve. Raises NotProvedError."""
        s = self.setting
        return funnel(self.step, s.funnel_end, s.levels, s.largest, s.q[0])

    @cached_property
    @unproved()
    def method(self) -> Method:
        """The funnel, the tube and the clock. Raises NotProvedError."""
        s = self.setting
        found = self.funnel
        size = arb(s.delta) * arb(s.largest) * arb(s.largest)
        level = found.level(size)
        if not found.constant(level) * arb(s.largest) <= arb(s.delta):
            raise NotProvedError("the tube is too narrow to be kept: take a larger delta")
        if not s.tube_end <= s.funnel_end:
            raise NotProvedError("the tube has to end where the funnel does, or before")
        tube = Tube(self.step, s.tube_end, s.delta, s.largest)
        self._guard()
        if self.step.two_sided:
            tube.check_kept(s.q[0], s.funnel_end)
            return Method(self.step, found, tube, None)
        tube.check_motion()
        return Method(self.step, found, tube, Clock(tube))

    def _guard(self) -> None:
        """What is 0 by algebra has to be 0 as far as balls tell: a formula would be false."""
        places = [arb(self.setting.tube_end * k / _GUARDS) for k in range(1, _GUARDS + 1)]
        for side in self.step.sides:
            if not all(c.contains(0) for x in places for c in side.lower_orders(x)):
                raise ArithmeticError("the slow curve is not that of the step")

    def prepare(self) -> Method:
        """Work out what all cells share. Raises NotProvedError."""
        return self.method

    @unproved()
    def approached(self, q: Range) -> Approach:
        """The approach from small |p0|, for a range of q0. Raises NotProvedError."""
        s = self.setting
        found = approach(self.step, q, s.p[0] * s.p[0], s.largest)
        if not found.reached <= arb(s.p[1] * s.p[1]):
            raise NotProvedError("from small |p| an orbit may jump past the largest |p0|")
        return found

    @unproved()
    def followed(self, cell: Cell) -> Followed:
        """A cell. Raises NotProvedError."""
        return self.method.follow(cell, self.approached(cell.q))

    @unproved()
    def theorem(self, cells: Mapping[Cell, Followed]) -> Theorem:
        """The numbers, from all cells of the setting's box. Raises NotProvedError."""
        s, tube, clock = self.setting, self.method.tube, self.method.clock
        first, limit, saturation = tube.limit()
        found = None
        if s.flow_q is not None:
            found = flow(self.step, s.flow_q, s.p[1], s.largest)
        per_log = max(f.per_log for f in cells.values())
        # t_a ≤ N for ε up to a cell's largest: so much is left beside B ln(1/ε).
        times = [
            arb(f.time) - (0 if f.per_log > 0 else arb(per_log) * (1 / arb(cell.epsilon[1])).log())
            for cell, f in cells.items()
        ]
        return Theorem(
            setting=s,
            alignment=above(tube.alignment()),
            second=above(tube.second()),
            time=max(above(t) for t in times),
            per_log=per_log,
            per_small=max(above(self.approached(q).weight) for q in {cell.q for cell in cells}),
            first=(below(first), above(first)),
            limit=above(limit),
            saturation=above(saturation),
            gap=None if clock is None else above(Gap(tube).constant()),
            scale=None if clock is None else (below(clock.start), above(clock.start)),
            crossings=() if clock is None else _crossings(cells),
            flow=found,
        )


@lru_cache(maxsize=1)
def known_lemmas(model: Model, setting: Setting) -> Lemmas:
    """The lemmas of a setting; a forked process has those of its parent."""
    return Lemmas(model, setting)


def check(model: Model, proof: Proof, progress: Progress | None = None, jobs: int = 1) -> Theorem:
    """The theorem that a proof proves; `jobs` processes follow its cells.

    Raises NotProvedError where a lemma does not hold, and InputError for a setting out of order.
    """
    setting = proof.setting
    with ctx.workprec(BITS):
        lemmas = known_lemmas(model, setting)
        lemmas.prepare()
        cells = list(leaves(setting.box, proof.cut))
        size = -(-len(cells) // (8 * jobs))
        parts = [(model, setting, cells[i : i + size]) for i in range(0, len(cells), size)]
        found: dict[Cell, Followed] = {}
        with workers(jobs, forked=True) as pool:
            for part in map(_part, parts) if pool is None else pool.map(_part, parts):
                found |= part
                if progress is not None:
                    progress(len(found), len(cells))
        return lemmas.theorem(found)


def _part(job: tuple[Model, Setting, list[Cell]]) -> dict[Cell, Followed]:
    model, setting, cells = job
    with ctx.workprec(BITS):
        lemmas = known_lemmas(model, setting)
        return {cell: lemmas.followed(cell) for cell in cells}


def _crossings(cells: Mapping[Cell, Followed]) -> tuple[Crossing, ...]:
    """For the ranges of q0 and |p0| between places where no cell lies on both sides."""
    found = []
    for q in pairwise(_edges([cell.q for cell in cells])):
        inside = {cell: f for cell, f in cells.items() if q[0] <= cell.q[0] and cell.q[1] <= q[1]}
        for p in pairwise(_edges([cell.p for cell in inside])):
            told = [f.crossing for c, f in inside.items() if p[0] <= c.p[0] and c.p[1] <= p[1]]
            over = [k for k in told if k is not None]
            assert len(over) == len(told)
            found.append(Crossing(q, p, min(k[0] for k in over), max(k[1] for k in over)))
    return tuple(found)


def _edges(ranges: list[Range]) -> list[fmpq]:
    ends = {end for part in ranges for end in part}
    return sorted(end for end in ends if not any(low < end < high for low, high in ranges))
