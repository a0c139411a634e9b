"""The verdict on one label: what was judged, on what evidence, with which numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from ..theory.hypotheses import NAMES
from ..theory.models import HYPOTHESES


class Outcome(Enum):
    """What a check can say."""

    PASS = "pass"
    FAIL = "fail"
    UNDECIDED = "undecided"
    NOT_APPLICABLE = "not-applicable"


class Evidence(Enum):
    """How strong the evidence is, weakest first; no word is stronger than what was done."""

    SAMPLED = "sampled"
    DERIVED = "derived"
    ENCLOSED = "enclosed"

    @property
    def strength(self) -> int:
        """The place on the ladder."""
        return list(Evidence).index(self)


@dataclass(frozen=True)
class Verdict:
    """One row of the result.

    `witness` reproduces a failure; `reason` is one line for people; `quantities` maps a name to
    {"exact": …, "measured": …} or to a single number, all as text.
    """

    label: str
    model: str
    response: str
    outcome: Outcome
    evidence: Evidence | None = None
    reason: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    quantities: Mapping[str, Any] = field(default_factory=dict)
    hypotheses: tuple[Verdict, ...] = ()
    witness: Mapping[str, str] | None = None
    seconds: float = 0.0

    @property
    def is_hypothesis(self) -> bool:
        """Whether this is a verdict on a hypothesis rather than on a statement."""
        return self.label.split("/", 1)[-1] in HYPOTHESES.get(self.model, NAMES)

    def __post_init__(self) -> None:
        if self.outcome is Outcome.FAIL and not self.witness:
            raise ValueError(f"{self.label}: a failure needs a witness")


# Worst first, of parts that must all hold. What was left undecided may still fail; what does not
# apply has its reason in another part, which is worse, unless it speaks of nothing.
_WORST_FIRST = (Outcome.FAIL, Outcome.UNDECIDED, Outcome.NOT_APPLICABLE, Outcome.PASS)


def worst(outcomes: Sequence[Outcome]) -> Outcome:
    """What is to be said of several parts together. Raises ValueError for none.

    >>> worst([Outcome.PASS, Outcome.FAIL, Outcome.UNDECIDED]).value
    'fail'
    """
    return min(outcomes, key=_WORST_FIRST.index)


def exit_status(outcomes: list[Outcome]) -> int:
    """0 all pass, 1 some fail, 3 none fails but some are undecided.

    >>> exit_status([Outcome.PASS, Outcome.NOT_APPLICABLE]), exit_status([Outcome.UNDECIDED])
    (0, 3)
    """
    if Outcome.FAIL in outcomes:
        return 1
    return 3 if Outcome.UNDECIDED in outcomes else 0
