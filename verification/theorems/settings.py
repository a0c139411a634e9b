"""What the search for a proof supposes: ε₀, the ranges of q0 and |p0|, δ and the ends of tables.

Nothing that is worked out here is believed: plain floats and trials choose numbers, and the check
works from the numbers alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import sympy as sp
from flint import arb, ctx, fmpq

from ...theory.curve.first_order import slow_curve
from ...theory.models import Model
from ..hypotheses.assumptions import Assumptions
from ..numbers import number
from .cells import Cell, settled
from .errors import NotProvedError
from .proof import BITS, Lemmas, Range, Setting, is_two_sided, unproved
from .rough import rough

LEVELS = tuple(fmpq(1, k) for k in (10, 20, 50, 100, 200, 1000))
_FIRST_LEVELS = (0, 2, 3)  # of them, where the map is not odd in p
_MOST, _LEAST = 0.04, 0.0007  # ε₀ h(0) that is tried
_STANDARD, _QUICK = 0.00751, 0.002
_KEPT = 1.02  # times C₁ε₀ for a tube that is not to be reached, but kept
_PLACES = 5  # behind the first digit of an ε₀ that is above one that is not rational
_BEYOND = fmpq(10) ** 300
_SMALL = fmpq(1, 20)  # |p0| from which on times are told, in its unit
_ABOVE_C, _HIGHEST = fmpq(1, 50), fmpq(9, 10)  # q0 by default
FLOW = fmpq(6, 5), fmpq(2)  # q0 of the gradient-flow side by default
FINEST = {"q": fmpq(1, 800), "p": fmpq(9, 8), "epsilon": fmpq(33, 32)}


@dataclass(frozen=True)
class Wanted:
    """What is asked for: None is chosen. `largest` is ε₀, `q` of q0, `p` of |p0|."""

    largest: fmpq | None = None
    q: Range | None = None
    p: Range | None = None


ANYTHING = Wanted()


def chosen(model: Model, wanted: Wanted) -> Setting:
    """What to try: with the largest ε₀ at which the hardest cell is followed."""
    q, p = _ranges(model, wanted)
    tried = [wanted.largest] if wanted.largest else sizes(model)
    trouble: NotProvedError | None = None
    for largest in tried:
        try:
            setting = _with_levels(model, largest, q, p)
            if len(tried) > 1:
                _probe(Lemmas(model, setting))
            return setting
        except NotProvedError as error:
            trouble = error
    raise trouble or NotProvedError("h(0) is not positive: orbits do not pass q = 1 on the curve")


def _with_levels(model: Model, largest: fmpq, q: Range, p: Range) -> Setting:
    """With the widest funnel that is known to draw orbits in: on one side of p = 0 alone v may be
    thrown far."""
    trouble: NotProvedError | None = None
    for first in _FIRST_LEVELS if is_two_sided(model) else (0,):
        try:
            return _tuned(model, largest, q, p, LEVELS[first:])
        except NotProvedError as error:
            trouble = error
    assert trouble is not None
    raise trouble


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
    found, rough = list[fmpq](), list[fmpq]()
    for eta in sorted(set(etas), reverse=True):
        epsilon = model.small_parameter(eta)
        if not _LEAST <= float(epsilon) * h <= _MOST:
            continue
        (found if epsilon.is_Rational else rough).append(rational_above(epsilon))
    return found or rough


def rational_above(epsilon: sp.Expr) -> fmpq:
    """A rational ε exactly; of another one a short rational just above it, so that what is proved
    up to there holds up to ε.

    >>> rational_above(sp.sqrt(2) / 1000)
    70711/50000000
    """
    if epsilon.is_Rational:
        return fmpq(int(epsilon.p), int(epsilon.q))
    places = _PLACES - math.floor(sp.log(epsilon, 10).evalf())
    scale = sp.Integer(10) ** places
    found = sp.ceiling(epsilon * scale) / scale
    return fmpq(int(found.p), int(found.q))


def _probe(lemmas: Lemmas) -> None:
    """The cells that are lost first. Raises NotProvedError."""
    s = lemmas.setting
    q = s.q[1] - FINEST["q"], s.q[1]
    e = s.largest / FINEST["epsilon"], s.largest
    for p in ((s.p[0], s.p[0] * FINEST["p"]), (s.p[1] / FINEST["p"], s.p[1])):
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
    r = rough(model)
    rise = 1 + 3 * float(largest) * r.first
    tube_end = r.place(float(q[0]) / rise) * 1.02
    funnel_end = max(tube_end, r.place(float(q[0]) / (rise + float(levels[0])))) * 1.02
    funnel_end = max(funnel_end, r.thrown(tube_end, float(settled(levels))))
    reach, height = max(funnel_end, float(p[1]) ** 2), float(q[0])
    curve_end = (1.25 + 3 * float(largest) * r.first) * max(reach, r.farthest(reach, height))
    ends = [near(x, fmpq(0), _BEYOND) for x in (tube_end, funnel_end, curve_end)]
    past = None if is_two_sided(model) else FLOW
    wide = Setting(largest, q, p, fmpq(1), levels, ends[0], ends[1], ends[2], past)
    lemmas = Lemmas(model, wide)
    constant = float(lemmas.funnel.constant(len(levels) - 1))
    step = lemmas.step
    sizes = (
        abs(float(side.second(side.place(arb(x)), arb(0), arb(0)).mid()))
        for side in step.sides
        for x in r.grid(tube_end)
    )
    delta = max(max(sizes) * (room - 1) * 0.6, room * constant * float(largest))
    return replace(wide, delta=near(delta, fmpq(0), _BEYOND))


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
    if low < _HIGHEST:
        return low, _HIGHEST
    if not is_two_sided(model) or not low < 1:
        raise NotProvedError(f"c + {_ABOVE_C} is not below {_HIGHEST}: name a range of q0")
    return low, (low + 1) / 2


def _largest_p(model: Model, q: fmpq, scale: fmpq) -> fmpq:
    """The largest |p0| with 2r/q − 1 ≥ 1/8, and at most 1 or a unit."""
    r, most = rough(model), max(scale, fmpq(1))
    found = [most * k / 20 for k in range(1, 21)]
    return max(p for p in found if 2 * r.least(float(p)) / float(q) - 1 >= 0.125 or p == found[0])


def near(x: float, low: fmpq, high: fmpq) -> fmpq:
    """A short number near x between two others."""
    digits = 3
    while True:
        scale = fmpq(10) ** (digits - math.floor(math.log10(x)))
        found = fmpq(round(x * float(scale))) / scale
        if low < found < high:
            return found
        digits += 2
