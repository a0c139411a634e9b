"""The search for a proof: it proposes ε₀, ranges and cells; the lemmas of `proof` accept or refuse.

Nothing that is worked out here is believed: plain floats and trials choose numbers, and the check
works from the numbers alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from itertools import pairwise

import sympy as sp
from flint import arb, ctx, fmpq

from ...numerics.compile.balls import compile_balls
from ...numerics.pools import Progress, workers
from ...theory.curve.first_order import slow_curve
from ...theory.expressions.parsing import Z
from ...theory.models import Model
from ..hypotheses.assumptions import Assumptions
from ..numbers import number
from .cells import Cell, Followed
from .errors import NotProvedError
from .proof import BITS, Cut, Lemmas, Proof, Range, Setting, Theorem, known_lemmas, unproved

LEVELS = tuple(fmpq(1, k) for k in (10, 20, 50, 100, 200, 1000))
_MOST, _LEAST = 0.04, 0.0007  # ε₀ h(0) that is tried
_STANDARD, _QUICK = 0.00751, 0.002
_KEPT = 1.02  # times C₁ε₀ for a tube that is not to be reached, but kept
_BEYOND = fmpq(10) ** 300
_SMALL = fmpq(1, 20)  # |p0| from which on times are told, in its unit
_ABOVE_C, _HIGHEST = fmpq(1, 50), fmpq(9, 10)  # q0 by default
FLOW = fmpq(6, 5), fmpq(2)  # q0 of the gradient-flow side by default
_WIDEST = fmpq(3, 10)  # k₊ − k₋ of a cell, beyond which it is cut
_PARTS = 50  # of the whole range of q0, each cut by a process of its own
_FAR = 6  # times |p0| from where on both ends of its range are told apart
_ENOUGH = {"q": fmpq(1, 160), "p": fmpq(2), "epsilon": fmpq(8, 7)}
_FINEST = {"q": fmpq(1, 800), "p": fmpq(9, 8), "epsilon": fmpq(33, 32)}


@dataclass(frozen=True)
class Wanted:
    """What is asked for: None is chosen. `largest` is ε₀, `q` of q0, `p` of |p0|."""

    largest: fmpq | None = None
    q: Range | None = None
    p: Range | None = None


def prove(
    model: Model,
    wanted: Wanted = Wanted(),
    progress: Progress | None = None,
    jobs: int = 1,
) -> tuple[Proof, Theorem]:
    """A proof with the largest ε₀ that is found, and what it proves. Raises NotProvedError."""
    with ctx.workprec(BITS), unproved():
        setting = _setting(model, wanted)
        lemmas = known_lemmas(model, setting)
        lemmas.prepare()
        found: dict[Cell, Followed] = {}
        parts = list(_first_cuts(setting))
        with workers(jobs, forked=True) as pool:
            trees = _searched(pool, model, setting, parts, progress)
            for _, (_, cells) in trees.items():
                found |= cells
        cut = _joined(setting, {q: tree for q, (tree, _) in trees.items()})
        return Proof(setting, cut), lemmas.theorem(found)


Tree = tuple[Cut | None, dict[Cell, Followed]]


def _searched(
    pool: Executor | None,
    model: Model,
    setting: Setting,
    parts: list[Range],
    progress: Progress | None,
) -> dict[Range, Tree]:
    jobs = [(model, setting, q) for q in parts]
    results = map(_part, jobs) if pool is None else pool.map(_part, jobs)
    found: dict[Range, Tree] = {}
    for q, tree in zip(parts, results, strict=True):
        found[q] = tree
        if progress is not None:
            progress(len(found), len(parts))
    return found


def _part(job: tuple[Model, Setting, Range]) -> Tree:
    model, setting, q = job
    with ctx.workprec(BITS):
        lemmas = known_lemmas(model, setting)
        low, high = setting.p
        cell, middle = Cell(q, setting.p, (fmpq(0), setting.largest)), fmpq(0)
        if high > _FAR * low:
            middle = _near(math.sqrt(float(low * high)), low, high)
            below, above = _halves(cell, "p", middle)
            (right, second), (left, first) = _cut(lemmas, above), _cut(lemmas, below)
            return Cut("p", middle, left, right), first | second
        return _cut(lemmas, cell)


def _cut(lemmas: Lemmas, cell: Cell) -> Tree:
    """A cell, cut until each part is followed well enough. Raises NotProvedError."""
    trouble, followed = "", None
    if not _too_large(cell):
        try:
            followed = lemmas.followed(cell)
        except NotProvedError as error:
            trouble = str(error)
    axis = _axis(lemmas, cell, followed)
    if followed is not None and (axis is None or _fine(cell, followed)):
        return None, {cell: followed}
    if axis is None:
        raise NotProvedError(_where(cell) + trouble)
    at = _middle(cell, axis)
    below, above = _halves(cell, axis, at)
    right, second = _cut(lemmas, above)  # the harder half first
    left, first = _cut(lemmas, below)
    return Cut(axis, at, left, right), first | second


def _fine(cell: Cell, followed: Followed) -> bool:
    """Whether cutting further would tell little more: of k, or at all."""
    (low, high), (first, last) = followed.crossing, cell.epsilon
    small = (
        cell.q[1] - cell.q[0] <= _ENOUGH["q"]
        and cell.p[1] <= _ENOUGH["p"] * cell.p[0]
        and (first == 0 or last <= _ENOUGH["epsilon"] * first)
    )
    return bool(small or high - low <= _WIDEST)


def _too_large(cell: Cell) -> bool:
    """Whether a cell is not worth a trial."""
    low, high = cell.epsilon
    return bool((low > 0 and high > 2 * low) or cell.p[1] > 8 * cell.p[0])


def _axis(lemmas: Lemmas, cell: Cell, followed: Followed | None) -> str | None:
    """Which range to halve: the one that spreads q most on the way; None where all are fine."""
    low, high = cell.epsilon
    steps = 30.0 if followed is None else float(followed.time)
    slowness = 1 / max(math.log(2 / float(cell.q[1]) - 1), 0.02)
    spread = {
        "q": float(cell.q[1] - cell.q[0]),
        "p": 0.2 * float(high) * slowness * math.log(float(cell.p[1] / cell.p[0])),
        "epsilon": 0.2 * float(high - low) * steps,
    }
    ratio = {
        "q": cell.q[1] - cell.q[0] > _FINEST["q"],
        "p": cell.p[1] > _FINEST["p"] * cell.p[0],
        "epsilon": low == 0 or high > _FINEST["epsilon"] * low,
    }
    if _too_large(cell):
        return "epsilon" if low > 0 and high > 2 * low else "p"
    if low == 0 and followed is None and high * 1000 < lemmas.setting.largest:
        ratio["epsilon"] = False
    allowed = [axis for axis, coarse in ratio.items() if coarse]
    return max(allowed, key=lambda axis: spread[axis]) if allowed else None


def _middle(cell: Cell, axis: str) -> fmpq:
    low, high = {"q": cell.q, "p": cell.p, "epsilon": cell.epsilon}[axis]
    if axis == "q":
        return (low + high) / 2
    if low == 0:
        return high / 4
    return _near(math.sqrt(float(low) * float(high)), low, high)


def _near(x: float, low: fmpq, high: fmpq) -> fmpq:
    """A short number near x between two others."""
    digits = 3
    while True:
        scale = fmpq(10) ** (digits - math.floor(math.log10(x)))
        found = fmpq(round(x * float(scale))) / scale
        if low < found < high:
            return found
        digits += 2


def _halves(cell: Cell, axis: str, at: fmpq) -> tuple[Cell, Cell]:
    ranges = {"q": cell.q, "p": cell.p, "epsilon": cell.epsilon}
    low, high = ranges[axis]
    below, above = ranges | {axis: (low, at)}, ranges | {axis: (at, high)}
    return Cell(*below.values()), Cell(*above.values())


def _first_cuts(setting: Setting) -> Iterator[Range]:
    """The range of q0 in parts, to be cut further apart from each other."""
    low, high = setting.q
    first, last = math.ceil(low * _PARTS), math.floor(high * _PARTS)
    inside = (fmpq(k, _PARTS) for k in range(first, last + 1))
    return pairwise([low, *(q for q in inside if low < q < high), high])


def _joined(setting: Setting, trees: dict[Range, Cut | None]) -> Cut | None:
    """The cuts of the parts of the range of q0, joined."""
    cut: Cut | None = None
    for i, (q, tree) in enumerate(sorted(trees.items())):
        cut = tree if i == 0 else Cut("q", q[0], cut, tree)
    return cut


def _where(cell: Cell) -> str:
    def ends(low: fmpq, high: fmpq) -> str:
        return f"[{float(low):.4g}, {float(high):.4g}]"

    q, p, epsilon = (ends(*part) for part in (cell.q, cell.p, cell.epsilon))
    return f"not proved for q0 in {q}, |p0| in {p}, epsilon in {epsilon}: "


def _setting(model: Model, wanted: Wanted) -> Setting:
    """What to try: with the largest ε₀ at which the hardest cell is followed."""
    q, p = _ranges(model, wanted)
    tried = [wanted.largest] if wanted.largest else sizes(model)
    trouble: NotProvedError | None = None
    for largest in tried:
        try:
            setting = _tuned(model, largest, q, p)
            if len(tried) > 1:
                _probe(Lemmas(model, setting))
            return setting
        except NotProvedError as error:
            trouble = error
    raise trouble or NotProvedError("h(0) is not positive: orbits do not pass q = 1 on the curve")


def sizes(model: Model) -> list[fmpq]:
    """ε₀ to try, the largest first: from step sizes 1/n or n with one or two digits; none where
    orbits on the curve do not pass q = 1."""
    h = number(slow_curve(model).h_at_zero)
    if not h > 0:
        return []
    about = math.floor(math.log10(number(model.step_size(sp.Float(_MOST / h)))))
    powers = [sp.Integer(10) ** k for k in range(about - 3, about + 3)]
    parts = (3, 4, 6, 8, 12, 15, 25, 30, 40, 60, 80)
    etas = [p * m for p in powers for m in (1, 2, 5)] + [p / n for p in powers for n in parts]
    found = []
    for eta in sorted(set(etas), reverse=True):
        epsilon = model.small_parameter(eta)
        if epsilon.is_Rational and _LEAST <= float(epsilon) * h <= _MOST:
            found.append(fmpq(int(epsilon.p), int(epsilon.q)))
    return found


def _probe(lemmas: Lemmas) -> None:
    """The cells that are lost first. Raises NotProvedError."""
    s = lemmas.setting
    q = s.q[1] - _FINEST["q"], s.q[1]
    e = s.largest / _FINEST["epsilon"], s.largest
    for p in ((s.p[0], s.p[0] * _FINEST["p"]), (s.p[1] / _FINEST["p"], s.p[1])):
        lemmas.followed(Cell(q, p, e))


def _tuned(
    model: Model,
    largest: fmpq,
    q: Range,
    p: Range,
    levels: tuple[fmpq, ...] = LEVELS,
    room: float = 1.2,
) -> Setting:
    """The ends of tables from floats, and δ from the funnel: `room` times what is kept, or more
    where little is."""
    r = _Floats(model)
    rise = 1 + 3 * float(largest) * r.first
    tube_end = r.place(float(q[0]) / rise) * 1.02
    funnel_end = max(tube_end, r.place(float(q[0]) / (rise + float(levels[0])))) * 1.02
    reach, height = max(funnel_end, float(p[1]) ** 2), float(q[0])
    curve_end = (1.25 + 3 * float(largest) * r.first) * max(
        reach, *(x * (2 * r(x) / height - 1) ** 2 for x in r.grid(reach))
    )
    ends = [_near(x, fmpq(0), _BEYOND) for x in (tube_end, funnel_end, curve_end)]
    rough = Setting(largest, q, p, fmpq(1), levels, ends[0], ends[1], ends[2], FLOW)
    lemmas = Lemmas(model, rough)
    constant = float(lemmas.funnel.constant(len(levels) - 1))
    boxes = (abs(float(lemmas.step.curve.value("h2", arb(x)).mid())) for x in r.grid(tube_end))
    delta = max(max(boxes) * (room - 1) * 0.6, room * constant * float(largest))
    return replace(rough, delta=_near(delta, fmpq(0), _BEYOND))


def standard(model: Model) -> Wanted:
    """What `verify` proves: ε₀ h(0) is at most 0.0075, so that η₀ is 1/10 for log-cosh, on the
    usual ranges. Raises NotProvedError."""
    return Wanted(largest=_largest(model, _STANDARD))


def quick(model: Model) -> Wanted:
    """What is proved in seconds: ε₀ h(0) is at most 0.002, on the usual ranges.

    Raises NotProvedError.
    """
    return Wanted(largest=_largest(model, _QUICK))


def _largest(model: Model, size: float) -> fmpq:
    h = number(slow_curve(model).h_at_zero)
    largest = next((e for e in sizes(model) if float(e) * h <= size), None)
    if largest is None:
        raise NotProvedError(f"no step size has 0 < epsilon h(0) <= {size}, with h(0) = {h:.6g}")
    return largest


def tube_only(model: Model, wanted: Wanted) -> Lemmas:
    """The lemmas about orbits that are on the tube, without how they come there: in a second or
    two. Raises NotProvedError."""
    with ctx.workprec(BITS), unproved():
        q, p = _ranges(model, wanted)
        largest = wanted.largest or _largest(model, _QUICK)
        return Lemmas(model, _tuned(model, largest, q, p, LEVELS[-1:], _KEPT))


def _ranges(model: Model, wanted: Wanted) -> tuple[Range, Range]:
    q = wanted.q or _range_of_q(model)
    scale = fmpq(int(model.response.scale.p), int(model.response.scale.q))
    return q, wanted.p or (_SMALL * scale, _largest_p(model, q[1], scale))


def _range_of_q(model: Model) -> Range:
    low = fmpq(math.ceil(Assumptions(model).z0_and_c[1] * 1000), 1000) + _ABOVE_C
    if not low < _HIGHEST:
        raise NotProvedError(f"c + {_ABOVE_C} is not below {_HIGHEST}: name a range of q0")
    return low, _HIGHEST


def _largest_p(model: Model, q: fmpq, scale: fmpq) -> fmpq:
    """The largest |p0| with 2r/q − 1 ≥ 1/8, and at most 1 or a unit."""
    r, most = _Floats(model), max(scale, fmpq(1))
    found = [most * k / 20 for k in range(1, 21)]
    return max(p for p in found if 2 * r(float(p) ** 2) / float(q) - 1 >= 0.125 or p == found[0])


class _Floats:
    """The response as a function of x = p² in floats."""

    def __init__(self, model: Model) -> None:
        self._r = compile_balls(model.response.response, [Z])
        self.unit = float(model.response.scale) ** 2
        self.first = 1 / abs(number(model.response.curvature))  # about h₁(0), or twice that

    def __call__(self, x: float) -> float:
        return float(self._r(arb(math.sqrt(x)))[0].mid()) if x > 0 else 1.0

    def place(self, height: float) -> float:
        """x with r(x) = height, by bisection."""
        low, high = 0.0, self.unit
        while self(high) > height:
            high *= 2
            if high > 2**40 * self.unit:
                raise NotProvedError(f"r does not fall to {height:.4g}")
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if self(middle) > height else (low, middle)
        return high

    def grid(self, end: float) -> list[float]:
        """Places up to an end."""
        return [end * k / 50 for k in range(51)]
