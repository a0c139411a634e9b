"""Cycles of a map of one variable, followed as its parameter falls, at high precision.

The points of a cycle come from Newton's method, the next cycle from the one before along its
tangent, and the period doublings from where the multiplier is −1. Nothing here is an enclosure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sympy as sp
from flint import arb, ctx

from ...theory.diagram.branches import FLIP
from ..compile.balls import MAX_BITS, compile_balls

_NEWTON_STEPS = 12
_SMALLEST_STEP = arb(2) ** -60  # of q; a continuation that needs smaller ones is lost


@dataclass(frozen=True)
class Cycle:
    """A cycle at q: its points in order, and its multiplier. Exact midpoints, no enclosures."""

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


class LostError(Exception):
    """A continuation that cannot go on, and why."""


class Continuation:
    """The cycles of a map `step`, an expression in a variable and a parameter q.

    `digits` are those of each q; `unit` is a size of the variable, where a fixed point at 0 has
    none.
    """

    def __init__(
        self,
        step: sp.Expr,
        variable: sp.Symbol,
        parameter: sp.Symbol,
        digits: int,
        unit: arb | None = None,
    ) -> None:
        symbols = [variable, parameter]
        self._balls = compile_balls([step, *(sp.diff(step, x) for x in symbols)], symbols)
        self._tolerance = arb(10) ** (-digits - 5)
        self._unit = arb(1) if unit is None else unit

    def doublings(self, first: Flip, count: int) -> tuple[list[Flip], list[CycleBranch], str]:
        """The flips from the `first` one on, the branches between them, and why they end there."""
        found, branches = [first], list[CycleBranch]()
        while len(found) < count:
            try:
                followed = self.follow(found[-1])
                found.append(self.flip_between(*followed[-2:]))
            except LostError as lost:
                return found, branches, str(lost)
            branches.append(CycleBranch(followed[0].period, tuple(followed)))
        return found, branches, f"{count} flips found"

    def _map(self, p: arb, q: arb) -> tuple[arb, ...]:
        """The map, its slope and its rate in q at exact points, however much the formulas
        cancel."""
        bits = ctx.prec
        while True:
            with ctx.workprec(bits):
                found = self._balls(p.mid(), q.mid())
            size = self._unit if p.is_zero() else abs(p)
            sizes = (size, arb(1), size / q)
            allowed = [self._tolerance / 100 * size.mid() for size in sizes]
            if all(v.is_finite() and v.rad() < a for v, a in zip(found, allowed, strict=True)):
                return tuple(v.mid() for v in found)
            if bits > MAX_BITS:
                raise LostError(f"the map could not be computed at p = {p.str(10, radius=False)}")
            bits *= 2

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
        raise LostError(f"Newton's method found no {n}-cycle near q = {q.str(10, radius=False)}")

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
        size = self._unit if old[0].is_zero() else abs(old[0])
        half = min([size, *others]) / (100 * max(abs(v) for v in vector[:n]))
        guess = [old[i % n] + (half if i < n else -half) * vector[i % n] for i in range(2 * n)]
        cycle = self.solved(flip.q, guess, 2 * half)
        if cycle.q >= flip.q:
            raise LostError(f"subcritical flip at q = {flip.q.str(15, radius=False)}")
        return cycle

    def follow(self, flip: Flip) -> list[Cycle]:
        """The cycle born at a flip, downwards in q until its multiplier has passed −1."""
        found = [self.born(flip)]
        step = flip.q - found[0].q
        while found[-1].multiplier > -1:
            here = found[-1]
            try:
                there = self.moved(here, here.q - step)
            except LostError:
                there = None
            if there is None or not self._continues(here, there):
                step /= 2
                if step < _SMALLEST_STEP * here.q:
                    raise LostError(f"continuation lost at q = {here.q.str(15, radius=False)}")
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
        raise LostError(f"the flip near q = {near.q.str(10, radius=False)} did not settle")
