"""The slow curve's h_k as formulas: for a generic response, and for the one at hand.

For the one at hand they are short where its differential field is known; elsewhere the generic ones
are filled in.
"""

from __future__ import annotations

from itertools import pairwise

import sympy as sp

from ..arguments import integer, takes
from ..errors import InputError
from ..expressions.parsing import Z
from ..models import PHI_SQUARED, Model, P, R
from ..models.base import MODEL
from ..models.product import evenly
from ..requirements import require_curved
from ..valleys import Valley
from .adjoining import field_of
from .differential_field import DifferentialField
from .epsilon_series import CurveSolver, root_of
from .first_order import generic_h
from .two_sided_field import G, TwoSidedField
from .two_sided_first_order import OPPOSITE

_MOST = 8  # orders; h_4 of a generic response has hundreds of terms


@takes(model=MODEL, order=integer)
def curve_closed(model: Model, order: int) -> tuple[sp.Expr, ...]:
    """h_1, …, h_order for this response, as expressions in p.

    Where the response lies in a differential field that is known they are short, as quotients of
    polynomials in p and functions such as tanh p. For any other they are the formulas of
    `curve_generic` with r, r', r'', … filled in: exact as well, but long, and 0/0 at p = 0.
    Of a loss that is not even about its minimum they are in p > 0 and p_o < 0, `OPPOSITE` in
    theory/curve/two_sided_first_order.py: the point with g(p_o) = −g(p), which no formula gives.

    Raises what `require_curved` raises (h_k never hides a division by 0), and InputError for an
    order that is not from 1 to 8, or at which even the generic formula is too long.

    >>> from trajalign.theory.models import TwoLayerLinear
    >>> curve_closed(TwoLayerLinear("pseudo-huber"), 2)
    (1/(2*(p**2 + 1)), (p**2 + 2)/(4*(p**2 + 1)**2))
    >>> curve_closed(TwoLayerLinear("1 - cos(z)"), 1)[0].subs(P, 1).n(15)
    0.635148551907805
    """
    require_curved(model.response)
    _require_order(order)
    try:
        return curve_in_field(model, order)
    except InputError:
        return _filled_in(model, order)


def curve_in_field(model: Model, order: int) -> tuple[sp.Expr, ...]:
    """h_1, …, h_order in the differential field of the response.

    Raises what `require_curved` raises, and InputError where no field of the response is known, or
    the form gets too long.

    >>> from trajalign.theory.models import TwoLayerLinear
    >>> curve_in_field(TwoLayerLinear("1 - cos(z)"), 1)
    Traceback (most recent call last):
    trajalign.theory.errors.InputError: no closed form: sin(p) is in no differential field ...
    """
    require_curved(model.response)
    if _is_even_without_target(model):
        model = evenly(model)
    found = field_of(model)
    solver = CurveSolver(model, found)
    return tuple(found.expression(solver.advance()) for _ in range(order))


@takes(model=MODEL, order=integer)
def curve_generic(model: Model, order: int) -> tuple[sp.Expr, ...]:
    """h_1, …, h_order in terms of r, r', r'', … (and φ²), for an unspecified response; where the
    loss need not be even, of g(p), g'(p), … and g'(p_o), g''(p_o), …, with g(p_o) = −g(p).

    Raises InputError for an order that is not from 1 to 8, or at which the formula is too long.

    >>> from trajalign.theory.models import Product, SingleNeuron
    >>> curve_generic(SingleNeuron("tanh"), 1)
    (-r(p)*w(p)/(p*Derivative(r(p), p)),)
    >>> sorted(map(str, curve_generic(Product("log-cosh", target=1), 1)[0].atoms(sp.Derivative)))
    ['Derivative(g(p), p)', 'Derivative(g(p_o), p_o)']
    """
    _require_order(order)
    if model.response.symmetry == "none":
        return _two_sided(model, order, even=False)
    generic = _generic_field(model, order)
    even = CurveSolver(model, generic)
    return tuple(generic.expression(even.advance()) for _ in range(order))


def _two_sided(model: Model, order: int, *, even: bool) -> tuple[sp.Expr, ...]:
    sides = TwoSidedField(model, order, even=even)
    solver = CurveSolver(model, sides)
    return tuple(sides.expression(solver.advance()) for _ in range(order))


def _generic_field(model: Model, order: int) -> DifferentialField:
    first, *others = sp.symbols(f"r0:{order + 2}")
    w, n = sp.Symbol("w"), root_of(model)
    r = first**n  # where the map has an n-th root of q, that of r stands for r
    names: dict[sp.Symbol, sp.Expr] = {P: P, w: PHI_SQUARED(P), first: R(P) ** sp.Rational(1, n)}
    names |= {symbol: sp.diff(R(P), P, k) for k, symbol in enumerate(others, start=1)}
    slopes = {P: P, w: 2 * P**2 * r}  # (φ²)' = 2φφ' = 2 p r
    slopes |= {first: P * others[0] / (n * first ** (n - 1))}
    slopes |= {a: P * b for a, b in pairwise(others)}
    return DifferentialField(names, slopes, r, w, P**2, root=(first, n))


def _filled_in(model: Model, order: int) -> tuple[sp.Expr, ...]:
    """The generic formulas with the response put in."""
    valley = model.response
    if isinstance(valley, Valley):
        sides = {G(z): valley.slope.subs(Z, z) for z in (P, OPPOSITE)}
        found = _two_sided(model, order, even=valley.even)
        return tuple(h.subs(sides).doit() for h in found)
    if order == 1:  # which does not need a rational map
        return (model.concrete(generic_h(model)),)
    return tuple(model.concrete(h) for h in curve_generic(model, order))


def _is_even_without_target(model: Model) -> bool:
    """Whether the map is that of the linear network, ε being counted in another unit."""
    valley = model.response
    return isinstance(valley, Valley) and valley.even and model.output == P


def _require_order(order: int) -> None:
    if not 1 <= order <= _MOST:
        raise InputError(f"order = {order}: need an order from 1 to {_MOST}")
