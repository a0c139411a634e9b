"""The search for a proof: it proposes cells; the lemmas of `proof` accept or refuse.

Nothing that is worked out here is believed: plain floats and trials choose numbers, and the check
works from the numbers alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import Executor
from itertools import pairwise

from flint import ctx, fmpq

from ...numerics.pools import Progress, workers
from ...theory.models import Model
from .cells import Cell, Followed
from .errors import NotProvedError
from .proof import BITS, Cut, Lemmas, Proof, Range, Setting, Theorem, known_lemmas, unproved
from .settings import ANYTHING, FINEST, Wanted, chosen, near

_WIDEST = fmpq(3, 10)  # k₊ − k₋ of a cell, beyond which it is cut
_PARTS = 50  # of the whole range of q0, each cut by a process of its own
_FAR = 6  # times |p0| from where on both ends of its range are told apart
_RATIO, _RATIO_TWO_SIDED = 8, fmpq(9, 4)  # of the ends of |p0| in a cell, at most
_ENOUGH = {"q": fmpq(1, 160), "p": fmpq(2), "epsilon": fmpq(8, 7)}


def prove(
    model: Model,
    wanted: Wanted = ANYTHING,
    progress: Progress | None = None,
    jobs: int = 1,
) -> tuple[Proof, Theorem]:
    """A proof with the largest ε₀ that is found, and what it proves. Raises NotProvedError."""
    with ctx.workprec(BITS), unproved():
        setting = chosen(model, wanted)
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
            middle = near(math.sqrt(float(low * high)), low, high)
            below, above = _halves(cell, "p", middle)
            (right, second), (left, first) = _cut(lemmas, above), _cut(lemmas, below)
            return Cut("p", middle, left, right), first | second
        return _cut(lemmas, cell)


def _cut(lemmas: Lemmas, cell: Cell) -> Tree:
    """A cell, cut until each part is followed well enough. Raises NotProvedError."""
    trouble, followed = "", None
    if not _too_large(lemmas, cell):
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
    first, last = cell.epsilon
    if followed.crossing is None:
        return True
    low, high = followed.crossing
    small = (
        cell.q[1] - cell.q[0] <= _ENOUGH["q"]
        and cell.p[1] <= _ENOUGH["p"] * cell.p[0]
        and (first == 0 or last <= _ENOUGH["epsilon"] * first)
    )
    return bool(small or high - low <= _WIDEST)


def _too_large(lemmas: Lemmas, cell: Cell) -> bool:
    """Whether a cell is not worth a trial."""
    low, high = cell.epsilon
    ratio = _RATIO_TWO_SIDED if lemmas.step.two_sided else _RATIO
    return bool((low > 0 and high > 2 * low) or cell.p[1] > ratio * cell.p[0])


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
        "q": cell.q[1] - cell.q[0] > FINEST["q"],
        "p": cell.p[1] > FINEST["p"] * cell.p[0],
        "epsilon": low == 0 or high > FINEST["epsilon"] * low,
    }
    if _too_large(lemmas, cell):
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
    return near(math.sqrt(float(low) * float(high)), low, high)


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
