"""The slow curve to second and third order: what aligned orbits follow more closely."""

from __future__ import annotations

from functools import partial

import sympy as sp
from flint import arb, ctx

from ...numerics.curve.cells import curve_cells
from ...numerics.curve.two_sided import two_sided_curve
from ...numerics.precision import working_bits
from ...theory.curve.series import curve_series
from ...theory.errors import InputError
from ...theory.valleys import Valley
from ..measuring.claims import Claim
from ..measuring.curve_scan import curve_term
from ..measuring.plans import Plan
from ..statement import ALL_STARTS, BY_LADDER, NEW, Form
from .alignment import AlignmentClaim

_MANY_DIGITS = 60  # of h_k(0) where it is not written exactly


def _claim(label: str, plan: Plan, order: int) -> Claim:
    at_zero = _at_zero(plan, order)
    *lower, h = (curve_term(k) for k in range(1, order + 1))
    return AlignmentClaim(label, at_zero, h=h, lower=tuple(lower))


def _at_zero(plan: Plan, order: int) -> sp.Expr:
    """h_order(0): exactly where r's power series is rational up to a unit, else to many digits."""
    try:
        return curve_series(plan.model, order).limit[order]
    except InputError:
        if isinstance(plan.model.response, Valley):
            value = two_sided_curve(plan.model, order).at(arb(0)).values[order]
        else:
            value = curve_cells(plan.model, order).at(arb(0))[order]
    with ctx.workprec(working_bits(_MANY_DIGITS)):
        return sp.Float(value.str(_MANY_DIGITS, radius=False), _MANY_DIGITS)


def _form(order: int, below: str) -> Form:
    between = "" if order == 2 else r" - \dots"
    return Form(
        f"slow-curve-{order}",
        78 + order,
        says=lambda laws: (
            rf"$|\taQ_t/{laws.height}(\taP_t) - 1 - \taH(\taP_t){laws.epsilon()}{between} - "
            rf"\taH_{order}(\taP_t){laws.epsilon(order)}| \le C{laws.epsilon(order + 1)}$ "
            r"from such a $t_a$ on"
        ),
        about=lambda laws: ALL_STARTS,
        claim=partial(_claim, order=order),
        origin=NEW,
        refuted_by=BY_LADDER,
        rests_on=(below,),
        numbers={"coefficient": rf"$\taH_{order}(0)$"},
    )


FORMS = (_form(2, "alignment"), _form(3, "slow-curve-2"))
