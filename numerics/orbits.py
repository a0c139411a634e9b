"""Orbits of a reduced map at high precision, recorded step by step."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp
from flint import arb, ctx, fmpq

from ..theory.errors import InputError, NotFiniteError, UnresolvedError
from ..theory.models import ETA, Model, P, Q
from .balls import BallFunction, compile_balls, evaluate, exact

_BITS_PER_DIGIT = 3.3219280948873626
_GUARD_BITS = 30
_ESCAPE = sp.Integer(10**6)


@dataclass(frozen=True)
class Orbit:
    """(p_t, q_t) for t = 0, 1, …; each entry is an exact binary number held in an `arb`.

    `outcome` is "converged" (|p| fell to the size asked for), "diverged" or "step limit";
    `crossing` is the first t with q_t > 1, or None.
    """

    eta: sp.Rational
    digits: int
    p: tuple[arb, ...]
    q: tuple[arb, ...]
    outcome: str
    crossing: int | None

    def __len__(self) -> int:
        return len(self.p)


def working_bits(digits: int) -> int:
    """The working precision in bits for `digits` decimal digits."""
    return int(digits * _BITS_PER_DIGIT) + _GUARD_BITS


def compile_step(model: Model) -> BallFunction:
    """The reduced map (p, q, η) ↦ (p', q'), compiled once for many orbits."""
    return compile_balls([model.reduced.p_next, model.reduced.q_next], [P, Q, ETA])


def iterate(
    step: BallFunction,
    eta: sp.Rational,
    start: tuple[sp.Rational, sp.Rational],
    *,
    digits: int = 50,
    until: sp.Rational,
    max_steps: int,
    escape: sp.Rational = _ESCAPE,
) -> Orbit:
    """Iterate the reduced map from an exact start until |p| ≤ `until`, or |p| > `escape`.

    Every step is computed to `digits` decimal digits and more; where cancellation in the user's
    expression eats digits, that step is repeated at a higher precision.
    Raises InputError for p0 = 0, q0 ≤ 0 or η ≤ 0.
    """
    p0, q0 = start
    if eta <= 0 or q0 <= 0 or p0 == 0:
        raise InputError(f"orbit: need eta > 0, q0 > 0, p0 != 0; got eta={eta}, q0={q0}, p0={p0}")
    bits = working_bits(digits)
    stop, fixed_eta = exact(until), exact(eta)
    with ctx.workprec(bits):
        p, q = arb(exact(p0)).mid(), arb(exact(q0)).mid()
        ps, qs, outcome = [p], [q], "step limit"
        advance = _Stepper(step, fixed_eta, bits)
        limit, far = arb(stop), arb(exact(escape))
        for _ in range(max_steps):
            try:
                p, q = advance(p, q)
            except NotFiniteError:
                outcome = "diverged"
                break
            ps.append(p)
            qs.append(q)
            if abs(p) <= limit:
                outcome = "converged"
                break
            if abs(p) > far or q <= 0:
                outcome = "diverged"
                break
        crossing = next((t for t, value in enumerate(qs) if value > 1), None)
    return Orbit(eta, digits, tuple(ps), tuple(qs), outcome, crossing)


class _Stepper:
    """One step at working precision; remembers how many extra bits the last steps needed."""

    def __init__(self, step: BallFunction, eta: fmpq, bits: int) -> None:
        self.step, self.eta, self.bits = step, eta, bits
        self.precision = bits

    def __call__(self, p: arb, q: arb) -> tuple[arb, arb]:
        wanted = self.bits - _GUARD_BITS + 10
        while self.precision <= 8 * self.bits:
            with ctx.workprec(self.precision):
                p_next, q_next = self.step(p, q, arb(self.eta))
            if p_next.rel_accuracy_bits() >= wanted and q_next.rel_accuracy_bits() >= wanted:
                break
            self.precision += self.bits
        else:
            try:
                p_next, q_next = evaluate(self.step, (p, q, self.eta), wanted)
            except UnresolvedError:  # the orbit lands on p = 0, or closer to it than can be seen
                with ctx.workprec(8 * self.bits):
                    p_next, q_next = self.step(p, q, arb(self.eta))
        return (p_next + 0).mid(), (q_next + 0).mid()  # rounded to the precision in force
