"""SymPy expressions turned into nodes that compute Taylor coefficients over a box.

A quotient that is 0/0 at 0 has its zeros divided out there, by exact orders of vanishing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import sympy as sp
from flint import arb, arb_series, fmpq

from ...theory.errors import NoExpansionError
from ...theory.functions import row_of
from ...theory.series import taylor
from .elementary import FUNCTIONS, Coefficients, power, substituted_at
from .program import exact

_MAX_VANISHING = 12  # orders of vanishing at 0 that are looked for
_LOOKS = (1, 3, _MAX_VANISHING)  # of which the first are cheap, and mostly enough
_NEAR = fmpq(1, 2)  # boxes as near to 0 as this have 0/0 divided out even if they do not contain 0


@dataclass(frozen=True)
class Place:
    """Where an expression is expanded; `known` remembers the series of subexpressions there."""

    box: arb
    parameters: tuple[arb, ...]
    known: dict[tuple[int, int], arb_series] = field(default_factory=dict)

    @cached_property
    def with_zero(self) -> Place:
        """The smallest box that contains this one and 0."""
        return Place(self.box.union(arb(0)), self.parameters)


# The first n coefficients at a place. If the first is finite, all of them are.
Node = Callable[[Place, int], arb_series]


class JetCompiler:
    """Turns each distinct subexpression into one node."""

    def __init__(self, variable: sp.Symbol, parameters: tuple[sp.Symbol, ...]) -> None:
        self.variable, self.parameters = variable, parameters
        self.nodes: dict[sp.Expr, Node] = {}
        self.orders: dict[sp.Expr, int] = {}  # of vanishing at 0
        self.count = 0  # of nodes, which are known to a place by number
        self.origin = Place(arb(0), ())

    def node(self, e: sp.Expr) -> Node:
        if e not in self.nodes:
            self.nodes[e] = self._remembered(self._build(e))
        return self.nodes[e]

    def _remembered(self, node: Node) -> Node:
        self.count += 1
        name = self.count

        def look_up(place: Place, n: int) -> arb_series:
            found = place.known.get((name, n))
            if found is None:
                found = place.known[name, n] = node(place, n)
            return found

        return look_up

    def _build(self, e: sp.Expr) -> Node:
        if e == self.variable:
            return lambda place, n: arb_series([place.box, 1], n)
        if e in self.parameters:
            index = self.parameters.index(e)
            return lambda place, n: arb_series([place.parameters[index]], n)
        if e.is_Rational:
            number = exact(e)
            return lambda place, n: arb_series([arb(number)], n)
        if e is sp.pi or e is sp.E:
            constant = arb.pi if e is sp.pi else arb.const_e
            return lambda place, n: arb_series([constant()], n)
        if e.is_Add:
            return self._sum(e)
        if e.is_Mul:
            return self._product(e)
        if e.is_Pow and e.exp.is_Rational:
            exponent = exact(e.exp)
            return self._composition(lambda x, n: power(x, exponent, n), e.base)
        if type(e) in FUNCTIONS and len(e.args) == 1:
            return self._composition(FUNCTIONS[type(e)], e.args[0])
        if isinstance(e, sp.Abs | sp.sign | sp.DiracDelta):
            return _kinked(type(e), self.node(e.args[0]))
        raise TypeError(f"cannot compile {e} ({type(e).__name__}) to jets")

    def _sum(self, e: sp.Expr) -> Node:
        if self._may_join_poles(e):
            joined = sp.together(e)
            if not joined.is_Add:
                return self.node(joined)
        return _added([self.node(term) for term in e.args])

    def _product(self, e: sp.Expr) -> Node:
        if any(self._may_join_poles(factor.as_base_exp()[0]) for factor in e.args):
            joined = sp.together(e)
            if joined != e:
                return self.node(joined)
        factors = [self.node(factor) for factor in e.args]
        plain, orders = _multiplied(factors), [self._vanishing(f) for f in e.args]
        if min(orders) >= 0 or sum(orders) < 0:  # nothing divides by 0 at 0, or a pole does
            return plain
        reduced = [
            self._reduced(f, node) if order else node
            for f, order, node in zip(e.args, orders, factors, strict=True)
        ]
        return _without_pole(
            plain, _multiplied([*reduced, self.node(self.variable ** sum(orders))])
        )

    def _may_join_poles(self, e: sp.Expr) -> bool:
        """Whether `e` is a sum of terms with poles at 0, which may cancel."""
        factors = (f for term in e.args for f in sp.Mul.make_args(term))
        return bool(e.is_Add) and any(self._vanishing(f) < 0 for f in factors)

    def _reduced(self, factor: sp.Expr, node: Node) -> Node:
        """`factor` divided by variable^k, k its order of vanishing."""
        base, exponent = factor.as_base_exp() if factor.is_Pow else (factor, sp.Integer(1))
        if base == self.variable:
            return self.node(sp.Integer(1))
        inner, v = self.node(base), self._vanishing(base)

        # If f vanishes to order v at 0, f(z)/z^v is the mean of f^(v)(sz)/v! over 0 ≤ s ≤ 1 with
        # the density v (1−s)^(v−1); differentiating k times under the integral shows its k-th
        # Taylor coefficient at z to be a mean of f^(v+k)/(v+k)! over the segment from 0 to z.
        def divided(place: Place, n: int) -> arb_series:
            whole = inner(place.with_zero, n + v)
            return arb_series([whole[v + k] for k in range(n)], n)

        return _composed(lambda x, n: power(x, exact(exponent), n), divided)

    def _composition(self, outer: Coefficients, argument: sp.Expr) -> Node:
        if argument == self.variable:
            return _of_variable(outer)
        return _composed(outer, self.node(argument))

    def _vanishing(self, e: sp.Expr) -> int:
        if e not in self.orders:
            most = self._first_certain(e) if e.is_Add and not self.parameters else _MAX_VANISHING
            looks = _LOOKS if most == _MAX_VANISHING else (most + 1,)
            self.orders[e] = most and vanishing_order(e, self.variable, self.parameters, looks)
        return self.orders[e]

    def _first_certain(self, e: sp.Expr) -> int:
        """The first coefficient at 0 that is certainly not 0: so far the exact series is looked at,
        and not at all where it is the value itself."""
        series = self.node(e)(self.origin, _MAX_VANISHING)
        certain = (k for k in range(_MAX_VANISHING) if not series[k].contains(0))
        return next((k for k in certain if series[k].is_finite()), _MAX_VANISHING)


def vanishing_order(
    e: sp.Expr,
    variable: sp.Symbol,
    parameters: tuple[sp.Symbol, ...] = (),
    looks: tuple[int, ...] = _LOOKS,
) -> int:
    """A proved lower bound of the order of vanishing at 0; exact where no parameter occurs.

    Negative for a power of something that vanishes with a negative exponent. `looks` are the
    numbers of coefficients that are worked out, one after the other.

    >>> z = sp.Symbol("z", real=True)
    >>> vanishing_order(z - sp.sinh(z), z), vanishing_order(sp.tanh(z) / z**2, z)
    (3, -1)
    """
    if e.is_Pow and e.exp.is_Integer:
        return int(e.exp) * vanishing_order(e.base, variable, parameters)
    if e == variable:
        return 1
    if not e.has(variable):
        return 0
    if e.is_Mul:
        return sum(vanishing_order(factor, variable, parameters) for factor in e.args)
    if parameters and e.has(*parameters):
        if e.is_Add:
            return min(vanishing_order(term, variable, parameters) for term in e.args)
        row = row_of(e)  # an odd function is 0 at 0
        odd = row is not None and row.odd
        return max(0, vanishing_order(e.args[0], variable, parameters)) if odd else 0
    try:
        for terms in looks:
            coefficients = taylor(e, terms, variable)
            found = next((k for k, c in enumerate(coefficients) if c != 0), None)
            if found is not None:
                return found
    except NoExpansionError:
        return 0
    return looks[-1]


def _of_variable(outer: Coefficients) -> Node:
    """f(x), where nothing has to be substituted."""

    def node(place: Place, n: int) -> arb_series:
        coefficients = outer(place.box, n)
        if not (place.box.is_finite() and all(c.is_finite() for c in coefficients)):
            return _undefined(n)
        return arb_series(coefficients, n)

    return node


def _composed(outer: Coefficients, inner: Node) -> Node:
    """f(g) as Σ f_k(g_0) (g − g_0)^k, with the Taylor coefficients f_k over the ball g_0."""

    def node(place: Place, n: int) -> arb_series:
        g = inner(place, n)
        if not _is_defined(g):
            return _undefined(n)
        coefficients = outer(g[0], n)
        if not all(c.is_finite() for c in coefficients):
            return _undefined(n)
        if n == 1:
            return arb_series(coefficients, 1)
        tail = arb_series([0, *(g[k] for k in range(1, n))], n)
        return substituted_at(place.box, coefficients, tail)

    return node


def _undefined(n: int) -> arb_series:
    # Returned at once where a coefficient is NaN, because for FLINT's polynomials 0 · NaN is 0.
    return arb_series([arb.nan()] * n, n)


def _is_defined(series: arb_series) -> bool:
    """Whether what a node gave is finite."""
    return bool(series[0].is_finite())


def _added(terms: list[Node]) -> Node:
    first, *others = terms

    def node(place: Place, n: int) -> arb_series:
        total = first(place, n)
        for term in others:
            total = total + term(place, n)
        return total

    return node


def _multiplied(factors: list[Node]) -> Node:
    def node(place: Place, n: int) -> arb_series:
        result: arb_series | None = None
        for factor in factors:
            series = factor(place, n)
            if not _is_defined(series):
                return _undefined(n)
            result = series if result is None else result * series
        return arb_series([1], n) if result is None else result

    return node


def _without_pole(plain: Node, divided: Node) -> Node:
    """Far from 0 the plain quotient, at 0 the divided one, near 0 the better of the two."""

    def node(place: Place, n: int) -> arb_series:
        if not place.box.abs_lower() <= arb(_NEAR):
            return plain(place, n)
        near = divided(place, n)
        if place.box.contains(0):
            return near
        direct = plain(place, n)
        return arb_series([sharper(direct[k], near[k]) for k in range(n)], n)

    return node


def _kinked(kind: type[sp.Function], inner: Node) -> Node:
    """|u|, its derivative sign u and the derivative 0 of that, where u is certainly not 0."""

    def node(place: Place, n: int) -> arb_series:
        u = inner(place, n)
        if u[0].contains(0) or not _is_defined(u):
            return _undefined(n)
        sign = 1 if u[0] > 0 else -1
        return {sp.Abs: sign * u, sp.sign: arb_series([sign], n)}.get(kind, arb_series([0], n))

    return node


def sharper(first: arb, second: arb) -> arb:
    """The intersection of two enclosures of the same value."""
    if not first.is_finite() or not second.is_finite():
        return second if second.is_finite() else first
    return first.intersection(second)
