"""The verdict on one label: what was judged, on what evidence, with which numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from ..theory.hypotheses import NAMES
from ..theory.models import HYPOTHESES
from ..theory.models.options import told
from .quantities import Compared, Order, Quantities


class Outcome(Enum):
    """What a check can say; `meaning` tells it in a line."""

    meaning: str

    def __new__(cls, word: str, meaning: str) -> Outcome:
        made = object.__new__(cls)
        made._value_, made.meaning = word, meaning
        return made

    PASS = "pass", "the check found no objection"
    FAIL = "fail", "it did, and a witness says where"
    UNDECIDED = "undecided", "nothing can be said, for the reason given"
    NOT_APPLICABLE = (
        "not-applicable",
        "a hypothesis fails for this response, or what the row says is said of nothing here",
    )


class Evidence(Enum):
    """How strong the evidence is, weakest first; no word is stronger than what was done.

    `promise` is what a pass with this evidence says, and `trust` what has to be trusted for it.
    """

    promise: str
    trust: str

    def __new__(cls, word: str, promise: str, trust: str) -> Evidence:
        made = object.__new__(cls)
        made._value_, made.promise, made.trust = word, promise, trust
        return made

    SAMPLED = (
        "sampled",
        "finitely many points or orbits agree; nothing about the others",
        "that what was not tried is like what was",
    )
    DERIVED = (
        "derived",
        (
            "an exact identity: symbolically, and in balls at random points; or a sign decided by "
            "exact algebra"
        ),
        "SymPy, this program",
    )
    ENCLOSED = (
        "enclosed",
        (
            "a proof in ball arithmetic over the whole range that the row speaks of: every z > 0, "
            "or every start in a box, or all step sizes up to a number"
        ),
        "FLINT, this program, Python, the machine; at infinity a symbolic rewriting",
    )
    KERNEL = (
        "kernel-checked",
        (
            "Coq's kernel accepts the statement, its hypotheses can hold together, and a falsified "
            "copy is refuted"
        ),
        "Coq, and that the statement says what the page says",
    )

    @property
    def strength(self) -> int:
        """The place on the ladder."""
        return list(Evidence).index(self)


@dataclass(frozen=True)
class ReadShare:
    """How much of a statement's derivation Coq of some version read.

    `checked` of `steps` formulas are kernel-checked; `argued` says that some of it is in words.
    """

    coq: str
    checked: int
    steps: int
    argued: bool = False

    @property
    def whole(self) -> bool:
        """Whether nothing is left that Coq did not read."""
        return self.checked == self.steps and not self.argued


@dataclass(frozen=True)
class Verdict:
    """One row of the result.

    `witness` reproduces a failure; `reason` is one line for people; `quantities` are what was
    found, by name. `options` are the settings of the model, none where it is as it is by default.
    `read` is how much of the derivation Coq read, None where it was not asked.
    """

    label: str
    model: str
    response: str
    outcome: Outcome
    evidence: Evidence | None = None
    reason: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    quantities: Quantities = field(default_factory=dict)
    hypotheses: tuple[Verdict, ...] = ()
    witness: Mapping[str, str] | None = None
    seconds: float = 0.0
    options: Mapping[str, str] = field(default_factory=dict)
    read: ReadShare | None = None

    @property
    def subject(self) -> tuple[str, str]:
        """The model with its settings, and the response: what all of one table is about."""
        return told(self.model, self.options), self.response

    @property
    def is_hypothesis(self) -> bool:
        """Whether this is a verdict on a hypothesis rather than on a statement."""
        return self.label.split("/", 1)[-1] in HYPOTHESES.get(self.model, NAMES)

    @property
    def coefficient(self) -> Compared | None:
        """The number that theory gives beside the measured one, where it is about one."""
        found = self.quantities.get("coefficient")
        return found if isinstance(found, Compared) else None

    @property
    def order(self) -> Order | None:
        """The order of its error term, where it claims one."""
        found = self.quantities.get("order")
        return found if isinstance(found, Order) else None

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
