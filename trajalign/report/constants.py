"""The constants of a response, read off its verdicts: those of the theory, and as measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..verification.quantities import Compared
from ..verification.statement import Statement
from ..verification.verdicts import Verdict
from .gathered import Hypotheses


@dataclass(frozen=True)
class Constant:
    """`meaning` is a text with $formulas$ in LaTeX; `label` is the row that it is read off.

    `name` tells it from others: "curvature", "z0", "c", or the label of the statement whose
    coefficient it is.
    """

    meaning: str
    exact: str
    decimal: str = ""
    measured: str = ""
    at: str = ""
    label: str = ""
    name: str = ""


def constants(
    hypotheses: Hypotheses, verdicts: Sequence[Verdict], ledger: Sequence[Statement]
) -> list[Constant]:
    """All constants of one response that its verdicts and its certificate name.

    Of a statement's numbers these are those that theory gives.
    """
    found = [
        Constant(meaning, text, name=name)
        for name, meaning, text in (
            ("curvature", r"$\taR''(0)$", hypotheses.curvature),
            ("z0", r"$z_0 = \sup\{z : z \taR'(z)/\taR(z) \ge -1/2\}$", _ball(hypotheses.z0)),
            ("c", r"$c = \max\{\taR(z_0), 1/2\}$", _ball(hypotheses.c)),
        )
        if text
    ]
    by_label = {verdict.label: verdict.quantities for verdict in verdicts}
    for verdict in verdicts:
        if verdict.is_hypothesis and "bound" in verdict.quantities:
            bound = str(verdict.quantities["bound"])
            found.append(Constant("the bound of A5", bound, label=verdict.label))
    for statement in ledger:
        for name, meaning in statement.numbers.items():
            value = by_label.get(statement.label, {}).get(name)
            if isinstance(value, Compared):
                of = statement.label if name == "coefficient" else f"{statement.label} {name}"
                found.append(_constant(meaning, value, statement.label, of))
    return found


def _constant(meaning: str, value: Compared, label: str, name: str) -> Constant:
    at = ", ".join(f"{name} = {number}" for name, number in value.at)
    return Constant(meaning, value.exact, value.beside, value.measured, at, label, name)


def _ball(text: str) -> str:
    """A ball as it is written with ±.

    >>> _ball("[0.5 +/- 1e-9]")
    '0.5 ± 1e-9'
    """
    return text.strip("[]").replace("+/-", "±")
