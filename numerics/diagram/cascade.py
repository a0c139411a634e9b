"""What follows the symmetric 2-cycle of the frozen-q family as q falls: cycles at high precision.

Cycles are followed as cycles of the half map F = −g_q (see theory/diagram/branches.py): a 2-cycle
{a, b} of F is the asymmetric 2-cycle {a, −b} of g_q, and from there on the periods and the
multipliers of both agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import sympy as sp
from flint import arb, ctx
from numpy.typing import NDArray

from ...theory.arguments import instance, integer, takes
from ...theory.diagram.branches import FLIP, SYMMETRY_BREAKING
from ...theory.diagram.exact_roots import ExactRoot, log_slope_root
from ...theory.diagram.frozen_family import frozen_family
from ...theory.errors import InputError
from ...theory.models import MODEL, Model, P, Q
from ..compile.balls import MAX_BITS, compile_balls, evaluate, exact
from ..precision import working_bits

Floats = NDArray[np.float64]

_NEWTON_STEPS = 12
_SMALLEST_STEP = arb(2) ** -60  # of q; a continuation that needs smaller ones is lost
_SERIES_TERMS = 14
_NEAR_ZERO = 1 / 16  # in units of the response's scale: below it the power series serves


@takes(root=instance(ExactRoot), digits=integer)
def enclose_root(root: ExactRoot, digits: int) -> arb:
    """A ball of radius about 10^−digits, relative, that is proved to hold a zero of the equation.

    The equation changes its sign, in ball arithmetic, between the ball's ends. A closed form is
    confirmed: its ball must lie inside, and the equation there must contain 0.
    Raises ArithmeticError if either fails.

    >>> from trajalign.theory.responses import Activation
    >>> root = log_slope_root(Activation.parse("tanh"), sp.Integer(-1))
    >>> enclose_root(root, 20).contains(enclose_root(root, 40))
    True
    """
    with ctx.workprec(working_bits(digits)):
        equation = compile_balls(root.equation, [P])
        middle = sp.Rational(root.digits(digits + 10))
        radius = middle / sp.Integer(10) ** digits
        ends = [evaluate(equation, (exact(middle + s * radius),), 10)[0] for s in (-1, 1)]
        if not (ends[0] > 0 > ends[1] or ends[0] < 0 < ends[1]):
            raise ArithmeticError(f"{root.equation}: no change of sign at {root.digits(10)}")
        ball = arb(arb(exact(middle)).mid(), arb(exact(radius)) * 2)
        if root.closed_form is not None:
            closed = compile_balls(root.closed_form, [])()[0]
            if not (ball.contains(closed) and equation(closed)[0].contains(0)):
                raise ArithmeticError(f"{root.closed_form} is not a zero of {root.equation}")
        return ball


# The cascade ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cycle:
    """A cycle of g_q: its points in order, and its multiplier. Exact midpoints, no enclosures."""

    q: arb
    points: tuple[arb, ...]
    multiplier: arb

    @property
    def period(self) -> int:
        """The number of points."""
        return len(self.points)


@dataclass(frozen=True)
class Flip:
    """A period doubling at q, to the digits of the cascade.

    `kind` is SYMMETRY_BREAKING for the symmetric 2-cycle, which is a flip of −g_q only, and FLIP
    for the others; `cycle` is the one that loses stability there.
    """

    kind: str
    q: arb
    cycle: Cycle


@dataclass(frozen=True)
class CycleBranch:
    """Cycles of one period, by decreasing q, from just after their birth to their own flip."""

    period: int
    cycles: tuple[Cycle, ...]


@dataclass(frozen=True)
class Cascade:
    """Successive flips and the branches between them; `outcome` says why it ends where it does."""

    model: Model
    digits: int
    flips: tuple[Flip, ...]
    branches: tuple[CycleBranch, ...]
    outcome: str

    @property
    def feigenbaum_ratios(self) -> tuple[float, ...]:
        """(q_{k−1} − q_k)/(q_k − q_{k+1}), which tend to 4.6692…; one for every three flips."""
        with ctx.workprec(working_bits(self.digits)):
            gaps = [a.q - b.q for a, b in pairwise(self.flips)]
            return tuple(float(a / b) for a, b in pairwise(gaps))


@takes(model=MODEL, flips=integer, digits=integer)
def cascade(model: Model, flips: int = 5, *, digits: int = 30) -> Cascade:
    """Follow the period doublings of the frozen-q family downwards in q.

    Parameters: the model; how many flips to find, the loss of stability of the symmetric 2-cycle
    being the first; decimal digits of each q.
    Returns the flips found, fewer than asked for if one is subcritical (the cycle born there is
    unstable and lives at larger q) or the continuation is lost; `outcome` says so.
    Raises InputError if the symmetric 2-cycle is not found to lose stability, or `flips` < 1, and
    what `require_response` raises.

    >>> from trajalign.theory.models import TwoLayerLinear
    >>> from trajalign.theory.responses import Loss
    >>> found = cascade(TwoLayerLinear(Loss.parse("log(1+z**2)/2")), 2, digits=20)
    >>> [(flip.cycle.period, flip.q.str(15, radius=False)) for flip in found.flips]
    [(2, '0.500000000000000'), (2, '0.400000000000000')]
    """
    if flips < 1:
        raise InputError(f"cascade: need at least 1 flip, got {flips}")
    with ctx.workprec(working_bits(digits + 15)):
        half = _HalfMap(model, digits)
        found, branches = [half.symmetric_flip(model)], []
        while len(found) < flips:
            try:
                followed = half.follow(found[-1])
                found.append(half.flip_between(*followed[-2:]))
            except _LostError as lost:
                outcome = str(lost)
                break
            branches.append(CycleBranch(followed[0].period, tuple(map(half.of_g, followed))))
        else:
            outcome = f"{flips} flips found"
        shown = tuple(Flip(f.kind, f.q, half.of_g(f.cycle)) for f in found)
    return Cascade(model, digits, shown, tuple(branches), outcome)


class _LostError(Exception):
    """A continuation that cannot go on, and why."""


class _HalfMap:
    """F = −g_q and its cycles; a `Cycle` here has F's points."""

    def __init__(self, model: Model, digits: int) -> None:
        step = -frozen_family(model).step
        self._balls = compile_balls([step, sp.diff(step, P), sp.diff(step, Q)], [P, Q])
        self._tolerance = arb(10) ** (-digits - 5)
        self._digits = digits

    def _map(self, p: arb, q: arb) -> tuple[arb, ...]:
        """F, its slope and its rate in q at exact points, however much the formulas cancel."""
        bits = ctx.prec
        while True:
            with ctx.workprec(bits):
                found = self._balls(p.mid(), q.mid())
            sizes = (abs(p), arb(1), abs(p) / q)
            allowed = [self._tolerance / 100 * size.mid() for size in sizes]
            if all(v.is_finite() and v.rad() < a for v, a in zip(found, allowed, strict=True)):
                return tuple(v.mid() for v in found)
            if bits > MAX_BITS:
                raise _LostError(f"the map could not be computed at p = {p.str(10, radius=False)}")
            bits *= 2

    def symmetric_flip(self, model: Model) -> Flip:
        """Where the fixed point of F (the symmetric 2-cycle of g_q) has multiplier −1."""
        root = log_slope_root(model.response, sp.S.NegativeOne)
        p = enclose_root(root, self._digits + 10).mid()
        q = evaluate(compile_balls(frozen_family(model).response, [P]), (p,), ctx.prec)[0].mid()
        return Flip(SYMMETRY_BREAKING, q, self.solved(q, [p]))

    def of_g(self, cycle: Cycle) -> Cycle:
        """The cycle of g_q: every other point changes its sign; a fixed point of F gives ±p."""
        if cycle.period == 1:
            (p,) = cycle.points
            return Cycle(cycle.q, (p, -p), cycle.multiplier**2)
        signed = tuple(-p if i % 2 else p for i, p in enumerate(cycle.points))
        return Cycle(cycle.q, signed, cycle.multiplier)

    def solved(self, q: arb, guess: Sequence[arb], gap: arb | None = None) -> Cycle:
        """Newton's method on F(p_i) = p_{i+1}; with `gap`, q is free and p_0 − p_{n/2} is given.

        The equations are a cycle of scalar ones, so that every correction is A_i δ + B_i κ + E_i
        with δ that of p_0 and κ that of q.
        """
        points = [p.mid() for p in guess]
        n = len(points)
        for _ in range(_NEWTON_STEPS):
            a, b, e = [arb(1)], [arb(0)], [arb(0)]
            for i, p in enumerate(points):
                value, slope, rate = self._map(p, q)
                a.append((slope * a[-1]).mid())
                b.append((slope * b[-1] + rate).mid())
                e.append((slope * e[-1] + value - points[(i + 1) % n]).mid())
            if gap is None:
                delta, kappa = e[n] / (1 - a[n]), arb(0)
            else:
                k = n // 2
                wanted = gap - (points[0] - points[k]) + e[k]
                # (1 − a_n) δ − b_n κ = e_n and (1 − a_k) δ − b_k κ = wanted
                pivot = b[n] * (1 - a[k]) - b[k] * (1 - a[n])
                delta = (b[n] * wanted - b[k] * e[n]) / pivot
                kappa = ((1 - a[n]) * wanted - (1 - a[k]) * e[n]) / pivot
            moves = [a[i] * delta + b[i] * kappa + e[i] for i in range(n)]
            points = [(p + move).mid() for p, move in zip(points, moves, strict=True)]
            q = (q + kappa).mid()
            size = max(abs(m) for m in [*moves, kappa])
            if not all(x.is_finite() for x in (*points, q, size)) or q <= 0:
                break
            if size < self._tolerance * max(abs(p) for p in points):
                return Cycle(q, tuple(points), self._multiplier(points, q))
        raise _LostError(f"Newton's method found no {n}-cycle near q = {q.str(10, radius=False)}")

    def _multiplier(self, points: Sequence[arb], q: arb) -> arb:
        product = arb(1)
        for p in points:
            product = (product * self._map(p, q)[1]).mid()
        return product

    def moved(self, cycle: Cycle, q: arb) -> Cycle:
        """The same branch at another q, predicted along its tangent."""
        b = [arb(0)]
        a = [arb(1)]
        for p in cycle.points:
            _, slope, rate = self._map(p, cycle.q)
            a.append(slope * a[-1])
            b.append(slope * b[-1] + rate)
        delta = b[-1] / (1 - a[-1])
        step = q - cycle.q
        guess = [
            p + step * (a_i * delta + b_i) for p, a_i, b_i in zip(cycle.points, a, b, strict=False)
        ]
        return self.solved(q, guess)

    def born(self, flip: Flip) -> Cycle:
        """The cycle of twice the period close to a flip, on the eigenvector of the old one."""
        old = flip.cycle.points
        n, vector = len(old), [arb(1)]
        for p in old:
            vector.append(vector[-1] * self._map(p, flip.q)[1])
        others = [abs(p - old[0]) for p in old[1:]]
        half = min([abs(old[0]), *others]) / (100 * max(abs(v) for v in vector[:n]))
        guess = [old[i % n] + (half if i < n else -half) * vector[i % n] for i in range(2 * n)]
        cycle = self.solved(flip.q, guess, 2 * half)
        if cycle.q >= flip.q:
            raise _LostError(f"subcritical flip at q = {flip.q.str(15, radius=False)}")
        return cycle

    def follow(self, flip: Flip) -> list[Cycle]:
        """The cycle born at a flip, downwards in q until its multiplier has passed −1."""
        found = [self.born(flip)]
        step = flip.q - found[0].q
        while found[-1].multiplier > -1:
            here = found[-1]
            try:
                there = self.moved(here, here.q - step)
            except _LostError:
                there = None
            if there is None or not self._continues(here, there):
                step /= 2
                if step < _SMALLEST_STEP * here.q:
                    raise _LostError(f"continuation lost at q = {here.q.str(15, radius=False)}")
                continue
            found.append(there)
            # The multiplier falls from 1 to −1; about ten steps of it are wanted.
            if abs(there.multiplier - here.multiplier) < arb(1) / 8:
                step *= 2
        return found

    @staticmethod
    def _continues(here: Cycle, there: Cycle) -> bool:
        """No jump of the multiplier, and no fall back to half the period."""
        k = here.period // 2
        before, after = (abs(c.points[0] - c.points[k]) for c in (here, there))
        return bool(abs(there.multiplier - here.multiplier) < arb(1) / 2 and after > before / 2)

    def flip_between(self, high: Cycle, low: Cycle) -> Flip:
        """Where the multiplier is −1 between two cycles of a branch: secant kept in a bracket."""
        last, near = high, low
        for _ in range(60):
            excess, change = near.multiplier + 1, near.multiplier - last.multiplier
            q = (near.q - excess * (near.q - last.q) / change).mid() if change != 0 else near.q
            if not low.q < q < high.q:
                q = ((low.q + high.q) / 2).mid()
            last, near = near, self.moved(near, q)
            if abs(near.q - last.q) < self._tolerance * near.q:
                return Flip(FLIP, near.q, near)
            if near.multiplier > -1:
                high = near
            else:
                low = near
        raise _LostError(f"the flip near q = {near.q.str(10, radius=False)} did not settle")
