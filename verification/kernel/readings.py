"""What Coq made of one model's derivations, and what that makes of its verdicts."""

from __future__ import annotations

import tempfile
from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import sympy as sp

from ...numerics.pools import Progress
from ...theory.derivation.claims import Appendix, Cited
from ...theory.models import Model
from ..verdicts import Evidence, Outcome, ReadShare, Verdict
from .calling import build_library, require_coq
from .chapter import Chapter
from .hypotheses.theorems import KIND as HYPOTHESIS
from .hypotheses.theorems import hypotheses
from .project import chapters_of
from .running import Read, read_all


@dataclass(frozen=True)
class Readings:
    """The derivations of one model and response as Coq of some version read them.

    `argued` are the labels in whose derivations something rests on words or is taken from
    elsewhere: no kernel can read that.
    """

    coq: str
    chapters: tuple[Chapter, ...]
    found: tuple[Read, ...]
    argued: frozenset[str] = frozenset()

    def share(self, label: str) -> ReadShare | None:
        """How many steps of a derivation are kernel-checked; None where it has none to read."""
        chapter = next((c for c in self.chapters if c.label == label), None)
        steps = len(chapter.lemmas) + len(chapter.left_out) if chapter else 0
        if not steps:
            return None
        return ReadShare(self.coq, len(self.checked(label)), steps, label in self.argued)

    def checked(self, label: str) -> dict[str, tuple[tuple[sp.Expr, str], ...]]:
        """The kernel-checked steps of a derivation, each with the side conditions: an expression
        and its relation to 0, "≠", ">" or "≥"."""
        return {
            one.lemma.step: one.lemma.statement.where
            for one in self.found
            if one.checked and one.lemma.label == label
        }

    @property
    def refused(self) -> dict[str, str]:
        """The blocks that Coq refuses, each with its words."""
        return {name: why for one in self.found for name, why in one.refused.items()}

    @property
    def shares(self) -> dict[str, ReadShare]:
        """The same for every derivation that has something to read, and for each hypothesis."""
        found = {chapter.label: self.share(chapter.label) for chapter in self.chapters}
        shares = {label: share for label, share in found.items() if share}
        for one in self.found:
            if one.lemma.kind == HYPOTHESIS:
                label = f"{one.lemma.label.partition('/')[0]}/{one.lemma.step}"
                shares[label] = ReadShare(self.coq, int(one.checked), 1)
        return shares


def readings(
    model: Model,
    book: Appendix,
    jobs: int = 1,
    progress: Progress | None = None,
    wanted: Container[str] | None = None,
) -> Readings:
    """Have Coq read the hypotheses on a response and all lemmas of some derivations.

    Parameters: a model with its response; its derivations; how many processes; what is told (done,
    total); the labels of the derivations that are read, None for all.
    Raises CoqMissing where there is no coqc.
    """
    coq, made = require_coq(), (hypotheses(model), *chapters_of(book, wanted))
    with tempfile.TemporaryDirectory() as folder:
        build_library(Path(folder))
        found = read_all(made, Path(folder), jobs, progress=progress)
    argued = frozenset(
        d.label for d in book.derivations if any(isinstance(s.claim, Cited) for s in d.steps)
    )
    return Readings(coq, made, found, argued)


def judged(verdict: Verdict, shares: Mapping[str, ReadShare]) -> Verdict:
    """A verdict with what Coq read of its derivation, given the shares by their labels.

    `derived` becomes `kernel-checked` where all steps are, and none is argued in words; stronger
    or weaker evidence is of something else, and stays. A hypothesis is one theorem, over all z > 0
    as its proof in balls is.
    """
    inner = tuple(judged(one, shares) for one in verdict.hypotheses)
    verdict = replace(verdict, hypotheses=inner)
    share = shares.get(verdict.label)
    if share is None or verdict.outcome is not Outcome.PASS:
        return verdict
    same = {Evidence.DERIVED} | ({Evidence.ENCLOSED} if verdict.is_hypothesis else set())
    whole = share.whole and verdict.evidence in same
    return replace(verdict, read=share, evidence=Evidence.KERNEL if whole else verdict.evidence)
