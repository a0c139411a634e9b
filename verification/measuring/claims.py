"""What a claim is: a falsifiable statement that measures runs and judges the measurements."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, ClassVar, Self

import sympy as sp

from ..quantities import Quantities
from ..verdicts import Evidence
from .plans import Plan


class NotApplicableError(Exception):
    """A statement that says nothing of a response although its hypotheses hold, and why."""


@dataclass(frozen=True)
class Measurement:
    """Numbers taken from one run, with the place that a witness would name."""

    epsilon: float
    values: Mapping[str, float]
    where: Mapping[str, str]


@dataclass(frozen=True)
class Judgement:
    """`objection` is "" if the claim stands; otherwise one line, with `witness` to reproduce it.

    `undecided` says why nothing can be said: no run was possible, or one had no end.
    """

    objection: str
    witness: Mapping[str, str] | None
    quantities: Quantities = field(default_factory=dict)
    evidence: Evidence = Evidence.SAMPLED
    undecided: str = ""


@dataclass(frozen=True)
class Claim(ABC):
    """One label's claim with the numbers it stands on; a control is a copy with one falsified.

    `falsified` says in words what was falsified; it is empty for the true claim.
    """

    label: str
    falsified: str = field(default="", kw_only=True)
    on_orbits: ClassVar[bool] = False  # whether orbits of a wrong map must refute it

    @abstractmethod
    def falsified_copies(self) -> list[Claim]:
        """Copies with one thing wrong in each."""

    def parameters(self, plan: Plan) -> dict[str, Any]:
        """What the runs were made with, as text."""
        return {"digits": plan.digits}

    def wrong(self, falsified: str, **changes: Any) -> Self:
        """A copy with changes that make it false; `falsified` says in words what is wrong."""
        return replace(self, falsified=falsified, **changes)

    @abstractmethod
    def judge(self, plan: Plan, runs: Sequence[Measurement]) -> Judgement:
        """Judge the measurements of all runs."""


@dataclass(frozen=True)
class DirectClaim(Claim):
    """A claim that makes its own runs."""

    @property
    def measured(self) -> DirectClaim:
        """The claim whose measurements serve this one; equal ones are measured once for all.

        A subclass drops from it what only `judge` looks at.
        """
        return self

    @abstractmethod
    def measure(self, plan: Plan) -> list[Measurement]:
        """Run and measure."""


HALF = sp.Rational(1, 2)
OFF = sp.Rational(101, 100)  # what is off by 1 % is to be refuted


def wrong_coefficients(claim: Claim, coefficient: sp.Expr) -> list[Claim]:
    """Copies of a claim about a coefficient, with that of the wrong sign and off by 1 %."""
    return [
        claim.wrong("coefficient has the wrong sign", coefficient=-coefficient),
        claim.wrong("coefficient off by 1 %", coefficient=OFF * coefficient),
    ]


def worst(sizes: Iterable[float]) -> float:
    """The largest of some sizes, NaN if one is: Python's max forgets it.

    >>> worst([1.0, float("nan"), 2.0])
    nan
    """
    found = list(sizes)
    return math.nan if any(math.isnan(size) for size in found) else max(found)


def by_start(runs: Sequence[Measurement]) -> list[list[Measurement]]:
    """The runs from each starting point; those of one start stand together."""
    groups = groupby(runs, key=lambda run: (run.where["p0"], run.where["q0"]))
    return [list(group) for _, group in groups]


def combined(judged: Sequence[Judgement]) -> Judgement:
    """Of several starts: the first objection, else the first that is undecided, else the first."""
    objecting = (j for j in judged if j.objection)
    return next(objecting, next((j for j in judged if j.undecided), judged[0]))
