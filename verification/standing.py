"""How a statement stands: its own verdict, weakened by what it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import TypeVar

from ..theory.arguments import each, instance, takes
from .ledger import rests_on
from .verdicts import Evidence, Outcome, Verdict

T = TypeVar("T")

NOT_CHECKED = "not-checked"
# Weakest first. What does not apply has no standing beyond that; it is dealt with apart.
_OUTCOMES = (
    Outcome.FAIL.value,
    Outcome.NOT_APPLICABLE.value,
    Outcome.UNDECIDED.value,
    NOT_CHECKED,
    Outcome.PASS.value,
)


@dataclass(frozen=True)
class Standing:
    """The weakest over a verdict, its hypotheses and everything it rests on.

    `outcome` is an `Outcome` or "not-checked"; `evidence` is there for a pass only. `because` are
    the labels that make it weaker than the verdict alone, none if it is not.
    """

    outcome: str
    evidence: Evidence | None
    because: tuple[str, ...] = ()


@takes(verdicts=each(instance(Verdict)))
def standings(verdicts: Sequence[Verdict]) -> list[Standing]:
    """The standing of every verdict among the others on the same model and response.

    >>> alone = Verdict("linear/limit", "linear", "z**2/2", Outcome.PASS, Evidence.SAMPLED)
    >>> standings([alone])[0].outcome
    'not-checked'
    """
    below = {model: ancestors(rests_on(model)) for model in {v.model for v in verdicts}}
    found: dict[tuple[str, str], dict[str, Verdict]] = {}
    for verdict in verdicts:
        found.setdefault(verdict.subject, {})[verdict.label] = verdict
    return [_standing(v, below[v.model].get(v.label, ()), found[v.subject]) for v in verdicts]


def ancestors(rests_on: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """For every label all that it rests on, directly or not, lowest first, from what each does
    directly.

    Raises graphlib.CycleError where a label rests on itself.

    >>> ancestors(rests_on("linear"))["linear/slow-curve-2"]
    ('linear/reduced-map', 'bifurcation/two-cycle', 'linear/alignment')
    """
    order = list(TopologicalSorter(rests_on).static_order())
    found: dict[str, set[str]] = {}
    for label in order:
        direct = rests_on[label]
        found[label] = {*direct, *(below for other in direct for below in found[other])}
    return {label: tuple(below for below in order if below in found[label]) for label in order}


def _standing(verdict: Verdict, below: Sequence[str], found: Mapping[str, Verdict]) -> Standing:
    own = verdict.outcome.value
    if verdict.outcome is Outcome.NOT_APPLICABLE:
        return Standing(own, None)
    checked = [found[label] for label in below if label in found]
    # A hypothesis that fails or does not apply has told on the verdict itself.
    needed_here = [h for h in verdict.hypotheses if h.outcome is not Outcome.NOT_APPLICABLE]
    outcomes = {other.label: other.outcome.value for other in (*needed_here, *checked)}
    outcomes |= {label: NOT_CHECKED for label in below if label not in found}
    outcome = min((own, *outcomes.values()), key=_OUTCOMES.index)
    if outcome != own:
        return Standing(outcome, None, _labels(outcomes, outcome))
    if verdict.outcome is not Outcome.PASS:
        return Standing(own, None)
    needed = {h.label: h for v in (verdict, *checked) for h in v.hypotheses}
    evidence = {other.label: _evidence(other) for other in (*needed.values(), *checked)}
    weakest = min((_evidence(verdict), *evidence.values()), key=lambda word: word.strength)
    because = _labels(evidence, weakest) if weakest is not _evidence(verdict) else ()
    return Standing(own, weakest, because)


def _evidence(verdict: Verdict) -> Evidence:
    return verdict.evidence or Evidence.SAMPLED


def _labels(found: Mapping[str, T], wanted: T) -> tuple[str, ...]:
    return tuple(label for label, value in found.items() if value == wanted)
