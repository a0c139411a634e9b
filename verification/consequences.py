"""Which numbers of a run are multiples of r''(0) or of its inverse: found by comparing responses.

A number is told as one where it is the same simple multiple for the response at hand and for
another one of the catalogue, with another r''(0) and other terms beyond. That it is so for every
response is for the derivations to say, and for none where a supremum may lie elsewhere.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import sympy as sp

from ..theory.errors import InputError
from ..theory.expressions.parsing import parse_constant
from ..theory.models import Model
from ..theory.valleys import Valley
from .ledger import claim_for
from .measuring.claims import NotApplicableError
from .measuring.plans import Plan
from .quantities import Compared, Quantities

_HEIGHT = sp.Rational(9, 10)  # q0 of the other response's start
_SIMPLE = 12  # what numerator and denominator of a multiple do not exceed


def with_consequence(label: str, plan: Plan, found: Quantities) -> Quantities:
    """The quantities of a statement, with its coefficient told as a multiple where it is one."""
    compared = found.get("coefficient")
    if not isinstance(compared, Compared):
        return found
    law = consequence(label, plan.model, compared.exact)
    return {**found, "coefficient": replace(compared, law=law)} if law else found


def consequence(label: str, model: Model, exact: str) -> str:
    """Which multiple of r''(0) or 1/r''(0) the number under a label is, `exact` for this model; ""
    if none that another response shares.

    >>> from trajalign.theory.models import of
    >>> consequence("linear/limit", of("linear", "log-cosh"), "3/4")
    "−1/(2r''(0))"
    >>> consequence("linear/slow-curve-2", of("linear", "log-cosh"), "63/80")
    ''
    """
    if isinstance(model.response, Valley) or not _closed(exact):
        return ""
    try:
        value, curvature = parse_constant(exact), model.response.curvature
        for power in (1, -1):
            factor = sp.nsimplify(value / curvature**power) if curvature != 0 else sp.nan
            if not factor.is_Rational or max(abs(factor.p), factor.q) > _SIMPLE:
                continue
            other = _another(model)
            if other is None:
                return ""
            elsewhere = factor * other.response.curvature**power
            if sp.simplify(_number(label, other) - elsewhere) == 0:
                return _told(factor, power)
    except (InputError, NotApplicableError, ArithmeticError):
        return ""
    return ""


def _closed(exact: str) -> bool:
    return "." not in exact and not exact.startswith(("≥", "≤", "<", ">"))


def _another(model: Model) -> Model | None:
    """The model with another response of the catalogue, whose r''(0) is another one."""
    kind = type(model.response)
    curvature = model.response.curvature
    others = (kind.parse(name) for name in kind.catalogue)
    found = (other for other in others if other.curvature != curvature)
    response = next(found, None)
    return None if response is None else model.with_response(response)


@lru_cache(maxsize=64)
def _number(label: str, model: Model) -> sp.Expr:
    """The coefficient that the statement claims for this model; NaN where it claims none."""
    start = (model.response.scale / 2, _HEIGHT)
    return getattr(claim_for(label, Plan(model, starts=(start,))), "coefficient", sp.nan)


def _told(factor: sp.Rational, power: int) -> str:
    """A multiple of r''(0), which is negative, or of 1/r''(0).

    >>> _told(sp.Rational(-1, 2), -1), _told(sp.S(-1), 1), _told(sp.Rational(1, 2), 1)
    ("−1/(2r''(0))", "−r''(0)", "r''(0)/2")
    """
    sign, (top, below) = "−" if factor < 0 else "", (abs(factor.p), factor.q)
    letter = "r''(0)"
    if power == 1:
        return f"{sign}{'' if top == 1 else top}{letter}{'' if below == 1 else f'/{below}'}"
    return f"{sign}{top}/{letter}" if below == 1 else f"{sign}{top}/({below}{letter})"
