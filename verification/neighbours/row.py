"""What a row of the table is: a claim of a neighbouring paper, in numbers that can come out wrong.

What is expected, and by how much a number may be off, is said before anything is run.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ..verdicts import Evidence, Outcome
from .effort import Effort
from .laws import Law

_DIGITS = 6  # of a number in the table
_NOISE = 1e-9  # a measured number that is smaller is not shown


@dataclass(frozen=True)
class Source:
    """A paper; `key` is its name in the table."""

    key: str
    authors: str
    title: str
    year: int
    arxiv: str

    @property
    def citation(self) -> str:
        """In one line.

        >>> Source("song", "M. Song, C. Yun", "Trajectory Alignment", 2023, "2307.04204").citation
        'M. Song, C. Yun: Trajectory Alignment (2023), arXiv:2307.04204'
        """
        return f"{self.authors}: {self.title} ({self.year}), arXiv:{self.arxiv}"


@dataclass(frozen=True)
class Expected:
    """One number that is predicted: `name` is what is measured, `formula` what it should be.

    It has to lie in [low, high]; `why` says where these come from. `value` is what it is close
    to, None where only bounds are claimed.
    """

    name: str
    formula: str
    low: float
    high: float
    why: str
    value: float | None = None

    @property
    def shown(self) -> str:
        """The prediction in the table.

        >>> near("gap", "1/2", 0.5, 0.01, "why").shown, at_most("rise", "0", 0.0, "why").shown
        ('0.5', '≤ 0')
        """
        if self.value is not None:
            return _short(self.value)
        if self.low == -math.inf:
            return f"≤ {_short(self.high)}"
        if self.high == math.inf:
            return f"≥ {_short(self.low)}"
        return f"{_short(self.low)} … {_short(self.high)}"

    def objection(self, measured: float) -> str:
        """Why a number refutes the prediction; "" if it does not."""
        if self.low <= measured <= self.high:
            return ""
        allowed = f"{_short(self.low)} … {_short(self.high)}"
        return f"{self.name} is {_short(measured)}, allowed is {allowed}"


def near(name: str, formula: str, value: float, tolerance: float, why: str) -> Expected:
    """A number that has to be `value` up to `tolerance`."""
    return Expected(name, formula, value - tolerance, value + tolerance, why, value)


def at_most(name: str, formula: str, high: float, why: str) -> Expected:
    """A number that may not be larger than `high`."""
    return Expected(name, formula, -math.inf, high, why)


def between(name: str, formula: str, low: float, high: float, why: str) -> Expected:
    """A number that has to lie in a range."""
    return Expected(name, formula, low, high, why)


@dataclass(frozen=True)
class Measured:
    """A number that was found, and what it was found with; NaN where nothing was found."""

    value: float
    where: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def shown(self) -> str:
        """As the table has it."""
        return f"< {_NOISE:g}" if 0 < abs(self.value) < _NOISE else _short(self.value)


Prediction = tuple[Expected, ...]
Measurement = tuple[Measured, ...]


@dataclass(frozen=True)
class Twin:
    """A falsified copy of a row: another `predict`, judged on what was measured for the row, or
    another `measure`, judged by the row's own prediction."""

    falsified: str
    predict: Callable[[], Prediction] | None = None
    measure: Callable[[Effort], Measurement] | None = None


@dataclass(frozen=True)
class Row:
    """A claim of a paper.

    `claim` is what the paper says, in its own terms, and `words` where these were read: the
    `ABSTRACT`, or `NOTES`, the working notes of this project, which quote a theorem that could not
    be read in full here. `partly` says of which part of the claim the row is, "" if of all of it.
    `predict` gives the numbers from the theory, before `measure` finds them by descent, in the same
    order. Each of `twins` has to be refuted.
    """

    source: Source
    name: str
    objective: str
    claim: str
    words: str
    law: Law
    parameters: str
    predict: Callable[[], Prediction]
    measure: Callable[[Effort], Measurement]
    twins: tuple[Twin, ...]
    evidence: Evidence = Evidence.SAMPLED
    partly: str = ""

    @property
    def label(self) -> str:
        """The paper's key and the row's name."""
        return f"{self.source.key}/{self.name}"


ABSTRACT = "abstract"
NOTES = "theorem, as quoted in this project's notes"


@dataclass(frozen=True)
class Judgement:
    """What a prediction comes to against what was measured."""

    outcome: Outcome
    reason: str = ""
    witness: Mapping[str, str] | None = None


def judge(expected: Prediction, measured: Measurement) -> Judgement:
    """Every number has to be where it is expected; one that is not known leaves it undecided.

    >>> prediction = (near("gap", "1/2", 0.5, 0.01, "the next order"),)
    >>> judge(prediction, (Measured(0.503),)).outcome.value
    'pass'
    >>> judge(prediction, (Measured(0.52),)).reason
    'gap is 0.52, allowed is 0.49 … 0.51'
    """
    pairs = list(zip(expected, measured, strict=True))
    for prediction, found in pairs:
        if not math.isnan(found.value) and (objection := prediction.objection(found.value)):
            return Judgement(Outcome.FAIL, objection, found.where)
    unknown = [p.name for p, found in pairs if math.isnan(found.value)]
    if unknown:
        return Judgement(Outcome.UNDECIDED, f"{unknown[0]} could not be measured")
    return Judgement(Outcome.PASS)


def scaled(prediction: Callable[[], Prediction], factor: float, index: int = 0) -> Prediction:
    """A prediction with one of its numbers, and the range around it, multiplied."""
    rows = list(prediction())
    one = rows[index]
    assert one.value is not None
    shift = one.value * (factor - 1)
    rows[index] = Expected(
        one.name, one.formula, one.low + shift, one.high + shift, one.why, one.value + shift
    )
    return tuple(rows)


def off(prediction: Callable[[], Prediction], factor: float, index: int = 0) -> Twin:
    """The falsified copy in which one number is multiplied by `factor`."""
    name = f"number {index + 1} times {factor:g}" if index else f"prediction times {factor:g}"
    return Twin(name, lambda: scaled(prediction, factor, index))


def largest(values: Sequence[Measured]) -> Measured:
    """The largest of some numbers with its place, one that is not known if there is one."""
    unknown = (v for v in values if math.isnan(v.value))
    return next(unknown, None) or max(values, key=lambda v: v.value)


def _short(value: float) -> str:
    return f"{value:.{_DIGITS}g}"
