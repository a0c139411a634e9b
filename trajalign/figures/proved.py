"""Where the theorem is proved, over how sampled orbits align: in (q0, η) and in (|p0|, q0).

The samples owe nothing to the proof but the numbers that they are held against.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import sympy as sp
from flint import fmpq
from numpy.typing import NDArray

from ..numerics.grids.grid import linspace
from ..numerics.grids.settling import Settled, settle
from ..numerics.pools import Progress
from ..theorem_file import replayed
from ..theory.curve.first_order import slow_curve
from ..theory.errors import InputError
from ..theory.models import ETA, Model
from ..verification.theorems.proof import Theorem, is_two_sided
from ..verification.theorems.search import prove
from ..verification.theorems.settings import quick
from ..verification.theorems.words import largest_step
from .bifurcation import response_at
from .kind import Kind, Request
from .picture import FAULT, MAP, REFERENCE, Box, Curve, Picture, Regions

ALIGNS, LATER, FAILS, DIVERGES, NOT_BELOW, NO_WEIGHTS = range(6)
_NAMES = (
    "aligns as stated",
    "aligns later",
    "does not align",
    "diverges",
    "$q_0 > 1$",
    "no weights",
)
_LOOKS = (6, 0, 3, 4, 5, 5)  # the box has 2, the blue one
_PROVED, _FAULT = "proved", "contradicts the theorem"
_TOP = sp.Rational(11, 10)  # q0
_WIDE, _HIGH = sp.Rational(5, 2), 3  # |p0| and η in units of those of the box
_MORE = 20.0  # steps times ε h(0) until an orbit is given up, beside ln(1/ε)
_MOST_STEPS = 3_000_000


@dataclass(frozen=True)
class Samples:
    """How many values of q0 and |p0| are sampled, and how many of η up to η₀."""

    q: int = 60
    p: int = 50
    eta: int = 5


def proved_picture(
    model: Model,
    theorem: Theorem,
    samples: Samples = Samples(),
    *,
    progress: Progress | None = None,
) -> Picture:
    """The box of a theorem over what becomes of sampled orbits, in two panels.

    "Aligns as stated" says that |q/r(p) − 1 − εh(p)| ≤ Cε² from the theorem's bound on t_a on to
    the end, where q0 and ε may be out of its range; "later", from a later step on. A sample of the
    box for which that or what is stated of its limit or crossing is false is marked, and the
    caption tells how many.
    Raises InputError where the orbits would take too long, and what `settle` raises.
    """
    s = theorem.setting
    largest = _size(model, s.largest)
    low, high = map(_exactly, s.q)
    middle = (_exactly(s.p[0]) + _exactly(s.p[1])) / 2
    q0s = linspace(max(low / 2, low - 3 * (high - low)), _TOP, samples.q)
    etas = tuple(largest * sp.Rational(k, samples.eta) for k in range(1, _HIGH * samples.eta + 1))
    wide = _WIDE * _exactly(s.p[1])
    p0s = tuple(wide * (2 * k + 1) / (2 * samples.p) for k in range(samples.p))

    plane = [(eta, middle, q) for eta, q in product(etas, q0s)]
    front = [(largest, p, q) for q, p in product(q0s, p0s)]
    found = _sampled(model, theorem, [*plane, *front], progress)
    first, second = found[: len(plane)], found[len(plane) :]
    q_ends, p_ends = (float(q0s[0]), float(_TOP)), (0.0, float(wide))
    front_panel = Picture(
        "proved",
        "",
        "$|p_0|$",
        "$q_0$",
        (*_borders(model, p_ends, q_ends), *_faults(front, second, 1, 2)),
        x_range=p_ends,
        y_range=q_ends,
        regions=_regions(p0s, q0s, second),
        boxes=(Box(_PROVED, (0.0, float(s.p[1])), (float(low), float(high))),),
        note=rf"$\eta = {_spoken(largest)}$",
    )
    return Picture(
        "proved",
        f"Where the theorem is proved, for 0 < η ≤ {largest_step(model, s.largest)}, "
        f"{low} ≤ q0 ≤ {high} and 0 < |p0| ≤ {s.p[1]}, and how sampled orbits align, for "
        f"{model.given}; {_told(found)}",
        "$q_0$",
        r"$\eta$",
        (
            Curve("$q_0 = 1$", REFERENCE, (1.0, 1.0), (0.0, float(etas[-1]))),
            *_faults(plane, first, 2, 0),
        ),
        x_range=q_ends,
        y_range=(0.0, float(etas[-1])),
        regions=_regions(q0s, etas, first),
        boxes=(Box(_PROVED, (float(low), float(high)), (0.0, float(largest))),),
        note=rf"$|p_0| = {_spoken(middle)}$",
        below=front_panel,
    )


def _told(samples: Sequence[_Sample]) -> str:
    """How the samples of the box compare with the theorem."""
    inside, bad = (sum(getattr(s, name) for s in samples) for name in ("inside", "false"))
    if not inside:
        return "no orbit is sampled in its box"
    if bad:
        return f"{bad} of the {inside} orbits sampled in its box contradict it"
    return f"the {inside} orbits sampled in its box do as it says"


Start = tuple[sp.Rational, sp.Rational, sp.Rational]  # η, |p0|, q0


@dataclass(frozen=True)
class _Sample:
    code: int
    inside: bool
    false: bool


def _sampled(
    model: Model, theorem: Theorem, starts: Sequence[Start], progress: Progress | None
) -> list[_Sample]:
    """What became of each start, and whether it is in the box and does otherwise."""
    eta, p0, q0 = (np.array([float(start[i]) for start in starts]) for i in range(3))
    epsilon = sp.lambdify(ETA, model.small_parameter(ETA), modules="numpy")(eta)
    below = q0 <= 1
    steps = _steps(model, float(epsilon.min()))
    width = float(theorem.alignment) * epsilon**2
    run = (values[below] for values in (eta, p0, q0, width))
    found = settle(model, *run, steps=steps, progress=progress)
    at = np.cumsum(below) - 1
    bounds = _latest(theorem, epsilon, p0)
    samples = []
    for i, start in enumerate(starts):
        if not below[i]:
            samples.append(_Sample(NOT_BELOW, inside=False, false=False))
            continue
        code = _code(found, int(at[i]), float(bounds[i]))
        inside = code != NO_WEIGHTS and _is_inside(model, theorem, start)
        kept = code == ALIGNS and _ends_as_told(model, theorem, found, int(at[i]), start)
        samples.append(_Sample(code, inside, inside and not kept))
    return samples


def _latest(
    theorem: Theorem, epsilon: NDArray[np.float64], p0: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The bound on t_a."""
    small = float(theorem.setting.p[0])
    more = np.where(p0 < small, 1 + float(theorem.per_small) * np.log(small / p0), 0.0)
    bound: NDArray[np.float64] = (
        float(theorem.time) + float(theorem.per_log) * np.log(1 / epsilon) + more
    )
    return bound


