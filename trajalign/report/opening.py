"""What a page begins with: the diagram, what is proved, and the few numbers that matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..verification.statement import Statement
from ..verification.verdicts import Evidence, Outcome, Verdict
from .constants import Constant

# What a reader asks for first: how sharp the bend is, from which q0 on the theory speaks, where q
# and the sharpness end, when q passes 1.
_FIRST = ("curvature", "c", "limit", "saturation", "crossing")
_PROVED = "theorem/"
_STRONG = (Evidence.ENCLOSED, Evidence.KERNEL)


@dataclass(frozen=True)
class Conclusion:
    """One conclusion that is proved for all step sizes up to a number: for which, and what.

    `conclusion` is a text with $formulas$, and with the numbers that were proved.
    """

    label: str
    step_sizes: str
    orbits: str
    conclusion: str


def proved(verdicts: Sequence[Verdict], ledger: Sequence[Statement]) -> list[Conclusion]:
    """The rows of `theorem/…` that pass with a proof, in their order."""
    known = {statement.label: statement for statement in ledger}
    return [
        Conclusion(
            verdict.label,
            str(verdict.parameters["eta0"]),
            _orbits(verdict),
            known[verdict.label].told(verdict.parameters, verdict.quantities),
        )
        for verdict in verdicts
        if verdict.label.startswith(_PROVED)
        and verdict.outcome is Outcome.PASS
        and verdict.evidence in _STRONG
    ]


def _orbits(verdict: Verdict) -> str:
    """Of which orbits it is proved."""
    reach = verdict.quantities.get("|p|")
    return f"{verdict.parameters['orbits']}{'' if reach is None else f', |p| {reach}'}"


def first_numbers(constants: Sequence[Constant], model: str) -> list[Constant]:
    """Those constants of a model that say where the edge is and how far below 2/η it rests."""
    by_name = {one.name.removeprefix(f"{model}/"): one for one in constants if one.exact}
    return [by_name[name] for name in _FIRST if name in by_name]
