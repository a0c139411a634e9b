"""One step about the slow curve over boxes: v = S − 1 − Σ εᵏ h_k(x), x = p², S = q/r(p).

v' = v + xΦ with Φ = S (ετ (1 − xG r Dι) − G r Dι) + G Σ εᵏ Dh_k, where γ = 1 − |p'/p|, G = γ(2 − γ)
and so x' = x − xG; ι = 1/r; q'/q = 1 + εxτ; and Df is the divided difference of f between x and x'.
That is S' = S·(r(x) ι(x'))·(q'/q) and v' = S' − 1 − H(x') written so that nothing is 0/0. The j-th
Taylor coefficient of Df(x, δ) in δ is a mean of f_(j+1) = f^(j+1)/(j+1)! between x and x + δ.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, ClassVar

from flint import arb, arb_series, fmpq

from ...numerics.compile.jet_compiler import sharper
from ...numerics.compile.ring_functions import compile_rational
from ...numerics.curve.taylor_models import CurveModels, Located, TaylorModels
from ...theory.curve.epsilon_series import RESPONSE, X
from ...theory.curve.normal_form import OMEGA, NormalForm, S, normal_form
from ...theory.models import EPSILON, Model
from .bounds import hull
from .errors import NotProvedError

_MORE_ORDERS = 2  # of Φ in ε beyond the first, before the remainder


@dataclass(frozen=True)
class Place:
    """What a step needs of x: over a box, and the functions there."""

    x: Any  # a ball, or a series of balls
    r: Any
    omega: Any
    h: tuple[Any, ...]


class SlowCurveStep(ABC):
    """A step of a model about its slow curve to order K, with what follows from (v' − v)/x alone.

    `sides` are the same step for orbits on one side of p = 0 each, in the order in which an orbit
    comes to them; a step without a side speaks of all.
    """

    two_sided: ClassVar[bool]
    model: Model
    order: int
    curve: TaylorModels

    @property
    @abstractmethod
    def sides(self) -> tuple[SlowCurveStep, ...]:
        """The step on each side."""

    @abstractmethod
    def place(self, x: arb) -> Place:
        """The functions over a box of x."""

    @abstractmethod
    def gamma(self, at: Place, excess: Any, epsilon: Any) -> Any:
        """γ = 1 − √(x'/x), given S − 1."""

    @abstractmethod
    def drift(self, at: Place, s: Any, epsilon: Any) -> Any:
        """τ, with q'/q = 1 + εxτ."""

    @abstractmethod
    def image(self, x: arb, q: arb, epsilon: arb) -> tuple[arb, arb]:
        """x' and ∂x'/∂x over a box, given q."""

    @abstractmethod
    def started(self, q: tuple[fmpq, fmpq], x: arb, epsilon: arb) -> tuple[arb, arb]:
        """Bounds of the height that rises for starts with q0 in a range, over a box."""

    @abstractmethod
    def first(self, at: Place) -> arb:
        """The h₁ of which the theorem speaks."""

    @abstractmethod
    def second(self, at: Place, room: arb, largest: arb) -> arb:
        """(Q − 1 − εh₁)/ε² for all orbits with S = 1 + εh₁ + ε²(h₂ + w), w in `room`, and all ε ≤
        `largest`; Q is what the theorem calls q/r."""

    @abstractmethod
    def phi(self, at: Place, v: arb_series, epsilon: arb_series, n: int) -> arb_series:
        """Φ = (v' − v)/x, to n terms."""

    def height(self, at: Place, epsilon: Any) -> Any:
        """Σ εᵏ h_k."""
        return reduce(lambda total, h: epsilon * (h + total), reversed(at.h), arb(0))

    def pull(self, at: Place, s: arb, epsilon: arb) -> tuple[arb, arb]:
        """Bounds of xτ over a box. Raises NotProvedError unless τ > 0 there: q rises."""
        drift = self.drift(at, s, epsilon)
        if not drift > 0:
            raise NotProvedError(f"q is not known to rise for x in {at.x.str(4)}")
        # End by end: the product of two wide balls would be wider.
        low, high = at.x.lower().max(arb(0)), at.x.upper()
        return (low * drift.lower()).lower(), (high * drift.upper()).upper()

    def slope_in_v(self, at: Place, v: arb, epsilon: arb) -> arb:
        """∂Φ/∂v over a box: at the middle of v, and what ∂²Φ/∂v² leaves from there."""
        middle = v.mid()
        inside = self.phi(at, arb_series([middle, 1], 2), arb_series([epsilon], 2), 2)[1]
        over = self.phi(at, arb_series([v, 1], 3), arb_series([epsilon], 3), 3)
        return sharper(inside + 2 * over[2] * (v - middle), over[1])

    def on_curve(self, at: Place, largest: arb) -> arb:
        """|Φ| at v = 0 divided by ε^(K+1), for 0 < ε ≤ `largest`: an upper bound, NaN where none is
        known.

        The coefficients of Φ at v = 0 below ε^(K+1) are 0 by algebra: that defines h_1, …, h_K.
        """
        first = self.order + 1
        last = first + _MORE_ORDERS
        zero = arb_series([0], last + 1)
        inside = self.phi(at, zero, arb_series([0, 1], last), last)
        every = hull(0, largest)
        over = self.phi(at, zero, arb_series([every, 1], last + 1), last + 1)
        total = over[last]
        for k in range(last - 1, first - 1, -1):
            total = inside[k] + every * total
        return abs(total).upper()

    def lower_orders(self, x: arb) -> list[arb]:
        """The coefficients of Φ at v = 0 below ε^(K+1), by balls: a guard, they contain 0."""
        n = self.order + 1
        phi = self.phi(self.place(x), arb_series([0], n), arb_series([0, 1], n), n)
        return [phi[k] for k in range(n)]


class Step(SlowCurveStep):
    """The step of a map that is odd in p, for 0 ≤ x ≤ `end`: both sides are one.

    Raises what `normal_form` and `CurveModels` raise.
    """

    two_sided = False

    def __init__(self, model: Model, order: int, end: fmpq) -> None:
        self.model, self.order = model, order
        self.form: NormalForm = normal_form(model)
        self.curve = CurveModels(model, order, end)
        self._has_omega = model.response.square is not None
        symbols = (X, RESPONSE, OMEGA, S, EPSILON)
        self._forced: Callable[..., Any] = compile_rational(self.form.forced, symbols)
        self._drift: Callable[..., Any] = compile_rational(self.form.drift, symbols)

    @property
    def sides(self) -> tuple[SlowCurveStep, ...]:
        return (self,)

    def place(self, x: arb) -> Place:
        at = self.curve.located(x)
        h = tuple(at.value(f"h{k + 1}") for k in range(self.order))
        return Place(x, at.value("r"), self._omega(at, 1)[0], h)

    def sources(self, x: arb, count: int) -> tuple[list[arb], list[arb]]:
        """r and φ²/x over a box of x, with `count` − 1 derivatives."""
        at = self.curve.located(x)
        return at.over("r", count), self._omega(at, count)

    def _omega(self, at: Located, count: int) -> list[arb]:
        return at.over("omega", count) if self._has_omega else [arb(0)] * count

    def forced(self, at: Place, s: Any, epsilon: Any) -> Any:
        """(γ − 2(S − 1)/S)/ε."""
        return self._forced(at.x, at.r, at.omega, s, epsilon)

    def gamma(self, at: Place, excess: Any, epsilon: Any) -> Any:
        s = 1 + excess
        return 2 * excess / s + epsilon * self.forced(at, s, epsilon)

    def drift(self, at: Place, s: Any, epsilon: Any) -> Any:
        return self._drift(at.x, at.r, at.omega, s, epsilon)

    def image(self, x: arb, q: arb, epsilon: arb) -> tuple[arb, arb]:
        r, omega = (arb_series(known, 2) for known in self.sources(x, 2))
        place, e = arb_series([x, 1], 2), arb_series([epsilon], 2)
        s = q / r
        gamma = 2 * (s - 1) / s + e * self._forced(place, r, omega, s, e)
        after = place * (1 - gamma) * (1 - gamma)
        return after[0], after[1]

    def started(self, q: tuple[fmpq, fmpq], x: arb, epsilon: arb) -> tuple[arb, arb]:
        return arb(q[0]).lower(), arb(q[1]).upper()

    def first(self, at: Place) -> arb:
        found: arb = at.h[0]
        return found

    def second(self, at: Place, room: arb, largest: arb) -> arb:
        found: arb = at.h[1] + room
        return found

    def phi(self, at: Place, v: arb_series, epsilon: arb_series, n: int) -> arb_series:
        height = self.height(at, epsilon)
        s = 1 + height + v
        excess = height + v
        gamma = self.gamma(at, excess, epsilon)
        shrink = gamma * (2 - gamma)
        move = -at.x * shrink
        reached = at.x if _is_zero(move[0]) else at.x.union(at.x + move[0])
        between = self.curve.located(reached)
        steep = at.r * divided("inverse", between, move, n)
        grown = epsilon * self.drift(at, s, epsilon)
        total = s * (grown * (1 - at.x * shrink * steep) - shrink * steep)
        bent = arb_series([0], n)
        for k in range(self.order, 0, -1):
            bent = epsilon * (bent + divided(f"h{k}", between, move, n))
        return of_length(total + shrink * bent, n)


def divided(name: str, between: Located, move: arb_series, n: int) -> arb_series:
    """The divided difference of a function over `move`, as a series; `between` is all from x to
    where that leads."""
    return composed(between.over(name, n + 1)[1:], move, n)


def composed(coefficients: Sequence[arb], inner: arb_series, n: int) -> arb_series:
    """Σ c_k (inner − inner_0)^k, the coefficients being those over the ball inner_0."""
    offset = arb_series([0, *(inner[k] for k in range(1, n))], n)
    total = arb_series([coefficients[n - 1]], n)
    for k in range(n - 2, -1, -1):
        total = total * offset + coefficients[k]
    return total


def _is_zero(x: arb) -> bool:
    return bool(x == 0)


def of_length(series: arb_series, n: int) -> arb_series:
    """A series that has to be known to n terms: what is beyond them reads as 0 in FLINT."""
    if series.prec < n:
        raise ArithmeticError("a series came out too short")
    return series