def _code(found: Settled, i: int, bound: float) -> int:
    if not found.possible[i]:
        return NO_WEIGHTS
    if found.diverged[i]:
        return DIVERGES
    # An orbit that is far away until it rests is aligned from its last step on at most.
    if found.aligned[i] < 0 or found.aligned[i] >= found.steps[i]:
        return FAILS
    return ALIGNS if found.aligned[i] <= bound else LATER


def _is_inside(model: Model, theorem: Theorem, start: Start) -> bool:
    s = theorem.setting
    epsilon = model.small_parameter(start[0])
    return bool(
        epsilon <= _exactly(s.largest)
        and _exactly(s.q[0]) <= start[2] <= _exactly(s.q[1])
        and start[1] <= _exactly(s.p[1])
    )


def _ends_as_told(model: Model, theorem: Theorem, found: Settled, i: int, start: Start) -> bool:
    """Whether a start of the box has the limit of q and the crossing of q = 1 that are told."""
    first, epsilon = (
        float(x) for x in (slow_curve(model).h_at_zero, model.small_parameter(start[0]))
    )
    if not abs(found.limit[i] - 1 - epsilon * first) <= float(theorem.limit) * epsilon**2:
        return False
    k = epsilon * float(found.crossing[i]) - math.log(1 / epsilon) / (4 * first)
    p, q = (fmpq(int(x.p), int(x.q)) for x in start[1:])
    return all(
        float(c.low) <= k <= float(c.high)
        for c in theorem.crossings
        if c.q[0] <= q <= c.q[1] and c.p[0] <= p <= c.p[1]  # several where one lies on an end
    )


