"""What follows the symmetric 2-cycle of the frozen-q family as q falls: cycles at high precision.

Cycles are followed as cycles of the half map F = −g_q (see theory/diagram/branches.py): a 2-cycle
{a, b} of F is the asymmetric 2-cycle {a, −b} of g_q, and from there on the periods and the
multipliers of both agree. Where g_q is not odd there is no half map: its own cycles are followed,
from the flip at q = 1 on.
"""

from __future__ import annotations

from dataclasses import dataclass

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
from ...theory.models.product import evenly
from ...theory.valleys import Valley
from ..compile.balls import compile_balls, evaluate, exact
from ..precision import working_bits
from .continuation import Continuation, Cycle, CycleBranch, Flip
from .doublings import PeriodDoublings

_SHOWN = 8  # digits
Floats = NDArray[np.float64]


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


@dataclass(frozen=True, repr=False)
class Cascade(PeriodDoublings):
    """The same of the frozen-q family of a model, downwards in q."""

    model: Model

    def __repr__(self) -> str:
        told = "; ".join(f"{f.kind} at q = {f.q.str(_SHOWN, radius=False)}" for f in self.flips)
        return f"<Cascade of {self.model.designation}, {self.model.given}: {told}: {self.outcome}>"


@takes(model=MODEL, flips=integer, digits=integer)
def cascade(model: Model, flips: int = 5, *, digits: int = 30) -> Cascade:
    """Follow the period doublings of the frozen-q family downwards in q.

    Parameters: the model; how many flips to find, the loss of stability of the symmetric 2-cycle
    being the first, or that of p = 0 where the loss is not even; decimal digits of each q.
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
        if isinstance(model.response, Valley) and not model.response.even:
            return _of_two_sides(model, flips, digits)
        even = evenly(model)
        half = _HalfMap(even, digits)
        found, followed, outcome = half.doublings(half.symmetric_flip(even), flips)
        shown = tuple(Flip(f.kind, f.q, half.of_g(f.cycle)) for f in found)
        branches = (CycleBranch(b.period, tuple(map(half.of_g, b.cycles))) for b in followed)
        return Cascade(digits, shown, tuple(branches), outcome, model)


def _of_two_sides(model: Model, flips: int, digits: int) -> Cascade:
    """Of a map that is not odd: the first flip is that of p = 0, and no other map is needed."""
    unit = arb(exact(model.response.scale))
    cycles = Continuation(frozen_family(model).step, P, Q, digits, unit)
    first = Flip(FLIP, arb(1), Cycle(arb(1), (arb(0),), arb(-1)))
    found, branches, outcome = cycles.doublings(first, flips)
    return Cascade(digits, tuple(found), tuple(branches), outcome, model)


class _HalfMap(Continuation):
    """F = −g_q and its cycles; a `Cycle` here has F's points."""

    def __init__(self, model: Model, digits: int) -> None:
        super().__init__(-frozen_family(model).step, P, Q, digits)
        self._digits = digits

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
