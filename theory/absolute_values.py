"""Formulas in |z| that are smooth at 0, such as |z| + log(1 + e^(−2|z|)) − log 2, or log cosh z.

With |z| → z such a formula becomes g(z), its value for z ≥ 0, and with |z| → −z it becomes h(z),
its value for z ≤ 0. It is smooth where g is and g = h, which is proved (see `identities`). Where no
proof is found, the formula stays as it is, and its kink at 0 with it.
"""

from __future__ import annotations

import sympy as sp

from .expressions.parsing import Z
from .identities import is_identically_zero


def without_absolute_values(e: sp.Expr) -> sp.Expr:
    """An equal expression without |z|, where the two that it consists of are one; else `e` itself.

    >>> from trajalign.theory.expressions.parsing import parse_expression
    >>> without_absolute_values(parse_expression("abs(z)*tanh(abs(z))/2"))
    z*tanh(z)/2
    >>> without_absolute_values(parse_expression("abs(z)**3"))
    z**2*Abs(z)
    """
    # For SymPy, √z² of a real z is |z| already. Other kinks, such as |sin z|, are left alone.
    if not e.has(sp.Abs) or any(a.args[0] != Z for a in e.atoms(sp.Abs)):
        return e
    right, left = e.replace(sp.Abs, lambda u: u), e.replace(sp.Abs, lambda u: -u)
    return right if is_identically_zero(right - left) else e