def _steps(model: Model, epsilon: float) -> int:
    """Steps in which orbits come to rest. Raises InputError for too many."""
    first = abs(float(slow_curve(model).h_at_zero))
    steps = math.ceil((_MORE + math.log(1 / epsilon)) / (first * epsilon))
    if steps > _MOST_STEPS:
        raise InputError(f"the sampled orbits would take {steps} steps, at most {_MOST_STEPS}")
    return steps


def _regions(
    x: Sequence[sp.Rational], y: Sequence[sp.Rational], samples: Sequence[_Sample]
) -> Regions:
    codes = [sample.code for sample in samples]
    rows = tuple(tuple(codes[i : i + len(x)]) for i in range(0, len(codes), len(x)))
    return Regions(_NAMES, tuple(map(float, x)), tuple(map(float, y)), rows, _LOOKS)


def _faults(
    starts: Sequence[Start], samples: Sequence[_Sample], across: int, up: int
) -> tuple[Curve, ...]:
    at = [start for start, sample in zip(starts, samples, strict=True) if sample.false]
    x, y = (tuple(float(start[axis]) for start in at) for axis in (across, up))
    return (Curve(_FAULT, FAULT, x, y),) if at else ()


def _borders(
    model: Model, across: tuple[float, float], up: tuple[float, float]
) -> tuple[Curve, ...]:
    """q0 = 1, q0 = r(p0), and q0 = 2r(p0), beyond which the first step does not change p's sign."""
    p = np.linspace(*across, 200)[1:]
    r = np.array(response_at(model, p))
    curves = [Curve("$q_0 = 1$", REFERENCE, across, (1.0, 1.0))]
    for name, q in (("$q_0 = r(p_0)$", r), ("$q_0 = 2r(p_0)$", 2 * r)):
        inside = (up[0] <= q) & (q <= up[1])
        if inside.any():
            x, y = (tuple(map(float, values[inside])) for values in (p, q))
            curves.append(Curve(name, MAP, x, y))
    return tuple(curves)


def _size(model: Model, epsilon: fmpq) -> sp.Rational:
    """The step size of an ε: exactly, or a rational a little below."""
    eta = model.step_size(_exactly(epsilon))
    if eta.is_Rational:
        return eta
    return sp.Rational(math.floor(float(eta) * 10**9), 10**9)


def _spoken(value: sp.Rational) -> str:
    """A number as a decimal of six digits."""
    return f"{float(value):.6g}"


def _exactly(value: fmpq) -> sp.Rational:
    return sp.Rational(int(value.p), int(value.q))


def _asked(asked: Request) -> Picture:
    if is_two_sided(asked.model):
        raise InputError(
            f"{asked.model.response.text}: figure proved is of even losses; the theorem about "
            "others is told by trajalign prove"
        )
    if asked.certificate is None:
        with asked.bar("proving") as progress:
            theorem = prove(asked.model, quick(asked.model), progress)[1]
    else:
        file = asked.certificate
        theorem = replayed(file, "certificate", of=asked.model, bar=asked.bar).theorem
    with asked.bar("orbits") as progress:
        return proved_picture(asked.model, theorem, progress=progress)


KINDS = (
    Kind(
        "proved",
        "where the theorem is proved, and how sampled orbits align",
        _asked,
        takes=("certificate",),
    ),
)
