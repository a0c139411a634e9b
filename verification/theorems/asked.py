"""What a user asks a theorem to be about, as the search takes it, or refused by name."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp
from flint import fmpq

from ...theory.errors import InputError
from ...theory.expressions.parsing import Z
from ...theory.models import Model
from ...theory.models.base import P
from ...theory.requirements import require_curved, value_at
from ..hypotheses.assumptions import Assumptions
from .proof import Range, is_two_sided, require_form
from .rough import rough
from .settings import Wanted, rational_above

_HIGHEST = sp.Rational(9, 10)  # q0 by default
Ends = tuple[sp.Rational, sp.Rational]


def wanted(
    model: Model,
    eta0: sp.Rational | None,
    q0: Ends | None,
    p0: Ends | None,
    told: Mapping[str, str],
) -> Wanted:
    """Step sizes up to η₀, the ends of q0 and of |p0|; None is left to the search.

    `told` has how each was given, by its name, for the message. Raises InputError for what no
    theorem is about, and what `require_curved` and `require_form` raise.

    >>> from trajalign.theory.models import TwoLayerLinear
    >>> wanted(TwoLayerLinear("log-cosh"), sp.Rational(1, 20), None, None, {}).largest
    1/400
    """
    require_curved(model.response)
    require_form(model)
    return Wanted(
        None if eta0 is None else _largest(model, eta0, told),
        None if q0 is None else _heights(model, q0, told),
        None if p0 is None else _sizes(model, p0, q0, told),
    )


def _largest(model: Model, eta0: sp.Rational, told: Mapping[str, str]) -> fmpq:
    if not eta0 > 0:
        raise InputError(f"{told['eta0']}: need a positive number")
    epsilon = model.small_parameter(eta0)
    if not epsilon < 1:
        raise InputError(f"{told['eta0']}: need epsilon < 1, but it is {float(epsilon):.6g}")
    return rational_above(epsilon)


def _heights(model: Model, q0: Ends, told: Mapping[str, str]) -> Range:
    low, high = q0
    if not 0 < low < high < 1:
        raise InputError(f"{told['q0']}: need A,B with c < A < B < 1")
    constants = Assumptions(model).constants
    if constants is not None and not constants.c < _fmpq(low):
        raise InputError(
            f"{told['q0']}: need A,B with c < A < B < 1, and c is {float(constants.c):.6g}"
        )
    return _fmpq(low), _fmpq(high)


def _sizes(model: Model, p0: Ends, q0: Ends | None, told: Mapping[str, str]) -> Range:
    low, high = p0
    if not 0 < low < high:
        raise InputError(f"{told['p0']}: need A,B with 0 < A < B")
    # At ε = 0 a step takes p to (1 − 2r/q) p, which is 0 or on p's own side where r(p) ≤ q/2.
    top = _HIGHEST if q0 is None else q0[1]
    if is_two_sided(model):
        if rough(model).least(float(high)) <= float(top) / 2:
            raise InputError(
                f"{told['p0']}: need g(p)/p > q0/2 for q0 up to {top} where p has half-width B, so "
                "that p changes sign"
            )
    elif value_at(model.response.response.subs(Z, P), high) <= top / 2:
        raise InputError(
            f"{told['p0']}: need r(B) > q0/2 for q0 up to {top}, so that p changes sign"
        )
    return _fmpq(low), _fmpq(high)


def _fmpq(value: sp.Rational) -> fmpq:
    return fmpq(int(value.p), int(value.q))
