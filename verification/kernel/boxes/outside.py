"""Where an orbit leaves a tube of half the width at once, sought by numbers: Coq proves it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import sympy as sp

from ....theory.curve.first_order import generic_h
from ....theory.expressions.parsing import Z
from ....theory.models import ETA, PHI_SQUARED, Model, P, Q, R

_DIGITS = 60
_BEYOND = sp.Rational(101, 100)  # of the width, at least, which `interval` then sees


def leaves(model: Model, eta: Fraction, places: Iterator[Fraction], width: Fraction) -> Any:
    """The place from which an orbit goes farthest outside, as a Fraction, or None where none does.

    Parameters: a model; a step size; places p; the tube is |q/r − 1 − hε| ≤ `width` ε², and the
    orbits begin at its upper edge.
    """
    found = [
        (distance, p) for p in places if (distance := _after(model, eta, p, width)) is not None
    ]
    farthest = max(found, default=None)
    return farthest[1] if farthest and farthest[0] > _BEYOND * sp.Rational(width) else None


def _after(model: Model, eta: Fraction, place: Fraction, width: Fraction) -> Any:
    """(q/r − 1 − hε)/ε² a step later, None where that is no number."""
    generic, r = model.generic(), model.response.response
    h = _put_in(model, generic_h(model))
    step, p = sp.Rational(eta), sp.Rational(place)
    epsilon = model.small_parameter(ETA).subs(ETA, step)
    ratio = 1 + h.subs(P, p) * epsilon + sp.Rational(width) * epsilon**2
    at = {ETA: step, P: p, Q: (r.subs(Z, p) * ratio).evalf(_DIGITS)}
    p, q = (_put_in(model, e).subs(at).evalf(_DIGITS) for e in (generic.p_next, generic.q_next))
    found = ((q / r.subs(Z, p) - 1 - h.subs(P, p) * epsilon) / epsilon**2).evalf(_DIGITS)
    return found if found.is_Float else None


def _put_in(model: Model, e: Any) -> Any:
    response = model.response
    e = e.replace(R, lambda a: response.response.subs(Z, a))
    if response.square is not None:
        square = response.square
        e = e.replace(PHI_SQUARED, lambda a: square.subs(Z, a))
    return e.doit()
