"""What a proof kernel read of a derivation, in words with references to its formulas."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from ..theory.derivation.latex import latex
from ..verification.kernel.readings import Readings

Condition = tuple[sp.Expr, str]
_RELATIONS = {"≠": r"\neq", ">": ">", "≥": r"\geq"}


def read_words(readings: Readings, label: str, claims: Sequence[str]) -> str:
    """Which formulas of a derivation Coq accepts, those with the same side conditions together.

    Parameters: what Coq read; the derivation's label; the steps with a formula that can be read.
    """
    checked = readings.checked(label)
    groups: dict[tuple[Condition, ...], list[str]] = {}
    for step in claims:
        if step in checked:
            groups.setdefault(checked[step], []).append(step)
    parts = [f"{_references(steps)}{_where(given)}" for given, steps in groups.items()]
    left = [step for step in claims if step not in checked]
    accepts = f"The kernel of Coq {readings.coq} accepts {'; '.join(parts) or 'none of it'}"
    if not left:
        return f"{accepts}."
    return f"{accepts}; not read by it {'is' if len(left) == 1 else 'are'} {_references(left)}."


def _references(steps: Sequence[str]) -> str:
    *most, last = (rf"\stepref{{{step}}}" for step in steps)
    return f"{', '.join(most)} and {last}" if most else last


def _where(given: Sequence[Condition]) -> str:
    """Side conditions, in words."""
    if not given:
        return ""
    return " where " + ", ".join(f"${latex(e)} {_RELATIONS[sign]} 0$" for e, sign in given)
