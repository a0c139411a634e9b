"""The constants of a response, read off its verdicts: those of the theory, and as measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..verification.statement import Statement
from ..verification.verdicts import Verdict
from .content import Hypotheses
from .rows import decimal_of


@dataclass(frozen=True)
class Constant:
    """`meaning` is a text with $formulas$ in LaTeX; `label` is the row that it is read off."""

    meaning: str
    exact: str
    decimal: str = ""
    measured: str = ""
    at: str = ""
    label: str = ""


def constants(
    hypotheses: Hypotheses, verdicts: Sequence[Verdict], ledger: Sequence[Statement]
) -> list[Constant]:
    """All constants of one response that its verdicts and its certificate name.

    Of a statement's numbers these are those that theory gives.
    """
    found = [
        Constant(meaning, text)
        for meaning, text in (
            (r"$\taR''(0)$", hypotheses.curvature),
            (r"$z_0 = \sup\{z : z \taR'(z)/\taR(z) \ge -1/2\}$", _ball(hypotheses.z0)),
            (r"$c = \max\{\taR(z_0), 1/2\}$", _ball(hypotheses.c)),
        )
        if text
    ]
    by_label = {verdict.label: verdict.quantities for verdict in verdicts}
    for verdict in verdicts:
        if verdict.is_hypothesis and "bound" in verdict.quantities:
            bound = _constant("the bound of A5", verdict.quantities["bound"], verdict.label)
            found.append(bound)
    for statement in ledger:
        for name, meaning in statement.numbers.items():
            value = by_label.get(statement.label, {}).get(name)
            if isinstance(value, Mapping) and "exact" in value:
                found.append(_constant(meaning, value, statement.label))
    return found


def _constant(meaning: str, value: Any, label: str) -> Constant:
    if not isinstance(value, Mapping):
        return Constant(meaning, str(value), label=label)
    at = ", ".join(f"{key[3:]} = {v}" for key, v in value.items() if key.startswith("at "))
    exact, measured = (str(value.get(name, "")) for name in ("exact", "measured"))
    return Constant(meaning, exact, decimal_of(value), measured, at, label)


def _ball(text: str) -> str:
    """A ball as it is written with ±.

    >>> _ball("[0.5 +/- 1e-9]")
    '0.5 ± 1e-9'
    """
    return text.strip("[]").replace("+/-", "±")
