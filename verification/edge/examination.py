"""From an objective and a minimum to verdicts on what the law of the edge says there."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import mpmath as mp

from ...numerics.edge.descent import Run
from ...numerics.edge.landscape import Landscape
from ...numerics.edge.manifold import EdgeError
from ..measuring.claims import Judgement
from ..running.runner import Control
from ..verdicts import Evidence, Outcome, Verdict
from .claims import FEWEST, SUBCRITICAL, SUPERCRITICAL, Claim
from .measuring import Measured, measured
from .near import NEAR, near_runs
from .rungs import Rung, Rungs
from .still import TWO_CYCLE, Cycle, cycles

MODEL = "objective"
DRIFT, JUMP, STILL, DEGENERATE = "supercritical", "subcritical", "still", "degenerate"


@dataclass(frozen=True)
class Examined:
    """An objective's flip, the ladder that it was tried on, and what descent did there.

    `cycles` are there where nothing drifts, `near` where the ladder is too short.
    """

    landscape: Landscape
    rungs: Rungs
    measured: tuple[Measured, ...]
    cycles: tuple[Cycle, ...]
    near: tuple[Run, ...]
    seconds: float

    @property
    def first(self) -> Rung:
        """The flip asked for."""
        return self.rungs.first

    @cached_property
    def kind(self) -> str:
        """Which of the cases of the law it is."""
        flip = self.first.flip
        if flip.degenerate:
            return DEGENERATE
        if flip.still:
            return STILL
        return DRIFT if flip.c > 0 else JUMP

    @property
    def claims(self) -> Sequence[Claim]:
        """What the law says of a flip with drift."""
        return {DRIFT: SUPERCRITICAL, JUMP: SUBCRITICAL}.get(self.kind, ())

    def verdicts(self) -> list[Verdict]:
        """The claims against what was measured."""
        if self.kind == DEGENERATE:
            why = "c = 0 beside its terms: higher orders decide what the flip does"
            return [self._verdict("edge/gap", Judgement("", None, undecided=why))]
        found = []
        if self.kind == STILL:
            found.append((TWO_CYCLE.label, TWO_CYCLE.judge(self.first, self.cycles)))
        for claim in self.claims:
            found.append((claim.label, claim.judge(self.measured, self.rungs.short)))
        if self.near:
            found.append((NEAR.label, NEAR.judge(self.first, self.near)))
        silent = {claim.label for claim in self.claims} if not self.measured else set()
        return [self._verdict(*one, applies=one[0] not in silent) for one in found]

    def controls(self) -> list[Control]:
        """The same checks of falsified laws, which each ought to be refuted."""
        found: list[tuple[str, str, Judgement]] = []
        if self.kind == STILL:
            for twin in TWO_CYCLE.falsified_copies(self.first):
                found.append((twin.label, twin.falsified, twin.judge(self.first, self.cycles)))
        if len(self.measured) >= FEWEST:
            flips = [one.rung.flip for one in self.measured]
            for copy in (copy for claim in self.claims for copy in claim.falsified_copies(flips)):
                found.append((copy.label, copy.falsified, copy.judge(self.measured)))
        if self.near:
            for wrong in NEAR.falsified_copies(self.first, self.near):
                found.append((wrong.label, wrong.falsified, wrong.judge(self.first, self.near)))
        return [self._control(*one) for one in found]

    def _control(self, label: str, falsified: str, judged: Judgement) -> Control:
        witness = dict(judged.witness) if judged.witness else None
        text, objection = self.landscape.text, judged.objection
        return Control(label, text, falsified, bool(objection), objection, witness)

    def _verdict(self, label: str, judged: Judgement, *, applies: bool = True) -> Verdict:
        outcome = Outcome.FAIL if judged.objection else Outcome.PASS
        if judged.undecided:
            outcome = Outcome.UNDECIDED if applies else Outcome.NOT_APPLICABLE
        return Verdict(
            label,
            MODEL,
            self.landscape.text,
            outcome,
            None if judged.undecided else Evidence.SAMPLED,
            reason=judged.undecided or judged.objection,
            parameters=self._parameters(),
            quantities=judged.quantities,
            witness=judged.witness,
            seconds=self.seconds,
        )

    def _parameters(self) -> Mapping[str, list[str]]:
        rungs = [one.rung for one in self.measured]
        return {
            "rungs": [rung.where for rung in rungs],
            "eta": [mp.nstr(mp.mpf(rung.flip.eta), 8) for rung in rungs],
            "kappa": [f"{rung.kappa:.8g}" for rung in rungs],
        }


def examine(
    landscape: Landscape, rungs: Rungs, progress: Callable[[int, int], None] | None = None
) -> Examined:
    """Descend at every rung of a ladder, or look for the 2-cycles where nothing drifts."""
    begin = time.perf_counter()
    flip = rungs.first.flip
    found, short = list[Measured](), rungs.short
    circles = cycles(rungs.first) if flip.still and not flip.degenerate else ()
    for number, rung in enumerate(rungs.ladder):
        if progress:
            progress(number, len(rungs.ladder))
        try:
            found.append(measured(rung))
        except EdgeError as error:
            short = str(error)
            break
    rungs = Rungs(rungs.first, rungs.ladder, short)
    drifts = not flip.still and not flip.degenerate
    near = near_runs(rungs.first) if drifts and len(found) < FEWEST else ()
    seconds = time.perf_counter() - begin
    return Examined(landscape, rungs, tuple(found), circles, near, seconds)
