"""The slow curve to first order where the map is not odd in p, in closed form.

h(p) and h(p̃) are tied by the invariance of the curve at p and at p̃: two linear equations.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import sympy as sp

from ..algebra.symbolic import cancelled, rationally_zero
from ..errors import ReducedMapError
from ..models import EPSILON, ETA, Model, P, Q, R, ReducedModel

OPPOSITE = sp.Symbol("p_o", negative=True)  # p̃
SLOPE, HEIGHT = sp.Symbol("g"), sp.Symbol("Q_0", positive=True)  # g(p), Q₀(p)
RISE, OTHER_RISE = sp.symbols("g_p g_o", positive=True)  # g'(p), g'(p̃)
H, OTHER_H = sp.symbols("h h_o", real=True)  # h(p), h(p̃)


@dataclass(frozen=True)
class FirstOrder:
    """What the equations at p are made of; those at p̃ follow by exchanging the two points.

    `moved` is (p' − p̃)/ε and `risen` (q'/Q₀ − 1)/ε on the curve at ε = 0, in H, and `steepness` is
    Q₀'/Q₀ at p. All in P, OPPOSITE, SLOPE, HEIGHT, RISE and OTHER_RISE.
    """

    moved: sp.Expr
    risen: sp.Expr
    steepness: sp.Expr

    @property
    def equation(self) -> sp.Expr:
        """h(p̃) + (Q₀'/Q₀)(p̃)·moved − risen, which is 0."""
        return OTHER_H + exchanged(self.steepness) * self.moved - self.risen

    @property
    def h(self) -> sp.Expr:
        """h(p)."""
        both = [self.equation, exchanged(self.equation)]
        found = sp.solve([e.subs(HEIGHT, 2 * SLOPE / (P - OPPOSITE)) for e in both], [H, OTHER_H])
        return cancelled(found[H])


def exchanged(e: sp.Expr) -> sp.Expr:
    """An expression at p̃ in the place of p: g(p̃) = −g(p), and Q₀ is the same."""
    pairs = ((P, OPPOSITE), (RISE, OTHER_RISE), (H, OTHER_H))
    swap = {a: b for one, other in pairs for a, b in ((one, other), (other, one))}
    return e.xreplace({**swap, SLOPE: -SLOPE})


@lru_cache(maxsize=32)
def two_sided_first_order(model: Model) -> FirstOrder:
    """The first order of a model's generic map about q = Q₀(p), by exact algebra.

    Raises ReducedMapError where the map at ε = 0 does not take (p, Q₀) to (p̃, Q₀).
    """
    return first_order_of(model.generic(), model.step_size(EPSILON))


def first_order_of(generic: ReducedModel, eta: sp.Expr) -> FirstOrder:
    """The same from a generic map and η in ε, which may have letters of their own."""
    place = {ETA: eta, R(P): SLOPE / P, Q: HEIGHT * (1 + EPSILON * H)}
    p_next, q_next = (e.subs(place) for e in (generic.p_next, generic.q_next))
    on_cycle = {HEIGHT: 2 * SLOPE / (P - OPPOSITE)}
    rest = [(p_next - OPPOSITE).subs(EPSILON, 0).subs(on_cycle), q_next.subs(EPSILON, 0) - HEIGHT]
    if not all(map(rationally_zero, rest)):
        raise ReducedMapError("at ε = 0 the curve q = Q₀(p) does not consist of 2-cycles")
    moved, risen = (
        sp.expand(cancelled(sp.diff(e, EPSILON).subs(EPSILON, 0)))
        for e in (p_next, q_next / HEIGHT)
    )
    steepness = RISE / SLOPE - (1 + RISE / OTHER_RISE) / (P - OPPOSITE)
    return FirstOrder(moved, risen, steepness)
